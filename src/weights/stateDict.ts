/**
 * A network's weights under PyTorch's names and in PyTorch's layouts. A network whose layers carry torchvision's or
 * timm's names gets theirs; layers without such a name get our own, with dots.
 */
import * as tf from '@tensorflow/tfjs';
import { torchNames } from '../layers';
import { BatchNorm, Conv, Dense } from '../layers/layers';

export interface TorchTensor {
  /** OIHW for a convolution, [out, in] for a dense layer. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type StateDict = ReadonlyMap<string, TorchTensor>;

/** One entry: its shape in PyTorch, and how to get from our layout there and back. */
interface Slot {
  shape: number[];
  variable: tf.LayerVariable;
  toTorch(ours: tf.Tensor): tf.Tensor;
  fromTorch(theirs: tf.Tensor): tf.Tensor;
}

/** Names and shapes of what `stateDict` would give. */
export function stateShapes(model: tf.LayersModel): Map<string, readonly number[]> {
  return new Map([...slots(model)].map(([name, { shape }]) => [name, shape]));
}

/** All weights, and the running statistics of batch normalization. */
export function stateDict(model: tf.LayersModel): Map<string, TorchTensor> {
  return new Map(
    [...slots(model)].map(([name, { shape, variable, toTorch }]) => [
      name,
      { shape, data: read(() => toTorch(variable.read())) },
    ]),
  );
}

/** The numbers are read outside of `tidy`, which looks for tensors in each single number of what it is given back. */
function read(make: () => tf.Tensor): Float32Array {
  const made = tf.tidy(make);
  const data = made.dataSync<'float32'>();
  // A vector is the variable itself.
  if (!(made instanceof tf.Variable)) made.dispose();
  return data;
}

/** The variables behind the names: what a gradient is of. */
export function stateVariables(model: tf.LayersModel): Map<string, tf.Variable> {
  return new Map([...slots(model)].map(([name, { variable }]) => [name, variable.read() as tf.Variable]));
}

export interface LoadOptions {
  /** Entries of the dict that the network may lack: torchvision's auxiliary classifiers, say, are /^aux/. */
  ignore?: RegExp;
}

/**
 * Gives the network the weights of the dict.
 * @throws before any weight is changed, if an entry is missing, left over or of another shape
 */
export function loadStateDict(model: tf.LayersModel, dict: StateDict, { ignore }: LoadOptions = {}): void {
  const ours = slots(model);
  const faults = mismatches(ours, dict, name => name.endsWith('num_batches_tracked') || !!ignore?.test(name));
  if (faults.length > 0) {
    const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
    throw new Error(`The weights are not those of ${model.name}: ${faults[0]}${more}.`);
  }
  for (const [name, { shape, variable, fromTorch }] of ours) {
    tf.tidy(() => void variable.write(fromTorch(tf.tensor(dict.get(name)!.data, shape))));
  }
}

function mismatches(ours: Map<string, Slot>, dict: StateDict, ignored: (name: string) => boolean): string[] {
  const missing = [...ours.keys()].filter(name => !dict.has(name));
  const extra = [...dict.keys()].filter(name => !ours.has(name) && !ignored(name));
  const wrong = [...ours].filter(([name, { shape }]) => dict.has(name) && `${dict.get(name)!.shape}` !== `${shape}`);
  return [
    ...wrong.map(([name, { shape }]) => `${name} is [${dict.get(name)!.shape}] and should be [${shape}]`),
    ...missing.map(name => `${name} of shape [${ours.get(name)!.shape}] is missing`),
    ...extra.map(name => `${name} of shape [${dict.get(name)!.shape}] has no place in it`),
  ];
}

function slots(model: tf.LayersModel): Map<string, Slot> {
  const names = torchNames(model);
  const found = new Map<string, Slot>();
  for (const layer of model.layers) {
    if (layer.weights.length === 0) continue;
    const prefix = names.get(layer.name) ?? layer.name.replaceAll('/', '.');
    for (const [suffix, slot] of slotsOf(layer)) {
      const name = `${prefix}.${suffix}`;
      if (found.has(name)) throw new Error(`Two layers of ${model.name} call a weight ${name}; names must differ.`);
      found.set(name, slot);
    }
  }
  return found;
}

function slotsOf(layer: tf.layers.Layer): [string, Slot][] {
  if (layer instanceof Conv) {
    const bias: [string, Slot][] = layer.bias ? [['bias', vector(layer.bias)]] : [];
    return [['weight', convolutionKernel(layer.kernel)], ...bias];
  }
  if (layer instanceof Dense) {
    const bias: [string, Slot][] = layer.bias ? [['bias', vector(layer.bias)]] : [];
    return [['weight', denseKernel(layer)], ...bias];
  }
  if (layer instanceof BatchNorm) {
    return [
      ['weight', vector(layer.gamma)],
      ['bias', vector(layer.beta)],
      ['running_mean', vector(layer.movingMean)],
      ['running_var', vector(layer.movingVariance)],
    ];
  }
  throw new Error(`${layer.name} is a ${layer.getClassName()}, whose weights have no name in PyTorch here.`);
}

function vector(variable: tf.LayerVariable): Slot {
  return { variable, shape: variable.shape as number[], toTorch: x => x, fromTorch: x => x };
}

/** HWIO here, OIHW there; with groups, I is the number of input channels of one group in both. */
function convolutionKernel(variable: tf.LayerVariable): Slot {
  const [height, width, inputs, outputs] = variable.shape as number[];
  return {
    variable,
    shape: [outputs, inputs, height, width],
    toTorch: x => x.transpose([3, 2, 0, 1]),
    fromTorch: x => x.transpose([2, 3, 1, 0]),
  };
}

/** [in, out] here, [out, in] there. Behind `flatten`, `in` counts height, width, channels here and channels first there. */
function denseKernel(layer: Dense): Slot {
  const variable = layer.kernel;
  const [inputs, outputs] = variable.shape as number[];
  const [height, width, channels] = flattened(layer) ?? [1, 1, inputs];
  return {
    variable,
    shape: [outputs, inputs],
    toTorch: x => x.reshape([height, width, channels, outputs]).transpose([3, 2, 0, 1]).reshape([outputs, inputs]),
    fromTorch: x => x.reshape([outputs, channels, height, width]).transpose([2, 3, 1, 0]).reshape([inputs, outputs]),
  };
}

/** The [height, width, channels] that a `flatten` before this layer made a vector of; undefined where there is none. */
function flattened(layer: tf.layers.Layer): number[] | undefined {
  const before = layer.inboundNodes[0]?.inboundLayers[0];
  if (!before) return undefined;
  if (before.getClassName() === 'Flatten') return (before.input as tf.SymbolicTensor).shape.slice(1) as number[];
  // Dropout and activations keep the order of the units.
  return ['Dropout', 'CnnKitActivation'].includes(before.getClassName()) ? flattened(before) : undefined;
}
