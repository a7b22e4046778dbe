/** Rules of tfjs that TensorFlow's own operations, or tfjs's fused ones, do not follow by themselves. */
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend';
import { variableOf } from '../../src/training/network/variables';

describe("tfjs's rules", () => {
  before(() => ready());

  it('multinomial draws the same of the same seed, another of another, and in the right shares', () => {
    const logits = tf.log(tf.tensor2d([[0.1, 0.2, 0.7]])) as tf.Tensor2D;
    const draw = (seed?: number): string => String(tf.multinomial(logits, 50, seed).dataSync());
    assert.equal(draw(7), draw(7));
    assert.notEqual(draw(7), draw(8));
    assert.notEqual(draw(), draw());
    const drawn = tf.multinomial(logits, 20_000, 3).dataSync();
    for (const [outcome, share] of [0.1, 0.2, 0.7].entries()) {
      const found = drawn.filter(value => value === outcome).length / drawn.length;
      // Six standard deviations of the share.
      assert.ok(
        Math.abs(found - share) < 6 * Math.sqrt((share * (1 - share)) / drawn.length),
        `${found} of ${outcome}`,
      );
    }
  });

  it('a dilated layer of tfjs can be trained: its gradient is that of the parts', () => {
    const layer = tf.layers.conv2d({ filters: 2, kernelSize: 3, dilationRate: 2, inputShape: [7, 7, 1] });
    const model = tf.sequential({ layers: [layer] });
    const x = tf.tensor4d(
      Float32Array.from({ length: 49 }, (_, i) => Math.sin(i)),
      [1, 7, 7, 1],
    );
    const [kernel, bias] = layer.getWeights() as [tf.Tensor4D, tf.Tensor1D];
    const variables = layer.trainableWeights.map(variableOf);
    const { grads } = tf.variableGrads(
      () => (model.apply(x, { training: true }) as tf.Tensor).square().sum(),
      variables,
    );
    const [expected] = tf.grads((w: tf.Tensor, b: tf.Tensor) =>
      tf
        .conv2d(x, w as tf.Tensor4D, 1, 'valid', 'NHWC', 2)
        .add(b)
        .square()
        .sum(),
    )([kernel, bias]);
    const actual = grads[variables[0].name].dataSync();
    expected
      .dataSync()
      .forEach((value, i) =>
        assert.ok(
          Math.abs(actual[i] - value) < 1e-4 * Math.max(1, Math.abs(value)),
          `${actual[i]} in place of ${value}`,
        ),
      );
  });
});
