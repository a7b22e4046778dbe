/**
 * Exercise 3: max pooling that remembers, and its way back (Zeiler and Fergus, 2014, section 2.1, figure 1).
 *
 * Points: 11. About 30 minutes. Difficulty: 2 of 3.
 */
import { tf } from 'cnn-kit';

export interface Pooled {
  /** [batch, rows, columns, channels] */
  pooled: tf.Tensor4D;
  /** The same shape, int32: where each maximum was, as y * width + x in its own map of its own image. */
  switches: tf.Tensor4D;
}

/**
 * Max pooling with windows of size x size, `stride` apart, without padding; a window that does not fit is left out.
 * Where a window has its maximum twice, the first one counts, row by row.
 *
 * @param x [batch, height, width, channels]
 */
export function poolWithSwitches(x: tf.Tensor4D, size: number, stride: number): Pooled {
  // BEGIN SOLUTION: go through the windows with a buffer for each result, and keep the place of the largest number
  // HINT: x.bufferSync().get(n, y, x, c) reads one number; tf.buffer(shape) makes something to write to.
  // HINT: Begin with -Infinity, and replace only if a number is larger, not equal: then the first maximum counts.
  const [batch, height, width, channels] = x.shape;
  const [rows, columns] = [height, width].map(length => Math.floor((length - size) / stride) + 1);
  const input = x.bufferSync();
  const pooled = tf.buffer([batch, rows, columns, channels]);
  const switches = tf.buffer([batch, rows, columns, channels], 'int32');
  for (let i = 0; i < pooled.size; i++) {
    const [n, row, column, c] = pooled.indexToLoc(i);
    let best = -Infinity;
    for (let y = row * stride; y < row * stride + size; y++) {
      for (let x = column * stride; x < column * stride + size; x++) {
        if (input.get(n, y, x, c) <= best) continue;
        best = input.get(n, y, x, c);
        switches.set(y * width + x, n, row, column, c);
      }
    }
    pooled.set(best, n, row, column, c);
  }
  return { pooled: pooled.toTensor() as tf.Tensor4D, switches: switches.toTensor() as tf.Tensor4D };
  // END SOLUTION
}

/**
 * Puts every number back where its switch says; all other places are 0. Where windows overlap, two of them may have the
 * same switch: then the later one, row by row, overwrites the earlier. Nothing is added up.
 *
 * @param pooled [batch, rows, columns, channels]
 * @param switches the same shape
 * @returns [batch, height, width, channels]
 */
export function unpool(pooled: tf.Tensor4D, switches: tf.Tensor4D, height: number, width: number): tf.Tensor4D {
  // BEGIN SOLUTION: begin with a buffer of zeros, and set one number for each switch
  // HINT: y = Math.floor(place / width), x = place % width; go through the windows in order, and set, do not add.
  const [input, places] = [pooled.bufferSync(), switches.bufferSync()];
  const output = tf.buffer([pooled.shape[0], height, width, pooled.shape[3]]);
  for (let i = 0; i < pooled.size; i++) {
    const [n, row, column, c] = input.indexToLoc(i);
    const place = places.get(n, row, column, c);
    output.set(input.get(n, row, column, c), n, Math.floor(place / width), place % width, c);
  }
  return output.toTensor() as tf.Tensor4D;
  // END SOLUTION
}
