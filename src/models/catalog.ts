/**
 * Every architecture: its builder, and its named variants with what the papers and torchvision publish about them.
 *
 * One more takes two files: `src/models/NAME.ts` with its builder, and here its line among the exports and an entry of each
 * variant. The tests loop over the catalog: parameters, multiply-adds, row sizes, saving and loading, a training step.
 */
import * as tf from '@tensorflow/tfjs';
import { nearest, shown } from '../base/options';
import type { ModelOptions } from '../layers';
import { alexnet, cifarNet, oneWeirdTrick } from './alexnet';
import { convnext, timmNames as convnextNames } from './convnext';
import { densenet, densenetCifar } from './densenet';
import { efficientnet } from './efficientnet';
import { googlenet } from './googlenet';
import { inceptionV3 } from './inceptionV3';
import { inceptionResnetV2, inceptionV4 } from './inceptionV4';
import { mnasnet } from './mnasnet';
import { mobilenet } from './mobilenet';
import { nasnet } from './nasnet';
import { preactResnet, preactResnetCifar } from './preactResnet';
import { about, accuracies, cifarError, errors, exact, type Published, torchvision } from './published';
import { regnet } from './regnet';
import { resnet } from './resnet';
import { resnetCifar } from './resnetCifar';
import { resnext, resnextCifar, wideResnet } from './resnext';
import { senet154, seResnet, seResnext } from './senet';
import { shufflenetV2 } from './shufflenetV2';
import { squeezenet } from './squeezenet';
import { vgg } from './vgg';
import { zfnet } from './zfnet';

export {
  alexnet,
  type AlexNetOptions,
  alexnetTwoTowers,
  cifarNet,
  type CifarNetOptions,
  oneWeirdTrick,
  type TwoTowersOptions,
} from './alexnet';
export { convnext, type ConvNeXtOptions } from './convnext';
export { densenet, densenetCifar, type DenseNetCifarOptions, type DenseNetOptions } from './densenet';
export { efficientnet, type EfficientNetOptions } from './efficientnet';
export { googlenet, type GoogLeNetOptions } from './googlenet';
export { inceptionV3, type InceptionV3Options } from './inceptionV3';
export { inceptionResnetV2, inceptionV4, type InceptionV4Options } from './inceptionV4';
export { mnasnet, type MnasNetOptions } from './mnasnet';
export { mobilenet, type MobileNetOptions } from './mobilenet';
export { nasnet, type NasNetOptions } from './nasnet';
export {
  type ActivationOrder,
  preactResnet,
  preactResnetCifar,
  type PreactResNetCifarOptions,
  type PreactResNetOptions,
} from './preactResnet';
export { regnet, type RegNetOptions } from './regnet';
export { resnet, type ResNetOptions } from './resnet';
export { resnetCifar, type ResNetCifarOptions } from './resnetCifar';
export {
  resnext,
  resnextCifar,
  type ResNeXtCifarOptions,
  type ResNeXtOptions,
  transferWeights,
  wideResnet,
} from './resnext';
export { senet154, type SENetOptions, seResnet, seResnext, type SEResNeXtOptions } from './senet';
export { shufflenetV2, type ShuffleNetV2Options } from './shufflenetV2';
export { squeezenet, type SqueezeNetOptions } from './squeezenet';
export { vgg, type VggConfiguration, type VggOptions } from './vgg';
export { zfnet, type ZFNetOptions } from './zfnet';

export interface CatalogEntry {
  name: string;
  build: (options?: ModelOptions) => tf.LayersModel;
  /** The network of the same weights in torchvision; with 'timm-' in front, in timm. */
  torch?: string;
  /** What timm calls it beside that, and its names of the weights to those of our layers. */
  timm?: { name: string; names(theirs: Iterable<string>): ReadonlyMap<string, string> };
  paper: string;
  year: number;
  /** Where the paper describes it. */
  table?: string;
  published: Published;
  /** The field's usual form of it for CIFAR-10, of 32 x 32 images and 10 classes. */
  at32?: () => tf.LayersModel;
}

const CIFAR = { inputShape: [32, 32, 3] as [number, number, number], classes: 10 };

