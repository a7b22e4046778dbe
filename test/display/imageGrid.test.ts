import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { display, encodePng, imageGrid, type Image, INK, type MimeBundle } from '../../src/display';
import { countColour, decodePng, pngOf, withKernel } from './kernel';

const [red, green] = [
  [255, 0, 0],
  [0, 255, 0],
].map((colour): Image => ({ data: Uint8Array.from(colour), width: 1, height: 1, channels: 3 }));

describe('encodePng', () => {
  it('keeps bytes of 1, 3 and 4 channels', () => {
    for (const channels of [1, 3, 4] as const) {
      const data = Uint8Array.from({ length: 3 * 2 * channels }, (_, index) => (index * 37) % 256);
      const decoded = decodePng(encodePng({ data, width: 3, height: 2, channels }));
      assert.deepEqual([decoded.width, decoded.height, decoded.channels], [3, 2, channels]);
      assert.deepEqual(decoded.pixels.flat(2), [...data]);
    }
  });

  it('scales floats from 0 to 1, and clips the rest', () => {
    const data = Float32Array.from([0, 1, 0.2, -3, 7, NaN]);
    assert.deepEqual(
      decodePng(encodePng({ data, width: 6, height: 1, channels: 1 })).pixels.flat(2),
      [0, 255, 51, 0, 255, 0],
    );
  });

  it('has the checksums that zlib computes', function () {
    const check = `
import struct, sys, zlib
data = sys.stdin.buffer.read()
at = 8
while at < len(data):
    size, = struct.unpack('>I', data[at:at + 4])
    crc, = struct.unpack('>I', data[at + 8 + size:at + 12 + size])
    assert crc == zlib.crc32(data[at + 4:at + 8 + size])
    print(data[at + 4:at + 8].decode())
    at += size + 12`;
    const { stdout, stderr, error } = spawnSync('python3', ['-c', check], { input: encodePng(red), encoding: 'utf8' });
    if (error) return this.skip();
    assert.equal(stdout, 'IHDR\nIDAT\nIEND\n', stderr);
  });

  it('refuses sizes that do not fit the data', () => {
    assert.throws(() => encodePng({ ...red, width: 2 }), /has 3 values; expected 6 for 2 x 1 x 3\./);
    assert.throws(
      () => encodePng({ ...red, channels: 2 as 1 }),
      /is of 1 x 1 x 2; expected whole sizes from 1, and 1, 3 or 4 channels/,
    );
  });
});

describe('imageGrid', () => {
  it('puts the images side by side, each pixel a square, and nothing between them', () => {
    const { bundle, metadata } = imageGrid([red, green, red], { columns: 2, scale: 3 }).picture as {
      bundle: MimeBundle;
      metadata: Record<string, unknown>;
    };
    const { width, height, pixels } = decodePng(pngOf(bundle));
    assert.deepEqual([width, height], [10, 10]);
    const W = [0, 0, 0, 0];
    const [R, G] = [
      [...red.data, 255],
      [...green.data, 255],
    ];
    const top = [R, R, R, W, W, W, W, G, G, G];
    const bottom = [R, R, R, W, W, W, W, W, W, W];
    assert.deepEqual(pixels, [...Array(3).fill(top), ...Array(4).fill(Array(10).fill(W)), ...Array(3).fill(bottom)]);
    assert.equal(bundle['text/plain'], '2 x 2 grid of 1 x 1 images');
    assert.deepEqual(metadata, { 'image/png': { width: 10, height: 10, alt: '2 x 2 grid of 1 x 1 images' } });
  });

  it('keeps what is transparent, and centres smaller images', () => {
    const clear: Image = { data: Uint8Array.from([0, 0, 0, 51]), width: 1, height: 1, channels: 4 };
    const wide: Image = { data: new Uint8Array(3), width: 3, height: 1, channels: 1 };
    const { pixels } = decodePng(pngOf(imageGrid([clear, wide], { columns: 1, scale: 1 }).bundle as MimeBundle));
    assert.deepEqual(
      [pixels[0], pixels.at(-1)],
      [
        [
          [0, 0, 0, 0],
          [0, 0, 0, 51],
          [0, 0, 0, 0],
        ],
        Array(3).fill([0, 0, 0, 255]),
      ],
    );
  });

  it('draws titles and a caption, at two pixels to one of the page', () =>
    withKernel(shown => {
      display(imageGrid([red, green], { titles: ['first', 'second <'], caption: 'Two' }));
      display(imageGrid([red, green], { titles: ['', ''], caption: ' ' }));
      const [drawn, blank] = shown.map(({ bundle }) => pngOf(bundle));
      // 80 x 80 of the page, twice as many of the image.
      assert.equal(countColour(drawn, '#ff0000'), 160 * 160);
      assert.equal(countColour(blank, INK), 0);
      assert.ok(countColour(drawn, INK) > 100);
      const { width, alt } = shown[0].metadata!['image/png'] as { width: number; alt: string };
      assert.equal(decodePng(drawn).width, 2 * width);
      assert.equal(alt, 'Two: 1 x 2 grid of 1 x 1 images\nfirst, second <');
    }));

  it('refuses no images, too few titles and broken scales', () => {
    assert.throws(() => imageGrid([]), /images of imageGrid is \[\]; expected at least one image/);
    assert.throws(() => imageGrid([red], { titles: [] }), /There are 0 titles for 1 images/);
    assert.throws(() => imageGrid([red], { scale: 0.5 }), /scale of imageGrid is 0\.5; expected a whole number from 1/);
  });
});
