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
  // YOUR CODE HERE: three convolutions, ReLU6 after the first two, and the shortcut where the shapes agree
  throw new Error('Not written yet: three convolutions, ReLU6 after the first two, and the shortcut where the shapes agree.');
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
  // YOUR CODE HERE: add the three, each with its own places
  throw new Error('Not written yet: add the three, each with its own places.');
}
