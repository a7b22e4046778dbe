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
    const word = wordFor(padding, [height, width], stride, dilation);
    const byDepth = groups === channels && groups > 1;
    const kernel = byDepth ? (filter.reshape([height, width, channels, out / channels]) as tf.Tensor4D) : filter;
    const padded = byDepth ? 'PaddedDepthwiseConv2D' : 'PaddedConv2D';
    // Not of groups: TensorFlow has their gradients in oneDNN alone, which leaves this padding to others.
    if (word === undefined && (byDepth || groups === 1) && dilation === 1 && hasKernel(padded)) {
      return runKernel<tf.Tensor4D>(
        padded,
        { x, filter: kernel },
        { strides: pair(stride), pad: pair(padding as number) },
      );
    }
    const [vertical, horizontal] = pair(word === undefined ? (padding as number) : 0);
    const frame: [number, number][] = [[0, 0], [vertical, vertical], [horizontal, horizontal], [0, 0]]; // prettier-ignore
    const input = word === undefined ? (x.pad(frame) as tf.Tensor4D) : x;
    const pad = word ?? 'valid';
    if (byDepth) return tf.depthwiseConv2d(input, kernel, stride, pad, 'NHWC', dilation);
    if (groups === 1) return tf.conv2d(input, filter, stride, pad, 'NHWC', dilation);
    if (hasKernel('GroupedConv2D')) {
      return runKernel<tf.Tensor4D>(
        'GroupedConv2D',
        { x: input, filter },
        { strides: pair(stride), pad, dilations: pair(dilation) },
      );
    }
    const inputs = tf.split(input, groups, 3) as tf.Tensor4D[];
    const filters = tf.split(filter, groups, 3) as tf.Tensor4D[];
    return tf.concat(
      inputs.map((part, g) => tf.conv2d(part, filters[g], stride, pad, 'NHWC', dilation)),
      3,
    );
  });
}

/** tfjs's word for the padding, where it has one. */
function wordFor(
  padding: Padding,
  window: readonly [number, number],
  stride: number | [number, number],
  dilation: number,
): 'same' | 'valid' | undefined {
  if (typeof padding === 'string') return padding;
  if (pair(padding).every(p => p === 0)) return 'valid';
  const isSame = pair(padding).every((p, i) => 2 * p === dilation * (window[i] - 1));
  return isSame && pair(stride).every(s => s === 1) ? 'same' : undefined;
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
