/**
 * MobileNets. Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications", 2017
 * (arXiv 1704.04861), table 1; Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018
 * (arXiv 1801.04381), table 2; Howard et al., "Searching for MobileNetV3", ICCV 2019 (arXiv 1905.02244), tables 1 and 2.
 * Differs from the paper: v1 has ReLU6, as the authors' code; its last depthwise layer has stride 1 (table 1 prints s2 and
 * a 7 x 7 output). v3 squeezes to 1/4 of the expanded channels rounded to eights, and has batch normalization in front of
 * neither of the last two layers, as the authors' code. Names of weights are timm's in v1, torchvision's in v2 and v3.
 */
import * as tf from '@tensorflow/tfjs';
import {
  activation,
  batchNorm,
  type BatchNormOptions,
  type Block,
  chain,
  convBn,
  type ConvBnOptions,
  dense,
  depthwiseConv,
  dropout,
  globalAvgPool,
  identity,
  model,
  type ModelOptions,
  named,
  repeat,
  residual,
  squeezeExcite,
  torch,
} from '../layers';
import {
  among,
  boolean,
  check,
  type Checks,
  choose,
  dropoutRate,
  factor,
  MODEL_OPTIONS,
  refuse,
  STEM,
  type StemOptions,
} from '../layers/building/options';

/** v1, table 1: filters, how many depthwise separable layers have them, and the stride of the first. */
const V1_TABLE_1 = {
  conv2: [64, 1, 1], // 112 x 112
  conv3: [128, 2, 2], // 56 x 56
  conv4: [256, 2, 2], // 28 x 28
  conv5: [512, 6, 2], // 14 x 14
  conv6: [1024, 2, 2], // 7 x 7
} as const;

/** v2, table 2: expansion t, channels c, repeats n, stride s. */
const V2_TABLE_2 = {
  bottleneck1: [1, 16, 1, 1], // 112 x 112
  bottleneck2: [6, 24, 2, 2], // 56 x 56
  bottleneck3: [6, 32, 3, 2], // 28 x 28
  bottleneck4: [6, 64, 4, 2], // 14 x 14
  bottleneck5: [6, 96, 3, 1], // 14 x 14
  bottleneck6: [6, 160, 3, 2], // 7 x 7
  bottleneck7: [6, 320, 1, 1], // 7 x 7
} as const;

type V3Row = readonly [
  kernel: number,
  expanded: number,
  out: number,
  se: boolean,
  nonlinearity: 'RE' | 'HS',
  stride: number,
];

/** v3, table 1: kernel, exp size, #out, SE, NL, s of each bneck. */
const V3_TABLE_1: readonly V3Row[] = [
  [3, 16, 16, false, 'RE', 1], // 112 x 112
  [3, 64, 24, false, 'RE', 2], // 56 x 56
  [3, 72, 24, false, 'RE', 1],
  [5, 72, 40, true, 'RE', 2], // 28 x 28
  [5, 120, 40, true, 'RE', 1],
  [5, 120, 40, true, 'RE', 1],
  [3, 240, 80, false, 'HS', 2], // 14 x 14
  [3, 200, 80, false, 'HS', 1],
  [3, 184, 80, false, 'HS', 1],
  [3, 184, 80, false, 'HS', 1],
  [3, 480, 112, true, 'HS', 1],
  [3, 672, 112, true, 'HS', 1],
  [5, 672, 160, true, 'HS', 2], // 7 x 7
  [5, 960, 160, true, 'HS', 1],
  [5, 960, 160, true, 'HS', 1],
];

/** v3, table 2. */
const V3_TABLE_2: readonly V3Row[] = [
  [3, 16, 16, true, 'RE', 2], // 56 x 56
  [3, 72, 24, false, 'RE', 2], // 28 x 28
  [3, 88, 24, false, 'RE', 1],
  [5, 96, 40, true, 'HS', 2], // 14 x 14
  [5, 240, 40, true, 'HS', 1],
  [5, 240, 40, true, 'HS', 1],
  [5, 120, 48, true, 'HS', 1],
  [5, 144, 48, true, 'HS', 1],
  [5, 288, 96, true, 'HS', 2], // 7 x 7
  [5, 576, 96, true, 'HS', 1],
  [5, 576, 96, true, 'HS', 1],
];

export interface MobileNetOptions extends ModelOptions, StemOptions {
  /** alpha: scales the channels of every layer; rounded to eights. */
  widthMultiplier?: number;
  /** rho: scales the input of 224 x 224 where `inputShape` does not say its size. */
  resolutionMultiplier?: number;
  /** The share of units set to zero before the last layer. */
  dropoutRate?: number;
  /** Epsilon of v3's batch normalization: 1e-3, as the authors and torchvision; timm has 1e-5. */
  normEpsilon?: number;
  /**
   * What the multiplier scales in v3. 'authors': every number of the table, as torchvision. 'timm': neither conv1 below 0.75
   * nor the last dense layers; and the expanded channels are as many times the scaled input as in the table.
   */
  widthRule?: 'authors' | 'timm';
  /** v3 without squeeze and excitation, hard swish and 5 x 5 filters, for processors that lack them: the authors' code. */
  minimal?: boolean;
  /** 'same': TensorFlow's rule, as in the authors' code; timm's tf_mobilenetv3. */
  padding?: 'same';
}

