/**
 * EfficientNet. Tan & Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", ICML 2019
 * (arXiv 1905.11946): table 1 is B0; the others scale its width, depth and resolution together (section 3.3).
 * Differs from the paper: no stochastic depth in training.
 */
import * as tf from '@tensorflow/tfjs';
import { type Block, dense, dropout, globalAvgPool, model, type ModelOptions, named, repeat, torch } from '../layers';
import {
  among,
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

/** Table 1: expansion, kernel, channels, layers, and the stride of the first. */
const TABLE_1 = {
  stage2: [1, 3, 16, 1, 1], // 112 x 112
  stage3: [6, 3, 24, 2, 2], // 56 x 56
  stage4: [6, 5, 40, 2, 2], // 28 x 28
  stage5: [6, 3, 80, 3, 2], // 14 x 14
  stage6: [6, 5, 112, 3, 1], // 14 x 14
  stage7: [6, 5, 192, 4, 2], // 7 x 7
  stage8: [6, 3, 320, 1, 1], // 7 x 7
} as const;

/** The authors' code: width and depth, relative to B0, the side of the input, and the dropout rate; b8 and l2 came later. */
const SCALING = {
  b0: [1.0, 1.0, 224, 0.2],
  b1: [1.0, 1.1, 240, 0.2],
  b2: [1.1, 1.2, 260, 0.3],
  b3: [1.2, 1.4, 300, 0.3],
  b4: [1.4, 1.8, 380, 0.4],
  b5: [1.6, 2.2, 456, 0.4],
  b6: [1.8, 2.6, 528, 0.5],
  b7: [2.0, 3.1, 600, 0.5],
  b8: [2.2, 3.6, 672, 0.5],
  l2: [4.3, 5.3, 800, 0.5],
} as const;

export interface EfficientNetOptions extends ModelOptions, StemOptions {
  /** The share of units set to zero before the last layer. */
  dropoutRate?: number;
  /** Epsilon of batch normalization; by default torchvision's: the authors' 1e-3 from B5 on, 1e-5 below. timm has 1e-5. */
  normEpsilon?: number;
  /** 'same': TensorFlow's rule, as in the authors' code; timm's tf_efficientnet. */
  padding?: 'same';
}

const OPTIONS: Checks<EfficientNetOptions> = {
  ...MODEL_OPTIONS,
  stem: STEM,
  dropoutRate,
  normEpsilon: factor,
  padding: among('same'),
};

/** EfficientNet of one of the sizes of the paper, B0 to B7, and of those that came later, b8 and l2. */
export function efficientnet(variant: keyof typeof SCALING = 'b0', options: EfficientNetOptions = {}): tf.LayersModel {
  check('efficientnet', options, OPTIONS);
  const { inputShape, classes = 1000, stem, dropoutRate, normEpsilon, padding, seed } = options;
  const [widthFactor, depthFactor, side, rate] = choose(SCALING, variant, 'variant of efficientnet');
  const width = (channels: number): number => roundChannels(channels * widthFactor);
  const isLarge = ['b5', 'b6', 'b7', 'b8', 'l2'].includes(variant);
  const norm = { epsilon: normEpsilon ?? (isLarge ? 1e-3 : 1e-5), ...(isLarge && { momentum: 0.01 }) };
  const stage = ([t, size, c, n, s]: (typeof TABLE_1)[keyof typeof TABLE_1], index: number): Block =>
    repeat(Math.ceil(n * depthFactor), i => x => {
      const channels = x.shape[3]!;
      const options = { expanded: t * channels, size, stride: i ? 1 : s, padding, squeeze: Math.floor(channels / 4) };
      const body = invertedResidual(width(c), { ...options, nonlinearity: 'silu', norm });
      return torch(`features.${index}.${i}`, body)(x);
    });
  return model(`efficientnet-${variant}`, { inputShape: inputShape ?? [side, side, 3], classes, seed },
    named('stage1', convBnAct(width(32), 3, 'silu', { stride: stem === 'cifar' ? 1 : 2, padding, norm, torch: ['features.0.0', 'features.0.1'] })), // 112 x 112 x 32
    ...Object.entries(TABLE_1).map(([name, row], i) => named(name, stage(row, i + 1))),
    named('stage9', convBnAct(4 * width(320), 1, 'silu', { norm, torch: ['features.8.0', 'features.8.1'] })), // 7 x 7 x 1280
    named('fc', globalAvgPool(), dropout(dropoutRate ?? rate), dense(classes, { torch: 'classifier.1' })), // 1000
  ); // prettier-ignore
}
