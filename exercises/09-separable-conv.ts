/**
 * Exercise 9: depthwise separable convolution, the whole of MobileNet (Howard et al., "MobileNets: Efficient
 * Convolutional Neural Networks for Mobile Vision Applications", section 3.1).
 *
 * Points: 11. About 25 minutes. Difficulty: 2 of 3.
 */
import { tf } from 'cnn-kit';

/**
 * One filter for each channel, which sees that channel only; nothing is added up over channels. Padding 'same', no bias.
 *
 * @param x [batch, height, width, channels]
 * @param filters [kernel, kernel, channels]
 * @returns [batch, ceil(height / stride), ceil(width / stride), channels]
 */
export function depthwise(x: tf.Tensor4D, filters: tf.Tensor3D, stride = 1): tf.Tensor4D {
  // YOUR CODE HERE: use TensorFlow's depthwise convolution, or convolve channel by channel
  throw new Error('Not written yet: use TensorFlow\'s depthwise convolution, or convolve channel by channel.');
}

/**
 * relu(pointwise(relu(depthwise(x)))): the filters look around in each channel, then a 1x1 convolution mixes the
 * channels (figure 3 of the paper; batch normalization is left out). The stride is in the depthwise convolution.
 *
 * @param pointwise [1, 1, channels, outputs]
 */
export function separableConv(x: tf.Tensor4D, filters: tf.Tensor3D, pointwise: tf.Tensor4D, stride = 1): tf.Tensor4D {
  // YOUR CODE HERE: depthwise, ReLU, 1x1 convolution, ReLU
  throw new Error('Not written yet: depthwise, ReLU, 1x1 convolution, ReLU.');
}

/**
 * The multiply-adds of both, stride 1, on maps of height x width, and their ratio separable / standard, for which the
 * paper finds 1 / outputs + 1 / kernel^2.
 */
export function separableCost(
  height: number,
  width: number,
  inputs: number,
  outputs: number,
  kernel: number,
): { standard: number; separable: number; ratio: number } {
  // YOUR CODE HERE: count the filters of each, multiply by the places, and divide
  throw new Error('Not written yet: count the filters of each, multiply by the places, and divide.');
}
