import assert from 'node:assert/strict';
import { fit, type ImageSet, layers as L, predict, tf } from '../../src';
import { onBackends } from '../visualize/onBackends';
import { assertNear, weightsOf } from './tiny';

/** White pixels of class 0. */
const white: ImageSet = {
  name: 'white',
  images: new Uint8Array(6).fill(255),
  labels: Uint8Array.from([0, 0]),
  shape: [1, 1, 3],
  classes: ['white', 'black'],
  length: 2,
};

/** A main and an auxiliary classifier on the pixel: logits [0, 0] and [ln 3, 0]. */
function twoHeads(): tf.LayersModel {
  const model = L.modelOf('twoHeads', { inputShape: [1, 1, 3] }, x => {
    const pixel = L.flatten()(x);
    return [L.named('main', L.dense(2))(pixel), L.named('auxiliary', L.dense(2))(pixel)];
  });
  model.setWeights([tf.zeros([3, 2]), tf.zeros([2]), tf.zeros([3, 2]), tf.tensor1d([Math.log(3), 0])]);
  return model;
}

onBackends('auxiliary classifiers in training', () => {
  const options = { maxSteps: 1, batchSize: 2, learningRate: 0.1, momentum: 0, progress: false } as const;

  it('count 0.3 in the loss and in its gradient, or what the caller says', async () => {
    for (const [auxiliaryWeight, weight] of [
      [undefined, 0.3],
      [0, 0],
      [1, 1],
    ] as const) {
      const model = twoHeads();
      const { losses } = await fit(model, white, { ...options, auxiliaryWeight });
      assertNear(losses, [Math.log(2) + weight * Math.log(4 / 3)], 1e-6);
      // By the biases: probabilities minus target, [1/2 - 1, 1/2] and [3/4 - 1, 1/4].
      const [, main, , auxiliary] = weightsOf(model);
      assertNear(main, [0.05, -0.05], 1e-6);
      assertNear(auxiliary, [Math.log(3) + 0.025 * weight, -0.025 * weight], 1e-6);
      model.dispose();
    }
  });

  it('are off at inference: the answer is the main one alone', async () => {
    const model = twoHeads();
    const answer = await predict(model, white);
    assert.deepEqual(answer.shape, [2, 2]);
    assertNear(answer.dataSync(), [0.5, 0.5, 0.5, 0.5], 1e-6);
    answer.dispose();
    model.dispose();
  });
});
