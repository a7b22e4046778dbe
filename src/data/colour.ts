/** Random changes of an image's colours along their principal components. */
import { between, check, refuse } from '../base/options';
import type { Augmentation } from './augment';
import type { ImageSet } from './imageSet';
import { normal } from '../base/random';
import { symmetricEigen } from './symmetricEigen';

/** The principal components of RGB pixels in [0, 1]. */
export interface ColourComponents {
  /** Eigenvalues of the covariance matrix, largest first. */
  eigenvalues: number[];
  /** eigenvectors[i] is the unit vector [red, green, blue] of eigenvalues[i]. */
  eigenvectors: number[][];
}

/** Those of ImageNet, as published with fb.resnet.torch (Gross & Wilber, 2016), datasets/imagenet.lua. */
export const IMAGENET_COLOURS: ColourComponents = {
  eigenvalues: [0.2175, 0.0188, 0.0045],
  eigenvectors: [
    [-0.5675, -0.5808, -0.5836],
    [0.7192, -0.0045, -0.6948],
    [0.4009, -0.814, 0.4203],
  ],
};

/**
 * Adds to every pixel the same colour, sum over i of alpha_i eigenvalue_i eigenvector_i, alpha_i ~ N(0, deviation),
 * drawn anew for each image: AlexNet (Krizhevsky et al., NIPS 2012), section 4.1.
 *
 * @param components - `colourComponents(trainingSet)`, or those of ImageNet
 */
export function pcaColour(
  components: ColourComponents = IMAGENET_COLOURS,
  options: { deviation?: number } = {},
): Augmentation {
  check('pcaColour', options, { deviation: (what, value: number) => between(what, value, 0) });
  const { deviation = 0.1 } = options;
  const isThree = (values: unknown): boolean => Array.isArray(values) && values.length === 3;
  if (!isThree(components?.eigenvalues) || !isThree(components.eigenvectors)) {
    refuse('first argument of pcaColour', components, 'the colourComponents of a set');
  }
  const { eigenvalues, eigenvectors } = components;
  return (pixels, [, , channels], random) => {
    if (channels !== 3) throw new Error(`The image has ${channels} channels; pcaColour takes 3: red, green, blue.`);
    const shift = [0, 0, 0];
    eigenvalues.forEach((eigenvalue, i) => {
      const step = 255 * deviation * normal(random) * eigenvalue;
      for (let channel = 0; channel < 3; channel++) shift[channel] += step * eigenvectors[i][channel];
    });
    // A table for each channel, as an image has many more pixels than there are bytes.
    const [red, green, blue] = shift.map(step =>
      Uint8Array.from({ length: 256 }, (_, byte) => Math.min(255, Math.max(0, Math.round(byte + step)))),
    );
    for (let p = 0; p < pixels.length; p += 3) {
      pixels[p] = red[pixels[p]];
      pixels[p + 1] = green[pixels[p + 1]];
      pixels[p + 2] = blue[pixels[p + 2]];
    }
    return pixels;
  };
}

/**
 * The principal components of a set's pixels; the largest entry of each eigenvector is positive.
 *
 * @throws if the set is empty or its images are not RGB
 */
export function colourComponents(set: ImageSet): ColourComponents {
  // Of any numbers, not of bytes alone: no rounding is wanted where colours are compared.
  if (!ArrayBuffer.isView(set?.images) || !Array.isArray(set.shape))
    refuse('set of colourComponents', set, 'an ImageSet');
  if (set.shape[2] !== 3) throw new Error(`${set.name} has ${set.shape[2]} channels; expected 3: red, green, blue.`);
  if (!set.length) throw new Error(`${set.name} has no images; expected a set with at least one.`);
  const pixels = set.images.length / 3;
  const sums = [0, 0, 0];
  const products = [0, 1, 2].map(() => [0, 0, 0]);
  for (let p = 0; p < set.images.length; p += 3) {
    for (let i = 0; i < 3; i++) {
      sums[i] += set.images[p + i];
      for (let j = 0; j <= i; j++) products[i][j] += set.images[p + i] * set.images[p + j];
    }
  }
  const covariance = [0, 1, 2].map(i =>
    [0, 1, 2].map(j => {
      const product = products[Math.max(i, j)][Math.min(i, j)];
      return (product / pixels - (sums[i] / pixels) * (sums[j] / pixels)) / 255 ** 2;
    }),
  );
  return symmetricEigen(covariance);
}
