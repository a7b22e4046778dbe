/**
 * What a network costs, layer by layer and row by row of its paper's table: read from the graph that tfjs runs, so there is
 * no second description of it.
 */
import * as tf from '@tensorflow/tfjs';
import { among, boolean, check, type Checks, given, listOf, network, shown, text, wholeNumber } from '../base/options';
import { type Figure, jupyterDisplay, type MimeBundle, table } from '../display';
import { describe, type Description, graphOnly, type Window } from '../layers';

export interface ProfileOptions {
  /** 'MAC': a multiplication and its addition are one operation, as in most papers. 'FLOP': they are two. */
  multiplyAdds?: 'MAC' | 'FLOP';
  /** Whether the additions of biases count, one operation for each value. */
  bias?: boolean;
  /** Whether pooling counts: one operation for each value in a window, and the memory of its output. */
  pools?: boolean;
  /** Bytes that are printed as one KB. */
  kilobyte?: 1024 | 1000;
  /** Images at once; scales operations and memory. */
  batchSize?: number;
  bytesPerValue?: number;
  /** How many scopes of names make a row: 1 is the paper's table, 2 has a row for each block of a stage. */
  depth?: number;
}

/**
 * Convolutions and dense layers have operations and memory; pooling where asked for. Normalizations, activations and sums
 * count as none and work in place, as torchvision and the lecture count.
 */
export interface Cost {
  /** Trainable weights, biases among them. */
  parameters: number;
  /** Those of the parameters that are biases. */
  biases: number;
  /** Weights that training does not change: running statistics, and all weights of frozen layers. */
  fixedParameters: number;
  /** Operations of a forward pass, by the convention of the options. */
  multiplyAdds: number;
  /** Bytes of the outputs. */
  memory: number;
}

interface Place {
  /** [height, width, channels] or [units]. */
  outputShape: number[];
  /** Rows and columns of the image that one value depends on, borders of zeros included: the largest over all paths. */
  receptiveField: [number, number];
  /** Rows and columns of the image between the fields of two neighbours. */
  jump: [number, number];
}

export interface LayerProfile extends Cost, Place {
  name: string;
  /** The class of the layer, such as CnnKitConv. */
  kind: string;
  /** What the layer is to a reader of the network. */
  role: Description['role'];
  /** Parts that its channels are split into. */
  groups: number;
  row: string;
  /** Bytes of its output, whether or not it counts. */
  outputMemory: number;
}

export interface RowProfile extends Cost, Place {
  name: string;
  layers: LayerProfile[];
}

const whole = (what: string, value: number): void => wholeNumber(what, value);

const OPTIONS: Checks<ProfileOptions> = {
  multiplyAdds: among('MAC', 'FLOP'),
  bias: boolean,
  pools: boolean,
  kilobyte: among(1024, 1000),
  batchSize: whole,
  bytesPerValue: whole,
  depth: whole,
};

const DEFAULTS = {
  multiplyAdds: 'MAC',
  bias: false,
  pools: false,
  kilobyte: 1024,
  batchSize: 1,
  bytesPerValue: 4,
  depth: 1,
} as const satisfies Required<ProfileOptions>;

/**
 * Counts of parameters, operations and memory.
 * @param net a network, or a function that builds it: then its graph alone is built and thrown away, which is fast
 * @param options what counts as an operation, the units, and how many scopes of names make a row
 * @example profile(() => alexnet()).totals.parameters
 * @throws when a layer does not tell how often its weights are used, or a size is not known
 */
export function profile(net: tf.LayersModel | (() => tf.LayersModel), options: ProfileOptions = {}): Profile {
  check('profile', options, OPTIONS);
  if (typeof net !== 'function') {
    network('net of profile', net);
    const all = { ...DEFAULTS, ...given(options) };
    return new Profile(net.name, layersOf(net, all), all);
  }
  const built = graphOnly(net);
  network('result of the function given to profile', built);
  try {
    return profile(built, options);
  } finally {
    built.dispose();
  }
}

/** What `profile` gives; as the last value of a cell, or printed, it is the paper's table. */
export class Profile {
  readonly layers: LayerProfile[];
  readonly rows: RowProfile[];
  readonly totals: Cost;
  readonly options: Required<ProfileOptions>;
  readonly name: string;

