/**
 * GoogLeNet. Szegedy et al., "Going Deeper with Convolutions", CVPR 2015 (arXiv 1409.4842): table 1, figure 3, section 5.
 * Differs from the paper: 'batchNorm' and 'torchvision' are later variants, with batch normalization in place of LRN.
 */
import * as tf from '@tensorflow/tfjs';
import {
  adaptiveAvgPool,
  avgPool,
  type Block,
  chain,
  concat,
  type ConvBnOptions,
  convBnRelu,
  convRelu,
  dense,
  dropout,
  flatten,
  globalAvgPool,
  identity,
  localResponseNorm,
  maxPool,
  modelOf,
  type ModelOptions,
  named,
  relu,
  torch,
} from '../layers';
import {
  boolean,
  check,
  type Checks,
  choose,
  dropoutRate,
  MODEL_OPTIONS,
  STEM,
  type StemOptions,
} from '../layers/building/options';

/** Table 1: #1x1, #3x3 reduce, #3x3, #5x5 reduce, #5x5, pool proj. */
export const TABLE_1 = {
  '3a': [64, 96, 128, 16, 32, 32], // 28 x 28 x 256
  '3b': [128, 128, 192, 32, 96, 64], // 28 x 28 x 480
  '4a': [192, 96, 208, 16, 48, 64], // 14 x 14 x 512
  '4b': [160, 112, 224, 24, 64, 64], // 14 x 14 x 512
  '4c': [128, 128, 256, 24, 64, 64], // 14 x 14 x 512
  '4d': [112, 144, 288, 32, 64, 64], // 14 x 14 x 528
  '4e': [256, 160, 320, 32, 128, 128], // 14 x 14 x 832
  '5a': [256, 160, 320, 32, 128, 128], // 7 x 7 x 832
  '5b': [384, 192, 384, 48, 128, 128], // 7 x 7 x 1024
} as const;

interface Variant {
  batchNorm: boolean;
  /** Window of the branch that table 1 calls #5x5. */
  window: 3 | 5;
  /** Window of the pooling before 5a. */
  pool4: 2 | 3;
  /** How the auxiliary classifiers make 4 x 4 of 14 x 14: by windows of 5 x 5 at stride 3, or by adaptive ones of 4 x 4. */
  auxiliaryPool: Block;
  dropoutRate: number;
}

const VARIANTS = {
  paper: { batchNorm: false, window: 5, pool4: 3, auxiliaryPool: avgPool(5, 3), dropoutRate: 0.4 },
  batchNorm: { batchNorm: true, window: 5, pool4: 3, auxiliaryPool: avgPool(5, 3), dropoutRate: 0.4 },
  /** Its #5x5 branch is 3 x 3, a slip of the port from TensorFlow that its weights need (pytorch/vision#906). */
  torchvision: { batchNorm: true, window: 3, pool4: 2, auxiliaryPool: adaptiveAvgPool(4), dropoutRate: 0.2 },
} as const satisfies Record<string, Variant>;

export interface GoogLeNetOptions extends ModelOptions, StemOptions {
  /** Two more outputs, of the classifiers at 4a and 4d; in training each counts 0.3 (section 5). */
  auxiliary?: boolean;
  /** Before the last layer; 0.4 in table 1, 0.2 in torchvision's. */
  dropoutRate?: number;
  /** Before the last layer of the auxiliary classifiers. */
  auxiliaryDropoutRate?: number;
}

const OPTIONS: Checks<GoogLeNetOptions> = {
  ...MODEL_OPTIONS,
  auxiliary: boolean,
  stem: STEM,
  dropoutRate,
  auxiliaryDropoutRate: dropoutRate,
};

