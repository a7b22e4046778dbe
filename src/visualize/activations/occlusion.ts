/** Whether a network looks at the object or at its surroundings: Zeiler & Fergus 2013, section 4.2 and figure 7. */
import * as tf from '@tensorflow/tfjs';
import { between, check, type Checks, networkWithWeights, refuse, tensor, wholeNumber } from '../../base/options';
import { describe } from '../../layers';
import { applyLayer, refuseImages } from '../network/graph';

export interface OcclusionOptions {
  classIndex: number;
  /** Side of the square, in pixels; a quarter of the image's shorter side if not given. */
  size?: number;
  /** Pixels from one position to the next; half of the square if not given. */
  stride?: number;
  /** What the square is filled with, as the network takes it; 0, which `batches` makes of the set's mean: mid-grey by default. */
  value?: number;
  batchSize?: number;
}

export interface Occlusion {
  /** Probability of the class, with nothing covered. */
  probability: number;
  /** Probability of the class, with the square's upper left corner at [row * stride, column * stride]: figure 7 (d). For `heatmap`. */
  probabilities: number[][];
  /** The most probable class at each position: figure 7 (e). */
  classes: number[][];
}

const OPTIONS: Checks<OcclusionOptions> = {
  classIndex: (what, value) => wholeNumber(what, value, 0),
  size: (what, value) => wholeNumber(what, value),
  stride: (what, value) => wholeNumber(what, value),
  value: (what, value) => between(what, value, -Infinity),
  batchSize: (what, value) => wholeNumber(what, value),
};

/**
 * The probability of a class while a grey square covers each part of the image in turn, always wholly inside it.
 * @param image [height, width, channels] or [1, height, width, channels], as the network takes it
 * @throws if the square does not fit, or there is no such class
 */
export async function occlusionMap(
  model: tf.LayersModel,
  image: tf.Tensor3D | tf.Tensor4D,
  options: OcclusionOptions,
): Promise<Occlusion> {
  check('occlusionMap', options, OPTIONS);
  networkWithWeights('model of occlusionMap', model);
  tensor('image of occlusionMap', image);
  const [height, width, channels] = image.shape.slice(-3);
  if (image.rank < 3 || image.rank > 4 || image.size !== height * width * channels) {
    refuse('shape of the image of occlusionMap', image.shape, '[height, width, channels] of one image');
  }
  refuseImages('occlusionMap', model, image, [1, height, width, channels]);
  const side = Math.min(height, width);
  const { size = Math.max(1, Math.round(side / 4)), classIndex, value = 0, batchSize = 32 } = options;
  wholeNumber(`size of occlusionMap, for an image of ${height} x ${width},`, size, 1, side);
  const { stride = Math.max(1, size >> 1) } = options;
  wholeNumber(`classIndex of occlusionMap`, classIndex, 0, model.outputs[0].shape.at(-1)! - 1);
  const rows = Math.floor((height - size) / stride) + 1;
  const columns = Math.floor((width - size) / stride) + 1;
  const pixels = await image.data();
  const covered = (position: number): Float32Array => {
    const copy = Float32Array.from(pixels);
    const [top, left] = [Math.floor(position / columns) * stride, (position % columns) * stride];
    for (let row = top; row < top + size; row++) {
      copy.fill(value, (row * width + left) * channels, (row * width + left + size) * channels);
    }
    return copy;
  };
  const [probability] = await classify(model, [Float32Array.from(pixels)], [height, width, channels], classIndex);
  const found: [probability: number, mostProbable: number][] = [];
  for (let first = 0; first < rows * columns; first += batchSize) {
    const count = Math.min(batchSize, rows * columns - first);
    const images = Array.from({ length: count }, (_, i) => covered(first + i));
    found.push(...(await classify(model, images, [height, width, channels], classIndex)));
  }
  const grid = (of: 0 | 1): number[][] =>
    Array.from({ length: rows }, (_, row) => found.slice(row * columns, (row + 1) * columns).map(pair => pair[of]));
  return { probability: probability[0], probabilities: grid(0), classes: grid(1) };
}

/** The class's probability and the most probable class, of each image. */
async function classify(
  model: tf.LayersModel,
  images: Float32Array[],
  shape: number[],
  classIndex: number,
): Promise<[number, number][]> {
  const probabilities = tf.tidy(() => {
    const x = tf.stack(images.map(pixels => tf.tensor(pixels, shape)));
    const output = applyLayer(model, [x]);
    return describe(model.outputs[0].sourceLayer).activation === 'softmax' ? output : output.softmax();
  });
  const classes = probabilities.shape[1]!;
  const values = (await probabilities.data()) as Float32Array;
  probabilities.dispose();
  return images.map((_, i) => {
    const row = values.subarray(i * classes, (i + 1) * classes);
    return [row[classIndex], row.indexOf(row.reduce((a, b) => Math.max(a, b)))];
  });
}
