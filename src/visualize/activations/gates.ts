/**
 * What squeeze and excitation lets through: Hu et al., "Squeeze-and-Excitation Networks", CVPR 2018 (arXiv 1709.01507),
 * section 7.2 and figure 8.
 */
import * as tf from '@tensorflow/tfjs';
import { check, networkWithWeights, wholeNumber } from '../../base/options';
import { batches, type ImageSet } from '../../data';
import { describe } from '../../layers';
import { featureMaps } from './featureMaps';
import { refuseSetFor } from '../network/graph';

export interface ClassGates {
  /** The layer that gives the numbers the maps are multiplied by. */
  layer: string;
  /** [class][channel]: the mean gate over the images of the class. */
  means: number[][];
  /** How much the classes differ: the deviation of a channel's gate over the classes, in the mean of the channels. */
  classDeviation: number;
}

/** The layers that multiply maps by one number for each, in the order of the network: their names. */
export function gateLayers(model: tf.LayersModel): string[] {
  networkWithWeights('model of gateLayers', model);
  return model.layers.flatMap(layer => {
    if (describe(layer).joins !== 'multiply') return [];
    // The image is the first of the two, here as in squeezeExcite.
    const gate = (layer.input as tf.SymbolicTensor[]).at(-1)!;
    return gate.shape[1] === 1 && gate.shape[2] === 1 ? [gate.sourceLayer.name] : [];
  });
}

/**
 * The gates of each squeeze-and-excitation block, averaged over the images of each class.
 * @throws when the model has no such block, or a class has no image
 */
export async function gatesPerClass(
  model: tf.LayersModel,
  set: ImageSet,
  options: { batchSize?: number } = {},
): Promise<ClassGates[]> {
  check('gatesPerClass', options, { batchSize: (what: string, value: number) => wholeNumber(what, value) });
  refuseSetFor('gatesPerClass', model, set);
  const { batchSize = 64 } = options;
  const layers = gateLayers(model);
  if (!layers.length)
    throw new Error(
      `${model.name} has no layer that multiplies maps by one number each; expected squeeze and excitation, as seResnet has.`,
    );
  const counts = set.classes.map((_, k) => set.labels.filter(label => label === k).length);
  const empty = counts.indexOf(0);
  if (empty >= 0) throw new Error(`${set.name} has no image of class ${set.classes[empty]}; expected at least one.`);
  const sums = layers.map(() => set.classes.map((): number[] => []));
  for (const { x, y } of batches(set, { batchSize })) {
    const labels = await y.data();
    for (const [i, layer] of layers.entries()) {
      const gates = featureMaps(model, x, layer);
      const values = await gates.data();
      const channels = gates.shape.at(-1)!;
      labels.forEach((label, image) => {
        for (let c = 0; c < channels; c++) {
          sums[i][label][c] = (sums[i][label][c] ?? 0) + values[image * channels + c];
        }
      });
      gates.dispose();
    }
    tf.dispose([x, y]);
  }
  return layers.map((layer, i) => {
    const means = sums[i].map((row, k) => row.map(sum => sum / counts[k]));
    const deviations = means[0].map((_, c) => deviation(means.map(row => row[c])));
    return { layer, means, classDeviation: mean(deviations) };
  });
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function deviation(values: number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map(value => (value - middle) ** 2)));
}