const OPTIONS: Checks<MobileNetOptions> = {
  ...MODEL_OPTIONS,
  widthMultiplier: factor,
  resolutionMultiplier: factor,
  stem: STEM,
  dropoutRate,
  normEpsilon: factor,
  widthRule: among('authors', 'timm'),
  minimal: boolean,
  padding: among('same'),
};

/** What v1 and v2 have none of. */
const OF_V3 = ['normEpsilon', 'widthRule', 'minimal', 'padding'] as const;

/**
 * MobileNet of one of its three versions.
 * @param version of 'v3', table 1 is 'v3-large', table 2 'v3-small'
 */
export function mobilenet(version: keyof typeof VERSIONS = 'v1', options: MobileNetOptions = {}): tf.LayersModel {
  const rows = choose(VERSIONS, version, 'version of mobilenet');
  check('mobilenet', options, OPTIONS);
  const strange = version.startsWith('v3') ? undefined : OF_V3.find(name => options[name] !== undefined);
  if (strange)
    refuse(`option ${strange} of mobilenet ${version}`, options[strange], 'it with v3-large or v3-small alone');
  const { widthMultiplier = 1, resolutionMultiplier = 1, stem } = options;
  const side = Math.round(224 * resolutionMultiplier);
  const { inputShape = [side, side, 3], classes = 1000, dropoutRate = version === 'v1' ? 0.001 : 0.2, seed } = options;
  const width = (channels: number): number => roundChannels(channels * widthMultiplier);
  const body = rows(width, stem === 'cifar' ? 1 : 2, options);
  const last = named('fc', dropout(dropoutRate), dense(classes, { torch: CLASSIFIERS[version] }));
  return model(`mobilenet-${version}`, { inputShape, classes, seed }, ...body, last);
}

type Width = (channels: number) => number;

/** What PyTorch's models call the last layer. */
const CLASSIFIERS = {
  v1: 'classifier',
  v2: 'classifier.1',
  'v3-large': 'classifier.3',
  'v3-small': 'classifier.3',
} as const;

const VERSIONS = {
  v1: (width: Width, stemStride: number): Block[] => [
    named('conv1', convBnAct(width(32), 3, 'relu6', { stride: stemStride, torch: ['conv_stem', 'bn1'] })),
    ...Object.entries(V1_TABLE_1).map(([name, [filters, count, stride]], row) =>
      named(
        name,
        repeat(count, i => torch(`blocks.${row}.${i}`, separable(width(filters), i === 0 ? stride : 1))),
      ),
    ),
    named('avgpool', globalAvgPool()),
  ],
  v2: (width: Width, stemStride: number, { widthMultiplier = 1 }: MobileNetOptions): Block[] => {
    let index = 0;
    const features = (): [string, string] => [`features.${index}.0`, `features.${index++}.1`];
    return [
      named('conv1', convBnAct(width(32), 3, 'relu6', { stride: stemStride, torch: features() })),
      ...Object.entries(V2_TABLE_2).map(([name, [t, c, n, s]]) => {
        const first = index;
        index += n;
        return named(name, repeat(n, i => x => {
          const options = { expanded: t * x.shape[3]!, stride: i === 0 ? s : 1, nonlinearity: 'relu6' } as const;
          return torch(`features.${first + i}`, invertedResidual(width(c), { ...options, names: 'conv' }))(x);
        }));
      }), // prettier-ignore
      // Section 6.1: below 1, the multiplier leaves out the last convolution.
      named('conv8', convBnAct(roundChannels(1280 * Math.max(1, widthMultiplier)), 1, 'relu6', { torch: features() })),
      named('avgpool', globalAvgPool()),
    ];
  },
  'v3-large': (width: Width, stemStride: number, options: MobileNetOptions): Block[] =>
    v3(V3_TABLE_1, 1280, width, stemStride, options),
  'v3-small': (width: Width, stemStride: number, options: MobileNetOptions): Block[] =>
    v3(V3_TABLE_2, 1024, width, stemStride, options),
};

