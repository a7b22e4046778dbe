/**
 * Exercise 6: the pre-activation block, which can be the identity.
 *
 * Points: 10. About 20 minutes. Difficulty: 2 of 3.
 */
import { tf } from 'cnn-kit';

/** Batch normalization at test time; each is [channels]. */
export interface Norm {
  mean: tf.Tensor1D;
  variance: tf.Tensor1D;
  scale: tf.Tensor1D;
  offset: tf.Tensor1D;
}

export interface PreactivationWeights {
  norm1: Norm;
  /** [3, 3, channels, outputs] */
  first: tf.Tensor4D;
  norm2: Norm;
  /** [3, 3, outputs, outputs] */
  second: tf.Tensor4D;
  /** [1, 1, channels, outputs]: there if and only if the shortcut is a projection. */
  project?: tf.Tensor4D;
}

/** Given: (x - mean) / sqrt(variance + 1e-5) * scale + offset, channel by channel. */
export function normalize(x: tf.Tensor4D, { mean, variance, scale, offset }: Norm): tf.Tensor4D {
  return tf.batchNorm(x, mean, variance, offset, scale, 1e-5) as tf.Tensor4D;
}

/**
 * y = shortcut + second(relu(norm2(first(relu(norm1(x)))))), and nothing after the addition (He et al., "Identity
 * Mappings in Deep Residual Networks", figure 1b and section 4: "full pre-activation").
 * Without a projection the shortcut is x itself. A projection takes relu(norm1(x)), shared with the convolutions (as in
 * the authors' own resnet-pre-act.lua). Convolutions have stride 1 and keep height and width.
 *
 * @param x [batch, height, width, channels]
 * @returns [batch, height, width, outputs]
 */
export function preactivation(x: tf.Tensor4D, weights: PreactivationWeights): tf.Tensor4D {
  // BEGIN SOLUTION: normalize, ReLU, convolve, and the same again, then add the shortcut without any ReLU
  // HINT: relu(norm1(x)) is used twice: by the first convolution and, if there is one, by the projection.
  // HINT: The identity shortcut is x as it came, before any normalization.
  const ready: tf.Tensor4D = tf.relu(normalize(x, weights.norm1));
  const middle = tf.conv2d(ready, weights.first, 1, 'same');
  const residual = tf.conv2d(tf.relu(normalize(middle, weights.norm2)), weights.second, 1, 'same');
  const shortcut = weights.project ? tf.conv2d(ready, weights.project, 1, 'same') : x;
  return tf.add(shortcut, residual);
  // END SOLUTION
}
