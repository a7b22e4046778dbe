/**
 * Exercise 3: max pooling that remembers, and its way back (Zeiler and Fergus, 2014, section 2.1, figure 1).
 *
 * Points: 11. About 30 minutes. Difficulty: 2 of 3.
 */
import { tf } from 'cnn-kit';

export interface Pooled {
  /** [batch, rows, columns, channels] */
  pooled: tf.Tensor4D;
  /** The same shape, int32: where each maximum was, as y * width + x in its own map of its own image. */
  switches: tf.Tensor4D;
}

/**
 * Max pooling with windows of size x size, `stride` apart, without padding; a window that does not fit is left out.
 * Where a window has its maximum twice, the first one counts, row by row.
 *
 * @param x [batch, height, width, channels]
 */
export function poolWithSwitches(x: tf.Tensor4D, size: number, stride: number): Pooled {
  // YOUR CODE HERE: go through the windows with a buffer for each result, and keep the place of the largest number
  throw new Error('Not written yet: go through the windows with a buffer for each result, and keep the place of the largest number.');
}

/**
 * Puts every number back where its switch says; all other places are 0. Where windows overlap, two of them may have the
 * same switch: then the later one, row by row, overwrites the earlier. Nothing is added up.
 *
 * @param pooled [batch, rows, columns, channels]
 * @param switches the same shape
 * @returns [batch, height, width, channels]
 */
export function unpool(pooled: tf.Tensor4D, switches: tf.Tensor4D, height: number, width: number): tf.Tensor4D {
  // YOUR CODE HERE: begin with a buffer of zeros, and set one number for each switch
  throw new Error('Not written yet: begin with a buffer of zeros, and set one number for each switch.');
}
