/**
 * Squeeze and excitation. Hu, Shen, Albanie, Sun & Wu, "Squeeze-and-Excitation Networks", CVPR 2018 (arXiv 1709.01507):
 * table 1, figures 3 and 7, sections 6.1 to 6.5, and SENet-154 of the appendix. Names of weights are timm's.
 * Differs from the paper: SE-ResNet has the stride on the 3 x 3 convolution (`stride: 'v1'` is ResNet's first paper).
 */
import * as tf from '@tensorflow/tfjs';
import {
  type Block,
  chain,
  convBn,
  convBnRelu,
  dense,
  dropout,
  globalAvgPool,
  model,
  type ModelOptions,
  named,
  relu,
  repeat,
  residual,
  squeezeExcite,
  type SqueezeExciteOptions,
  torch,
} from '../layers';
import {
  among,
  boolean,
  check,
  type Checks,
  factor,
  keyOf,
  MODEL_OPTIONS,
  whole,
  withDepth,
} from '../layers/building/options';
import {
  basic,
  bottleneck,
  DEPTHS,
  residualNetwork,
  RESNET_OPTIONS,
  shortcut,
  type ResNetStem,
  stemPool,
} from './resnet';

/** Figure 7: where the block is in a residual unit of the given body and shortcut. */
const FIGURE_7 = {
  standard: (se: Block, body: Block, around: Block) => chain(residual(chain(body, se), around), relu()),
  pre: (se: Block, body: Block, around: Block) => chain(residual(chain(se, body), around), relu()),
  post: (se: Block, body: Block, around: Block) => chain(residual(body, around), relu(), se),
  identity: (se: Block, body: Block, around: Block) => chain(residual(body, chain(around, se)), relu()),
};

type SqueezeOptions = Pick<SqueezeExciteOptions, 'reduction' | 'leastSqueezed'> & {
  /** What the weights of the channels go through (section 6.3, table 12). */
  gate?: 'sigmoid' | 'tanh' | 'relu';
};

const SQUEEZE_OPTIONS: Checks<SqueezeOptions> = {
  reduction: factor,
  leastSqueezed: whole,
  gate: among('sigmoid', 'tanh', 'relu'),
};

export interface SENetOptions extends ModelOptions, SqueezeOptions {
  depth?: keyof typeof DEPTHS;
  placement?: keyof typeof FIGURE_7;
  stride?: 'v1' | 'v1.5';
  stem?: ResNetStem;
  /** A ReLU between the body and the block, which is not in the paper: timm's legacy_seresnet18 and 34. */
  reluBeforeSqueeze?: boolean;
}

const OPTIONS: Checks<SENetOptions> = {
  ...MODEL_OPTIONS,
  ...SQUEEZE_OPTIONS,
  depth: keyOf(DEPTHS),
  placement: keyOf(FIGURE_7),
  stride: RESNET_OPTIONS.stride,
  stem: RESNET_OPTIONS.stem,
  reluBeforeSqueeze: boolean,
};

/** `seResnet(50, options)`, or `seResnet({ depth: 50, ...options })`. */
export function seResnet(
  first?: SENetOptions['depth'] | SENetOptions,
  more: Omit<SENetOptions, 'depth'> = {},
): tf.LayersModel {
  return build('seResnet', {
    ...withDepth<SENetOptions>('seResnet', first, more, OPTIONS),
    cardinality: 1,
    bottleneckWidth: 64,
  });
}

export interface SEResNeXtOptions extends Omit<SENetOptions, 'depth' | 'stride' | 'reluBeforeSqueeze'> {
  depth?: 26 | 50 | 101 | 152;
  cardinality?: number;
  bottleneckWidth?: number;
}

const { stride: _stride, reluBeforeSqueeze: _relu, ...SHARED_OPTIONS } = OPTIONS;
const NEXT_OPTIONS: Checks<SEResNeXtOptions> = {
  ...SHARED_OPTIONS,
  depth: among(26, 50, 101, 152),
  cardinality: whole,
  bottleneckWidth: whole,
};

/** SE-ResNeXt-50 (32 x 4d), table 1, right. */
export function seResnext(
  first?: SEResNeXtOptions['depth'] | SEResNeXtOptions,
  more: Omit<SEResNeXtOptions, 'depth'> = {},
): tf.LayersModel {
  return build('seResnext', {
    cardinality: 32,
    bottleneckWidth: 4,
    ...withDepth<SEResNeXtOptions>('seResnext', first, more, NEXT_OPTIONS),
  });
}

