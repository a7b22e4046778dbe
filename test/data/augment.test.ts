import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend';
import {
  type Augmentation,
  augmentedImages,
  augmentedShape,
  batches,
  centreCrop,
  colourComponents,
  compose,
  cropTo,
  cutout,
  horizontalFlip,
  type ImageSet,
  pcaColour,
  randomCrop,
  seeded,
  tenCrops,
} from '../../src/data';

/** Random numbers of our choice, again and again. */
const numbers = (...values: number[]): (() => number) => {
  let i = 0;
  return () => values[i++ % values.length];
};

const apply = (step: Augmentation, pixels: number[], side: number, ...random: number[]): number[] => [
  ...step(Uint8Array.from(pixels), [side, side, pixels.length / side ** 2], numbers(...random)),
];

const NINE = [1, 2, 3, 4, 5, 6, 7, 8, 9];

describe('augmentation', () => {
  it('randomCrop moves the window by -padding to padding, and fills what it uncovers', () => {
    const step = randomCrop({ padding: 1 });
    // Of three offsets (-1, 0, 1) the numbers 0, 0.5 and 0.9 choose the first, second and third: down, then right.
    assert.deepEqual(apply(step, NINE, 3, 0, 0), [0, 0, 0, 0, 1, 2, 0, 4, 5]);
    assert.deepEqual(apply(step, NINE, 3, 0.5, 0.5), NINE);
    assert.deepEqual(apply(step, NINE, 3, 0.9, 0.5), [4, 5, 6, 7, 8, 9, 0, 0, 0]);
    assert.deepEqual(apply(randomCrop({ padding: 1, fill: 7 }), NINE, 3, 0.5, 0.9), [2, 3, 7, 5, 6, 7, 8, 9, 7]);
    assert.deepEqual(apply(randomCrop({ padding: 5 }), NINE, 3, 0, 0), Array(9).fill(0));
    assert.throws(() => randomCrop({ padding: -1 }), /padding of randomCrop is -1/);
    assert.throws(() => randomCrop({ fill: 256 }), /fill of randomCrop is 256/);
  });

  it("horizontalFlip mirrors each row and keeps a pixel's channels in order", () => {
    const image = [1, 2, 3, 4, 5, 6, 7, 8]; // 2 x 2 x 2
    assert.deepEqual(apply(horizontalFlip(), image, 2, 0.49), [3, 4, 1, 2, 7, 8, 5, 6]);
    assert.deepEqual(apply(horizontalFlip(), image, 2, 0.5), image);
    assert.throws(() => horizontalFlip({ probability: 2 }), /probability of horizontalFlip is 2/);
  });

  it('cropTo takes each of the 33 x 33 windows of 224 in 256, the last ones too', () => {
    const random = seeded(1);
    const step = cropTo(224);
    const places = new Set<number>();
    const [rows, columns] = [new Set<number>(), new Set<number>()];
    // Two channels that tell the place of each pixel.
    const pixels = Uint8Array.from({ length: 256 * 256 * 2 }, (_, i) => (i % 2 ? (i >> 1) & 255 : i >> 9));
    for (let i = 0; i < 20_000; i++) {
      const [row, column] = step(pixels, [256, 256, 2], random);
      rows.add(row);
      columns.add(column);
      places.add(256 * row + column);
    }
    const all = Array.from({ length: 33 }, (_, i) => i);
    for (const seen of [rows, columns]) assert.deepEqual([...seen].sort((a, b) => a - b), all);
    assert.equal(places.size, 33 * 33);
  });

  it('cropTo keeps the pixels in order, changes the shape, and refuses images that are too small', () => {
    const step = cropTo(2);
    assert.deepEqual(apply(step, NINE, 3, 0, 0), [1, 2, 4, 5]);
    assert.deepEqual(apply(step, NINE, 3, 0.9, 0.9), [5, 6, 8, 9]);
    assert.deepEqual(augmentedShape([3, 3, 1], compose(horizontalFlip(), step)), [2, 2, 1]);
    assert.deepEqual(augmentedShape([3, 3, 1], horizontalFlip()), [3, 3, 1]);
    // Mirrored first, then cut: rows 3 2 1, 6 5 4 of NINE.
    assert.deepEqual(apply(compose(horizontalFlip(), step), NINE, 3, 0, 0, 0), [3, 2, 6, 5]);
    assert.throws(() => apply(cropTo(4), NINE, 3, 0, 0), /A crop of 4 x 4 does not fit into images of 3 x 3/);
    assert.throws(() => cropTo(0), /The size of cropTo is 0/);
  });

  it('batches have the size that the augmentation cuts to, and centreCrop the middle', () => {
    const set: ImageSet = {
      name: 'nine',
      images: Uint8Array.from([...NINE, ...NINE.map(value => 10 * value)]),
      labels: Uint8Array.of(0, 1),
      shape: [3, 3, 1],
      classes: ['a', 'b'],
      length: 2,
    };
    const middle = centreCrop(set, 1);
    assert.deepEqual([[...middle.images], middle.shape, middle.length], [[5, 50], [1, 1, 1], 2]);
    assert.throws(() => centreCrop(set, 4), /does not fit/);
    const [{ x, y }] = batches(set, { augment: cropTo(2), mean: 0, std: 1 / 255 });
    assert.deepEqual(x.shape, [2, 2, 2, 1]);
    tf.dispose([x, y]);
    const seen = augmentedImages(set, 1, cropTo(1), { count: 50, seed: 1 }).map(({ data }) => data[0]);
    assert.equal(new Set(seen).size, 9);
    assert.ok(seen.every(value => value % 10 === 0));
    assert.throws(() => augmentedImages(set, 2, cropTo(1)), /There is no image 2 in nine; expected 0 to 1/);
  });

  it('cutout covers a square around any pixel, as far as it lies in the image', () => {
    const step = cutout({ size: 2, fill: 0 });
    assert.deepEqual(apply(step, NINE, 3, 0.5, 0.9), [1, 0, 0, 4, 0, 0, 7, 8, 9]);
    assert.deepEqual(apply(step, NINE, 3, 0, 0), [0, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.throws(() => cutout({ size: 0 }), /size of cutout is 0/);
  });

  it('compose goes from first to last', () => {
    const add: Augmentation = pixels => pixels.map(value => value + 1);
    const double: Augmentation = pixels => pixels.map(value => value * 2);
    assert.deepEqual(apply(compose(add, double), [1], 1), [4]);
    assert.deepEqual(apply(compose(), [1], 1), [1]);
  });

  it('pcaColour adds one colour to all pixels: sum of alpha, eigenvalue, eigenvector', () => {
    const components = {
      eigenvalues: [0.5, 0, 0],
      eigenvectors: [[0.6, 0, -0.8], [0, 1, 0], [0.8, 0, 0.6]],
    };
    // The normal draw from 0.75, 0.75 is 0.5 sqrt(-2 ln 0.5 / 0.5) = 0.83255; the shift is 255 0.1 0.83255 0.5 = 10.615
    // times (0.6, 0, -0.8) = (6.37, 0, -8.49).
    assert.deepEqual(apply(pcaColour(components), [100, 100, 100], 1, 0.75), [106, 100, 92]);
    const image = Uint8Array.of(252, 0, 3, 0, 9, 255);
    assert.deepEqual([...pcaColour(components)(image, [1, 2, 3], numbers(0.75))], [255, 0, 0, 6, 9, 247]);
    assert.throws(() => apply(pcaColour(), [1], 1, 0.75), /1 channels; pcaColour takes 3/);
  });

  it('colourComponents are the eigenvectors of the covariance', () => {
    const set = (pixels: number[]): ImageSet => ({
      name: 'set',
      images: Uint8Array.from(pixels),
      labels: new Uint8Array(pixels.length / 3),
      shape: [1, 1, 3],
      classes: ['a'],
      length: pixels.length / 3,
    });
    // Two greys, 51 and 153: each channel has variance 0.04 and so has each pair, so 3 x 0.04 along (1, 1, 1) / sqrt 3.
    const grey = colourComponents(set([51, 51, 51, 153, 153, 153]));
    assert.ok(Math.abs(grey.eigenvalues[0] - 0.12) < 1e-9 && Math.abs(grey.eigenvalues[1]) < 1e-9);
    for (const value of grey.eigenvectors[0]) assert.ok(Math.abs(value - 1 / Math.sqrt(3)) < 1e-9);

    const random = seeded(1);
    const noise = set(Array.from({ length: 300 }, (_, i) => Math.floor(random() * [255, 90, 30][i % 3])));
    const { eigenvalues, eigenvectors } = colourComponents(noise);
    const values = Array.from({ length: 100 }, (_, i) =>
      [...noise.images.subarray(3 * i, 3 * i + 3)].map(v => v / 255),
    );
    for (const [i, vector] of eigenvectors.entries()) {
      // The variance of the pixels along an eigenvector is its eigenvalue, and along two of them they do not vary together.
      const along = eigenvectors.map(v => values.map(pixel => pixel.reduce((sum, x, c) => sum + x * v[c], 0)));
      const mean = (list: number[]): number => list.reduce((sum, x) => sum + x, 0) / list.length;
      for (const j of [0, 1, 2]) {
        const product = mean(along[i].map((x, k) => x * along[j][k])) - mean(along[i]) * mean(along[j]);
        assert.ok(Math.abs(product - (i === j ? eigenvalues[i] : 0)) < 1e-9);
      }
      assert.ok(Math.abs(vector.reduce((sum, x) => sum + x * x, 0) - 1) < 1e-9);
    }
    assert.ok(eigenvalues[0] > eigenvalues[1] && eigenvalues[1] > eigenvalues[2]);
  });

  describe('tenCrops', () => {
    before(ready);

    it('are corners, centre and their mirror images, crop by crop', () => {
      const x = tf.tensor4d([...NINE, ...NINE.map(value => value * 10)], [2, 3, 3, 1]);
      const crops = tenCrops(x, 2);
      assert.deepEqual(crops.shape, [20, 2, 2, 1]);
      const rows = crops.reshape([20, 4]).arraySync() as number[][];
      const one = [[1, 2, 4, 5], [2, 3, 5, 6], [4, 5, 7, 8], [5, 6, 8, 9], [1, 2, 4, 5]];
      const ten = [...one, ...one.map(([a, b, c, d]) => [b, a, d, c])];
      assert.deepEqual(
        rows,
        ten.flatMap(crop => [crop, crop.map(value => value * 10)]),
      );
    });

    it('take the centre from the middle, leave no other tensor, and refuse a crop that does not fit', () => {
      const x = tf.range(0, 20).reshape([1, 4, 5, 1]) as tf.Tensor4D;
      const before = tf.memory().numTensors;
      const crops = tenCrops(x, 2);
      assert.equal(tf.memory().numTensors, before + 1);
      assert.deepEqual([...crops.slice([4], [1]).dataSync()], [6, 7, 11, 12]);
      assert.throws(() => tenCrops(x, 5), /size of tenCrops is 5; expected a whole number from 1 to 4/);
    });
  });
});
