/** Answers that people give to exercise 08-squeeze-excitation, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import * as solution from '../../../solutions/08-squeeze-excitation';
import type { ExcitationWeights } from '../../../solutions/08-squeeze-excitation';

type Stage = { blocks: number; channels: number };
const excite = (name: string, message: RegExp, excitation: (x: tf.Tensor4D, w: ExcitationWeights) => unknown) => ({
  ...solution,
  name,
  message,
  excitation,
});
const block = (
  name: string,
  message: RegExp,
  seResidual: (x: tf.Tensor4D, residual: tf.Tensor4D, w: ExcitationWeights) => unknown,
) => ({ ...solution, name, message, seResidual });
const count = (name: string, message: RegExp, each: (c: number, r: number, blocks: number) => number) => ({
  ...solution,
  name,
  message,
  addedParameters: (stages: Stage[], r: number) =>
    stages.reduce((sum, { blocks, channels }) => sum + each(channels, r, blocks), 0),
});
const hidden = (z: tf.Tensor, w: ExcitationWeights): tf.Tensor => tf.relu(tf.matMul(z, w.first).add(w.firstBias));
const scores = (h: tf.Tensor, w: ExcitationWeights): tf.Tensor => tf.matMul(h, w.second).add(w.secondBias);
const mean = (x: tf.Tensor4D): tf.Tensor => x.mean([1, 2]);
const scale = (x: tf.Tensor4D, w: ExcitationWeights): tf.Tensor =>
  solution.excitation(x, w).expandDims(1).expandDims(1);

export const wrong = [
  excite('forgets the sigmoid', /sigmoid at the end is missing/, (x, w) => scores(hidden(mean(x), w), w)),
  excite('ends in a ReLU', /the end is a ReLU/, (x, w) => tf.relu(scores(hidden(mean(x), w), w))),
  excite('ends in a tanh', /the end is a tanh/, (x, w) => tf.tanh(scores(hidden(mean(x), w), w))),
  excite('ends in a softmax', /channels do not compete/, (x, w) => tf.softmax(scores(hidden(mean(x), w), w))),
  excite('forgets the ReLU', /ReLU between the two layers is missing/, (x, w) =>
    tf.sigmoid(scores(tf.matMul(mean(x), w.first).add(w.firstBias), w)),
  ),
  excite('has two sigmoids', /a sigmoid stands between/, (x, w) =>
    tf.sigmoid(scores(tf.sigmoid(tf.matMul(mean(x), w.first).add(w.firstBias)), w)),
  ),
  excite('takes the maximum', /squeezes by the maximum/, (x, w) => tf.sigmoid(scores(hidden(x.max([1, 2]), w), w))),
  excite('takes the sum', /squeezes by the sum/, (x, w) => tf.sigmoid(scores(hidden(x.sum([1, 2]), w), w))),
  excite('averages the batch', /goes over the batch too/, (x, w) =>
    tf.sigmoid(scores(hidden(tf.onesLike(mean(x)).mul(x.mean([0, 1, 2])), w), w)),
  ),
  excite('forgets the biases', /the biases are missing/, (x, w) =>
    tf.sigmoid(tf.matMul(tf.relu(tf.matMul(mean(x), w.first)), w.second)),
  ),
  excite('forgets the first bias', /first bias is missing/, (x, w) =>
    tf.sigmoid(scores(tf.relu(tf.matMul(mean(x), w.first)), w)),
  ),
  excite('forgets the second bias', /second bias is missing/, (x, w) =>
    tf.sigmoid(tf.matMul(hidden(mean(x), w), w.second)),
  ),
  excite('keeps the places', /still there/, (x, w) => scale(x, w)),
  excite('returns numbers', /must be a tensor, got object/, (x, w) => solution.excitation(x, w).dataSync()),
  block('scales the sum', /multiply the sum: they/, (x, r, w) => tf.relu(x.add<tf.Tensor4D>(r).mul(scale(r, w)))),
  block('excites the sum', /multiply the sum and come from it/, (x, r, w) =>
    tf.relu(x.add<tf.Tensor4D>(r).mul(scale(x.add(r), w))),
  ),
  block('comes after the ReLU', /rectified and then scaled/, (x, r, w) =>
    tf.relu(x.add<tf.Tensor4D>(r)).mul(scale(tf.relu(x.add<tf.Tensor4D>(r)), w)),
  ),
  block('excites the shortcut', /come from the shortcut/, (x, r, w) => tf.relu(x.add(r.mul(scale(x, w))))),
  block('scales the shortcut', /multiply the shortcut/, (x, r, w) => tf.relu(r.add(x.mul(scale(r, w))))),
  block('forgets the ReLU', /ReLU after the addition is missing/, (x, r, w) => x.add(r.mul(scale(r, w)))),
  block('rectifies first', /before the addition/, (x, r, w) => x.add(tf.relu(r.mul(scale(r, w))))),
  block('forgets the shortcut', /shortcut is missing/, (_, r, w) => tf.relu(r.mul(scale(r, w)))),
  block('adds the scales', /scales were added/, (x, r, w) => tf.relu(x.add(r).add(scale(r, w)))),
  block('does not scale', /is not scaled/, (x, r) => tf.relu(x.add(r))),
  count('forgets the biases', /biases are missing/, (c, r, n) => (n * 2 * c * c) / r),
  count('forgets the first bias', /bias of the first layer/, (c, r, n) => n * ((2 * c * c) / r + c)),
  count('forgets the second bias', /bias of the second layer/, (c, r, n) => n * ((2 * c * c) / r + c / r)),
  count('has one layer', /one dense layer is missing/, (c, r, n) => n * ((c * c) / r + c / r)),
  count('has one block', /several blocks/, (c, r) => (2 * c * c) / r + c / r + c),
  count('does not reduce', /hidden layer is C \/ r wide/, (c, _, n) => n * (2 * c * c + 2 * c)),
  count('divides twice', /divided twice/, (c, r, n) => n * ((2 * c * c) / r ** 2 + c / r + c)),
];
