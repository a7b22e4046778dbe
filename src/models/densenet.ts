/**
 * DenseNet. Huang, Liu, van der Maaten & Weinberger, "Densely Connected Convolutional Networks", CVPR 2017
 * (arXiv 1608.06993): table 1, equation 2, section 3.
 * Differs from the paper: DenseNet-161 (growth rate 48, 96 maps after the first layer) is of the authors' code; table 1 has
 * DenseNet-264 in its place.
 */
import * as tf from '@tensorflow/tfjs';
import {
  avgPool,
  batchNorm,
  type Block,
  chain,
  conv,
  convBnRelu,
  dense,
  denselyConnected,
  dropout,
  globalAvgPool,
  identity,
  maxPool,
  model,
  type ModelOptions,
  named,
  relu,
  repeat,
  torch,
} from '../layers';
import {
  boolean,
  type Checks,
  dropoutRate,
  keyOf,
  MODEL_OPTIONS,
  positive,
  refuse,
  STEM,
  type StemOptions,
  whole,
  withDepth,
} from '../layers/building/options';

/** Table 1: layers of the four dense blocks, and the growth rate. */
const TABLE_1 = {
  121: [[6, 12, 24, 16], 32],
  169: [[6, 12, 32, 32], 32],
  201: [[6, 12, 48, 32], 32],
  264: [[6, 12, 64, 48], 32],
  161: [[6, 12, 36, 24], 48],
} as const;

export interface DenseNetOptions extends ModelOptions, StemOptions {
  depth?: keyof typeof TABLE_1;
  /** k: how many maps a layer adds. */
  growthRate?: number;
  /** theta: the share of the maps that a transition keeps; 1 keeps all. */
  reduction?: number;
  /** Whether 1 x 1 filters make 4k maps in front of each 3 x 3 convolution (B). */
  bottleneck?: boolean;
  /** After each convolution but the first; the paper has 0.2 on data without augmentation. */
  dropoutRate?: number;
}

const OPTIONS: Checks<DenseNetOptions> = {
  ...MODEL_OPTIONS,
  depth: keyOf(TABLE_1),
  stem: STEM,
  growthRate: whole,
  reduction: (what, value) => positive(what, value, 1),
  bottleneck: boolean,
  dropoutRate,
};

/** DenseNet-BC for ImageNet; the comments are of 121 layers. */
export function densenet(
  first?: DenseNetOptions['depth'] | DenseNetOptions,
  more: Omit<DenseNetOptions, 'depth'> = {},
): tf.LayersModel {
  const {
    depth = 121,
    growthRate,
    reduction = 0.5,
    bottleneck = true,
    stem = 'imagenet',
    dropoutRate = 0,
    inputShape = [224, 224, 3],
    classes = 1000,
    seed,
  } = withDepth<DenseNetOptions>('densenet', first, more, OPTIONS);
  const [layers, tableGrowthRate] = TABLE_1[depth];
  const k = growthRate ?? tableGrowthRate;
  const large = stem === 'imagenet';
  const names = { torch: ['features.conv0', 'features.norm0'] } as const;
  const block = (i: number): Block => denseBlock(i, layers[i - 1], { growthRate: k, bottleneck, dropoutRate });
  const shrink = (i: number): Block => transition(i, reduction, dropoutRate);
  return model(`densenet${depth}`, { inputShape, classes, seed },
    named('conv1', large ? convBnRelu(2 * k, 7, { stride: 2, ...names }) : convBnRelu(2 * k, 3, names)), // 112 x 112 x 64
    named('pool1', large ? maxPool(3, 2, { padding: 1 }) : identity),     // 56 x 56 x 64
    named('denseBlock1', block(1)),                                       // 56 x 56 x 256
    named('transition1', shrink(1)),                                      // 28 x 28 x 128
    named('denseBlock2', block(2)),                                       // 28 x 28 x 512
    named('transition2', shrink(2)),                                      // 14 x 14 x 256
    named('denseBlock3', block(3)),                                       // 14 x 14 x 1024
    named('transition3', shrink(3)),                                      // 7 x 7 x 512
    named('denseBlock4', block(4)),                                       // 7 x 7 x 1024
    named('fc', batchNorm({ torch: 'features.norm5' }), relu(), globalAvgPool(), dense(classes, { torch: 'classifier' })), // 1000
  ); // prettier-ignore
}

