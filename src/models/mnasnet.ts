/**
 * MnasNet. Tan et al., "MnasNet: Platform-Aware Neural Architecture Search for Mobile", CVPR 2019 (arXiv 1807.11626).
 * A1 is figure 7; B1 was found in the search space without squeeze and excitation, and is torchvision's.
 */
import * as tf from '@tensorflow/tfjs';
import {
  batchNorm,
  type Block,
  convBn,
  dense,
  depthwiseConv,
  dropout,
  globalAvgPool,
  model,
  type ModelOptions,
  named,
  relu,
  repeat,
  torch,
} from '../layers';
import {
  check,
  type Checks,
  choose,
  dropoutRate,
  factor,
  MODEL_OPTIONS,
  STEM,
  type StemOptions,
} from '../layers/building/options';
import { convBnAct, invertedResidual, roundChannels } from './mobilenet';

/** Figure 7: expansion, kernel, channels, repeats, stride, and whether with squeeze and excitation (ratio 1/4). */
const STACKS = {
  A1: [
    [6, 3, 24, 2, 2, false], // 56 x 56
    [3, 5, 40, 3, 2, true], // 28 x 28
    [6, 3, 80, 4, 2, false], // 14 x 14
    [6, 3, 112, 2, 1, true], // 14 x 14
    [6, 5, 160, 3, 2, true], // 7 x 7
    [6, 3, 320, 1, 1, false], // 7 x 7
  ],
  B1: [
    [3, 3, 24, 3, 2, false], // 56 x 56
    [3, 5, 40, 3, 2, false], // 28 x 28
    [6, 5, 80, 3, 2, false], // 14 x 14
    [6, 3, 96, 2, 1, false], // 14 x 14
    [6, 5, 192, 4, 2, false], // 7 x 7
    [6, 3, 320, 1, 1, false], // 7 x 7
  ],
} as const;

export interface MnasNetOptions extends ModelOptions, StemOptions {
  /** Scales the channels of every layer but the last convolution, rounded to eights (section 5, "depth multiplier"). */
  depthMultiplier?: number;
  dropoutRate?: number;
}

const OPTIONS: Checks<MnasNetOptions> = {
  ...MODEL_OPTIONS,
  depthMultiplier: factor,
  stem: STEM,
  dropoutRate,
};

/** MnasNet: A1 with squeeze-and-excitation, as searched; B1 without. */
export function mnasnet(variant: keyof typeof STACKS = 'B1', options: MnasNetOptions = {}): tf.LayersModel {
  check('mnasnet', options, OPTIONS);
  const { inputShape = [224, 224, 3], classes = 1000, depthMultiplier = 1, stem, dropoutRate = 0.2, seed } = options;
  const stacks = choose(STACKS, variant, 'variant of mnasnet');
  const width = (channels: number): number => roundChannels(channels * depthMultiplier);
  const norm = { momentum: 1 - 0.9997 };
  const stack = ([t, size, c, n, s, se]: (typeof STACKS)['A1' | 'B1'][number], index: number): Block =>
    repeat(n, i => x => {
      const channels = x.shape[3]!;
      const squeeze = se ? Math.round(channels / 4) : 0;
      const options = { expanded: t * channels, size, stride: i ? 1 : s, squeeze, norm, names: 'layers' } as const;
      return torch(`layers.${8 + index}.${i}`, invertedResidual(width(c), options))(x);
    });
  return model(`mnasnet-${variant}`, { inputShape, classes, seed },
    named('conv1', convBnAct(width(32), 3, 'relu', { stride: stem === 'cifar' ? 1 : 2, norm, torch: ['layers.0', 'layers.1'] })), // 112 x 112 x 32
    named('sepConv',
      named('depthwise', depthwiseConv(3, { bias: false, torch: 'layers.3' }), batchNorm({ ...norm, torch: 'layers.4' }), relu()),
      named('pointwise', convBn(width(16), 1, { norm, torch: ['layers.6', 'layers.7'] })),
    ),                                                                  // 112 x 112 x 16
    ...stacks.map((row, i) => named(`stack${i + 1}`, stack(row, i))),
    named('conv2', convBnAct(1280, 1, 'relu', { norm, torch: ['layers.14', 'layers.15'] })), // 7 x 7 x 1280
    named('fc', globalAvgPool(), dropout(dropoutRate), dense(classes, { torch: 'classifier.1' })), // 1000
  ); // prettier-ignore
}
