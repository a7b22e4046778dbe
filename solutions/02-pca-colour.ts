/**
 * Exercise 2: change the colour of the light, as AlexNet's second data augmentation does (Krizhevsky et al., 2012,
 * section 4.1).
 *
 * Points: 12. About 30 minutes. Difficulty: 3 of 3.
 */
import { tf } from 'cnn-kit';

/**
 * The covariance of the three colours over all N pixels of all images: C = 1/N * sum of (x - mean)(x - mean)^T.
 *
 * @param images [batch, height, width, 3]
 * @returns [3, 3]
 */
export function colourCovariance(images: tf.Tensor4D): tf.Tensor2D {
  // BEGIN SOLUTION: make a list of pixels, subtract their mean, and multiply the list by itself
  // HINT: images.reshape([-1, 3]) is the list of pixels; its mean along axis 0 is the mean colour.
  // HINT: tf.matMul(centred, centred, true, false) divided by the number of pixels
  const pixels = images.reshape([-1, 3]);
  const centred = pixels.sub(pixels.mean(0));
  return tf.matMul(centred, centred, true, false).div(pixels.shape[0]) as tf.Tensor2D;
  // END SOLUTION
}

/**
 * Random strengths: normal, with mean 0 and the standard deviation given. Every image has its own three.
 *
 * @returns [batch, 3]
 */
export function drawAlphas(batch: number, standardDeviation = 0.1): tf.Tensor2D {
  // BEGIN SOLUTION: draw new numbers at each call
  // HINT: tf.randomNormal takes the shape, the mean and the standard deviation.
  return tf.randomNormal([batch, 3], 0, standardDeviation);
  // END SOLUTION
}

/**
 * Adds [p1 p2 p3] [alpha1 * lambda1, alpha2 * lambda2, alpha3 * lambda3]^T to every pixel of an image. p1, p2, p3 are
 * the eigenvectors of the covariance and lambda its eigenvalues. Nothing is clipped.
 *
 * @param images [batch, height, width, 3]
 * @param vectors [3, 3], whose COLUMNS are the eigenvectors
 * @param values [3], the eigenvalues
 * @param alphas [batch, 3], a row for each image
 * @returns the images, in their shape
 */
export function shiftColours(
  images: tf.Tensor4D,
  vectors: tf.Tensor2D,
  values: tf.Tensor1D,
  alphas: tf.Tensor2D,
): tf.Tensor4D {
  // BEGIN SOLUTION: compute one shift of three numbers for each image, and add it to all its pixels
  // HINT: In one row per image, the shift is (alphas * values) times the transposed matrix of the eigenvectors.
  // HINT: [batch, 3] must become [batch, 1, 1, 3] to be added to every pixel.
  const shift = tf.matMul(alphas.mul(values) as tf.Tensor2D, vectors, false, true);
  return images.add(shift.reshape([-1, 1, 1, 3]));
  // END SOLUTION
}
