/** Layers that tfjs lacks or has with other rules, as subclasses of its Layer: the only classes of the vocabulary. */
import * as tf from '@tensorflow/tfjs';
import { between } from '../base/options';
import * as ops from '../ops';
import { slidingLength, pair } from '../ops/convolution';
import { type Initialization, initializer } from './initialization';

type Shape = (number | null)[];
type Kwargs = { training?: boolean };
interface LayerConfig {
  name: string;
}

const first = <T>(value: T | T[]): T => (Array.isArray(value) ? value[0] : value);

/** Says that a layer's calls depend on its weights, its properties and its input alone: a graph may stand for them. */
function plain<T extends object>(layer: T): T {
  return Object.defineProperty(layer, 'isPlain', { value: true });
}

/** Registers a class under its name, so that saved models can be loaded. */
function register<T extends { className: string }>(layer: T): T {
  tf.serialization.registerClass(layer as never);
  return plain(layer);
}

/** The options of a layer as a plain object, for saving; `build` and `call` read the same object. */
abstract class OptionsLayer<Options extends object> extends tf.layers.Layer {
  readonly options: Options;

  constructor({ name, ...options }: LayerConfig & Options) {
    super({ name });
    this.options = options as unknown as Options;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.options } as tf.serialization.ConfigDict;
  }

  protected weight(name: string, shape: number[], kind: Initialization, trainable = true): tf.LayerVariable {
    const initial = initializer(kind, `${this.name}/${name}`);
    return this.addWeight(name, shape, 'float32', initial as never, undefined, trainable);
  }
}

function windowShape(
  [batch, height, width]: Shape,
  channels: number,
  size: readonly [number, number],
  {
    stride,
    padding,
    dilation = 1,
    ceilMode,
  }: { stride: number; padding: ops.Padding; dilation?: number; ceilMode?: boolean },
): Shape {
  const length = (n: number | null, axis: 0 | 1): number | null =>
    n &&
    slidingLength(
      n,
      size[axis],
      stride,
      typeof padding === 'string' ? padding : pair(padding)[axis],
      dilation,
      ceilMode,
    );
  return [batch, length(height, 0), length(width, 1), channels];
}

export interface ConvLayerOptions {
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
export class Conv extends OptionsLayer<ConvLayerOptions> {
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
}
register(Conv);

export interface DenseLayerOptions {
  units: number;
  bias: boolean;
  init: Initialization;
  biasInit: number;
}

/** Fully connected layer. Weights: kernel [in, units], bias [units]. */
export class Dense extends OptionsLayer<DenseLayerOptions> {
  static readonly className = 'CnnKitDense';
  kernel!: tf.LayerVariable;
  bias?: tf.LayerVariable;

  override build(inputShape: Shape | Shape[]): void {
    const { units, bias, init, biasInit } = this.options;
    this.kernel = this.weight('kernel', [(inputShape as Shape).at(-1)!, units], init);
    if (bias) this.bias = this.weight('bias', [units], { constant: biasInit });
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return [...(inputShape as Shape).slice(0, -1), this.options.units];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const y = tf.matMul(first(inputs), this.kernel.read());
      return this.bias ? y.add(this.bias.read()) : y;
    });
  }
}
register(Dense);

export interface PoolLayerOptions {
  kind: 'max' | 'avg';
  size: number;
  stride: number;
  padding: ops.Padding;
  ceilMode: boolean;
  countIncludePad: boolean;
}

export class Pool extends OptionsLayer<PoolLayerOptions> {
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
}
register(Pool);

/** Local response normalization, AlexNet section 3.3. */
export class LocalResponseNorm extends OptionsLayer<ops.LocalResponseNormOptions> {
  static readonly className = 'CnnKitLocalResponseNorm';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return ops.localResponseNorm(first(inputs) as tf.Tensor4D, this.options);
  }
}
register(LocalResponseNorm);

export interface BatchNormLayerOptions {
  epsilon: number;
  /** Share of the new batch in the running statistics (PyTorch's momentum; tfjs and Keras count the old share). */
  momentum: number;
  gammaInit: number;
}

/** Batch normalization with PyTorch's rules: the running variance is the unbiased one. */
export class BatchNorm extends OptionsLayer<BatchNormLayerOptions> {
  static readonly className = 'CnnKitBatchNorm';
  gamma!: tf.LayerVariable;
  beta!: tf.LayerVariable;
  movingMean!: tf.LayerVariable;
  movingVariance!: tf.LayerVariable;

