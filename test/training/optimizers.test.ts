/** Every optimizer against PyTorch's in float64: `optimizers.json` is what `optimizers.py` writes. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import {
  adam,
  adamW,
  evaluate,
  fit,
  type FitOptions,
  type ImageSet,
  predictSnapshots,
  ready,
  rmsProp,
  sgd,
  tf,
} from '../../src';
import * as L from '../../src/layers';
import { variableOf } from '../../src/training/network/variables';
import { accumulatingStep, trainingStep } from '../../src/training/step/step';
import { WeightAverage } from '../../src/training/optimizers/weightAverage';
import { onBackends } from '../visualize/onBackends';
import { assertNear, tinyModel, tinySet, weightsOf } from './tiny';

interface Reference {
  images: number[];
  labels: number[];
  shape: ImageSet['shape'];
  hidden: number;
  weights: number[][];
  runs: Record<string, { losses: number[]; weights: number[][]; average?: number[][] }>;
}

const reference = JSON.parse(fs.readFileSync(path.join(__dirname, 'optimizers.json'), 'utf8')) as Reference;
const all = { epsilon: 1e-3, weightDecay: 0.01 };

const RUNS: Record<string, FitOptions> = {
  sgd: { learningRate: 0.1 },
  'sgd, momentum 0, weight decay, falling rate': {
    momentum: 0,
    weightDecay: 0.01,
    learningRate: step => 0.5 / (1 + step),
  },
  nesterov: { optimizer: sgd({ nesterov: true, weightDecay: 0.01 }), learningRate: 0.1 },
  rmsProp: { optimizer: rmsProp() },
  'rmsProp, all options': { optimizer: rmsProp({ smoothing: 0.9, momentum: 0.9, ...all }), learningRate: 0.005 },
  adam: { optimizer: adam() },
  'adam, all options': { optimizer: adam({ beta1: 0.8, beta2: 0.99, ...all }), learningRate: 0.05 },
  adamW: { optimizer: adamW() },
  'adamW, all options': {
    optimizer: adamW({ beta1: 0.8, beta2: 0.99, ...all, weightDecay: 0.1 }),
    learningRate: step => 0.1 / (1 + step),
  },
  clipNorm: { learningRate: 0.1, clipNorm: 0.3 },
  clipValue: { learningRate: 0.1, clipValue: 0.05 },
  accumulate: { optimizer: adam(), learningRate: 0.01, batchSize: 4, accumulate: 3 },
  'accumulate, clipNorm': { learningRate: 0.1, batchSize: 4, accumulate: 3, clipNorm: 0.3 },
  ema: { learningRate: 0.1, ema: 0.9 },
  'label smoothing': { optimizer: adamW(), learningRate: 0.01, labelSmoothing: 0.1 },
};

const set: ImageSet = {
  name: 'twelve',
  images: Uint8Array.from(reference.images),
  labels: Uint8Array.from(reference.labels),
  shape: reference.shape,
  classes: ['a', 'b', 'c'],
  length: reference.labels.length,
};

function network(): tf.LayersModel {
  const layers = [L.flatten(), L.dense(reference.hidden), L.tanh(), L.dense(set.classes.length)];
  const model = L.model('small', { inputShape: set.shape }, ...layers);
  tf.tidy(() => model.setWeights(model.getWeights().map(({ shape }, i) => tf.tensor(reference.weights[i], shape))));
  return model;
}

onBackends('optimizers', () => {
  for (const [name, options] of Object.entries(RUNS)) {
    it(`${name}: twenty steps of PyTorch's`, async () => {
      const model = network();
      const before = tf.memory().numTensors;
      const history = await fit(model, set, { batchSize: set.length, maxSteps: 20, progress: false, ...options });
      const { losses, weights, average } = reference.runs[name];
      assertNear(history.losses, losses, 1e-5);
      weightsOf(model).forEach((weight, i) => assertNear(weight, weights[i], 1e-5));
      average?.forEach((values, i) => assertNear(history.averaged!.weights[i].dataSync(), values, 1e-5));
      history.averaged?.dispose();
      assert.equal(tf.memory().numTensors, before);
      model.dispose();
    });
  }
});

describe('a step of an optimizer', () => {
  before(ready);

  it('is one graph, also with clipping, accumulation and an average', function () {
    if (tf.getBackend() !== 'tensorflow') this.skip();
    for (const choice of [sgd({ nesterov: true }), rmsProp({ momentum: 0.5 }), adam(), adamW()]) {
      const model = network();
      const optimizer = choice.create(model.trainableWeights.map(variableOf));
      const sums = optimizer.variables.map(({ shape }) => tf.tidy(() => tf.variable(tf.zeros(shape))));
      const average = new WeightAverage(model.weights.map(variableOf), 0.9);
      const step = trainingStep(model, optimizer, { sums, average, clipNorm: 1 });
      const gather = accumulatingStep(model, optimizer, sums);
      const before = weightsOf(model);
      tf.tidy(() => {
        const [x, y] = [tf.ones<tf.Rank.R4>([4, ...set.shape]), tf.tensor1d([0, 1, 2, 0], 'int32')];
        for (let i = 0; i < 4; i++) {
          gather(x, y, tf.scalar(0.5));
          step(x, y, tf.scalar(0.1), tf.scalar(0.5));
        }
      });
      assert.deepEqual([step.graphs, step.reason, gather.graphs, gather.reason], [1, undefined, 1, undefined]);
      assert.notDeepEqual(weightsOf(model), before);
      step.dispose();
      gather.dispose();
      optimizer.dispose();
      average.dispose();
      tf.dispose(sums);
      model.dispose();
    }
  });

  it('accumulated over two batches is that of both as one, also where the last is smaller', async () => {
    const run = async (options: FitOptions): Promise<{ losses: number[]; weights: number[][] }> => {
      const model = network();
      const { losses } = await fit(model, set, { epochs: 3, progress: false, learningRate: 0.1, seed: 4, ...options });
      return { losses, weights: weightsOf(model) };
    };
    // Steps of 10 and 2 images: of 5 and 5, and of 2.
    const [whole, parts] = [await run({ batchSize: 10 }), await run({ batchSize: 5, accumulate: 2 })];
    assert.equal(whole.losses.length, 6);
    assertNear(parts.losses, whole.losses, 1e-6);
    parts.weights.forEach((weight, i) => assertNear(weight, whole.weights[i], 1e-6));
  });

  it('leaves smaller batches out with dropLast, in the passes and in the epochs', async () => {
    const sizes: number[] = [];
    const history = await fit(network(), set, {
      progress: false,
      batchSize: 5,
      epochs: 2,
      dropLast: true,
      augment: pixels => (sizes.push(1), pixels),
    });
    assert.deepEqual([history.steps, history.epochs.length], [4, 2]);
    // The images that are left out are not augmented either.
    assert.equal(sizes.length, 20);
    assert.ok(Number.isInteger(Math.round(history.trainError * 10 * 1e6) / 1e6));
  });

  it('keeps an average that predictSnapshots asks and setWeights puts in, running statistics included', async () => {
    const model = tinyModel({ rate: 0 });
    const { averaged } = await fit(model, tinySet(), { progress: false, batchSize: 16, epochs: 2, ema: 0.5 });
    const last = weightsOf(model);
    const [answers] = await predictSnapshots(model, [averaged!], tinySet());
    assert.deepEqual(weightsOf(model), last);
    model.setWeights(averaged!.weights.map(weight => weight.clone()));
    assert.ok(weightsOf(model).every((weight, i) => String(weight) !== String(last[i])));
    const { accuracy } = await evaluate(model, tinySet());
    const right = tf.tidy(
      () =>
        answers
          .argMax(1)
          .equal(tf.tensor1d([...tinySet().labels], 'int32'))
          .mean()
          .dataSync()[0],
    );
    assertNear([accuracy], [right]);
    averaged!.dispose();
  });
});
