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
  return tf.tidy(() => tf.maxPool(framed(x, size, stride, padding, ceilMode, -Infinity), size, stride, 'valid'));
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
    const mean = tf.avgPool(framed(x, size, stride, padding, ceilMode, 0), size, stride, 'valid');
    const [vertical, horizontal] = pair(padding);
    const [, height, width] = x.shape;
    const needsCount = ceilMode || (!countIncludePad && vertical + horizontal > 0);
    if (!needsCount) return mean;
    const ones = countIncludePad
      ? tf.ones([1, height + 2 * vertical, width + 2 * horizontal, 1])
      : tf.ones([1, height, width, 1]);
    const frame = framed(
      ones as tf.Tensor4D,
      size,
      stride,
      countIncludePad ? 0 : padding,
      ceilMode,
      0,
      [height, width],
      padding,
    );
    return mean.div(tf.avgPool(frame, size, stride, 'valid'));
  });
}

/** `x` with `padding` around it, and below and right what `ceilMode` needs for its last window. */
function framed(
  x: tf.Tensor4D,
  size: number,
  stride: number,
  padding: number | readonly [number, number],
  ceilMode: boolean,
  value: number,
  picture: readonly number[] = x.shape.slice(1, 3),
  picturePadding: number | readonly [number, number] = padding,
): tf.Tensor4D {
  const frame = [0, 1].map(axis => {
    const before = pair(padding)[axis];
    const length = slidingLength(picture[axis], size, stride, pair(picturePadding)[axis], 1, ceilMode);
    const needed = (length - 1) * stride + size;
    return [before, Math.max(before, needed - x.shape[1 + axis] - before)] as [number, number];
  });
  return frame.flat().every(p => p === 0) ? x : x.pad([[0, 0], frame[0], frame[1], [0, 0]], value);
}
