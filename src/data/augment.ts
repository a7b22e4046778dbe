/** Random changes of an image that keep its class, for training; and the ten crops of AlexNet, for testing. */
import * as tf from '@tensorflow/tfjs';
import { between, check, counts, func, refuse, tensor, wholeNumber } from '../base/options';
import { type Image, type ImageSet, type ImageShape, refuseIndex, refuseSet, withText } from './imageSet';
import { below, type Random, seeded } from '../base/random';

/** Takes one image's bytes [height, width, channels], which it may overwrite, and gives as many back, or a cut. */
export interface Augmentation {
  (pixels: Uint8Array, shape: ImageShape, random: Random): Uint8Array;
  /** The shape of what it gives for images of `shape`; the same if not given. */
  shapeAfter?: (shape: ImageShape) => ImageShape;
}

/** The shape of what an augmentation, if one is given, makes of images of `shape`. */
export function augmentedShape(shape: ImageShape, augment?: Augmentation): ImageShape {
  counts('shape of augmentedShape', shape);
  if (augment !== undefined)
    func('augmentation of augmentedShape', augment, 'an augmentation such as horizontalFlip()');
  return augment?.shapeAfter?.(shape) ?? shape;
}

/** One after the other, first to last. */
export function compose(...steps: Augmentation[]): Augmentation {
  for (const step of steps) func('step of compose', step, 'an augmentation such as horizontalFlip()');
  const whole: Augmentation = (pixels, shape, random) => {
    let image = pixels;
    let now = shape;
    for (const step of steps) {
      image = step(image, now, random);
      now = augmentedShape(now, step);
    }
    return image;
  };
  whole.shapeAfter = shape => steps.reduce((now, step) => augmentedShape(now, step), shape);
  return whole;
}

/**
 * A window of `size` x `size` from anywhere in the image: AlexNet, section 4.1, takes 224 out of 256.
 * Differs from the paper: its "factor of 2048" counts 32 x 32 places and their mirror images; there are 33 x 33, as in the
 * authors' code, and here.
 *
 * @throws if the images are smaller
 */
export function cropTo(size: number): Augmentation {
  wholeNumber('size of cropTo', size);
  const crop: Augmentation = (pixels, shape, random) => {
    const [height, width] = shape;
    refuseCrop(size, shape);
    return cut(pixels, shape, below(random, height - size + 1), below(random, width - size + 1), size);
  };
  crop.shapeAfter = shape => {
    refuseCrop(size, shape);
    return [size, size, shape[2]];
  };
  return crop;
}

/**
 * The middle `size` x `size` of every image: what a network that is trained with `cropTo` is tested on.
 * @throws if the images are smaller
 */
export function centreCrop(set: ImageSet, size: number): ImageSet {
  refuseSet(set);
  const [height, width, channels] = set.shape;
  wholeNumber('size of centreCrop', size);
  refuseCrop(size, set.shape);
  const [from, to] = [height * width * channels, size * size * channels];
  const images = new Uint8Array(set.length * to);
  for (let i = 0; i < set.length; i++) {
    const image = set.images.subarray(i * from, (i + 1) * from);
    images.set(cut(image, set.shape, (height - size) >> 1, (width - size) >> 1, size), i * to);
  }
  return withText({ ...set, images, shape: [size, size, channels] });
}

/** What an augmentation makes of one image, `count` times: for a gallery. */
export function augmentedImages(
  set: ImageSet,
  index: number,
  augment: Augmentation,
  options: { count?: number; seed?: number } = {},
): Image[] {
  refuseSet(set);
  refuseIndex(set, index);
  func('augmentation of augmentedImages', augment, 'an augmentation such as horizontalFlip()');
  check('augmentedImages', options, {
    count: (what, value: number) => wholeNumber(what, value),
    seed: (what, value: number) => wholeNumber(what, value, -Infinity),
  });
  const { count = 8, seed = 0 } = options;
  const size = set.images.length / set.length;
  const [height, width, channels] = augmentedShape(set.shape, augment);
  const random = seeded(seed);
  return Array.from({ length: count }, () => {
    const pixels = set.images.slice(index * size, (index + 1) * size);
    return { data: augment(pixels, set.shape, random), width, height, channels: channels as Image['channels'] };
  });
}

function refuseCrop(size: number, [height, width]: ImageShape): void {
  if (size <= Math.min(height, width)) return;
  throw new Error(`A crop of ${size} x ${size} does not fit into images of ${height} x ${width}.`);
}