  constructor(name: string, layers: (LayerProfile & { isExit: boolean })[], options: Required<ProfileOptions>) {
    text('name of Profile', name);
    listOf('layers of Profile', layers, 'what profile(net) counts', (what, layer: LayerProfile | null) =>
      text(`name of the ${what}`, layer?.name as string),
    );
    check('Profile', options, OPTIONS);
    this.name = name;
    this.options = options;
    this.rows = rowsOf(layers);
    this.layers = layers.map(({ isExit: _, ...layer }) => layer);
    this.totals = sum(layers);
  }

  /** The row of this name. */
  row(name: string): RowProfile {
    const found = this.rows.find(row => row.name === name);
    if (found) return found;
    throw new Error(
      `${this.name} has no row ${shown(name)}; expected one of ${this.rows.map(row => row.name).join(', ')}.`,
    );
  }

  /** The paper's table, or that of all layers. */
  table(of: 'rows' | 'layers' = 'rows'): Figure {
    among('rows', 'layers')('argument of table', of);
    const { multiplyAdds, kilobyte } = this.options;
    const hasFixed = this.totals.fixedParameters > 0;
    const numbers = (cost: Cost, memory: number): object => ({
      parameters: cost.parameters,
      ...(hasFixed && { 'not trained': cost.fixedParameters }),
      [multiplyAdds === 'MAC' ? 'multiply-adds (M)' : 'operations (M)']: cost.multiplyAdds / 1e6,
      'memory (KB)': memory / kilobyte,
    });
    const places: object[] = this[of].map(part => ({
      [of === 'rows' ? 'row' : 'layer']: part.name,
      output: part.outputShape.join(' x '),
      ...numbers(part, 'outputMemory' in part ? part.outputMemory : part.memory),
      'receptive field': sides(part.receptiveField),
      jump: sides(part.jump),
    }));
    const total = {
      [of === 'rows' ? 'row' : 'layer']: 'total',
      output: '',
      ...numbers(this.totals, this.totals.memory),
    };
    return table([...places, total], { caption: this.name, digits: 1 });
  }

  toString(): string {
    return this.table().text;
  }

