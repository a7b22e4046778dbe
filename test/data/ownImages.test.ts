/**
 * One's own images and tables. imageFiles.json holds two rows of six coloured squares, each 8 x 16 pixels, as Pillow 13 writes
 * them in each format, and turned by each value of EXIF's Orientation so that all are alike when upright.
 */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { encodePng, type Image, imageSet, readCsv, readImage, type Source } from '../../src';
import { runtime } from '../../src/base/runtime';
import { resize, resizeAndCrop } from '../../src/data/resize';

const files = JSON.parse(fs.readFileSync(path.join(__dirname, 'imageFiles.json'), 'utf8')) as Record<string, string>;
const bytesOf = (name: string): Uint8Array => Buffer.from(files[name], 'base64');

const [RED, GREEN, BLUE] = ['255,0,0', '0,255,0', '0,0,255'];
const [WHITE, BLACK, YELLOW] = ['255,255,255', '0,0,0', '255,255,0'];
const ROWS = [
  [RED, GREEN, BLUE, WHITE, BLACK, YELLOW],
  [BLUE, WHITE, BLACK, YELLOW, RED, GREEN],
];

/** The colour in the middle of each square. */
const squares = ({ data, width }: Image): number[][][] =>
  [8, 24].map(y => [4, 12, 20, 28, 36, 44].map(x => Array.from(data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3))));

describe('an image of one’s own', () => {
  for (const name of Object.keys(files).filter(file => file !== 'grey.png')) {
    it(`${name} is read upright`, async () => {
      const image = await readImage(bytesOf(name));
      assert.deepEqual([image.height, image.width, image.channels], [32, 48, 3]);
      const isLossy = name.endsWith('.jpg');
      squares(image).forEach((row, y) =>
        row.forEach((colour, x) =>
          ROWS[y][x].split(',').forEach((value, c) => {
            const distance = Math.abs(colour[c] - Number(value));
            assert.ok(distance <= (isLossy ? 6 : 0), `square ${y}, ${x}: ${colour.join()}; expected ${ROWS[y][x]}`);
          }),
        ),
      );
    });
  }

  it('of grey pixels has three equal channels', async () => {
    const { data } = await readImage(bytesOf('grey.png'));
    assert.deepEqual(Array.from(data.subarray(12, 15)), [76, 76, 76]);
  });

  it('is white where it is transparent', async () => {
    const png = encodePng({ data: Uint8Array.of(255, 0, 0, 0, 0, 0, 255, 255), width: 2, height: 1, channels: 4 });
    assert.deepEqual(Array.from((await readImage(png)).data), [255, 255, 255, 0, 0, 255]);
  });

  it('may be a file, bytes, an ArrayBuffer, a File of an upload, or named bytes', async () => {
    const bytes = bytesOf('a.png');
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-own-')), '그림.png');
    fs.writeFileSync(file, bytes);
    const sources: Source[] = [
      file,
      bytes,
      Uint8Array.from(bytes).buffer,
      new File([Uint8Array.from(bytes)], 'a.png'),
      { name: 'a.png', bytes },
    ];
    for (const source of sources) assert.equal((await readImage(source)).width, 48);
    fs.rmSync(path.dirname(file), { recursive: true });
  });

  it('that is none is refused with its name', async () => {
    const cut = bytesOf('a.png').subarray(0, 60);
    await assert.rejects(readImage({ name: 'a.png', bytes: cut }), /^Error: a\.png begins as a PNG and cannot be read; expected a whole file\.$/);
    for (const name of Object.keys(files)) {
      const half = bytesOf(name).subarray(0, bytesOf(name).length * 0.6);
      await assert.rejects(readImage({ name, bytes: half }), /cannot be read; expected a whole file/, name);
    }
    await assert.rejects(readImage({ name: 'x.jpg', bytes: Buffer.from('<html>') }), /^Error: x\.jpg is no image that can be read; expected a JPEG/);
    await assert.rejects(readImage('no such file.png'), /no such file\.png cannot be read: there is no such file\.$/);
  });
});

describe('resizing', () => {
  const data = new Uint8Array(40 * 60 * 3);
  for (let y = 0; y < 40; y++) {
    for (let x = 0; x < 60; x++) data.set([(x * 4) % 256, (y * 6) % 256, ((x + y) * 2) % 256], (y * 60 + x) * 3);
  }
  const image = { data, width: 60, height: 40, channels: 3 };
  const sum = (values: Uint8Array): number => values.reduce((total, value) => total + value, 0);

  it("gives Pillow's bytes", () => {
    const small = resize(image, 13, 7);
    // Image.fromarray(a).resize((7, 13), Image.BILINEAR): its first row, and the sum of all.
    const first = [18, 8, 12, 49, 8, 28, 84, 8, 45, 118, 8, 62, 152, 8, 79, 187, 8, 96, 218, 8, 112];
    assert.deepEqual(Array.from(small.data.subarray(0, 21)), first);
    for (const [height, width, total] of [
      [10, 15, 49950],
      [13, 7, 30303],
      [80, 90, 2404620],
      [40, 60, 799200],
      [1, 1, 333],
      [200, 3, 199800],
    ]) {
      assert.equal(sum(resize(image, height, width).data), total, `${height} x ${width}`);
    }
  });

  it("and cutting out the middle gives torchvision's", () => {
    const cut = resizeAndCrop(image, [13, 13]);
    const first = [42, 8, 24, 55, 8, 30, 67, 8, 37, 80, 8, 43, 93, 8, 49, 105, 8, 56, 118, 8, 62];
    assert.deepEqual(Array.from(cut.data.subarray(0, 21)), first);
    assert.equal(sum(cut.data), 56277);
    assert.equal(sum(resizeAndCrop(image, [32, 32]).data), 341056);
  });
});

