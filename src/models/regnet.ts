/**
 * RegNet. Radosavovic, Kosaraju, Girshick, He & Dollár, "Designing Network Design Spaces", CVPR 2020 (arXiv 2003.13678):
 * a search over spaces of networks, whose result is a line: the widths of the blocks grow linearly, rounded to few steps
 * (equations 2 to 4, section 3.3). Names of weights are torchvision's.
 * Differs from the paper: nothing; the settings are those that the authors published later, for torchvision's weights.
 */
import * as tf from '@tensorflow/tfjs';
import {
  type Block,
  chain,
  convBn,
  convBnRelu,
  dense,
  globalAvgPool,
  identity,
  model,
  type ModelOptions,
  named,
  relu,
  repeat,
  residual,
  squeezeExcite,
  torch,
} from '../layers';
import { among, check, type Checks, choose, MODEL_OPTIONS, STEM, type StemOptions } from '../layers/building/options';

/** Depth d, initial width w0, slope wa, step wm and group width g (section 3.3); the names say 10^6 or 10^9 multiply-adds. */
const SETTINGS = {
  'X-200MF': [13, 24, 36.44, 2.49, 8],
  'X-400MF': [22, 24, 24.48, 2.54, 16],
  'X-600MF': [16, 48, 36.97, 2.24, 24],
  'X-800MF': [16, 56, 35.73, 2.28, 16],
  'X-1.6GF': [18, 80, 34.01, 2.25, 24],
  'X-3.2GF': [25, 88, 26.31, 2.25, 48],
  'X-4.0GF': [23, 96, 38.65, 2.43, 40],
  'X-6.4GF': [17, 184, 60.83, 2.07, 56],
  'X-8GF': [23, 80, 49.56, 2.88, 120],
  'X-12GF': [19, 168, 73.36, 2.37, 112],
  'X-16GF': [22, 216, 55.59, 2.1, 128],
  'X-32GF': [23, 320, 69.86, 2.0, 168],
  'Y-200MF': [13, 24, 36.44, 2.49, 8],
  'Y-400MF': [16, 48, 27.89, 2.09, 8],
  'Y-600MF': [15, 48, 32.54, 2.32, 16],
  'Y-800MF': [14, 56, 38.84, 2.4, 16],
  'Y-1.6GF': [27, 48, 20.71, 2.65, 24],
  'Y-3.2GF': [21, 80, 42.63, 2.66, 24],
  'Y-4.0GF': [22, 96, 31.41, 2.24, 64],
  'Y-6.4GF': [25, 112, 33.22, 2.27, 72],
  'Y-8GF': [17, 192, 76.82, 2.19, 56],
  'Y-12GF': [19, 168, 73.36, 2.37, 112],
  'Y-16GF': [18, 200, 106.23, 2.48, 112],
  'Y-32GF': [20, 232, 115.89, 2.53, 232],
  'Y-64GF': [20, 352, 147.48, 2.4, 328],
  'Y-128GF': [27, 456, 160.83, 2.52, 264],
} as const;

export type RegNetVariant = keyof typeof SETTINGS;

export interface RegNetOptions extends ModelOptions, StemOptions {
  /**
   * Where the groups do not divide a width: its nearest multiple, of two as near ones the even, as the authors and timm; or
   * the upper, and none below 90% of the width, as torchvision.
   */
  rounding?: 'torchvision' | 'authors';
}

const OPTIONS: Checks<RegNetOptions> = {
  ...MODEL_OPTIONS,
  stem: STEM,
  rounding: among('torchvision', 'authors'),
};

/** Y has squeeze and excitation, X has not. The comments are of Y-400MF. */
export function regnet(variant: RegNetVariant = 'Y-400MF', options: RegNetOptions = {}): tf.LayersModel {
  check('regnet', options, OPTIONS);
  const { inputShape = [224, 224, 3], classes = 1000, stem, rounding = 'torchvision', seed } = options;
  const stages = stagesOf(choose(SETTINGS, variant, 'variant of regnet'), rounding);
  const stage = (number: number): Block => {
    const { width, depth, groupWidth } = stages[number - 1];
    return repeat(depth, i => torch(`trunk_output.block${number}.block${number}-${i}`, unit(width, groupWidth, i === 0 ? 2 : 1, variant.startsWith('Y')))); // prettier-ignore
  };
  return model(`regnet-${variant}`, { inputShape, classes, seed },
    named('stem', convBnRelu(32, 3, { stride: stem === 'cifar' ? 1 : 2, torch: ['stem.0', 'stem.1'] })), // 112 x 112 x 32
    named('stage1', stage(1)),                                     // 56 x 56 x 48
    named('stage2', stage(2)),                                     // 28 x 28 x 104
    named('stage3', stage(3)),                                     // 14 x 14 x 208
    named('stage4', stage(4)),                                     // 7 x 7 x 440
    named('fc', globalAvgPool(), dense(classes, { torch: 'fc' })), // 1000
  ); // prettier-ignore
}

interface Stage {
  width: number;
  depth: number;
  groupWidth: number;
}

/** Equations 2 to 4: each block's width on the line, rounded to a power of wm; blocks of one width make a stage. */
function stagesOf(
  [depth, w0, slope, step, groupWidth]: (typeof SETTINGS)[RegNetVariant],
  rounding: 'torchvision' | 'authors',
): Stage[] {
  const stages: Stage[] = [];
  for (let block = 0; block < depth; block++) {
    const steps = halfToEven(Math.log((w0 + slope * block) / w0) / Math.log(step));
    const quantized = 8 * halfToEven((w0 * step ** steps) / 8);
    // The groups must divide the width.
    const group = Math.min(groupWidth, quantized);
    const width = rounding === 'authors' ? group * halfToEven(quantized / group) : divisible(quantized, group);
    const last = stages.at(-1);
    if (last?.width === width) last.depth++;
    else stages.push({ width, depth: 1, groupWidth: group });
  }
  return stages;
}

/** As the authors' NumPy rounds: X-1.6GF has 22.5 eights, which make 22. */
function halfToEven(value: number): number {
  const rounded = Math.round(value);
  return value % 1 === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}

/** The nearest multiple of `group` that is not below 90% of `width`. */
function divisible(width: number, group: number): number {
  const rounded = Math.max(group, Math.floor((width + group / 2) / group) * group);
  return rounded < 0.9 * width ? rounded + group : rounded;
}

/** Figure 4: a bottleneck that does not narrow, with a grouped 3 x 3 convolution. */
function unit(width: number, groupWidth: number, stride: number, hasSqueeze: boolean): Block {
  return x => {
    const channels = x.shape[3]!;
    // To a quarter of the channels that come into the unit.
    const squeeze = hasSqueeze
      ? named('se', torch('se', squeezeExcite({ squeezed: Math.round(channels / 4) })))
      : identity;
    const body = torch('f',
      named('reduce', convBnRelu(width, 1, { torch: ['a.0', 'a.1'] })),
      named('transform', convBnRelu(width, 3, { stride, groups: width / groupWidth, torch: ['b.0', 'b.1'] })),
      squeeze,
      named('restore', convBn(width, 1, { torch: ['c.0', 'c.1'] })),
    ); // prettier-ignore
    const project = named('shortcut', convBn(width, 1, { stride, torch: ['proj.0', 'proj.1'] }));
    return chain(residual(body, stride === 1 && channels === width ? identity : project), relu())(x);
  };
}
