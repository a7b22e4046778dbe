/**
 * Exercise 8: grouped convolution, from two groups of AlexNet to as many groups as there are channels (Krizhevsky et al.,
 * 2012, section 3.2; Xie et al., "Aggregated Residual Transformations for Deep Neural Networks", section 3.3).
 *
 * Points: 11. About 25 minutes. Difficulty: 2 of 3.
 */
import { tf } from 'cnn-kit';

/**
 * Group g of the filters sees group g of the channels only; the outputs stand in the order of the groups. Padding
 * 'same', no bias.
 *
 * @param x [batch, height, width, in]
 * @param filters [kernel, kernel, in / groups, out]; both in and out are multiples of `groups`
 * @returns [batch, ceil(height / stride), ceil(width / stride), out]
 */
export function groupedConv(x: tf.Tensor4D, filters: tf.Tensor4D, groups: number, stride = 1): tf.Tensor4D {
  // YOUR CODE HERE: split the channels and the filters into groups, convolve group by group, and concatenate
  throw new Error('Not written yet: split the channels and the filters into groups, convolve group by group, and concatenate.');
}

/**
 * The filters of an ordinary convolution that does the same: where a filter does not look, it is zero.
 *
 * @param filters [kernel, kernel, in / groups, out]
 * @returns [kernel, kernel, in, out]
 */
export function asDense(filters: tf.Tensor4D, groups: number): tf.Tensor4D {
  // YOUR CODE HERE: give every group zeros for the channels of the groups before it and after it
  throw new Error('Not written yet: give every group zeros for the channels of the groups before it and after it.');
}

/** Numbers in the filters of a convolution of kernel x kernel with groups, without biases. */
export function groupedParameters(kernel: number, inputs: number, outputs: number, groups: number): number {
  // YOUR CODE HERE: each of the filters sees a part of the channels only
  throw new Error('Not written yet: each of the filters sees a part of the channels only.');
}
