/**
 * Exercise 3: where does the network look? A grey square hides one part of the picture after the other, and the
 * probability of the right class falls where it hides what matters (Zeiler and Fergus, 2014, section 4.2).
 *
 * Points: 10. About 20 minutes. Difficulty: 2 of 3.
 */
import { tf } from 'cnn-kit';

/**
 * The top left corners [top, left] of all squares of size x size that lie wholly inside the picture, `stride` apart in
 * both directions. The first is [0, 0]; they come row by row, from left to right.
 */
export function occlusionPositions(height: number, width: number, size: number, stride: number): [number, number][] {
  // BEGIN SOLUTION: two loops, the outer one over the tops
  // HINT: The last square may touch the edge: top + size <= height.
  const positions: [number, number][] = [];
  for (let top = 0; top + size <= height; top += stride) {
    for (let left = 0; left + size <= width; left += stride) positions.push([top, left]);
  }
  return positions;
  // END SOLUTION
}

/**
 * One copy of the picture for each position, with one square in it: `grey` in all channels. The rest is unchanged.
 *
 * @param image [height, width, channels]
 * @returns [positions, height, width, channels]
 */
export function occlude(image: tf.Tensor3D, positions: [number, number][], size: number, grey = 0.5): tf.Tensor4D {
  // BEGIN SOLUTION: write the square into a buffer for each position, and stack the pictures
  // HINT: tf.buffer(image.shape, 'float32', a copy of its numbers) can be written to; picture.set(grey, y, x, c).
  const pictures = positions.map(([top, left]) => {
    const picture = tf.buffer(image.shape, 'float32', image.dataSync().slice() as Float32Array);
    for (let i = 0; i < picture.size; i++) {
      const [y, x] = picture.indexToLoc(i);
      if (y >= top && y < top + size && x >= left && x < left + size) picture.values[i] = grey;
    }
    return picture.toTensor() as tf.Tensor3D;
  });
  return tf.stack(pictures) as tf.Tensor4D;
  // END SOLUTION
}

/**
 * The map of the paper's figure 6(d): the probability of class `label` as a function of where the square is.
 *
 * @param probabilities [positions, classes], what the network says of each occluded picture, in the order of the
 *   positions
 * @param columns how many positions a row has
 * @returns [rows, columns]
 */
export function probabilityMap(probabilities: tf.Tensor2D, label: number, columns: number): tf.Tensor2D {
  // BEGIN SOLUTION: take the column of the class, and give it the shape of the grid
  // HINT: slice([0, label], [-1, 1]) is the column; reshape([-1, columns]) makes rows of it.
  return probabilities.slice([0, label], [-1, 1]).reshape([-1, columns]);
  // END SOLUTION
}
