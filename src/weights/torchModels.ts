/**
 * torchvision's and timm's networks that we have: their names to our builders. The catalog of src/models has the named
 * variants; here are the other widths and depths of the same papers, and timm's names for the same networks.
 */
import * as tf from '@tensorflow/tfjs';
import { nearest, shown } from '../base/options';
import type { ModelOptions } from '../layers';
import { catalog } from '../models';
import { efficientnet, type EfficientNetOptions } from '../models/efficientnet';
import { inceptionV3 } from '../models/inceptionV3';
import { googlenet } from '../models/googlenet';
import { mnasnet } from '../models/mnasnet';
import { mobilenet, type MobileNetOptions } from '../models/mobilenet';
import { preactResnet } from '../models/preactResnet';
import { regnet, type RegNetVariant } from '../models/regnet';
import { resnet } from '../models/resnet';
import { resnext } from '../models/resnext';
import { senet154, seResnet, seResnext } from '../models/senet';
import { vgg, type VggConfiguration } from '../models/vgg';
import { oneWeirdTrick } from '../models/alexnet';
import { stateShapes, type StateDict, type TorchTensor } from './stateDict';
import { deepSeNames, firstSeNames, type Numbering, regnetNames, renamed, torchvisionNames, VGG } from './timmNames';

export interface TorchModelOptions extends ModelOptions {
  /** With the classifiers that only training has, where there are any. */
  auxiliary?: boolean;
}

export interface TorchModel {
  build(options?: TorchModelOptions): tf.LayersModel;
  /** Their names of weights to those that the layers carry, where they differ. */
  names?(theirs: Iterable<string>): ReadonlyMap<string, string>;
}

type Build = TorchModel['build'];

/** timm's VGG repeats small images' last maps to 7 x 7, as torchvision's; of larger ones its classifier sees every place. */
function refuseLarge(name: string, [height, width]: readonly number[] = [224, 224]): void {
  if (Math.max(height, width) < 256) return;
  throw new Error(`${name} gets pictures of ${height} x ${width}; expected below 256 x 256.`);
}

const build = (builder: Build): TorchModel => ({ build: builder });

const numbered = (builder: Build, numbering: Numbering): TorchModel => ({
  build: builder,
  names: theirs => torchvisionNames(theirs, numbering),
});

const VGG_CONFIGURATIONS: Record<string, VggConfiguration> = { vgg11: 'A', vgg13: 'B', vgg16: 'D', vgg19: 'E' };

/** torchvision and timm call these, and their weights, the same. */
const SAME_IN_TIMM =
  /^(resnet(18|34|50|101|152)|wide_resnet(50|101)_2|resnext50_32x4d|resnext101_(32x8d|64x4d)|densenet(121|161|169|201))$/;

/** timm's numbers are of 10^8 multiply-adds. */
const REGNETS: Record<string, RegNetVariant> = {
  regnetx_002: 'X-200MF', regnetx_004: 'X-400MF', regnetx_004_tv: 'X-400MF', regnetx_006: 'X-600MF',
  regnetx_008: 'X-800MF', regnetx_016: 'X-1.6GF', regnetx_032: 'X-3.2GF', regnetx_040: 'X-4.0GF',
  regnetx_064: 'X-6.4GF', regnetx_080: 'X-8GF', regnetx_120: 'X-12GF', regnetx_160: 'X-16GF', regnetx_320: 'X-32GF',
  regnety_002: 'Y-200MF', regnety_004: 'Y-400MF', regnety_006: 'Y-600MF', regnety_008: 'Y-800MF',
  regnety_008_tv: 'Y-800MF', regnety_016: 'Y-1.6GF', regnety_032: 'Y-3.2GF', regnety_040: 'Y-4.0GF',
  regnety_064: 'Y-6.4GF', regnety_080: 'Y-8GF', regnety_080_tv: 'Y-8GF', regnety_120: 'Y-12GF', regnety_160: 'Y-16GF',
  regnety_320: 'Y-32GF', regnety_640: 'Y-64GF', regnety_1280: 'Y-128GF',
}; // prettier-ignore

/** timm has the minimal MobileNetV3 in one width, and TensorFlow's weights not of half of it. */
const isTimms = (name: string): boolean => !/tf_.*_050|minimal_0/.test(name);

