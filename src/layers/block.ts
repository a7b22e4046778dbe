/**
 * The one type that everything here is: a block takes a node of the network and gives the next one. Layers, blocks,
 * stages and whole bodies are all blocks, so five combinators compose them.
 */
import * as tf from '@tensorflow/tfjs';
import { wantsGraphOnly } from './initialization';
import { beginModel, endModel, inScope, inTorchScope, layerName } from './naming';
import { wholeNumber } from './options';

/** A place in the network: the output of a layer, without values, of shape [null, height, width, channels] or [null, units]. */
export type Node = tf.SymbolicTensor;

export type Block = (x: Node) => Node;

export interface ModelOptions {
  /** [height, width, channels] */
  inputShape?: [number, number, number];
  classes?: number;
  /** Of the initial weights; each layer draws its own numbers from it and its name. */
  seed?: number;
}

/** One after the other. */
export function chain(...blocks: Block[]): Block {
  return x => blocks.reduce((node, block) => block(node), x);
}

/** `block(i)` for i = 0 .. count - 1, one after the other, in scopes 1 .. count. */
export function repeat(count: number, block: (i: number) => Block): Block {
  return chain(...Array.from({ length: count }, (_, i) => named(String(i + 1), block(i))));
}

/** All blocks on the same input, their outputs joined along the channels. */
export function concat(...blocks: Block[]): Block {
  return x => join(tf.layers.concatenate({ axis: -1, name: layerName('concat') }), blocks.map(block => block(x))); // prettier-ignore
}

/** All blocks on the same input, their outputs added. */
export function add(...blocks: Block[]): Block {
  return x => join(tf.layers.add({ name: layerName('add') }), blocks.map(block => block(x))); // prettier-ignore
}

/** All blocks on the same input, their outputs multiplied; one may be [null, 1, 1, channels]. */
export function multiply(...blocks: Block[]): Block {
  return x => join(tf.layers.multiply({ name: layerName('multiply') }), blocks.map(block => block(x))); // prettier-ignore
}

/** The blocks one after the other, their layers named `name/...`: the row of the paper's table they belong to. */
export function named(name: string, ...blocks: Block[]): Block {
  return x => inScope(name, () => chain(...blocks)(x));
}

/** The blocks one after the other, their weights called `name.…` in PyTorch's model of this network. */
export function torch(name: string, ...blocks: Block[]): Block {
  return x => inTorchScope(name, () => chain(...blocks)(x));
}

export const identity: Block = x => x;

/**
 * A network with one input and, unless `outputs` makes more of its last node, one output.
 * @throws when the input is too small for it
 */
export function model(name: string, options: ModelOptions, ...blocks: Block[]): tf.LayersModel {
  return modelOf(name, options, x => [chain(...blocks)(x)]);
}

/** A network with several outputs. */
export function modelOf(
  name: string,
  { inputShape, classes = 1, seed = 0 }: ModelOptions,
  body: (x: Node) => Node[],
): tf.LayersModel {
  if (!Array.isArray(inputShape) || inputShape.length !== 3 || !inputShape.every(n => Number.isInteger(n) && n > 0)) {
    throw new Error(
      `The input shape of ${name} is ${JSON.stringify(inputShape)}; right is [height, width, channels], whole and positive.`,
    );
  }
  wholeNumber(`number of classes of ${name}`, classes);
  beginModel(name, seed);
  try {
    const input = tf.input({ shape: inputShape, name: 'image' });
    const outputs = body(input);
    const make = (): tf.LayersModel =>
      tf.model({ inputs: input, outputs: outputs.length === 1 ? outputs[0] : outputs, name });
    const built = wantsGraphOnly() ? graphOf({ name, inputs: [input], outputs }, [...placed], make) : make();
    torchNamesOfModels.set(built, endModel());
    return built;
  } catch (error) {
    endModel();
    placed.forEach(layer => layer.dispose());
    throw error;
  } finally {
    placed.length = 0;
  }
}

/**
 * A network that is its inputs and outputs until something else of it is asked for. What tfjs makes of a graph, to run it,
 * takes a time that grows with the square of the layers: of ResNet-1202, longer than all layers together.
 */
function graphOf(
  graph: Pick<tf.LayersModel, 'name' | 'inputs' | 'outputs'>,
  layers: tf.layers.Layer[],
  make: () => tf.LayersModel,
): tf.LayersModel {
  let whole: tf.LayersModel | undefined;
  const own = { ...graph, dispose: () => layers.forEach(layer => layer.dispose()) };
  return new Proxy(own as unknown as tf.LayersModel, {
    get: (_, key) => (!whole && Object.hasOwn(own, key) ? own[key as keyof typeof own] : Reflect.get((whole ??= make()), key)), // prettier-ignore
    set: (_, key, value) => Reflect.set((whole ??= make()), key, value),
    has: (_, key) => Reflect.has((whole ??= make()), key),
    getPrototypeOf: () => tf.LayersModel.prototype,
  });
}

/** The layers of the network that is being built: nothing of it stays behind if it cannot be. */
const placed: tf.layers.Layer[] = [];

const torchNamesOfModels = new WeakMap<tf.LayersModel, Map<string, string>>();

/** What PyTorch's model of the same network calls each layer with weights: our layer's name to its prefix in the state dict. */
export function torchNames(model: tf.LayersModel): ReadonlyMap<string, string> {
  return torchNamesOfModels.get(model) ?? new Map<string, string>();
}

/** Puts a tfjs layer behind a node: the one place where the type of `apply` is narrowed. */
export function place(layer: tf.layers.Layer, x: Node): Node {
  placed.push(layer);
  return layer.apply(x) as Node;
}

function join(layer: tf.layers.Layer, nodes: Node[]): Node {
  placed.push(layer);
  return layer.apply(nodes) as Node;
}
