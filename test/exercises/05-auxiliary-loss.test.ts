import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import type { Weights } from '../../solutions/05-auxiliary-loss';
import { answers, random as draw } from './answers';

const { totalLoss, stemGradient } = answers<typeof import('../../solutions/05-auxiliary-loss')>('05-auxiliary-loss');

/** How the losses of the main and of the auxiliary classifiers make one number. */
type Mix = (main: number, auxiliary: number[], training: boolean) => number;

const right: Mix = (main, auxiliary, training) => (training ? main + 0.3 * sum(auxiliary) : main);
const MISTAKES: [message: string, mix: Mix][] = [
  ['the auxiliary losses count at test time too: there only the main one does', (m, a) => m + 0.3 * sum(a)],
  ['the auxiliary losses are missing in training', m => m],
  ['the auxiliary losses are not weighted: each counts 0.3', (m, a) => m + sum(a)],
  ['the weight 0.3 is on the main loss: it is on the auxiliary ones', (m, a) => 0.3 * m + sum(a)],
  ['the main loss is weighted by 0.3 too', (m, a) => 0.3 * (m + sum(a))],
  ['the main loss is weighted by 0.7: it counts fully', (m, a) => 0.7 * m + 0.3 * sum(a)],
  ['the auxiliary losses were averaged: each of them counts 0.3', (m, a) => m + (0.3 * sum(a)) / a.length],
  ['only the first auxiliary loss counts', (m, a) => m + 0.3 * a[0]],
  ['the main loss is missing in training', (_, a) => 0.3 * sum(a)],
  ['the loss is divided by the sum of the weights', (m, a) => (m + 0.3 * sum(a)) / (1 + 0.3 * a.length)],
];

const sum = (values: number[]): number => values.reduce((total, x) => total + x, 0);
const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-4 * Math.max(1, Math.abs(b));
const random = (rows: number, columns: number): tf.Tensor2D => draw.normal([rows, columns]);
const labelsOf = (classes: number[], count: number) =>
  tf.oneHot(tf.tensor1d(classes, 'int32'), count).toFloat() as tf.Tensor2D;

/** -log p(label) of every picture, in plain numbers. */
function crossEntropies(scores: tf.Tensor2D, labels: tf.Tensor2D): number[] {
  const wanted = labels.arraySync().map(row => row.indexOf(1));
  return scores.arraySync().map((row, i) => Math.log(sum(row.map(score => Math.exp(score - row[wanted[i]])))));
}

async function expectLoss(main: tf.Tensor2D, auxiliary: tf.Tensor2D[], labels: tf.Tensor2D, training: boolean) {
  const answer: unknown = await totalLoss(main, auxiliary, labels, training);
  assert.ok(answer instanceof tf.Tensor, `totalLoss must return a tensor, got ${typeof answer}.`);
  assert.equal(answer.size, 1, `the loss has shape [${answer.shape}]: take the mean over the batch.`);
  const actual = answer.dataSync()[0];
  const totals = (
    reduce: (values: number[]) => number,
    mix: Mix,
    turn = (s: tf.Tensor2D): tf.Tensor2D => s,
  ): number => {
    const [first, ...others] = [main, ...auxiliary].map(s => reduce(crossEntropies(turn(s), labels)));
    return mix(first, others, training);
  };
  const mean = (values: number[]): number => sum(values) / values.length;
  const expected = totals(mean, right);
  if (near(actual, expected)) return;
  const where = training ? 'in training' : 'at test time';
  const softmax = totals(mean, right, s => tf.softmax(s));
  assert.ok(!near(actual, softmax), 'softmax was taken twice: the loss takes scores, not probabilities.');
  assert.ok(!near(actual, totals(sum, right)), 'the batch was summed: take the mean.');
  assert.ok(!near(actual, -expected), 'the sign is wrong: the loss is minus the logarithm.');
  const mistake = MISTAKES.find(([, mix]) => near(actual, totals(mean, mix)));
  assert.fail(mistake ? `${mistake[0]}.` : `${where} expected ${expected.toFixed(4)}, got ${actual.toFixed(4)}.`);
}

/** The gradient by the stem of `main` times the main loss plus `auxiliary` times each auxiliary loss. */
function gradient(x: tf.Tensor2D, w: Weights, labels: tf.Tensor2D, main: number, auxiliary: number): tf.Tensor {
  const loss = (stem: tf.Tensor): tf.Scalar => {
    const low = tf.relu(tf.matMul(x, stem as tf.Tensor2D));
    const middle = tf.relu(tf.matMul(low, w.middle));
    const entropy = (h: tf.Tensor, head: tf.Tensor2D, weight: number): tf.Scalar =>
      tf.losses.softmaxCrossEntropy(labels, tf.matMul(h as tf.Tensor2D, head)).mul(weight);
    const helped = entropy(low, w.auxiliary[0], auxiliary).add(entropy(middle, w.auxiliary[1], auxiliary));
    return helped.add(entropy(tf.relu(tf.matMul(middle, w.top)), w.main, main));
  };
  return tf.grad(loss)(w.stem);
}

