/**
 * The lecture's tables (EECS 498-007, lecture 8), each cell computed from our own networks beside what the slide prints, and
 * a ledger of the cells where the two differ.
 */
import * as tf from '@tensorflow/tfjs';
import { among, shown, text } from '../base/options';
import { type Figure, table } from '../display';
import { type Block, chain, conv, model, skeleton } from '../layers';
import { architecture } from '../models';
import { oneWeirdTrick } from '../models/alexnet';
import { googlenet } from '../models/googlenet';
import { basic, bottleneck } from '../models/resnet';
import { type LayerProfile, profile, type Profile } from './profile';

export interface SlideCell {
  /** As printed. */
  slide: number;
  /** Ours, not rounded. */
  value: number;
  /** Digits after the point that the slide prints. */
  digits: number;
}

export interface SlideTable {
  name: SlideTableName;
  caption: string;
  rows: { name: string; cells: Record<string, SlideCell> }[];
}

export interface Erratum {
  table: SlideTableName;
  row: string;
  column: string;
  slide: number;
  /** Rounded as the slide rounds. */
  true: number;
  why: string;
}

export type SlideTableName = keyof typeof TABLES;

const FIFTEEN = 'the slide has a VGG of 15 layers: two convolutions in the third stage, where the paper has three';
const CUT = 'the slide, as table 1 of the paper, cuts the number and does not round it';
const OLDER = 'the slide has the error that an older torchvision gave';

/** Where the slides are wrong. */
export const errata: readonly Erratum[] = [
  { table: 'AlexNet', row: 'conv4', column: 'MFLOP', slide: 145, true: 150, why: '256 filters of 3 x 3 x 384 at 13 x 13 places make 149.5 million' },
  { table: 'GoogLeNet stem', row: 'total', column: 'MFLOP', slide: 418, true: 481, why: "the slide's own column sums to 481" },
  { table: 'GoogLeNet stem', row: 'VGG-16 to 28 x 28', column: 'memory (MB)', slide: 42.9, true: 45.9, why: FIFTEEN },
  { table: 'GoogLeNet stem', row: 'VGG-16 to 28 x 28', column: 'parameters (K)', slide: 1100, true: 1700, why: FIFTEEN },
  { table: 'GoogLeNet stem', row: 'VGG-16 to 28 x 28', column: 'MFLOP', slide: 7485, true: 9335, why: FIFTEEN },
  { table: 'VGG against AlexNet', row: 'VGG-16', column: 'memory (MB)', slide: 48.6, true: 51.7, why: FIFTEEN },
  { table: 'VGG against AlexNet', row: 'VGG-16', column: 'GFLOP', slide: 13.6, true: 15.5, why: FIFTEEN },
  { table: 'VGG against AlexNet', row: 'ratio', column: 'memory (MB)', slide: 25, true: 27, why: FIFTEEN },
  { table: 'VGG against AlexNet', row: 'ratio', column: 'GFLOP', slide: 19.4, true: 21.6, why: FIFTEEN },
  { table: 'ResNet', row: 'ResNet-50', column: 'GFLOP', slide: 3.8, true: 3.9, why: CUT },
  { table: 'ResNet', row: 'ResNet-50', column: 'top-5 error', slide: 7.13, true: 7.14, why: OLDER },
  { table: 'ResNet', row: 'ResNet-101', column: 'top-5 error', slide: 6.44, true: 6.45, why: OLDER },
  { table: 'ResNet', row: 'ResNet-152', column: 'top-5 error', slide: 5.94, true: 5.95, why: OLDER },
]; // prettier-ignore

const TABLES = {
  AlexNet: alexnetSlide,
  'GoogLeNet stem': stemSlide,
  'VGG against AlexNet': totalsSlide,
  ResNet: resnetSlide,
  'ResNet blocks': blocksSlide,
  'Small filters': filtersSlide,
  Chart: chartSlide,
};

/** The tables that the lecture shows. */
export const slideTableNames = Object.keys(TABLES) as SlideTableName[];

/**
 * A table of the lecture, row by row, with what our network has in each place.
 * @throws when the lecture has no table of this name
 */
