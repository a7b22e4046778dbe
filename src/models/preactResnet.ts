/**
 * Pre-activation ResNet. He, Zhang, Ren & Sun, "Identity Mappings in Deep Residual Networks", ECCV 2016 (arXiv 1603.05027):
 * figure 4, tables 2 to 5, appendix. As in the authors' code, a projection has the first activation in common with the body
 * and no batch normalization of its own, and the stride of CIFAR's bottlenecks is on the first 1 x 1 convolution.
 * Differs from the paper: with the other orders, a projection has batch normalization (the paper does not say).
 */
import * as tf from '@tensorflow/tfjs';
import {
  batchNorm,
  type Block,
  chain,
  conv,
  convBn,
  dense,
  flatten,
  globalAvgPool,
  identity,
  maxPool,
  model,
  type ModelOptions,
  named,
  relu,
  repeat,
  residual,
  torch,
} from '../layers';
import { among, type Checks, keyOf, MODEL_OPTIONS, whole, withDepth } from '../layers/building/options';
import { DEPTHS, zeroPadded } from './resnet';
import { blocksPerStage } from './resnetCifar';

type Step = 'bn' | 'relu';

/**
 * Figure 4 (a) to (e): what is in front of the first weight layer, after the last, and after the addition. Between two
 * weight layers there always are both.
 */
const FIGURE_4 = {
  original: { front: [], behind: ['bn'], afterAddition: ['relu'] },
  bnAfterAddition: { front: [], behind: [], afterAddition: ['bn', 'relu'] },
  reluBeforeAddition: { front: [], behind: ['bn', 'relu'], afterAddition: [] },
  reluOnlyPreactivation: { front: ['relu'], behind: ['bn'], afterAddition: [] },
  fullPreactivation: { front: ['bn', 'relu'], behind: [], afterAddition: [] },
} as const satisfies Record<string, Record<'front' | 'behind' | 'afterAddition', readonly Step[]>>;
export type ActivationOrder = keyof typeof FIGURE_4;

export interface PreactResNetOptions extends ModelOptions {
  depth?: keyof typeof DEPTHS;
  /** 'normPool': the first activation is in front of the pooling, as the authors; 'poolNorm' after it, as timm. */
  order?: 'normPool' | 'poolNorm';
}

const OPTIONS: Checks<PreactResNetOptions> = {
  ...MODEL_OPTIONS,
  depth: keyOf(DEPTHS),
  order: among('normPool', 'poolNorm'),
};

/** For ImageNet, table 5. */
export function preactResnet(
  first?: PreactResNetOptions['depth'] | PreactResNetOptions,
  more: Omit<PreactResNetOptions, 'depth'> = {},
): tf.LayersModel {
  const {
    depth = 200,
    order = 'normPool',
    inputShape = [224, 224, 3],
    classes = 1000,
    seed,
  } = withDepth<PreactResNetOptions>('preactResnet', first, more, OPTIONS);
  const [block, counts] = DEPTHS[depth];
  const stage = (index: number, filters: number, stride: number): Block =>
    repeat(counts[index], i => {
      const s = i === 0 ? stride : 1;
      const position = index === 0 && i === 0 && order === 'normPool' ? 'activated' : 'inner';
      const weights: readonly Weights[] =
        block === 'basic' ? [[filters, 3, s], [filters, 3, 1]] : [[filters, 1, 1], [filters, 3, s], [4 * filters, 1, 1]]; // prettier-ignore
      return torch(`stages.${index}.blocks.${i}`, preactUnit(weights, { position }));
    });
  const activate = order === 'normPool' ? chain(batchNorm({ torch: 'stem.norm' }), relu()) : identity;
  return model(`preactResnet${depth}`, { inputShape, classes, seed },
    named('conv1', conv(64, 7, { stride: 2, bias: false, torch: 'stem.conv' }), activate), // 112 x 112 x 64
    named('conv2_x', maxPool(3, 2, { padding: 1 }), stage(0, 64, 1)),                      // 56 x 56 x 256
    named('conv3_x', stage(1, 128, 2)),                                                    // 28 x 28 x 512
    named('conv4_x', stage(2, 256, 2)),                                                    // 14 x 14 x 1024
    named('conv5_x', stage(3, 512, 2), batchNorm({ torch: 'norm' }), relu()),              // 7 x 7 x 2048
    // A 1 x 1 convolution, as timm's state dict has it, is a dense layer here.
    named('fc', globalAvgPool({ keepDims: true }), conv(classes, 1, { torch: 'head.fc' }), flatten()), // 1000
  ); // prettier-ignore
}

export interface PreactResNetCifarOptions extends ModelOptions {
  /** 6n + 2 with basic blocks, 9n + 2 with bottlenecks; the paper has 110, 164 and 1001. */
  depth?: number;
  /** By default as the paper: bottlenecks from 164 layers on. */
  block?: 'basic' | 'bottleneck';
  order?: ActivationOrder;
  /** Where the shape changes; by default, as the paper, zero padding (A) with basic blocks, a projection with bottlenecks. */
  shortcut?: 'A' | 'B';
}

