/** Answers that people give to exercise 08-grouped-conv, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import * as solution from '../../../solutions/08-grouped-conv';

type Conv = (x: tf.Tensor4D, filters: tf.Tensor4D, groups: number, stride?: number) => unknown;
const conv = (name: string, message: RegExp, groupedConv: Conv) => ({ ...solution, name, message, groupedConv });
const dense = (name: string, message: RegExp, asDense: (filters: tf.Tensor4D, groups: number) => unknown) => ({
  ...solution,
  name,
  message,
  asDense,
});
const count = (name: string, message: RegExp, groupedParameters: typeof solution.groupedParameters) => ({
  ...solution,
  name,
  message,
  groupedParameters,
});
const right = solution.groupedConv;
const groupsOf = (x: tf.Tensor4D, groups: number): tf.Tensor4D[] => tf.split<tf.Tensor4D>(x, groups, 3);
const each = (x: tf.Tensor4D[], filters: tf.Tensor4D[], stride = 1): tf.Tensor4D[] =>
  filters.map((kernel, g) => tf.conv2d(x[g], kernel, stride, 'same'));
const shuffle = (x: tf.Tensor4D, groups: number): tf.Tensor4D => tf.stack(tf.split(x, groups, 3), 4).reshape(x.shape);

export const wrong = [
  conv('turns the filters around', /groups of the filters are in the wrong order/, (x, f, n, s) =>
    tf.concat(each(groupsOf(x, n), groupsOf(f, n).reverse(), s), 3),
  ),
  conv('turns the output around', /wrong order in the output/, (x, f, n, s) =>
    tf.concat(each(groupsOf(x, n), groupsOf(f, n), s).reverse(), 3),
  ),
  conv('looks at the first channels', /every group sees the first channels/, (x, f, n, s) =>
    tf.concat(
      each(
        groupsOf(x, n).map((_, __, all) => all[0]),
        groupsOf(f, n),
        s,
      ),
      3,
    ),
  ),
  conv('has the first filters', /every group has the first filters/, (x, f, n, s) =>
    tf.concat(
      each(
        groupsOf(x, n),
        groupsOf(f, n).map((_, __, all) => all[0]),
        s,
      ),
      3,
    ),
  ),
  conv('adds', /groups were added up/, (x, f, n, s) => tf.addN(each(groupsOf(x, n), groupsOf(f, n), s))),
  conv('does not pad', /picture shrinks/, (x, f, n, s = 1) =>
    tf.concat(
      groupsOf(x, n).map((part, g) => tf.conv2d(part, groupsOf(f, n)[g], s, 'valid')),
      3,
    ),
  ),
  conv('forgets the stride', /stride is missing/, (x, f, n) => right(x, f, n)),
  conv('shuffles the output', /outputs of the groups are shuffled/, (x, f, n, s) => shuffle(right(x, f, n, s), n)),
  conv('shuffles the input', /every `groups`-th channel/, (x, f, n, s) => right(shuffle(x, x.shape[3] / n), f, n, s)),
  conv('sees everything', /ordinary convolution/, (x, f, n, s = 1) =>
    tf.conv2d(x, tf.tile(f, [1, 1, n, 1]), s, 'same'),
  ),
  conv('does not split', /split both/, (x, f, _, s = 1) => tf.conv2d(x, f, s, 'same')),
  conv('splits the filters along their inputs', /split both/, (x, f, n, s) =>
    tf.concat(each(groupsOf(x, n), tf.split<tf.Tensor4D>(f, Math.min(n, f.shape[2]), 2), s), 3),
  ),
  dense('repeats', /filters were repeated/, (f, n) => tf.tile(f, [1, 1, n, 1])),
  dense('pads at the end', /all groups look at the first channels/, (f, n) =>
    tf.pad(f, [
      [0, 0],
      [0, 0],
      [0, (n - 1) * f.shape[2]],
      [0, 0],
    ]),
  ),
  dense('turns the blocks around', /from the last channels to the first/, (f, n) => {
    const width = f.shape[2];
    return tf.concat(
      groupsOf(f, n).map((part, g) =>
        tf.pad(part, [
          [0, 0],
          [0, 0],
          [(n - 1 - g) * width, g * width],
          [0, 0],
        ]),
      ),
      3,
    );
  }),
  dense('does nothing', /filters as they were/, f => f),
  dense('averages', /nothing is averaged/, (f, n) => solution.asDense(f, n).div(n)),
  count('ignores the groups', /groups make no difference/, (k, i, o) => k * k * i * o),
  count('divides twice', /counted twice/, (k, i, o, g) => k * k * (i / g) * (o / g)),
  count('multiplies', /they divide/, (k, i, o, g) => k * k * i * o * g),
  count('does not square', /not squared/, (k, i, o, g) => (k * i * o) / g),
  count('counts biases', /biases were counted/, (k, i, o, g) => (k * k * i * o) / g + o),
];
