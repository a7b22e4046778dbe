/** Initial weights: fast, from a seed, or all zero where only the shape of a network is wanted. */
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '../../base/random';
import { func } from '../../base/options';
import { modelSeed } from './naming';

/** 'he': normal with variance 2 / fan-in (He et al., 2015); 'glorot': uniform by both fans; or a normal of given deviation. */
export type Initialization = 'he' | 'glorot' | 'zeros' | 'ones' | { deviation: number } | { constant: number };

let wanted: 'network' | 'skeleton' | 'graph' = 'network';

/** Builds a network with zeros for weights, in a fraction of the time: for weights that follow, and for diagrams. */
export function skeleton<T>(build: () => T): T {
  return wanting(wanted === 'graph' ? 'graph' : 'skeleton', build);
}

/**
 * Builds a network for its graph alone, in less time again: its weights have shapes and share one piece of memory, and what
 * tfjs makes of a graph to run it waits until it is asked for. For counting.
 */
export function graphOnly<T>(build: () => T): T {
  return wanting('graph', build);
}

export const wantsGraphOnly = (): boolean => wanted === 'graph';

function wanting<T>(what: typeof wanted, build: () => T): T {
  func('argument of skeleton', build, 'a function that builds a network');
  const before = wanted;
  wanted = what;
  try {
    return build();
  } finally {
    wanted = before;
  }
}

/** The initializer for a weight of the layer `name`; its numbers depend on the model's seed and this name alone. */
export function initializer(
  kind: Initialization,
  name: string,
): tf.serialization.Serializable & { apply(shape: number[]): tf.Tensor } {
  if (wanted === 'graph') return new Shapes();
  if (wanted === 'skeleton' || kind === 'zeros') return tf.initializers.zeros();
  if (kind === 'ones') return tf.initializers.ones();
  if (typeof kind === 'object' && 'constant' in kind) return tf.initializers.constant({ value: kind.constant });
  const seed = modelSeed();
  // A saved model is being loaded: its weights follow.
  if (seed === undefined) return tf.initializers.zeros();
  return new Seeded({ kind, seed: hash(`${seed}/${name}`) });
}

interface SeededConfig {
  kind: 'he' | 'glorot' | { deviation: number };
  seed: number;
}

class Seeded extends tf.serialization.Serializable {
  static readonly className = 'CnnKitSeeded';

  constructor(private readonly config: SeededConfig) {
    super();
  }

  apply(shape: number[]): tf.Tensor {
    const size = shape.reduce((a, b) => a * b, 1);
    const receptive = shape.slice(0, -2).reduce((a, b) => a * b, 1);
    const fanIn = receptive * shape[shape.length - 2];
    const fanOut = receptive * shape[shape.length - 1];
    const { kind, seed } = this.config;
    if (kind === 'glorot') return tf.tensor(uniform(size, seed, Math.sqrt(6 / (fanIn + fanOut))), shape);
    return tf.tensor(normal(size, seed, kind === 'he' ? Math.sqrt(2 / fanIn) : kind.deviation), shape);
  }

  getConfig(): tf.serialization.ConfigDict {
    return { ...this.config } as unknown as tf.serialization.ConfigDict;
  }
}
tf.serialization.registerClass(Seeded as unknown as tf.serialization.SerializableConstructor<Seeded>);

/** Zeros for every weight out of the same memory: regnet_y_128gf would take 2.6 GB of its own. */
class Shapes extends tf.serialization.Serializable {
  static readonly className = 'CnnKitShapes';
  private static zeros = new Float32Array(0);

  apply(shape: number[]): tf.Tensor {
    const size = shape.reduce((a, b) => a * b, 1);
    if (size > Shapes.zeros.length) Shapes.zeros = new Float32Array(size);
    return tf.tensor(Shapes.zeros.subarray(0, size), shape);
  }

  getConfig(): tf.serialization.ConfigDict {
    return {};
  }
}

function uniform(size: number, seed: number, limit: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: size }, () => (2 * random() - 1) * limit);
}

/** Pairs by Box and Muller. */
function normal(size: number, seed: number, deviation: number): Float32Array {
  const random = seededRandom(seed);
  const numbers = new Float32Array(size + 1);
  for (let i = 0; i < size; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    numbers[i] = radius * Math.cos(angle);
    numbers[i + 1] = radius * Math.sin(angle);
  }
  return numbers.subarray(0, size);
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}
