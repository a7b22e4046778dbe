/** A set of labelled images in memory, and the batches that training takes from it. */
import * as tf from '@tensorflow/tfjs';
import { type Augmentation, augmentedShape } from './augment';
import { seeded, shuffle } from './random';

export type ImageShape = [height: number, width: number, channels: number];

export interface ImageSet {
  name: string;
  /** [length, height, width, channels], bytes from 0 to 255. */
  images: Uint8Array;
  /** [length], each an index into `classes`. */
  labels: Uint8Array;
  shape: ImageShape;
  classes: string[];
  /** Number of images. */
  length: number;
}

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
  /** Of pixels in [0, 1], for all channels or for each. The default is the constant MEAN, so that train and test agree. */
  mean?: number | number[];
  /** Of pixels in [0, 1], for all channels or for each. The default is the constant STD. */
  std?: number | number[];
}

/** One image as imageGrid of `display` takes it. */
export interface Image {
  /** [height, width, channels], bytes. */
  data: Uint8Array;
  width: number;
  height: number;
  channels: 1 | 3 | 4;
}

/** What `batches` subtracts from pixels in [0, 1]. */
export const MEAN = 0.5;
/** What `batches` then divides by; with MEAN it maps bytes 0 .. 255 to -2 .. 2, near deviation 1 on natural images. */
export const STD = 0.25;

const AUGMENTATION_STREAM = 1;

/**
 * The set's images, batch by batch: x = (bytes / 255 - mean) / std. The caller disposes of x and y.
 *
 * @throws if an option is out of its range, or an augmentation changes an image's size
 */
export function* batches(set: ImageSet, options: BatchOptions = {}): Generator<Batch> {
  const { batchSize = 128, seed, augment, mean = MEAN, std = STD } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new Error(`batchSize is ${batchSize}; right is a whole number from 1.`);
  }
  const [height, width, channels] = set.shape;
  const size = height * width * channels;
  const shape = augmentedShape(set.shape, augment);
  const sizeAfter = shape[0] * shape[1] * shape[2];
  const table = normalizationTable(channels, mean, std);
  const order = Uint32Array.from({ length: set.length }, (_, i) => i);
  if (seed !== undefined) shuffle(order, seeded(seed));
  const random = seeded(seed ?? 0, AUGMENTATION_STREAM);
  for (let start = 0; start < set.length; start += batchSize) {
    const count = Math.min(batchSize, set.length - start);
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

function normalizationTable(channels: number, mean: number | number[], std: number | number[]): Float32Array {
  const each = (name: string, value: number | number[]): number[] => {
    const values = typeof value === 'number' ? Array<number>(channels).fill(value) : value;
    if (values.length !== channels || !values.every(Number.isFinite)) {
      throw new Error(
        `${name} is [${values.join(', ')}]; right is one number, or one for each of ${channels} channels.`,
      );
    }
    return values;
  };
  const means = each('mean', mean);
  const stds = each('std', std);
  if (!stds.every(value => value > 0)) throw new Error(`std is [${stds.join(', ')}]; right is above 0.`);
  return Float32Array.from({ length: channels * 256 }, (_, i) => {
    const channel = i >> 8;
    return ((i & 255) / 255 - means[channel]) / stds[channel];
  });
}

const statistics = new WeakMap<ImageSet, { mean: number[]; std: number[] }>();

/**
 * Mean and deviation of each channel over the whole set, pixels in [0, 1]: what `batches` takes as `mean` and `std`.
 * Take those of the training set for the test set too. Computed once for each set.
 */
export function channelStatistics(set: ImageSet): { mean: number[]; std: number[] } {
  let found = statistics.get(set);
  if (!found) {
    if (!set.length) throw new Error(`${set.name} has no images; right is a set with at least one.`);
    const channels = set.shape[2];
    const sums = new Array<number>(channels).fill(0);
    const squares = new Array<number>(channels).fill(0);
    for (let i = 0, channel = 0; i < set.images.length; i++) {
      sums[channel] += set.images[i];
      squares[channel] += set.images[i] * set.images[i];
      if (++channel === channels) channel = 0;
    }
    const pixels = set.images.length / channels;
    const mean = sums.map(sum => sum / pixels / 255);
    const std = squares.map((square, c) => Math.sqrt(Math.max(0, square / pixels / 255 ** 2 - mean[c] ** 2)));
    statistics.set(set, (found = { mean, std }));
  }
  return { mean: [...found.mean], std: [...found.std] };
}

/**
 * Some images of a set, copied.
 *
 * @param which - the first so many; or these indices, in this order; or those from `from` (0) to before `to` (the end)
 * @throws if the set has no such image
 */
export function subset(set: ImageSet, which: number | ArrayLike<number> | { from?: number; to?: number }): ImageSet {
  const indices = indicesOf(set, which);
  const size = imageSize(set);
  const images = new Uint8Array(indices.length * size);
  const labels = new Uint8Array(indices.length);
  indices.forEach((index, i) => {
    images.set(set.images.subarray(index * size, (index + 1) * size), i * size);
    labels[i] = set.labels[index];
  });
  return { ...set, shape: [...set.shape], classes: [...set.classes], images, labels, length: indices.length };
}

function indicesOf(set: ImageSet, which: Parameters<typeof subset>[1]): number[] {
  const range = typeof which === 'number' ? { to: which } : which;
  if ('length' in range) {
    const indices = Array.from(range);
    for (const index of indices) refuseIndex(set, index);
    return indices;
  }
  const { from = 0, to = set.length } = range;
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to < from || to > set.length) {
    throw new Error(`There are no images ${from} to before ${to} in ${set.name}; it has ${set.length}.`);
  }
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/**
 * Two sets without an image in common: `share` of the images (rounded), and the rest, dealt at random.
 *
 * @throws if `share` is not between 0 and 1
 */
export function split(set: ImageSet, share: number, seed = 0): [ImageSet, ImageSet] {
  if (!(share > 0 && share < 1)) throw new Error(`The share is ${share}; right is between 0 and 1.`);
  const order = shuffle(
    Array.from({ length: set.length }, (_, i) => i),
    seeded(seed),
  );
  const count = Math.round(share * set.length);
  return [subset(set, order.slice(0, count)), subset(set, order.slice(count))];
}

/**
 * Single images, as imageGrid of `display` takes them.
 *
 * @throws if the set has no image of one of these indices
 */
export function images(set: ImageSet, indices: ArrayLike<number>): Image[] {
  const [height, width, channels] = set.shape;
  const size = imageSize(set);
  return Array.from(indices, index => {
    refuseIndex(set, index);
    return {
      data: set.images.slice(index * size, (index + 1) * size),
      width,
      height,
      channels: channels as Image['channels'],
    };
  });
}

function refuseIndex(set: ImageSet, index: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= set.length) {
    throw new Error(`There is no image ${index} in ${set.name}; right is 0 to ${set.length - 1}.`);
  }
}

function imageSize({ shape: [height, width, channels] }: ImageSet): number {
  return height * width * channels;
}
