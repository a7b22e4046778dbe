/**
 * Exercise 2: AlexNet's two towers, one on each graphics card, and the one place where they meet (Krizhevsky et al.,
 * 2012, section 3.2 and figure 2).
 *
 * Points: 10. About 25 minutes. Difficulty: 3 of 3.
 */
import { tf } from 'cnn-kit';

/**
 * A convolution in two groups: the first half of the filters sees the first half of the channels, the second half sees
 * the second. The outputs stand in this order. Stride 1, padding 'same', no bias.
 *
 * @param x [batch, height, width, in]
 * @param filters [kernel, kernel, in / 2, out]
 * @returns [batch, height, width, out]
 */
export function groupedConv(x: tf.Tensor4D, filters: tf.Tensor4D): tf.Tensor4D {
  // YOUR CODE HERE: split x and the filters into halves, convolve each pair, and put the results side by side
  throw new Error('Not written yet: split x and the filters into halves, convolve each pair, and put the results side by side.');
}

/**
 * conv2 to conv5, each followed by ReLU. conv2, conv4 and conv5 stay in their tower (two groups); conv3 sees all
 * channels of both. Stride 1, padding 'same', no bias.
 *
 * @param x [batch, height, width, in], tower 1 in the first half of the channels
 * @param filters of conv2, conv3, conv4 and conv5, in this order; conv3's are [kernel, kernel, in, out], the others'
 *   [kernel, kernel, in / 2, out]
 * @returns [batch, height, width, out of conv5]
 */
export function twoTowers(x: tf.Tensor4D, filters: tf.Tensor4D[]): tf.Tensor4D {
  // YOUR CODE HERE: call groupedConv where the towers are apart, tf.conv2d where they meet, and tf.relu after each
  throw new Error('Not written yet: call groupedConv where the towers are apart, tf.conv2d where they meet, and tf.relu after each.');
}
