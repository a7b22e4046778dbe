/** Answers that people give to exercise 10-ensemble, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import * as solution from '../../../solutions/10-ensemble';

const mix = (name: string, message: RegExp, ensembleProbabilities: (logits: tf.Tensor3D) => unknown) => ({
  ...solution,
  name,
  message,
  ensembleProbabilities,
});
const measure = (
  name: string,
  message: RegExp,
  negativeLogLikelihood: (p: tf.Tensor2D, labels: number[]) => unknown,
) => ({ ...solution, name, message, negativeLogLikelihood });
const gain = (name: string, message: RegExp, ensembleGain: (logits: tf.Tensor3D, labels: number[]) => unknown) => ({
  ...solution,
  name,
  message,
  ensembleGain,
});
const nll = solution.negativeLogLikelihood;
const ensemble = (logits: tf.Tensor3D, labels: number[]): number => nll(solution.ensembleProbabilities(logits), labels);
const alone = (logits: tf.Tensor3D, labels: number[]): number[] =>
  tf.unstack(logits).map(own => nll(tf.softmax(own as tf.Tensor2D), labels));
const rightClass = (p: tf.Tensor2D, labels: number[]): number[] => p.arraySync().map((row, i) => row[labels[i]]);
const mean = (values: number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

export const wrong = [
  mix('averages logits', /the logits were averaged/, logits => tf.softmax(logits.mean<tf.Tensor2D>(0))),
  mix('has no softmax', /softmax is missing/, logits => logits.mean(0)),
  mix('sums', /must add up to 1/, logits => tf.softmax(logits, 2).sum(0)),
  mix('compares networks', /goes over the networks/, logits => tf.exp(logits).div(tf.exp(logits).sum(0, true)).mean(0)),
  mix('compares pictures', /goes over the batch: it goes over the classes/, logits =>
    tf.exp(logits).div(tf.exp(logits).sum(1, true)).mean(0),
  ),
  mix('averages the batch', /mean goes over the batch/, logits => tf.softmax(logits).mean(1)),
  mix('has two softmaxes', /two softmaxes/, logits => tf.softmax(tf.softmax(logits).mean<tf.Tensor2D>(0))),
  mix('votes', /networks vote/, logits => tf.oneHot(logits.argMax(2).toInt(), logits.shape[2]).toFloat().mean(0)),
  mix('takes one', /first network only/, logits => tf.softmax(tf.unstack(logits)[0])),
  mix('takes the most confident', /most confident/, logits => tf.softmax(logits).max(0)),
  mix('multiplies', /geometric mean/, logits => tf.exp(tf.logSoftmax(logits).mean(0))),
  mix('returns numbers', /must be a tensor, got object/, logits => solution.ensembleProbabilities(logits).dataSync()),
  measure('forgets the sign', /minus sign/, (p, labels) => -nll(p, labels)),
  measure('sums', /this is the sum/, (p, labels) => labels.length * nll(p, labels)),
  measure('counts bits', /base 2/, (p, labels) => nll(p, labels) / Math.LN2),
  measure('counts digits', /base 10/, (p, labels) => nll(p, labels) / Math.LN10),
  measure('averages first', /logarithm of the mean/, (p, labels) => -Math.log(mean(rightClass(p, labels)))),
  measure('has no logarithm', /logarithm is missing/, (p, labels) => 1 - mean(rightClass(p, labels))),
  measure('adds all classes', /all classes were added/, p => -p.log().sum(1).mean().dataSync()[0]),
  measure('averages over the classes', /number of classes/, (p, labels) => nll(p, labels) / p.shape[1]),
  measure('has another softmax', /probabilities already/, (p, labels) => nll(tf.softmax(p), labels)),
  measure('takes the largest', /largest probability/, p => -p.max(1).log().mean().dataSync()[0]),
  measure('returns a tensor', /must be a number, got object/, (p, labels) => tf.scalar(nll(p, labels))),
  gain('turns it around', /turn it around/, (logits, labels) => ensemble(logits, labels) - mean(alone(logits, labels))),
  gain(
    'compares with the best',
    /best network/,
    (logits, labels) => Math.min(...alone(logits, labels)) - ensemble(logits, labels),
  ),
  gain(
    'compares with the worst',
    /worst network/,
    (logits, labels) => Math.max(...alone(logits, labels)) - ensemble(logits, labels),
  ),
  gain(
    'compares with the first',
    /first network: with|best network|worst network/,
    (logits, labels) => alone(logits, labels)[0] - ensemble(logits, labels),
  ),
  gain(
    'sums',
    /sum of all networks/,
    (logits, labels) => alone(logits, labels).reduce((a, b) => a + b) - ensemble(logits, labels),
  ),
  gain('divides', /this is the ratio/, (logits, labels) => mean(alone(logits, labels)) / ensemble(logits, labels)),
  gain(
    'averages logits',
    /averages logits here/,
    (logits, labels) => mean(alone(logits, labels)) - nll(tf.softmax(logits.mean<tf.Tensor2D>(0)), labels),
  ),
  gain('returns the ensemble', /ensemble alone/, ensemble),
];