export function slideTable(name: SlideTableName): SlideTable {
  if (typeof name === 'string' && Object.hasOwn(TABLES, name)) return { name, ...TABLES[name]() };
  throw new Error(`The lecture has no table ${shown(name)}; expected one of ${slideTableNames.join(', ')}.`);
}

/**
 * The slide's table; where it is wrong, both numbers.
 *
 * @param name as the lecture calls the slide
 * @example slideFigure('AlexNet')
 */
export function slideFigure(name: SlideTableName): Figure {
  const { caption, rows } = slideTable(name);
  const printed = rows.map(row => ({
    '': row.name,
    ...Object.fromEntries(
      Object.entries(row.cells).map(([column, cell]) => {
        const wrong = erratum(name, row.name, column);
        return [column, wrong ? `${wrong.slide} (true: ${wrong.true})` : cell.slide];
      }),
    ),
  }));
  return table(printed, { caption });
}

/**
 * The ledger's entry of a cell; undefined where the slide is right.
 * @throws when the lecture has no such table
 */
export function erratum(name: SlideTableName, row: string, column: string): Erratum | undefined {
  among(...slideTableNames)('table of erratum', name);
  text('row of erratum', row);
  text('column of erratum', column);
  return errata.find(entry => entry.table === name && entry.row === row && entry.column === column);
}

type Slide = Omit<SlideTable, 'name'>;

const cell = (slide: number, value: number, digits = 0): SlideCell => ({ slide, value, digits });

/** Layer; printed memory (KB), parameters (K), MFLOP; then printed channels, height and width, filters, kernel, stride, padding. */
const ALEXNET = {
  conv1: ['conv1/conv', [784, 23, 73], [3, 227, 64, 11, 4, 2]],
  pool1: ['pool1/maxPool', [182, 0, 0], [64, 56, 64, 3, 2, 0]],
  conv2: ['conv2/conv', [547, 307, 224], [64, 27, 192, 5, 1, 2]],
  pool2: ['pool2/maxPool', [127, 0, 0], [192, 27, 192, 3, 2, 0]],
  conv3: ['conv3/conv', [254, 664, 112], [192, 13, 384, 3, 1, 1]],
  conv4: ['conv4/conv', [169, 885, 145], [384, 13, 256, 3, 1, 1]],
  conv5: ['conv5/conv', [169, 590, 100], [256, 13, 256, 3, 1, 1]],
  pool5: ['pool5/maxPool', [36, 0, 0], [256, 13, 256, 3, 2, 0]],
  flatten: ['fc6/flatten', [36, 0, 0]],
  fc6: ['fc6/dense', [16, 37749, 38]],
  fc7: ['fc7/dense', [16, 16777, 17]],
  fc8: ['fc8/dense', [4, 4096, 4]],
} as const;

/** The slide's AlexNet is that of "One weird trick", on images of 227 x 227. */
const slideAlexNet = (): tf.LayersModel => oneWeirdTrick({ inputShape: [227, 227, 3] });

function alexnetSlide(): Slide {
  const net = skeleton(slideAlexNet);
  const counted = profile(net, { pools: true });
  const rows = Object.entries(ALEXNET).map(([name, [layer, costs, geometry]]) => ({
    name,
    cells: { ...(geometry && geometryCells(net.getLayer(layer), geometry)), ...costCells(find(counted, layer), costs) },
  }));
  net.dispose();
  return { caption: 'AlexNet: memory (KB of 1024 bytes), parameters without biases, MAC as FLOP', rows };
}

function geometryCells(layer: tf.layers.Layer, printed: readonly number[]): Record<string, SlideCell> {
  const { filters, size, stride, padding } = layer.getConfig() as Record<string, number | number[]>;
  const [, height, , channels] = (layer.input as tf.SymbolicTensor).shape as number[];
  const one = (value: number | number[]): number => [value].flat()[0];
  const values = [channels, height, filters ?? channels, one(size), one(stride), one(padding)] as number[];
  const names = ['C', 'H/W', 'filters', 'kernel', 'stride', 'pad'];
  return Object.fromEntries(names.map((name, i) => [name, cell(printed[i], values[i])]));
}