  override build(inputShape: Shape | Shape[]): void {
    const channels = (inputShape as Shape).at(-1)!;
    this.gamma = this.weight('gamma', [channels], { constant: this.options.gammaInit });
    this.beta = this.weight('beta', [channels], 'zeros');
    this.movingMean = this.weight('movingMean', [channels], 'zeros', false);
    this.movingVariance = this.weight('movingVariance', [channels], 'ones', false);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { training = false }: Kwargs): tf.Tensor {
    return tf.tidy(() => {
      const x = first(inputs);
      const [gamma, beta, runningMean, runningVariance] = [
        this.gamma,
        this.beta,
        this.movingMean,
        this.movingVariance,
      ].map(weight => weight.read() as tf.Tensor1D);
      const { epsilon, momentum } = this.options;
      if (!training) return ops.batchNorm(x, runningMean, runningVariance, gamma, beta, epsilon);
      const [y, mean, variance] = ops.batchNormTraining(x, gamma, beta, epsilon);
      const count = x.size / mean.size;
      const move = (running: tf.Tensor, batch: tf.Tensor): tf.Tensor => running.add(batch.sub(running).mul(momentum));
      this.movingMean.write(move(runningMean, mean));
      this.movingVariance.write(move(runningVariance, variance.mul(count / Math.max(count - 1, 1))));
      tf.dispose([mean, variance]);
      return y;
    });
  }
}
register(BatchNorm);

export const ACTIVATIONS = {
  relu: (x: tf.Tensor) => tf.relu(x),
  relu6: (x: tf.Tensor) => tf.relu6(x),
  leakyRelu: (x: tf.Tensor) => tf.leakyRelu(x, 0.01),
  elu: (x: tf.Tensor) => tf.elu(x),
  gelu: (x: tf.Tensor) => x.mul(0.5).mul(tf.erf(x.mul(Math.SQRT1_2)).add(1)),
  silu: (x: tf.Tensor) => x.mul(tf.sigmoid(x)),
  tanh: (x: tf.Tensor) => tf.tanh(x),
  sigmoid: (x: tf.Tensor) => tf.sigmoid(x),
  hardSigmoid: (x: tf.Tensor) => tf.relu6(x.add(3)).div(6),
  hardSwish: (x: tf.Tensor) => x.mul(tf.relu6(x.add(3)).div(6)),
  softmax: (x: tf.Tensor) => tf.softmax(x),
} as const;
export type ActivationName = keyof typeof ACTIVATIONS;

export class Activation extends OptionsLayer<{ kind: ActivationName }> {
  static readonly className = 'CnnKitActivation';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => ACTIVATIONS[this.options.kind](first(inputs)));
  }
}
register(Activation);

/** Mean over height and width; [batch, channels], or [batch, 1, 1, channels] where `keepDims`. */
export class GlobalAvgPool extends OptionsLayer<{ keepDims: boolean }> {
  static readonly className = 'CnnKitGlobalAvgPool';

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch, , , channels] = inputShape as Shape;
    return this.options.keepDims ? [batch, 1, 1, channels] : [batch, channels];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return first(inputs).mean([1, 2], this.options.keepDims);
  }
}
register(GlobalAvgPool);

/** Means over `size` x `size` windows that share the picture among them, as PyTorch cuts it: they may overlap, or repeat. */
export class AdaptiveAvgPool extends OptionsLayer<{ size: number }> {
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
}
register(AdaptiveAvgPool);

/** [1, size, length]: row i has the weights of the mean over places floor(i length / size) to ceil((i + 1) length / size). */
function shares(length: number, size: number): tf.Tensor3D {
  const row = (i: number): number[] => {
    const [begin, end] = [Math.floor((i * length) / size), Math.ceil(((i + 1) * length) / size)];
    return Array.from({ length }, (_, place) => (place >= begin && place < end ? 1 / (end - begin) : 0));
  };
  return tf.tensor3d([Array.from({ length: size }, (_, i) => row(i))]);
}

export interface PadLayerOptions {
  /** Rows above, rows below, columns left, columns right. Negative numbers cut. */
  padding: [number, number, number, number];
  channels?: [number, number];
}

/** Zeros around the picture, and before and behind the channels. */
export class Pad extends OptionsLayer<PadLayerOptions> {
  static readonly className = 'CnnKitPad';

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch, height, width, channels] = inputShape as Shape;
    const [top, bottom, left, right] = this.options.padding;
    const [before, behind] = this.options.channels ?? [0, 0];
    return [batch, height! + top + bottom, width! + left + right, channels! + before + behind];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const { padding } = this.options;
      // A model that was saved and loaded has null for what was not given.
      const channels = this.options.channels ?? [0, 0];
      const [top, bottom, left, right] = padding.map(p => Math.max(p, 0));
      const x = first(inputs).pad([[0, 0], [top, bottom], [left, right], channels]); // prettier-ignore
      if (padding.every(p => p >= 0)) return x;
      const [cutTop, cutBottom, cutLeft, cutRight] = padding.map(p => Math.max(-p, 0));
      const [, height, width] = x.shape;
      return x.slice([0, cutTop, cutLeft, 0], [-1, height! - cutTop - cutBottom, width! - cutLeft - cutRight, -1]);
    });
  }
}
register(Pad);

