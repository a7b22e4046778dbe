import * as tf from '@tensorflow/tfjs';
import { hasKernel, runKernel } from './registry';
import { check, type Checks, tensor, wholeNumber } from '../base/options';
import { paddingOf, pairOf } from './options';
import { assertWindowFits, pair, type Pair, slidingLength, spread, type Padding } from './window';

export interface ConvOptions {
  stride?: Pair;
  padding?: Padding;
  dilation?: Pair;
  groups?: number;
}

const CONV_OPTIONS: Checks<ConvOptions> = {
  stride: (what, value) => pairOf(what, value),
  padding: paddingOf,
  dilation: (what, value) => pairOf(what, value),
  groups: (what, value) => wholeNumber(what, value),
};

/**
 * Two-dimensional convolution with groups and explicit padding, on every backend, with gradients.
 * @param x [batch, height, width, in]
 * @param filter [height, width, in / groups, out]; group g makes the g-th part of `out` from the g-th part of `in`
 * @throws if the filter does not fit the channels, or its window the image with its padding
 */
export function conv2d(x: tf.Tensor4D, filter: tf.Tensor4D, options: ConvOptions = {}): tf.Tensor4D {
  check('conv2d', options, CONV_OPTIONS);
  tensor('x of conv2d', x, 4);
  tensor('filter of conv2d', filter, 4);
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  const [height, width, , out] = filter.shape;
  const channels = x.shape[3];
  refuseChannels(x, filter, groups);
  const window = [height, width] as const;
  const [strides, gaps] = [pair(stride), pair(dilation)];
  const lengths = [0, 1].map(axis =>
    slidingLength(x.shape[1 + axis], window[axis], strides[axis], onAxis(padding, axis), gaps[axis]),
  );
  assertWindowFits('conv2d', x.shape.slice(1, 3), window, gaps, lengths);
  const isDilated = gaps.some(gap => gap > 1);
  // tfjs has no strides of dilated windows, and not every engine has dilated groups.
  if (isDilated && (groups > 1 || strides.some(s => s > 1))) {
    return tf.tidy(() => conv2d(x, spread(filter, gaps), { stride, padding, groups }));
  }
  return tf.tidy((): tf.Tensor4D => {
    const word = wordFor(padding, window, strides, gaps);
    const byDepth = groups === channels && groups > 1;
    const kernel = byDepth ? (filter.reshape([height, width, channels, out / channels]) as tf.Tensor4D) : filter;
    const padded = byDepth ? 'PaddedDepthwiseConv2D' : 'PaddedConv2D';
    const isSupported = (byDepth || groups === 1) && strides[0] === strides[1];
    // Not of groups: TensorFlow has their gradients in oneDNN alone, which leaves this padding to others.
    if (word === undefined && isSupported && !isDilated && hasKernel(padded)) {
      return runKernel<tf.Tensor4D>(padded, { x, filter: kernel }, { strides, pad: pair(padding as number) });
    }
    const [vertical, horizontal] = pair(word === undefined ? (padding as number) : 0);
    const frame: [number, number][] = [
      [0, 0],
      [vertical, vertical],
      [horizontal, horizontal],
      [0, 0],
    ];
    const input = word === undefined ? (x.pad(frame) as tf.Tensor4D) : x;
    const pad = word ?? 'valid';
    if (byDepth) return tf.depthwiseConv2d(input, kernel, [...strides], pad);
    if (groups === 1) return tf.conv2d(input, filter, [...strides], pad, 'NHWC', [...gaps]);
    if (hasKernel('GroupedConv2D')) {
      return runKernel<tf.Tensor4D>('GroupedConv2D', { x: input, filter }, { strides, pad });
    }
    const inputs = tf.split(input, groups, 3) as tf.Tensor4D[];
    const filters = tf.split(filter, groups, 3) as tf.Tensor4D[];
    return tf.concat(
      inputs.map((part, g) => tf.conv2d(part, filters[g], [...strides], pad)),
      3,
    );
  });
}

/** The padding of one axis, 0 or 1. */
export function onAxis(padding: Padding, axis: number): number | 'same' | 'valid' {
  return typeof padding === 'string' ? padding : pair(padding)[axis];
}

/** tfjs's word for the padding, where it has one. */
function wordFor(
  padding: Padding,
  window: readonly [number, number],
  stride: readonly [number, number],
  dilation: readonly [number, number],
): 'same' | 'valid' | undefined {
  if (typeof padding === 'string') return padding;
  if (pair(padding).every(p => p === 0)) return 'valid';
  const isSame = pair(padding).every((p, i) => 2 * p === dilation[i] * (window[i] - 1));
  return isSame && stride.every(s => s === 1) ? 'same' : undefined;
}

/** @throws unless each group of channels meets as many of the filter's */
function refuseChannels(x: tf.Tensor4D, filter: tf.Tensor4D, groups: number): void {
  const [inGroup, out] = filter.shape.slice(2);
  const channels = x.shape[3];
  if (groups === 1 && inGroup !== channels) {
    throw new Error(
      `convolution: the image has ${channels} channels, the filter ${inGroup}; ` +
        `the shapes are [${x.shape}] and [${filter.shape}].`,
    );
  }
  if (inGroup * groups !== channels || out % groups !== 0) {
    throw new Error(
      `The filter [${filter.shape}] with ${groups} groups does not fit ${channels} channels; ` +
        `expected ${channels / groups} in a filter of each group and a multiple of ${groups} out.`,
    );
  }
}
