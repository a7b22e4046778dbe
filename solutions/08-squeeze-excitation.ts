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
  // BEGIN SOLUTION: the mean over rows and columns, a dense layer with ReLU, a dense layer with sigmoid
  // HINT: x.mean([1, 2]) is [batch, channels]; a dense layer is tf.matMul plus a bias.
  // HINT: tf.sigmoid(tf.relu(z.matMul(first).add(firstBias)).matMul(second).add(secondBias))
  const squeezed = x.mean<tf.Tensor2D>([1, 2]);
  const hidden = tf.relu(tf.matMul(squeezed, weights.first).add(weights.firstBias)) as tf.Tensor2D;
  return tf.sigmoid(tf.matMul(hidden, weights.second).add(weights.secondBias)) as tf.Tensor2D;
  // END SOLUTION
}

/**
 * The end of an SE-ResNet block: relu(x + s * residual), where s comes from the residual and scales it channel by
 * channel, before the addition.
 *
 * @param x the shortcut, [batch, height, width, channels]
 * @param residual what the convolutions made of it, the same shape
 */
export function seResidual(x: tf.Tensor4D, residual: tf.Tensor4D, weights: ExcitationWeights): tf.Tensor4D {
  // BEGIN SOLUTION: excite the residual, multiply it by its scales, add the shortcut, and take the ReLU
  // HINT: [batch, channels] must become [batch, 1, 1, channels], so that it is multiplied into every place.
  const scales = excitation(residual, weights).expandDims(1).expandDims(1);
  return tf.relu(x.add<tf.Tensor4D>(residual.mul(scales)));
  // END SOLUTION
}

/**
 * The numbers to learn that squeeze and excitation adds to a network, biases included: for every block of a stage with C
 * channels at its end, two dense layers C -> C / r -> C.
 */
export function addedParameters(stages: { blocks: number; channels: number }[], reduction: number): number {
  // BEGIN SOLUTION: add the weights and the biases of both layers, for all blocks
  // HINT: Weights: C * (C / r) twice. Biases: C / r of the first layer and C of the second.
  return stages.reduce((sum, { blocks, channels }) => {
    const hidden = channels / reduction;
    return sum + blocks * (2 * channels * hidden + hidden + channels);
  }, 0);
  // END SOLUTION
}