export interface DenseNetCifarOptions extends Omit<DenseNetOptions, 'depth' | 'stem'> {
  /** 3n + 4, or 6n + 4 with bottlenecks. */
  depth?: number;
}

const { stem: _, ...SHARED_OPTIONS } = OPTIONS;
const CIFAR_OPTIONS: Checks<DenseNetCifarOptions> = { ...SHARED_OPTIONS, depth: whole };

/**
 * For CIFAR, section 3: three dense blocks. By default DenseNet (L = 40, k = 12), with `bottleneck` DenseNet-BC
 * (L = 100, k = 12), whose transitions keep half of the maps. The comments are of the latter.
 */
export function densenetCifar(
  first?: number | DenseNetCifarOptions,
  more: Omit<DenseNetCifarOptions, 'depth'> = {},
): tf.LayersModel {
  const {
    bottleneck = false,
    depth = bottleneck ? 100 : 40,
    growthRate = 12,
    reduction = bottleneck ? 0.5 : 1,
    dropoutRate = 0,
    inputShape = [32, 32, 3],
    classes = 10,
    seed,
  } = withDepth<DenseNetCifarOptions>('densenetCifar', first, more, CIFAR_OPTIONS);
  const perLayer = bottleneck ? 2 : 1;
  const layers = (depth - 4) / 3 / perLayer;
  if (!Number.isInteger(layers) || layers < 1)
    refuse('depth of densenetCifar', depth, `${3 * perLayer}n + 4 with n from 1`);
  const block = (i: number): Block => denseBlock(i, layers, { growthRate, bottleneck, dropoutRate });
  const shrink = (i: number): Block => transition(i, reduction, dropoutRate);
  const maps = bottleneck && reduction < 1 ? 2 * growthRate : 16;
  return model(`densenet${bottleneck ? '-bc' : ''}${depth}-k${growthRate}-cifar`, { inputShape, classes, seed },
    named('conv1', conv(maps, 3, { bias: false, torch: 'features.conv0' })), // 32 x 32 x 24
    named('denseBlock1', block(1)),                                           // 32 x 32 x 216
    named('transition1', shrink(1)),                                          // 16 x 16 x 108
    named('denseBlock2', block(2)),                                           // 16 x 16 x 300
    named('transition2', shrink(2)),                                          // 8 x 8 x 150
    named('denseBlock3', block(3)),                                           // 8 x 8 x 342
    named('fc', batchNorm({ torch: 'features.norm5' }), relu(), globalAvgPool(), dense(classes, { torch: 'classifier' })), // 10
  ); // prettier-ignore
}

interface LayerOptions {
  growthRate: number;
  bottleneck: boolean;
  dropoutRate: number;
}

/** Figure 1: each layer gets the maps of all before it. */
function denseBlock(index: number, layers: number, options: LayerOptions): Block {
  return torch(
    `features.denseblock${index}`,
    repeat(layers, i => torch(`denselayer${i + 1}`, denselyConnected(denseLayer(options)))),
  );
}

/** Section 3: BN-ReLU-Conv(3 x 3), or BN-ReLU-Conv(1 x 1)-BN-ReLU-Conv(3 x 3). */
function denseLayer({ growthRate, bottleneck, dropoutRate }: LayerOptions): Block {
  const step = (i: 1 | 2, filters: number, size: number): Block => normReluConv(filters, size, `norm${i}`, `conv${i}`, dropoutRate); // prettier-ignore
  return bottleneck
    ? chain(named('bottleneck', step(1, 4 * growthRate, 1)), step(2, growthRate, 3))
    : step(1, growthRate, 3);
}

/** Section 3, "Compression": floor(theta m) of m maps, at half the size. */
function transition(index: number, reduction: number, dropoutRate: number): Block {
  return x => {
    const filters = Math.floor(reduction * x.shape[3]!);
    const shrink = torch(`features.transition${index}`, normReluConv(filters, 1, 'norm', 'conv', dropoutRate));
    return chain(shrink, avgPool(2))(x);
  };
}

function normReluConv(filters: number, size: number, norm: string, name: string, dropoutRate: number): Block {
  return chain(
    batchNorm({ torch: norm }),
    relu(),
    conv(filters, size, { bias: false, torch: name }),
    dropout(dropoutRate),
  );
}
