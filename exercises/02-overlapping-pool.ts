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
  // YOUR CODE HERE: find the output lengths; where the last window reaches over, pad with what no maximum can be
  throw new Error('Not written yet: find the output lengths; where the last window reaches over, pad with what no maximum can be.');
}
