/** Answers that people give to exercise 02-two-towers, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import * as right from '../../../solutions/02-two-towers';

const { groupedConv, twoTowers } = right;

type Conv = (x: tf.Tensor4D, filters: tf.Tensor4D) => unknown;
type Towers = (x: tf.Tensor4D, filters: tf.Tensor4D[]) => unknown;

const grouped = (name: string, message: RegExp, wrong: Conv) => ({ name, message, twoTowers, groupedConv: wrong });
const towers = (name: string, message: RegExp, wrong: Towers) => ({ name, message, groupedConv, twoTowers: wrong });

const split = (x: tf.Tensor4D, axis = 3): tf.Tensor4D[] => tf.split(x, 2, axis);
const conv = (x: tf.Tensor4D, f: tf.Tensor4D): tf.Tensor4D => tf.conv2d(x, f, 1, 'same');
const swap = (x: tf.Tensor4D): tf.Tensor4D => tf.concat(split(x).reverse(), 3);
const twice = (x: tf.Tensor4D, axis: number): tf.Tensor4D => tf.concat([x, x], axis);
const dense = (x: tf.Tensor4D, f: tf.Tensor4D): tf.Tensor4D => conv(x, twice(f, 2));
const relu = tf.relu<tf.Tensor4D>;

export const wrong = [
  grouped('exchanges the outputs', /towers are exchanged in the output/, (x, f) => swap(groupedConv(x, f))),
  grouped('exchanges the inputs', /sees the other half of the channels/, (x, f) => groupedConv(swap(x), f)),
  grouped('deals the channels out', /dealt out in turn/, (x, f) => {
    const even = tf.range(0, x.shape[3], 2, 'int32');
    return groupedConv(tf.concat([tf.gather(x, even, 3), tf.gather(x, even.add(1).toInt(), 3)], 3), f);
  }),
  grouped('uses one half of the filters', /both towers use the first half/, (x, f) =>
    groupedConv(x, twice(split(f)[0], 3)),
  ),
  grouped('sees one half of the channels', /both towers see the first half/, (x, f) =>
    groupedConv(twice(split(x)[0], 3), f),
  ),
  grouped('is dense', /no grouped convolution/, dense),
  grouped('mixes the outputs', /channel by channel in turn/, (x, f) => {
    const y = groupedConv(x, f);
    return tf.stack(split(y), 4).reshape(y.shape);
  }),
  grouped('joins along the batch', /the shape of groupedConv is \[2,1,1,2\]/, (x, f) =>
    tf.concat(split(groupedConv(x, f)), 0),
  ),
  grouped('adds the towers', /the shape of groupedConv/, (x, f) => tf.addN(split(groupedConv(x, f)))),
  grouped('has no padding', /the shape of groupedConv/, (x, f) => {
    const [a, b] = split(f);
    return tf.concat([tf.conv2d(split(x)[0], a, 1, 'valid'), tf.conv2d(split(x)[1], b, 1, 'valid')], 3);
  }),
  grouped('leaks', /changes with the second half of the input/, (x, f) => groupedConv(x, f).add(x.mean())),
  grouped('is blind in tower 2', /does not change with the second half/, (x, f) =>
    groupedConv(tf.concat([split(x)[0], tf.zerosLike(split(x)[1])], 3), f),
  ),
  grouped('leaves it to tfjs', /the image has \d+ channels, the filter \d+/, conv),
  towers('keeps conv3 apart', /conv3 stays in its tower/, (x, [f2, f3, f4, f5]) => {
    const inside = split(f3, 2);
    const [a, b] = split(relu(groupedConv(x, f2)));
    const y = tf.concat([conv(a, split(inside[0])[0]), conv(b, split(inside[1])[1])], 3);
    return relu(groupedConv(relu(groupedConv(relu(y), f4)), f5));
  }),
  towers('has no ReLU', /ReLUs are missing/, (x, [f2, f3, f4, f5]) =>
    groupedConv(groupedConv(conv(groupedConv(x, f2), f3), f4), f5),
  ),
  towers('forgets the last ReLU', /ReLU after conv5/, (x, [f2, f3, f4, f5]) =>
    groupedConv(relu(groupedConv(relu(conv(relu(groupedConv(x, f2)), f3)), f4)), f5),
  ),
  towers('has one ReLU', /only conv5 has a ReLU/, (x, [f2, f3, f4, f5]) =>
    relu(groupedConv(groupedConv(conv(groupedConv(x, f2), f3), f4), f5)),
  ),
  towers('lets conv2 cross', /conv2 sees both towers/, (x, [f2, f3, f4, f5]) =>
    relu(groupedConv(relu(groupedConv(relu(conv(relu(dense(x, f2)), f3)), f4)), f5)),
  ),
  towers('lets conv4 cross', /conv4 sees both towers/, (x, [f2, f3, f4, f5]) =>
    relu(groupedConv(relu(dense(relu(conv(relu(groupedConv(x, f2)), f3)), f4)), f5)),
  ),
  towers('is dense', /every layer sees both towers/, (x, [f2, f3, f4, f5]) =>
    relu(dense(relu(dense(relu(conv(relu(dense(x, f2)), f3)), f4)), f5)),
  ),
  towers('stops after conv4', /conv5 is missing/, (x, [f2, f3, f4]) =>
    relu(groupedConv(relu(conv(relu(groupedConv(x, f2)), f3)), f4)),
  ),
  towers('exchanges the towers', /exchanged after conv3/, (x, [f2, f3, f4, f5]) =>
    relu(groupedConv(relu(groupedConv(swap(relu(conv(relu(groupedConv(x, f2)), f3))), f4)), f5)),
  ),
  towers('is blind', /tower 1 never learns of tower 2/, (x, f) =>
    twoTowers(tf.concat([split(x)[0], tf.zerosLike(split(x)[1])], 3), f),
  ),
];
