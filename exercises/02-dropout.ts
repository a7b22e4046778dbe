/**
 * Exercise 2: dropout as in 2012 and as today (Krizhevsky et al., 2012, section 4.2; Srivastava et al., 2014).
 *
 * Points: 10. About 25 minutes. Difficulty: 2 of 3.
 */
import { tf } from 'cnn-kit';

/**
 * Ones and zeros: each number is 0 with probability `rate`, by itself, and drawn anew at each call. `rate` is the
 * share that is dropped, not the share that is kept.
 */
export function dropoutMask(shape: number[], rate: number): tf.Tensor {
  // YOUR CODE HERE: draw numbers between 0 and 1, and compare them with the rate
  throw new Error('Not written yet: draw numbers between 0 and 1, and compare them with the rate.');
}

/**
 *               training                 test
 *   '2012'      x * mask                 x * (1 - rate)
 *   'inverted'  x * mask / (1 - rate)    x
 *
 * Both have the same expectation in training as at test.
 *
 * @param x [batch, units]
 * @param mask [batch, units], ones and zeros; for training only
 */
export function dropout(
  x: tf.Tensor2D,
  mask: tf.Tensor2D,
  rate: number,
  form: '2012' | 'inverted',
  training: boolean,
): tf.Tensor2D {
  // YOUR CODE HERE: tell the four cases apart
  throw new Error('Not written yet: tell the four cases apart.');
}

/**
 * What a ReLU unit says on average while its inputs are dropped: the sum over all 2^n masks m of
 * P(m) * relu(sum of weights_i * m_i * x_i), where P(m) is (1 - rate) for every kept input times rate for every dropped
 * one. At test the network only computes relu((1 - rate) * sum of weights_i * x_i): for one layer of many, this is
 * close.
 */
export function expectedRelu(x: number[], weights: number[], rate: number): number {
  // YOUR CODE HERE: count from 0 to 2^n - 1; the bits of the number are a mask
  throw new Error('Not written yet: count from 0 to 2^n - 1; the bits of the number are a mask.');
}
