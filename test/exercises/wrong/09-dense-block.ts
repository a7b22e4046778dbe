/** Answers that people give to exercise 09-dense-block, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import * as solution from '../../../solutions/09-dense-block';

type Block = (x: tf.Tensor4D, kernels: tf.Tensor4D[]) => unknown;
const block = (name: string, message: RegExp, denseBlock: Block) => ({ ...solution, name, message, denseBlock });
const between = (name: string, message: RegExp, transition: (x: tf.Tensor4D, kernel: tf.Tensor4D) => unknown) => ({
  ...solution,
  name,
  message,
  transition,
});
const count = (name: string, message: RegExp, channelsOfBlocks: typeof solution.channelsOfBlocks) => ({
  ...solution,
  name,
  message,
  channelsOfBlocks,
});
const conv = (x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D => tf.conv2d(x, kernel, 1, 'same');
const loop = (
  x: tf.Tensor4D,
  kernels: tf.Tensor4D[],
  step: (all: tf.Tensor4D, kernel: tf.Tensor4D) => tf.Tensor4D,
): tf.Tensor4D => kernels.reduce((all, kernel) => step(all, kernel), x);
const right = solution.denseBlock;
const last = (x: tf.Tensor4D, kernels: tf.Tensor4D[]): tf.Tensor4D => {
  const all = right(x, kernels);
  const k = kernels.length ? kernels[0].shape[3] : x.shape[3];
  return all.slice([0, 0, 0, all.shape[3] - k], [-1, -1, -1, k]);
};
const every =
  (form: (end: number, theta: number) => number) =>
  (first: number, k: number, blocks: number[], theta: number): number[] => {
    let c = first;
    return blocks.map(n => {
      const end = c + n * k;
      c = form(end, theta);
      return end;
    });
  };

export const wrong = [
  block('returns the last layer', /the last layer only/, last),
  block('forgets x', /x_0 is missing/, (x, kernels) =>
    right(x, kernels).slice([0, 0, 0, x.shape[3]], [-1, -1, -1, -1]),
  ),
  block('keeps x and the last', /those between are missing/, (x, kernels) =>
    kernels.length ? tf.concat([x, last(x, kernels)], 3) : x,
  ),
  block('puts the newest first', /newest layer comes first/, (x, kernels) =>
    loop(x, kernels, (all, kernel) => tf.concat([conv(tf.relu(all), kernel), all], 3)),
  ),
  block('forgets the ReLU', /the ReLU is missing/, (x, kernels) =>
    loop(x, kernels, (all, kernel) => tf.concat([all, conv(all, kernel)], 3)),
  ),
  block('has the ReLU after', /after the convolution: before it/, (x, kernels) =>
    loop(x, kernels, (all, kernel) => tf.concat([all, tf.relu(conv(all, kernel))], 3)),
  ),
  block('has two ReLUs', /before and after the convolution/, (x, kernels) =>
    loop(x, kernels, (all, kernel) => tf.concat([all, tf.relu(conv(tf.relu(all), kernel))], 3)),
  ),
  block('rectifies what is kept', /what is kept was rectified/, (x, kernels) => tf.relu(right(x, kernels))),
  block('looks at x only', /every layer sees x_0 only/, (x, kernels) =>
    tf.concat([x, ...kernels.map(kernel => conv(tf.relu(x), kernel.slice([0, 0, 0, 0], [-1, -1, x.shape[3], -1])))], 3),
  ),
  block('adds as ResNet does', /a layer does not see all|the shape|Incompatible|expected/, (x, kernels) =>
    loop(x, kernels, (all, kernel) => conv(tf.relu(all), kernel)),
  ),
  block('returns nothing', /must be a tensor, got undefined/, () => undefined),
  between('forgets the ReLU', /the ReLU is missing/, (x, k) => tf.avgPool(conv(x, k), 2, 2, 'valid')),
  between('has the ReLU later', /ReLU comes first/, (x, k) => tf.avgPool(tf.relu(conv(x, k)), 2, 2, 'valid')),
  between('has the ReLU at the end', /ReLU comes first/, (x, k) => tf.relu(tf.avgPool(conv(x, k), 2, 2, 'valid'))),
  between('takes the maximum', /takes the maximum/, (x, k) => tf.maxPool(conv(tf.relu(x), k), 2, 2, 'valid')),
  between('does not pool', /pooling is missing/, (x, k) => conv(tf.relu(x), k)),
  between('strides', /pixels were skipped/, (x, k) => tf.conv2d(tf.relu(x), k, 2, 'valid')),
  between('pools with stride 1', /pooling has stride 1/, (x, k) => tf.avgPool(conv(tf.relu(x), k), 2, 1, 'valid')),
  between('pools first', /pooling came before/, (x, k) => conv(tf.relu(tf.avgPool(x, 2, 2, 'valid')), k)),
  count(
    'rounds',
    /must be rounded down/,
    every((end, theta) => Math.round(end * theta)),
  ),
  count(
    'does not round',
    /must be rounded down/,
    every((end, theta) => end * theta),
  ),
  count(
    'does not compress',
    /compression is missing/,
    every(end => end),
  ),
  count('counts after the transitions', /after the transitions/, (...v) =>
    solution.channelsOfBlocks(...v).map(c => Math.floor(c * v[3])),
  ),
  count('has a last transition', /followed by no transition/, (...v) =>
    solution.channelsOfBlocks(...v).map((c, i, all) => (i === all.length - 1 ? Math.floor(c * v[3]) : c)),
  ),
  count('counts what is new', /only what is new/, (_, k, blocks) => blocks.map(n => n * k)),
  count('begins anew', /begins with `first`/, (first, k, blocks) => blocks.map(n => first + n * k)),
  count('counts x_0 as a layer', /one layer too many/, (first, k, blocks, theta) =>
    solution.channelsOfBlocks(
      first,
      k,
      blocks.map(n => n + 1),
      theta,
    ),
  ),
  count('counts one too few', /one layer too few/, (first, k, blocks, theta) =>
    solution.channelsOfBlocks(
      first,
      k,
      blocks.map(n => n - 1),
      theta,
    ),
  ),
  count('returns the last', /one for each block/, (...v) => solution.channelsOfBlocks(...v).slice(-1)),
];
