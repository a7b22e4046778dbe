/**
 * Exercise 2: overlapping max pooling, with windows of 3 at a distance of 2 (Krizhevsky et al., 2012, section 3.4),
 * and the two ways to round where the last window does not fit.
 *
 * Points: 10. About 20 minutes. Difficulty: 2 of 3.
 */
import { tf } from 'cnn-kit';

/**
 * The largest number of every window of `size` x `size`, `stride` apart, without padding. Output length:
 *
 *   floor: floor((length - size) / stride) + 1; what is left over at the right and at the bottom is not seen
 *   ceil:  ceil((length - size) / stride) + 1; the last window may reach over the right and the bottom edge, and there
 *          only the places inside count. A window that would begin outside is left out.
 *
 * Floor is PyTorch's rule, ceil is the rule of the original AlexNet and of Caffe.
 *
 * @param x [batch, height, width, channels]
 */
export function maxPool(x: tf.Tensor4D, size: number, stride: number, rounding: 'floor' | 'ceil'): tf.Tensor4D {
  // BEGIN SOLUTION: find the output lengths; where the last window reaches over, pad with what no maximum can be
  // HINT: Only `ceil` needs padding, at the bottom and the right, and never with 0: negative numbers are smaller.
  // HINT: For ceil: count = ceil((length - size) / stride) + 1, one less if (count - 1) * stride >= length; pad by (count - 1) * stride + size - length with -Infinity.
  const over = [x.shape[1], x.shape[2]].map((length): [number, number] => {
    if (rounding === 'floor') return [0, 0];
    let count = Math.ceil((length - size) / stride) + 1;
    if ((count - 1) * stride >= length) count--;
    return [0, Math.max(0, (count - 1) * stride + size - length)];
  });
  return tf.maxPool(tf.pad4d(x, [[0, 0], over[0], over[1], [0, 0]], -Infinity), size, stride, 'valid');
  // END SOLUTION
}
