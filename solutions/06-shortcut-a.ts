/**
 * Exercise 6: shortcut A, which changes the shape without a single parameter.
 *
 * Points: 8. About 15 minutes. Difficulty: 2 of 3.
 */
import { tf } from 'cnn-kit';

/**
 * "The shortcut still performs identity mapping, with extra zero entries padded for increasing dimensions", and "when
 * the shortcuts go across feature maps of two sizes, they are performed with a stride of 2" (He et al., "Deep Residual
 * Learning for Image Recognition", section 3.3, option A):
 *
 * y[n, i, j, c] = x[n, stride * i, stride * j, c] for the channels of x, and 0 for the channels after them
 * (in this order, as in the authors' colleagues' fb.resnet.torch).
 *
 * @param x [batch, height, width, channels]
 * @param outputs channels of the result, at least those of x
 * @returns [batch, ceil(height / stride), ceil(width / stride), outputs]
 */
export function shortcutA(x: tf.Tensor4D, outputs: number, stride = 2): tf.Tensor4D {
  // BEGIN SOLUTION: take the rows and columns 0, stride, 2 * stride and so on, then append channels of zeros
  // HINT: tf.stridedSlice takes begin, end and strides: [1, stride, stride, 1].
  // HINT: tf.pad4d with [0, outputs - channels] on the last axis appends the zeros.
  const [batch, height, width, channels] = x.shape;
  const kept = tf.stridedSlice(x, [0, 0, 0, 0], [batch, height, width, channels], [1, stride, stride, 1]);
  const none: [number, number] = [0, 0];
  return tf.pad4d(kept as tf.Tensor4D, [none, none, none, [0, outputs - channels]]);
  // END SOLUTION
}
