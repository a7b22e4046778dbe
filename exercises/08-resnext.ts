/**
 * Exercise 8: the block of ResNeXt in two of its three forms, which are equal (Xie et al., "Aggregated Residual
 * Transformations for Deep Neural Networks", figure 3 and table 2).
 *
 * Points: 12. About 30 minutes. Difficulty: 3 of 3.
 */
import { tf } from 'cnn-kit';

/** One of C parallel paths of width d. No biases, no batch normalization. */
export interface Branch {
  /** [1, 1, channels, d] */
  reduce: tf.Tensor4D;
  /** [3, 3, d, d] */
  transform: tf.Tensor4D;
  /** [1, 1, d, channels] */
  expand: tf.Tensor4D;
}

/**
 * Form (a): relu(x + the sum over all branches of expand(relu(transform(relu(reduce(x)))))). Stride 1; height and width
 * stay. There is no ReLU after `expand`.
 *
 * @param x [batch, height, width, channels]
 */
export function aggregated(x: tf.Tensor4D, branches: Branch[]): tf.Tensor4D {
  // YOUR CODE HERE: compute every branch, add them all to x, and take the ReLU of the sum
  throw new Error('Not written yet: compute every branch, add them all to x, and take the ReLU of the sum.');
}

/** Form (c): one branch, whose 3x3 convolution has C groups. */
export interface Grouped {
  /** [1, 1, channels, C * d] */
  reduce: tf.Tensor4D;
  /** [3, 3, d, C * d], for a convolution with C groups */
  transform: tf.Tensor4D;
  /** [1, 1, C * d, channels] */
  expand: tf.Tensor4D;
}

/**
 * The kernels of form (c) that do what the branches do: relu(x + expand(relu(grouped transform(relu(reduce(x)))))).
 * Branch i becomes group i.
 */
export function toGrouped(branches: Branch[]): Grouped {
  // YOUR CODE HERE: concatenate the kernels of the branches, each of the three along its own axis
  throw new Error('Not written yet: concatenate the kernels of the branches, each of the three along its own axis.');
}

/**
 * Table 2: the width d that a block of cardinality C must have to cost as much as ResNet-50's bottleneck. With 256
 * channels outside, it has C * (256 d + 9 d^2 + 256 d) parameters; ResNet-50's has C = 1 and d = 64. The whole number d
 * whose block comes nearest to that.
 */
export function widthFor(cardinality: number): number {
  // YOUR CODE HERE: try the widths from 1 to 64, and keep the one whose number of parameters is nearest
  throw new Error('Not written yet: try the widths from 1 to 64, and keep the one whose number of parameters is nearest.');
}
