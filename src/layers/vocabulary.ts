/** The words that architectures are written in: each makes a block. */
import * as tf from '@tensorflow/tfjs';
import type { LocalResponseNormOptions, Padding } from '../ops';
import { add, type Block, chain, concat, identity, type Node, place } from './block';
import type { Initialization } from './initialization';
import {
  Activation,
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
import { layerName, parameterName } from './naming';
import { wholeNumber } from './options';

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

/** Convolution to `filters` maps with a window of `size`, or [height, width]. */
export function conv(filters: number, size: number | [number, number], options: ConvBlockOptions = {}): Block {
  const window: [number, number] = typeof size === 'number' ? [size, size] : size;
  const { stride = 1, dilation = 1, groups = 1, bias = true, init = 'he', biasInit = 0, torch } = options;
  const padding = options.padding ?? (window.map(n => ((n - 1) / 2) * dilation) as [number, number]);
  return x => {
    const name = parameterName('conv', torch);
    const channels = x.shape[3]!;
    wholeNumber(`number of filters of ${name}`, filters);
    wholeNumber(`stride of ${name}`, stride);
    if (channels % groups !== 0 || filters % groups !== 0) {
      throw new Error(
        `${name} has ${groups} groups for ${channels} channels and ${filters} filters; right is a divisor of both.`,
      );
    }
    const layer = new Conv({ name, filters, size: window, stride, padding, dilation, groups, bias, init, biasInit });
    return checked(place(layer, x), x, name);
  };
}

/** Depthwise convolution: each channel has its own filter (MobileNets, section 3.1). */
export function depthwiseConv(size: number | [number, number], options: Omit<ConvBlockOptions, 'groups'> = {}): Block {
  return x => conv(x.shape[3]!, size, { ...options, groups: x.shape[3]! })(x);
}

export interface DenseOptions extends TorchNamed {
  bias?: boolean;
  init?: Initialization;
  biasInit?: number;
}

/** Fully connected layer. Weights: kernel [in, units], bias [units]. */
export function dense(units: number, { bias = true, init = 'he', biasInit = 0, torch }: DenseOptions = {}): Block {
  return x => {
    const name = parameterName('dense', torch);
    wholeNumber(`number of units of ${name}`, units);
    return place(new Dense({ name, units, bias, init, biasInit }), x);
  };
}

export interface BatchNormOptions extends TorchNamed {
  epsilon?: number;
  /** Share of the new batch in the running statistics. */
  momentum?: number;
  gammaInit?: number;
}

export function batchNorm({ epsilon = 1e-5, momentum = 0.1, gammaInit = 1, torch }: BatchNormOptions = {}): Block {
  return x => place(new BatchNorm({ name: parameterName('bn', torch), epsilon, momentum, gammaInit }), x);
}

/** Local response normalization (AlexNet, section 3.3), with the paper's constants. */
export function localResponseNorm(options: LocalResponseNormOptions = {}): Block {
  return x => place(new LocalResponseNorm({ name: layerName('lrn'), ...options }), x);
}

export function activation(kind: ActivationName): Block {
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

function pool(
  kind: 'max' | 'avg',
  size: number,
  stride: number,
  { padding = 0, ceilMode = false, countIncludePad = true }: PoolBlockOptions,
): Block {
  return x => {
    const name = layerName(`${kind}Pool`);
    return checked(place(new Pool({ name, kind, size, stride, padding, ceilMode, countIncludePad }), x), x, name);
  };
}

/** The mean of each map: [null, channels], or [null, 1, 1, channels] with keepDims. */
export function globalAvgPool({ keepDims = false } = {}): Block {
  return x => place(new GlobalAvgPool({ name: layerName('globalAvgPool'), keepDims }), x);
}

/** The means of `size` x `size` windows that share each map among them, whatever its size (PyTorch's AdaptiveAvgPool2d). */
export function adaptiveAvgPool(size: number): Block {
  return x => place(new AdaptiveAvgPool({ name: layerName('adaptiveAvgPool'), size }), x);
}

/** [null, height, width, channels] to [null, height * width * channels], channels fastest (PyTorch: slowest). */
export function flatten(): Block {
  return x => place(tf.layers.flatten({ name: layerName('flatten') }), x);
}

/** Sets `rate` of the units to zero in training and scales the others by 1 / (1 - rate) (the inverted form). */
export function dropout(rate: number): Block {
  return x => (rate === 0 ? x : place(new Dropout({ rate, name: layerName('dropout') }), x));
}

/** Zeros around the picture: one number, or [above, below, left, right]; negative numbers cut. */
export function pad(padding: number | [number, number, number, number], channels?: [number, number]): Block {
  const sides: [number, number, number, number] =
    typeof padding === 'number' ? [padding, padding, padding, padding] : padding;
  return x => place(new Pad({ name: layerName('pad'), padding: sides, channels }), x);
}

export function subsample(stride: number): Block {
  return x => place(new Subsample({ name: layerName('subsample'), stride }), x);
}

export function sliceChannels(from: number, count: number): Block {
  return x => place(new SliceChannels({ name: layerName('slice'), from, count }), x);
}

export function channelShuffle(groups: number): Block {
  return x => place(new ChannelShuffle({ name: layerName('shuffle'), groups }), x);
}

export function scale(factor: number): Block {
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
export function convBn(
  filters: number,
  size: number | [number, number],
  { norm, torch: [convName, bnName] = [] as never, ...options }: ConvBnOptions = {},
): Block {
  return chain(
    conv(filters, size, { bias: false, ...options, torch: convName }),
    batchNorm({ ...norm, torch: bnName }),
  );
}

export function convBnRelu(filters: number, size: number | [number, number], options?: ConvBnOptions): Block {
  return chain(convBn(filters, size, options), relu());
}

/** x + body(x), or shortcut(x) + body(x). */
export function residual(body: Block, shortcut: Block = identity): Block {
  return add(shortcut, body);
}

/** x joined with body(x) along the channels (DenseNet, equation 2). */
export function denselyConnected(body: Block): Block {
  return concat(identity, body);
}

function checked(y: Node, x: Node, name: string): Node {
  if (y.shape.slice(1).every(n => n !== null && n > 0)) return y;
  throw new Error(
    `The picture is too small: ${name} gets ${x.shape[1]} x ${x.shape[2]} and would give ${y.shape[1]} x ${y.shape[2]}; ` +
      'give a larger inputShape.',
  );
}