async function expectGradient(x: tf.Tensor2D, w: Weights, labels: tf.Tensor2D, training: boolean): Promise<void> {
  const answer: unknown = await stemGradient(x, w, labels, training);
  assert.ok(answer instanceof tf.Tensor, `stemGradient must return a tensor, got ${typeof answer}.`);
  assert.deepEqual(answer.shape, w.stem.shape, `the gradient has shape [${answer.shape}], the stem [${w.stem.shape}].`);
  const scale = Math.max(1e-3, tf.abs(answer).max().dataSync()[0]);
  const is = (main: number, auxiliary: number): boolean =>
    tf
      .abs(answer.sub(gradient(x, w, labels, main, auxiliary)))
      .max()
      .dataSync()[0] <
    1e-3 * scale;
  if (is(1, training ? 0.3 : 0)) return;
  assert.ok(!is(1, 0.3), 'the auxiliary classifiers send a gradient at test time: leave them out there.');
  assert.ok(!is(1, 0), 'the gradient of the auxiliary losses does not reach the stem: let it through in training.');
  assert.ok(!is(0, 0.3), 'the gradient of the main loss does not reach the stem.');
  assert.ok(!is(-1, -0.3), 'this is the step downhill: return the gradient itself, without the minus.');
  assert.ok(!is(1, 1), 'the auxiliary losses are not weighted by 0.3 in the gradient.');
  assert.fail('the numbers are not the gradient of the total loss by the stem.');
}

function weights(inputs: number, width: number, classes: number): Weights {
  const [middle, top, main] = [random(width, width), random(width, width), random(width, classes)];
  return {
    stem: random(inputs, width),
    middle,
    top,
    main,
    auxiliary: [random(width, classes), random(width, classes)],
  };
}

describe('05-auxiliary-loss', () => {
  it('is ln 2, and 1.6 times ln 2 in training, where no score knows anything [1]', async () => {
    const none = tf.zeros<tf.Rank.R2>([3, 2]);
    await expectLoss(none, [none, none], labelsOf([0, 1, 1], 2), true);
    await expectLoss(none, [none, none], labelsOf([0, 1, 1], 2), false);
  });

  it('adds 0.3 of each auxiliary loss in training [1]', async () => {
    for (let i = 0; i < 3; i++) {
      await expectLoss(random(4, 3), [random(4, 3), random(4, 3)], labelsOf([2, 0, 1, 1], 3), true);
    }
    await expectLoss(random(2, 5), [random(2, 5), random(2, 5), random(2, 5)], labelsOf([4, 0], 5), true);
  });

  it('leaves the auxiliary losses out at test time [1]', () =>
    expectLoss(random(4, 3), [random(4, 3), random(4, 3)], labelsOf([2, 0, 1, 1], 3), false));

  it('sends no gradient to the stem at test time if the last layer is zero, but does in training [2]', async () => {
    const blocked = { ...weights(3, 8, 2), main: tf.zeros<tf.Rank.R2>([8, 2]) };
    await expectGradient(random(5, 3), blocked, labelsOf([0, 1, 1, 0, 1], 2), true);
    await expectGradient(random(5, 3), blocked, labelsOf([0, 1, 1, 0, 1], 2), false);
  });

  it('has the gradient of the total loss by the stem [1]', async () => {
    await expectGradient(random(6, 4), weights(4, 7, 3), labelsOf([0, 1, 2, 2, 1, 0], 3), true);
    await expectGradient(random(6, 4), weights(4, 7, 3), labelsOf([0, 1, 2, 2, 1, 0], 3), false);
  });

  describe('hidden', () => {
    it('does both with other scores, labels and sizes [4]', async () => {
      const [batch, classes] = [draw.integer(3, 6), draw.integer(3, 5)];
      const labels = labelsOf(Array.from({ length: batch }, () => draw.integer(0, classes - 1)), classes);
      const scores = (): tf.Tensor2D => random(batch, classes);
      for (const training of [true, false]) {
        await expectLoss(scores(), [scores(), scores()], labels, training);
        await expectGradient(random(batch, 4), weights(4, 6, classes), labels, training);
      }
    });
  });
});
