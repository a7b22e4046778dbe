import assert from 'node:assert/strict';
import {
  averageProbabilities,
  compareCrops,
  compareEnsemble,
  compareModels,
  fit,
  type ImageSet,
  predict,
  predictCrops,
  predictSnapshots,
  predictTenCrop,
  ready,
  seeded,
  type Snapshot,
  takeSnapshot,
  tf,
} from '../../src';
import { cosineCycles } from '../../src/training';
import * as L from '../../src/layers';
import { assertNear, tinyModel, tinySet, weightsOf } from './tiny';

const members = (...rows: number[][][]): tf.Tensor2D[] => rows.map(row => tf.tensor2d(row));

/** Rows of random probabilities. */
function randomMember(images: number, classes: number, seed: number): tf.Tensor2D {
  return tf.softmax(tf.randomNormal([images, classes], 0, 3, 'float32', seed)) as tf.Tensor2D;
}

describe('ensembles', () => {
  before(ready);

  it('average the probabilities, and compare as a hand does', async () => {
    // Of images of classes 0, 1: the members are right on [1, 1], [1, 0]; their mean [0.7, 0.3], [0.45, 0.55] on both.
    const two = members(
      [
        [0.8, 0.2],
        [0.1, 0.9],
      ],
      [
        [0.6, 0.4],
        [0.8, 0.2],
      ],
    );
    assertNear(averageProbabilities(two).dataSync(), [0.7, 0.3, 0.45, 0.55]);
    const result = await compareEnsemble(two, [0, 1]);
    const losses = [(-Math.log(0.8) - Math.log(0.9)) / 2, (-Math.log(0.6) - Math.log(0.2)) / 2];
    const whole = (-Math.log(0.7) - Math.log(0.55)) / 2;
    assertNear(
      result.members.map(({ loss }) => loss),
      losses,
      1e-6,
    );
    assert.deepEqual(
      result.members.map(({ accuracy }) => accuracy),
      [1, 0.5],
    );
    assertNear([result.ensemble.loss, result.ensemble.accuracy], [whole, 1]);
    assertNear([result.meanLoss, result.lossGain], [(losses[0] + losses[1]) / 2, (losses[0] + losses[1]) / 2 - whole]);
    assertNear([result.meanAccuracy, result.accuracyGain, ...result.interval], [0.75, 0.25, 0, 0.5]);
  });

  it('never have a larger loss than their members in the mean, whatever the members', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seeded(seed);
      const labels = Array.from({ length: 30 }, () => Math.floor(4 * random()));
      const result = await compareEnsemble(
        [1, 2, 3].map(i => randomMember(30, 4, 10 * seed + i)),
        labels,
        { resamples: 10 },
      );
      assert.ok(result.lossGain > 0, `seed ${seed}: ${result.lossGain}`);
    }
    const [same] = [randomMember(30, 4, 1)];
    const { lossGain, accuracyGain, interval } = await compareEnsemble([same, same], Array(30).fill(0));
    assertNear([lossGain, accuracyGain, ...interval], [0, 0, 0, 0], 1e-12);
  });

  it('count a probability of 0 as a small one', async () => {
    const { lossGain, meanLoss } = await compareEnsemble(members([[0, 1]], [[1, 0]]), [0]);
    assertNear([meanLoss, lossGain], [(149 / 2) * Math.LN2, (149 / 2 - 1) * Math.LN2]);
  });

  it('give an interval that repeats from its seed and holds the gain', async () => {
    const labels = Array.from({ length: 60 }, (_, i) => i % 3);
    const three = [1, 2, 3].map(
      seed =>
        tf.softmax(randomMember(60, 3, seed).add(tf.oneHot(tf.tensor1d(labels, 'int32'), 3).mul(0.4))) as tf.Tensor2D,
    );
    const run = (seed: number) => compareEnsemble(three, labels, { seed });
    const first = await run(1);
    assert.deepEqual(await run(1), first);
    assert.notDeepEqual((await run(2)).interval, first.interval);
    const [low, high] = first.interval;
    assert.ok(low < first.accuracyGain && first.accuracyGain < high);
    const narrow = (await compareEnsemble(three, labels, { seed: 1, confidence: 0.5 })).interval;
    assert.ok(narrow[0] > low && narrow[1] < high);
  });

  it('refuse members that answer other images', async () => {
    await assert.rejects(
      compareEnsemble([randomMember(3, 2, 1)], [0, 1]),
      /2 labels are given for answers to 3 images/,
    );
    await assert.rejects(compareEnsemble([], [0]), /list of members is \[\]; expected at least one/);
    assert.throws(() => averageProbabilities([]), /list of members is \[\]; expected at least one/);
  });

  it('of models and of the snapshots of one run', async function () {
    const model = tinyModel({ rate: 0 });
    const tensors = tf.memory().numTensors;
    const snapshots: Snapshot[] = [];
    const last = await fit(model, tinySet(), {
      progress: false,
      batchSize: 16,
      epochs: 6,
      learningRate: cosineCycles(0.1, 3),
      onStep: ({ steps }) => steps % 6 === 0 && snapshots.push(takeSnapshot(model)),
    });
    assert.equal(last.steps, 18);
    assert.equal(snapshots.length, 3);
    const test = tinySet(30, 8, 2);
    const own = weightsOf(model);
    const answers = await predictSnapshots(model, snapshots, test);
    assert.deepEqual(weightsOf(model), own);
    const now = await predict(model, test);
    // One by a graph with constant weights, the other by one without.
    assertNear(answers[2].dataSync(), now.dataSync(), 1e-5);
    assert.throws(() => assertNear(answers[0].dataSync(), now.dataSync(), 1e-3), /is not near/);
    assert.ok((await compareEnsemble(answers, test.labels)).lossGain > 0);
    tf.dispose([answers, now]);
    snapshots.forEach(snapshot => snapshot.dispose());
    const others = [1, 2].map(seed => tinyModel({ seed }));
    const { members: scores, lossGain } = await compareModels([model, ...others], test);
    assert.equal(scores.length, 3);
    assert.ok(lossGain > 0);
    others.forEach(other => other.dispose());
    assert.equal(tf.memory().numTensors, tensors);
  });

  it('cosineCycles starts anew in each cycle (equation 2)', () => {
    const rates = [0, 5, 9, 10, 15, 20, 29].map(step => cosineCycles(0.2, 3)(step, 30));
    assertNear(rates, [
      0.2,
      0.1,
      0.1 * (1 + Math.cos(0.9 * Math.PI)),
      0.2,
      0.1,
      0.2,
      0.1 * (1 + Math.cos(0.9 * Math.PI)),
    ]);
  });
});

