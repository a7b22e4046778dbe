/**
 * The one type that everything here is: a block takes a node of the network and gives the next one. Layers, blocks,
 * stages and whole bodies are all blocks, so five combinators compose them.
 */
import * as tf from '@tensorflow/tfjs';
import { check, type Checks, func, listOf, network, refuse, shown, text, wholeNumber, words } from '../../base/options';
import { wantsGraphOnly } from './initialization';
import { atRow, beginModel, endModel, inScope, inTorchScope, layerName, placeInNetwork } from './naming';

/** A place in the network: the output of a layer, without values, of shape [null, height, width, channels] or [null, units]. */
export type Node = tf.SymbolicTensor;

export type Block = (x: Node) => Node;

export interface ModelOptions {
  /** [height, width, channels] */
  inputShape?: [number, number, number];
  classes?: number;
  /** Seed for the initial weights; each layer draws its own numbers from it and its name. */
  seed?: number;
}

/** What every network takes: tables of a network's own options begin with it. */
export const MODEL_OPTIONS: Checks<ModelOptions> = {
  inputShape: (what, value: ModelOptions['inputShape']) => {
    const isShape = Array.isArray(value) && value.length === 3 && value.every(n => Number.isInteger(n) && n > 0);
    if (!isShape) refuse(what, value, '[height, width, channels], whole and positive');
  },
  classes: (what, value) => wholeNumber(what, value),
  seed: (what, value) => wholeNumber(what, value, -Infinity),
};

/** One after the other. */
export function chain(...blocks: Block[]): Block {
  return word('chain', [...blocks], x => blocks.reduce((node, block) => apply(block, node), x));
}

/** `block(i)` for i = 0 .. count - 1, one after the other, in scopes 1 .. count. */
export function repeat(count: number, block: (i: number) => Block): Block {
  wholeNumber('count of repeat', count, 0);
  func('block of repeat', block, 'a function that makes the i-th block');
  return word(
    'repeat',
    [count, block],
    chain(...Array.from({ length: count }, (_, i) => named(String(i + 1), block(i)))),
  );
}

/** All blocks on the same input, their outputs joined along the channels. */
export function concat(...blocks: Block[]): Block {
  return word('concat', [...blocks], join('concat', blocks));
}

/** All blocks on the same input, their outputs added; all must have the same shape. */
export function add(...blocks: Block[]): Block {
  return word('add', [...blocks], join('add', blocks));
}

/** All blocks on the same input, their outputs multiplied; one may be [null, 1, 1, channels]. */
export function multiply(...blocks: Block[]): Block {
  return word('multiply', [...blocks], join('multiply', blocks));
}

/** x + body(x), or shortcut(x) + body(x). */
export function residual(body: Block, shortcut: Block = identity): Block {
  return word('residual', [body, shortcut], join('add', [shortcut, body], ['the shortcut', 'the body']));
}

/** x joined with body(x) along the channels (DenseNet, equation 2). */
export function denselyConnected(body: Block): Block {
  return word('denselyConnected', [body], join('concat', [identity, body], ['the input', 'the body']));
}

/** The blocks one after the other, their layers named `name/...`: the row of the paper's table they belong to. */
export function named(name: string, ...blocks: Block[]): Block {
  text('name of a scope', name);
  if (!/^[\w./-]+$/.test(name)) refuse('name of a scope', name, 'letters, digits and -, _, . or / alone');
  return word('named', [name, ...blocks], x => inScope(name, () => chain(...blocks)(x)));
}

/** The blocks one after the other, their weights called `name.…` in PyTorch's model of this network. */
export function torch(name: string, ...blocks: Block[]): Block {
  words('name of a scope', name);
  return word('torch', [name, ...blocks], x => inTorchScope(name, () => chain(...blocks)(x)));
}

export const identity: Block = x => x;

/**
 * A network with one input and one output.
 * @throws when an option is unknown or out of its range, a block does not fit what comes before it, or the input is too small
 * @example
 * model('small', { inputShape: [32, 32, 3] }, convBnRelu(16, 3), globalAvgPool(), dense(10));
 */
export function model(name: string, options: ModelOptions, ...blocks: Block[]): tf.LayersModel {
  return modelOf(name, options, x => {
    if (blocks.length === 0) throw new Error(`The network ${name} has no blocks; expected one at least.`);
    return [blocks.reduce((node, block, i) => atRow(i + 1, () => apply(block, node)), x)];
  });
}

