import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import { answers, expectNumber, expectTensor, random as draw } from './answers';

const { ensembleGain, ensembleProbabilities, negativeLogLikelihood } =
  answers<typeof import('../../solutions/10-ensemble')>('10-ensemble');

const random = (...shape: [number, number, number]): tf.Tensor3D => draw.normal(shape).mul(2);
const labelsFor = (batch: number, classes: number): number[] =>
  Array.from({ length: batch }, (_, i) => (2 * i + 1) % classes);
const ln = Math.log;

async function expectProbabilities(logits: tf.Tensor3D, byHand?: tf.Tensor): Promise<void> {
  const each = tf.softmax(logits, 2);
  const votes = (): tf.Tensor => tf.oneHot(logits.argMax(2).toInt(), logits.shape[2]).toFloat().mean(0);
  expectTensor(await ensembleProbabilities(logits), byHand ?? each.mean(0), [
    ['the logits were averaged: average the probabilities', () => tf.softmax(logits.mean<tf.Tensor2D>(0), 1)],
    ['these are mean logits: the softmax is missing', () => logits.mean(0)],
    ['this is the sum: the probabilities of a picture must add up to 1', () => each.sum(0)],
    [
      'the softmax goes over the networks: it goes over the classes',
      () => tf.softmax(logits.transpose([1, 2, 0]), 2).mean(2),
    ],
    [
      'the softmax goes over the batch: it goes over the classes',
      () =>
        tf
          .softmax(logits.transpose([0, 2, 1]), 2)
          .mean(0)
          .transpose(),
    ],
    ['the mean goes over the batch: every picture has its own probabilities', () => each.mean(1)],
    [
      'there are two softmaxes: the mean of probabilities needs no other one',
      () => tf.softmax(each.mean<tf.Tensor2D>(0), 1),
    ],
    ['the networks vote here: average what they say, not what they choose', votes],
    ['this is the first network only', () => each.slice([0, 0, 0], [1, -1, -1]).squeeze([0])],
    ['this is the most confident network: take the mean', () => each.max(0)],
    ['this is the geometric mean: take the arithmetic one', () => tf.exp(tf.log(each).mean(0))],
  ]);
}

async function expectLikelihood(probabilities: tf.Tensor2D, labels: number[], byHand?: number): Promise<void> {
  const given = probabilities.arraySync();
  const mean = (each: (p: number, i: number) => number): number =>
    labels.reduce((sum, label, i) => sum + each(given[i][label], i), 0) / labels.length;
  expectNumber(await negativeLogLikelihood(probabilities, labels), byHand ?? mean(p => -ln(p)), [
    ['the minus sign is missing', () => mean(ln)],
    ['this is the sum: take the mean over the batch', () => labels.length * mean(p => -ln(p))],
    ['the logarithm is to the base 2: ln is asked', () => mean(p => -Math.log2(p))],
    ['the logarithm is to the base 10: ln is asked', () => mean(p => -Math.log10(p))],
    ['the logarithm of the mean was taken: the mean of the logarithms is asked', () => -ln(mean(p => p))],
    ['the logarithm is missing', () => mean(p => 1 - p)],
    [
      'all classes were added up: only the right class counts',
      () => mean((_, i) => given[i].reduce((sum, p) => sum - ln(p), 0)),
    ],
    ['divided by the number of classes: it is the mean over the batch', () => mean(p => -ln(p) / given[0].length)],
    [
      'a softmax was taken of what are probabilities already',
      () => mean((p, i) => -(p - ln(given[i].reduce((sum, q) => sum + Math.exp(q), 0)))),
    ],
    [
      'the largest probability of each picture was taken: that of the right class counts',
      () => mean((_, i) => -ln(Math.max(...given[i]))),
    ],
  ]);
}