  /** As Node's inspect shows it. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  [jupyterDisplay](): MimeBundle | Promise<MimeBundle> {
    return this.table().bundle;
  }
}

const sides = ([height, width]: [number, number]): string =>
  height === width ? String(round(height)) : `${round(height)} x ${round(width)}`;
const round = (n: number): number => Math.round(n * 100) / 100;

/** The layers in the order in which they were applied, which is that of the source text. */
function layersOf(model: tf.LayersModel, options: Required<ProfileOptions>): (LayerProfile & { isExit: boolean })[] {
  const nodes = nodesOf(model);
  const places = new Map<tf.SymbolicTensor, Place>();
  const counted = new Set<tf.layers.Layer>();
  const readers = new Map<tf.SymbolicTensor, Set<string>>(nodes.map(node => [node, new Set<string>()]));
  const rowOf = (node: tf.SymbolicTensor): string => rowName(node.sourceLayer.name, options.depth);
  for (const node of nodes) for (const input of inputsOf(node)) readers.get(input)?.add(rowOf(node));

  return nodes.map(node => {
    const layer = node.sourceLayer;
    const { role, groups = 1, weightsUsedAt, window: windowOf } = describe(layer);
    const inputs = inputsOf(node).map(input => places.get(input)!);
    const outputShape = shapeOf(node);
    const window = inputs[0] && windowOf?.(inputs[0].outputShape);
    const place = { outputShape, ...fieldOf(inputs, window, outputShape) };
    places.set(node, place);

    // A layer that is applied twice has its weights once.
    const all = layer.weights;
    const weights = counted.has(layer) ? [] : all;
    const trained = new Set(layer.trainableWeights);
    counted.add(layer);
    const isBias = (weight: tf.LayerVariable): boolean => /(^|\/)bias(_\d+)?$/.test(weight.originalName);
    const count = (chosen: tf.LayerVariable[]): number => chosen.reduce((n, weight) => n + size(weight.shape), 0);
    const kernels = all.filter(weight => weight.shape.length >= 2);
    if (kernels.length > 0 && !weightsUsedAt) {
      throw new Error(
        `${layer.name} is a ${layer.getClassName()}, whose operations are not known; ` +
          'expected a layer that tells how often its weights are used.',
      );
    }
    const isPool = role === 'pooling';
    const values = size(outputShape);
    const positions = size((weightsUsedAt === 'input' ? inputs[0].outputShape : outputShape).slice(0, -1));
    const operations =
      count(kernels) * positions * (options.multiplyAdds === 'FLOP' ? 2 : 1) +
      (options.bias && all.some(isBias) ? values : 0) +
      (options.pools && isPool ? values * size(window!.size) : 0);
    const outputMemory = values * options.bytesPerValue * options.batchSize;
    return {
      name: layer.name,
      kind: layer.getClassName(),
      role,
      groups,
      row: rowOf(node),
      ...place,
      parameters: count(weights.filter(weight => trained.has(weight))),
      biases: count(weights.filter(weight => trained.has(weight) && isBias(weight))),
      fixedParameters: count(weights.filter(weight => !trained.has(weight))),
      multiplyAdds: operations * options.batchSize,
      memory: kernels.length > 0 || (options.pools && isPool) ? outputMemory : 0,
      outputMemory,
      isExit: model.outputs.includes(node) || [...readers.get(node)!].some(row => row !== rowOf(node)),
    };
  });
}

/** Every output of a layer between the model's inputs and outputs, each after those it is made from. */
function nodesOf(model: tf.LayersModel): tf.SymbolicTensor[] {
  const found = new Set<tf.SymbolicTensor>();
  const open = [...model.outputs];
  while (open.length > 0) {
    const node = open.pop()!;
    if (found.has(node)) continue;
    if (node.sourceLayer instanceof tf.LayersModel) {
      throw new Error(
        `${node.sourceLayer.name} is a model inside of ${model.name}; give profile each of them by itself.`,
      );
    }
    found.add(node);
    if (!model.inputs.includes(node)) open.push(...inputsOf(node));
  }
  return [...found].sort((a, b) => a.id - b.id);
}

/** tfjs gives a node of a layer without inputs itself as its input. */
const inputsOf = (node: tf.SymbolicTensor): tf.SymbolicTensor[] => node.inputs.filter(input => input !== node);

function rowsOf(layers: (LayerProfile & { isExit: boolean })[]): RowProfile[] {
  const rows = new Map<string, (LayerProfile & { isExit: boolean })[]>();
  for (const layer of layers) {
    if (layer.role === 'input') continue;
    const row = rows.get(layer.row);
    if (row) row.push(layer);
    else rows.set(layer.row, [layer]);
  }
  return [...rows].map(([name, parts]) => {
    const { outputShape, receptiveField, jump } = parts.filter(part => part.isExit).at(-1) ?? parts.at(-1)!;
    const own = parts.map(({ isExit: _, ...layer }) => layer);
    return { name, outputShape, ...sum(parts), receptiveField, jump, layers: own };
  });
}

function rowName(layer: string, depth: number): string {
  const scopes = layer.split('/').slice(0, -1).slice(0, depth);
  return scopes.length > 0 ? scopes.join('/') : layer;
}

function sum(costs: readonly Cost[]): Cost {
  const total = (key: keyof Cost): number => costs.reduce((n, cost) => n + cost[key], 0);
  return {
    parameters: total('parameters'),
    biases: total('biases'),
    fixedParameters: total('fixedParameters'),
    multiplyAdds: total('multiplyAdds'),
    memory: total('memory'),
  };
}

const size = (shape: readonly (number | null)[]): number => shape.reduce<number>((product, n) => product * n!, 1);

function shapeOf(node: tf.SymbolicTensor): number[] {
  const shape = node.shape.slice(1);
  if (shape.every(n => n !== null)) return shape;
  throw new Error(`${node.sourceLayer.name} has the shape [${shape}]; expected an inputShape without null.`);
}

function fieldOf(
  inputs: Place[],
  window: Window | undefined,
  outputShape: number[],
): Pick<Place, 'receptiveField' | 'jump'> {
  if (inputs.length === 0) return { receptiveField: [1, 1], jump: [1, 1] };
  // A branch of one place, such as squeeze and excitation's, is spread over the map of the others.
  const [largest] = [...inputs].sort((a, b) => size(b.outputShape.slice(0, -1)) - size(a.outputShape.slice(0, -1)));
  const along = (axis: 0 | 1): [field: number, jump: number] => {
    const field = Math.max(...inputs.map(input => input.receptiveField[axis]));
    const jump = largest.jump[axis];
    const isMap = largest.outputShape.length === 3 || outputShape.length === 3;
    if (!window || !isMap) return [field, jump];
    return [field + (window.size[axis] - 1) * jump, jump * window.stride[axis]];
  };
  const [[fieldHeight, jumpHeight], [fieldWidth, jumpWidth]] = [along(0), along(1)];
  return { receptiveField: [fieldHeight, fieldWidth], jump: [jumpHeight, jumpWidth] };
}
