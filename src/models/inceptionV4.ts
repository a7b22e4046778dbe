/**
 * Inception-v4 and Inception-ResNet-v2. Szegedy, Ioffe, Vanhoucke & Alemi, "Inception-v4, Inception-ResNet and the Impact
 * of Residual Connections on Learning", AAAI 2017 (arXiv 1602.07261): figures 3 to 9 and 15 to 19.
 * Differs from the paper: Inception-ResNet-v2 is the authors' published network, which is timm's: the stem of
 * Inception-v3, 10, 20 and 10 blocks where figure 15 has 5, 10 and 5, and maps of 320, 1088 and 2080.
 */
import * as tf from '@tensorflow/tfjs';
import {
  avgPool,
  type Block,
  chain,
  concat,
  conv,
  convBnRelu,
  dense,
  dropout,
  globalAvgPool,
  identity,
  maxPool,
  model,
  type ModelOptions,
  named,
  relu,
  residual,
  scale,
  torch,
} from '../layers';
import { check, type Checks, dropoutRate, MODEL_OPTIONS } from '../layers/building/options';
import { module, unit } from './inceptionV3';

export interface InceptionV4Options extends ModelOptions {
  /** The share of units set to zero before the last layer; figure 9 keeps 0.8. */
  dropoutRate?: number;
}

const OPTIONS: Checks<InceptionV4Options> = {
  ...MODEL_OPTIONS,
  dropoutRate,
};

/** The smallest image is 75 x 75. */
export function inceptionV4(options: InceptionV4Options = {}): tf.LayersModel {
  check('inceptionV4', options, OPTIONS);
  const { inputShape = [299, 299, 3], classes = 1000, dropoutRate = 0.2, seed } = options;
  // timm numbers all modules in one sequence.
  let index = 0;
  const row = (name: string, ...blocks: Block[]): Block => named(name, torch(`features.${index++}`, ...blocks));
  const rows = (name: string, count: number, block: Block): Block[] =>
    Array.from({ length: count }, (_, i) => row(`${name}${i + 1}`, block));
  return model('inceptionV4', { inputShape, classes, seed },
    row('stem1', convolution(32, 3, valid(2))),    // 149 x 149 x 32
    row('stem2', convolution(32, 3, valid(1))),    // 147 x 147 x 32
    row('stem3', convolution(64, 3)),              // 147 x 147 x 64
    row('stem4', concat(maxPool(3, 2), unit('conv', 96, 3, valid(2)))), // 73 x 73 x 160
    row('stem5', concat(
      branch('branch0', convolution(64, 1), convolution(96, 3, valid(1))),
      branch('branch1', convolution(64, 1), convolution(64, [1, 7]), convolution(64, [7, 1]), convolution(96, 3, valid(1))),
    )),                                            // 71 x 71 x 192
    row('stem6', concat(unit('conv', 192, 3, valid(2)), maxPool(3, 2))), // 35 x 35 x 384
    ...rows('inceptionA', 4, inceptionA()),        // 35 x 35 x 384
    row('reductionA', reductionA()),               // 17 x 17 x 1024
    ...rows('inceptionB', 7, inceptionB()),        // 17 x 17 x 1024
    row('reductionB', reductionB()),               // 8 x 8 x 1536
    ...rows('inceptionC', 3, inceptionC()),        // 8 x 8 x 1536
    named('avgpool', globalAvgPool()),             // 1536
    named('linear', dropout(dropoutRate), dense(classes, { torch: 'last_linear' })), // 1000
  ); // prettier-ignore
}

/** The smallest image is 75 x 75. */
export function inceptionResnetV2(options: InceptionV4Options = {}): tf.LayersModel {
  check('inceptionResnetV2', options, OPTIONS);
  const { inputShape = [299, 299, 3], classes = 1000, dropoutRate = 0.2, seed } = options;
  const blocks = (name: string, count: number, block: Block): Block =>
    module(name, ...Array.from({ length: count }, (_, i) => module(String(i), block)));
  return model('inceptionResnetV2', { inputShape, classes, seed },
    unit('conv2d_1a', 32, 3, valid(2)),            // 149 x 149 x 32
    unit('conv2d_2a', 32, 3, valid(1)),            // 147 x 147 x 32
    unit('conv2d_2b', 64, 3),                      // 147 x 147 x 64
    named('maxpool_3a', maxPool(3, 2)),            // 73 x 73 x 64
    unit('conv2d_3b', 80, 1),                      // 73 x 73 x 80
    unit('conv2d_4a', 192, 3, valid(1)),           // 71 x 71 x 192
    named('maxpool_5a', maxPool(3, 2)),            // 35 x 35 x 192
    module('mixed_5b', mixed5b()),                 // 35 x 35 x 320
    blocks('repeat', 10, block35()),               // 35 x 35 x 320
    module('mixed_6a', mixed6a()),                 // 17 x 17 x 1088
    blocks('repeat_1', 20, block17()),             // 17 x 17 x 1088
    module('mixed_7a', mixed7a()),                 // 8 x 8 x 2080
    blocks('repeat_2', 9, block8(0.2)),            // 8 x 8 x 2080
    module('block8', block8(1, identity)),         // 8 x 8 x 2080
    unit('conv2d_7b', 1536, 1),                    // 8 x 8 x 1536
    named('avgpool', globalAvgPool()),             // 1536
    named('linear', dropout(dropoutRate), dense(classes, { torch: 'classif' })), // 1000
  ); // prettier-ignore
}

