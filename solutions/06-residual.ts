/**
 * Exercise 6: the basic block of a residual network, with both of its shortcuts.
 *
 * Points: 10. About 15 minutes. Difficulty: 1 of 3.
 */
import { tf } from 'cnn-kit';

export interface BlockKernels {
  /** [3, 3, channels, outputs] */
  first: tf.Tensor4D;
  /** [3, 3, outputs, outputs] */
  second: tf.Tensor4D;
  /** [1, 1, channels, outputs]: there if and only if the shortcut is a projection. */
  project?: tf.Tensor4D;
}

/**
 * y = relu(second(relu(first(x))) + shortcut(x)): "the second nonlinearity after the addition" (He et al., "Deep
 * Residual Learning for Image Recognition", section 3.2; shortcut B of section 3.3). Batch normalization is left out.
 * The stride is in the first convolution; a projection has it too, otherwise the shapes would not agree.
 * A 3x3 convolution has one row or column of zeros on each of the four sides, as in Caffe and PyTorch; mind that
 * TensorFlow's `same` with stride 2 pads a picture of even length on one side only.
 *
 * @param x [batch, height, width, channels]
 * @returns [batch, ceil(height / stride), ceil(width / stride), outputs]
 */
export function basicBlock(x: tf.Tensor4D, kernels: BlockKernels, stride = 1): tf.Tensor4D {
  // BEGIN SOLUTION: two padded convolutions with a ReLU between them, add the shortcut, and only then the last ReLU
  // HINT: Pad one zero on each side with tf.pad4d, and convolve with 'valid'; the 1x1 projection needs no padding.
  // HINT: The stride stands in the first convolution and in the projection; the last ReLU comes after tf.add.
  const none: [number, number] = [0, 0];
  const one: [number, number] = [1, 1];
  const convolve = (input: tf.Tensor4D, kernel: tf.Tensor4D, step: number) =>
    tf.conv2d(tf.pad4d(input, [none, one, one, none]), kernel, step, 'valid');
  const residual = convolve(tf.relu(convolve(x, kernels.first, stride)), kernels.second, 1);
  const shortcut = kernels.project ? tf.conv2d(x, kernels.project, stride, 'valid') : x;
  return tf.relu(tf.add<tf.Tensor4D>(residual, shortcut));
  // END SOLUTION
}
