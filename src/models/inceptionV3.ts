/**
 * Inception-v3. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016
 * (arXiv 1512.00567): table 1, figures 5, 6, 7 and 10.
 * Differs from the paper: the stem and the number of modules are those of the authors' published network, which is
 * torchvision's: after the first pooling 80 maps by 1 x 1, then 192 by 3 x 3, then pooling; three, four and two modules.
 */
import * as tf from '@tensorflow/tfjs';
import {
  avgPool,
  type Block,
  chain,
  concat,
  type ConvBnOptions,
  convBnRelu,
  dense,
  dropout,
  globalAvgPool,
  identity,
  maxPool,
  modelOf,
  type ModelOptions,
  named,
  torch,
} from '../layers';
import {
  boolean,
  check,
  type Checks,
  dropoutRate,
  MODEL_OPTIONS,
  STEM,
  type StemOptions,
} from '../layers/building/options';

export interface InceptionV3Options extends ModelOptions, StemOptions {
  /** A second output, of the classifier on the last 17 x 17 maps (section 4); in training it counts 0.4. */
  auxiliary?: boolean;
  dropoutRate?: number;
}

const OPTIONS: Checks<InceptionV3Options> = {
  ...MODEL_OPTIONS,
  auxiliary: boolean,
  stem: STEM,
  dropoutRate,
};

/** Outputs: logits; with `auxiliary` also the auxiliary classifier's. The smallest image is 75 x 75, with the small stem 32 x 32. */
export function inceptionV3(options: InceptionV3Options = {}): tf.LayersModel {
  check('inceptionV3', options, OPTIONS);
  const {
    inputShape = [299, 299, 3],
    classes = 1000,
    auxiliary = false,
    stem = 'imagenet',
    dropoutRate = 0.5,
    seed,
  } = options;
  const large = stem === 'imagenet';
  const [padding, stride] = large ? [0, 2] : [1, 1];
  const pool = large ? maxPool(3, 2) : identity;
  return modelOf('inceptionV3', { inputShape, classes, seed }, image => {
    const at17 = chain(
      unit('Conv2d_1a_3x3', 32, 3, { stride, padding }),       // 149 x 149 x 32
      unit('Conv2d_2a_3x3', 32, 3, { padding }),               // 147 x 147 x 32
      unit('Conv2d_2b_3x3', 64, 3),                            // 147 x 147 x 64
      named('maxpool1', pool),                                 // 73 x 73 x 64
      unit('Conv2d_3b_1x1', 80, 1),                            // 73 x 73 x 80
      unit('Conv2d_4a_3x3', 192, 3, { padding }),              // 71 x 71 x 192
      named('maxpool2', pool),                                 // 35 x 35 x 192
      module('Mixed_5b', figure5(32)),                         // 35 x 35 x 256
      module('Mixed_5c', figure5(64)),                         // 35 x 35 x 288
      module('Mixed_5d', figure5(64)),                         // 35 x 35 x 288
      module('Mixed_6a', figure10()),                          // 17 x 17 x 768
      module('Mixed_6b', figure6(128)),                        // 17 x 17 x 768
      module('Mixed_6c', figure6(160)),                        // 17 x 17 x 768
      module('Mixed_6d', figure6(160)),                        // 17 x 17 x 768
      module('Mixed_6e', figure6(192)),                        // 17 x 17 x 768
    )(image); // prettier-ignore
    const logits = chain(
      module('Mixed_7a', reduction()),                         // 8 x 8 x 1280
      module('Mixed_7b', figure7()),                           // 8 x 8 x 2048
      module('Mixed_7c', figure7()),                           // 8 x 8 x 2048
      named('avgpool', globalAvgPool()),                       // 2048
      named('linear', dropout(dropoutRate), dense(classes, { torch: 'fc' })), // 1000
    )(at17); // prettier-ignore
    return auxiliary ? [logits, auxiliaryClassifier(classes)(at17)] : [logits];
  });
}

