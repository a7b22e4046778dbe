/**
 * ResNet for CIFAR-10. He, Zhang, Ren & Sun, "Deep Residual Learning for Image Recognition", CVPR 2016 (arXiv 1512.03385):
 * section 4.2. 6n + 2 layers: a convolution, three stages of n basic blocks, a dense layer.
 */
import * as tf from '@tensorflow/tfjs';
import {
  type Block,
  convBnRelu,
  dense,
  globalAvgPool,
  model,
  type ModelOptions,
  named,
  repeat,
  torch,
} from '../layers';
import { among, boolean, type Checks, MODEL_OPTIONS, refuse, widths, withDepth } from '../layers/building/options';
import { basic, unit } from './resnet';

export interface ResNetCifarOptions extends ModelOptions {
  /** 6n + 2; the paper has 20, 32, 44, 56, 110 and 1202. */
  depth?: number;
  shortcut?: 'A' | 'B' | 'C';
  /** Filters of the three stages; [16, 32, 64] in the paper. */
  widths?: readonly [number, number, number];
  /** false: the plain counterpart, the same layers without shortcuts. */
  residual?: boolean;
}

const OPTIONS: Checks<ResNetCifarOptions> = {
  ...MODEL_OPTIONS,
  depth: (what, value) => void blocksPerStage(what, value, 6),
  shortcut: among('A', 'B', 'C'),
  widths: widths(3),
  residual: boolean,
};

/** `resnetCifar(20, options)`, or `resnetCifar({ depth: 20, ...options })`. */
export function resnetCifar(
  first?: number | ResNetCifarOptions,
  more: Omit<ResNetCifarOptions, 'depth'> = {},
): tf.LayersModel {
  const {
    depth = 20,
    inputShape = [32, 32, 3],
    classes = 10,
    shortcut = 'A',
    widths = [16, 32, 64],
    residual = true,
    seed,
  } = withDepth<ResNetCifarOptions>('resnetCifar', first, more, OPTIONS);
  const n = blocksPerStage('depth of resnetCifar', depth, 6);
  const stage = (layer: number, filters: number, stride: number): Block =>
    repeat(n, i => {
      const s = i === 0 ? stride : 1;
      return torch(`layer${layer}.${i}`, unit(basic(filters, filters, s), filters, s, residual ? shortcut : 'none'));
    });
  return model(`${residual ? 'resnet' : 'plain'}${depth}-cifar`, { inputShape, classes, seed },
    named('conv1', convBnRelu(widths[0], 3, { torch: ['conv1', 'bn1'] })), // 32 x 32 x 16
    named('conv2_x', stage(1, widths[0], 1)),                              // 32 x 32 x 16
    named('conv3_x', stage(2, widths[1], 2)),                              // 16 x 16 x 32
    named('conv4_x', stage(3, widths[2], 2)),                              // 8 x 8 x 64
    named('fc', globalAvgPool(), dense(classes, { torch: 'fc' })),         // 10
  ); // prettier-ignore
}

/** n, where three stages of n blocks of `layers / 3` layers, and two layers around them, make `depth`. */
export function blocksPerStage(what: string, depth: number, layers: 6 | 9): number {
  const n = typeof depth === 'number' ? (depth - 2) / layers : NaN;
  if (Number.isInteger(n) && n > 0) return n;
  refuse(what, depth, `${layers}n + 2 with n from 1`);
}