describe('ten-crop testing', () => {
  before(ready);

  /** One pixel, red: the logits of a 1 x 1 image are [2 ln 2, 0] where it is white and [-2 ln 2, 0] where it is black. */
  const pixelModel = (): tf.LayersModel => {
    const model = L.model('pixel', { inputShape: [1, 1, 3] }, L.flatten(), L.dense(2));
    model.setWeights([
      tf.tensor2d([
        [Math.log(2), 0],
        [0, 0],
        [0, 0],
      ]),
      tf.tensor1d([0, 0]),
    ]);
    return model;
  };
  /** 3 x 3 images: of the first only the lower left corner is white, of the second the centre and both upper corners. */
  const set: ImageSet = {
    name: 'corners',
    images: Uint8Array.from(
      [
        [0, 0, 0, 0, 0, 0, 1, 0, 0],
        [1, 0, 1, 0, 1, 0, 0, 0, 0],
      ]
        .flat()
        .flatMap(v => Array(3).fill(255 * v)),
    ),
    labels: Uint8Array.from([0, 0]),
    shape: [3, 3, 3],
    classes: ['white', 'black'],
    length: 2,
  };

  for (const batchSize of [1, 2]) {
    it(`averages the probabilities of the ten crops, in batches of ${batchSize}`, async () => {
      const model = pixelModel();
      const tensors = tf.memory().numTensors;
      const crops = await predictCrops(model, set, { batchSize });
      // White crops of the two images in the order of tenCrops; probabilities 0.8 and 0.2.
      const white = (image: number): number[] => crops.map(crop => Number(crop.dataSync()[2 * image] > 0.5));
      assert.deepEqual(white(0), [0, 0, 1, 0, 0, 0, 0, 1, 0, 0]);
      assert.deepEqual(white(1), [1, 1, 0, 0, 1, 1, 1, 0, 0, 1]);
      const mean = await predictTenCrop(model, set, { batchSize });
      assertNear(mean.dataSync(), [0.32, 0.68, 0.56, 0.44]);
      const result = await compareCrops(model, set, { batchSize });
      assert.equal(result.members.length, 10);
      assertNear([result.ensemble.loss], [-(Math.log(0.32) + Math.log(0.56)) / 2]);
      assertNear([result.meanLoss], [-(0.4 * Math.log(0.8) + 0.6 * Math.log(0.2))]);
      tf.dispose([crops, mean]);
      assert.equal(tf.memory().numTensors, tensors);
    });
  }

  it('refuses crops larger than the images', () =>
    assert.rejects(
      predictCrops(tinyModel(), { ...set, classes: ['a', 'b', 'c'] }),
      /tiny takes images of 8 x 8 x 3; expected crops of corners's 3 x 3 x 3/,
    ));
});
