/** Images of any size, with any number of channels and classes, and with a mean and a deviation of their own. */
import assert from 'node:assert/strict';
import {
  augmentedImages,
  channelStatistics,
  cropTo,
  evaluate,
  filterActivity,
  fit,
  horizontalFlip,
  imageGrid,
  images,
  type ImageSet,
  predict,
  randomCrop,
  ready,
  seeded,
  softmaxCrossEntropy,
  split,
  standardized,
  subset,
  tf,
  topPatches,
  topPatchImages,
} from '../../src';
import * as L from '../../src/layers';
import { assertNear } from './tiny';

function randomSet(shape: ImageSet['shape'], length = 12, classes = 3): ImageSet {
  const random = seeded(shape[2]);
  const images = Uint8Array.from(
    { length: length * shape[0] * shape[1] * shape[2] },
    (_, i) =>
      // Each channel has a mean and a deviation of its own.
      40 * (i % shape[2]) + (200 - 40 * (i % shape[2])) * random(),
  );
  const labels = Uint8Array.from({ length }, (_, i) => i % classes);
  return { name: 'own', images, labels, shape, classes: Array.from({ length: classes }, (_, i) => `c${i}`), length };
}

/** What the network is to see: without the tables of `batches`. */
function seen(set: ImageSet, mean: number[], std: number[]): tf.Tensor4D {
  const channels = set.shape[2];
  const values = Float32Array.from(set.images, (byte, i) => (byte / 255 - mean[i % channels]) / std[i % channels]);
  return tf.tensor4d(values, [set.length, ...set.shape]);
}

const network = (set: ImageSet): tf.LayersModel =>
  L.model(
    'own',
    { inputShape: set.shape, seed: 3 },
    L.conv(4, 3),
    L.relu(),
    L.maxPool(2),
    L.flatten(),
    L.dense(set.classes.length),
  );

describe('image sets of any kind', () => {
  before(ready);

  for (const shape of [
    [6, 10, 1],
    [9, 5, 2],
    [5, 8, 3],
    [7, 6, 4],
  ] as ImageSet['shape'][]) {
    it(`${shape.join(' x ')}: fit, evaluate, predict and the pictures see one mean and one deviation`, async () => {
      const plain = randomSet(shape);
      const { mean, std } = channelStatistics(plain);
      const set = standardized(plain);
      const model = network(set);
      const tensors = tf.memory().numTensors;
      const expected = tf.tidy(() => {
        const x = seen(set, mean, std);
        const logits = model.predict(x) as tf.Tensor2D;
        const y = tf.tensor1d([...set.labels], 'int32');
        const maps = model.layers.find(({ name }) => name.startsWith('relu'))!.output as tf.SymbolicTensor;
        const activations = tf.model({ inputs: model.inputs, outputs: maps }).predict(x) as tf.Tensor;
        return {
          loss: softmaxCrossEntropy(logits, y).dataSync()[0],
          probabilities: tf.softmax(logits).dataSync(),
          maxima: [...activations.max([1, 2]).dataSync()],
        };
      });
      assertNear([(await evaluate(model, set, { batchSize: 5 })).loss], [expected.loss], 1e-5);
      const probabilities = await predict(model, set, { batchSize: 5 });
      assertNear(probabilities.dataSync(), expected.probabilities, 1e-5);
      probabilities.dispose();
      const activity = await filterActivity(model, set);
      assertNear(
        activity.map(({ maximum }) => maximum),
        [0, 1, 2, 3].map(map => Math.max(...expected.maxima.filter((_, i) => i % 4 === map))),
        1e-5,
      );
      if (shape[2] !== 2) {
        const [patches] = await topPatches(model, set, { layer: 'relu', maps: [1], count: 3 });
        const best = expected.maxima.filter((_, i) => i % 4 === 1).sort((a, b) => b - a);
        assertNear(
          patches.map(({ value }) => value),
          best.slice(0, 3),
          1e-5,
        );
        imageGrid([...topPatchImages([patches]), ...images(set, [0, 1]), ...augmentedImages(set, 0, horizontalFlip())]);
      } else assert.throws(() => images(set, [0]), /Images of 2 channels cannot be shown, as those of own/);
      const history = await fit(model, set, { maxSteps: 1, batchSize: 12, progress: false, validation: set });
      assertNear(history.losses, [expected.loss], 1e-5);
      assert.equal(tf.memory().numTensors, tensors);
    });
  }

  it('keep their mean and deviation in parts and crops', async () => {
    const set = standardized(randomSet([8, 10, 3]));
    const parts = [subset(set, 4), ...split(set, 0.5), subset(set, [3, 1])];
    for (const part of parts) assert.deepEqual([part.mean, part.std], [set.mean, set.std]);
    const model = network({ ...set, shape: [6, 6, 3] });
    const history = await fit(model, set, { maxSteps: 2, batchSize: 6, augment: cropTo(6), progress: false });
    assert.equal(history.steps, 2);
    await fit(network(set), set, { maxSteps: 2, batchSize: 6, augment: randomCrop({ padding: 2 }), progress: false });
  });

  it('of the validation are standardized as the training set is, or refused', async () => {
    const [train, test] = split(randomSet([6, 6, 3], 24), 0.5);
    const own = standardized(train);
    const run = (validation: ImageSet) =>
      fit(network(own), own, { maxSteps: 2, batchSize: 6, progress: false, validation });
    await assert.rejects(run(test), /own is standardized by .*, and own by .*; expected the same, as by standardized/);
    await assert.rejects(run(standardized(test)), /expected the same/);
    assert.equal((await run(standardized(test, train))).epochs.length, 1);
  });

  it('may have more than 256 classes, whose labels do not wrap', async () => {
    const bytes = randomSet([2, 2, 1], 600, 300);
    await assert.rejects(
      fit(network(bytes), bytes, { maxSteps: 1, progress: false }),
      /The labels of own are bytes, and it has 300 classes; expected a Uint16Array or an Int32Array/,
    );
    const wide = Array.from({ length: 600 }, (_, i) => i % 300);
    for (const labels of [Uint16Array.from(wide), Int32Array.from(wide)]) {
      const set = { ...bytes, labels };
      const last = subset(set, [299, 599, 0]);
      assert.deepEqual([...last.labels], [299, 299, 0]);
      assert.deepEqual(
        [...split(set, 0.5)]
          .flatMap(({ labels }) => [...labels])
          .sort((a, b) => b - a)
          .slice(0, 3),
        [299, 299, 298],
      );
      const model = L.model('bias', { inputShape: [2, 2, 1] }, L.flatten(), L.dense(300));
      tf.tidy(() => model.setWeights([tf.zeros([4, 300]), tf.oneHot(tf.scalar(299, 'int32'), 300).mul(50).as1D()]));
      assertNear([(await evaluate(model, last)).accuracy], [2 / 3]);
      assert.equal((await fit(model, set, { maxSteps: 1, batchSize: 600, progress: false })).trainError, 598 / 600);
    }
  });

  it('with a channel that is the same everywhere cannot be standardized by it', () => {
    const set = randomSet([2, 2, 1]);
    set.images.fill(7);
    assert.throws(
      () => standardized(set),
      /std of own is \[0\]; expected a finite number above 0, or one for each of 1/,
    );
  });
});