async function expectGain(logits: tf.Tensor3D, labels: number[]): Promise<number> {
  const nll = (p: tf.Tensor2D): number => { const rows = p.arraySync(); return labels.reduce((sum, label, i) => sum - ln(rows[i][label]), 0) / labels.length; }; // prettier-ignore
  const networks = tf.unstack(logits).map(own => tf.softmax(own as tf.Tensor2D, 1));
  const alone = networks.map(nll);
  const average = alone.reduce((sum, x) => sum + x, 0) / alone.length;
  const ensemble = nll(tf.softmax(logits, 2).mean(0));
  const answer = await ensembleGain(logits, labels);
  expectNumber(answer, average - ensemble, [
    ['turn it around: the average network minus the ensemble', () => ensemble - average],
    ['compared with the best network: with the average one', () => Math.min(...alone) - ensemble],
    ['compared with the worst network: with the average one', () => Math.max(...alone) - ensemble],
    ['compared with the first network: with the average one', () => alone[0] - ensemble],
    ['compared with the sum of all networks: with their mean', () => average * alone.length - ensemble],
    ['this is the ratio: the difference is asked', () => average / ensemble],
    ['the ensemble averages logits here', () => average - nll(tf.softmax(logits.mean<tf.Tensor2D>(0), 1))],
    ['this is the ensemble alone: subtract it from the average network', () => ensemble],
  ]);
  return answer;
}

describe('10-ensemble', () => {
  it('averages the probabilities of two networks, by hand [1]', () =>
    expectProbabilities(tf.tensor3d([0, 0, ln(3), 0, 0, ln(9), 0, 0], [2, 2, 2]), tf.tensor2d([[0.3, 0.7], [0.625, 0.375]]))); // prettier-ignore
  it('averages those of any number of networks [1]', async () => {
    await expectProbabilities(random(3, 4, 5));
    await expectProbabilities(random(5, 2, 3));
    await expectProbabilities(random(1, 3, 3));
  });
  it('measures the likelihood, by hand [1]', () =>
    expectLikelihood(tf.tensor2d([[0.5, 0.25, 0.25], [0.1, 0.8, 0.1]]), [1, 1], (ln(4) + ln(1.25)) / 2)); // prettier-ignore
  it('measures it on random probabilities [1]', async () => {
    for (const [batch, classes] of [
      [4, 5],
      [3, 2],
      [6, 3],
    ])
      // prettier-ignore
      await expectLikelihood(tf.softmax(draw.normal<tf.Rank.R2>([batch, classes]).mul<tf.Tensor2D>(2), 1), labelsFor(batch, classes));
  });
  it('finds what the ensemble gains [1]', async () => {
    for (const [networks, batch, classes] of [
      [2, 3, 4],
      [5, 4, 3],
      [4, 6, 5],
    ])
      // prettier-ignore
      assert.ok((await expectGain(random(networks, batch, classes), labelsFor(batch, classes))) > 0, 'the gain is below 0: by Jensen it cannot be.');
  });
  it('which is nothing if all networks say the same [1]', async () => {
    const other = await expectGain(random(2, 4, 3), labelsFor(4, 3));
    assert.ok(other > 0, 'two different networks gain nothing: compare their mean with the ensemble.');
    const gain = await expectGain(tf.tile(random(1, 4, 3), [3, 1, 1]), labelsFor(4, 3));
    assert.ok(Math.abs(gain) < 1e-5, `three times the same network gains ${gain}; expected 0.`);
  });

  describe('hidden', () => {
    it('does all of that in other sizes [4]', async () => {
      const [networks, batch, classes] = [draw.integer(2, 5), draw.integer(2, 6), draw.integer(2, 5)];
      await expectProbabilities(random(networks, batch, classes));
      const probabilities = tf.softmax(draw.normal<tf.Rank.R2>([batch, classes]).mul<tf.Tensor2D>(2), 1);
      await expectLikelihood(probabilities, labelsFor(batch, classes));
      await expectGain(random(networks, batch, classes), labelsFor(batch, classes));
    });
  });
});
