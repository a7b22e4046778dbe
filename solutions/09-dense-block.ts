/**
 * Exercise 9: the dense block, where every layer sees all layers before it, and the transition between two blocks (Huang
 * et al., "Densely Connected Convolutional Networks", section 3).
 *
 * Points: 11. About 25 minutes. Difficulty: 2 of 3.
 */
import { tf } from 'cnn-kit';

/**
 * x_l = conv_l(relu([x_0, x_1, ..., x_(l-1)])): the input and all outputs so far, side by side in this order. The result
 * of the block is [x_0, x_1, ..., x_L]. 3x3, stride 1, padding 'same', no biases; batch normalization is left out.
 *
 * @param x x_0, [batch, height, width, channels]
 * @param kernels one for each layer; the l-th (from 0) is [3, 3, channels + l * growthRate, growthRate]
 * @returns [batch, height, width, channels + L * growthRate]
 */
export function denseBlock(x: tf.Tensor4D, kernels: tf.Tensor4D[]): tf.Tensor4D {
  // BEGIN SOLUTION: go through the kernels, and append what each makes of everything so far
  // HINT: Keep one tensor with all channels so far; each layer reads it whole and makes it wider.
  // HINT: all = tf.concat([all, tf.conv2d(tf.relu(all), kernel, 1, 'same')], 3)
  let all = x;
  for (const kernel of kernels) all = tf.concat([all, tf.conv2d(tf.relu(all), kernel, 1, 'same')], 3);
  return all;
  // END SOLUTION
}

/**
 * The layer between two blocks: ReLU, a 1x1 convolution to fewer channels, and average pooling of 2x2 with stride 2
 * (height and width are even).
 *
 * @param kernel [1, 1, channels, floor(theta * channels)]
 */
export function transition(x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D {
  // BEGIN SOLUTION: three operations, in the order of the text
  // HINT: tf.avgPool(..., 2, 2, 'valid') comes last.
  return tf.avgPool(tf.conv2d(tf.relu(x), kernel, 1, 'same'), 2, 2, 'valid');
  // END SOLUTION
}

/**
 * How many channels each block of a DenseNet ends with. Between two blocks a transition keeps floor(theta * channels);
 * after the last one there is none.
 *
 * @param first channels that go into the first block; 64 in DenseNet-121
 * @param blocks layers of each block; 6, 12, 24, 16 in DenseNet-121
 * @param theta compression; 0.5 in DenseNet-121
 */
export function channelsOfBlocks(first: number, growthRate: number, blocks: number[], theta: number): number[] {
  // BEGIN SOLUTION: every layer adds growthRate channels; compress before the next block
  // HINT: Keep the channels in a variable: add layers * growthRate, note them down, then Math.floor(theta * channels).
  let channels = first;
  return blocks.map(layers => {
    const end = channels + layers * growthRate;
    channels = Math.floor(theta * end);
    return end;
  });
  // END SOLUTION
}
