/** Convolutions, alone and with what usually follows them. */
import * as tf from '@tensorflow/tfjs';
import { boolean, check, type Checks, only, refuse, text, wholeNumber } from '../base/options';
import * as ops from '../ops';
import type { Padding } from '../ops';
import { relu } from './activation';
import { type Block, chain, place, word } from './building/block';
import { type Description, sameInTorch, type TorchWeight } from './building/description';
import type { Initialization } from './building/initialization';
import {
  checked,
  finite,
  first,
  initialization,
  OptionsLayer,
  padding,
  register,
  requireFeatureMap,
  type Shape,
  type TorchNamed,
  whole,
  windowOver,
  windowShape,
} from './building/layer';
import { parameterName } from './building/naming';
import { batchNorm, type BatchNormOptions } from './normalization';

interface ConvLayerOptions {
  filters: number;
  size: [number, number];
  stride: number;
  padding: ops.Padding;
  dilation: number;
  groups: number;
  bias: boolean;
  init: Initialization;
  biasInit: number;
}

/** Convolution with groups and PyTorch's padding. Weights: kernel [height, width, in / groups, filters], bias [filters]. */
class Conv extends OptionsLayer<ConvLayerOptions> {
  static readonly className = 'CnnKitConv';
  kernel!: tf.LayerVariable;
  bias?: tf.LayerVariable;

  override build(inputShape: Shape | Shape[]): void {
    const { filters, size, groups, bias, init, biasInit } = this.options;
    const inChannels = (inputShape as Shape)[3]!;
    this.kernel = this.weight('kernel', [...size, inChannels / groups, filters], init);
    if (bias) this.bias = this.weight('bias', [filters], { constant: biasInit });
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return windowShape(inputShape as Shape, this.options.filters, this.options.size, this.options);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { stride, padding, dilation, groups } = this.options;
    return tf.tidy(() => {
      const x = first(inputs) as tf.Tensor4D;
      const y = ops.conv2d(x, this.kernel.read() as tf.Tensor4D, { stride, padding, dilation, groups });
      return this.bias ? y.add(this.bias.read()) : y;
    });
  }

  override describe(): Description {
    const { filters, size, stride, groups } = this.options;
    return {
      role: 'convolution',
      label: `${size.join(' x ')} conv, ${filters}`,
      detail: [stride > 1 ? `/${stride}` : '', groups > 1 ? `${groups} groups` : ''].filter(Boolean).join(' · '),
      groups,
      weightsUsedAt: 'output',
      window: input => windowOver(input, size, this.options),
      torchWeights: () => [
        ['weight', filtersInTorch(this.kernel)],
        ...(this.bias ? [['bias', sameInTorch(this.bias)] as [string, TorchWeight]] : []),
      ],
    };
  }
}
register(Conv);

/** HWIO here, OIHW there; with groups, I is the number of input channels of one group in both. */
function filtersInTorch(variable: tf.LayerVariable): TorchWeight {
  const [height, width, inputs, outputs] = variable.shape as number[];
  return {
    variable,
    shape: [outputs, inputs, height, width],
    toTorch: x => x.transpose([3, 2, 0, 1]),
    fromTorch: x => x.transpose([2, 3, 1, 0]),
  };
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
  return word('conv', [filters, size, options], x => {
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
  });
}

/** Depthwise convolution: each channel has its own filter (MobileNets, section 3.1). */
export function depthwiseConv(size: number | [number, number], options: Omit<ConvBlockOptions, 'groups'> = {}): Block {
  only(
    'depthwiseConv',
    options,
    Object.keys(CONV_OPTIONS).filter(name => name !== 'groups'),
  );
  return word('depthwiseConv', [size, options], x => {
    requireFeatureMap('depthwiseConv', x);
    return conv(x.shape[3]!, size, { ...options, groups: x.shape[3]! })(x);
  });
}

export function convRelu(filters: number, size: number | [number, number], options?: ConvBlockOptions): Block {
  return word('convRelu', [filters, size, options], chain(conv(filters, size, options), relu()));
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
  return word(
    'convBn',
    [filters, size, all],
    chain(conv(filters, size, { bias: false, ...options, torch: convName }), batchNorm({ ...norm, torch: bnName })),
  );
}

export function convBnRelu(filters: number, size: number | [number, number], options?: ConvBnOptions): Block {
  return word('convBnRelu', [filters, size, options], chain(convBn(filters, size, options), relu()));
}
