/**
 * Exercise 9: the inverted residual with its linear bottleneck (Sandler et al., "MobileNetV2: Inverted Residuals and
 * Linear Bottlenecks", section 3, table 1).
 *
 * Points: 12. About 30 minutes. Difficulty: 3 of 3.
 */
import { tf } from 'cnn-kit';

/** No biases; batch normalization is left out. */
export interface InvertedResidualKernels {
  /** [1, 1, channels, t * channels]; missing if the expansion t is 1. */
  expand?: tf.Tensor4D;
  /** [3, 3, t * channels, 1], for tf.depthwiseConv2d */
  depthwise: tf.Tensor4D;
  /** [1, 1, t * channels, outputs] */
  project: tf.Tensor4D;
}

/**
 * Expand (1x1, ReLU6), look around (depthwise 3x3 with the stride, ReLU6), project (1x1, linear: no activation); x is
 * added if the stride is 1 and x has as many channels as the result. Nothing follows the addition. Padding is
 * TensorFlow's 'same', as in the authors' own code.
 *
 * @param x [batch, height, width, channels]
 * @returns [batch, ceil(height / stride), ceil(width / stride), outputs]
 */
export function invertedResidual(x: tf.Tensor4D, kernels: InvertedResidualKernels, stride = 1): tf.Tensor4D {
  // BEGIN SOLUTION: three convolutions, ReLU6 after the first two, and the shortcut where the shapes agree
  // HINT: Without `expand` the depthwise convolution takes x itself, without a ReLU6 before it.
  // HINT: tf.relu6(tf.conv2d(...)), tf.relu6(tf.depthwiseConv2d(wide, kernels.depthwise, stride, 'same')), tf.conv2d(...)
  const wide = kernels.expand ? tf.relu6(tf.conv2d(x, kernels.expand, 1, 'same')) : x;
  const around: tf.Tensor4D = tf.relu6(tf.depthwiseConv2d(wide, kernels.depthwise, stride, 'same'));
  const narrow: tf.Tensor4D = tf.conv2d(around, kernels.project, 1, 'same');
  return stride === 1 && x.shape[3] === narrow.shape[3] ? narrow.add(x) : narrow;
  // END SOLUTION
}

/**
 * The multiply-adds of the block: expand, at all places of the input; depthwise and project, at the places of the output,
 * ceil(height / stride) x ceil(width / stride). If t is 1, nothing is expanded.
 *
 * @param t the expansion
 */
export function invertedResidualCost(
  height: number,
  width: number,
  channels: number,
  outputs: number,
  t: number,
  stride: number,
): number {
  // BEGIN SOLUTION: add the three, each with its own places
  // HINT: expand: channels * t * channels. depthwise: 9 * t * channels. project: t * channels * outputs.
  const hidden = t * channels;
  const after = Math.ceil(height / stride) * Math.ceil(width / stride);
  const expand = t === 1 ? 0 : height * width * channels * hidden;
  return expand + after * (9 * hidden + hidden * outputs);
  // END SOLUTION
}
