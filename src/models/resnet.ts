/**
 * ResNet. He, Zhang, Ren & Sun, "Deep Residual Learning for Image Recognition", CVPR 2016 (arXiv 1512.03385): table 1,
 * figures 2 and 5, section 3.3. Width 2 is Zagoruyko & Komodakis, "Wide Residual Networks", 2016 (arXiv 1605.07146).
 * Differs from the paper: a bottleneck has its stride on the 3 x 3 convolution, as torchvision and most of the field since
 * (`stride: 'v1'` is the paper's, on the first 1 x 1). Where zeros extend the channels, they are after them.
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
  maxPool,
  model,
  type ModelOptions,
  named,
  pad,
  relu,
  repeat,
  residual,
  subsample,
  torch,
} from '../layers';
import { among, boolean, type Checks, factor, keyOf, MODEL_OPTIONS, withDepth } from '../layers/building/options';

/** Table 1: the building block, and how often it is in conv2_x, conv3_x, conv4_x and conv5_x. */
export const TABLE_1 = {
  18: ['basic', [2, 2, 2, 2]],
  34: ['basic', [3, 4, 6, 3]],
  50: ['bottleneck', [3, 4, 6, 3]],
  101: ['bottleneck', [3, 4, 23, 3]],
  152: ['bottleneck', [3, 8, 36, 3]],
} as const;

/** Table 1, and depths that the field has beside it: timm's resnet26, and the authors' of 200 layers. */
export const DEPTHS = { ...TABLE_1, 26: ['bottleneck', [2, 2, 2, 2]], 200: ['bottleneck', [3, 24, 36, 3]] } as const;

/**
 * Section 3.3. A: subsampled input and zeros for the new channels, no weights. B: a 1 x 1 convolution where the shape
 * changes. C: a 1 x 1 convolution everywhere. 'none': the plain counterpart, without addition.
 */
export type Shortcut = 'A' | 'B' | 'C' | 'none';

export interface ResNetOptions extends ModelOptions {
  depth?: keyof typeof DEPTHS;
  /** Where a bottleneck has its stride: 'v1' on the first 1 x 1 convolution, 'v1.5' on the 3 x 3. */
  stride?: 'v1' | 'v1.5';
  shortcut?: 'A' | 'B' | 'C';
  /** false: the plain counterpart, the same layers without shortcuts. */
  residual?: boolean;
  /** Times as many filters inside of the blocks: 2 makes ResNet-50 the wide ResNet-50-2. */
  width?: number;
  stem?: ResNetStem;
}

export const RESNET_OPTIONS: Checks<ResNetOptions> = {
  ...MODEL_OPTIONS,
  depth: keyOf(DEPTHS),
  stride: among('v1', 'v1.5'),
  shortcut: among('A', 'B', 'C'),
  residual: boolean,
  width: factor,
  stem: among('imagenet', 'caffe', 'cifar'),
};

/**
 * A residual network: `resnet(50, options)`, or `resnet({ depth: 50, ...options })`.
 *
 * @param first the depth, or the options
 * @param more options beside a depth
 * @example resnet(18, { classes: 10 })
 */
export function resnet(
  first?: ResNetOptions['depth'] | ResNetOptions,
  more: Omit<ResNetOptions, 'depth'> = {},
): tf.LayersModel {
  const {
    depth = 50,
    stride: version = 'v1.5',
    shortcut: kind = 'B',
    residual: hasShortcuts = true,
    width = 1,
    stem,
    ...options
  } = withDepth<ResNetOptions>('resnet', first, more, RESNET_OPTIONS);
  const [block, counts] = DEPTHS[depth];
  const shortcut = hasShortcuts ? kind : 'none';
  const name = `${hasShortcuts ? 'resnet' : 'plain'}${depth}${width === 1 ? '' : `-${width}`}`;
  return residualNetwork(name, options, counts, stem, (filters, stride) => {
    const inner = filters * width;
    return block === 'basic'
      ? unit(basic(inner, filters, stride), filters, stride, shortcut)
      : unit(bottleneck(inner, 4 * filters, { stride, version }), 4 * filters, stride, shortcut);
  });
}

