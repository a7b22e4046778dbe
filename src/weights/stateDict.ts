/**
 * A network's weights under PyTorch's names and in PyTorch's layouts. A network whose layers carry torchvision's or
 * timm's names gets theirs; layers without such a name get our own, with dots.
 */
import * as tf from '@tensorflow/tfjs';
import { boolean, check, type Checks, networkWithWeights, refuse } from '../base/options';
import { describe, torchNames, type TorchWeight } from '../layers';

export interface TorchTensor {
  /** OIHW for a convolution, [out, in] for a dense layer. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type StateDict = ReadonlyMap<string, TorchTensor>;

/** Names and shapes of what `stateDict` would give. */
export function stateShapes(model: tf.LayersModel): Map<string, readonly number[]> {
  return new Map([...slots(model)].map(([name, { shape }]) => [name, shape]));
}

/** All weights, and the running statistics of batch normalization. */
export function stateDict(model: tf.LayersModel): Map<string, TorchTensor> {
  networkWithWeights('model of stateDict', model);
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
  /**
   * false: the head, the last layer with weights before each output, keeps what it has, so that a network for other
   * classes takes all else.
   */
  head?: boolean;
}

export const LOAD_OPTIONS: Checks<LoadOptions> = {
  ignore: (what, value: unknown) => {
    if (!(value instanceof RegExp)) refuse(what, value, 'a regular expression such as /^aux/');
  },
  head: boolean,
};

/** An entry that was not loaded. */
export interface LeftOut {
  name: string;
  reason: string;
}

/**
 * Gives the network the weights of the dict.
 * @returns what was left out: of the dict where it is ignored, of both where it is the head's
 * @throws before any weight is changed, if an entry is missing, left over, of another shape, or holds NaN or an infinity
 */
export function loadStateDict(model: tf.LayersModel, dict: StateDict, options: LoadOptions = {}): LeftOut[] {
  check('loadStateDict', options, LOAD_OPTIONS);
  networkWithWeights('model of loadStateDict', model);
  refuseDict('loadStateDict', dict);
  const { ignore, head = true } = options;
  const ours = slots(model);
  const layers = layerNames(model);
  const heads = head ? [] : headsOf(model).map(layer => `${layers.get(layer)}.`);
  const isHead = (name: string): boolean => heads.some(prefix => name.startsWith(prefix));
  const ignored = (name: string): boolean => name.endsWith('num_batches_tracked') || !!ignore?.test(name);

  const left: LeftOut[] = [];
  for (const name of new Set([...dict.keys(), ...ours.keys()])) {
    if (isHead(name)) {
      const [theirs, own] = [dict.get(name)?.shape, ours.get(name)?.shape];
      const shapes = `[${theirs ?? 'none'}] in the weights, [${own ?? 'none'}] in ${model.name}`;
      left.push({ name, reason: `it is the head's: ${shapes}` });
    } else if (!ours.has(name) && ignored(name)) left.push({ name, reason: 'it has no place in the network' });
  }
  const wanted = new Map([...ours].filter(([name]) => !isHead(name)));
  const faults = mismatches(wanted, dict, name => isHead(name) || ignored(name));
  if (faults.length > 0) {
    const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
    throw new Error(`The weights are not those of ${model.name}: ${faults[0]}${more}.`);
  }
  for (const name of wanted.keys()) refuseNotFinite(name, dict.get(name)!.data);
  for (const [name, { shape, variable, fromTorch }] of wanted) {
    tf.tidy(() => void variable.write(fromTorch(tf.tensor(dict.get(name)!.data, shape))));
  }
  return left;
}

/** @throws unless it is a Map of names to tensors */
export function refuseDict(what: string, dict: StateDict): void {
  const isDict =
    typeof dict?.get === 'function' &&
    typeof dict.entries === 'function' &&
    [...dict.values()].every(entry => Array.isArray(entry?.shape) && 'data' in entry);
  if (!isDict) refuse(`state dict of ${what}`, dict, 'a Map of names to { shape, data }, data a Float32Array');
}

/** @throws when the tensor holds NaN or an infinity, naming the first */
export function refuseNotFinite(name: string, data: Float32Array): void {
  const at = data.findIndex(value => !Number.isFinite(value));
  if (at >= 0) throw new Error(`${name} holds ${data[at]} at ${at}; expected finite numbers.`);
}

/** The last layers with weights, on the way to each output. */
function headsOf(model: tf.LayersModel): tf.layers.Layer[] {
  const behind = (layer: tf.layers.Layer): tf.layers.Layer[] =>
    layer.weights.length ? [layer] : (layer.inboundNodes[0]?.inboundLayers ?? []).flatMap(behind);
  return [...new Set(model.outputs.flatMap(({ sourceLayer }) => behind(sourceLayer)))];
}

function mismatches(ours: Map<string, TorchWeight>, dict: StateDict, ignored: (name: string) => boolean): string[] {
  const missing = [...ours.keys()].filter(name => !dict.has(name));
  const extra = [...dict.keys()].filter(name => !ours.has(name) && !ignored(name));
  const wrong = [...ours].filter(([name, { shape }]) => dict.has(name) && `${dict.get(name)!.shape}` !== `${shape}`);
  return [
    ...wrong.map(([name, { shape }]) => `${name} is [${dict.get(name)!.shape}] and should be [${shape}]`),
    ...missing.map(name => `${name} of shape [${ours.get(name)!.shape}] is missing`),
    ...extra.map(name => `${name} of shape [${dict.get(name)!.shape}] has no place in it`),
  ];
}

/** What each layer with weights is called in PyTorch, or here where it has no name there. */
function layerNames(model: tf.LayersModel): Map<tf.layers.Layer, string> {
  if (!Array.isArray((model as tf.LayersModel | undefined)?.layers))
    refuse('model', model, 'a network, such as resnetCifar(20)');
  const names = torchNames(model);
  const withWeights = model.layers.filter(({ weights }) => weights.length > 0);
  return new Map(withWeights.map(layer => [layer, names.get(layer.name) ?? layer.name.replaceAll('/', '.')]));
}

function slots(model: tf.LayersModel): Map<string, TorchWeight> {
  const found = new Map<string, TorchWeight>();
  for (const [layer, prefix] of layerNames(model)) {
    const weights = describe(layer).torchWeights?.();
    if (!weights) {
      throw new Error(`${layer.name} is a ${layer.getClassName()}, whose weights have no name in PyTorch here.`);
    }
    for (const [suffix, slot] of weights) {
      const name = `${prefix}.${suffix}`;
      if (found.has(name)) throw new Error(`Two layers of ${model.name} call a weight ${name}; names must differ.`);
      found.set(name, slot);
    }
  }
  return found;
}
