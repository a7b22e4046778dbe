/** Pooling: over sliding windows, over the whole of a map, and over windows that share a map among them. */
import * as tf from '@tensorflow/tfjs';
import { boolean, check, type Checks, refuse, wholeNumber } from '../base/options';
import * as ops from '../ops';
import type { Padding } from '../ops';
import { maxPoolSwitches, unpool } from '../ops/unpooling';
import { type Block, place, word } from './building/block';
import { type Description, wholeMap, type Window } from './building/description';
import {
  checked,
  first,
  OptionsLayer,
  padding,
  register,
  requireFeatureMap,
  type Shape,
  windowOver,
  windowShape,
} from './building/layer';
import { layerName } from './building/naming';

interface PoolLayerOptions {
  kind: 'max' | 'avg';
  size: number;
  stride: number;
  padding: ops.Padding;
  ceilMode: boolean;
  countIncludePad: boolean;
}

class Pool extends OptionsLayer<PoolLayerOptions> {
  static readonly className = 'CnnKitPool';

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const { size } = this.options;
    return windowShape(inputShape as Shape, (inputShape as Shape)[3]!, [size, size], this.options);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { kind, size, countIncludePad, ...options } = this.options;
    const x = first(inputs) as tf.Tensor4D;
    return kind === 'max' ? ops.maxPool(x, size, options) : ops.avgPool(x, size, { ...options, countIncludePad });
  }

  override describe(): Description {
    const { kind, size, stride, padding, ceilMode } = this.options;
    return {
      role: 'pooling',
      label: `${size} x ${size} ${kind} pool`,
      detail: stride > 1 ? `/${stride}` : '',
      window: input => windowOver(input, [size, size], this.options),
      sendBack: (signal, input, { overlap }) => {
        if (kind === 'avg') return undefined;
        const x = input as tf.Tensor4D;
        const switches = maxPoolSwitches(x, size, { stride, padding, ceilMode });
        return unpool(signal as tf.Tensor4D, switches, [x.shape[1], x.shape[2]], overlap);
      },
    };
  }
}
register(Pool);

/** Mean over height and width; [batch, channels], or [batch, 1, 1, channels] where `keepDims`. */
class GlobalAvgPool extends OptionsLayer<{ keepDims: boolean }> {
  static readonly className = 'CnnKitGlobalAvgPool';

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch, , , channels] = inputShape as Shape;
    return this.options.keepDims ? [batch, 1, 1, channels] : [batch, channels];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return first(inputs).mean([1, 2], this.options.keepDims);
  }

  override describe(): Description {
    return { role: 'pooling', label: 'global average', window: wholeMap };
  }
}
register(GlobalAvgPool);

/** Means over `size` x `size` windows that share the image among them, as PyTorch cuts it: they may overlap, or repeat. */
class AdaptiveAvgPool extends OptionsLayer<{ size: number }> {
  static readonly className = 'CnnKitAdaptiveAvgPool';

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch, , , channels] = inputShape as Shape;
    return [batch, this.options.size, this.options.size, channels];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const { size } = this.options;
      const [batch, height, width, channels] = first(inputs).shape as [number, number, number, number];
      const rows = tf.matMul(shares(height, size), first(inputs).reshape([batch, height, width * channels]));
      const columns = tf.matMul(shares(width, size), rows.reshape([batch * size, width, channels]));
      return columns.reshape([batch, size, size, channels]);
    });
  }

  override describe(): Description {
    const { size } = this.options;
    const window = ([height, width]: readonly number[]): Window => ({
      size: [longestShare(height, size), longestShare(width, size)],
      stride: [height / size, width / size],
      reads: (axis, place) => {
        const [begin, end] = share([height, width][axis], size, place);
        return [begin, end - 1];
      },
    });
    return { role: 'pooling', label: 'adaptive avg pool', window };
  }
}
register(AdaptiveAvgPool);

/** Place `i` of `size` is the mean of these places, from the first to before the second: they may overlap, or repeat. */
function share(length: number, size: number, i: number): [begin: number, end: number] {
  return [Math.floor((i * length) / size), Math.ceil(((i + 1) * length) / size)];
}

function longestShare(length: number, size: number): number {
  return Math.max(...Array.from({ length: size }, (_, i) => share(length, size, i)).map(([begin, end]) => end - begin));
}

/** [1, size, length]: row i has the weights of the mean over its share. */
function shares(length: number, size: number): tf.Tensor3D {
  const row = (i: number): number[] => {
    const [begin, end] = share(length, size, i);
    return Array.from({ length }, (_, place) => (place >= begin && place < end ? 1 / (end - begin) : 0));
  };
  return tf.tensor3d([Array.from({ length: size }, (_, i) => row(i))]);
}

export interface PoolBlockOptions {
  padding?: Padding;
  /** Whether a window may hang over the right and lower edge, as Caffe has it. */
  ceilMode?: boolean;
  /** Average pooling: whether the zeros of the padding count. */
  countIncludePad?: boolean;
}

export function maxPool(size: number, stride = size, options: PoolBlockOptions = {}): Block {
  return word('maxPool', [size, stride, options], pool('max', size, stride, options));
}

export function avgPool(size: number, stride = size, options: PoolBlockOptions = {}): Block {
  return word('avgPool', [size, stride, options], pool('avg', size, stride, options));
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
  return word('globalAvgPool', [options], x => {
    const name = layerName('globalAvgPool');
    requireFeatureMap(name, x);
    return place(new GlobalAvgPool({ name, keepDims }), x);
  });
}

/** The means of `size` x `size` windows that share each map among them, whatever its size (PyTorch's AdaptiveAvgPool2d). */
export function adaptiveAvgPool(size: number): Block {
  wholeNumber('size of adaptiveAvgPool', size);
  return word('adaptiveAvgPool', [size], x => {
    const name = layerName('adaptiveAvgPool');
    requireFeatureMap(name, x);
    return place(new AdaptiveAvgPool({ name, size }), x);
  });
}
