/** A set of labelled images in memory, and its parts. */
import { only, refuse, shown, wholeNumber } from '../base/options';
import { seeded, shuffle } from '../base/random';

export type ImageShape = [height: number, width: number, channels: number];

/** Uint8Array holds the labels of up to 256 classes. */
export type Labels = Uint8Array | Uint16Array | Int32Array;

export interface ImageSet {
  name: string;
  /** [length, height, width, channels], bytes from 0 to 255. */
  images: Uint8Array;
  /** [length], each an index into `classes`. */
  labels: Labels;
  /** [height, width, channels]: any size, any number of channels. */
  shape: ImageShape;
  classes: string[];
  /** Number of images. */
  length: number;
  /** What `batches`, and with it `fit`, `evaluate` and `predict`, subtract from pixels in [0, 1]; MEAN if not given. */
  mean?: number | number[];
  /** What they then divide by; STD if not given. `standardized` gives a set both. */
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

/** What `batches` subtracts from pixels in [0, 1] of a set that has no mean of its own. */
const MEAN = 0.5;
/** What `batches` then divides by, of a set that has no deviation of its own; with MEAN it maps bytes 0 .. 255 to -2 .. 2, near deviation 1 on natural images. */
const STD = 0.25;

const MOST_BYTE_CLASSES = 256;

/** @throws unless these are as many bytes and labels as the set says, each label one of its classes */
export function refuseSet(set: ImageSet, what = 'set of images'): void {
  if (typeof set !== 'object' || set === null || !('images' in set)) {
    refuse(what, set, 'an ImageSet { name, images, labels, shape, classes, length }');
  }
  const { name, images, labels, shape, classes, length } = set;
  if (!Array.isArray(shape) || shape.length !== 3 || !shape.every(side => Number.isSafeInteger(side) && side > 0)) {
    refuse(`shape of ${name}`, shape, '[height, width, channels], whole numbers from 1');
  }
  if (!Array.isArray(classes) || !classes.length || !classes.every(label => typeof label === 'string')) {
    refuse(`list of classes of ${name}`, classes, 'an array with the name of each class');
  }
  wholeNumber(`length of ${name}`, length, 0);
  if (!(images instanceof Uint8Array)) refuse(`array of images of ${name}`, images, 'a Uint8Array of bytes 0 to 255');
  const size = imageSize(set);
  if (images.length !== length * size) {
    throw new Error(
      `${name} has ${images.length} bytes; expected ${length * size} for ${length} images of ${shape.join(' x ')}.`,
    );
  }
  refuseLabels(labels, name, length, classes.length);
  standardization(set);
}

/** @throws unless there is one label for each image, each of them a class */
function refuseLabels(labels: Labels, name: string, length: number, classes: number): void {
  if (!(labels instanceof Uint8Array || labels instanceof Uint16Array || labels instanceof Int32Array)) {
    refuse(`array of labels of ${name}`, labels, 'a Uint8Array, Uint16Array or Int32Array');
  }
  if (labels.length !== length) {
    throw new Error(`${name} has ${labels.length} labels for ${length} images; expected one for each.`);
  }
  if (classes > MOST_BYTE_CLASSES && labels instanceof Uint8Array) {
    throw new Error(
      `The labels of ${name} are bytes, and it has ${classes} classes; expected a Uint16Array or an Int32Array.`,
    );
  }
  const at = labels.findIndex(label => !(label >= 0 && label < classes));
  if (at >= 0) {
    throw new Error(
      `Label ${at} of ${name} is ${labels[at]}; expected 0 to ${classes - 1}, as it has ${classes} classes.`,
    );
  }
}

/** @throws when the set has no image, or is refused by `refuseSet` */
export function refuseEmpty(set: ImageSet, what?: string): void {
  refuseSet(set, what);
  if (!set.length) throw new Error(`${set.name} has no images; expected a set with at least one.`);
}

/** As many classes as `imageSetText` names. */
export const MOST_CLASSES = 12;

/** A set's size, and how many images each class has: `airplane 5,000, automobile 5,000`. */
export function imageSetText(set: ImageSet): string {
  const { name, length, shape, classes, labels } = set;
  const counts = classes.slice(0, MOST_CLASSES).map(() => 0);
  for (const label of labels) if (label < counts.length) counts[label]++;
  const more = classes.length - counts.length;
  const count = (number: number, word: string): string =>
    `${number.toLocaleString('en')} ${number === 1 ? word : `${word.replace(/s$/, 'se')}s`}`;
  const head = `ImageSet ${name}: ${count(length, 'image')} of ${shape.join(' x ')}, ${count(classes.length, 'class')}`;
  const list = counts.map((number, label) => `${classes[label]} ${number.toLocaleString('en')}`).join(', ');
  return `${head}\n  ${list}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Has `console.log` show a set by `imageSetText`, and within other values by its first line; to all else it stays plain data. */
export function withText(set: ImageSet): ImageSet {
  const text = (depth: number): string => (depth < 2 ? imageSetText(set).split('\n')[0] : imageSetText(set));
  return Object.defineProperty(set, Symbol.for('nodejs.util.inspect.custom'), { value: text });
}

interface Standardization {
  mean: number | number[];
  std: number | number[];
}

/** Mean and deviation of each channel by which a set's images become numbers. */
export function standardization(
  set: Pick<ImageSet, 'name' | 'shape' | 'mean' | 'std'>,
  { mean = set.mean ?? MEAN, std = set.std ?? STD }: Partial<Standardization> = {},
): { mean: number[]; std: number[] } {
  const [, , channels] = set.shape;
  const each = (what: string, value: number | number[], isRight: (value: number) => boolean): number[] => {
    const values = typeof value === 'number' ? Array<number>(channels).fill(value) : value;
    if (Array.isArray(values) && values.length === channels && values.every(isRight)) return values;
    const expected = what === 'std' ? 'a finite number above 0' : 'a finite number';
    refuse(`${what} of ${set.name}`, value, `${expected}, or one for each of ${channels} channels`);
  };
  return { mean: each('mean', mean, Number.isFinite), std: each('std', std, value => value > 0 && value < Infinity) };
}

/**
 * Some images of a set, copied.
 *
 * @param which - the first so many; or these indices, in this order; or those from `from` (0) to before `to` (the end)
 * @throws if the set has no such image
 */
export function subset(set: ImageSet, which: number | ArrayLike<number> | { from?: number; to?: number }): ImageSet {
  refuseSet(set);
  const indices = indicesOf(set, which);
  const size = imageSize(set);
  const images = new Uint8Array(indices.length * size);
  const labels = new (set.labels.constructor as new (length: number) => Labels)(indices.length);
  indices.forEach((index, i) => {
    images.set(set.images.subarray(index * size, (index + 1) * size), i * size);
    labels[i] = set.labels[index];
  });
  return withText({
    ...set,
    ...{ shape: [...set.shape], classes: [...set.classes], images, labels, length: indices.length },
  });
}

function indicesOf(set: ImageSet, which: Parameters<typeof subset>[1]): number[] {
  if (typeof which !== 'number' && (typeof which !== 'object' || which === null)) {
    refuse(`choice of images of ${set.name}`, which, 'a count, a list of indices, or { from, to }');
  }
  const range = typeof which === 'number' ? { to: which } : which;
  if ('length' in range) {
    const indices = Array.from(range);
    for (const index of indices) refuseIndex(set, index);
    return indices;
  }
  only('subset', range, ['from', 'to']);
  const { from = 0, to = set.length } = range;
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to < from || to > set.length) {
    throw new Error(`There are no images ${shown(from)} to before ${shown(to)} in ${set.name}; it has ${set.length}.`);
  }
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/**
 * Two sets without an image in common: `share` of the images (rounded), and the rest, dealt at random.
 *
 * @throws if `share` is not between 0 and 1
 */
export function split(set: ImageSet, share: number, seed = 0): [ImageSet, ImageSet] {
  refuseSet(set);
  if (!(typeof share === 'number' && share > 0 && share < 1)) {
    refuse(`share of ${set.name}`, share, 'a number above 0 and below 1');
  }
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
 * @param indices which images of the set, from 0
 * @example imageGrid(images(set, [0, 1, 2, 3]))
 * @throws if the set has no image of one of these indices
 */
export function images(set: ImageSet, indices: ArrayLike<number>): Image[] {
  refuseSet(set);
  const [height, width, channels] = set.shape;
  if (![1, 3, 4].includes(channels)) {
    throw new Error(`Images of ${channels} channels cannot be shown, as those of ${set.name}; expected 1, 3 or 4.`);
  }
  const isList = typeof indices === 'object' && indices !== null && 'length' in indices;
  if (!isList) refuse(`indices into ${set.name}`, indices, 'a list of whole numbers');
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

export function refuseIndex(set: ImageSet, index: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= set.length) {
    throw new Error(`There is no image ${shown(index)} in ${set.name}; expected 0 to ${set.length - 1}.`);
  }
}

export function imageSize({ shape: [height, width, channels] }: ImageSet): number {
  return height * width * channels;
}