function cut(pixels: Uint8Array, [, width, channels]: ImageShape, top: number, left: number, size: number): Uint8Array {
  const result = new Uint8Array(size * size * channels);
  for (let row = 0; row < size; row++) {
    const from = ((top + row) * width + left) * channels;
    result.set(pixels.subarray(from, from + size * channels), row * size * channels);
  }
  return result;
}

/**
 * Adds a border of `padding` pixels of the byte `fill` on each side and cuts out a window of the old size anywhere:
 * He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, section 4.2.
 *
 * @throws if padding is not a whole number from 0
 */
export function randomCrop(options: { padding?: number; fill?: number } = {}): Augmentation {
  check('randomCrop', options, { padding: (what, value: number) => wholeNumber(what, value, 0), fill: byte });
  const { padding = 4, fill = 0 } = options;
  return (pixels, [height, width, channels], random) => {
    const down = below(random, 2 * padding + 1) - padding;
    const right = below(random, 2 * padding + 1) - padding;
    const result = new Uint8Array(pixels.length).fill(fill);
    const first = Math.max(0, -right);
    const last = Math.min(width, width - right);
    if (last <= first) return result;
    for (let y = Math.max(0, -down); y < Math.min(height, height - down); y++) {
      const from = ((y + down) * width + first + right) * channels;
      result.set(pixels.subarray(from, from + (last - first) * channels), (y * width + first) * channels);
    }
    return result;
  };
}

/**
 * The mirror image, with this probability.
 *
 * @throws if the probability is not in 0 .. 1
 */
export function horizontalFlip(options: { probability?: number } = {}): Augmentation {
  check('horizontalFlip', options, {
    probability: (what, value: number) => between(what, value, 0, 1, { closed: true }),
  });
  const { probability = 0.5 } = options;
  return (pixels, [height, width, channels], random) => {
    if (random() >= probability) return pixels;
    const row = width * channels;
    for (let start = 0; start < height * row; start += row) {
      for (let left = start, right = start + row - channels; left < right; left += channels, right -= channels) {
        for (let channel = 0; channel < channels; channel++) {
          const value = pixels[left + channel];
          pixels[left + channel] = pixels[right + channel];
          pixels[right + channel] = value;
        }
      }
    }
    return pixels;
  };
}

/**
 * Covers a square of `size` pixels with the byte `fill`. Its middle is anywhere in the image, so part of the square may
 * lie outside: DeVries & Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout", 2017, section 3.
 * The default `size` is the paper's for CIFAR-10, and the default `fill` nearly 0 once `batches` has normalized it.
 *
 * @throws if size is not a whole number from 1
 */
export function cutout(options: { size?: number; fill?: number } = {}): Augmentation {
  check('cutout', options, { size: (what, value: number) => wholeNumber(what, value), fill: byte });
  const { size = 16, fill = 128 } = options;
  return (pixels, [height, width, channels], random) => {
    if (size > Math.max(height, width)) {
      throw new Error(
        `The cutout's size is ${size}; expected at most ${Math.max(height, width)} for images of ${height} x ${width}.`,
      );
    }
    const top = below(random, height) - (size >> 1);
    const left = below(random, width) - (size >> 1);
    const first = Math.max(0, left);
    const last = Math.min(width, left + size);
    for (let y = Math.max(0, top); y < Math.min(height, top + size); y++) {
      pixels.fill(fill, (y * width + first) * channels, (y * width + last) * channels);
    }
    return pixels;
  };
}

const byte = (what: string, value: number): void => wholeNumber(what, value, 0, 255);

/**
 * The ten crops whose answers AlexNet averages at test time (section 4.1): top left, top right, bottom left, bottom
 * right, centre, then the mirror images of these five. Row k * batch + i of the result is crop k of image i, so the
 * model's answers reshape to [10, batch, classes].
 *
 * @param x - [batch, height, width, channels]
 * @param size - height and width of a crop, in pixels
 * @returns [10 * batch, size, size, channels]
 * @throws if the crop does not fit into the images
 */
export function tenCrops(x: tf.Tensor4D, size: number): tf.Tensor4D {
  tensor('x of tenCrops', x, 4);
  const [batch, height, width, channels] = x.shape;
  if (!Number.isInteger(size) || size < 1 || size > Math.min(height, width)) {
    refuse('size of tenCrops', size, `a whole number from 1 to ${Math.min(height, width)}`);
  }
  const [bottom, right] = [height - size, width - size];
  const corners = [[0, 0], [0, right], [bottom, 0], [bottom, right], [bottom >> 1, right >> 1]];
  return tf.tidy(() => {
    const crops = corners.map(([top, left]) => x.slice([0, top, left, 0], [batch, size, size, channels]));
    return tf.concat([...crops, ...crops.map(crop => crop.reverse(2))]);
  });
}
