/**
 * Exercise 2: local response normalization, as section 3.3 of the AlexNet paper defines it.
 *
 * Points: 8. About 20 minutes. Difficulty: 2 of 3.
 */
import { tf } from 'cnn-kit';

/**
 * b_i = a_i / (k + alpha * sum of a_j^2)^beta, where j runs over the `n` channels nearest to channel i, itself among
 * them; at the first and the last channels the window is cut off. Every pixel of every image stands for itself.
 *
 * @param a [batch, height, width, channels]
 * @param n width of the window in channels, odd
 * @returns b, in the shape of `a`
 */
export function localResponseNorm(a: tf.Tensor4D, n = 5, k = 2, alpha = 1e-4, beta = 0.75): tf.Tensor4D {
  // YOUR CODE HERE: square a, add for each channel the squares of its n neighbours, then divide
  throw new Error('Not written yet: square a, add for each channel the squares of its n neighbours, then divide.');
}
