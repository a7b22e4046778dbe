/**
 * ResNeXt. Xie, Girshick, Dollár, Tu & He, "Aggregated Residual Transformations for Deep Neural Networks", CVPR 2017
 * (arXiv 1611.05431): table 1, figure 3, section 5.2. `wideResnet` is Zagoruyko & Komodakis, "Wide Residual Networks", 2016
 * (arXiv 1605.07146), section 3: more width for the same depth, against more paths for the same width.
 */
import * as tf from '@tensorflow/tfjs';
import {
  add,
  batchNorm,
  type Block,
  chain,
  concat,
  conv,
  convBn,
  convBnRelu,
  dense,
  globalAvgPool,
  model,
  type ModelOptions,
  named,
  repeat,
  torch,
} from '../layers';
import { among, type Checks, MODEL_OPTIONS, whole, wholeNumber, withDepth } from '../layers/building/options';
import { networkWithWeights } from '../base/options';
import {
  bottleneck,
  residualNetwork,
  resnet,
  type ResNetOptions,
  RESNET_OPTIONS,
  type ResNetStem,
  TABLE_1,
  unit,
} from './resnet';
import { blocksPerStage } from './resnetCifar';

/**
 * Figure 3: (a) each path reduces, transforms and restores, and the results are added; (b) each path reduces and transforms,
 * and the results are joined and restored; (c) one grouped convolution. The three compute the same (section 3.3).
 */
export type ResNeXtForm = 'a' | 'b' | 'c';

export interface ResNeXtOptions extends ModelOptions {
  depth?: 50 | 101 | 152;
  /** C: how many paths a block has. */
  cardinality?: number;
  /** d: how many channels a path of the first stage has; twice as many in each next. */
  bottleneckWidth?: number;
  form?: ResNeXtForm;
  stem?: ResNetStem;
}

const OPTIONS: Checks<ResNeXtOptions> = {
  ...MODEL_OPTIONS,
  depth: among(50, 101, 152),
  cardinality: whole,
  bottleneckWidth: whole,
  form: among('a', 'b', 'c'),
  stem: RESNET_OPTIONS.stem,
};

/** `resnext(50, options)`, or `resnext({ depth: 50, ...options })`. */
export function resnext(
  first?: ResNeXtOptions['depth'] | ResNeXtOptions,
  more: Omit<ResNeXtOptions, 'depth'> = {},
): tf.LayersModel {
  const {
    depth = 50,
    cardinality = 32,
    bottleneckWidth = 4,
    form = 'c',
    stem,
    ...options
  } = withDepth<ResNeXtOptions>('resnext', first, more, OPTIONS);
  const [, counts] = TABLE_1[depth];
  return residualNetwork(
    `resnext${depth}-${cardinality}x${bottleneckWidth}d`,
    options,
    counts,
    stem,
    (filters, stride) => {
      const body = aggregated(cardinality, (bottleneckWidth * filters) / 64, 4 * filters, stride, form);
      return unit(body, 4 * filters, stride, 'B');
    },
  );
}

export interface ResNeXtCifarOptions extends Omit<ResNeXtOptions, 'depth' | 'stem'> {
  /** 9n + 2; the paper has 29. */
  depth?: number;
}

const { stem: _, ...SHARED_OPTIONS } = OPTIONS;
const CIFAR_OPTIONS: Checks<ResNeXtCifarOptions> = {
  ...SHARED_OPTIONS,
  depth: (what, value) => void blocksPerStage(what, value, 9),
};

/** For CIFAR, section 5.2: 8x64d and 16x64d. */
export function resnextCifar(
  first?: number | ResNeXtCifarOptions,
  more: Omit<ResNeXtCifarOptions, 'depth'> = {},
): tf.LayersModel {
  const {
    depth = 29,
    cardinality = 8,
    bottleneckWidth = 64,
    form = 'c',
    inputShape = [32, 32, 3],
    classes = 10,
    seed,
  } = withDepth<ResNeXtCifarOptions>('resnextCifar', first, more, CIFAR_OPTIONS);
  const n = blocksPerStage('depth of resnextCifar', depth, 9);
  const stage = (layer: number, factor: number, stride: number): Block =>
    repeat(n, i => {
      const s = i === 0 ? stride : 1;
      const body = aggregated(cardinality, factor * bottleneckWidth, factor * 256, s, form);
      return torch(`layer${layer}.${i}`, unit(body, factor * 256, s, 'B'));
    });
  return model(`resnext${depth}-${cardinality}x${bottleneckWidth}d-cifar`, { inputShape, classes, seed },
    named('conv1', convBnRelu(64, 3, { torch: ['conv1', 'bn1'] })), // 32 x 32 x 64
    named('conv2_x', stage(1, 1, 1)),                               // 32 x 32 x 256
    named('conv3_x', stage(2, 2, 2)),                               // 16 x 16 x 512
    named('conv4_x', stage(3, 4, 2)),                               // 8 x 8 x 1024
    named('fc', globalAvgPool(), dense(classes, { torch: 'fc' })),  // 10
  ); // prettier-ignore
}

