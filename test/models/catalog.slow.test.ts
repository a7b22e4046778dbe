/** Every entry of the catalog, small: a training step, then saving and loading. */
import assert from 'node:assert/strict';
import { ready, tf } from '../../src';
import { skeleton } from '../../src/layers';
import { catalog, type CatalogEntry } from '../../src/models';

/** The form for 32 x 32 images; else the smallest images, of those tried, that it can be built for. */
function smallest({ name, build, at32 }: CatalogEntry): () => tf.LayersModel {
  if (at32) return at32;
  for (const side of [32, 48, 64, 68, 80, 96, 128, 160, 224, 299]) {
    const small = (): tf.LayersModel => build({ inputShape: [side, side, 3], classes: 4 });
    try {
      skeleton(small).dispose();
      return small;
    } catch (error) {
      assert.match(String(error), /image is too small/);
    }
  }
  throw new Error(`${name} cannot be built for pictures of 299 x 299.`);
}

const outputsOf = (value: tf.Tensor | tf.Tensor[]): tf.Tensor[] => [value].flat();

/** One step of gradient descent; gives the loss before it. */
function trainingStep(net: tf.LayersModel, x: tf.Tensor): number {
  return tf.tidy(() => {
    const loss = (): tf.Scalar => {
      const outputs = outputsOf(net.apply(x, { training: true }) as tf.Tensor | tf.Tensor[]);
      const labels = tf.oneHot(tf.tensor1d([0, 1], 'int32'), outputs[0].shape[1]!);
      return tf.addN(outputs.map(logits => tf.losses.softmaxCrossEntropy(labels, logits) as tf.Scalar));
    };
    const variables = net.trainableWeights.map(weight => weight.read() as tf.Variable);
    const { value, grads } = tf.variableGrads(loss, variables);
    assert.equal(Object.keys(grads).length, variables.length, 'every trainable weight gets a gradient');
    for (const [name, gradient] of Object.entries(grads)) {
      assert.ok(gradient.isFinite().all().dataSync()[0], `${name} has a gradient that is not finite`);
    }
    const optimizer = tf.train.sgd(1e-3);
    optimizer.applyGradients(grads);
    optimizer.dispose();
    return value.dataSync()[0];
  });
}

describe('every network of the catalog trains, and is the same after saving and loading', function () {
  before(ready);

  for (const entry of catalog) {
    it(entry.name, async function () {
      const build = smallest(entry);
      const tensors = tf.memory().numTensors;
      const net = build();
      const [, height, width] = net.inputs[0].shape as number[];
      const x = tf.randomUniform([2, height, width, 3], -1, 1, 'float32', 1);
      const before = outputsOf(net.predict(x) as tf.Tensor);
      const loss = trainingStep(net, x);
      assert.ok(Number.isFinite(loss), `the loss is ${loss}`);
      const after = outputsOf(net.predict(x) as tf.Tensor);
      assert.ok(before.some((y, i) => String(y.dataSync()) !== String(after[i].dataSync())), 'the step changes something'); // prettier-ignore

      let saved: tf.io.ModelArtifacts | undefined;
      await net.save(
        tf.io.withSaveHandler(async artifacts => {
          saved = artifacts;
          return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
        }),
      );
      net.dispose();
      const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved!));
      const again = outputsOf(loaded.predict(x) as tf.Tensor);
      after.forEach((y, i) => assert.deepEqual(again[i].dataSync(), y.dataSync()));
      loaded.dispose();
      tf.dispose([x, before, after, again]);
      assert.equal(tf.memory().numTensors, tensors, 'tensors are left');
      this.test!.title += ` (${height} x ${width}, loss ${loss.toFixed(2)})`;
    });
  }
});