function v3(
  table: readonly V3Row[],
  features: number,
  width: Width,
  stemStride: number,
  { widthMultiplier = 1, widthRule, minimal = false, normEpsilon = 1e-3, padding }: MobileNetOptions,
): Block[] {
  const norm = { epsilon: normEpsilon, momentum: 0.01 };
  const hardSwish = minimal ? 'relu' : 'hardSwish';
  const isTimm = widthRule === 'timm';
  const stem = isTimm && widthMultiplier < 0.75 ? 16 : width(16);
  const behind = `features.${table.length + 1}`;
  return [
    named(
      'conv1',
      convBnAct(stem, 3, hardSwish, { stride: stemStride, padding, norm, torch: ['features.0.0', 'features.0.1'] }),
    ),
    ...table.map(([size, exp, out, se, nonlinearity, stride], i) => {
      const inputs = table[i - 1]?.[2] ?? 16;
      const row: Block = x => {
        const expanded = isTimm ? roundChannels((x.shape[3]! * exp) / inputs) : width(exp);
        const squeeze = se && !minimal ? roundChannels(Math.floor(expanded / 4)) : 0;
        const act = nonlinearity === 'HS' ? hardSwish : 'relu';
        const options = { expanded, stride, padding, squeeze, gate: 'hardSigmoid', nonlinearity: act, norm } as const;
        return invertedResidual(width(out), { ...options, size: minimal ? 3 : size })(x);
      };
      return named(`bneck${i + 1}`, torch(`features.${i + 1}`, row));
    }),
    named(
      'conv2',
      convBnAct(6 * width(table.at(-1)![2]), 1, hardSwish, { norm, torch: [`${behind}.0`, `${behind}.1`] }),
    ),
    named('avgpool', globalAvgPool()),
    named('conv3', dense(isTimm ? features : width(features), { torch: 'classifier.0' }), activation(hardSwish)),
  ];
}

/** v1, figure 3, right: a filter for each channel, then 1x1 filters across them. */
function separable(filters: number, stride: number): Block {
  return chain(
    named(
      'depthwise',
      depthwiseConv(3, { stride, bias: false, torch: 'conv_dw' }),
      batchNorm({ torch: 'bn1' }),
      activation('relu6'),
    ),
    named('pointwise', convBnAct(filters, 1, 'relu6', { torch: ['conv_pw', 'bn2'] })),
  );
}

type Nonlinearity = Parameters<typeof activation>[0];

export interface InvertedResidualOptions {
  /** Channels of the depthwise layer. */
  expanded: number;
  /** Size of its window. */
  size?: number;
  stride?: number;
  padding?: 'same';
  nonlinearity?: Nonlinearity;
  /** Channels that squeeze and excitation squeezes to; 0: there is none. */
  squeeze?: number;
  gate?: Nonlinearity;
  norm?: BatchNormOptions;
  /** How torchvision numbers the parts. */
  names?: keyof typeof NUMBERINGS;
}

/** torchvision's names in MobileNetV2 ('conv'), in MobileNetV3 and EfficientNet ('block'), and in MnasNet ('layers'). */
const NUMBERINGS = {
  conv: (index: number, isLast: boolean) =>
    isLast ? [`conv.${index}`, `conv.${index + 1}`] : [`conv.${index}.0`, `conv.${index}.1`],
  block: (index: number) => [`block.${index}.0`, `block.${index}.1`],
  layers: (index: number) => [`layers.${3 * index}`, `layers.${3 * index + 1}`],
} as const satisfies Record<string, (index: number, isLast: boolean) => string[]>;

/**
 * v2, figure 4 (d), v3, figure 4: 1x1 filters expand, a depthwise layer filters, and 1x1 filters project to a bottleneck
 * without a nonlinearity, which the input is added to where it has the same shape. MnasNet and EfficientNet call it MBConv.
 */
export function invertedResidual(
  filters: number,
  {
    expanded,
    size = 3,
    stride = 1,
    padding,
    nonlinearity = 'relu',
    squeeze = 0,
    gate = 'sigmoid',
    norm,
    names = 'block',
  }: InvertedResidualOptions,
): Block {
  return x => {
    const channels = x.shape[3]!;
    let index = 0;
    const next = (isLast = false): [string, string] => NUMBERINGS[names](index++, isLast) as [string, string];
    const body = chain(
      expanded === channels ? identity : named('expand', convBnAct(expanded, 1, nonlinearity, { norm, torch: next() })),
      named('depthwise', depthwiseBn(size, { stride, padding, norm, torch: next() }), activation(nonlinearity)),
      squeeze
        ? named(
            'se',
            torch(
              names === 'block' ? `block.${index++}` : 'se',
              squeezeExcite({
                squeezed: squeeze,
                nonlinearity: nonlinearity === 'hardSwish' ? 'relu' : nonlinearity,
                gate,
              }),
            ),
          )
        : identity,
      named('project', convBn(filters, 1, { norm, torch: next(true) })),
    );
    return (stride === 1 && channels === filters ? residual(body) : body)(x);
  };
}

export function convBnAct(filters: number, size: number, nonlinearity: Nonlinearity, options?: ConvBnOptions): Block {
  return chain(convBn(filters, size, options), activation(nonlinearity));
}

function depthwiseBn(
  size: number,
  { stride, padding, norm, torch: [name, bnName] = [] as never }: ConvBnOptions,
): Block {
  return chain(
    depthwiseConv(size, { stride, padding, bias: false, torch: name }),
    batchNorm({ ...norm, torch: bnName }),
  );
}

/** To the nearest multiple of eight that is not below 90% of `channels`: the rule of the authors' code. */
export function roundChannels(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}
