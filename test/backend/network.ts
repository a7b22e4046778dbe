/** The small CIFAR network of the first lecture, narrow, and three steps of SGD with momentum, from weights that a seed fixes. */
import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend';
import { cifarNet } from '../../src/models/alexnet';

const MOMENTUM = 0.9;
const LEARNING_RATE = 0.01;
/** Plain JavaScript takes seconds for an image at full width. */
const BATCH = 2;
const WIDTHS = [12, 12, 32] as const;

/** Mulberry32: numbers in [-1, 1) from plain integer arithmetic, the same on every backend. */
export function numbers(seed: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}

export interface Run {
  backend: string;
  losses: number[];
  /** Every 7th number of each weight after the last step. */
  weights: Record<string, number[]>;
}

async function train(): Promise<Run> {
  const { name, binding } = await ready();
  const net = cifarNet({ widths: WIDTHS, seed: 3 });
  const optimizer = tf.train.momentum(LEARNING_RATE, MOMENTUM);
  const losses: number[] = [];
  for (let step = 0; step < 3; step++) {
    // Black rows make ties in the pooling windows after them.
    const pixels = numbers(100 + step, BATCH * 32 * 32 * 3).fill(0, 0, 32 * 32);
    const x = tf.tensor4d(pixels, [BATCH, 32, 32, 3]);

    const labels = tf.oneHot(tf.tensor1d([step, 9 - step], 'int32'), 10);
    const loss = optimizer.minimize(
      () => tf.losses.softmaxCrossEntropy(labels, net.apply(x, { training: true }) as tf.Tensor2D) as tf.Scalar,
      true,
    )!;
    losses.push((await loss.data())[0]);
  }
  const taken = await Promise.all(
    net.weights.map(async weight => [
      weight.originalName,
      [...(await weight.read().data())].filter((_, i) => i % 7 === 0),
    ]),
  );
  return { backend: binding ? `${name} (${binding})` : name, losses, weights: Object.fromEntries(taken) };
}

if (require.main === module) void train().then(run => process.send!(run));
