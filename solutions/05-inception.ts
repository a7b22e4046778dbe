/**
 * Exercise 5: the inception module of GoogLeNet, four branches side by side.
 *
 * Points: 9. About 15 minutes. Difficulty: 1 of 3.
 */
import { tf } from 'cnn-kit';

/** Convolution kernels, each [height, width, input channels, output channels]; there are no biases. */
export interface InceptionKernels {
  /** 1x1 */
  one: tf.Tensor4D;
  /** 1x1, then 3x3 */
  threeReduce: tf.Tensor4D;
  three: tf.Tensor4D;
  /** 1x1, then 5x5 */
  fiveReduce: tf.Tensor4D;
  five: tf.Tensor4D;
  /** 1x1, after the pooling */
  poolProject: tf.Tensor4D;
}

/**
 * concat(one(x), three(threeReduce(x)), five(fiveReduce(x)), poolProject(maxPool(x))) over the channels, in this order,
 * with a ReLU after every convolution, "including those inside the Inception modules" (Szegedy et al., "Going Deeper
 * with Convolutions", section 5 and figure 2b). The max pooling is 3x3 with stride 1. Everything keeps height and width.
 *
 * @param x [batch, height, width, channels]
 * @returns [batch, height, width, sum of the output channels of the four branches]
 */
export function inception(x: tf.Tensor4D, kernels: InceptionKernels): tf.Tensor4D {
  // BEGIN SOLUTION: make the four branches, a ReLU after each convolution, and concatenate them along the last axis
  // HINT: Write a small function convolve(input, kernel): tf.conv2d with stride 1 and padding same, then tf.relu.
  // HINT: The fourth branch pools first, tf.maxPool(x, 3, 1, 'same'), and then projects.
  const convolve = (input: tf.Tensor4D, kernel: tf.Tensor4D) => tf.relu(tf.conv2d(input, kernel, 1, 'same'));
  const branches = [
    convolve(x, kernels.one),
    convolve(convolve(x, kernels.threeReduce), kernels.three),
    convolve(convolve(x, kernels.fiveReduce), kernels.five),
    convolve(tf.maxPool(x, 3, 1, 'same'), kernels.poolProject),
  ];
  return tf.concat(branches, 3);
  // END SOLUTION
}