/** Titles, and the years in which they first appeared. */
const PAPERS = {
  alexnet: ['ImageNet Classification with Deep Convolutional Neural Networks', 2012],
  trick: ['One weird trick for parallelizing convolutional neural networks', 2014],
  zfnet: ['Visualizing and Understanding Convolutional Networks', 2013],
  vgg: ['Very Deep Convolutional Networks for Large-Scale Image Recognition', 2014],
  googlenet: ['Going Deeper with Convolutions', 2014],
  inceptionV3: ['Rethinking the Inception Architecture for Computer Vision', 2015],
  inceptionV4: ['Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning', 2016],
  resnet: ['Deep Residual Learning for Image Recognition', 2015],
  preact: ['Identity Mappings in Deep Residual Networks', 2016],
  wide: ['Wide Residual Networks', 2016],
  resnext: ['Aggregated Residual Transformations for Deep Neural Networks', 2016],
  senet: ['Squeeze-and-Excitation Networks', 2017],
  densenet: ['Densely Connected Convolutional Networks', 2016],
  mobilenetV1: ['MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications', 2017],
  mobilenetV2: ['MobileNetV2: Inverted Residuals and Linear Bottlenecks', 2018],
  mobilenetV3: ['Searching for MobileNetV3', 2019],
  squeezenet: ['SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and < 0.5 MB model size', 2016],
  shufflenetV2: ['ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design', 2018],
  nasnet: ['Learning Transferable Architectures for Scalable Image Recognition', 2017],
  mnasnet: ['MnasNet: Platform-Aware Neural Architecture Search for Mobile', 2018],
  regnet: ['Designing Network Design Spaces', 2020],
  efficientnet: ['EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks', 2019],
  convnext: ['A ConvNet for the 2020s', 2022],
} as const;

type Details = Pick<CatalogEntry, 'torch' | 'timm' | 'table' | 'at32'>;

function entry(
  name: string,
  paper: keyof typeof PAPERS,
  build: CatalogEntry['build'],
  published: Published = {},
  details: Details = {},
): CatalogEntry {
  const [title, year] = PAPERS[paper];
  return { name, build, paper: title, year, published, ...details };
}

const towers = exact(60_965_224, "Caffe's bvlc_alexnet, the paper's network; the paper says 60 million");
const bvlc = "Caffe's bvlc_googlenet, the paper's network";
const TIMM_COUNTS = "timm's counter has two operations more for each value that batch normalization gives";
const withAuxiliary = 'the published network with its two auxiliary classifiers, counted layer by layer';

