import assert from 'node:assert/strict';
import { gradientNorms, layers as L, tf } from '../../src';
import { onBackends } from '../visualize/onBackends';
import { assertNear, tinyModel, weightsOf } from './tiny';

/** A 1 x 1 convolution, then a main classifier and an auxiliary one on its mean: two outputs of two logits. */
function twoHeads(): tf.LayersModel {
  return L.modelOf('twoHeads', { inputShape: [1, 1, 2] }, x => {
    const stem = L.named('stem', L.conv(2, 1, { bias: false }), L.flatten())(x);
    const head = (name: string) => L.named(name, L.dense(2, { bias: false }))(stem);
    return [head('main'), head('auxiliary')];
  });
}

onBackends('gradient norms', () => {
  it('are what a hand computes, with and without the auxiliary classifier', async () => {
    const model = twoHeads();
    // The stem is the identity; both heads are, too, so that the logits are the input: [0, 0] for the input 0.
    const identity = [1, 0, 0, 1];
    model.setWeights([tf.tensor(identity, [1, 1, 2, 2]), tf.tensor(identity, [2, 2]), tf.tensor(identity, [2, 2])]);
    const [x, y] = [tf.tensor4d([3, 3], [1, 1, 1, 2]), tf.tensor1d([0], 'int32')];
    const tensors = tf.memory().numTensors;
    // Equal logits: softmax - target is [-1/2, 1/2]. By a head's filters: 3 of it in each row, so 3 sqrt(4 / 4) = 3.
    // By the stem's: the heads' sum, (1 + weight) times the same.
    const named = async (auxiliaryWeight?: number) =>
      Object.fromEntries(
        (await gradientNorms(model, x, y, { auxiliaryWeight })).map(({ layer, norm }) => [layer, norm]),
      );
    const [without, paper] = [await named(0), await named()];
    assert.deepEqual(Object.keys(paper), ['stem/conv', 'main/dense', 'auxiliary/dense']);
    assertNear(Object.values(without), [3, 3, 0], 1e-5);
    assertNear(Object.values(paper), [3 * 1.3, 3, 0.9], 1e-5);
    assert.equal(tf.memory().numTensors, tensors);
    tf.dispose([x, y]);
    model.dispose();
  });

  it('leave the weights, the running statistics and the memory as they were, and repeat', async () => {
    const model = tinyModel();
    const before = weightsOf(model);
    const x = tf.randomNormal([6, 8, 8, 3], 0, 1, 'float32', 1) as tf.Tensor4D;
    const y = tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32');
    const tensors = tf.memory().numTensors;
    const first = await gradientNorms(model, x, y);
    assert.ok(first.length === 3 && first.every(({ norm }) => norm > 0));
    assert.deepEqual(await gradientNorms(model, x, y), first);
    assert.notDeepEqual(await gradientNorms(model, x, y, { seed: 1 }), first);
    assert.deepEqual(weightsOf(model), before);
    assert.equal(tf.memory().numTensors, tensors);
    tf.dispose([x, y]);
    model.dispose();
  });
});
