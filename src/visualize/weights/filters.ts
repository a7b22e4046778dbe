import * as tf from '@tensorflow/tfjs';
import { networkWithWeights, shown, text } from '../../base/options';
import type { Image } from '../../display';

/**
 * The filters of a convolution as images, each stretched so that its own smallest weight is black and its largest white;
 * with three input channels in colour, else the mean over the channels in grey. AlexNet's figure 3.
 *
 * @param layer the name of a layer, or of the row it is in; the first convolution if not given
 * @throws if the model has no such convolution
 */
export function filterImages(model: tf.LayersModel, layer?: string): Image[] {
  const kernel = kernelOf(model, layer);
  const [height, width, inputs, filters] = kernel.shape;
  const colour = inputs === 3;
  return tf.tidy(() => {
    const byFilter = (colour ? kernel : kernel.mean(2, true)).transpose([3, 0, 1, 2]);
    const low = byFilter.min([1, 2, 3], true);
    const range = byFilter.max([1, 2, 3], true).sub(low).maximum(1e-12);
    const values = byFilter.sub(low).div(range).dataSync() as Float32Array;
    const size = values.length / filters;
    return Array.from({ length: filters }, (_, i) => {
      const data = values.slice(i * size, (i + 1) * size);
      return { data, width, height, channels: colour ? 3 : 1 } as const;
    });
  });
}

function kernelOf(model: tf.LayersModel, name?: string): tf.Tensor4D {
  networkWithWeights('model of filterImages', model);
  if (name !== undefined) text('layer of filterImages', name);
  const convolutions = model.layers.filter(layer => layer.weights[0]?.shape.length === 4);
  const found = convolutions.find(layer => !name || layer.name === name || layer.name.startsWith(`${name}/`));
  if (found) return found.getWeights()[0] as tf.Tensor4D;
  const names = convolutions.map(layer => layer.name).join(', ');
  throw new Error(
    `${model.name} has no convolution${name ? ` ${shown(name)}` : ''}; expected ${names ? `one of ${names}` : 'a network with convolutions'}.`,
  );
}