/** Every named variant, in the order of the lecture. */
export const catalog: readonly CatalogEntry[] = [
  entry('alexnet', 'alexnet', options => alexnet(options), {
    parameters: towers,
    multiplyAdds: exact(724_406_816, 'figure 2, counted by hand'),
    ...accuracies(57.1, 80.2, "Caffe's bvlc_alexnet, centre crop"),
  }, { table: 'figure 2' }),
  entry('alexnet-ungrouped', 'alexnet', options => alexnet({ groups: 1, ...options }), {
    parameters: exact(62_378_344, 'figure 2 on one GPU, counted by hand'),
    multiplyAdds: exact(1_135_256_096, 'figure 2 on one GPU, counted by hand'),
  }),
  entry('caffenet', 'alexnet', options => alexnet({ order: 'poolNorm', ...options }), {
    parameters: towers,
    ...accuracies(57.4, 80.4, "Caffe's bvlc_reference_caffenet, centre crop"),
  }),
  entry('oneWeirdTrick', 'trick', oneWeirdTrick, torchvision(61_100_840, 0.714, 56.522, 79.066), { torch: 'alexnet' }),
  entry('cifarNet', 'alexnet', cifarNet, {}, { table: 'figure 1', at32: () => cifarNet() }),

  entry('zfnet', 'zfnet', options => zfnet('figure3', options), {
    parameters: exact(62_357_608, 'figure 3, counted by hand'),
    multiplyAdds: about('1.168', 1e9, 'figure 3, counted by hand'),
    ...errors(38.4, 16.5, 'table 2'),
  }, { table: 'figure 3' }),
  entry('zfnet-b', 'zfnet', options => zfnet('b', options), {
    parameters: exact(107_627_624, 'table 2 (b), counted by hand'),
    ...errors(37.5, 16.0, 'table 2'),
  }, { table: 'table 2' }),

  ...([
    ['A', 'vgg11', torchvision(132_863_336, 7.609, 69.02, 88.628), torchvision(132_868_840, 7.609, 70.37, 89.81)],
    ['A-LRN', undefined, { parameters: about('133', 1e6, 'table 2'), ...errors(29.7, 10.5, 'table 3') }],
    ['B', 'vgg13', torchvision(133_047_848, 11.308, 69.928, 89.246), torchvision(133_053_736, 11.308, 71.586, 90.374)],
    ['C', undefined, { parameters: about('134', 1e6, 'table 2'), ...errors(28.1, 9.4, 'table 3, S = 256') }],
    ['D', 'vgg16', torchvision(138_357_544, 15.47, 71.592, 90.382), torchvision(138_365_992, 15.47, 73.36, 91.516)],
    ['E', 'vgg19', torchvision(143_667_240, 19.632, 72.376, 90.876), torchvision(143_678_248, 19.632, 74.218, 91.842)],
  ] as const).flatMap(([configuration, torch, plain, normalized]) => [
    entry(`vgg${configuration}`, 'vgg', options => vgg(configuration, options), plain,
      { torch, table: 'table 1', at32: () => vgg(configuration, { ...CIFAR, hidden: [] }) }),
    ...(normalized ? [entry(`vgg${configuration}-bn`, 'vgg', options => vgg(configuration, { batchNorm: true, ...options }),
      normalized,
      { torch: `${torch}_bn`, at32: () => vgg(configuration, { ...CIFAR, hidden: [], batchNorm: true }) })] : []),
  ]),

  entry('googlenet', 'googlenet', options => googlenet('paper', options), {
    parameters: exact(6_998_552, bvlc),
    multiplyAdds: about('1.583', 1e9, 'table 1, counted by hand; the paper says 1.5 billion'),
    ...accuracies(68.7, 88.9, bvlc),
  }, { table: 'table 1', at32: () => googlenet('paper', { ...CIFAR, stem: 'cifar' }) }),
  entry('googlenet-auxiliary', 'googlenet', options => googlenet('paper', { auxiliary: true, ...options }),
    { parameters: exact(13_378_280, withAuxiliary) }),
  entry('googlenet-batchNorm', 'googlenet', options => googlenet('batchNorm', options),
    { parameters: exact(7_005_832, 'table 1 with batch normalization, counted by hand') },
    { at32: () => googlenet('batchNorm', { ...CIFAR, stem: 'cifar' }) }),
  entry('googlenet-torchvision', 'googlenet', options => googlenet('torchvision', options),
    torchvision(6_624_904, 1.498, 69.778, 89.53), { torch: 'googlenet' }),
  entry('googlenet-torchvision-auxiliary', 'googlenet', options => googlenet('torchvision', { auxiliary: true, ...options }),
    { parameters: exact(13_004_888, withAuxiliary) }),

  entry('inceptionV3', 'inceptionV3', options => inceptionV3(options), {
    ...torchvision(23_834_568, 5.713, 77.294, 93.45),
    parameters: exact(23_834_568, "timm's inception_v3"),
  }, { torch: 'timm-inception_v3', table: 'table 1', at32: () => inceptionV3({ ...CIFAR, stem: 'cifar' }) }),
  entry('inceptionV3-auxiliary', 'inceptionV3', options => inceptionV3({ auxiliary: true, ...options }),
    torchvision(27_161_264), { torch: 'inception_v3' }),
  entry('inceptionV4', 'inceptionV4', inceptionV4, {
    parameters: exact(42_679_816, "timm's inception_v4"),
    multiplyAdds: about('12.28', 1e9, "timm's inception_v4", TIMM_COUNTS),
    ...errors(20.0, 5.0, 'table 2, single crop'),
  }, { torch: 'timm-inception_v4', table: 'figure 9' }),
  entry('inceptionResnetV2', 'inceptionV4', inceptionResnetV2, {
    parameters: exact(55_843_464, "timm's inception_resnet_v2"),
    ...errors(19.9, 4.9, 'table 2, single crop'),
  }, { torch: 'timm-inception_resnet_v2', table: 'figure 15' }),

  ...([
    [18, torchvision(11_689_512, 1.814, 69.758, 89.078)],
    [34, torchvision(21_797_672, 3.664, 73.314, 91.42)],
    [50, torchvision(25_557_032, 4.089, 76.13, 92.862)],
    [101, torchvision(44_549_160, 7.801, 77.374, 93.546)],
    [152, torchvision(60_192_808, 11.514, 78.312, 94.046)],
  ] as const).map(([depth, published]) =>
    entry(`resnet${depth}`, 'resnet', options => resnet({ depth, ...options }), published,
      { torch: `resnet${depth}`, table: 'table 1', at32: () => resnet({ depth, ...CIFAR, stem: 'cifar' }) })),
  ...([
    [50, '3.8', accuracies(75.3, 92.2, "the authors' repository, centre crop")],
    [101, '7.6', accuracies(76.4, 92.9, "the authors' repository, centre crop")],
    [152, '11.3', accuracies(77.0, 93.3, "the authors' repository, centre crop")],
  ] as const).map(([depth, operations, accuracy]) =>
    entry(`resnet${depth}-v1`, 'resnet', options => resnet({ depth, stride: 'v1', ...options }),
      { multiplyAdds: about(operations, 1e9, 'table 1'), ...accuracy }, { table: 'table 1' })),
  entry('resnet34-A', 'resnet', options => resnet({ depth: 34, shortcut: 'A', ...options }),
    { multiplyAdds: about('3.6', 1e9, 'table 1'), ...errors(25.03, 7.76, 'table 3, 10-crop') }),
  entry('resnet34-C', 'resnet', options => resnet({ depth: 34, shortcut: 'C', ...options }),
    errors(24.19, 7.4, 'table 3, 10-crop')),
  entry('plain18', 'resnet', options => resnet({ depth: 18, residual: false, ...options }),
    { multiplyAdds: about('1.8', 1e9, 'table 1'), top1: about('72.06', 1, 'table 2 (100 minus the error, 10-crop)') }),
  entry('plain34', 'resnet', options => resnet({ depth: 34, residual: false, ...options }),
    { multiplyAdds: about('3.6', 1e9, 'table 1'), ...errors(28.54, 10.02, 'table 3, 10-crop') }),
  ...([[20, '0.27'], [32, '0.46'], [44, '0.66'], [56, '0.85'], [110, '1.7'], [1202, '19.4']] as const).map(
    ([depth, parameters], i) =>
      entry(`resnet${depth}-cifar`, 'resnet', options => resnetCifar({ depth, ...options }), {
        parameters: about(parameters, 1e6, 'table 6'),
        ...cifarError([8.75, 7.51, 7.17, 6.97, 6.43, 7.93][i], 'table 6'),
      }, { table: 'section 4.2', at32: () => resnetCifar({ depth }) })),
  entry('preactResnet50', 'preact', options => preactResnet({ depth: 50, order: 'poolNorm', ...options }),
    { parameters: exact(25_549_352, "timm's resnetv2_50") }, { torch: 'timm-resnetv2_50' }),
  entry('preactResnet200', 'preact', options => preactResnet({ depth: 200, ...options }),
    errors(20.7, 5.3, 'table 5, crop of 320')),
  ...([
    [110, undefined, 6.37],
    [164, about('1.7', 1e6, 'table 4'), 5.46],
    [1001, about('10.2', 1e6, 'table 4', "the authors' code, too, makes 10,327,706 by its convolutions and normalizations"), 4.92],
  ] as const).map(([depth, parameters, error]) =>
    entry(`preactResnet${depth}-cifar`, 'preact', options => preactResnetCifar({ depth, ...options }),
      { ...(parameters && { parameters }), ...cifarError(error, 'tables 2 and 4') }, { at32: () => preactResnetCifar({ depth }) })),
  entry('wideResnet50-2', 'wide', options => wideResnet({ depth: 50, width: 2, ...options }),
    torchvision(68_883_240, 11.398, 78.468, 94.086),
    { torch: 'wide_resnet50_2', at32: () => wideResnet({ ...CIFAR, stem: 'cifar' }) }),
  entry('wideResnet101-2', 'wide', options => wideResnet({ depth: 101, width: 2, ...options }),
    torchvision(126_886_696, 22.753, 78.848, 94.284), { torch: 'wide_resnet101_2' }),

  ...([
    [50, 32, 4, 'resnext50_32x4d', torchvision(25_028_904, 4.23, 77.618, 93.698)],
    [101, 32, 4, 'timm-resnext101_32x4d', { parameters: exact(44_177_704, "timm's resnext101_32x4d"), top1: about('78.8', 1, 'table 4 (100 minus the error)') }],
    [101, 32, 8, 'resnext101_32x8d', torchvision(88_791_336, 16.414, 79.312, 94.526)],
    [101, 64, 4, 'resnext101_64x4d', torchvision(83_455_272, 15.46, 83.246, 96.454)],
  ] as const).map(([depth, cardinality, bottleneckWidth, torch, published]) =>
    entry(`resnext${depth}-${cardinality}x${bottleneckWidth}d`, 'resnext',
      options => resnext({ depth, cardinality, bottleneckWidth, ...options }), published,
      { torch, table: 'table 1', at32: () => resnext({ depth, cardinality, bottleneckWidth, ...CIFAR, stem: 'cifar' }) })),
  ...([[8, '34.4', 3.65], [16, '68.1', 3.58]] as const).map(([cardinality, parameters, error]) =>
    entry(`resnext29-${cardinality}x64d-cifar`, 'resnext', options => resnextCifar({ cardinality, ...options }),
      { parameters: about(parameters, 1e6, 'table 7'), ...cifarError(error, 'table 7') },
      { table: 'section 5.2', at32: () => resnextCifar({ cardinality }) })),

  entry('seResnet18', 'senet', options => seResnet({ depth: 18, ...options }),
    { parameters: exact(11_778_592, "timm's seresnet18") },
    { torch: 'timm-seresnet18', at32: () => seResnet({ depth: 18, ...CIFAR, stem: 'cifar' }) }),
  entry('seResnet50', 'senet', options => seResnet({ depth: 50, ...options }),
    { parameters: exact(28_088_024, "timm's seresnet50"), ...errors(23.29, 6.62, 'table 2') },
    { torch: 'timm-seresnet50', table: 'table 1', at32: () => seResnet({ ...CIFAR, stem: 'cifar' }) }),
  entry('seResnext50-32x4d', 'senet', options => seResnext({ ...options }),
    { parameters: exact(27_559_896, "timm's seresnext50_32x4d"), ...errors(21.1, 5.49, 'table 2') },
    { torch: 'timm-seresnext50_32x4d', table: 'table 1', at32: () => seResnext({ ...CIFAR, stem: 'cifar' }) }),
  entry('senet154', 'senet', senet154, {
    parameters: exact(115_088_984, "timm's legacy_senet154"),
    multiplyAdds: about('20.77', 1e9, "timm's legacy_senet154", TIMM_COUNTS),
    ...accuracies(81.31, 95.5, "timm's legacy_senet154"),
  }, { torch: 'timm-legacy_senet154', table: 'appendix' }),

  ...([
    [121, torchvision(7_978_856, 2.834, 74.434, 91.972)],
    [161, torchvision(28_681_000, 7.728, 77.138, 93.56)],
    [169, torchvision(14_149_480, 3.36, 75.6, 92.806)],
    [201, torchvision(20_013_928, 4.291, 76.896, 93.37)],
  ] as const).map(([depth, published]) =>
    entry(`densenet${depth}`, 'densenet', options => densenet({ depth, ...options }), published,
      { torch: `densenet${depth}`, table: 'table 1', at32: () => densenet(depth, { ...CIFAR, stem: 'cifar' }) })),
  entry('densenet264', 'densenet', options => densenet({ depth: 264, ...options }),
    errors(22.15, 6.12, 'table 3'), { table: 'table 1' }),
  ...([
    [40, 12, false, '1.0', 5.24],
    [100, 12, false, '7.0', 4.1],
    [100, 12, true, '0.8', 4.51],
    [250, 24, true, '15.3', 3.62],
    [190, 40, true, '25.6', 3.46],
  ] as const).map(([depth, growthRate, bottleneck, parameters, error]) =>
    entry(`densenet${bottleneck ? '-bc' : ''}${depth}-k${growthRate}-cifar`, 'densenet',
      options => densenetCifar({ depth, growthRate, bottleneck, ...options }),
      { parameters: about(parameters, 1e6, 'table 2'), ...cifarError(error, 'table 2, C10+') },
      { table: 'section 3', at32: () => densenetCifar({ depth, growthRate, bottleneck }) })),

  ...([
    [1, '4.2', '569', 70.6],
    [0.75, '2.6', '325', 68.4],
    [0.5, '1.3', '149', 63.7],
    [0.25, '0.5', '41', 50.6],
  ] as const).map(([widthMultiplier, parameters, multiplyAdds, top1]) =>
    entry(`mobilenet-v1${widthMultiplier < 1 ? `-${widthMultiplier}` : ''}`, 'mobilenetV1',
      options => mobilenet('v1', { widthMultiplier, ...options }), {
        parameters: widthMultiplier === 1 ? exact(4_231_976, "timm's mobilenetv1_100; the paper says 4.2 million") : about(parameters, 1e6, 'table 6'),
        multiplyAdds: about(multiplyAdds, 1e6, 'table 6'),
        top1: about(String(top1), 1, 'table 6'),
      }, {
        torch: widthMultiplier === 1 ? 'timm-mobilenetv1_100' : undefined,
        table: 'table 1',
        at32: () => mobilenet('v1', { widthMultiplier, ...CIFAR, stem: 'cifar' }),
      })),
  entry('mobilenet-v2', 'mobilenetV2', options => mobilenet('v2', options), torchvision(3_504_872, 0.301, 71.878, 90.286),
    { torch: 'mobilenet_v2', table: 'table 2', at32: () => mobilenet('v2', { ...CIFAR, stem: 'cifar' }) }),
  entry('mobilenet-v3-large', 'mobilenetV3', options => mobilenet('v3-large', options),
    torchvision(5_483_032, 0.217, 74.042, 91.34),
    { torch: 'mobilenet_v3_large', table: 'table 1', at32: () => mobilenet('v3-large', { ...CIFAR, stem: 'cifar' }) }),
  entry('mobilenet-v3-small', 'mobilenetV3', options => mobilenet('v3-small', options),
    torchvision(2_542_856, 0.057, 67.668, 87.402),
    { torch: 'mobilenet_v3_small', table: 'table 2', at32: () => mobilenet('v3-small', { ...CIFAR, stem: 'cifar' }) }),

  entry('squeezenet1.0', 'squeezenet', options => squeezenet('1.0', options), torchvision(1_248_424, 0.819, 58.092, 80.42),
    { torch: 'squeezenet1_0', table: 'table 1', at32: () => squeezenet('1.0', { ...CIFAR, stem: 'cifar' }) }),
  entry('squeezenet1.1', 'squeezenet', options => squeezenet('1.1', options), torchvision(1_235_496, 0.349, 58.178, 80.624),
    { torch: 'squeezenet1_1', at32: () => squeezenet('1.1', { ...CIFAR, stem: 'cifar' }) }),
  ...([
    [0.5, 'x0_5', torchvision(1_366_792, 0.04, 60.552, 81.746)],
    [1, 'x1_0', torchvision(2_278_604, 0.145, 69.362, 88.316)],
    [1.5, 'x1_5', torchvision(3_503_624, 0.296, 72.996, 91.086)],
    [2, 'x2_0', torchvision(7_393_996, 0.583, 76.23, 93.006)],
  ] as const).map(([widthMultiplier, suffix, published]) =>
    entry(`shufflenetV2-x${widthMultiplier}`, 'shufflenetV2', options => shufflenetV2({ widthMultiplier, ...options }),
      published,
      { torch: `shufflenet_v2_${suffix}`, table: 'table 5', at32: () => shufflenetV2({ widthMultiplier, ...CIFAR, stem: 'cifar' }) })),

  entry('nasnet-large', 'nasnet', options => nasnet('large', options), {
    parameters: exact(88_753_150, "timm's nasnetalarge; the paper says 88.9 million"),
    multiplyAdds: about('23.8', 1e9, 'table 2'),
    ...accuracies(82.7, 96.2, 'table 2'),
  }, { torch: 'timm-nasnetalarge', table: 'figures 2 and 4' }),
  entry('nasnet-mobile', 'nasnet', options => nasnet('mobile', options), {
    parameters: exact(5_289_978, "the authors' network of 224 x 224; the paper says 5.3 million"),
    multiplyAdds: about('564', 1e6, 'table 3'),
    ...accuracies(74.0, 91.6, 'table 3'),
  }, { table: 'figures 2 and 4' }),
  entry('nasnet-cifar', 'nasnet', options => nasnet('cifar', options),
    { parameters: about('3.3', 1e6, 'table 1'), ...cifarError(3.41, 'table 1') },
    { table: 'figures 2 and 4', at32: () => nasnet('cifar') }),
  entry('mnasnet-A1', 'mnasnet', options => mnasnet('A1', options), {
    parameters: about('3.9', 1e6, 'table 1'),
    multiplyAdds: about('312', 1e6, 'table 1'),
    ...accuracies(75.2, 92.5, 'table 1'),
  }, { table: 'figure 7', at32: () => mnasnet('A1', { ...CIFAR, stem: 'cifar' }) }),
  entry('mnasnet-B1', 'mnasnet', options => mnasnet('B1', options), torchvision(4_383_312, 0.314, 73.456, 91.51),
    { torch: 'mnasnet1_0', at32: () => mnasnet('B1', { ...CIFAR, stem: 'cifar' }) }),
  ...([
    ['b0', torchvision(5_288_548, 0.386, 77.692, 93.532)],
    ['b1', torchvision(7_794_184, 0.687, 78.642, 94.186)],
    ['b2', torchvision(9_109_994, 1.088, 80.608, 95.31, 288)],
    ['b3', torchvision(12_233_232, 1.827, 82.008, 96.054)],
    ['b4', torchvision(19_341_616, 4.394, 83.384, 96.594)],
    ['b5', torchvision(30_389_784, 10.266, 83.444, 96.628)],
    ['b6', torchvision(43_040_704, 19.068, 84.008, 96.916)],
    ['b7', torchvision(66_347_960, 37.746, 84.122, 96.908)],
  ] as const).map(([variant, published]) =>
    entry(`efficientnet-${variant}`, 'efficientnet', options => efficientnet(variant, options), published,
      { torch: `efficientnet_${variant}`, table: 'table 1', at32: () => efficientnet(variant, { ...CIFAR, stem: 'cifar' }) })),
  ...([
    ['Y-400MF', torchvision(4_344_144, 0.402, 74.046, 91.716)],
    ['Y-800MF', torchvision(6_432_512, 0.834, 76.42, 93.136)],
    ['Y-1.6GF', torchvision(11_202_430, 1.612, 77.95, 93.966)],
    ['Y-3.2GF', torchvision(19_436_338, 3.176, 78.948, 94.576)],
    ['Y-8GF', torchvision(39_381_472, 8.473, 80.032, 95.048)],
    ['Y-16GF', torchvision(83_590_140, 15.912, 80.424, 95.24)],
    ['Y-32GF', torchvision(145_046_770, 32.28, 80.878, 95.34)],
    ['X-400MF', torchvision(5_495_976, 0.414, 72.834, 90.95)],
    ['X-800MF', torchvision(7_259_656, 0.8, 75.212, 92.348)],
    ['X-1.6GF', torchvision(9_190_136, 1.603, 77.04, 93.44)],
    ['X-3.2GF', torchvision(15_296_552, 3.177, 78.364, 93.992)],
    ['X-8GF', torchvision(39_572_648, 7.995, 79.344, 94.686)],
    ['X-16GF', torchvision(54_278_536, 15.941, 80.058, 94.944)],
    ['X-32GF', torchvision(107_811_560, 31.736, 80.622, 95.248)],
  ] as const).map(([variant, published]) =>
    entry(`regnet-${variant}`, 'regnet', options => regnet(variant, options), published, {
      torch: `regnet_${variant.toLowerCase().replace(/[-.]/g, '_')}`,
      table: 'section 3.3',
      at32: () => regnet(variant, { ...CIFAR, stem: 'cifar' }),
    })),
  ...([
    ['tiny', torchvision(28_589_128, 4.456, 82.52, 96.146)],
    ['small', torchvision(50_223_688, 8.684, 83.616, 96.65)],
    ['base', torchvision(88_591_464, 15.355, 84.062, 96.87)],
    ['large', torchvision(197_767_336, 34.361, 84.414, 96.976)],
  ] as const).map(([variant, published]) =>
    entry(`convnext-${variant}`, 'convnext', options => convnext(variant, options), published, {
      torch: `convnext_${variant}`,
      timm: { name: `convnext_${variant}`, names: convnextNames },
      table: 'table 9',
      at32: () => convnext(variant, { ...CIFAR, stem: 'cifar' }),
    })),
]; // prettier-ignore

/**
 * The catalog's entry of this name.
 * @throws when there is none
 */
export function architecture(name: string): CatalogEntry {
  const found = catalog.find(candidate => candidate.name === name);
  if (found) return found;
  const names = catalog.map(candidate => candidate.name);
  const near = typeof name === 'string' ? nearest(name, names) : undefined;
  throw new Error(
    `The catalog has no ${shown(name)}; ` +
      (near ? `did you mean ${shown(near)}?` : `expected one of ${names.join(', ')}.`),
  );
}