/** Outputs: logits; with `auxiliary` also those at 4a and at 4d, in this order (torchvision gives 4d first). */
export function googlenet(variant: keyof typeof VARIANTS = 'paper', options: GoogLeNetOptions = {}): tf.LayersModel {
  check('googlenet', options, OPTIONS);
  const { batchNorm, window, pool4, auxiliaryPool, ...own } = choose(
    VARIANTS,
    variant,
    'variant of googlenet',
  ) as Variant;
  const {
    inputShape = [224, 224, 3],
    classes = 1000,
    auxiliary = false,
    stem = 'imagenet',
    dropoutRate = own.dropoutRate,
    auxiliaryDropoutRate = 0.7,
    seed,
  } = options;
  const convolution: Convolution = (filters, size, options) =>
    batchNorm
      ? convBnRelu(filters, size, { norm: { epsilon: 1e-3 }, torch: ['conv', 'bn'], ...options })
      : convRelu(filters, size, { ...options, torch: 'conv' });
  const norm = batchNorm ? identity : localResponseNorm();
  const module = (name: keyof typeof TABLE_1): Block => inception(name, TABLE_1[name], window, convolution);
  const pool = (name: string, size: 2 | 3 = 3): Block => named(name, maxPool(size, 2, { ceilMode: true }));

  const imagenet = chain(
    named('conv1', torch('conv1', convolution(64, 7, { stride: 2, padding: 3 }))), // 112 x 112 x 64
    named('pool1', maxPool(3, 2, { ceilMode: true }), norm),                       // 56 x 56 x 64
    named('conv2',
      named('reduce', torch('conv2', convolution(64, 1))),
      torch('conv3', convolution(192, 3)),
      norm),                                                                       // 56 x 56 x 192
    pool('pool2'),                                                                 // 28 x 28 x 192
  ); // prettier-ignore
  const cifar = named('conv1', torch('conv1', convolution(192, 3))); // 32 x 32 x 192

  const auxiliaryClassifier = (number: 1 | 2): Block =>
    named(`auxiliary${number}`, torch(`aux${number}`,
      auxiliaryPool,                                                               // 4 x 4 x 512, 4 x 4 x 528
      torch('conv', convolution(128, 1)),                                          // 4 x 4 x 128
      flatten(), dense(1024, { torch: 'fc1' }), relu(),                            // 1024
      dropout(auxiliaryDropoutRate), dense(classes, { torch: 'fc2' }),             // 1000
    )); // prettier-ignore

  return modelOf(`googlenet-${variant}`, { inputShape, classes, seed }, image => {
    const at4a = chain(
      stem === 'cifar' ? cifar : imagenet, // 28 x 28 x 192
      module('3a'),                        // 28 x 28 x 256
      module('3b'),                        // 28 x 28 x 480
      pool('pool3'),                       // 14 x 14 x 480
      module('4a'),                        // 14 x 14 x 512
    )(image); // prettier-ignore
    const at4d = chain(
      module('4b'),                        // 14 x 14 x 512
      module('4c'),                        // 14 x 14 x 512
      module('4d'),                        // 14 x 14 x 528
    )(at4a); // prettier-ignore
    const logits = chain(
      module('4e'),                        // 14 x 14 x 832
      pool('pool4', pool4),                // 7 x 7 x 832
      module('5a'),                        // 7 x 7 x 832
      module('5b'),                        // 7 x 7 x 1024
      named('avgpool', globalAvgPool()),   // 1024
      named('linear', dropout(dropoutRate), dense(classes, { torch: 'fc' })), // 1000
    )(at4d); // prettier-ignore
    return auxiliary ? [logits, auxiliaryClassifier(1)(at4a), auxiliaryClassifier(2)(at4d)] : [logits];
  });
}

type Convolution = (filters: number, size: number, options?: Omit<ConvBnOptions, 'torch'>) => Block;

/** Figure 2 (b). */
function inception(
  name: keyof typeof TABLE_1,
  [n1x1, n3x3reduce, n3x3, n5x5reduce, n5x5, poolProj]: (typeof TABLE_1)[keyof typeof TABLE_1],
  window: 3 | 5,
  convolution: Convolution,
): Block {
  // The names of the branches say what is in them, also where a 3 x 3 is in for the 5 x 5.
  const wide = window === 5 ? '5x5' : '3x3for5x5';
  return named(`inception${name}`, torch(`inception${name}`, concat(
    named('1x1', torch('branch1', convolution(n1x1, 1))),
    chain(
      named('3x3reduce', torch('branch2.0', convolution(n3x3reduce, 1))),
      named('3x3', torch('branch2.1', convolution(n3x3, 3))),
    ),
    chain(
      named(`${wide}reduce`, torch('branch3.0', convolution(n5x5reduce, 1))),
      named(wide, torch('branch3.1', convolution(n5x5, window))),
    ),
    named('poolproj', maxPool(3, 1, { padding: 1 }), torch('branch4.1', convolution(poolProj, 1))),
  ))); // prettier-ignore
}
