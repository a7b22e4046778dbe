/**
 * Exercise 4: a dense layer is a convolution, so a network for 224 x 224 pixels can look at pictures of any size
 * (Simonyan and Zisserman, 2015, section 3.2, "dense evaluation").
 *
 * Points: 10. About 20 minutes. Difficulty: 2 of 3.
 */
import { tf } from 'cnn-kit';

/**
 * The filters of a convolution that does on a map of height x width what the dense layer does on the flattened map.
 * TensorFlow.js flattens row by row, pixel by pixel, and the channels of a pixel stand side by side.
 *
 * @param weights [height * width * channels, units]
 * @returns [height, width, channels, units]
 */
export function denseToConvolution(weights: tf.Tensor2D, height: number, width: number): tf.Tensor4D {
  // BEGIN SOLUTION: find the number of channels, and give the weights the shape of filters
  // HINT: Flattening keeps the order row, column, channel: the first dimension of the weights is these three in one.
  // HINT: One reshape is enough; channels = weights.shape[0] / (height * width). No transpose.
  const [inputs, units] = weights.shape;
  return weights.reshape([height, width, inputs / (height * width), units]);
  // END SOLUTION
}

/**
 * The two dense layers of a small VGG, applied to the maps of a picture of any size: the first as a convolution of the
 * filters given, without padding, then ReLU; the second as a 1x1 convolution, without ReLU. No biases.
 *
 * @param maps [batch, rows, columns, channels], the last maps of the convolutional part
 * @param hidden [height, width, channels, units], from denseToConvolution
 * @param classify [units, classes], the weights of the last dense layer
 * @returns the class score map, [batch, rows - height + 1, columns - width + 1, classes]
 */
export function scoreMap(maps: tf.Tensor4D, hidden: tf.Tensor4D, classify: tf.Tensor2D): tf.Tensor4D {
  // BEGIN SOLUTION: convolve without padding, take the ReLU, and convolve with the classifier as 1x1 filters
  // HINT: The second layer is a dense layer on a map of 1 x 1, so denseToConvolution makes its filters.
  // HINT: tf.conv2d(maps, hidden, 1, 'valid'), tf.relu, tf.conv2d(..., denseToConvolution(classify, 1, 1), 1, 'valid')
  const units: tf.Tensor4D = tf.relu(tf.conv2d(maps, hidden, 1, 'valid'));
  return tf.conv2d(units, denseToConvolution(classify, 1, 1), 1, 'valid');
  // END SOLUTION
}

/**
 * "Finally, to obtain a fixed-size vector of class scores for the image, the class score map is spatially averaged."
 *
 * @param map [batch, rows, columns, classes]
 * @returns [batch, classes]
 */
export function classScores(map: tf.Tensor4D): tf.Tensor2D {
  // BEGIN SOLUTION: take the mean over all places
  // HINT: The batch and the classes stay; the rows and the columns go.
  return map.mean([1, 2]);
  // END SOLUTION
}
