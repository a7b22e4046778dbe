import * as tf from '@tensorflow/tfjs';
import { hasKernel, runKernel } from './registry';

/** Rows and columns added on each side, as PyTorch counts them; or tfjs's own words ('same' is not PyTorch's padding). */
export type Padding = number | readonly [number, number] | 'same' | 'valid';

export interface ConvOptions {
  stride?: number | [number, number];
  padding?: Padding;
  dilation?: number;
  groups?: number;
}

/**
 * Two-dimensional convolution with groups and explicit padding, on every backend, with gradients.
 * @param x [batch, height, width, in]
 * @param filter [height, width, in / groups, out]; group g makes the g-th part of `out` from the g-th part of `in`
 */
export function conv2d(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: ConvOptions = {},
): tf.Tensor4D {
  const [height, width, inGroup, out] = filter.shape;
  const channels = x.shape[3];
  if (inGroup * groups !== channels || out % groups !== 0) {
    throw new Error(
      `The filter [${filter.shape}] with ${groups} groups does not fit ${channels} channels; ` +
        `right is ${channels / groups} in a filter of each group and a multiple of ${groups} out.`,
    );
  }
  return tf.tidy((): tf.Tensor4D => {
    const [input, pad] = padded(x, padding, [height, width], stride, dilation, 0);
    if (groups === 1) return tf.conv2d(input, filter, stride, pad, 'NHWC', dilation);
    if (groups === channels) {
      return tf.depthwiseConv2d(
        input,
        filter.reshape([height, width, channels, out / channels]) as tf.Tensor4D,
        stride,
        pad,
        'NHWC',
        dilation,
      );
    }
    if (hasKernel('GroupedConv2D')) {
      const attributes = { strides: pair(stride), pad, dilations: pair(dilation) };
      return runKernel<tf.Tensor4D>('GroupedConv2D', { x: input, filter }, attributes);
    }
    const inputs = tf.split(input, groups, 3) as tf.Tensor4D[];
    const filters = tf.split(filter, groups, 3) as tf.Tensor4D[];
    return tf.concat(
      inputs.map((part, g) => tf.conv2d(part, filters[g], stride, pad, 'NHWC', dilation)),
      3,
    );
  });
}

/** `x` with the padding written into it where tfjs has no word for it, and the word for what is left to do. */
export function padded(
  x: tf.Tensor4D,
  padding: Padding,
  window: readonly [number, number],
  stride: number | [number, number],
  dilation: number,
  value: number,
): [tf.Tensor4D, 'same' | 'valid'] {
  if (typeof padding === 'string') return [x, padding];
  const [vertical, horizontal] = pair(padding);
  if (vertical === 0 && horizontal === 0) return [x, 'valid'];
  const isSame = [vertical, horizontal].every((p, i) => 2 * p === dilation * (window[i] - 1));
  if (isSame && pair(stride).every(s => s === 1)) return [x, 'same'];
  return [x.pad([[0, 0], [vertical, vertical], [horizontal, horizontal], [0, 0]], value) as tf.Tensor4D, 'valid']; // prettier-ignore
}

export function pair(size: number | readonly [number, number]): readonly [number, number] {
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
  // The last window must start inside the picture or its left padding.
  return (length - 1) * stride >= size + pad ? length - 1 : length;
}
