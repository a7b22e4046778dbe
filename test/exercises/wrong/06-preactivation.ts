/** Answers that people give to exercise 06-preactivation, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import { normalize, preactivation, type PreactivationWeights } from '../../../solutions/06-preactivation';

type W = PreactivationWeights;

const relu = (x: tf.Tensor4D): tf.Tensor4D => tf.relu(x);
const convolve = (x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D => tf.conv2d(x, kernel, 1, 'same');
const project = (x: tf.Tensor4D, w: W): tf.Tensor4D => (w.project ? convolve(x, w.project) : x);
const activated = (x: tf.Tensor4D, w: W): tf.Tensor4D => relu(normalize(x, w.norm1));
const residual = (x: tf.Tensor4D, w: W): tf.Tensor4D =>
  convolve(relu(normalize(convolve(activated(x, w), w.first), w.norm2)), w.second);
/** The right shortcut. */
const shortcut = (x: tf.Tensor4D, w: W): tf.Tensor4D => (w.project ? project(activated(x, w), w) : x);

interface Wrong {
  name: string;
  message: RegExp;
  preactivation: (x: tf.Tensor4D, w: W) => unknown;
}

export const wrong: Wrong[] = [
  {
    name: 'keeps the ReLU after the addition',
    message: /ReLU after the addition: nothing follows it/,
    preactivation: (x, w) => relu(preactivation(x, w)),
  },
  { name: 'forgets the shortcut', message: /shortcut is missing/, preactivation: residual },
  {
    name: 'adds the activated input',
    message: /identity takes the activated input/,
    preactivation: (x, w) => tf.add(project(activated(x, w), w), residual(x, w)),
  },
  {
    name: 'projects x',
    message: /projection takes x/,
    preactivation: (x, w) => tf.add(project(x, w), residual(x, w)),
  },
  {
    name: 'projects without ReLU',
    message: /projection takes norm1\(x\) without the ReLU/,
    preactivation: (x, w) => tf.add(w.project ? project(normalize(x, w.norm1), w) : x, residual(x, w)),
  },
  {
    name: 'takes the ReLU first',
    message: /ReLU comes before the normalization/,
    preactivation: (x, w) => {
      const ready = normalize(relu(x), w.norm1);
      const end = convolve(normalize(relu(convolve(ready, w.first)), w.norm2), w.second);
      return tf.add(w.project ? project(ready, w) : x, end);
    },
  },
  {
    name: 'is the original block',
    message: /this is the original block/,
    preactivation: (x, w) => {
      const middle = relu(normalize(convolve(x, w.first), w.norm1));
      return relu(tf.add(project(x, w), normalize(convolve(middle, w.second), w.norm2)));
    },
  },
  {
    name: 'activates after each convolution',
    message: /normalization and ReLU come after the convolutions/,
    preactivation: (x, w) => {
      const middle = relu(normalize(convolve(x, w.first), w.norm1));
      return tf.add(project(x, w), relu(normalize(convolve(middle, w.second), w.norm2)));
    },
  },
  {
    name: 'normalizes once',
    message: /second normalization is missing/,
    preactivation: (x, w) => tf.add(shortcut(x, w), convolve(relu(convolve(activated(x, w), w.first)), w.second)),
  },
  {
    name: 'has no ReLU',
    message: /ReLUs are missing/,
    preactivation: (x, w) => {
      const ready = normalize(x, w.norm1);
      const end = convolve(normalize(convolve(ready, w.first), w.norm2), w.second);
      return tf.add(w.project ? project(ready, w) : x, end);
    },
  },
  {
    name: 'forgets the second ReLU',
    message: /second ReLU is missing/,
    preactivation: (x, w) =>
      tf.add(shortcut(x, w), convolve(normalize(convolve(activated(x, w), w.first), w.norm2), w.second)),
  },
  {
    name: 'does not normalize',
    message: /normalizations are missing/,
    preactivation: (x, w) =>
      tf.add(w.project ? project(relu(x), w) : x, convolve(relu(convolve(relu(x), w.first)), w.second)),
  },
  {
    name: 'concatenates',
    message: /the shape is/,
    preactivation: (x, w) => tf.concat([shortcut(x, w), residual(x, w)], 3),
  },
  { name: 'returns nothing', message: /must return a tensor, got undefined/, preactivation: () => undefined },
];
