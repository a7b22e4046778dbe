/** Max pooling's inverse by switches: Zeiler & Fergus 2013, section 2.1 and figure 1. */
import * as tf from '@tensorflow/tfjs';
import { among, boolean, check, type Checks, refuse, tensor, wholeNumber } from '../base/options';
import { paddingOf } from './options';
import type { PoolOptions } from './pooling';
import { paddingBefore, pair, slidingLength } from './window';

/**
 * What becomes of values whose windows chose the same place, as overlapping windows (size 3, stride 2) do.
 * 'add': they add up, as in the gradient of max pooling. 'place': each is written there and the last window in reading
 * order stays, as PyTorch's `max_unpool2d` writes (and leaves to chance which stays).
 */
export type Overlap = 'add' | 'place';

const SWITCH_OPTIONS: Checks<PoolOptions & { stride?: number }> = {
  stride: (what, value: number) => wholeNumber(what, value),
  padding: paddingOf,
  ceilMode: boolean,
};

/**
 * Where each window of max pooling found its largest value: row * width + column of the map; of equal ones the first.
 * @param x [batch, height, width, channels]
 * @returns [batch, rows, columns, channels], int32
 */
export function maxPoolSwitches(
  x: tf.Tensor4D,
  size: number,
  options: PoolOptions & { stride?: number } = {},
): tf.Tensor4D {
  tensor('x of maxPoolSwitches', x, 4);
  wholeNumber('size of maxPoolSwitches', size);
  check('maxPoolSwitches', options, SWITCH_OPTIONS);
  const { stride = size, padding = 0, ceilMode = false } = options;
  const [batch, height, width, channels] = x.shape;
  const [rows, columns] = [height, width].map((length, axis) => {
    const pad = typeof padding === 'string' ? padding : pair(padding)[axis];
    return slidingLength(length, size, stride, pad, 1, ceilMode);
  });
  const top = paddingBefore(padding, 0, height, size, stride);
  const left = paddingBefore(padding, 1, width, size, stride);
  const values = x.dataSync();
  const switches = new Int32Array(batch * rows * columns * channels);
  let to = 0;
  for (let image = 0; image < batch; image++) {
    const start = image * height * width * channels;
    for (let row = 0; row < rows; row++) {
      const fromRow = Math.max(0, row * stride - top);
      const toRow = Math.min(height, row * stride - top + size);
      for (let column = 0; column < columns; column++) {
        const fromColumn = Math.max(0, column * stride - left);
        const toColumn = Math.min(width, column * stride - left + size);
        for (let channel = 0; channel < channels; channel++) {
          let best = fromRow * width + fromColumn;
          let largest = values[start + best * channels + channel];
          for (let y = fromRow; y < toRow; y++) {
            for (let place = y * width + fromColumn; place < y * width + toColumn; place++) {
              const value = values[start + place * channels + channel];
              if (value > largest) [largest, best] = [value, place];
            }
          }
          switches[to++] = best;
        }
      }
    }
  }
  return tf.tensor4d(switches, [batch, rows, columns, channels], 'int32');
}

/**
 * Each value at the place its switch names, zeros elsewhere.
 * @param y [batch, rows, columns, channels], what max pooling gave or what came back to it
 * @param switches of the same shape, from `maxPoolSwitches`
 * @param size [height, width] of the maps before pooling, which the pooled ones do not tell
 * @returns [batch, height, width, channels]
 * @throws if the shapes do not fit
 */
export function unpool(
  y: tf.Tensor4D,
  switches: tf.Tensor4D,
  size: readonly [number, number],
  overlap: Overlap = 'add',
): tf.Tensor4D {
  tensor('y of unpool', y, 4);
  tensor('switches of unpool', switches, 4);
  const isSize = Array.isArray(size) && size.length === 2 && size.every(n => Number.isInteger(n) && n > 0);
  if (!isSize) refuse('size of unpool', size, '[height, width] of the maps before pooling');
  among('add', 'place')('overlap of unpool', overlap);
  const [height, width] = size;
  if (`${y.shape}` !== `${switches.shape}`) {
    throw new Error(`The values are [${y.shape}] and the switches [${switches.shape}]; expected one switch for each.`);
  }
  const [batch, rows, columns, channels] = y.shape;
  const values = y.dataSync();
  const places = switches.dataSync();
  const unpooled = new Float32Array(batch * height * width * channels);
  for (let i = 0; i < values.length; i++) {
    if (!(places[i] >= 0 && places[i] < height * width)) {
      throw new Error(
        `A switch names place ${places[i]}; expected 0 to ${height * width - 1} in a map of ${height} x ${width}.`,
      );
    }
    const image = Math.floor(i / (rows * columns * channels));
    const to = (image * height * width + places[i]) * channels + (i % channels);
    unpooled[to] = overlap === 'add' ? unpooled[to] + values[i] : values[i];
  }
  return tf.tensor4d(unpooled, [batch, height, width, channels]);
}
