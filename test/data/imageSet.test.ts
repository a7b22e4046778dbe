import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend';
import { batches, type BatchOptions, channelStatistics, images, type ImageSet, split, subset } from '../../src/data';

/** n images of 1 x 2 x 3, image i with bytes 6 i, 6 i + 1, ... */
function counting(n: number): ImageSet {
  return {
    name: 'counting',
    images: Uint8Array.from({ length: n * 6 }, (_, i) => i),
    labels: Uint8Array.from({ length: n }, (_, i) => i % 4),
    shape: [1, 2, 3],
    classes: ['a', 'b', 'c', 'd'],
    length: n,
  };
}

/** The index of each image that `batches` gives, from its first byte. */
function order(set: ImageSet, options: BatchOptions): number[] {
  const found: number[] = [];
  for (const { x, y } of batches(set, { ...options, mean: 0, std: 1 })) {
    const bytes = Array.from(x.dataSync(), value => Math.round(value * 255));
    const labels = y.dataSync();
    for (let i = 0; i < labels.length; i++) {
      assert.equal(labels[i], (bytes[i * 6] / 6) % 4, 'the label goes with its image');
      found.push(bytes[i * 6] / 6);
    }
    tf.dispose([x, y]);
  }
  return found;
}

describe('image sets', () => {
  before(ready);

  describe('batches', () => {
    it('are float32 NHWC with int32 labels, in order, the last one smaller', () => {
      const shapes = [...batches(counting(5), { batchSize: 2 })].map(({ x, y }) => [
        x.shape,
        x.dtype,
        y.shape,
        y.dtype,
      ]);
      const shape = (n: number): unknown => [[n, 1, 2, 3], 'float32', [n], 'int32'];
      assert.deepEqual(shapes, [shape(2), shape(2), shape(1)]);
      assert.deepEqual(order(counting(5), { batchSize: 2 }), [0, 1, 2, 3, 4]);
    });

    it('hold (byte / 255 - 0.5) / 0.25: 0 is -2, 255 is 2, 51 is -1.2', () => {
      const set = { ...counting(1), images: Uint8Array.of(0, 255, 51, 0, 255, 51) };
      const [{ x }] = batches(set);
      for (const [i, value] of [-2, 2, -1.2, -2, 2, -1.2].entries()) {
        assert.ok(Math.abs(x.dataSync()[i] - value) < 1e-6, `${x}`);
      }
    });

    it('take a mean and a deviation for each channel', () => {
      const set = { ...counting(1), images: Uint8Array.of(51, 51, 51, 102, 102, 102) };
      const [{ x }] = batches(set, { mean: [0, 0.2, 0.4], std: [1, 2, 0.5] });
      for (const [i, value] of [0.2, 0, -0.4, 0.4, 0.1, 0].entries()) {
        assert.ok(Math.abs(x.dataSync()[i] - value) < 1e-6, `${x}`);
      }
    });

    it('come in an order of the seed: each image once, the same again, another for another seed', () => {
      const first = order(counting(40), { batchSize: 16, seed: 3 });
      assert.deepEqual(
        [...first].sort((a, b) => a - b),
        Array.from({ length: 40 }, (_, i) => i),
      );
      assert.deepEqual(order(counting(40), { batchSize: 7, seed: 3 }), first);
      assert.notDeepEqual(order(counting(40), { batchSize: 16, seed: 4 }), first);
    });

    it('augment a copy, with random numbers of the seed', () => {
      const set = counting(4);
      const drawn: number[] = [];
      const augment: BatchOptions['augment'] = (pixels, shape, random) => {
        assert.deepEqual(shape, [1, 2, 3]);
        drawn.push(random());
        return pixels.fill(255);
      };
      for (const seed of [1, 1, 2]) {
        for (const { x } of batches(set, { seed, augment })) assert.ok(x.dataSync().every(value => value === 2));
      }
      assert.deepEqual(set.images, counting(4).images);
      assert.deepEqual(drawn.slice(0, 4), drawn.slice(4, 8));
      assert.equal(new Set(drawn).size, 8);
    });

    it('refuse what cannot be', () => {
      const first = (options: BatchOptions) => () => batches(counting(2), options).next();
      assert.throws(first({ batchSize: 0 }), /batchSize of batches is 0; expected/);
      assert.throws(first({ batchSize: 1.5 }), /batchSize of batches is 1.5/);
      assert.throws(first({ seed: 0.5 }), /seed of batches is 0.5/);
      assert.throws(first({ std: 0 }), /std of counting is 0; expected a finite number above 0/);
      assert.throws(
        first({ mean: [1, 2] }),
        /mean of counting is \[1,2\]; expected a finite number, or one for each of 3/,
      );
      assert.throws(first({ augment: () => new Uint8Array(5) }), /5 bytes out of 6/);
    });
  });

  it('channelStatistics are mean and deviation of each channel, computed once', () => {
    const set = { ...counting(1), images: Uint8Array.of(0, 51, 255, 255, 51, 0) };
    const { mean, std } = channelStatistics(set);
    for (const [i, value] of [0.5, 0.2, 0.5].entries()) assert.ok(Math.abs(mean[i] - value) < 1e-12);
    for (const [i, value] of [0.5, 0, 0.5].entries()) assert.ok(Math.abs(std[i] - value) < 1e-7);
    mean[0] = 9;
    set.images.fill(0);
    assert.equal(channelStatistics(set).mean[0], 0.5);
  });

  it('subset takes the first, a range, or indices', () => {
    const firstBytes = (set: ImageSet): number[] => Array.from({ length: set.length }, (_, i) => set.images[i * 6]);
    assert.deepEqual(firstBytes(subset(counting(5), 2)), [0, 6]);
    assert.deepEqual(firstBytes(subset(counting(5), { from: 3 })), [18, 24]);
    assert.deepEqual(firstBytes(subset(counting(5), { from: 1, to: 3 })), [6, 12]);
    const chosen = subset(counting(5), [4, 0]);
    assert.deepEqual(firstBytes(chosen), [24, 0]);
    assert.deepEqual([...chosen.labels], [0, 0]);
    assert.throws(() => subset(counting(5), 6), /no images 0 to before 6 in counting; it has 5/);
    assert.throws(() => subset(counting(5), [5]), /no image 5 in counting; expected 0 to 4/);
  });

  it('split deals every image to one of two sets, by the seed', () => {
    const parts = (seed: number): number[][] => split(counting(10), 0.7, seed).map(part => order(part, {}));
    const [most, rest] = parts(1);
    assert.deepEqual([most.length, rest.length], [7, 3]);
    assert.deepEqual(
      [...most, ...rest].sort((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    assert.deepEqual(parts(1), [most, rest]);
    assert.notDeepEqual(parts(2), [most, rest]);
    assert.throws(() => split(counting(10), 1), /share of counting is 1; expected a number above 0/);
  });

  it('images gives single images for an image grid', () => {
    const [one] = images(counting(3), [1]);
    assert.deepEqual(one, { data: Uint8Array.of(6, 7, 8, 9, 10, 11), width: 2, height: 1, channels: 3 });
    assert.throws(() => images(counting(3), [3]), /no image 3/);
  });
});
