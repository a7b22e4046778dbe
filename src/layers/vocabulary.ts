/** The words that architectures are written in: each makes a block. */
import * as tf from '@tensorflow/tfjs';
import { between, boolean, check, type Checks, oneOf, only, refuse, text, wholeNumber } from '../base/options';
import type { LocalResponseNormOptions, Padding } from '../ops';
import { type Block, chain, type Node, place, sizeOf } from './block';
import type { Initialization } from './initialization';
import {
  Activation,
  ACTIVATIONS,
  type ActivationName,
  AdaptiveAvgPool,
  BatchNorm,
  ChannelShuffle,
  Conv,
  Dense,
  Dropout,
  GlobalAvgPool,
  LocalResponseNorm,
  Pad,
  Pool,
  Scale,
  SliceChannels,
  Subsample,
} from './layers';
import { layerName, parameterName, placeInNetwork } from './naming';

/** Layers with weights: what PyTorch's model calls this one, below the names of the `torch` scopes around it. */
interface TorchNamed {
  torch?: string;
}

export interface ConvBlockOptions extends TorchNamed {
  stride?: number;
  /** Rows and columns on each side; the default keeps the size at stride 1. 'same' is TensorFlow's rule, not PyTorch's. */
  padding?: Padding;
  dilation?: number;
  groups?: number;
  bias?: boolean;
  init?: Initialization;
  /** Initial value of the biases. */
  biasInit?: number;
}

const whole = (what: string, value: number): void => wholeNumber(what, value);
function finite(what: string, value: number): void {
  if (!Number.isFinite(value)) refuse(what, value, 'a number');
}

function padding(what: string, value: Padding): void {
  if (value === 'same' || value === 'valid') return;
  const sides: unknown = Array.isArray(value) && value.length === 2 ? value : [value];
  if ((sides as number[]).every(side => Number.isInteger(side) && side >= 0)) return;
  refuse(what, value, "a whole number from 0, [rows, columns], 'same' or 'valid'");
}

function initialization(what: string, value: Initialization): void {
  if (value === 'he' || value === 'glorot' || value === 'zeros' || value === 'ones') return;
  const { deviation, constant } = (typeof value === 'object' ? (value ?? {}) : {}) as Record<string, number>;
  if (deviation >= 0 || Number.isFinite(constant)) return;
  refuse(what, value, "'he', 'glorot', 'zeros', 'ones', { deviation } or { constant }");
}

const CONV_OPTIONS: Checks<ConvBlockOptions> = {
  stride: whole,
  padding,
  dilation: whole,
  groups: whole,
  bias: boolean,
  init: initialization,
  biasInit: finite,
  torch: text,
};

/** A window's height and width. @throws unless both are whole numbers from 1 */
function windowOf(what: string, size: number | [number, number]): [number, number] {
  const window: unknown = typeof size === 'number' ? [size, size] : size;
  const isWindow = Array.isArray(window) && window.length === 2 && window.every(n => Number.isInteger(n) && n > 0);
  if (!isWindow) refuse(what, size, 'a whole number from 1, or [height, width]');
  return window as [number, number];
}

/** @throws unless the node is a feature map [height, width, channels] */
function requireFeatureMap(name: string, x: Node): void {
  if (x.shape.length === 4) return;
  throw new Error(
    `${name} takes a feature map of height x width x channels and gets ${sizeOf(x)}${placeInNetwork()}; ` +
      'expected it before flatten() or globalAvgPool().',
  );
}

/**
 * Convolution of [height, width, channels] to `filters` maps with a window of `size`, or [height, width].
 * @throws when the number of channels or of filters does not divide into the groups, or the window is larger than the map
 */
export function conv(filters: number, size: number | [number, number], options: ConvBlockOptions = {}): Block {
  check('conv', options, CONV_OPTIONS);
  const window = windowOf('size of conv', size);
  const { stride = 1, dilation = 1, groups = 1, bias = true, init = 'he', biasInit = 0, torch } = options;
  const kept = window.map(n => ((n - 1) / 2) * dilation) as [number, number];
  if (options.padding === undefined && !kept.every(Number.isInteger)) {
    refuse('size of conv', size, 'an odd number, as no padding keeps the size under an even window, or a padding');
  }
  return x => {
    const name = parameterName('conv', torch);
    requireFeatureMap(name, x);
    const channels = x.shape[3]!;
    wholeNumber(`number of filters of ${name}`, filters);
    if (channels % groups !== 0 || filters % groups !== 0) {
      throw new Error(
        `${name} has ${groups} groups for ${channels} channels and ${filters} filters; expected a divisor of both.`,
      );
    }
    const padded = options.padding ?? kept;
    const layer = new Conv({ name, filters, size: window, stride, padding: padded, dilation, groups, bias, init, biasInit }); // prettier-ignore
    return checked(place(layer, x), x, name);
  };
}

