import assert from 'node:assert/strict';
import { evaluate, type ImageSet, predict, ready, tf } from '../../src';
import { assertNear, linearModel } from './tiny';

// Bytes 255 and 0 are the numbers 2 and -2. The logits of the images are [2 ln 2, 0], [-2 ln 2, 0], [2 ln 2, 0].
const SET: ImageSet = {
  name: 'three',
  images: Uint8Array.from([255, 0, 0, 0, 0, 0, 255, 255, 0]),
  labels: Uint8Array.from([0, 0, 0]),
  shape: [1, 1, 3],
  classes: ['a', 'b'],
  length: 3,
};
const KERNEL = [
  [Math.log(2), 0],
  [0, 0],
  [0, 0],
];

describe('evaluate and predict', () => {
  before(ready);

  for (const batchSize of [2, 3]) {
    it(`give the numbers of a network computed by hand, in batches of ${batchSize}`, async () => {
      const model = linearModel(KERNEL, [0, 0]);
      const tensors = tf.memory().numTensors;
      const { loss, accuracy } = await evaluate(model, SET, { batchSize });
      assertNear([loss, accuracy], [(2 * Math.log(5 / 4) + Math.log(5)) / 3, 2 / 3]);
      const probabilities = await predict(model, SET, { batchSize });
      assert.deepEqual(probabilities.shape, [3, 2]);
      assertNear(probabilities.dataSync(), [0.8, 0.2, 0.2, 0.8, 0.8, 0.2]);
      probabilities.dispose();
      assert.equal(tf.memory().numTensors, tensors);
    });
  }
});
