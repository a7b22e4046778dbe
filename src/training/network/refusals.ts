/** What a network must be for what is asked of it. */
import type * as tf from '@tensorflow/tfjs';
import { refuse } from '../../base/options';
import { type Augmentation, augmentedShape, type ImageSet } from '../../data';
import { refuseEmpty } from '../../data/imageSet';
import { variableOf } from './variables';

/** @throws unless it is a network whose weights are there, and whose outputs are no probabilities */
export function refuseModel(what: string, model: tf.LayersModel): void {
  const isModel = Array.isArray(model?.inputs) && typeof model.apply === 'function' && Array.isArray(model.layers);
  if (!isModel) refuse(`model of ${what}`, model, 'a network, such as resnetCifar(20)');
  if (model.weights.some(weight => variableOf(weight).isDisposed)) {
    throw new Error(`The weights of ${model.name} are disposed of; expected a network that is still there.`);
  }
  const softmax = model.outputs.map(({ sourceLayer }) => sourceLayer).find(isSoftmax);
  if (softmax) {
    throw new Error(
      `${model.name} ends in ${softmax.name}, a softmax, and ${what} applies one to its outputs; expected logits.`,
    );
  }
}

function isSoftmax(layer: tf.layers.Layer): boolean {
  const { activation, kind } = layer.getConfig() as Record<string, unknown>;
  return layer.getClassName() === 'Softmax' || activation === 'softmax' || kind === 'softmax';
}

/** @throws unless the set is one of images that the model takes, of as many classes as it tells apart */
export function refuseMisfit(what: string, model: tf.LayersModel, set: ImageSet, augment?: Augmentation): void {
  refuseEmpty(set, `set of ${what}`);
  const wanted = model.inputs[0].shape.slice(1);
  const given = augmentedShape(set.shape, augment);
  // null stands for any size.
  if (wanted.length !== given.length || wanted.some((side, i) => side !== null && side !== given[i])) {
    throw new Error(`${model.name} takes images of ${wanted.join(' x ')}, but ${set.name} has ${given.join(' x ')}.`);
  }
  refuseClasses(model, set);
}

/** @throws unless x is a tensor of images that the model takes */
export function refuseImages(what: string, model: tf.LayersModel, x: tf.Tensor): void {
  const { shape } = model.inputs[0];
  const isTensor = Array.isArray(x?.shape) && typeof x.dataSync === 'function';
  if (isTensor && x.shape.length === shape.length && shape.every((side, i) => side === null || side === x.shape[i]))
    return;
  const expected = shape.map(side => side ?? 'batch').join(', ');
  refuse(`images of ${what}`, isTensor ? x.shape : x, `a tensor of [${expected}] for ${model.name}`);
}

/** @throws unless the model tells as many classes apart as the set has */
export function refuseClasses(model: tf.LayersModel, set: ImageSet): void {
  const { shape } = model.outputs[0];
  if (shape.length !== 2) {
    throw new Error(
      `${model.name} gives outputs of [${shape.map(side => side ?? 'batch').join(', ')}]; expected [batch, classes].`,
    );
  }
  if (shape[1] === set.classes.length) return;
  throw new Error(`${model.name} tells ${shape[1]} classes apart, but ${set.name} has ${set.classes.length}.`);
}