const MODELS: Record<string, TorchModel> = {
  alexnet: build(options => oneWeirdTrick({ adaptivePool: true, ...options })),
  googlenet: build(options => googlenet('torchvision', options)),
  inception_v3: build(options => inceptionV3(options)),
  ...Object.fromEntries(
    Object.entries(VGG_CONFIGURATIONS).flatMap(([name, configuration]) =>
      [false, true].flatMap(batchNorm => {
        const builder: Build = options => vgg(configuration, { adaptivePool: true, batchNorm, ...options });
        const suffix = batchNorm ? '_bn' : '';
        const timm: TorchModel = {
          build: options => {
            refuseLarge(`timm/${name}${suffix}`, options?.inputShape);
            return builder(options);
          },
          names: theirs => new Map([...theirs].map(theirName => [theirName, renamed(theirName, VGG)])),
        };
        return [[`${name}${suffix}`, build(builder)], [`timm-${name}${suffix}`, timm]]; // prettier-ignore
      }),
    ),
  ),
  ...Object.fromEntries(
    ([['0_5', 0.5], ['0_75', 0.75], ['1_0', 1], ['1_3', 1.3]] as const).map(([suffix, depthMultiplier]) => [
      `mnasnet${suffix}`,
      build(options => mnasnet('B1', { depthMultiplier, ...options })),
    ]),
  ), // prettier-ignore
  ...Object.fromEntries(
    ([['050', 0.5], ['075', 0.75], ['100', 1], ['140', 1.4]] as const).flatMap(([suffix, depthMultiplier]) => [
      [`timm-mnasnet_${suffix}`, numbered(options => mnasnet('B1', { depthMultiplier, ...options }), 'layers')],
      [`timm-semnasnet_${suffix}`, numbered(options => mnasnet('A1', { depthMultiplier, ...options }), 'layers')],
    ]),
  ), // prettier-ignore
  ...Object.fromEntries(
    ([['large', '075', 0.75], ['large', '100', 1], ['small', '050', 0.5], ['small', '075', 0.75], ['small', '100', 1]] as const).flatMap(
      ([size, suffix, widthMultiplier]) => {
        const version = `v3-${size}` as const;
        const builder = (own: MobileNetOptions): TorchModel =>
          numbered(options => mobilenet(version, { widthMultiplier, widthRule: 'timm', ...own, ...options }), 'row');
        return [
          [`timm-mobilenetv3_${size}_${suffix}`, builder({ normEpsilon: 1e-5 })],
          [`timm-tf_mobilenetv3_${size}_${suffix}`, builder({ padding: 'same' })],
          [`timm-tf_mobilenetv3_${size}_minimal_${suffix}`, builder({ padding: 'same', minimal: true })],
        ].filter(([name]) => isTimms(name as string)) as [string, TorchModel][];
      },
    ),
  ), // prettier-ignore
  'timm-mobilenetv1_125': build(options => mobilenet('v1', { widthMultiplier: 1.25, ...options })),
  ...Object.fromEntries(
    ([['035', 0.35], ['050', 0.5], ['075', 0.75], ['100', 1], ['140', 1.4]] as const).map(([suffix, widthMultiplier]) => [
      `timm-mobilenetv2_${suffix}`,
      numbered(options => mobilenet('v2', { widthMultiplier, ...options }), 'conv'),
    ]),
  ), // prettier-ignore
  ...Object.fromEntries(
    (['b0', 'b1', 'b2', 'b3', 'b4', 'b5', 'b6', 'b7', 'b8', 'l2'] as const).flatMap(variant => {
      const builder = (own: EfficientNetOptions): TorchModel =>
        numbered(options => efficientnet(variant, { ...own, ...options }), 'block');
      return [
        [`timm-efficientnet_${variant}`, builder({ normEpsilon: 1e-5 })],
        [`timm-tf_efficientnet_${variant}`, builder({ normEpsilon: 1e-3, padding: 'same' })],
      ];
    }),
  ),
  ...Object.fromEntries(
    ([26, 200] as const).map(depth => [`timm-resnet${depth}`, build(options => resnet({ depth, ...options }))]),
  ),
  'timm-senet154': { build: options => senet154({ stem: 'imagenet', ...options }), names: deepSeNames },
  regnet_y_128gf: build(options => regnet('Y-128GF', options)),
  ...Object.fromEntries(
    Object.entries(REGNETS).map(([name, variant]) => [
      `timm-${name}`,
      {
        build: options => regnet(variant, { rounding: name.endsWith('_tv') ? 'torchvision' : 'authors', ...options }),
        names: regnetNames,
      } satisfies TorchModel,
    ]),
  ),
  ...Object.fromEntries(
    ([18, 34, 101, 152] as const).map(depth => [
      `timm-resnetv2_${depth}`,
      build(options => preactResnet({ depth, order: 'poolNorm', ...options })),
    ]),
  ),
  ...Object.fromEntries(
    ([18, 34, 50, 101, 152] as const).map(depth => [
      `timm-seresnet${depth}`,
      build(options => seResnet({ depth, leastSqueezed: 8, ...options })),
    ]),
  ),
  ...Object.fromEntries(
    ([16, 32] as const).map(bottleneckWidth => [
      `timm-resnext101_32x${bottleneckWidth}d`,
      build(options => resnext({ depth: 101, bottleneckWidth, ...options })),
    ]),
  ),
  ...Object.fromEntries(
    ([18, 34, 50, 101, 152] as const).map(depth => [
      `timm-legacy_seresnet${depth}`,
      {
        build: options => seResnet({ depth, stride: 'v1', stem: 'caffe', reluBeforeSqueeze: depth < 50, ...options }),
        names: firstSeNames,
      } satisfies TorchModel,
    ]),
  ),
  ...Object.fromEntries(
    ([26, 50, 101] as const).map(depth => [
      `timm-legacy_seresnext${depth}_32x4d`,
      { build: options => seResnext({ depth, stem: 'caffe', ...options }), names: firstSeNames } satisfies TorchModel,
    ]),
  ),
  ...Object.fromEntries(
    ([[50, 32, 4], [101, 32, 4], [101, 32, 8], [101, 64, 4]] as const).map(([depth, cardinality, bottleneckWidth]) => [
      `timm-seresnext${depth}_${cardinality}x${bottleneckWidth}d`,
      build(options => seResnext({ depth, cardinality, bottleneckWidth, leastSqueezed: 8, ...options })),
    ]),
  ), // prettier-ignore
};

