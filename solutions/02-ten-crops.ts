/**
 * Exercise 2: ten views of one picture, and what the network says of them on average (Krizhevsky et al., 2012, section
 * 4.1).
 *
 * Points: 9. About 20 minutes. Difficulty: 2 of 3.
 */
import { tf } from 'cnn-kit';

/**
 * Ten crops of size x size, in the order of the authors' own code:
 *
 *   0 top left, 1 top right, 2 centre, 3 bottom left, 4 bottom right,
 *   5 to 9 the same five crops, each mirrored left to right.
 *
 * The centre crop begins at floor((height - size) / 2), floor((width - size) / 2). The picture need not be square.
 *
 * @param image [height, width, channels]
 * @returns [10, size, size, channels]
 */
export function tenCrops(image: tf.Tensor3D, size: number): tf.Tensor4D {
  // BEGIN SOLUTION: list the five corners as [top, left], slice the image at each, then mirror all five
  // HINT: The last row that a crop may begin at is height - size. Mirror left to right: reverse the axis of the width.
  // HINT: tf.stack of five slices is [5, size, size, channels]; crops.reverse(2) mirrors them; tf.concat both.
  const [bottom, right] = [image.shape[0] - size, image.shape[1] - size];
  const centre = [Math.floor(bottom / 2), Math.floor(right / 2)];
  const corners = [[0, 0], [0, right], centre, [bottom, 0], [bottom, right]]; // prettier-ignore
  const crops = tf.stack(corners.map(([top, left]) => image.slice([top, left, 0], [size, size, -1]))) as tf.Tensor4D;
  return tf.concat([crops, crops.reverse(2)]);
  // END SOLUTION
}

/**
 * The paper averages what the softmax layer says: p = mean over the crops of softmax(logits of the crop).
 *
 * @param logits [crops, classes], before any softmax
 * @returns the probabilities [classes]
 */
export function averageProbabilities(logits: tf.Tensor2D): tf.Tensor1D {
  // BEGIN SOLUTION: softmax over the classes, then the mean over the crops
  // HINT: Probabilities first, mean second: the other order gives another result.
  return tf.softmax(logits, 1).mean(0);
  // END SOLUTION
}
