import assert from 'node:assert/strict';
import { gateLayers, gatesPerClass, layers as L, type ImageSet, tf } from '../../src';
import { squeezeExcite } from '../../src/layers';
import { assertNear, tinyModel, tinySet } from '../training/tiny';
import { onBackends } from './onBackends';

/** 1 x 1 images in three grey levels: bytes 0, 255 of class 0, 127.5 on average; 255 of class 1. */
const greys: ImageSet = {
  name: 'greys',
  images: Uint8Array.from([0, 255, 255].flatMap(v => [v, v, v])),
  labels: Uint8Array.from([0, 0, 1]),
  shape: [1, 1, 3],
  classes: ['mixed', 'white'],
  length: 3,
};

onBackends('the gates of squeeze and excitation', () => {
  it('are averaged over each class as a hand does', async () => {
    const model = L.model('gated', { inputShape: [1, 1, 3] }, L.named('se', squeezeExcite({ reduction: 3 })), L.flatten(), L.dense(2)); // prettier-ignore
    // squeeze = relu(red channel), which is -2 or 2; excite = sigmoid([1, -1, 0] times it).
    const [one, zero] = [tf.tensor([1, 0, 0], [1, 1, 3, 1]), tf.zeros([1])];
    model.setWeights([one, zero, tf.tensor([1, -1, 0], [1, 1, 1, 3]), tf.zeros([3]), tf.zeros([3, 2]), tf.zeros([2])]);
    assert.deepEqual(gateLayers(model), ['se/sigmoid']);
    const tensors = tf.memory().numTensors;
    for (const batchSize of [1, 64]) {
      const [{ layer, means, classDeviation }] = await gatesPerClass(model, greys, { batchSize });
      const up = 1 / (1 + Math.exp(-2));
      assert.equal(layer, 'se/sigmoid');
      assertNear(means[0], [(0.5 + up) / 2, (0.5 + 1 - up) / 2, 0.5], 1e-5);
      assertNear(means[1], [up, 1 - up, 0.5], 1e-5);
      // Two values differ from their mean by half of their difference.
      assertNear([classDeviation], [((up - 0.5) / 4 + (up - 0.5) / 4 + 0) / 3], 1e-5);
    }
    assert.equal(tf.memory().numTensors, tensors);
    model.dispose();
  });

  it('are asked only of networks that have them, and of classes with images', async () => {
    const model = tinyModel();
    await assert.rejects(gatesPerClass(model, tinySet()), /tiny has no layer that multiplies maps/);
    const gated = L.model('gated', { inputShape: [1, 1, 3] }, squeezeExcite({ reduction: 3 }), L.flatten());
    const set = { ...greys, classes: ['mixed', 'white', 'none'] };
    await assert.rejects(gatesPerClass(gated, set), /greys has no image of class none/);
    model.dispose();
    gated.dispose();
  });
});