describe('a set of one’s own images', () => {
  let folder: string;
  const lines: string[] = [];
  const { print } = runtime;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-own-'));
    lines.length = 0;
    runtime.print = line => void lines.push(line);
  });
  afterEach(() => {
    runtime.print = print;
    fs.rmSync(folder, { recursive: true });
  });
  const write = (name: string, content: Uint8Array | string): void => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  };

  it('has a class for each folder, in natural order, and names what is left out', async () => {
    for (const name of ['cat/2.png', 'cat/10.jpg', 'dog/a.webp', 'dog/b.GIF', 'dog/deeper/c.png']) {
      write(name, bytesOf(name.includes('10') ? 'a.jpg' : name.endsWith('webp') ? 'a.webp' : 'a.gif'));
    }
    write('cat/notes.txt', 'mine');
    write('cat/.DS_Store', '');
    const set = await imageSet.fromFolder(folder);
    assert.deepEqual([set.classes, Array.from(set.labels), set.shape], [['cat', 'dog'], [0, 0, 1, 1], [32, 48, 3]]);
    assert.equal(set.name, path.basename(folder));
    assert.match(lines.join('\n'), /^Left out, as they are no images: .*notes\.txt, .*deeper\.$/);
  });

  it('has one class where images lie in the folder itself; a size cuts them alike', async () => {
    write('a.png', bytesOf('a.png'));
    write('b.png', encodePng({ data: new Uint8Array(27), width: 3, height: 3, channels: 3 }));
    await assert.rejects(imageSet.fromFolder(folder), /b\.png has 3 x 3 pixels, .*a\.png 32 x 48; expected images of one size, or the option size/);
    const set = await imageSet.fromFolder(`${folder}/`, { size: 8, channels: 1, name: 'mine' });
    assert.deepEqual([set.name, set.length, set.shape, set.classes], ['mine', 2, [8, 8, 1], [path.basename(folder)]]);
  });

  it('refuses an empty folder, a folder that is not there, labels that are too few', async () => {
    await assert.rejects(imageSet.fromFolder(folder), /There is no image in .*; expected JPEG/);
    await assert.rejects(imageSet.fromFolder(`${folder}/none`), /There is no folder '.*none'; expected one with images/);
    const one = bytesOf('a.png');
    await assert.rejects(imageSet.fromFiles([one, one], { labels: ['a'] }), /1 labels for 2 images; expected one for each/);
    await assert.rejects(imageSet.fromFiles([]), /expected at least one/);
    await assert.rejects(imageSet.fromFiles([one], { sise: 3 } as never), /sise/);
  });

  it('is made of uploaded bytes with labels', async () => {
    const set = await imageSet.fromFiles([{ name: 'a', bytes: bytesOf('a.png') }, bytesOf('a.bmp'), bytesOf('a.gif')], {
      labels: ['dog', 'cat', 'dog'],
    });
    assert.deepEqual([set.classes, Array.from(set.labels), set.length], [['dog', 'cat'], [0, 1, 0], 3]);
  });

  it('is made of a table of pixels', async () => {
    write('digits.csv', 'label,1x1,1x2,2x1,2x2\n7,0,255,3,4\n10,1,2,3,4\n7,9,9,9,9\n');
    const set = await imageSet.fromCsv(path.join(folder, 'digits.csv'));
    assert.deepEqual([set.classes, Array.from(set.labels), set.shape], [['7', '10'], [0, 1, 0], [2, 2, 1]]);
    assert.deepEqual(Array.from(set.images), [0, 255, 3, 4, 1, 2, 3, 4, 9, 9, 9, 9]);
    for (const [text, message] of [
      ['label,a\n1,256\n', /Row 1 of .* has 256 in 'a'; expected a whole number from 0 to 255/],
      ['label,a,b\n1,2,3\n', /has 2 columns of pixels; expected a square number of them, or the option shape/],
      ['class,a\n1,2\n', /has no column 'label'; expected the name of one of its columns, as 'class'/],
      ['label,a\n', /has no line after its names/],
    ] as const) {
      await assert.rejects(imageSet.fromCsv(Buffer.from(text)), message);
    }
  });
});

describe('a table of one’s own', () => {
  const read = (text: string): Promise<object[]> => readCsv(Buffer.from(text));

  it('has numbers, texts, quotes, other separators, and a byte order mark', async () => {
    assert.deepEqual(await read('\ufeffname,score\n"Kim, J. ""x""",1.5\n이,\n'), [
      { name: 'Kim, J. "x"', score: 1.5 },
      { name: '이', score: null },
    ]);
    assert.deepEqual(await read('a;b\r\n1;true\r\n\r\n'), [{ a: 1, b: true }]);
    assert.deepEqual(await read('a\tb\n-1e3\tx y\n'), [{ a: -1000, b: 'x y' }]);
    assert.deepEqual(await read('one\n1\n2\n'), [{ one: 1 }, { one: 2 }]);
  });

  it('is refused where a line has other values than names, or a quote stays open', async () => {
    await assert.rejects(read('a,b\n1,2\n3\n'), /is no table in row 2: .*; expected as many values as there are names/);
    await assert.rejects(read('a,b\n1,2,3\n'), /is no table in row 1/);
    await assert.rejects(read('a,b\n"1,2\n'), /is no table/);
    await assert.rejects(read('a,a\n1,2\n'), /has two columns of one name/);
    await assert.rejects(read('__proto__,a\n1,2\n'), /has a column '__proto__'; expected another name/);
    await assert.rejects(read('a;constructor\n1;2\n'), /has a column 'constructor'; expected another name/);
  });
});
