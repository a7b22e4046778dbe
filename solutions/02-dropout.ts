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
  // BEGIN SOLUTION: draw numbers between 0 and 1, and compare them with the rate
  // HINT: A number between 0 and 1 is below `rate` with probability `rate`; those are dropped.
  // HINT: tf.randomUniform(shape, 0, 1).greaterEqual(rate).toFloat()
  return tf.randomUniform(shape, 0, 1).greaterEqual(rate).toFloat();
  // END SOLUTION
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
  // BEGIN SOLUTION: tell the four cases apart
  // HINT: Each form has something to do in just one more place than the mask: 2012 at test, inverted in training.
  if (form === '2012') return training ? x.mul(mask) : x.mul(1 - rate);
  return training ? x.mul(mask).div(1 - rate) : x;
  // END SOLUTION
}

/**
 * What a ReLU unit says on average while its inputs are dropped: the sum over all 2^n masks m of
 * P(m) * relu(sum of weights_i * m_i * x_i), where P(m) is (1 - rate) for every kept input times rate for every dropped
 * one. At test the network only computes relu((1 - rate) * sum of weights_i * x_i): for one layer of many, this is
 * close.
 */
export function expectedRelu(x: number[], weights: number[], rate: number): number {
  // BEGIN SOLUTION: count from 0 to 2^n - 1; the bits of the number are a mask
  // HINT: Bit i of the number `mask`, (mask >> i) & 1, says whether input i is kept.
  // HINT: For each mask: the sum of the kept products, its ReLU, times the product of (1 - rate) for kept and rate for dropped inputs.
  let expectation = 0;
  for (let mask = 0; mask < 2 ** x.length; mask++) {
    const isKept = (i: number): boolean => ((mask >> i) & 1) === 1;
    const sum = x.reduce((total, value, i) => total + (isKept(i) ? weights[i] * value : 0), 0);
    const probability = x.reduce((product, _, i) => product * (isKept(i) ? 1 - rate : rate), 1);
    expectation += probability * Math.max(0, sum);
  }
  return expectation;
  // END SOLUTION
}
