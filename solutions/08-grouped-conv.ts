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
  // BEGIN SOLUTION: split the channels and the filters into groups, convolve group by group, and concatenate
  // HINT: The channels of x are its axis 3; the filters are split along their OUTPUT channels, axis 3 too.
  // HINT: tf.split(x, groups, 3) and tf.split(filters, groups, 3), tf.conv2d of each pair, tf.concat(..., 3)
  const inputs = tf.split<tf.Tensor4D>(x, groups, 3);
  const kernels = tf.split<tf.Tensor4D>(filters, groups, 3);
  return tf.concat(inputs.map((input, g) => tf.conv2d(input, kernels[g], stride, 'same')), 3); // prettier-ignore
  // END SOLUTION
}

/**
 * The filters of an ordinary convolution that does the same: where a filter does not look, it is zero.
 *
 * @param filters [kernel, kernel, in / groups, out]
 * @returns [kernel, kernel, in, out]
 */
export function asDense(filters: tf.Tensor4D, groups: number): tf.Tensor4D {
  // BEGIN SOLUTION: give every group zeros for the channels of the groups before it and after it
  // HINT: For group g the input channels g * (in / groups) and on are its own; all others are zero.
  // HINT: split along axis 3, tf.pad the third axis by [g * width, (groups - 1 - g) * width], concatenate along axis 3
  const width = filters.shape[2];
  const none: [number, number] = [0, 0];
  const padded = tf
    .split<tf.Tensor4D>(filters, groups, 3)
    .map((group, g) => tf.pad4d(group, [none, none, [g * width, (groups - 1 - g) * width], none]));
  return tf.concat(padded, 3);
  // END SOLUTION
}

/** Numbers in the filters of a convolution of kernel x kernel with groups, without biases. */
export function groupedParameters(kernel: number, inputs: number, outputs: number, groups: number): number {
  // BEGIN SOLUTION: each of the filters sees a part of the channels only
  // HINT: The filters are [kernel, kernel, inputs / groups, outputs]: divide once, not twice.
  return (kernel ** 2 * inputs * outputs) / groups;
  // END SOLUTION
}