function costCells(
  layer: LayerProfile,
  [memory, parameters, operations]: readonly number[],
): Record<string, SlideCell> {
  return {
    'memory (KB)': cell(memory, layer.outputMemory / 1024),
    'parameters (K)': cell(parameters, (layer.parameters - layer.biases) / 1e3),
    MFLOP: cell(operations, layer.multiplyAdds / 1e6),
  };
}

function find(counted: Profile, name: string): LayerProfile {
  return counted.layers.find(layer => layer.name === name)!;
}

const STEM = {
  conv: ['conv1/conv', [3136, 9, 118]],
  'max-pool': ['pool1/maxPool', [784, 0, 2]],
  'conv 1 x 1': ['conv2/reduce/conv', [784, 4, 13]],
  'conv 3 x 3': ['conv2/conv', [2352, 111, 347]],
  'max-pool 2': ['pool2/maxPool', [588, 0, 1]],
} as const;

function stemSlide(): Slide {
  const counted = profile(() => googlenet(), { pools: true });
  const layers = Object.values(STEM).map(([layer]) => find(counted, layer));
  const sum = (key: 'outputMemory' | 'parameters' | 'biases' | 'multiplyAdds'): number =>
    layers.reduce((total, layer) => total + layer[key], 0);
  // The slide counts the stem's pools, but not VGG's.
  const vgg = profile(() => architecture('vggD').build());
  const to28 = ['conv1', 'conv2', 'conv3'].map(name => vgg.row(name));
  const vggSum = (key: 'memory' | 'parameters' | 'biases' | 'multiplyAdds'): number =>
    to28.reduce((total, row) => total + row[key], 0);
  const totals = (memory: SlideCell, parameters: SlideCell, operations: SlideCell): Record<string, SlideCell> => ({
    'memory (MB)': memory,
    'parameters (K)': parameters,
    MFLOP: operations,
  });
  return {
    caption: 'GoogLeNet: from 224 x 224 to 28 x 28, against VGG-16',
    rows: [
      ...Object.entries(STEM).map(([name, [, printed]], i) => ({ name, cells: costCells(layers[i], printed) })),
      {
        name: 'total',
        cells: totals(
          cell(7.5, sum('outputMemory') / 2 ** 20, 1),
          cell(124, (sum('parameters') - sum('biases')) / 1e3),
          cell(418, sum('multiplyAdds') / 1e6),
        ),
      },
      {
        name: 'VGG-16 to 28 x 28',
        cells: totals(
          cell(42.9, vggSum('memory') / 2 ** 20, 1),
          // Printed as 1.1 million.
          cell(1100, (vggSum('parameters') - vggSum('biases')) / 1e3, -2),
          cell(7485, vggSum('multiplyAdds') / 1e6),
        ),
      },
    ],
  };
}

function totalsSlide(): Slide {
  const alexnet = profile(slideAlexNet).totals;
  const vgg = profile(() => architecture('vggD').build()).totals;
  const row = (name: string, [memory, parameters, operations]: SlideCell[]): SlideTable['rows'][number] => ({
    name,
    cells: { 'memory (MB)': memory, 'parameters (M)': parameters, GFLOP: operations },
  });
  const of = ({ memory, parameters, multiplyAdds }: typeof vgg): number[] => [memory / 2 ** 20, parameters / 1e6, multiplyAdds / 1e9]; // prettier-ignore
  const [ours, theirs] = [of(alexnet), of(vgg)];
  return {
    caption: 'VGG-16 against AlexNet: totals, pools not counted',
    rows: [
      row('AlexNet', [cell(1.9, ours[0], 1), cell(61, ours[1]), cell(0.7, ours[2], 1)]),
      row('VGG-16', [cell(48.6, theirs[0], 1), cell(138, theirs[1]), cell(13.6, theirs[2], 1)]),
      row('ratio', [cell(25, theirs[0] / ours[0]), cell(2.3, theirs[1] / ours[1], 1), cell(19.4, theirs[2] / ours[2], 1)]), // prettier-ignore
    ],
  };
}

