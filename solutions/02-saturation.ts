/**
 * Exercise 2: why tanh and sigmoid learn slowly. Their gradient vanishes where they are flat; that of ReLU does not, on
 * the positive side (Krizhevsky et al., 2012, section 3.1).
 *
 * Points: 8. About 15 minutes. Difficulty: 1 of 3.
 */
import { tf } from 'cnn-kit';

export type Activation = 'relu' | 'tanh' | 'sigmoid';

/**
 * The derivative of the activation at every number of `x`:
 *
 *   relu'(x) = 1 where x > 0, else 0 (also at 0 itself)
 *   tanh'(x) = 1 - tanh(x)^2
 *   sigmoid'(x) = sigmoid(x) * (1 - sigmoid(x))
 *
 * @param x what goes into the activation, of any shape
 * @returns the gradients, in the shape of `x`
 */
export function activationGradient(activation: Activation, x: tf.Tensor): tf.Tensor {
  // BEGIN SOLUTION: tell the three apart, and compute the activation first where its derivative is made of it
  // HINT: tf.step(x) is 1 where x > 0, else 0.
  // HINT: tanh: 1 - t * t with t = tf.tanh(x); sigmoid: s * (1 - s) with s = tf.sigmoid(x)
  if (activation === 'relu') return tf.step(x);
  if (activation === 'tanh') return tf.sub(1, tf.square(tf.tanh(x)));
  const s = tf.sigmoid(x);
  return s.mul(tf.sub(1, s));
  // END SOLUTION
}

/**
 * The share of units, from 0 to 1, whose gradient is below `threshold`: they pass next to nothing back.
 *
 * @param x what goes into the activation, of any shape
 */
export function saturatedShare(activation: Activation, x: tf.Tensor, threshold = 0.01): number {
  // BEGIN SOLUTION: compare the gradients with the threshold, and take the mean of the ones and zeros
  // HINT: The mean of ones and zeros is the share of ones: less(threshold), toFloat, mean.
  return activationGradient(activation, x).less(threshold).toFloat().mean().dataSync()[0];
  // END SOLUTION
}
