/** What a layer sees of an image: its maps, as numbers and as images. */
import * as tf from '@tensorflow/tfjs';
import { listOf, tensor, text, wholeNumber } from '../../base/options';
import type { Image } from '../../display';
import { outputOf, pathTo, refuseImages, run } from '../network/graph';

/**
 * The activations of a layer, as at test time.
 * @param x [batch, height, width, channels], as the network takes it
 * @param layer the name of a layer, or of a row: then its last layer
 * @returns [batch, height, width, maps] or [batch, units]; the caller disposes of it
 * @throws if the model has no such layer
 */
export function featureMaps(model: tf.LayersModel, x: tf.Tensor4D, layer: string): tf.Tensor {
  refuseImages('featureMaps', model, x);
  text('layer of featureMaps', layer);
  const target = outputOf(model, layer);
  return tf.tidy(() => run(pathTo(target), x).get(target)!.clone());
}

/**
 * Maps of the first image in grey, each stretched so that its own smallest value is black and its largest white.
 * @param maps which; all if not given
 * @throws if the model has no such layer, or the layer no such map or no maps
 */
export function featureMapImages(
  model: tf.LayersModel,
  x: tf.Tensor4D,
  layer: string,
  maps?: readonly number[],
): Image[] {
  if (maps !== undefined) listOf('list of maps of featureMapImages', maps, 'an array of numbers of maps');
  return tf.tidy(() => {
    const activation = featureMaps(model, x, layer);
    if (activation.rank !== 4) {
      throw new Error(
        `${layer} has ${activation.shape.at(-1)} units and no maps to show; expected a layer before flatten().`,
      );
    }
    const [, height, width, channels] = activation.shape as [number, number, number, number];
    const data = activation.dataSync();
    return (maps ?? Array.from({ length: channels }, (_, map) => map)).map(map => {
      wholeNumber(`map of ${layer}`, map, 0, channels - 1);
      const values = Float32Array.from({ length: height * width }, (_, place) => data[place * channels + map]);
      return { data: stretched(values), width, height, channels: 1 } as const;
    });
  });
}

function stretched(values: Float32Array): Float32Array {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return values.map(value => (value - low) / Math.max(high - low, 1e-12));
}

/**
 * Images of values of both signs, such as reconstructions and gradients: zero is mid-grey, and each image's largest
 * magnitude black or white.
 * @param x [batch, height, width, channels]; with 3 channels in colour, else their mean in grey
 */
export function signedImages(x: tf.Tensor4D): Image[] {
  tensor('x of signedImages', x, 4);
  const shown = x.shape[3] === 3 ? x : tf.tidy(() => x.mean(3, true) as tf.Tensor4D);
  const [batch, height, width, channels] = shown.shape;
  const data = shown.dataSync();
  if (shown !== x) shown.dispose();
  const size = height * width * channels;
  return Array.from({ length: batch }, (_, i) => {
    const values = Float32Array.from(data.subarray(i * size, (i + 1) * size));
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
    return { data: values.map(value => 0.5 + value / largest / 2), width, height, channels: channels as 1 | 3 };
  });
}