/** Layers, GFLOP and top-5 error; the paper's networks, whose ResNet-34 has shortcuts A. */
const RESNET = [
  ['ResNet-18', 'resnet18', 'resnet18', 1.8, 10.92],
  ['ResNet-34', 'resnet34-A', 'resnet34', 3.6, 8.58],
  ['ResNet-50', 'resnet50-v1', 'resnet50', 3.8, 7.13],
  ['ResNet-101', 'resnet101-v1', 'resnet101', 7.6, 6.44],
  ['ResNet-152', 'resnet152-v1', 'resnet152', 11.3, 5.94],
] as const;

function resnetSlide(): Slide {
  const rows = RESNET.map(([name, counted, measured, operations, error]) => ({
    name,
    cells: {
      GFLOP: cell(operations, profile(() => architecture(counted).build()).totals.multiplyAdds / 1e9, 1),
      'top-5 error': cell(error, 100 - architecture(measured).published.top5!.value, 2),
    },
  }));
  return { caption: 'ResNet: operations, and top-5 errors of torchvision', rows };
}

const [SIDE, CHANNELS] = [8, 16];

/** Multiply-adds over H W C^2 of each convolution of a block that gets `channels` maps. */
function unitCosts(channels: number, block: Block): number[] {
  const counted = profile(() => model('block', { inputShape: [SIDE, SIDE, channels] }, block));
  return counted.layers
    .filter(layer => layer.multiplyAdds > 0)
    .map(layer => layer.multiplyAdds / (SIDE ** 2 * CHANNELS ** 2));
}

const total = (costs: number[]): number => costs.reduce((a, b) => a + b, 0);

function blocksSlide(): Slide {
  const row = (name: string, costs: number[], printed: number[]): SlideTable['rows'][number] => ({
    name,
    cells: {
      total: cell(total(printed), total(costs)),
      ...Object.fromEntries(costs.map((cost, i) => [`convolution ${i + 1}`, cell(printed[i], cost)])),
    },
  });
  return {
    caption: 'ResNet blocks: operations / H W C^2; the bottleneck gets 4C maps',
    rows: [
      row('basic', unitCosts(CHANNELS, basic(CHANNELS, CHANNELS, 1)), [9, 9]),
      row('bottleneck', unitCosts(4 * CHANNELS, bottleneck(CHANNELS, 4 * CHANNELS)), [4, 9, 4]),
    ],
  };
}

function filtersSlide(): Slide {
  const stack = (size: number, count: number): Block =>
    chain(...Array.from({ length: count }, () => conv(CHANNELS, size, { bias: false })));
  const row = (name: string, size: number, count: number, printed: number): SlideTable['rows'][number] => {
    const counted = profile(() => model('stack', { inputShape: [SIDE, SIDE, CHANNELS] }, stack(size, count)));
    return {
      name,
      cells: {
        'parameters / C^2': cell(printed, counted.totals.parameters / CHANNELS ** 2),
        'operations / H W C^2': cell(printed, counted.totals.multiplyAdds / (SIDE ** 2 * CHANNELS ** 2)),
        'receptive field': cell(size + (size - 1) * (count - 1), counted.layers.at(-1)!.receptiveField[0]),
      },
    };
  };
  return {
    caption: 'VGG: small filters against large ones of the same receptive field',
    rows: [
      row('one 5 x 5', 5, 1, 25),
      row('two 3 x 3', 3, 2, 18),
      row('one 7 x 7', 7, 1, 49),
      row('three 3 x 3', 3, 3, 27),
    ],
  };
}

/** Read off the chart of Canziani, Culurciello & Paszke, 2016 (arXiv 1605.07678), which counts two operations per MAC. */
const CHART = [
  ['AlexNet', 'alexnet-ungrouped', 2.3, 1],
  ['BN-AlexNet', 'oneWeirdTrick', 1.4, 1],
  ['GoogLeNet', 'googlenet', 3.2, 1],
  ['ResNet-50', 'resnet50', 8, 0],
  ['VGG-16', 'vggD', 31, 0],
] as const;

function chartSlide(): Slide {
  const rows = CHART.map(([name, counted, printed, digits]) => {
    const { multiplyAdds } = profile(() => architecture(counted).build(), { multiplyAdds: 'FLOP' }).totals;
    return { name, cells: { 'operations (G)': cell(printed, multiplyAdds / 1e9, digits) } };
  });
  return { caption: 'Comparison chart: operations, two per MAC', rows };
}
