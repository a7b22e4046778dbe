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
  // BEGIN SOLUTION: compute every branch, add them all to x, and take the ReLU of the sum
  // HINT: Each branch sees the whole of x: three tf.conv2d with padding 'same', a tf.relu after the first and the second.
  // HINT: tf.relu(tf.addN([x, ...branches.map(...)]))
  const outputs = branches.map(({ reduce, transform, expand }) => {
    const narrow: tf.Tensor4D = tf.relu(tf.conv2d(x, reduce, 1, 'same'));
    const middle: tf.Tensor4D = tf.relu(tf.conv2d(narrow, transform, 1, 'same'));
    return tf.conv2d(middle, expand, 1, 'same');
  });
  return tf.relu(tf.addN([x, ...outputs]));
  // END SOLUTION
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
  // BEGIN SOLUTION: concatenate the kernels of the branches, each of the three along its own axis
  // HINT: reduce and transform of the branches stand side by side in their outputs, axis 3.
  // HINT: The sum over the branches is a sum over input channels: concatenate the expands along axis 2.
  return {
    reduce: tf.concat(branches.map(branch => branch.reduce), 3), // prettier-ignore
    transform: tf.concat(branches.map(branch => branch.transform), 3), // prettier-ignore
    expand: tf.concat(branches.map(branch => branch.expand), 2), // prettier-ignore
  };
  // END SOLUTION
}

/**
 * Table 2: the width d that a block of cardinality C must have to cost as much as ResNet-50's bottleneck. With 256
 * channels outside, it has C * (256 d + 9 d^2 + 256 d) parameters; ResNet-50's has C = 1 and d = 64. The whole number d
 * whose block comes nearest to that.
 */
export function widthFor(cardinality: number): number {
  // BEGIN SOLUTION: try the widths from 1 to 64, and keep the one whose number of parameters is nearest
  // HINT: The number to reach is 256 * 64 + 9 * 64 * 64 + 64 * 256 = 69,632.
  // HINT: Nearest: the smallest Math.abs(parameters - 69632). It may be a little above.
  const parameters = (d: number, c: number): number => c * (512 * d + 9 * d ** 2);
  const distance = (d: number): number => Math.abs(parameters(d, cardinality) - parameters(64, 1));
  let best = 1;
  for (let d = 2; d <= 64; d++) if (distance(d) < distance(best)) best = d;
  return best;
  // END SOLUTION
}
