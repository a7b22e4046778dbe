import * as tf from '@tensorflow/tfjs';
import { check, text } from '../base/options';
import { readSafetensors, writeSafetensors } from './safetensors';
import { type LeftOut, LOAD_OPTIONS, loadStateDict, type LoadOptions, refuseNotFinite, stateDict } from './stateDict';
import { ourStateDict, torchModel, type TorchModelOptions } from './torchModels';

export { decodeSafetensors, readSafetensors, writeSafetensors } from './safetensors';
export {
  type LeftOut,
  loadStateDict,
  type LoadOptions,
  type StateDict,
  stateDict,
  stateShapes,
  type TorchTensor,
} from './stateDict';
export { torchModelNames, type TorchModelOptions } from './torchModels';

/**
 * Our network of the name that torchvision gives it, such as 'resnet50', or, with 'timm/' in front, timm.
 * @param options as of the network's own function: `inputShape`, `classes`, `seed` and so on
 * @throws when there is none, naming the nearest; `torchModelNames()` lists all
 */
export function torchNetwork(name: string, options: TorchModelOptions = {}): tf.LayersModel {
  return torchModel(name).build(options);
}

export interface LoadWeightsOptions extends LoadOptions {
  /** The network of the file, such as 'timm/mobilenetv2_100', where its names of weights are not those of our layers. */
  from?: string;
}

/**
 * Gives the network the weights of a .safetensors file, or of all files that a .safetensors.index.json names, such as
 * torchvision's or timm's of the same network. With `head: false` all but the last layer, for other classes.
 * @returns the entries that were left out, each with the reason
 * @throws before any weight is changed, if a file cannot be read, is damaged, holds NaN, or is of another network
 */
export function loadWeights(model: tf.LayersModel, file: string, options: LoadWeightsOptions = {}): LeftOut[] {
  text('file of loadWeights', file);
  check('loadWeights', options, { ...LOAD_OPTIONS, from: text });
  const { from, ...rest } = options;
  const torch = from === undefined ? undefined : torchModel(from);
  const theirs = readSafetensors(file);
  const dict = torch ? ourStateDict(model, theirs, torch) : theirs;
  try {
    return loadStateDict(model, dict, rest);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
}

/**
 * Writes the network's weights as a .safetensors file that PyTorch's network of the same names can load.
 * @throws when one of them is NaN or an infinity; a file that was there stays as it was
 */
export function saveWeights(model: tf.LayersModel, file: string): void {
  text('file of saveWeights', file);
  const dict = stateDict(model);
  for (const [name, { data }] of dict) refuseNotFinite(`${model.name}: ${name}`, data);
  writeSafetensors(file, dict, { model: model.name });
}
