import assert from 'node:assert/strict';
import {
  allMasks,
  averageOverMasks,
  dropout2012,
  dropoutMask,
  invertedDropout,
  monteCarloDropout,
  tf,
} from '../../src';
import { compile } from '../../src/backend';
import * as L from '../../src/layers';
import { onBackends } from '../visualize/onBackends';
import { assertNear, tinyModel, weightsOf } from './tiny';

onBackends('dropout', () => {
  it('the form of 2012 scales at test, the inverted one in training', () => {
    const x = tf.tensor1d([1, 2, 3, 4]);
    const mask = tf.tensor1d([1, 0, 1, 0]);
    assertNear(dropout2012(x, mask).dataSync(), [1, 0, 3, 0]);
    assertNear(dropout2012(x).dataSync(), [0.5, 1, 1.5, 2]);
    assertNear(invertedDropout(x, mask).dataSync(), [2, 0, 6, 0]);
    assertNear(invertedDropout(x).dataSync(), [1, 2, 3, 4]);
    assertNear(dropout2012(x, undefined, { rate: 0.7 }).dataSync(), [0.3, 0.6, 0.9, 1.2]);
    assertNear(invertedDropout(x, mask, { rate: 0.75 }).dataSync(), [4, 0, 12, 0], 1e-5);
  });

  it('a mask repeats from its seed, and drops `rate`, not keeps it', () => {
    const mask = dropoutMask([100, 100], { rate: 0.2, seed: 3 });
    assert.deepEqual(mask.dataSync(), dropoutMask([100, 100], { rate: 0.2, seed: 3 }).dataSync());
    assert.notDeepEqual(mask.dataSync(), dropoutMask([100, 100], { rate: 0.2, seed: 4 }).dataSync());
    // Four standard deviations of a mean of 10,000.
    assertNear(mask.mean().dataSync(), [0.8], 0.016);
    assert.throws(() => dropoutMask([2], { rate: 1 }), /rate of dropoutMask is 1/);
  });

  it('allMasks has every mask once', () => {
    assert.deepEqual(allMasks(2).arraySync(), [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ]);
    assert.equal(new Set((allMasks(7).arraySync() as number[][]).map(String)).size, 128);
    assert.throws(() => allMasks(17), /expected a whole number from 1 to 16/);
  });

  for (const rate of [0.5, 0.3]) {
    it(`over all 2^10 masks at rate ${rate}, scaling is the mean of a linear layer and the geometric mean of a softmax`, () => {
      const n = 10;
      const [x, kernel, bias] = [
        tf.randomNormal([n], 0, 1, 'float32', 1),
        tf.randomNormal([n, 4], 0, 1, 'float32', 2),
        tf.randomNormal([4], 0, 1, 'float32', 3),
      ];
      const { linear, softmax } = averageOverMasks(x as tf.Tensor1D, kernel as tf.Tensor2D, bias as tf.Tensor1D, {
        rate,
      });
      assertNear(linear.mean.dataSync(), linear.scaled.dataSync(), 1e-5);
      assertNear(softmax.geometricMean.dataSync(), softmax.scaled.dataSync(), 1e-5);
      const scaled = softmax.scaled.dataSync();
      const gap = [...softmax.mean.dataSync()].reduce((most, p, i) => Math.max(most, Math.abs(p - scaled[i])), 0);
      assert.ok(gap > 0.01, `the arithmetic mean differs only by ${gap}`);
    });
  }

  // x = 1, kernel [ln 4, 0], no bias: logits [0, 0] or [ln 4, 0], probabilities 1/2 or 4/5; scaled [ln 2, 0].
  it('gives the numbers of one unit computed by hand', () => {
    const { softmax } = averageOverMasks(tf.tensor1d([1]), tf.tensor2d([[Math.log(4), 0]]), tf.tensor1d([0, 0]));
    assertNear(softmax.mean.dataSync(), [0.65, 0.35]);
    assertNear(softmax.geometricMean.dataSync(), [2 / 3, 1 / 3]);
    assertNear(softmax.scaled.dataSync(), [2 / 3, 1 / 3]);
  });

  describe('monteCarloDropout', () => {
    const x = (): tf.Tensor4D => tf.randomNormal([5, 8, 8, 3], 0, 1, 'float32', 7);

    it('repeats from its seed, and its rows sum to 1', () => {
      const model = tinyModel();
      const run = (seed: number): number[][] => {
        const { mean, deviation } = monteCarloDropout(model, x(), { samples: 8, seed });
        assertNear(mean.sum(1).dataSync(), [1, 1, 1, 1, 1]);
        assert.ok(deviation.min().dataSync()[0] > 0);
        return [[...mean.dataSync()], [...deviation.dataSync()]];
      };
      const first = run(1);
      assert.deepEqual(run(1), first);
      assert.notDeepEqual(run(2), first);
    });

    it('comes near the mean over all masks', () => {
      const kernel = tf.tensor2d([
        [1, 0],
        [-2, 0],
        [3, 0],
      ]);
      const model = L.model('one', { inputShape: [1, 1, 3] }, L.flatten(), L.dropout(0.5), L.dense(2));
      model.setWeights([kernel, tf.tensor1d([0, 0])]);
      const { mean } = monteCarloDropout(model, tf.ones([1, 1, 1, 3]), { samples: 2000, seed: 1 });
      // The layer has the inverted form: its kept units are doubled.
      const exact = averageOverMasks(tf.tensor1d([2, 2, 2]), kernel, tf.tensor1d([0, 0]));
      // Four standard deviations: one of a probability is below 0.5.
      assertNear(mean.dataSync(), exact.softmax.mean.dataSync(), (4 * 0.5) / Math.sqrt(2000));
    });

    it('leaves the model as it was: weights, batch statistics, and no dropout at test', () => {
      const model = tinyModel();
      const input = x();
      const weights = weightsOf(model);
      const answer = (model.predict(input) as tf.Tensor).dataSync();
      const tensors = tf.memory().numTensors;
      const result = monteCarloDropout(model, input, { samples: 3 });
      tf.dispose([result.mean, result.deviation]);
      assert.equal(tf.memory().numTensors, tensors);
      assert.deepEqual(weightsOf(model), weights);
      assert.deepEqual((model.predict(input) as tf.Tensor).dataSync(), answer);
    });

    it('refuses a model without dropout', () =>
      assert.throws(() => monteCarloDropout(tinyModel({ rate: 0 }), x()), /tiny has no dropout/));
  });

  describe('the layer', () => {
    const layerOf = (rate: number): L.Dropout =>
      L.model('d', { inputShape: [2, 2, 1] }, L.dropout(rate)).layers[1] as L.Dropout;
    const ones = (batch = 3): tf.Tensor => tf.ones([batch, 2, 2, 1]);

    it('uses the masks drawn for this batch size, and else draws its own', () => {
      const layer = layerOf(0.5);
      let i = 0;
      layer.draw(3, () => [0.1, 0.9][i++ % 2]);
      const call = (x: tf.Tensor, training: boolean): Float32Array =>
        (layer.apply(x, { training }) as tf.Tensor).dataSync() as Float32Array;
      assert.deepEqual(
        [...call(ones(), true)],
        Array.from({ length: 12 }, (_, k) => 2 * (k % 2)),
      );
      assert.deepEqual([...call(ones(), false)], Array(12).fill(1));
      layer.release();
      const seen = new Set(Array.from({ length: 20 }, () => String(call(ones(), true))));
      assert.ok(seen.size > 10);
      assert.ok([...seen].every(text => /^[02](,[02])*$/.test(text)));
    });

    it('sends the gradient through the kept units only', () => {
      const layer = layerOf(0.75);
      let i = 0;
      layer.draw(1, () => [0.8, 0.1, 0.9, 0.7][i++]);
      const gradient = tf.grad(x => layer.apply(x, { training: true }) as tf.Tensor)(ones(1));
      assertNear(gradient.dataSync(), [4, 0, 4, 0]);
    });

    it('has the masks of now in a step that is compiled', () => {
      const layer = layerOf(0.5);
      const step = compile((x: tf.Tensor) => (layer.apply(x, { training: true }) as tf.Tensor).mul(1));
      for (let call = 0; call < 6; call++) {
        const kept = Array.from({ length: 12 }, (_, i) => (call >> (i % 3)) & 1);
        let i = 0;
        layer.draw(3, () => kept[i++]);
        assertNear(
          step(ones()).dataSync(),
          kept.map(one => 2 * one),
        );
      }
      // Only where there are graphs at all.
      if (tf.getBackend() === 'tensorflow') assert.equal(step.graphs, 1);
    });

    it('is saved under tfjs’s name, and loads', async () => {
      const model = tinyModel();
      const loaded = (await tf.models.modelFromJSON(model.toJSON(undefined, false) as never)) as tf.LayersModel;
      const rates = loaded.layers
        .filter(layer => layer.getClassName() === 'Dropout')
        .map(layer => layer.getConfig().rate);
      assert.deepEqual(rates, [0.3, 0.3]);
    });
  });
});