/**
 * Our network of torchvision's name, or, with 'timm/' or 'timm-' in front, of timm's.
 * timm's names of single weights, such as 'timm/resnet50.a1_in1k', are those of their network.
 * @throws when we have none
 */
export function torchModel(name: string): TorchModel {
  const key = (typeof name === 'string' ? name : '').replace(/^timm[-/]([^.]*).*$/, 'timm-$1');
  const found =
    lookUp(key) ?? (SAME_IN_TIMM.test(key.replace(/^timm-/, '')) ? lookUp(key.replace(/^timm-/, '')) : undefined);
  if (found) return found;
  const near = typeof name === 'string' ? nearest(name, torchModelNames()) : undefined;
  throw new Error(
    `There is no network ${shown(name)} here; ${near ? `did you mean '${near}'?` : 'torchModelNames() lists those that there are.'}`,
  );
}

function lookUp(key: string): TorchModel | undefined {
  if (Object.hasOwn(MODELS, key)) return MODELS[key];
  const entry = catalog.find(({ torch, timm }) => torch === key || (timm && `timm-${timm.name}` === key));
  return entry && { build: entry.build, ...(key !== entry.torch && { names: entry.timm!.names }) };
}

/** timm's begin with 'timm/'. */
export function torchModelNames(): string[] {
  const inCatalog = catalog.flatMap(({ torch, timm }) => [torch ?? [], timm ? `timm-${timm.name}` : []].flat());
  const same = inCatalog.filter(name => SAME_IN_TIMM.test(name)).map(name => `timm-${name}`);
  return [...new Set([...inCatalog, ...same, ...Object.keys(MODELS)])]
    .map(name => name.replace(/^timm-/, 'timm/'))
    .sort();
}

/**
 * Their state dict under the names, and in the shapes, of our layers: what `loadStateDict` takes. What has
 * other axes there, as the convolution over the whole of its image that timm has for some dense layers, gets our shape.
 */
export function ourStateDict(
  model: tf.LayersModel,
  theirs: StateDict,
  { names }: TorchModel,
): Map<string, TorchTensor> {
  const shapes = stateShapes(model);
  const ourNames = names?.(theirs.keys());
  return new Map(
    [...theirs].map(([theirName, entry]) => {
      const name = ourNames?.get(theirName) ?? theirName;
      const wanted = shapes.get(name);
      if (!wanted || wanted.length === entry.shape.length || size(wanted) !== size(entry.shape)) return [name, entry];
      return [name, { shape: wanted, get data() { return entry.data; } }]; // prettier-ignore
    }),
  );
}

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
