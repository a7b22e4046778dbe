/** Answers that people give to exercise 04-dense-evaluation, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import * as solution from '../../../solutions/04-dense-evaluation';

type Dense = typeof solution.denseToConvolution;
type Map = typeof solution.scoreMap;
type Scores = typeof solution.classScores;
const dense = (name: string, message: RegExp, denseToConvolution: (...values: Parameters<Dense>) => unknown) => ({
  ...solution,
  name,
  message,
  denseToConvolution,
});
const map = (name: string, message: RegExp, scoreMap: (...values: Parameters<Map>) => unknown) => ({
  ...solution,
  name,
  message,
  scoreMap,
});
const scores = (name: string, message: RegExp, classScores: (...values: Parameters<Scores>) => unknown) => ({
  ...solution,
  name,
  message,
  classScores,
});

export const wrong = [
  dense('flattens as PyTorch', /channels were put first/, (weights, h, w) =>
    weights.reshape([weights.shape[0] / (h * w), h, w, weights.shape[1]]).transpose([1, 2, 0, 3]),
  ),
  dense('reads column by column', /columns were put before rows/, (weights, h, w) =>
    weights.reshape([w, h, -1, weights.shape[1]]).transpose([1, 0, 2, 3]),
  ),
  dense('swaps height and width', /swapped/, (weights, h, w) => weights.reshape([w, h, -1, weights.shape[1]])),
  dense('flips', /does not flip/, (weights, h, w) => tf.reverse(solution.denseToConvolution(weights, h, w), [0, 1])),
  dense('swaps the channels', /input and output channels are swapped/, (weights, h, w) =>
    solution.denseToConvolution(weights, h, w).transpose([0, 1, 3, 2]),
  ),
  dense('transposes first', /must not mix units/, (weights, h, w) =>
    weights.transpose().reshape([h, w, -1, weights.shape[1]]),
  ),
  dense('keeps the matrix', /has the shape \[12,2\]; expected \[2,3,2,2\]/, weights => weights),
  map('forgets the ReLU', /ReLU between the two layers is missing/, (maps, hidden, classify) =>
    tf.conv2d(tf.conv2d(maps, hidden, 1, 'valid'), solution.denseToConvolution(classify, 1, 1), 1, 'valid'),
  ),
  map('rectifies the scores', /scores have a ReLU/, (...values) => tf.relu(solution.scoreMap(...values))),
  map('ends in a softmax', /went through a softmax/, (...values) => tf.softmax(solution.scoreMap(...values))),
  map('pads', /map is padded/, (maps, hidden, classify) =>
    tf.conv2d(tf.relu(tf.conv2d(maps, hidden, 1, 'same')), solution.denseToConvolution(classify, 1, 1), 1, 'same'),
  ),
  map('averages', /averaged already/, (...values) => solution.scoreMap(...values).mean([1, 2])),
  map('averages and keeps the places', /averaged already/, (...values) =>
    tf.avgPool(
      solution.scoreMap(...values),
      [solution.scoreMap(...values).shape[1], solution.scoreMap(...values).shape[2]],
      1,
      'valid',
    ),
  ),
  map('jumps from window to window', /windows do not overlap/, (maps, hidden, classify) =>
    tf.conv2d(
      tf.relu(tf.conv2d(maps, hidden, [hidden.shape[0], hidden.shape[1]], 'valid')) as tf.Tensor4D,
      solution.denseToConvolution(classify, 1, 1),
      1,
      'valid',
    ),
  ),
  scores('sums', /this is the sum/, m => m.sum([1, 2])),
  scores('takes the maximum', /largest score/, m => m.max([1, 2])),
  scores('averages the batch', /goes over the batch too/, m => m.mean([0, 1, 2])),
  scores('keeps rows and columns', /still there/, m => m.mean([1, 2], true)),
  scores('averages probabilities', /softmax before the mean/, m => tf.softmax(m).mean([1, 2])),
  scores('takes one place', /only the first place/, m => m.slice([0, 0, 0, 0], [-1, 1, 1, -1]).squeeze([1, 2])),
  scores('returns numbers', /must be a tensor, got object/, m => m.mean([1, 2]).dataSync()),
];
