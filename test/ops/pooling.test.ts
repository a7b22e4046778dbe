import assert from 'node:assert/strict';
import { ops, tf } from '../../src';
import { onBackends } from '../visualize/onBackends';

onBackends('pooling', () => {
  /** Sides after pooling `times` times. */
  const sides = (side: number, size: number, ceilMode: boolean, times: number): number[] =>
    tf.tidy(() => {
      let x = tf.zeros([1, side, side, 1]) as tf.Tensor4D;
      return Array.from({ length: times }, () => (x = ops.maxPool(x, size, { stride: 2, ceilMode })).shape[1]);
    });
  const pooled = (rows: number[][], size: number, ceilMode: boolean): number[][] =>
    tf.tidy(() => {
      const x = tf.tensor4d(rows.flat(), [1, rows.length, rows[0].length, 1]);
      return ops.maxPool(x, size, { stride: 2, ceilMode }).squeeze<tf.Tensor2D>([0, 3]).arraySync();
    });

  it('overlapping (z = 3, s = 2) and tiling (z = 2, s = 2) windows give AlexNet maps of equal sizes (section 3.4)', () => {
    assert.deepEqual(sides(55, 3, false, 3), [27, 13, 6]);
    assert.deepEqual(sides(55, 2, false, 3), [27, 13, 6]);
  });

  it('ceil and floor: what Caffe and PyTorch make of an even side', () => {
    // GoogLeNet's 112 to 56 needs ceil; floor gives 55. tfjs-node forgets its own ceil (architectures.md, section 0).
    assert.deepEqual([sides(112, 3, true, 1), sides(112, 3, false, 1)], [[56], [55]]);
    assert.deepEqual([sides(56, 3, true, 1), sides(56, 3, false, 1)], [[28], [27]]);
    assert.deepEqual(sides(110, 3, true, 1), [55], "ZFNet's 110 to 55");
  });

  const RAMP = [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [9, 10, 11, 12],
    [13, 14, 15, 16],
  ];
  it('has the largest of each window, computed by hand', () => {
    assert.deepEqual(pooled(RAMP, 3, false), [[11]]);
    assert.deepEqual(pooled(RAMP, 3, true), [
      [11, 12],
      [15, 16],
    ]);
    assert.deepEqual(pooled(RAMP, 2, false), [
      [6, 8],
      [14, 16],
    ]);
  });

  it('a window over the edge sees no zeros: the largest of negative numbers is negative', () => {
    const negative = RAMP.map(row => row.map(value => value - 20));
    assert.deepEqual(pooled(negative, 3, true), [
      [-9, -8],
      [-5, -4],
    ]);
  });

  it('the gradient adds up where overlapping windows chose the same place', () => {
    const peak = Array.from({ length: 25 }, (_, i) => (i === 12 ? 9 : 0));
    const gradient = tf.tidy(() =>
      tf
        .grad((x: tf.Tensor) => ops.maxPool(x as tf.Tensor4D, 3, { stride: 2 }).sum())(tf.tensor4d(peak, [1, 5, 5, 1]))
        .dataSync(),
    );
    assert.deepEqual(
      [...gradient],
      peak.map(value => (value ? 4 : 0)),
    );
  });
});
