/**
 * CIFAR-10 in its official binary layout. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009;
 * https://www.cs.toronto.edu/~kriz/cifar.html, section "Binary version".
 */
import { oneOf, refuse } from '../base/options';
import { type ImageSet, refuseSet, withText } from './imageSet';

/** The ten classes, in the order of the labels. */
export const CIFAR10_CLASSES: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

export const CIFAR10_FILES: Readonly<Record<'train' | 'test', readonly string[]>> = {
  train: [1, 2, 3, 4, 5].map(i => `data_batch_${i}.bin`),
  test: ['test_batch.bin'],
};

export const PLANE = 32 * 32;
const RECORD = 1 + 3 * PLANE;

/**
 * Reads records of 1 label byte and 3,072 pixel bytes: 1,024 red, 1,024 green, 1,024 blue, each row by row.
 *
 * @param fileName - for the set's name and for errors
 * @throws if the length is not that of 1, 2, ... records, or a label is above 9
 */
export function readCifar10(bytes: Uint8Array, fileName = 'CIFAR-10'): ImageSet {
  if (!(bytes instanceof Uint8Array)) refuse('first argument of readCifar10', bytes, 'a Uint8Array');
  if (!bytes.length || bytes.length % RECORD) {
    throw new Error(`${fileName} is ${bytes.length} bytes long; expected a whole number of ${RECORD}-byte records.`);
  }
  const length = bytes.length / RECORD;
  const images = new Uint8Array(length * 3 * PLANE);
  const labels = new Uint8Array(length);
  for (let record = 0, to = 0; record < length; record++) {
    const label = bytes[record * RECORD];
    if (label > 9) throw new Error(`Record ${record} of ${fileName} has the label ${label}; expected 0 to 9.`);
    labels[record] = label;
    const red = record * RECORD + 1;
    for (let p = red; p < red + PLANE; p++) {
      images[to++] = bytes[p];
      images[to++] = bytes[p + PLANE];
      images[to++] = bytes[p + 2 * PLANE];
    }
  }
  return withText({ name: fileName, images, labels, shape: [32, 32, 3], classes: [...CIFAR10_CLASSES], length });
}

/**
 * The inverse of `readCifar10`.
 *
 * @throws if the images are not 32 x 32 x 3
 */
export function writeCifar10(set: ImageSet): Uint8Array {
  refuseSet(set);
  if (String(set.shape) !== '32,32,3') {
    throw new Error(`${set.name} has images of ${set.shape.join(' x ')}; expected 32 x 32 x 3.`);
  }
  const bytes = new Uint8Array(set.length * RECORD);
  for (let record = 0, from = 0; record < set.length; record++) {
    bytes[record * RECORD] = set.labels[record];
    const red = record * RECORD + 1;
    for (let p = red; p < red + PLANE; p++) {
      bytes[p] = set.images[from++];
      bytes[p + PLANE] = set.images[from++];
      bytes[p + 2 * PLANE] = set.images[from++];
    }
  }
  return bytes;
}

/** @throws unless it is 'train' or 'test' */
export const refuseSplit = (what: string, split: 'train' | 'test'): void => oneOf(what, split, 'train', 'test');