/** Convolution, batch normalization and ReLU: the unit of all Inception networks since the second. */
export function unit(
  name: string,
  filters: number,
  size: number | [number, number],
  options: Omit<ConvBnOptions, 'torch'> = {},
): Block {
  return module(name, convBnRelu(filters, size, { norm: { epsilon: 1e-3 }, torch: ['conv', 'bn'], ...options }));
}

/** One name for a part of the network here and in PyTorch. */
export function module(name: string, ...blocks: Block[]): Block {
  return named(name, torch(name, ...blocks));
}

/** Two 3 x 3 in place of a 5 x 5, in one of the branches. */
function figure5(poolFeatures: number): Block {
  return concat(
    unit('branch1x1', 64, 1),
    chain(unit('branch5x5_1', 48, 1), unit('branch5x5_2', 64, 5)),
    chain(unit('branch3x3dbl_1', 64, 1), unit('branch3x3dbl_2', 96, 3), unit('branch3x3dbl_3', 96, 3)),
    chain(avgPool(3, 1, { padding: 1 }), unit('branch_pool', poolFeatures, 1)),
  );
}

/** Convolutions of 1 x n and n x 1, n = 7. */
function figure6(maps: number): Block {
  return concat(
    unit('branch1x1', 192, 1),
    chain(unit('branch7x7_1', maps, 1), unit('branch7x7_2', maps, [1, 7]), unit('branch7x7_3', 192, [7, 1])),
    chain(
      unit('branch7x7dbl_1', maps, 1),
      unit('branch7x7dbl_2', maps, [7, 1]),
      unit('branch7x7dbl_3', maps, [1, 7]),
      unit('branch7x7dbl_4', maps, [7, 1]),
      unit('branch7x7dbl_5', 192, [1, 7]),
    ),
    chain(avgPool(3, 1, { padding: 1 }), unit('branch_pool', 192, 1)),
  );
}

/** Wider rather than deeper, on the smallest maps. */
function figure7(): Block {
  const split = (name: string): Block =>
    concat(unit(`${name}a`, 384, [1, 3]), unit(`${name}b`, 384, [3, 1])); // prettier-ignore
  return concat(
    unit('branch1x1', 320, 1),
    chain(unit('branch3x3_1', 384, 1), split('branch3x3_2')),
    chain(unit('branch3x3dbl_1', 448, 1), unit('branch3x3dbl_2', 384, 3), split('branch3x3dbl_3')),
    chain(avgPool(3, 1, { padding: 1 }), unit('branch_pool', 192, 1)),
  );
}

/** Half the size, more maps, without a bottleneck. */
function figure10(): Block {
  return concat(
    unit('branch3x3', 384, 3, { stride: 2, padding: 0 }),
    chain(
      unit('branch3x3dbl_1', 64, 1),
      unit('branch3x3dbl_2', 96, 3),
      unit('branch3x3dbl_3', 96, 3, { stride: 2, padding: 0 }),
    ),
    maxPool(3, 2),
  );
}

/** As figure 10, with 1 x 7 and 7 x 1 in one branch. */
function reduction(): Block {
  return concat(
    chain(unit('branch3x3_1', 192, 1), unit('branch3x3_2', 320, 3, { stride: 2, padding: 0 })),
    chain(
      unit('branch7x7x3_1', 192, 1),
      unit('branch7x7x3_2', 192, [1, 7]),
      unit('branch7x7x3_3', 192, [7, 1]),
      unit('branch7x7x3_4', 192, 3, { stride: 2, padding: 0 }),
    ),
    maxPool(3, 2),
  );
}

/** Figure 8, on 17 x 17. */
function auxiliaryClassifier(classes: number): Block {
  return module('AuxLogits',
    avgPool(5, 3),                           // 5 x 5 x 768
    unit('conv0', 128, 1),                   // 5 x 5 x 128
    unit('conv1', 768, 5, { padding: 0 }),   // 1 x 1 x 768
    globalAvgPool(),                         // 768
    dense(classes, { torch: 'fc' }),         // 1000
  ); // prettier-ignore
}
