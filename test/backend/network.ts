/** The small CIFAR network of the first lecture and three steps of SGD with momentum, from weights that a seed fixes. */
import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend';

const MOMENTUM = 0.9;
const LEARNING_RATE = 0.01;
/** One image: plain JavaScript takes about ten seconds for the gradients of each. */
const BATCH = 1;
const SHAPES = {
  conv1: [5, 5, 3, 64],
  bias1: [64],
  conv2: [5, 5, 64, 64],
  bias2: [64],
  dense1: [8 * 8 * 64, 384],
  bias3: [384],
  dense2: [384, 10],
  bias4: [10],
} as const;

/** Mulberry32: numbers in [-1, 1) from plain integer arithmetic, the same on every backend. */
function numbers(seed: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}

function network(x: tf.Tensor4D, w: Record<keyof typeof SHAPES, tf.Variable>): tf.Tensor2D {
  const conv = (x: tf.Tensor4D, filter: tf.Tensor, bias: tf.Tensor) =>
    tf.maxPool(tf.relu(tf.add(tf.conv2d(x, filter as tf.Tensor4D, 1, 'same'), bias)) as tf.Tensor4D, 3, 2, 'same');
  const flat = tf.reshape(conv(conv(x, w.conv1, w.bias1), w.conv2, w.bias2), [-1, SHAPES.dense1[0]]);
  const hidden = tf.relu(tf.add(tf.matMul(flat as tf.Tensor2D, w.dense1 as tf.Tensor2D), w.bias3)) as tf.Tensor2D;
  return tf.add(tf.matMul(hidden, w.dense2 as tf.Tensor2D), w.bias4);
}

export interface Run {
  backend: string;
  losses: number[];
  /** Every 97th number of each weight after the last step. */
  weights: Record<string, number[]>;
}

export async function train(): Promise<Run> {
  const { name, binding } = await ready();
  const weights = Object.fromEntries(
    Object.entries(SHAPES).map(([key, shape], i) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const scale = shape.length === 1 ? 0.01 : Math.sqrt(6 / (size / shape[shape.length - 1]));
      return [
        key,
        tf.variable(
          tf.tensor(
            numbers(i + 1, size).map(v => v * scale),
            [...shape],
          ),
          true,
          key,
        ),
      ];
    }),
  ) as Record<keyof typeof SHAPES, tf.Variable>;
  const optimizer = tf.train.momentum(LEARNING_RATE, MOMENTUM);
  const losses: number[] = [];
  for (let step = 0; step < 3; step++) {
    const x = tf.tensor4d(numbers(100 + step, BATCH * 32 * 32 * 3), [BATCH, 32, 32, 3]);
    const labels = tf.oneHot([step], 10);
    const loss = optimizer.minimize(
      () => tf.losses.softmaxCrossEntropy(labels, network(x, weights)) as tf.Scalar,
      true,
    )!;
    losses.push((await loss.data())[0]);
  }
  const taken = await Promise.all(
    Object.entries(weights).map(async ([key, w]) => [key, [...(await w.data())].filter((_, i) => i % 97 === 0)]),
  );
  return { backend: binding ? `${name} (${binding})` : name, losses, weights: Object.fromEntries(taken) };
}

if (require.main === module) void train().then(run => process.send!(run));
