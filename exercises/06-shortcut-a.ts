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
  // YOUR CODE HERE: take the rows and columns 0, stride, 2 * stride and so on, then append channels of zeros
  throw new Error('Not written yet: take the rows and columns 0, stride, 2 * stride and so on, then append channels of zeros.');
}
