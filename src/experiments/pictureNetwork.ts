/** A small ZFNet for 32 x 32 images, trained to be looked into. */
import type * as tf from '@tensorflow/tfjs';
import type { ImageSet } from '../data';
import { horizontalFlip } from '../data';
import * as layers from '../layers';
import { cosine, fit, type FitOptions } from '../training';

export const LAYERS = ['layer1', 'layer2', 'layer3'] as const;

/**
 * Filters of 5 x 5, then 5 x 5 and 3 x 3, each with ReLU and overlapping pooling as in ZFNet. The first filters begin small,
 * so that what is seen of them was learned.
 */
export function pictureNetwork({ shape, classes }: ImageSet, seed: number): tf.LayersModel {
  const { convRelu, dense, flatten, maxPool, model, named } = layers;
  const pool = maxPool(3, 2, { ceilMode: true });
  return model(
    'pictureNetwork',
    { inputShape: shape, seed },
    named('layer1', convRelu(24, 5, { init: { deviation: 0.03 } })),
    named('pool1', pool),
    named('layer2', convRelu(32, 5)),
    named('pool2', pool),
    named('layer3', convRelu(48, 3)),
    named('pool3', pool),
    named('output', flatten(), dense(classes.length)),
  );
}

export async function trainPictureNetwork(
  model: tf.LayersModel,
  train: ImageSet,
  epochs: number,
  seed: number,
  options: FitOptions = {},
): Promise<number> {
  const { trainError } = await fit(model, train, {
    epochs,
    batchSize: 64,
    learningRate: cosine(0.03),
    weightDecay: 5e-4,
    augment: horizontalFlip(),
    seed,
    progress: false,
    ...options,
  });
  return trainError;
}
