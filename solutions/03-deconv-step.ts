/**
 * Exercise 3: one step of the deconvnet, from the maps above a pooling back to what went into its convolution (Zeiler
 * and Fergus, 2014, section 2.1, figure 1).
 *
 * Points: 9. About 25 minutes. Difficulty: 3 of 3.
 */
import { tf } from 'cnn-kit';

/**
 * What the forward pass did and remembers: rectified = relu(conv2d(input, filters, stride, 'valid') + bias), then
 * pooling.
 */
export interface ForwardLayer {
  /** [kernel, kernel, in, out] */
  filters: tf.Tensor4D;
  /** [out] */
  bias: tf.Tensor1D;
  stride: number;
  /** Height and width of the convolution's input. */
  inputSize: [number, number];
  /** [batch, height, width, out], what went into the pooling. */
  rectified: tf.Tensor4D;
  /** Where the maxima were, as exercise 03-unpooling defines it. */
  switches: tf.Tensor4D;
}

/** Given; it is the answer to 03-unpooling. Puts every number where its switch says, and 0 everywhere else. */
export function unpool(pooled: tf.Tensor4D, switches: tf.Tensor4D, height: number, width: number): tf.Tensor4D {
  const [batch, , , channels] = pooled.shape;
  const output = tf.buffer([batch, height, width, channels]);
  const places = switches.bufferSync();
  pooled.dataSync().forEach((value, i) => {
    const [n, , , c] = places.indexToLoc(i);
    output.set(value, n, Math.floor(places.values[i] / width), places.values[i] % width, c);
  });
  return output.toTensor() as tf.Tensor4D;
}

/**
 * One step down: (i) unpool with the switches, (ii) rectify what comes down, by ReLU and not by the forward pass's
 * signs, (iii) apply the transposed filters, without a bias.
 *
 * @param maps [batch, rows, columns, out], what comes from above
 * @returns [batch, height, width, in], in the size of the convolution's input
 */
export function deconvStep(maps: tf.Tensor4D, layer: ForwardLayer): tf.Tensor4D {
  // BEGIN SOLUTION: unpool to the size of `rectified`, tf.relu, then tf.conv2dTranspose with the filters as they are
  // HINT: The maps come from above the pooling; `rectified` says how large they are below it.
  // HINT: tf.conv2dTranspose turns the filters around and swaps their channels by itself: give it the filters as they are, and the shape of the input.
  const { filters, stride, inputSize, rectified, switches } = layer;
  const unpooled = unpool(maps, switches, rectified.shape[1], rectified.shape[2]);
  const shape: [number, number, number, number] = [maps.shape[0], ...inputSize, filters.shape[2]];
  return tf.conv2dTranspose(tf.relu(unpooled), filters, shape, stride, 'valid');
  // END SOLUTION
}
