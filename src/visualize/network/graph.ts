/** The part of a network that leads from the image to one layer: run forwards, and named as papers name it. */
import * as tf from '@tensorflow/tfjs';
import { networkWithWeights, refuse, shown, tensor, text, wholeNumber } from '../../base/options';
import type { ImageSet } from '../../data';
import { refuseEmpty } from '../../data/imageSet';
import { describe } from '../../layers';

export type Place = tf.SymbolicTensor;

/** How a layer computes; by default as at test time. */
export type Apply = (layer: tf.layers.Layer, inputs: tf.Tensor[]) => tf.Tensor;

/**
 * @param shape of the images, with their number
 * @throws unless it is a network whose weights are there, and images that it takes
 */
export function refuseImages(what: string, model: tf.LayersModel, x: tf.Tensor, shape = x?.shape): void {
  networkWithWeights(`model of ${what}`, model);
  tensor(`x of ${what}`, x);
  const [, ...expected] = model.inputs[0].shape;
  const fits = expected.every((length, axis) => length === null || length === shape[axis + 1]);
  if (shape.length === 1 + expected.length && fits) return;
  refuse(`x of ${what}`, shape, `[batch, ${expected.join(', ')}], which ${model.name} takes`);
}

/** @throws unless it is a network whose weights are there, and a set with images that it takes */
export function refuseSetFor(what: string, model: tf.LayersModel, set: ImageSet): void {
  networkWithWeights(`model of ${what}`, model);
  refuseEmpty(set, `set of ${what}`);
  const [, ...shape] = model.inputs[0].shape;
  if (String(shape) === String(set.shape)) return;
  throw new Error(
    `${set.name} has images of [${set.shape}] for ${what}; expected [${shape}], which ${model.name} takes.`,
  );
}

/**
 * The output of a layer, of the last layer of a row (of `conv1` that of its ReLU), or of the network.
 * @throws if the model has no such layer
 */
export function outputOf(model: tf.LayersModel, name?: string): Place {
  if (name === undefined) return model.outputs[0];
  const layer =
    model.layers.find(layer => layer.name === name) ??
    model.layers.filter(layer => layer.name.startsWith(`${name}/`)).at(-1);
  if (layer) return layer.getOutputAt(0) as Place;
  const rows = [...new Set(model.layers.map(layer => layer.name.split('/')[0]))].join(', ');
  text(`layer of ${model.name}`, name);
  throw new Error(`${model.name} has no layer ${shown(name)}; expected one of its layers, or of its rows ${rows}.`);
}

/** Every place that `target` depends on, and itself: each is after those it is computed from. */
export function pathTo(target: Place): Place[] {
  const path = new Set<Place>();
  const visit = (place: Place): void => {
    if (path.has(place)) return;
    place.inputs.forEach(visit);
    path.add(place);
  };
  visit(target);
  return [...path];
}

/** The values at all places of a path; call it inside tf.tidy. */
export function run(path: readonly Place[], x: tf.Tensor, apply: Apply = applyLayer): Map<Place, tf.Tensor> {
  const values = new Map<Place, tf.Tensor>();
  for (const place of path) {
    const inputs = place.inputs.map(input => values.get(input)!);
    values.set(place, inputs.length ? apply(place.sourceLayer, inputs) : x);
  }
  return values;
}

/** A layer as at test time. */
export function applyLayer(layer: tf.layers.Layer, inputs: tf.Tensor[]): tf.Tensor {
  return [layer.apply(inputs.length === 1 ? inputs[0] : inputs, { training: false })].flat()[0] as tf.Tensor;
}

/**
 * Whether a layer is a ReLU, and of which kind; undefined for all others.
 * @throws if the layer has another operation's ReLU inside, whose rule nobody could change
 */
export function rectifierOf(layer: tf.layers.Layer): 'relu' | 'relu6' | undefined {
  const { rectifier, activation } = describe(layer);
  if (rectifier || (activation !== 'relu' && activation !== 'relu6')) return rectifier;
  throw new Error(`${layer.name} has its ${activation} inside; expected a layer of its own for it.`);
}

export function refusePosition(position: Position, height: number, width: number): void {
  if (position === 'max') return;
  const fits = (n: number, length: number): boolean => Number.isInteger(n) && n >= 0 && n < length;
  if (Array.isArray(position) && position.length === 2 && fits(position[0], height) && fits(position[1], width)) return;
  refuse('position', position, `[row, column] in a map of ${height} x ${width}`);
}

/** 'max': where the map is largest in each image; or one place, [row, column], for all images. */
export type Position = 'max' | readonly [row: number, column: number];

export interface Strongest {
  /** One for each image: 1 at the chosen place of the chosen map and 0 elsewhere; of the activation's shape. */
  mask: tf.Tensor;
  positions: [row: number, column: number][];
  values: number[];
}

/**
 * One place of one map of each image.
 * @param activation [batch, height, width, maps] or [batch, units]
 * @throws if there is no such map or place
 */
export function choose(activation: tf.Tensor, map: number, position: Position = 'max'): Strongest {
  const { shape } = activation;
  const [batch, maps] = [shape[0], shape.at(-1)!];
  const [height, width] = shape.length === 4 ? [shape[1]!, shape[2]!] : [1, 1];
  wholeNumber('map', map, 0, maps - 1);
  refusePosition(position, height, width);
  const data = activation.dataSync();
  const mask = new Float32Array(data.length);
  const positions: [number, number][] = [];
  const values: number[] = [];
  for (let image = 0; image < batch; image++) {
    const start = image * height * width * maps + map;
    let best = position === 'max' ? 0 : position[0] * width + position[1];
    for (let place = 0; position === 'max' && place < height * width; place++) {
      if (data[start + place * maps] > data[start + best * maps]) best = place;
    }
    mask[start + best * maps] = 1;
    positions.push([Math.floor(best / width), best % width]);
    values.push(data[start + best * maps]);
  }
  return { mask: tf.tensor(mask, shape), positions, values };
}
