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
  // BEGIN SOLUTION: split x and the filters into halves, convolve each pair, and put the results side by side
  // HINT: tf.split(x, 2, 3) halves the channels; the filters are halved along their outputs, which is axis 3 too.
  const [x1, x2] = tf.split<tf.Tensor4D>(x, 2, 3);
  const [filters1, filters2] = tf.split<tf.Tensor4D>(filters, 2, 3);
  return tf.concat([tf.conv2d(x1, filters1, 1, 'same'), tf.conv2d(x2, filters2, 1, 'same')], 3);
  // END SOLUTION
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
  // BEGIN SOLUTION: call groupedConv where the towers are apart, tf.conv2d where they meet, and tf.relu after each
  // HINT: conv2, conv4 and conv5 are grouped; conv3 alone is tf.conv2d(..., 1, 'same').
  const [conv2, conv3, conv4, conv5] = filters;
  const after2 = tf.relu(groupedConv(x, conv2));
  const after3 = tf.relu(tf.conv2d(after2, conv3, 1, 'same'));
  const after4 = tf.relu(groupedConv(after3, conv4));
  return tf.relu(groupedConv(after4, conv5));
  // END SOLUTION
}