const CIFAR_OPTIONS: Checks<PreactResNetCifarOptions> = {
  ...MODEL_OPTIONS,
  depth: whole,
  block: among('basic', 'bottleneck'),
  order: keyOf(FIGURE_4),
  shortcut: among('A', 'B'),
};

/** For CIFAR-10, tables 2 to 4. */
export function preactResnetCifar(
  first?: number | PreactResNetCifarOptions,
  more: Omit<PreactResNetCifarOptions, 'depth'> = {},
): tf.LayersModel {
  const {
    depth = 164,
    block = depth < 164 ? 'basic' : 'bottleneck',
    order = 'fullPreactivation',
    shortcut = block === 'basic' ? 'A' : 'B',
    inputShape = [32, 32, 3],
    classes = 10,
    seed,
  } = withDepth<PreactResNetCifarOptions>('preactResnetCifar', first, more, CIFAR_OPTIONS);
  const n = blocksPerStage(`depth of preactResnetCifar with ${block} blocks`, depth, block === 'basic' ? 6 : 9);
  const { front } = FIGURE_4[order];
  const stage = (index: number, filters: number, stride: number): Block =>
    repeat(n, i => {
      const s = i === 0 ? stride : 1;
      const weights: readonly Weights[] =
        block === 'basic' ? [[filters, 3, s], [filters, 3, 1]] : [[filters, 1, s], [filters, 3, 1], [4 * filters, 1, 1]]; // prettier-ignore
      const position = index === 1 && i === 0 ? 'first' : 'inner';
      return torch(`layer${index}.${i}`, preactUnit(weights, { order, shortcut, position }));
    });
  // Appendix: the stem has the activation that the first unit does not begin with, the end the one that the next would.
  const stem = (['bn', 'relu'] as const).filter(step => !(front as readonly Step[]).includes(step));
  return model(`preactResnet${depth}-cifar`, { inputShape, classes, seed },
    named('conv1', conv(16, 3, { bias: false, torch: 'conv1' }), steps(stem, () => 'bn1')), // 32 x 32 x 16
    named('conv2_x', stage(1, 16, 1)),                                    // 32 x 32 x 64
    named('conv3_x', stage(2, 32, 2)),                                    // 16 x 16 x 128
    named('conv4_x', stage(3, 64, 2), steps(front, () => 'norm')),        // 8 x 8 x 256
    named('fc', globalAvgPool(), dense(classes, { torch: 'fc' })),        // 10
  ); // prettier-ignore
}

type Weights = readonly [filters: number, size: number, stride: number];

export interface PreactUnitOptions {
  order?: ActivationOrder;
  shortcut?: 'A' | 'B';
  /** 'first': its first activation is for the shortcut, too (appendix). 'activated': the stem already has done it. */
  position?: 'first' | 'activated' | 'inner';
}

/** x + body(x) in one of the orders of figure 4; the body's weight layers are convolutions without bias. */
export function preactUnit(
  weights: readonly Weights[],
  { order = 'fullPreactivation', shortcut = 'B', position = 'inner' }: PreactUnitOptions = {},
): Block {
  const { front, behind, afterAddition } = FIGURE_4[order];
  const channels = weights.at(-1)![0];
  const stride = weights.reduce((product, [, , s]) => product * s, 1);
  return x => {
    let norms = position === 'activated' ? 1 : 0;
    const norm = (): string => `norm${++norms}`;
    const activate = position === 'activated' ? identity : steps(front, norm);
    const body = chain(
      ...weights.map(([filters, size, s], i) =>
        chain(
          i === 0 ? identity : steps(['bn', 'relu'], norm),
          conv(filters, size, { stride: s, bias: false, torch: `conv${i + 1}` }),
        ),
      ),
      steps(behind, norm),
    );
    const after = steps(afterAddition, norm);
    const changes = stride > 1 || x.shape[3] !== channels;
    const around = !changes ? identity : shortcut === 'A' ? zeroPadded(channels, stride) : project(channels, stride, order); // prettier-ignore
    const shared = position === 'first' || (changes && shortcut === 'B');
    const sum = shared
      ? chain(activate, residual(body, named('shortcut', around)))
      : residual(chain(activate, body), named('shortcut', around));
    return chain(sum, after)(x);
  };
}

function project(channels: number, stride: number, order: ActivationOrder): Block {
  return order === 'fullPreactivation'
    ? conv(channels, 1, { stride, bias: false, torch: 'downsample.conv' })
    : convBn(channels, 1, { stride, torch: ['downsample.conv', 'downsample.norm'] });
}

function steps(kinds: readonly Step[], norm: () => string): Block {
  return chain(...kinds.map(kind => (kind === 'relu' ? relu() : batchNorm({ torch: norm() }))));
}