/**
 * How the network begins. 'imagenet': 7 x 7 filters and pooling with one row of padding. 'caffe': pooling that hangs over the
 * lower right edge instead, as the authors' own networks. 'cifar' keeps 32 x 32 images, by 3 x 3 filters and no pooling.
 */
export type ResNetStem = 'imagenet' | 'caffe' | 'cifar';

/**
 * The rows of table 1 around any kind of block.
 * @param block a block of the stage with so many filters; the comments are of blocks that give 4 times as many maps
 */
export function residualNetwork(
  name: string,
  { inputShape = [224, 224, 3], classes = 1000, seed }: ModelOptions,
  counts: readonly number[],
  stem: ResNetStem = 'imagenet',
  block: (filters: number, stride: number) => Block,
): tf.LayersModel {
  const stage = (layer: number, filters: number, stride: number): Block =>
    repeat(counts[layer - 1], i => torch(`layer${layer}.${i}`, block(filters, i === 0 ? stride : 1)));
  const names = { torch: ['conv1', 'bn1'] } as const;
  return model(name, { inputShape, classes, seed },
    named('conv1', stem === 'cifar' ? convBnRelu(64, 3, names) : convBnRelu(64, 7, { stride: 2, ...names })), // 112 x 112 x 64
    named('conv2_x', stem === 'cifar' ? identity : stemPool(stem), stage(1, 64, 1)), // 56 x 56 x 256
    named('conv3_x', stage(2, 128, 2)),                                                  // 28 x 28 x 512
    named('conv4_x', stage(3, 256, 2)),                                                  // 14 x 14 x 1024
    named('conv5_x', stage(4, 512, 2)),                                                  // 7 x 7 x 2048
    named('fc', globalAvgPool(), dense(classes, { torch: 'fc' })),                       // 1000
  ); // prettier-ignore
}

export function stemPool(stem: Exclude<ResNetStem, 'cifar'>): Block {
  return maxPool(3, 2, stem === 'caffe' ? { ceilMode: true } : { padding: 1 });
}

/** Equations 1 and 2: relu(x + body(x)), or relu(body(x)) without a shortcut. */
export function unit(body: Block, channels: number, stride: number, kind: Shortcut): Block {
  return chain(kind === 'none' ? body : residual(body, shortcut(channels, stride, kind)), relu());
}

/** To the shape of the body's output; the identity where it is x's, unless C. */
export function shortcut(channels: number, stride: number, kind: 'A' | 'B' | 'C'): Block {
  return x => {
    if (kind !== 'C' && stride === 1 && x.shape[3] === channels) return x;
    const project = convBn(channels, 1, { stride, torch: ['downsample.0', 'downsample.1'] });
    return named('shortcut', kind === 'A' ? zeroPadded(channels, stride) : project)(x);
  };
}

/** Option A: no weights. */
export function zeroPadded(channels: number, stride: number): Block {
  return x => chain(subsample(stride), pad(0, [0, channels - x.shape[3]!]))(x);
}

/** Figure 5, left. */
export function basic(filters: number, channels: number, stride: number): Block {
  return chain(
    named('first', convBnRelu(filters, 3, { stride, torch: ['conv1', 'bn1'] })),
    named('second', convBn(channels, 3, { torch: ['conv2', 'bn2'] })),
  );
}

export interface BottleneckOptions {
  stride?: number;
  version?: 'v1' | 'v1.5';
  /** Groups of the 3 x 3 convolution. */
  groups?: number;
}

/** Figure 5, right: 1 x 1 filters reduce the channels, 3 x 3 filters work on few, 1 x 1 filters restore them. */
export function bottleneck(
  filters: number,
  channels: number,
  { stride = 1, version = 'v1.5', groups = 1 }: BottleneckOptions = {},
): Block {
  const [first, second] = version === 'v1' ? [stride, 1] : [1, stride];
  return chain(
    named('reduce', convBnRelu(filters, 1, { stride: first, torch: ['conv1', 'bn1'] })),
    named('transform', convBnRelu(filters, 3, { stride: second, groups, torch: ['conv2', 'bn2'] })),
    named('restore', convBn(channels, 1, { torch: ['conv3', 'bn3'] })),
  );
}