/** Depthwise convolution: each channel has its own filter (MobileNets, section 3.1). */
export function depthwiseConv(size: number | [number, number], options: Omit<ConvBlockOptions, 'groups'> = {}): Block {
  only(
    'depthwiseConv',
    options,
    Object.keys(CONV_OPTIONS).filter(name => name !== 'groups'),
  );
  return x => {
    requireFeatureMap('depthwiseConv', x);
    return conv(x.shape[3]!, size, { ...options, groups: x.shape[3]! })(x);
  };
}

export interface DenseOptions extends TorchNamed {
  bias?: boolean;
  init?: Initialization;
  biasInit?: number;
}

const DENSE_OPTIONS: Checks<DenseOptions> = { bias: boolean, init: initialization, biasInit: finite, torch: text };

/**
 * Fully connected layer on a vector. Weights: kernel [in, units], bias [units].
 * @throws when it gets a feature map
 */
export function dense(units: number, options: DenseOptions = {}): Block {
  check('dense', options, DENSE_OPTIONS);
  const { bias = true, init = 'he', biasInit = 0, torch } = options;
  return x => {
    const name = parameterName('dense', torch);
    wholeNumber(`number of units of ${name}`, units);
    if (x.shape.length !== 2) {
      throw new Error(
        `${name} takes a vector and gets ${sizeOf(x)}${placeInNetwork()}; expected flatten() or globalAvgPool() before it.`,
      );
    }
    return place(new Dense({ name, units, bias, init, biasInit }), x);
  };
}

export interface BatchNormOptions extends TorchNamed {
  epsilon?: number;
  /** Share of the new batch in the running statistics. */
  momentum?: number;
  gammaInit?: number;
}

const BATCH_NORM_OPTIONS: Checks<BatchNormOptions> = {
  epsilon: (what, value) => between(what, value, 0),
  momentum: (what, value) => between(what, value, 0, 1, { closed: true }),
  gammaInit: finite,
  torch: text,
};

export function batchNorm(options: BatchNormOptions = {}): Block {
  check('batchNorm', options, BATCH_NORM_OPTIONS);
  const { epsilon = 1e-5, momentum = 0.1, gammaInit = 1, torch } = options;
  return x => place(new BatchNorm({ name: parameterName('bn', torch), epsilon, momentum, gammaInit }), x);
}

const LRN_OPTIONS: Checks<LocalResponseNormOptions> = {
  size: whole,
  bias: finite,
  alpha: finite,
  beta: finite,
  alphaMode: (what, value) => oneOf<unknown>(what, value, 'paper', 'perWindow'),
};

/** Local response normalization (AlexNet, section 3.3), with the paper's constants. */
export function localResponseNorm(options: LocalResponseNormOptions = {}): Block {
  check('localResponseNorm', options, LRN_OPTIONS);
  return x => {
    const name = layerName('lrn');
    requireFeatureMap(name, x);
    return place(new LocalResponseNorm({ name, ...options }), x);
  };
}

export function activation(kind: ActivationName): Block {
  oneOf('kind of activation', kind, ...(Object.keys(ACTIVATIONS) as ActivationName[]));
  return x => place(new Activation({ name: layerName(kind), kind }), x);
}

export const relu = (): Block => activation('relu');
export const relu6 = (): Block => activation('relu6');
export const tanh = (): Block => activation('tanh');
export const sigmoid = (): Block => activation('sigmoid');
export const silu = (): Block => activation('silu');
export const hardSwish = (): Block => activation('hardSwish');
export const hardSigmoid = (): Block => activation('hardSigmoid');

export interface PoolBlockOptions {
  padding?: Padding;
  /** Whether a window may hang over the right and lower edge, as Caffe has it. */
  ceilMode?: boolean;
  /** Average pooling: whether the zeros of the padding count. */
  countIncludePad?: boolean;
}

export function maxPool(size: number, stride = size, options: PoolBlockOptions = {}): Block {
  return pool('max', size, stride, options);
}

export function avgPool(size: number, stride = size, options: PoolBlockOptions = {}): Block {
  return pool('avg', size, stride, options);
}

const POOL_OPTIONS: Checks<PoolBlockOptions> = { padding, ceilMode: boolean, countIncludePad: boolean };

function pool(kind: 'max' | 'avg', size: number, stride: number, options: PoolBlockOptions): Block {
  const word = `${kind}Pool`;
  check(word, options, POOL_OPTIONS);
  wholeNumber(`size of ${word}`, size);
  wholeNumber(`stride of ${word}`, stride);
  const { padding = 0, ceilMode = false, countIncludePad = true } = options;
  // A window could lie in the padding alone: PyTorch's rule.
  if (typeof padding !== 'string' && [padding].flat().some(side => side > size / 2)) {
    refuse(`padding of ${word}`, padding, `at most half of the window of ${size}`);
  }
  return x => {
    const name = layerName(word);
    requireFeatureMap(name, x);
    return checked(place(new Pool({ name, kind, size, stride, padding, ceilMode, countIncludePad }), x), x, name);
  };
}

