/** What tfjs's own layers would tell of themselves: the one place that knows their classes; and the way to ask any layer. */
import * as tf from '@tensorflow/tfjs';
import { refuse } from '../../base/options';
import { paddingBefore } from '../../ops/window';
import { type Description, sliding, wholeMap, type Window } from './description';

type Config = Record<string, any>;
type Pair = readonly [number, number];

/**
 * What the layer tells of itself; of a class that is not known here, its name.
 * @throws unless it is a layer
 */
export function describe(layer: tf.layers.Layer): Description {
  const own = (layer ?? {}) as Partial<{ describe(): Description; getClassName(): string }>;
  if (typeof own.getClassName !== 'function') refuse('layer of describe', layer, 'a layer of a network');
  if (typeof own.describe === 'function') return own.describe();
  const name = layer.getClassName();
  const config = layer.getConfig();
  const activation = config.activation === 'linear' ? undefined : (config.activation as string | undefined);
  const known = Object.hasOwn(TFJS, name) ? TFJS[name](config) : { role: 'other' as const, label: words(name) };
  return { ...(activation && { activation }), ...known };
}

/** A class's name as words: ChannelShuffle is 'channel shuffle'. */
export const words = (name: string): string => name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

/** What a diagram calls a nonlinearity. */
export const activationLabel = (kind: string): string =>
  ({ relu: 'ReLU', relu6: 'ReLU6' } as Record<string, string>)[kind] ?? kind; // prettier-ignore

const pair = (value: number | number[] = 1): Pair =>
  Array.isArray(value) ? [value[0], value[1] ?? value[0]] : [value, value];
const size = (value: number | number[]): string => pair(value).join(' x ');
const strideDetail = (value?: number | number[]): string => (Math.max(...pair(value)) > 1 ? `/${pair(value)[0]}` : '');

const TFJS: Record<string, (config: Config) => Description> = {
  InputLayer: () => ({ role: 'input', label: 'input' }),
  Conv2D: config => convolution(config, config.filters),
  DepthwiseConv2D: config => convolution(config, 'each channel'),
  SeparableConv2D: config => convolution(config, config.filters),
  Conv2DTranspose: config => ({
    role: 'convolution',
    label: `${size(config.kernelSize)} transposed conv, ${config.filters}`,
    weightsUsedAt: 'input',
    window: () => transposed(pair(config.kernelSize), pair(config.strides), config.padding),
  }),
  Dense: config => ({ role: 'dense', label: `dense, ${config.units}`, detail: '', weightsUsedAt: 'output' }),
  MaxPooling2D: config => pooling(config, 'max'),
  AveragePooling2D: config => pooling(config, 'avg'),
  GlobalAveragePooling2D: () => ({ role: 'pooling', label: 'global average', window: wholeMap }),
  GlobalMaxPooling2D: () => ({ role: 'pooling', label: 'global maximum', window: wholeMap }),
  BatchNormalization: () => ({ role: 'normalization', label: 'BN', detail: '', follows: true }),
  Activation: ({ activation }) => ({
    ...follower(activation),
    ...((activation === 'relu' || activation === 'relu6') && { rectifier: activation as 'relu' | 'relu6' }),
  }),
  ReLU: ({ maxValue }) => {
    const kind = maxValue === 6 ? 'relu6' : 'relu';
    return { ...follower(kind), rectifier: kind };
  },
  Softmax: () => follower('softmax'),
  Dropout: () => ({ role: 'dropout', label: 'dropout', follows: true, keepsOrder: true }),
  // What flattens a map hands all of it to the dense layer after it.
  Flatten: () => ({ role: 'other', label: 'flatten', window: wholeMap, flattens: true }),
  Add: () => ({ role: 'join', label: '+', detail: '', joins: 'add' }),
  Concatenate: () => ({ role: 'join', label: 'concatenate', joins: 'concat' }),
  Multiply: () => ({ role: 'join', label: 'x', joins: 'multiply' }),
};

function convolution(config: Config, filters: unknown): Description {
  const [lengths, gaps] = [pair(config.kernelSize), pair(config.dilationRate)];
  const spread = [gaps[0] * (lengths[0] - 1) + 1, gaps[1] * (lengths[1] - 1) + 1] as const;
  return {
    role: 'convolution',
    label: `${size(config.kernelSize)} conv, ${filters}`,
    detail: strideDetail(config.strides),
    weightsUsedAt: 'output',
    window: input => padded(spread, pair(config.strides), config.padding, input),
  };
}

function pooling(config: Config, kind: string): Description {
  const strides = config.strides ?? config.poolSize;
  return {
    role: 'pooling',
    label: `${size(config.poolSize)} ${kind} pool`,
    detail: strideDetail(strides),
    window: input => padded(pair(config.poolSize), pair(strides), config.padding, input),
  };
}

const follower = (activation: string): Description => ({
  role: 'activation',
  label: activationLabel(activation),
  detail: '',
  follows: true,
  keepsOrder: true,
  activation,
});

function padded(lengths: Pair, strides: Pair, padding: 'same' | 'valid', input: readonly number[]): Window {
  const before = ([0, 1] as const).map(axis => paddingBefore(padding, axis, input[axis], lengths[axis], strides[axis]));
  return sliding(lengths, strides, before as [number, number]);
}

/** Of the windows that reach a place, the last begins less than a stride before it. */
function transposed(lengths: Pair, strides: Pair, padding: 'same' | 'valid'): Window {
  return {
    size: [Math.ceil(lengths[0] / strides[0]), Math.ceil(lengths[1] / strides[1])],
    stride: [1 / strides[0], 1 / strides[1]],
    reads: (axis, place) => {
      const cut = padding === 'same' ? Math.floor(Math.max(0, lengths[axis] - strides[axis]) / 2) : 0;
      const last = Math.floor((place + cut) / strides[axis]);
      return [Math.ceil((place + cut - lengths[axis] + 1) / strides[axis]), last];
    },
  };
}
