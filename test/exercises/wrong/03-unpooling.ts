/** Answers that people give to exercise 03-unpooling, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import { type Pooled, poolWithSwitches, unpool } from '../../../solutions/03-unpooling';

type Unpool = (pooled: tf.Tensor4D, switches: tf.Tensor4D, height: number, width: number) => unknown;

const pool = (name: string, message: RegExp, wrong: (x: tf.Tensor4D, size: number, stride: number) => unknown) => ({
  name,
  message,
  poolWithSwitches: wrong,
  unpool,
});
const back = (name: string, message: RegExp, wrong: Unpool) => ({ name, message, poolWithSwitches, unpool: wrong });

/** The right pooling with other switches, made of each place [image, y, x, channel] and its window's corner. */
const switched =
  (f: (y: number, x: number, at: number[], shape: number[], size: number, stride: number) => number) =>
  (x: tf.Tensor4D, size: number, stride: number): Pooled => {
    const { pooled, switches } = poolWithSwitches(x, size, stride);
    const buffer = switches.bufferSync();
    for (let i = 0; i < buffer.size; i++) {
      const at = buffer.indexToLoc(i);
      const place = buffer.values[i];
      buffer.values[i] = f(Math.floor(place / x.shape[2]), place % x.shape[2], at, x.shape, size, stride);
    }
    return { pooled, switches: buffer.toTensor() as tf.Tensor4D };
  };

/** The right unpooling with `put` in place of writing. */
const loop =
  (put: (output: Float32Array, place: number, value: number) => void, reverse = false): Unpool =>
  (pooled, switches, height, width) => {
    const [batch, , , channels] = pooled.shape;
    const output = new Float32Array(batch * height * width * channels);
    const buffer = switches.bufferSync();
    const values = pooled.dataSync();
    for (let i = 0; i < values.length; i++) {
      const k = reverse ? values.length - 1 - i : i;
      const [n, , , c] = buffer.indexToLoc(k);
      put(output, (n * height * width + buffer.values[k]) * channels + c, values[k]);
    }
    return tf.tensor4d(output, [batch, height, width, channels]);
  };
const first = (switches: tf.Tensor4D, axis: 0 | 3): tf.Tensor4D =>
  axis === 0
    ? tf.tile(switches.slice(0, 1), [switches.shape[0], 1, 1, 1])
    : tf.tile(switches.slice([0, 0, 0, 0], [-1, -1, -1, 1]), [1, 1, 1, switches.shape[3]]);

export const wrong = [
  pool(
    'counts inside the window',
    /counts inside its window/,
    switched((y, x, [, row, column], _, size, stride) => (y - row * stride) * size + x - column * stride),
  ),
  pool(
    "has tfjs's index",
    /has the channels in it/,
    switched((y, x, [, , , c], [, , width, channels]) => (y * width + x) * channels + c),
  ),
  pool(
    'counts through the batch',
    /has the image in it/,
    switched((y, x, [n], [, height, width]) => (n * height + y) * width + x),
  ),
  pool(
    'exchanges rows and columns',
    /rows and columns are exchanged: a switch/,
    switched((y, x, _, [, height]) => x * height + y),
  ),
  pool(
    'multiplies by the height',
    /multiplied by the height/,
    switched((y, x, _, [, height]) => y * height + x),
  ),
  pool(
    'counts in the pooled map',
    /counts in the pooled map/,
    switched((y, x, _, [, , width], size, stride) => y * (Math.floor((width - size) / stride) + 1) + x),
  ),
  pool('takes the last of equals', /the last one was taken/, (x, size, stride) => {
    const { pooled, switches } = poolWithSwitches(x.reverse([1, 2]), size, stride);
    // Right only where the windows cover the map from both sides.
    const last = tf.scalar(x.shape[1] * x.shape[2] - 1, 'int32').sub(switches);
    return { pooled: pooled.reverse([1, 2]), switches: last.reverse([1, 2]) };
  }),
  pool('begins at 0', /begin with -Infinity/, (x, size, stride) => poolWithSwitches(x.relu(), size, stride)),
  pool('does not overlap', /the shape of pooled/, (x, size) => poolWithSwitches(x, size, size)),
  pool('has only the maxima', /pooled must be a tensor/, (x, size, stride) => tf.maxPool(x, size, stride, 'valid')),
  pool('averages', /pooled should be/, (x, size, stride) => ({
    ...poolWithSwitches(x, size, stride),
    pooled: tf.avgPool(x, size, stride, 'valid'),
  })),
  back(
    'adds up, as the gradient does',
    /were added up/,
    loop((output, place, value) => void (output[place] += value)),
  ),
  back(
    'keeps the earlier',
    /the earlier number was kept/,
    loop((output, place, value) => void (output[place] = value), true),
  ),
  back(
    'keeps the largest',
    /the largest was kept/,
    loop((output, place, value) => {
      output[place] = output[place] === 0 ? value : Math.max(output[place], value);
    }),
  ),
  back('forgets the switches', /switches were not used/, (pooled, switches, height, width) => {
    const [, rows, columns] = pooled.shape;
    const corners = switches.bufferSync();
    for (let i = 0; i < corners.size; i++) {
      const [, row, column] = corners.indexToLoc(i);
      corners.values[i] = row * Math.floor(height / rows) * width + column * Math.floor(width / columns);
    }
    return unpool(pooled, corners.toTensor() as tf.Tensor4D, height, width);
  }),
  back('copies to the whole window', /only the places of the switches/, (pooled, _, height, width) =>
    tf.image.resizeNearestNeighbor(pooled, [height, width]),
  ),
  back('exchanges rows and columns', /rows and columns are exchanged: the place/, (pooled, switches, height, width) => {
    const y = tf.floorDiv(switches, tf.scalar(width, 'int32'));
    const x = tf.mod(switches, tf.scalar(width, 'int32'));
    return unpool(pooled, x.mul(tf.scalar(height, 'int32')).add(y), height, width);
  }),
  back("uses channel 0's switches", /switches of channel 0/, (pooled, switches, height, width) =>
    unpool(pooled, first(switches, 3), height, width),
  ),
  back("uses the first image's switches", /switches of the first image/, (pooled, switches, height, width) =>
    unpool(pooled, first(switches, 0), height, width),
  ),
  back('rectifies', /unpooling does not rectify/, (pooled, switches, height, width) =>
    unpool(pooled.relu(), switches, height, width),
  ),
  back('doubles the size', /the shape of unpool/, (pooled, switches) =>
    unpool(pooled, switches.mod(tf.scalar(4, 'int32')), 2 * pooled.shape[1], 2 * pooled.shape[2]),
  ),
];
