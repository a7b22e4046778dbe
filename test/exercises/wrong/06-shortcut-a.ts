/** Answers that people give to exercise 06-shortcut-a, each with the message that must meet it. */
import { tf } from 'cnn-kit';

const pad = (x: tf.Tensor, before: number, after: number): tf.Tensor =>
  tf.pad(x, [
    [0, 0],
    [0, 0],
    [0, 0],
    [before, after],
  ]);
const skip = (x: tf.Tensor4D, stride: number): tf.Tensor4D => tf.maxPool(x, 1, stride, 'valid');

interface Wrong {
  name: string;
  message: RegExp;
  shortcutA: (x: tf.Tensor4D, outputs: number, stride?: number) => unknown;
}

export const wrong: Wrong[] = [
  {
    name: 'begins with row 1',
    message: /begin with 0/,
    shortcutA: (x, outputs, stride = 2) =>
      pad(tf.stridedSlice(x, [0, stride - 1, stride - 1, 0], x.shape, [1, stride, stride, 1]), 0, outputs - x.shape[3]),
  },
  {
    name: 'pads half of the zeros on each side',
    message: /half of the zeros are in front/,
    shortcutA: (x, outputs, stride = 2) => {
      const missing = outputs - x.shape[3];
      return pad(skip(x, stride), Math.floor(missing / 2), Math.ceil(missing / 2));
    },
  },
  {
    name: 'pads in front',
    message: /zeros are in front of the channels/,
    shortcutA: (x, outputs, stride = 2) => pad(skip(x, stride), outputs - x.shape[3], 0),
  },
  {
    name: 'averages',
    message: /pixels were averaged/,
    shortcutA: (x, outputs, stride = 2) => pad(tf.avgPool(x, stride, stride, 'same'), 0, outputs - x.shape[3]),
  },
  {
    name: 'pools by the maximum',
    message: /largest pixel was taken/,
    shortcutA: (x, outputs, stride = 2) => pad(tf.maxPool(x, stride, stride, 'same'), 0, outputs - x.shape[3]),
  },
  {
    name: 'repeats the channels',
    message: /channels were repeated/,
    shortcutA: (x, outputs, stride = 2) => {
      const kept = skip(x, stride);
      return tf.slice(tf.tile(kept, [1, 1, 1, 4]), [0, 0, 0, 0], [-1, -1, -1, outputs]);
    },
  },
  {
    name: 'takes the ReLU',
    message: /shortcut lets negative numbers through/,
    shortcutA: (x, outputs, stride = 2) => pad(tf.relu(skip(x, stride)), 0, outputs - x.shape[3]),
  },
  {
    name: 'crops',
    message: /first pixels were kept/,
    shortcutA: (x, outputs, stride = 2) => {
      const [height, width] = [x.shape[1], x.shape[2]].map(length => Math.ceil(length / stride));
      return pad(tf.slice(x, [0, 0, 0, 0], [-1, height, width, -1]), 0, outputs - x.shape[3]);
    },
  },
  {
    name: 'rounds down',
    message: /last row was lost/,
    shortcutA: (x, outputs, stride = 2) => {
      const [height, width] = [x.shape[1], x.shape[2]].map(length => Math.max(1, Math.floor(length / stride)));
      return pad(tf.slice(skip(x, stride), [0, 0, 0, 0], [-1, height, width, -1]), 0, outputs - x.shape[3]);
    },
  },
  {
    name: 'does not pad',
    message: /append channels of zeros/,
    shortcutA: (x, _, stride = 2) => skip(x, stride),
  },
  {
    name: 'does not stride',
    message: /the shape is/,
    shortcutA: (x, outputs) => pad(x, 0, outputs - x.shape[3]),
  },
  {
    name: 'has stride 2 built in',
    message: /the shape is/,
    shortcutA: (x, outputs) => pad(skip(x, 2), 0, outputs - x.shape[3]),
  },
  {
    name: 'returns numbers',
    message: /must return a tensor/,
    shortcutA: (x, _, stride = 2) => skip(x, stride).arraySync(),
  },
];
