/** Images that a small network learns in seconds, and that network: with all kinds of state that a run has. */
import * as tf from '@tensorflow/tfjs';
import { type ImageSet, seeded } from '../../src/data';
import * as L from '../../src/layers';

/** Noise, brighter in the left, the right or the lower part: classes 0, 1, 2 in turn. */
export function tinySet(length = 42, size = 8, seed = 1): ImageSet {
  const random = seeded(seed);
  const images = new Uint8Array(length * size * size * 3);
  const labels = Uint8Array.from({ length }, (_, i) => i % 3);
  for (let i = 0; i < images.length; i++) {
    const [x, y, image] = [Math.floor(i / 3) % size, Math.floor(i / 3 / size) % size, Math.floor(i / 3 / size ** 2)];
    const isBright = [x < size / 2, x >= size / 2, y >= size / 2][labels[image]];
    images[i] = 160 * random() + (isBright ? 90 : 0);
  }
  return { name: 'tiny', images, labels, shape: [size, size, 3], classes: ['left', 'right', 'low'], length };
}

export function tinyModel({ rate = 0.3, size = 8, seed = 5 } = {}): tf.LayersModel {
  return L.model(
    'tiny',
    { inputShape: [size, size, 3], seed },
    L.convBnRelu(4, 3),
    L.maxPool(2),
    L.dropout(rate),
    L.flatten(),
    L.dense(8),
    L.relu(),
    L.dropout(rate),
    L.dense(3),
  );
}

/** One dense layer from a 1 x 1 x 3 image to `classes` logits, with these weights. */
export function linearModel(kernel: number[][], bias: number[]): tf.LayersModel {
  const model = L.model('linear', { inputShape: [1, 1, 3] }, L.flatten(), L.dense(bias.length));
  model.setWeights([tf.tensor2d(kernel), tf.tensor1d(bias)]);
  return model;
}

export function weightsOf(model: tf.LayersModel): number[][] {
  return model.getWeights().map(weight => [...weight.dataSync()]);
}

export function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-6): void {
  const isNear = Array.from(expected).every((value, i) => Math.abs(actual[i] - value) <= tolerance);
  if (actual.length !== expected.length || !isNear) {
    throw new Error(`[${Array.from(actual)}] is not near [${Array.from(expected)}].`);
  }
}
