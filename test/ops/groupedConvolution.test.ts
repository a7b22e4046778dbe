import assert from 'node:assert/strict';
import { blockCost, layers as L, ops, seeded, tf } from '../../src';
import { onBackends } from '../visualize/onBackends';

/** Numbers in -1 .. 1. */
function numbers(shape: [number, number, number, number], seed: number): tf.Tensor4D {
  const random = seeded(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor4d(
    Float32Array.from({ length: size }, () => 2 * random() - 1),
    shape,
  );
}

/** The grouped filter as that of a dense convolution: zero wherever a filter does not look. */
function blockDiagonal(filter: tf.Tensor4D, groups: number): tf.Tensor4D {
  const [height, width, inGroup, out] = filter.shape;
  const parts = tf.split(filter, groups, 3) as tf.Tensor4D[];
  return tf.concat(
    parts.map((part, g) =>
      part.pad([
        [0, 0],
        [0, 0],
        [g * inGroup, (groups - 1 - g) * inGroup],
        [0, 0],
      ]),
    ),
    3,
  ) as tf.Tensor4D & { shape: [typeof height, typeof width, number, typeof out] };
}

const largest = (x: tf.Tensor): number => x.abs().max().dataSync()[0];

onBackends('grouped convolution', () => {
  it('computes what a hand does: two groups of two channels', () =>
    tf.tidy(() => {
      // One pixel with the channels 1, 2 | 3, 4; filters [1, 10] and [100, 1000].
      const x = tf.tensor4d([1, 2, 3, 4], [1, 1, 1, 4]);
      const filter = tf.tensor4d([1, 100, 10, 1000], [1, 1, 2, 2]);
      const y = ops.conv2d(x, filter, { groups: 2 });
      assert.deepEqual([...y.dataSync()], [1 * 1 + 2 * 10, 3 * 100 + 4 * 1000]);
    }));

  for (const [groups, out, stride] of [
    [2, 4, 1],
    [3, 9, 2],
    [6, 6, 1],
    [6, 12, 2],
  ]) {
    it(`equals the dense convolution with a block-diagonal filter: ${groups} groups, ${out} filters, stride ${stride}`, () =>
      tf.tidy(() => {
        const x = numbers([2, 5, 6, 6], 1);
        const filter = numbers([3, 3, 6 / groups, out], 2);
        const options = { stride, padding: 1 };
        const grouped = (x: tf.Tensor4D, w: tf.Tensor4D): tf.Tensor => ops.conv2d(x, w, { ...options, groups });
        const dense = (x: tf.Tensor4D, w: tf.Tensor4D): tf.Tensor => ops.conv2d(x, blockDiagonal(w, groups), options);
        const y = grouped(x, filter);
        assert.ok(largest(y.sub(dense(x, filter))) < 1e-5);
        const dy = numbers(y.shape as never, 3);
        const [one, other] = [grouped, dense].map(run => tf.grads(run as never)([x, filter], dy));
        one.forEach((gradient, i) => {
          assert.ok(largest(other[i]) > 0.1);
          assert.ok(largest(gradient.sub(other[i])) < 1e-4);
        });
      }));
  }

  it('sends no gradient from one group to the channels of another', () =>
    tf.tidy(() => {
      const x = numbers([1, 4, 4, 6], 1);
      const filter = numbers([3, 3, 3, 4], 2);
      const first = (x: tf.Tensor): tf.Tensor =>
        ops
          .conv2d(x as tf.Tensor4D, filter, { groups: 2, padding: 1 })
          .slice([0, 0, 0, 0], [-1, -1, -1, 2])
          .sum();
      const [own, others] = tf.split(tf.grad(first)(x), 2, 3);
      assert.ok(largest(own) > 0.1);
      assert.equal(largest(others), 0);
    }));

  it('refuses a filter that does not fit', () =>
    assert.throws(
      () => ops.conv2d(tf.zeros([1, 4, 4, 6]), tf.zeros([3, 3, 2, 4]), { groups: 2 }),
      /with 2 groups does not fit 6 channels/,
    ));
});

describe('the cost of a grouped convolution', () => {
  it('is that of the dense one divided by the groups', () => {
    const cost = (groups: number): [number, number] => {
      const { parameters, multiplyAdds } = blockCost([14, 14, 256], L.conv(256, 3, { groups, bias: false }));
      return [parameters, multiplyAdds];
    };
    const [parameters, multiplyAdds] = [9 * 256 * 256, 196 * 9 * 256 * 256];
    assert.deepEqual(cost(1), [parameters, multiplyAdds]);
    for (const groups of [2, 4, 32, 256]) assert.deepEqual(cost(groups), [parameters / groups, multiplyAdds / groups]);
  });

  // Xie et al., CVPR 2017, section 3.1 and table 2: C (256 d + 9 d^2 + 256 d) of a block of conv2_x.
  it("is the paper's in each cardinality of table 2", () => {
    const block = (cardinality: number, width: number): number =>
      blockCost(
        [56, 56, 256],
        L.chain(
          L.conv(cardinality * width, 1, { bias: false }),
          L.conv(cardinality * width, 3, { groups: cardinality, bias: false }),
          L.conv(256, 1, { bias: false }),
        ),
      ).parameters;
    const table = [
      [1, 64],
      [2, 40],
      [4, 24],
      [8, 14],
      [32, 4],
    ].map(([c, d]) => block(c, d));
    assert.deepEqual(table, [69_632, 69_760, 69_888, 71_456, 70_144]);
  });
});
