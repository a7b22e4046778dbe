/**
 * Exercise 8: squeeze and excitation, where each channel is scaled by what all channels say (Hu et al.,
 * "Squeeze-and-Excitation Networks", section 3 and figure 3).
 *
 * Points: 11. About 25 minutes. Difficulty: 2 of 3.
 */
import { tf } from 'cnn-kit';

export interface ExcitationWeights {
  /** [channels, channels / r] */
  first: tf.Tensor2D;
  /** [channels / r] */
  firstBias: tf.Tensor1D;
  /** [channels / r, channels] */
  second: tf.Tensor2D;
  /** [channels] */
  secondBias: tf.Tensor1D;
}

/**
 * The scales: squeeze z = mean of each channel over its map; excite s = sigmoid(relu(z . first + firstBias) . second +
 * secondBias).
 *
 * @param x [batch, height, width, channels]
 * @returns s, [batch, channels], each between 0 and 1
 */
export function excitation(x: tf.Tensor4D, weights: ExcitationWeights): tf.Tensor2D {
  // YOUR CODE HERE: the mean over rows and columns, a dense layer with ReLU, a dense layer with sigmoid
  throw new Error('Not written yet: the mean over rows and columns, a dense layer with ReLU, a dense layer with sigmoid.');
}

/**
 * The end of an SE-ResNet block: relu(x + s * residual), where s comes from the residual and scales it channel by
 * channel, before the addition.
 *
 * @param x the shortcut, [batch, height, width, channels]
 * @param residual what the convolutions made of it, the same shape
 */
export function seResidual(x: tf.Tensor4D, residual: tf.Tensor4D, weights: ExcitationWeights): tf.Tensor4D {
  // YOUR CODE HERE: excite the residual, multiply it by its scales, add the shortcut, and take the ReLU
  throw new Error('Not written yet: excite the residual, multiply it by its scales, add the shortcut, and take the ReLU.');
}

/**
 * The numbers to learn that squeeze and excitation adds to a network, biases included: for every block of a stage with C
 * channels at its end, two dense layers C -> C / r -> C.
 */
export function addedParameters(stages: { blocks: number; channels: number }[], reduction: number): number {
  // YOUR CODE HERE: add the weights and the biases of both layers, for all blocks
  throw new Error('Not written yet: add the weights and the biases of both layers, for all blocks.');
}
