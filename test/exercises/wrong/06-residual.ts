/** Answers that people give to exercise 06-residual, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import type { BlockKernels } from '../../../solutions/06-residual';

const padded = (x: tf.Tensor4D, kernel: tf.Tensor4D, stride: number): tf.Tensor4D =>
  tf.conv2d(
    tf.pad(x, [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ]) as tf.Tensor4D,
    kernel,
    stride,
    'valid',
  );
const same = (x: tf.Tensor4D, kernel: tf.Tensor4D, stride: number): tf.Tensor4D => tf.conv2d(x, kernel, stride, 'same');
const shortcut = (x: tf.Tensor4D, k: BlockKernels, stride: number): tf.Tensor4D =>
  k.project ? same(x, k.project, stride) : x;
const residual = (x: tf.Tensor4D, k: BlockKernels, stride: number, convolve = padded): tf.Tensor4D =>
  convolve(tf.relu(convolve(x, k.first, stride)), k.second, 1);

interface Wrong {
  name: string;
  message: RegExp;
  basicBlock: (x: tf.Tensor4D, k: BlockKernels, stride?: number) => unknown;
}

export const wrong: Wrong[] = [
  {
    name: 'takes the ReLU before the addition',
    message: /ReLU was taken before the addition/,
    basicBlock: (x, k, stride = 1) => tf.add(tf.relu(residual(x, k, stride)), shortcut(x, k, stride)),
  },
  {
    name: 'takes it before and after',
    message: /ReLU before the addition too/,
    basicBlock: (x, k, stride = 1) => tf.relu(tf.add(tf.relu(residual(x, k, stride)), shortcut(x, k, stride))),
  },
  {
    name: 'forgets the last ReLU',
    message: /ReLU after the addition is missing/,
    basicBlock: (x, k, stride = 1) => tf.add(residual(x, k, stride), shortcut(x, k, stride)),
  },
  {
    name: 'forgets the first ReLU',
    message: /ReLU between the two convolutions is missing/,
    basicBlock: (x, k, stride = 1) =>
      tf.relu(tf.add(padded(padded(x, k.first, stride), k.second, 1), shortcut(x, k, stride))),
  },
  {
    name: 'has a ReLU on the shortcut',
    message: /shortcut has a ReLU of its own/,
    basicBlock: (x, k, stride = 1) => tf.relu(tf.add(residual(x, k, stride), tf.relu(shortcut(x, k, stride)))),
  },
  {
    name: 'is plain',
    message: /this is a plain network/,
    basicBlock: (x, k, stride = 1) => tf.relu(residual(x, k, stride)),
  },
  {
    name: 'subtracts',
    message: /shortcut was subtracted/,
    basicBlock: (x, k, stride = 1) => tf.relu(tf.sub(residual(x, k, stride), shortcut(x, k, stride))),
  },
  {
    name: 'returns the shortcut',
    message: /only the shortcut is left/,
    basicBlock: (x, k, stride = 1) => tf.relu(shortcut(x, k, stride)),
  },
  {
    name: 'halves the sum',
    message: /sum was halved/,
    basicBlock: (x, k, stride = 1) => tf.relu(tf.add(residual(x, k, stride), shortcut(x, k, stride)).div(2)),
  },
  {
    name: 'has the stride in the second convolution',
    message: /stride is in the second convolution/,
    basicBlock: (x, k, stride = 1) =>
      tf.relu(tf.add(padded(tf.relu(padded(x, k.first, 1)), k.second, stride), shortcut(x, k, stride))),
  },
  {
    name: "pads as TensorFlow's same",
    message: /pads on one side only/,
    basicBlock: (x, k, stride = 1) => tf.relu(tf.add(residual(x, k, stride, same), shortcut(x, k, stride))),
  },
  {
    name: 'projects only where the shape changes',
    message: /projection was not used/,
    basicBlock: (x, k, stride = 1) =>
      tf.relu(tf.add(residual(x, k, stride), x.shape[3] === k.first.shape[3] ? x : shortcut(x, k, stride))),
  },
  {
    name: 'averages before the projection',
    message: /averages the pixels that its stride leaves out/,
    basicBlock: (x, k, stride = 1) =>
      tf.relu(tf.add(residual(x, k, stride), shortcut(tf.avgPool(x, stride, stride, 'same'), k, 1))),
  },
  {
    name: 'forgets the stride of the projection',
    message: /the projection has the stride too/,
    basicBlock: (x, k, stride = 1) => tf.relu(tf.add(residual(x, k, stride), shortcut(x, k, 1))),
  },
  {
    name: 'never projects',
    message: /if a projection is given, the shortcut goes through it/,
    basicBlock: (x, k, stride = 1) => tf.relu(tf.add(residual(x, k, stride), x)),
  },
  {
    name: 'does not pad',
    message: /the two summands differ in shape|the shape is/,
    basicBlock: (x, k) => tf.relu(tf.conv2d(x, k.first, 1, 'valid')),
  },
  { name: 'returns nothing', message: /must return a tensor, got undefined/, basicBlock: () => undefined },
];
