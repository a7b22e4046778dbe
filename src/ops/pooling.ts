import * as tf from '@tensorflow/tfjs';
import { boolean, check, type Checks, tensor } from '../base/options';
import { onAxis, type Padding } from './convolution';
import { paddingOf, pairOf } from './options';
import { assertWindowFits, pair, type Pair, slidingLength } from './window';

export interface PoolOptions {
  /** The default is the window's size. */
  stride?: Pair;
  /** In numbers at most half of the window, as in PyTorch, so that no window is of padding alone. */
  padding?: Padding;
  /** Windows that begin inside the image but end outside count too (Caffe's rule; tfjs-node ignores its own 'ceil'). */
  ceilMode?: boolean;
}

const POOL_OPTIONS: Checks<PoolOptions> = {
  stride: (what, value) => pairOf(what, value),
  padding: paddingOf,
  ceilMode: boolean,
};

/**
 * Max pooling; the padding never wins, as it is minus infinity. NaN counts as the largest, as in PyTorch.
 * @param x [batch, height, width, channels]
 * @throws if the window is larger than the image with its padding, or the padding more than half of the window
 */
export function maxPool(x: tf.Tensor4D, size: Pair, options: PoolOptions = {}): tf.Tensor4D {
  check('maxPool', options, POOL_OPTIONS);
  tensor('x of maxPool', x, 4);
  pairOf('size of maxPool', size);
  const { stride = size, padding = 0, ceilMode = false } = options;
  const [window, strides] = [pair(size), pair(stride)];
  const frame = frameOf('maxPool', x, window, strides, padding, ceilMode);
  if (typeof padding === 'string') return tf.maxPool(x, [...window], [...strides], padding);
  // What TensorFlow pads by itself never wins either.
  const isSame = frame.every(([before, after], axis) => {
    const length = x.shape[1 + axis];
    const total = Math.max((Math.ceil(length / strides[axis]) - 1) * strides[axis] + window[axis] - length, 0);
    return before === Math.floor(total / 2) && after === total - before;
  });
  if (isSame) return tf.maxPool(x, [...window], [...strides], 'same');
  return tf.tidy(() => tf.maxPool(framed(x, frame, -Infinity), [...window], [...strides], 'valid'));
}

export interface AvgPoolOptions extends PoolOptions {
  /** Whether the zeros of the padding count in the mean, as in PyTorch by default. */
  countIncludePad?: boolean;
}

/**
 * Average pooling. Places beyond the padding, which `ceilMode` may reach, never count.
 * @param x [batch, height, width, channels]
 * @throws if the window is larger than the image with its padding, or the padding more than half of the window
 */
export function avgPool(x: tf.Tensor4D, size: Pair, options: AvgPoolOptions = {}): tf.Tensor4D {
  check('avgPool', options, { ...POOL_OPTIONS, countIncludePad: boolean });
  tensor('x of avgPool', x, 4);
  pairOf('size of avgPool', size);
  const { stride = size, padding = 0, ceilMode = false, countIncludePad = true } = options;
  const [window, strides] = [pair(size), pair(stride)];
  const frame = frameOf('avgPool', x, window, strides, padding, ceilMode);
  if (typeof padding === 'string') return tf.avgPool(x, [...window], [...strides], padding);
  return tf.tidy(() => {
    const mean = tf.avgPool(framed(x, frame, 0), [...window], [...strides], 'valid');
    const pads = pair(padding);
    const isWhole = !ceilMode && (countIncludePad || pads.every(p => p === 0));
    if (isWhole) return mean;
    // How many of the places of each window count, by axis.
    const [rows, columns] = [0, 1].map(axis => {
      const beyond = countIncludePad ? pads[axis] : 0;
      return Array.from({ length: mean.shape[1 + axis] }, (_, i) => {
        const start = i * strides[axis] - pads[axis];
        const end = Math.min(start + window[axis], x.shape[1 + axis] + beyond);
        return (end - Math.max(start, -beyond)) / window[axis];
      });
    });
    const shares = rows.map(row => columns.map(column => [1 / (row * column)]));
    return mean.mul(tf.tensor3d(shares)) as tf.Tensor4D;
  });
}

/** Places before and after, on each axis: `padding`, and after it what `ceilMode` needs for its last window. */
function frameOf(
  operation: string,
  x: tf.Tensor4D,
  window: readonly [number, number],
  stride: readonly [number, number],
  padding: Padding,
  ceilMode: boolean,
): [before: number, after: number][] {
  const image = x.shape.slice(1, 3);
  const out = image.map((length, axis) =>
    slidingLength(length, window[axis], stride[axis], onAxis(padding, axis), 1, ceilMode),
  );
  assertWindowFits(operation, image, window, [1, 1], out);
  if (typeof padding === 'string') return [];
  return image.map((length, axis) => {
    const before = pair(padding)[axis];
    if (2 * before > window[axis]) {
      throw new Error(
        `${operation}: the padding ${before} is more than half of the window of ${window.join(' x ')}; ` +
          `expected at most ${Math.floor(window[axis] / 2)}.`,
      );
    }
    return [before, Math.max(before, (out[axis] - 1) * stride[axis] + window[axis] - length - before)];
  });
}

function framed(x: tf.Tensor4D, frame: [before: number, after: number][], value: number): tf.Tensor4D {
  return frame.flat().every(p => p === 0) ? x : x.pad([[0, 0], frame[0], frame[1], [0, 0]], value);
}
