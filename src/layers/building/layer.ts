/** What the layers of this folder share: how they keep their options, and how a word checks what comes before it. */
import * as tf from '@tensorflow/tfjs';
import { refuse, wholeNumber } from '../../base/options';
import type { Padding } from '../../ops';
import { paddingBefore, pair, slidingLength } from '../../ops/window';
import { type Node, sizeOf } from './block';
import { type Description, sliding, type Window } from './description';
import { type Initialization, initializer } from './initialization';
import { placeInNetwork } from './naming';
import { words } from './tfjs';

export type Shape = (number | null)[];
export type Kwargs = { training?: boolean };
export interface LayerConfig {
  name: string;
}

/** What tfjs writes beside the options of every layer that it saves. */
interface Saved {
  trainable?: boolean;
  dtype?: tf.DataType;
  batchInputShape?: Shape;
  customObjects?: object;
}

export const first = <T>(value: T | T[]): T => (Array.isArray(value) ? value[0] : value);

/** Says that a layer's calls depend on its weights, its properties and its input alone: a graph may stand for them. */
export function plain<T extends object>(layer: T): T {
  return Object.defineProperty(layer, 'isPlain', { value: true });
}

/** Registers a class under its name, so that saved models can be loaded. */
export function register<T extends { className: string }>(layer: T): T {
  tf.serialization.registerClass(layer as never);
  return plain(layer);
}

/**
 * A layer whose saved state is its options, as a plain object, and its weights; `build` and `call` read the same object.
 * `describe` says the rest of it.
 */
export abstract class OptionsLayer<Options extends object> extends tf.layers.Layer {
  readonly options: Options;

  constructor(config: LayerConfig & Options) {
    const { name, trainable, dtype, batchInputShape, customObjects: _, ...options } = config as LayerConfig & Saved;
    super({ name, trainable, dtype, batchInputShape });
    // A model that was saved and loaded has null for what was not given.
    this.options = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null)) as Options;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.options } as tf.serialization.ConfigDict;
  }

  describe(): Description {
    return { role: 'other', label: words(this.getClassName().replace('CnnKit', '')) };
  }

  protected weight(name: string, shape: number[], kind: Initialization, trainable = true): tf.LayerVariable {
    const initial = initializer(kind, `${this.name}/${name}`);
    return this.addWeight(name, shape, 'float32', initial as never, undefined, trainable);
  }
}

/** How a window slides. */
export interface Sliding {
  stride: number;
  padding: Padding;
  dilation?: number;
  ceilMode?: boolean;
}

export function windowShape(
  [batch, height, width]: Shape,
  channels: number,
  size: readonly [number, number],
  { stride, padding, dilation = 1, ceilMode }: Sliding,
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

/** The same window, as a layer tells of it. */
export function windowOver(
  input: readonly number[],
  size: readonly [number, number],
  { stride, padding, dilation = 1 }: Sliding,
): Window {
  const [height, width] = size.map(length => dilation * (length - 1) + 1);
  const before = [
    paddingBefore(padding, 0, input[0], height, stride),
    paddingBefore(padding, 1, input[1], width, stride),
  ] as const;
  return sliding([height, width], [stride, stride], before);
}

/** Layers with weights: what PyTorch's model calls this one, below the names of the `torch` scopes around it. */
export interface TorchNamed {
  torch?: string;
}

export const whole = (what: string, value: number): void => wholeNumber(what, value);

export function finite(what: string, value: number): void {
  if (!Number.isFinite(value)) refuse(what, value, 'a number');
}

export function padding(what: string, value: Padding): void {
  if (value === 'same' || value === 'valid') return;
  const sides: unknown = Array.isArray(value) && value.length === 2 ? value : [value];
  if ((sides as number[]).every(side => Number.isInteger(side) && side >= 0)) return;
  refuse(what, value, "a whole number from 0, [rows, columns], 'same' or 'valid'");
}

export function initialization(what: string, value: Initialization): void {
  if (value === 'he' || value === 'glorot' || value === 'zeros' || value === 'ones') return;
  const { deviation, constant } = (typeof value === 'object' ? (value ?? {}) : {}) as Record<string, number>;
  if (deviation >= 0 || Number.isFinite(constant)) return;
  refuse(what, value, "'he', 'glorot', 'zeros', 'ones', { deviation } or { constant }");
}

/** @throws unless the node is a feature map [height, width, channels] */
export function requireFeatureMap(name: string, x: Node): void {
  if (x.shape.length === 4) return;
  throw new Error(
    `${name} takes a feature map of height x width x channels and gets ${sizeOf(x)}${placeInNetwork()}; ` +
      'expected it before flatten() or globalAvgPool().',
  );
}

/** @throws when the layer's output has no place, as its input is too small */
export function checked(y: Node, x: Node, name: string): Node {
  if (y.shape.slice(1).every(n => n !== null && n > 0)) return y;
  throw new Error(
    `The image is too small: ${name} gets ${x.shape[1]} x ${x.shape[2]} and would give ${y.shape[1]} x ${y.shape[2]}; ` +
      'expected a larger inputShape.',
  );
}
