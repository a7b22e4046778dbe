import * as tf from '@tensorflow/tfjs';
import { readSafetensors, writeSafetensors } from './safetensors';
import { loadStateDict, type LoadOptions, stateDict } from './stateDict';

export { fill, generate, uniform } from './generator';
export { decodeSafetensors, readSafetensors, writeSafetensors } from './safetensors';
export { loadStateDict, type LoadOptions, type StateDict, stateDict, stateShapes, type TorchTensor } from './stateDict';

/** Gives the network the weights of a .safetensors file, such as torchvision's or timm's of the same network. */
export function loadWeights(model: tf.LayersModel, file: string, options?: LoadOptions): void {
  loadStateDict(model, readSafetensors(file), options);
}

/** Writes the network's weights as a .safetensors file that PyTorch's network of the same names can load. */
export function saveWeights(model: tf.LayersModel, file: string): void {
  writeSafetensors(file, stateDict(model), { model: model.name });
}