/** Bottlenecks of twice the width: torchvision's wide_resnet50_2 and wide_resnet101_2. */
export function wideResnet(
  first?: ResNetOptions['depth'] | ResNetOptions,
  more: Omit<ResNetOptions, 'depth'> = {},
): tf.LayersModel {
  return resnet({ width: 2, ...withDepth<ResNetOptions>('wideResnet', first, more, RESNET_OPTIONS) });
}

/** Equation 2, without the shortcut: the sum of `cardinality` paths of `width` channels, written in one of three ways. */
function aggregated(cardinality: number, width: number, channels: number, stride: number, form: ResNeXtForm): Block {
  wholeNumber('width of a path of resnext', width);
  const paths = (path: Block): Block[] =>
    Array.from({ length: cardinality }, (_, i) => named(`path${i + 1}`, torch(`path${i + 1}`, path)));
  const reduceAndTransform = chain(
    named('reduce', convBnRelu(width, 1, { torch: ['conv1', 'bn1'] })),
    named('transform', convBnRelu(width, 3, { stride, torch: ['conv2', 'bn2'] })),
  );
  // Section 4: in (a), batch normalization is after the sum and in front of the addition of the shortcut.
  const forms: Record<ResNeXtForm, () => Block> = {
    a: () => {
      const restore = named('restore', conv(channels, 1, { bias: false, torch: 'conv3' }));
      return chain(join(add, paths(chain(reduceAndTransform, restore))), named('restore', batchNorm({ torch: 'bn3' })));
    },
    b: () =>
      chain(
        join(concat, paths(reduceAndTransform)),
        named('restore', convBn(channels, 1, { torch: ['conv3', 'bn3'] })),
      ),
    c: () => bottleneck(cardinality * width, channels, { stride, groups: cardinality }),
  };
  return forms[form]();
}

/** tfjs adds and joins two and more. */
function join(how: (...blocks: Block[]) => Block, paths: Block[]): Block {
  return paths.length > 1 ? how(...paths) : paths[0];
}

/**
 * Gives `to` the weights of `from`, the same network in any of the three forms: the paths' filters are slices of the grouped
 * convolution's.
 * @throws when they are different networks
 */
export function transferWeights(from: tf.LayersModel, to: tf.LayersModel): void {
  networkWithWeights('first argument of transferWeights', from);
  networkWithWeights('second argument of transferWeights', to);
  const source = pathWeights(from);
  const target = pathWeights(to);
  const [missing] = [...target.keys()].filter(name => !source.has(name));
  if (missing || source.size !== target.size) {
    throw new Error(
      `${from.name} and ${to.name} are different networks${missing ? `: only one has ${missing}` : ''}; expected the same in another form.`,
    );
  }
  for (const [name, weights] of target) {
    const axis = name.endsWith('restore/conv/kernel') ? -2 : -1;
    tf.tidy(() => {
      const whole = tf.concat(source.get(name)!.map(weight => weight.read()), axis); // prettier-ignore
      tf.split(whole, weights.length, whole.rank + axis).forEach((part, i) => weights[i].write(part));
    });
  }
}

/** The weights that are one in form (c), by its name for them, in the order of their paths. */
function pathWeights(model: tf.LayersModel): Map<string, tf.LayerVariable[]> {
  const number = (name: string): number => Number(/\/path(\d+)/.exec(name)?.[1] ?? 0);
  const found = new Map<string, tf.LayerVariable[]>();
  for (const layer of [...model.layers].sort((a, b) => number(a.name) - number(b.name))) {
    for (const weight of layer.weights) {
      const name = `${layer.name.replace(/\/path\d+/, '')}/${weight.originalName.split('/').at(-1)}`;
      found.set(name, [...(found.get(name) ?? []), weight]);
    }
  }
  return found;
}