/** The mean of each map: [null, channels], or [null, 1, 1, channels] with keepDims. */
export function globalAvgPool(options: { keepDims?: boolean } = {}): Block {
  check('globalAvgPool', options, { keepDims: boolean });
  const { keepDims = false } = options;
  return x => {
    const name = layerName('globalAvgPool');
    requireFeatureMap(name, x);
    return place(new GlobalAvgPool({ name, keepDims }), x);
  };
}

/** The means of `size` x `size` windows that share each map among them, whatever its size (PyTorch's AdaptiveAvgPool2d). */
export function adaptiveAvgPool(size: number): Block {
  wholeNumber('size of adaptiveAvgPool', size);
  return x => {
    const name = layerName('adaptiveAvgPool');
    requireFeatureMap(name, x);
    return place(new AdaptiveAvgPool({ name, size }), x);
  };
}

/** [null, height, width, channels] to [null, height * width * channels], channels fastest (PyTorch: slowest). */
export function flatten(): Block {
  return x => place(tf.layers.flatten({ name: layerName('flatten') }), x);
}

/** Sets `rate` of the units to zero in training and scales the others by 1 / (1 - rate) (the inverted form). */
export function dropout(rate: number): Block {
  between('dropout rate', rate, 0, 1);
  return x => (rate === 0 ? x : place(new Dropout({ rate, name: layerName('dropout') }), x));
}

/**
 * Zeros around the map: one number, or [above, below, left, right]; negative numbers cut.
 * @param channels zeros before and after the channels
 */
export function pad(sides: number | [number, number, number, number], channels?: [number, number]): Block {
  const all: unknown = typeof sides === 'number' ? [sides, sides, sides, sides] : sides;
  const areWhole = (values: unknown, length: number): boolean =>
    Array.isArray(values) && values.length === length && values.every(Number.isInteger);
  if (!areWhole(all, 4)) refuse('padding of pad', sides, 'a whole number, or [above, below, left, right]');
  if (channels !== undefined && !areWhole(channels, 2)) refuse('channels of pad', channels, '[before, after]');
  return x => {
    const name = layerName('pad');
    requireFeatureMap(name, x);
    return place(new Pad({ name, padding: all as [number, number, number, number], channels }), x);
  };
}

/** Every `stride`-th row and column, without a filter. */
export function subsample(stride: number): Block {
  wholeNumber('stride of subsample', stride);
  return x => {
    const name = layerName('subsample');
    requireFeatureMap(name, x);
    return place(new Subsample({ name, stride }), x);
  };
}

/** `count` of the channels, from `from` on. */
export function sliceChannels(from: number, count: number): Block {
  wholeNumber('first channel of sliceChannels', from, 0);
  wholeNumber('number of channels of sliceChannels', count);
  return x => {
    const name = layerName('slice');
    const channels = x.shape.at(-1)!;
    if (from + count > channels) {
      throw new Error(`${name} takes channels ${from} to ${from + count - 1} of ${channels}; expected less.`);
    }
    return place(new SliceChannels({ name, from, count }), x);
  };
}

/** The channels of all groups in turn (ShuffleNet, figure 1). */
export function channelShuffle(groups: number): Block {
  wholeNumber('number of groups of channelShuffle', groups);
  return x => {
    const name = layerName('shuffle');
    requireFeatureMap(name, x);
    if (x.shape[3]! % groups !== 0) {
      throw new Error(`${name} has ${groups} groups for ${x.shape[3]} channels; expected a divisor.`);
    }
    return place(new ChannelShuffle({ name, groups }), x);
  };
}

/** x times a constant. */
export function scale(factor: number): Block {
  finite('factor of scale', factor);
  return x => place(new Scale({ name: layerName('scale'), factor }), x);
}

export function convRelu(filters: number, size: number | [number, number], options?: ConvBlockOptions): Block {
  return chain(conv(filters, size, options), relu());
}

export interface ConvBnOptions extends Omit<ConvBlockOptions, 'torch'> {
  norm?: Omit<BatchNormOptions, 'torch'>;
  /** PyTorch's names of the convolution and of the normalization. */
  torch?: readonly [conv: string, bn: string];
}

/** Convolution without bias, which batch normalization would take away, then batch normalization. */
export function convBn(filters: number, size: number | [number, number], all: ConvBnOptions = {}): Block {
  only('convBn', all, [...Object.keys(CONV_OPTIONS), 'norm']);
  const { norm, torch: [convName, bnName] = [] as never, ...options } = all;
  return chain(
    conv(filters, size, { bias: false, ...options, torch: convName }),
    batchNorm({ ...norm, torch: bnName }),
  );
}

export function convBnRelu(filters: number, size: number | [number, number], options?: ConvBnOptions): Block {
  return chain(convBn(filters, size, options), relu());
}

function checked(y: Node, x: Node, name: string): Node {
  if (y.shape.slice(1).every(n => n !== null && n > 0)) return y;
  throw new Error(
    `The image is too small: ${name} gets ${x.shape[1]} x ${x.shape[2]} and would give ${y.shape[1]} x ${y.shape[2]}; ` +
      'expected a larger inputShape.',
  );
}
