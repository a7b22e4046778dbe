/**
 * ShuffleNet V2. Ma, Zhang, Zheng & Sun, "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design",
 * ECCV 2018 (arXiv 1807.11164): table 5, figure 3 (c) and (d).
 */
import * as tf from '@tensorflow/tfjs';
import {
  batchNorm,
  type Block,
  chain,
  channelShuffle,
  concat,
  convBnRelu,
  dense,
  depthwiseConv,
  globalAvgPool,
  identity,
  maxPool,
  model,
  type ModelOptions,
  named,
  repeat,
  sliceChannels,
  torch,
} from '../layers';
import { check, type Checks, keyOf, MODEL_OPTIONS, STEM, type StemOptions } from '../layers/building/options';

/** Table 5: output channels of stages 2, 3, 4 and of conv5, by width. */
const TABLE_5 = {
  0.5: [48, 96, 192, 1024],
  1: [116, 232, 464, 1024],
  1.5: [176, 352, 704, 1024],
  2: [244, 488, 976, 2048],
} as const;

export interface ShuffleNetV2Options extends ModelOptions, StemOptions {
  /** Output channels, relative to the 1x network. */
  widthMultiplier?: keyof typeof TABLE_5;
}

const OPTIONS: Checks<ShuffleNetV2Options> = {
  ...MODEL_OPTIONS,
  widthMultiplier: keyOf(TABLE_5),
  stem: STEM,
};

/** ShuffleNet V2, of a width of table 5. */
export function shufflenetV2(options: ShuffleNetV2Options = {}): tf.LayersModel {
  check('shufflenetV2', options, OPTIONS);
  const { inputShape = [224, 224, 3], classes = 1000, widthMultiplier = 1, stem = 'imagenet', seed } = options;
  const [stage2, stage3, stage4, conv5] = TABLE_5[widthMultiplier];
  const large = stem === 'imagenet';
  return model(`shufflenetV2_x${widthMultiplier}`, { inputShape, classes, seed },
    named('conv1', convBnRelu(24, 3, { stride: large ? 2 : 1, torch: ['conv1.0', 'conv1.1'] })), // 112 x 112 x 24
    named('maxpool', large ? maxPool(3, 2, { padding: 1 }) : identity), // 56 x 56 x 24
    named('stage2', stage(2, 4, stage2)),               // 28 x 28 x 116
    named('stage3', stage(3, 8, stage3)),               // 14 x 14 x 232
    named('stage4', stage(4, 4, stage4)),               // 7 x 7 x 464
    named('conv5', convBnRelu(conv5, 1, { torch: ['conv5.0', 'conv5.1'] })), // 7 x 7 x 1024
    named('fc', globalAvgPool(), dense(classes, { torch: 'fc' })), // 1000
  ); // prettier-ignore
}

function stage(index: number, count: number, filters: number): Block {
  const half = filters / 2;
  return repeat(count, i => torch(`stage${index}.${i}`, i === 0 ? downsampling(half) : basic(half)));
}

/** Figure 3 (c): half of the channels pass by; the shuffle mixes the halves. */
function basic(half: number): Block {
  return chain(
    concat(sliceChannels(0, half), chain(sliceChannels(half, half), rightBranch(half, 1))),
    channelShuffle(2),
  );
}

/** Figure 3 (d): both branches see all channels, and make as many of them at half the size. */
function downsampling(half: number): Block {
  const leftBranch = named('left', torch('branch1',
    named('depthwise', depthwiseBn(2, ['0', '1'])),
    named('pointwise', convBnRelu(half, 1, { torch: ['2', '3'] })),
  )); // prettier-ignore
  return chain(concat(leftBranch, rightBranch(half, 2)), channelShuffle(2));
}

function rightBranch(filters: number, stride: number): Block {
  return named('right', torch('branch2',
    named('pointwise1', convBnRelu(filters, 1, { torch: ['0', '1'] })),
    named('depthwise', depthwiseBn(stride, ['3', '4'])),
    named('pointwise2', convBnRelu(filters, 1, { torch: ['5', '6'] })),
  )); // prettier-ignore
}

/** Without an activation, as in Xception and unlike MobileNet. */
function depthwiseBn(stride: number, [name, bnName]: [string, string]): Block {
  return chain(depthwiseConv(3, { stride, bias: false, torch: name }), batchNorm({ torch: bnName }));
}