/** Every `stride`-th row and column, without a filter. */
export class Subsample extends OptionsLayer<{ stride: number }> {
  static readonly className = 'CnnKitSubsample';

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch, height, width, channels] = inputShape as Shape;
    const { stride } = this.options;
    return [batch, Math.ceil(height! / stride), Math.ceil(width! / stride), channels];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    // tf.stridedSlice has no gradient.
    const { stride } = this.options;
    return ops.avgPool(first(inputs) as tf.Tensor4D, 1, { stride });
  }
}
register(Subsample);

/** Some of the channels: from `from`, `count` of them. */
export class SliceChannels extends OptionsLayer<{ from: number; count: number }> {
  static readonly className = 'CnnKitSliceChannels';

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return [...(inputShape as Shape).slice(0, -1), this.options.count];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = first(inputs);
    const { from, count } = this.options;
    return x.slice([...x.shape.slice(0, -1).fill(0), from], [...x.shape.slice(0, -1), count]);
  }
}
register(SliceChannels);

/** Channel shuffle, ShuffleNet figure 1: seen as [groups, channels / groups], transposed. */
export class ChannelShuffle extends OptionsLayer<{ groups: number }> {
  static readonly className = 'CnnKitChannelShuffle';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = first(inputs);
      const [batch, height, width, channels] = x.shape as [number, number, number, number];
      const { groups } = this.options;
      return x
        .reshape([batch * height * width, groups, channels / groups])
        .transpose([0, 2, 1])
        .reshape(x.shape);
    });
  }
}
register(ChannelShuffle);

/** x times a constant: the residual scaling of Inception-ResNet. */
export class Scale extends OptionsLayer<{ factor: number }> {
  static readonly className = 'CnnKitScale';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return first(inputs).mul(this.options.factor);
  }
}
register(Scale);

/**
 * Sets `rate` of the units to zero in training and divides the others by 1 - rate (the inverted form). The masks are drawn
 * anew at each call, until `draw` gives them: so a seed can repeat them, also in a step that is compiled.
 */
export class Dropout extends tf.layers.Layer {
  // tfjs's own name, and not registered: a saved model holds nothing but the rate, and loads as tfjs's layer.
  static readonly className = 'Dropout';
  rate: number;
  private readonly drawn = new Map<number, tf.Variable>();
  private always = false;

  constructor(config: LayerConfig & { rate: number }) {
    super({ name: config?.name });
    between('dropout rate', config?.rate, 0, 1);
    this.rate = config.rate;
  }

  /**
   * Fixes the mask for batches of `batch` images until the next `draw` or `release`.
   * @param random numbers in [0, 1): one for each image and unit, in their order
   * @param always whether to drop units at inference, too (Monte-Carlo dropout)
   */
  draw(batch: number, random: () => number, always = false): void {
    const shape = [batch, ...((this.input as tf.SymbolicTensor).shape.slice(1) as number[])];
    const kept = 1 / (1 - this.rate);
    const length = shape.reduce((a, b) => a * b);
    const values = Float32Array.from({ length }, () => (random() < this.rate ? 0 : kept));
    const mask = tf.tensor(values, shape);
    const variable = this.drawn.get(batch);
    // One variable per batch size, as a recorded step knows it by identity.
    if (variable) variable.assign(mask);
    else this.drawn.set(batch, tf.variable(mask, false));
    mask.dispose();
    this.always = always;
  }

  /** Frees the masks; from now on each call in training draws its own. */
  release(): void {
    tf.dispose([...this.drawn.values()]);
    this.drawn.clear();
    this.always = false;
  }

  override dispose(): ReturnType<tf.layers.Layer['dispose']> {
    const result = super.dispose();
    if (result.refCountAfterDispose === 0) this.release();
    return result;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { training = false }: Kwargs): tf.Tensor {
    const x = first(inputs);
    if (this.rate === 0 || !(training || this.always)) return x.clone();
    const mask = this.drawn.get(x.shape[0]!);
    return tf.tidy(() => (mask ? x.mul(mask) : tf.dropout(x, this.rate)));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate };
  }
}
plain(Dropout);