/** A network with several outputs. */
export function modelOf(name: string, options: ModelOptions, body: (x: Node) => Node[]): tf.LayersModel {
  text('name of a network', name);
  check(name, options, MODEL_OPTIONS);
  func(`third argument of ${name}`, body, 'a function from the image to the outputs, or blocks');
  const { inputShape, seed = 0 } = options;
  if (!inputShape) refuse(`option inputShape of ${name}`, inputShape, '[height, width, channels]');
  beginModel(name, seed);
  try {
    const input = tf.input({ shape: inputShape, name: 'image' });
    const outputs = body(input);
    listOf(`list of outputs of ${name}`, outputs, 'an array of what blocks give');
    const make = (): tf.LayersModel =>
      tf.model({ inputs: input, outputs: outputs.length === 1 ? outputs[0] : outputs, name });
    const built = wantsGraphOnly() ? graphOf({ name, inputs: [input], outputs }, [...placed], make) : make();
    torchNamesOfModels.set(built, endModel());
    return built;
  } catch (error) {
    endModel();
    // Not the layers: one that did not fit was never used, and tfjs throws where that is disposed of.
    for (const weight of new Set(placed.flatMap(layer => layer.weights))) weight.dispose();
    throw error;
  } finally {
    placed.length = 0;
  }
}

/**
 * A network that is its inputs and outputs until something else of it is asked for. What tfjs makes of a graph, to run it,
 * takes a time that grows with the square of the number of layers; for ResNet-1202, longer than making all layers does.
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
  network('model of torchNames', model);
  return torchNamesOfModels.get(model) ?? new Map<string, string>();
}

/** More arguments than these, such as the blocks of a long chain, are only counted. */
const MOST_SHOWN = 6;

/** The block, called in texts as one would write it: `conv(16, 3, { stride: 2 })`. */
export function word(name: string, given: unknown[], block: Block): Block {
  const get = (): string => {
    const isDefault = (value: unknown): boolean =>
      value === undefined || value === identity || (typeof value === 'object' && Object.keys(value!).length === 0);
    const args = [...given];
    while (args.length && isDefault(args[args.length - 1])) args.pop();
    const texts = args.slice(0, MOST_SHOWN).map(value => (typeof value === 'function' ? value.name : shown(value)));
    if (args.length > MOST_SHOWN) texts.push(`... ${args.length - MOST_SHOWN} more`);
    return `${name}(${texts.join(', ')})`;
  };
  return Object.defineProperty(block, 'name', { get, configurable: true });
}

/** Puts a tfjs layer after a node: the one place where the type of `apply` is narrowed. */
export function place(layer: tf.layers.Layer, x: Node): Node {
  placed.push(layer);
  return layer.apply(x) as Node;
}

/** What a block makes of a node; a function that gives something else is no block. */
function apply(block: Block, node: Node): Node {
  func('block', block, 'a block, such as relu()');
  const next: unknown = block(node);
  if (next instanceof tf.SymbolicTensor) return next;
  const name = block.name || 'a function';
  throw new Error(`${name}${placeInNetwork()} gives ${shown(next)}; expected a block, such as ${name}(...).`);
}

/** The blocks' outputs as one; `names` is how a sentence calls them. */
function join(kind: 'add' | 'concat' | 'multiply', blocks: Block[], names?: string[]): Block {
  return x => {
    const nodes = blocks.map(block => apply(block, x));
    const name = layerName(kind);
    refuseMisfits(kind, nodes, names ?? nodes.map((_, i) => `block ${i + 1}`));
    const layer =
      kind === 'concat'
        ? tf.layers.concatenate({ axis: -1, name })
        : kind === 'add'
          ? tf.layers.add({ name })
          : tf.layers.multiply({ name });
    placed.push(layer);
    return layer.apply(nodes) as Node;
  };
}

function refuseMisfits(kind: 'add' | 'concat' | 'multiply', nodes: Node[], names: string[]): void {
  if (nodes.length < 2) {
    throw new Error(`${kind}${placeInNetwork()} has ${nodes.length} blocks to join; expected at least 2.`);
  }
  const [first, ...others] = nodes.map(({ shape }) => shape);
  const fits = (shape: Node['shape']): boolean =>
    shape.length === first.length &&
    shape.every((size, axis) => {
      if (size === first[axis]) return true;
      if (kind === 'multiply') return size === 1 || first[axis] === 1;
      return kind === 'concat' && axis === shape.length - 1;
    });
  if (others.every(fits)) return;
  const expected = {
    add: 'the same shape',
    concat: 'the same height and width',
    multiply: 'the same shape, or 1 x 1 in one of them',
  };
  const all = nodes.map((node, i) => `${names[i]} ${i === 0 ? 'gives ' : ''}${sizeOf(node)}`).join(', ');
  throw new Error(`${kind}: ${all}${placeInNetwork()}; expected ${expected[kind]}.`);
}

/** A node's size as papers write it: 32 x 32 x 64, or 512 values. */
export function sizeOf({ shape }: Node): string {
  const size = shape.slice(1).map(length => length ?? '?');
  return size.length === 1 ? `${size[0]} values` : size.join(' x ');
}
