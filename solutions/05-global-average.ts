/**
 * Exercise 5: global average pooling in place of flattening, which makes the last dense layer small.
 *
 * Points: 10. About 15 minutes. Difficulty: 1 of 3.
 */
import { tf } from 'cnn-kit';

/**
 * average[n, c] = (1 / (height * width)) * sum over all pixels of x[n, ., ., c]
 * (Lin et al., "Network In Network", section 3.2; GoogLeNet, table 1, "avg pool").
 *
 * @param x [batch, height, width, channels]
 * @returns [batch, channels]
 */
export function globalAverage(x: tf.Tensor4D): tf.Tensor2D {
  // BEGIN SOLUTION: average over the height and the width only
  // HINT: Height and width are the axes 1 and 2.
  return tf.mean(x, [1, 2]);
  // END SOLUTION
}

/**
 * Global averaging is a special case of flattening: the weights with which a dense layer on the flattened picture gives
 * the same as `weights` on the average, flatten(x) . flattenWeights(weights) = globalAverage(x) . weights.
 * TensorFlow.js flattens row by row, pixel by pixel, and the channels of a pixel stand side by side.
 *
 * @param weights [channels, classes]
 * @returns [height * width * channels, classes]
 */
export function flattenWeights(weights: tf.Tensor2D, height: number, width: number): tf.Tensor2D {
  // BEGIN SOLUTION: repeat all the weights for every pixel, each with its share of the average
  // HINT: A pixel counts 1 / (height * width) in the average, so each weight is divided by that: tf.tile repeats, div divides.
  return tf.tile(weights, [height * width, 1]).div(height * width);
  // END SOLUTION
}

/** Numbers to learn, biases included, of the two ways to come from [height, width, channels] to `classes` scores. */
export function headParameters(
  height: number,
  width: number,
  channels: number,
  classes: number,
): { flatten: number; average: number } {
  // BEGIN SOLUTION: a dense layer has inputs x classes weights and one bias for each class
  // HINT: The dense layer sees height * width * channels numbers if flattened, and `channels` if averaged.
  return { flatten: (height * width * channels + 1) * classes, average: (channels + 1) * classes };
  // END SOLUTION
}
