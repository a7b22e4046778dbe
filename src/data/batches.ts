/** The batches that training takes from a set of images. */
import * as tf from '@tensorflow/tfjs';
import { boolean, check, type Checks, func, refuse, wholeNumber } from '../base/options';
import { type Augmentation, augmentedShape } from './augment';
import { imageSize, type ImageSet, refuseSet, standardization } from './imageSet';
import { seeded, shuffle } from '../base/random';

export interface Batch {
  /** [batch, height, width, channels], float32, normalized. */
  x: tf.Tensor4D;
  /** [batch], int32. */
  y: tf.Tensor1D;
}

export interface BatchOptions {
  /** 128 if not given; the last batch may be smaller. */
  batchSize?: number;
  /** Given: the images come in this seed's order (Fisher-Yates). Not given: in the order of the set. */
  seed?: number;
  /** Done to each image's bytes before they are normalized, with random numbers of `seed` (0 if not given). */
  augment?: Augmentation;
  /** Mean of pixels in [0, 1], for all channels or for each. The default is the set's, else the constant MEAN. */
  mean?: number | number[];
  /** Deviation of pixels in [0, 1], for all channels or for each. The default is the set's, else the constant STD. */
  std?: number | number[];
  /** Leaves the last batch out where it would be smaller. */
  dropLast?: boolean;
}

const AUGMENTATION_STREAM = 1;

const perChannel = (what: string, value: number | number[]): void => {
  const isNumbers = [value].flat().every(Number.isFinite);
  if (!isNumbers) refuse(what, value, 'a number, or one for each channel');
};

const BATCH_OPTIONS: Checks<BatchOptions> = {
  batchSize: (what, value) => wholeNumber(what, value),
  seed: (what, value) => wholeNumber(what, value, -Infinity),
  augment: (what, value) => func(what, value, 'an augmentation such as horizontalFlip()'),
  mean: perChannel,
  std: perChannel,
  dropLast: boolean,
};

/**
 * The set's images, batch by batch: x = (bytes / 255 - mean) / std. The caller disposes of x and y.
 *
 * @throws at once if an option is out of its range or the set's labels are not its classes'; later if an augmentation
 * changes an image's size
 */
export function batches(set: ImageSet, options: BatchOptions = {}): Generator<Batch> {
  refuseSet(set);
  check('batches', options, BATCH_OPTIONS);
  standardization(set, options);
  return generate(set, options);
}

function* generate(set: ImageSet, options: BatchOptions): Generator<Batch> {
  const { batchSize = 128, seed, augment, dropLast = false } = options;
  const channels = set.shape[2];
  const size = imageSize(set);
  const shape = augmentedShape(set.shape, augment);
  const sizeAfter = shape[0] * shape[1] * shape[2];
  const table = normalizationTable(set, options);
  const order = Uint32Array.from({ length: set.length }, (_, i) => i);
  if (seed !== undefined) shuffle(order, seeded(seed));
  const random = seeded(seed ?? 0, AUGMENTATION_STREAM);
  for (let start = 0; start < set.length; start += batchSize) {
    const count = Math.min(batchSize, set.length - start);
    if (dropLast && count < batchSize) return;
    const x = new Float32Array(count * sizeAfter);
    const y = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const index = order[start + i];
      let pixels = set.images.subarray(index * size, (index + 1) * size);
      // The copy keeps the set whole, whatever an augmentation writes.
      if (augment) pixels = augment(pixels.slice(), set.shape, random);
      if (pixels.length !== sizeAfter) {
        throw new Error(
          `The augmentation made an image of ${pixels.length} bytes out of ${size}; it must keep the size, or have shapeAfter.`,
        );
      }
      for (let p = 0, to = i * sizeAfter, channel = 0; p < sizeAfter; p++) {
        x[to + p] = table[channel * 256 + pixels[p]];
        if (++channel === channels) channel = 0;
      }
      y[i] = set.labels[index];
    }
    yield { x: tf.tensor4d(x, [count, ...shape]), y: tf.tensor1d(y, 'int32') };
  }
}

function normalizationTable(set: ImageSet, options?: Pick<BatchOptions, 'mean' | 'std'>): Float32Array {
  const { mean, std } = standardization(set, options);
  return Float32Array.from({ length: mean.length * 256 }, (_, i) => {
    const channel = i >> 8;
    return ((i & 255) / 255 - mean[channel]) / std[channel];
  });
}