function build(
  name: string,
  {
    depth = 50,
    placement = 'standard',
    reduction = 16,
    leastSqueezed,
    gate,
    stride: version = 'v1.5',
    cardinality,
    bottleneckWidth,
    stem,
    reluBeforeSqueeze = false,
    ...options
  }: SENetOptions & { cardinality: number; bottleneckWidth: number },
): tf.LayersModel {
  const [block, counts] = DEPTHS[depth];
  const place = FIGURE_7[placement];
  const se = squeezeExcite({ reduction, leastSqueezed, gate });
  return residualNetwork(`${name}${depth}`, options, counts, stem, (filters, stride) => {
    const channels = block === 'basic' ? filters : 4 * filters;
    const width = (cardinality * bottleneckWidth * filters) / 64;
    const body =
      block === 'basic'
        ? basic(filters, channels, stride)
        : bottleneck(width, channels, { stride, version, groups: cardinality });
    return place(
      named('se', torch('se', se)),
      reluBeforeSqueeze ? chain(body, relu()) : body,
      shortcut(channels, stride, 'B'),
    );
  });
}

export interface SENet154Options extends ModelOptions {
  /** Max pooling of the stem. 'caffe': it hangs over the lower right edge, as the authors'. 'imagenet': one row of padding, as timm's senet154. */
  stem?: 'imagenet' | 'caffe';
}

const SENET154_OPTIONS: Checks<SENet154Options> = {
  ...MODEL_OPTIONS,
  stem: among('imagenet', 'caffe'),
};

/**
 * SENet-154, the winner of ILSVRC 2017: SE-ResNeXt-152 (64 x 4d) with half the filters in the first 1 x 1 convolutions,
 * three 3 x 3 convolutions for the first 7 x 7, 3 x 3 convolutions for shortcuts with stride, and dropout. Names: timm's
 * legacy_senet154.
 */
export function senet154(options: SENet154Options = {}): tf.LayersModel {
  check('senet154', options, SENET154_OPTIONS);
  const { inputShape = [224, 224, 3], classes = 1000, stem = 'caffe', seed } = options;
  const [, counts] = DEPTHS[152];
  const block = (filters: number, stride: number, size: number): Block => {
    const body = chain(
      named('reduce', convBnRelu(2 * filters, 1, { torch: ['conv1', 'bn1'] })),
      named('transform', convBnRelu(4 * filters, 3, { stride, groups: 64, torch: ['conv2', 'bn2'] })),
      named('restore', convBn(4 * filters, 1, { torch: ['conv3', 'bn3'] })),
    );
    const project = named('shortcut', convBn(4 * filters, size, { stride, torch: ['downsample.0', 'downsample.1'] }));
    const around: Block = x => (stride === 1 && x.shape[3] === 4 * filters ? x : project(x));
    return FIGURE_7.standard(named('se', torch('se_module', squeezeExcite())), body, around);
  };
  const stage = (layer: number, filters: number, stride: number): Block =>
    repeat(counts[layer - 1], i =>
      torch(`layer${layer}.${i}`, block(filters, i === 0 ? stride : 1, layer === 1 ? 1 : 3)),
    );
  const layer0 = (i: number, filters: number, stride: number): Block =>
    convBnRelu(filters, 3, { stride, torch: [`layer0.conv${i}`, `layer0.bn${i}`] });
  return model('senet154', { inputShape, classes, seed },
    named('conv1', layer0(1, 64, 2), layer0(2, 64, 1), layer0(3, 128, 1)),  // 112 x 112 x 128
    named('conv2_x', stemPool(stem), stage(1, 64, 1)),   // 56 x 56 x 256
    named('conv3_x', stage(2, 128, 2)),                                     // 28 x 28 x 512
    named('conv4_x', stage(3, 256, 2)),                                     // 14 x 14 x 1024
    named('conv5_x', stage(4, 512, 2)),                                     // 7 x 7 x 2048
    named('fc', globalAvgPool(), dropout(0.2), dense(classes, { torch: 'last_linear' })), // 1000
  ); // prettier-ignore
}
