import * as tf from '@tensorflow/tfjs';
import { pair, type Padding, slidingLength } from './convolution';

export interface PoolOptions {
  stride?: number;
  padding?: Padding;
  /** Windows that begin inside the picture but end outside count too (Caffe's rule; tfjs-node ignores its own 'ceil'). */
  ceilMode?: boolean;
}

/** Max pooling [batch, height, width, channels]; the padding never wins, as it is minus infinity. */
export function maxPool(
  x: tf.Tensor4D,
  size: number,
  { stride = size, padding = 0, ceilMode = false }: PoolOptions = {},
): tf.Tensor4D {
  if (typeof padding === 'string') return tf.maxPool(x, size, stride, padding);
  const frame = frameOf(x, size, stride, padding, ceilMode);
  // What TensorFlow pads by itself never wins either.
  const isSame = frame.every(([before, after], axis) => {
    const length = x.shape[1 + axis];
    const total = Math.max((Math.ceil(length / stride) - 1) * stride + size - length, 0);
    return before === Math.floor(total / 2) && after === total - before;
  });
  if (isSame) return tf.maxPool(x, size, stride, 'same');
  return tf.tidy(() => tf.maxPool(framed(x, frame, -Infinity), size, stride, 'valid'));
}

export interface AvgPoolOptions extends PoolOptions {
  /** Whether the zeros of the padding count in the mean, as in PyTorch by default. */
  countIncludePad?: boolean;
}

/** Average pooling [batch, height, width, channels]. Places beyond the padding, which `ceilMode` may reach, never count. */
export function avgPool(
  x: tf.Tensor4D,
  size: number,
  { stride = size, padding = 0, ceilMode = false, countIncludePad = true }: AvgPoolOptions = {},
): tf.Tensor4D {
  if (typeof padding === 'string') return tf.avgPool(x, size, stride, padding);
  return tf.tidy(() => {
    const mean = tf.avgPool(framed(x, frameOf(x, size, stride, padding, ceilMode), 0), size, stride, 'valid');
    const [vertical, horizontal] = pair(padding);
    const [, height, width] = x.shape;
    const needsCount = ceilMode || (!countIncludePad && vertical + horizontal > 0);
    if (!needsCount) return mean;
    const ones: tf.Tensor4D = countIncludePad
      ? tf.ones([1, height + 2 * vertical, width + 2 * horizontal, 1])
      : tf.ones([1, height, width, 1]);
    const before = countIncludePad ? 0 : padding;
    const frame = framed(ones, frameOf(ones, size, stride, before, ceilMode, [height, width], padding), 0);
    return mean.div(tf.avgPool(frame, size, stride, 'valid'));
  });
}

/** Places before and behind, on each axis: `padding`, and behind what `ceilMode` needs for its last window. */
function frameOf(
  x: tf.Tensor4D,
  size: number,
  stride: number,
  padding: number | readonly [number, number],
  ceilMode: boolean,
  picture: readonly number[] = x.shape.slice(1, 3),
  picturePadding: number | readonly [number, number] = padding,
): [before: number, after: number][] {
  return [0, 1].map(axis => {
    const before = pair(padding)[axis];
    const length = slidingLength(picture[axis], size, stride, pair(picturePadding)[axis], 1, ceilMode);
    const needed = (length - 1) * stride + size;
    return [before, Math.max(before, needed - x.shape[1 + axis] - before)];
  });
}

function framed(x: tf.Tensor4D, frame: [before: number, after: number][], value: number): tf.Tensor4D {
  return frame.flat().every(p => p === 0) ? x : x.pad([[0, 0], frame[0], frame[1], [0, 0]], value);
}
