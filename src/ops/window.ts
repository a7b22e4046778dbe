/** The arithmetic of windows that slide over an image, and the spreading of filters. */
import * as tf from '@tensorflow/tfjs';

/** A length for both axes, or one for each: [vertical, horizontal]. */
export type Pair = number | readonly [number, number];

/** Rows and columns added on each side, as PyTorch counts them; or tfjs's own words ('same' is not PyTorch's padding). */
export type Padding = number | readonly [number, number] | 'same' | 'valid';

export function pair(size: Pair): readonly [number, number] {
  return typeof size === 'number' ? [size, size] : size;
}

/** Output length of a window that slides over `size` places, as PyTorch counts it (`torch.nn.Conv2d`, `MaxPool2d`). */
export function slidingLength(
  size: number,
  window: number,
  stride: number,
  padding: number | 'same' | 'valid',
  dilation = 1,
  ceilMode = false,
): number {
  if (padding === 'same') return Math.ceil(size / stride);
  const pad = padding === 'valid' ? 0 : padding;
  const free = size + 2 * pad - dilation * (window - 1) - 1;
  if (!ceilMode) return Math.floor(free / stride) + 1;
  const length = Math.ceil(free / stride) + 1;
  // The last window must start inside the image or its left padding.
  return (length - 1) * stride >= size + pad ? length - 1 : length;
}

/** Rows (axis 0) or columns (axis 1) of padding before `length` places; TensorFlow's 'same' puts an odd one after them. */
export function paddingBefore(padding: Padding, axis: 0 | 1, length: number, window: number, stride: number): number {
  if (padding === 'valid') return 0;
  if (padding === 'same')
    return Math.floor(Math.max(0, (Math.ceil(length / stride) - 1) * stride + window - length) / 2);
  return pair(padding)[axis];
}

/**
 * Refuses a window that does not fit into the image.
 * @param out how many windows there are on each axis
 * @throws if there is none on one of them
 */
export function assertWindowFits(
  operation: string,
  image: readonly number[],
  window: readonly number[],
  dilation: readonly number[],
  out: readonly number[],
): void {
  if (out.every(length => length >= 1)) return;
  const gaps = dilation.some(d => d > 1) ? ` with dilation ${dilation.join(' x ')}` : '';
  throw new Error(
    `${operation}: a window of ${window.join(' x ')}${gaps} is larger than the image of ${image.join(' x ')} with its ` +
      'padding; expected one that fits at least once.',
  );
}

/**
 * Puts `by[i] - 1` zeros between neighbours on axis `from + i`, so that a filter has its dilation inside.
 * @returns a tensor whose axis of length n has become (n - 1) * by + 1
 */
export function spread<T extends tf.Tensor>(x: T, by: readonly number[], from = 0): T {
  return alongAxes(x, by, from, (part, step, [outer, length, inner]) =>
    part
      .pad([
        [0, 0],
        [0, 0],
        [0, (step - 1) * inner],
      ])
      .reshape([outer, length * step, inner])
      .slice([0, 0, 0], [outer, (length - 1) * step + 1, inner]),
  );
}

/** Takes every `by[i]`-th place of axis `from + i`, beginning with the first: what `spread` has put apart. */
export function everyNth<T extends tf.Tensor>(x: T, by: readonly number[], from = 0): T {
  return alongAxes(x, by, from, (part, step, [outer, length, inner]) => {
    const kept = Math.ceil(length / step);
    return part
      .pad([
        [0, 0],
        [0, kept * step - length],
        [0, 0],
      ])
      .reshape([outer, kept, step * inner])
      .slice([0, 0, 0], [outer, kept, inner]);
  });
}

function alongAxes<T extends tf.Tensor>(
  x: T,
  by: readonly number[],
  from: number,
  change: (part: tf.Tensor, step: number, lengths: [outer: number, length: number, inner: number]) => tf.Tensor,
): T {
  return tf.tidy(() =>
    by.reduce<tf.Tensor>((whole, step, i) => {
      if (step === 1) return whole;
      const { shape } = whole;
      const [before, length, after] = [shape.slice(0, from + i), shape[from + i], shape.slice(from + i + 1)];
      const lengths: [number, number, number] = [product(before), length, product(after)];
      const changed = change(whole.reshape(lengths), step, lengths);
      return changed.reshape([...before, changed.shape[1]!, ...after]);
    }, x.clone()),
  ) as T;
}

const product = (lengths: readonly number[]): number => lengths.reduce((a, b) => a * b, 1);
