/**
 * ConvNeXt. Liu, Mao, Wu, Feichtenhofer, Darrell & Xie, "A ConvNet for the 2020s", CVPR 2022 (arXiv 2201.03545): table 9,
 * figure 4, section 2.7. A ResNet-50 taken step by step to what a Swin Transformer is: patches for a stem, 3 : 3 : 9 : 3
 * blocks, depthwise 7 x 7 filters, an inverted bottleneck, GELU, and layer normalization, fewer of both.
 * Names of weights are torchvision's, or timm's.
 */
import * as tf from '@tensorflow/tfjs';
import {
  activation,
  type Block,
  chain,
  conv,
  dense,
  depthwiseConv,
  globalAvgPool,
  identity,
  layerNorm,
  layerScale,
  model,
  type ModelOptions,
  named,
  pointwise,
  repeat,
  residual,
  stochasticDepth,
  torch,
} from '../layers';
import {
  check,
  type Checks,
  choose,
  dropoutRate,
  MODEL_OPTIONS,
  STEM,
  type StemOptions,
} from '../layers/building/options';

/** Section 3: blocks B and channels C of the four stages; and the stochastic depth of table 5. */
const VARIANTS = {
  tiny: [[3, 3, 9, 3], [96, 192, 384, 768], 0.1],
  small: [[3, 3, 27, 3], [96, 192, 384, 768], 0.4],
  base: [[3, 3, 27, 3], [128, 256, 512, 1024], 0.5],
  large: [[3, 3, 27, 3], [192, 384, 768, 1536], 0.5],
} as const;

export type ConvNeXtVariant = keyof typeof VARIANTS;

export interface ConvNeXtOptions extends ModelOptions, StemOptions {
  /** The rate of the last block; it grows evenly from 0 in the first. */
  stochasticDepthRate?: number;
}

const OPTIONS: Checks<ConvNeXtOptions> = { ...MODEL_OPTIONS, stem: STEM, stochasticDepthRate: dropoutRate };

/**
 * ConvNeXt T, S, B or L: images [batch, height, width, 3] to logits [batch, classes].
 *
 * @example convnext('tiny', { inputShape: [64, 64, 3], classes: 10 })
 * @throws for a variant or an option that is not known
 */
export function convnext(variant: ConvNeXtVariant = 'tiny', options: ConvNeXtOptions = {}): tf.LayersModel {
  check('convnext', options, OPTIONS);
  const [counts, widths, depthRate] = choose(VARIANTS, variant, 'variant of convnext');
  const { inputShape = [224, 224, 3], classes = 1000, stem, stochasticDepthRate = depthRate, seed } = options;
  const blocks = counts.reduce<number>((sum, count) => sum + count, 0);
  const stage = (i: number): Block => {
    const before = counts.slice(0, i).reduce<number>((sum, count) => sum + count, 0);
    const row = repeat(counts[i], j =>
      torch(`features.${2 * i + 1}.${j}`, unit(widths[i], (stochasticDepthRate * (before + j)) / (blocks - 1))),
    );
    return chain(i === 0 ? identity : named('downsample', downsampling(2 * i, widths[i])), row);
  };
  const patch = stem === 'cifar' ? 1 : 4;
  return model(`convnext-${variant}`, { inputShape, classes, seed },
    named('stem', conv(widths[0], patch, { stride: patch, padding: 0, init, torch: 'features.0.0' }), layerNorm({ torch: 'features.0.1' })), // 56 x 56 x 96
    named('res2', stage(0)),                                                  // 56 x 56 x 96
    named('res3', stage(1)),                                                  // 28 x 28 x 192
    named('res4', stage(2)),                                                  // 14 x 14 x 384
    named('res5', stage(3)),                                                  // 7 x 7 x 768
    named('fc', globalAvgPool(), layerNorm({ torch: 'classifier.0' }), dense(classes, { init, torch: 'classifier.2' })), // 1000
  ); // prettier-ignore
}

/** Section 2.6: between the stages, layer normalization and 2 x 2 filters at stride 2. */
function downsampling(index: number, filters: number): Block {
  return torch(
    `features.${index}`,
    layerNorm({ torch: '0' }),
    conv(filters, 2, { stride: 2, padding: 0, init, torch: '1' }),
  );
}

/** Appendix A.1; torch cuts the normal at 100 deviations. */
const init = { deviation: 0.02 };

/** Figure 4, right. torchvision's names number what turns the image's axes, too. */
function unit(channels: number, rate: number): Block {
  return residual(
    chain(
      torch(
        'block',
        depthwiseConv(7, { init, torch: '0' }),
        layerNorm({ torch: '2' }),
        named('expand', pointwise(4 * channels, { init, torch: '3' }), activation('gelu')),
        named('project', pointwise(channels, { init, torch: '5' })),
      ),
      layerScale(),
      stochasticDepth(rate),
    ),
  );
}

/** timm's names of the weights to torchvision's. */
export function timmNames(names: Iterable<string>): Map<string, string> {
  const parts: Record<string, string> = {
    gamma: 'layer_scale',
    conv_dw: 'block.0',
    norm: 'block.2',
    'mlp.fc1': 'block.3',
    'mlp.fc2': 'block.5',
  };
  const torchvision = (name: string): string =>
    name
      .replace(/^stem\./, 'features.0.')
      .replace(/^head\.norm\./, 'classifier.0.')
      .replace(/^head\.fc\./, 'classifier.2.')
      .replace(/^stages\.(\d)\.downsample\./, (_, stage) => `features.${2 * Number(stage)}.`)
      .replace(/^stages\.(\d)\.blocks\.(\d+)\.(gamma|conv_dw|norm|mlp\.fc[12])/, (_, stage, block, part: string) =>
        `features.${2 * Number(stage) + 1}.${block}.${parts[part]}`); // prettier-ignore
  return new Map([...names].map(name => [name, torchvision(name)]));
}
