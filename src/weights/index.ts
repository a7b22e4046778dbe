import * as tf from '@tensorflow/tfjs';
import { readSafetensors, writeSafetensors } from './safetensors';
import { loadStateDict, type LoadOptions, stateDict } from './stateDict';
import { ourStateDict, torchModel } from './torchModels';

export { fill, generate, uniform } from './generator';
export { decodeSafetensors, readSafetensors, writeSafetensors } from './safetensors';
export { loadStateDict, type LoadOptions, type StateDict, stateDict, stateShapes, type TorchTensor } from './stateDict';

export interface LoadWeightsOptions extends LoadOptions {
  /** The network of the file, such as 'timm/mobilenetv2_100', where its names of weights are not those of our layers. */
  from?: string;
}

/**
 * Gives the network the weights of a .safetensors file, such as torchvision's or timm's of the same network.
 * @throws before any weight is changed, if the file cannot be read or is of another network
 */
export function loadWeights(model: tf.LayersModel, file: string, { from, ...options }: LoadWeightsOptions = {}): void {
  const theirs = readSafetensors(file);
  const dict = from === undefined ? theirs : ourStateDict(model, theirs, torchModel(from));
  try {
    loadStateDict(model, dict, options);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
}

/** Writes the network's weights as a .safetensors file that PyTorch's network of the same names can load. */
export function saveWeights(model: tf.LayersModel, file: string): void {
  writeSafetensors(file, stateDict(model), { model: model.name });
}