/** "V" in the figures: no padding. */
const valid = (stride: number): { stride: number; padding: number } => ({ stride, padding: 0 });

function convolution(filters: number, size: number | [number, number], options = {}): Block {
  return convBnRelu(filters, size, { norm: { epsilon: 1e-3 }, torch: ['conv', 'bn'], ...options });
}

/** A branch whose parts are numbered, from 0. */
function branch(name: string, ...blocks: Block[]): Block {
  return module(name, ...blocks.map((block, i) => module(String(i), block)));
}

/** Pooling in a branch of constant size; the border's zeros do not count. */
const averaged = (): Block => avgPool(3, 1, { padding: 1, countIncludePad: false });

/** Figure 4. */
function inceptionA(): Block {
  return concat(
    unit('branch0', 96, 1),
    branch('branch1', convolution(64, 1), convolution(96, 3)),
    branch('branch2', convolution(64, 1), convolution(96, 3), convolution(96, 3)),
    branch('branch3', averaged(), convolution(96, 1)),
  );
}

/** Figure 7, with k, l, m, n = 192, 224, 256, 384 of table 1. */
function reductionA(): Block {
  return concat(
    unit('branch0', 384, 3, valid(2)),
    branch('branch1', convolution(192, 1), convolution(224, 3), convolution(256, 3, valid(2))),
    maxPool(3, 2),
  );
}

/** Figure 5. */
function inceptionB(): Block {
  return concat(
    unit('branch0', 384, 1),
    branch('branch1', convolution(192, 1), convolution(224, [1, 7]), convolution(256, [7, 1])),
    branch(
      'branch2',
      convolution(192, 1),
      convolution(192, [7, 1]),
      convolution(224, [1, 7]),
      convolution(224, [7, 1]),
      convolution(256, [1, 7]),
    ),
    branch('branch3', averaged(), convolution(128, 1)),
  );
}

/** Figure 8. */
function reductionB(): Block {
  return concat(
    branch('branch0', convolution(192, 1), convolution(192, 3, valid(2))),
    branch(
      'branch1',
      convolution(256, 1),
      convolution(256, [1, 7]),
      convolution(320, [7, 1]),
      convolution(320, 3, valid(2)),
    ),
    maxPool(3, 2),
  );
}

/** Figure 6. */
function inceptionC(): Block {
  const split = (name: string): Block => concat(unit(`${name}a`, 256, [1, 3]), unit(`${name}b`, 256, [3, 1]));
  return concat(
    unit('branch0', 256, 1),
    chain(unit('branch1_0', 384, 1), split('branch1_1')),
    chain(
      unit('branch2_0', 384, 1),
      unit('branch2_1', 448, [3, 1]),
      unit('branch2_2', 512, [1, 3]),
      split('branch2_3'),
    ),
    branch('branch3', averaged(), convolution(256, 1)),
  );
}

/** The first module of Inception-ResNet-v2, without a shortcut. */
function mixed5b(): Block {
  return concat(
    unit('branch0', 96, 1),
    branch('branch1', convolution(48, 1), convolution(64, 5)),
    branch('branch2', convolution(64, 1), convolution(96, 3), convolution(96, 3)),
    branch('branch3', averaged(), convolution(64, 1)),
  );
}

/** Section 3.3: the residual is scaled down before it is added, and made of the branches by a linear 1 x 1. */
function scaledResidual(factor: number, body: Block, activation: Block = relu()): Block {
  const project: Block = x => body(x);
  const expand = (channels: number): Block => conv(channels, 1, { torch: 'conv2d' });
  const shrink = factor === 1 ? identity : scale(factor);
  return chain(
    residual(x => chain(project, expand(x.shape[3]!), shrink)(x)),
    activation,
  );
}

/** Figure 16. */
function block35(): Block {
  return scaledResidual(
    0.17,
    concat(
      unit('branch0', 32, 1),
      branch('branch1', convolution(32, 1), convolution(32, 3)),
      branch('branch2', convolution(32, 1), convolution(48, 3), convolution(64, 3)),
    ),
  );
}

/** Figure 7, with k, l, m, n = 256, 256, 384, 384 of table 1. */
function mixed6a(): Block {
  return concat(
    unit('branch0', 384, 3, valid(2)),
    branch('branch1', convolution(256, 1), convolution(256, 3), convolution(384, 3, valid(2))),
    maxPool(3, 2),
  );
}

/** Figure 17. */
function block17(): Block {
  return scaledResidual(
    0.1,
    concat(
      unit('branch0', 192, 1),
      branch('branch1', convolution(128, 1), convolution(160, [1, 7]), convolution(192, [7, 1])),
    ),
  );
}

/** Figure 18. */
function mixed7a(): Block {
  return concat(
    branch('branch0', convolution(256, 1), convolution(384, 3, valid(2))),
    branch('branch1', convolution(256, 1), convolution(288, 3, valid(2))),
    branch('branch2', convolution(256, 1), convolution(288, 3), convolution(320, 3, valid(2))),
    maxPool(3, 2),
  );
}

/** Figure 19. */
function block8(factor: number, activation?: Block): Block {
  return scaledResidual(
    factor,
    concat(
      unit('branch0', 192, 1),
      branch('branch1', convolution(192, 1), convolution(224, [1, 3]), convolution(256, [3, 1])),
    ),
    activation,
  );
}
