/**
 * VGG. Simonyan & Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015
 * (arXiv 1409.1556): table 1, section 2.1.
 * Differs from the paper: batch normalization, where asked for, is later; the weights are He's, as the paper's normal
 * initialization (deviation 0.01) trains the deep ones only from A's weights.
 */
import * as tf from '@tensorflow/tfjs';
import {
  adaptiveAvgPool,
  batchNorm as normalize,
  type Block,
  chain,
  conv,
  dense,
  dropout,
  flatten,
  identity,
  localResponseNorm,
  maxPool,
  model,
  type ModelOptions,
  named,
  relu,
} from '../layers';
import {
  boolean,
  check,
  type Checks,
  choose,
  dropoutRate,
  MODEL_OPTIONS,
  refuse,
  wholeNumber,
} from '../layers/building/options';

type Row = 'LRN' | `conv${1 | 3}-${number}`;

/** Table 1: the rows between two "maxpool", for each column. All have maxpool after each stage, then FC-4096 twice. */
export const TABLE_1 = {
  A: [['conv3-64'], ['conv3-128'], twice('conv3-256'), twice('conv3-512'), twice('conv3-512')],
  'A-LRN': [['conv3-64', 'LRN'], ['conv3-128'], twice('conv3-256'), twice('conv3-512'), twice('conv3-512')],
  B: [twice('conv3-64'), twice('conv3-128'), twice('conv3-256'), twice('conv3-512'), twice('conv3-512')],
  C: [
    twice('conv3-64'),
    twice('conv3-128'),
    [...twice('conv3-256'), 'conv1-256'],
    [...twice('conv3-512'), 'conv1-512'],
    [...twice('conv3-512'), 'conv1-512'],
  ],
  D: [
    twice('conv3-64'), // 224 x 224 x 64, then 112 x 112
    twice('conv3-128'), // 112 x 112 x 128, then 56 x 56
    [...twice('conv3-256'), 'conv3-256'], // 56 x 56 x 256, then 28 x 28
    [...twice('conv3-512'), 'conv3-512'], // 28 x 28 x 512, then 14 x 14
    [...twice('conv3-512'), 'conv3-512'], // 14 x 14 x 512, then 7 x 7
  ],
  E: [
    twice('conv3-64'),
    twice('conv3-128'),
    [...twice('conv3-256'), ...twice('conv3-256')],
    [...twice('conv3-512'), ...twice('conv3-512')],
    [...twice('conv3-512'), ...twice('conv3-512')],
  ],
} as const satisfies Record<string, readonly (readonly Row[])[]>;

export type VggConfiguration = keyof typeof TABLE_1;

export interface VggOptions extends ModelOptions {
  /** After every convolution, before its ReLU. */
  batchNorm?: boolean;
  /** Units of the dense layers before the last; [] is usual for 32 x 32 images. */
  hidden?: readonly number[];
  /** As torchvision: averages (or repeats) the last maps to 7 x 7, so that the dense layers fit images of any size. */
  adaptivePool?: boolean;
  dropoutRate?: number;
}

const OPTIONS: Checks<VggOptions> = {
  ...MODEL_OPTIONS,
  batchNorm: boolean,
  hidden: (what, value) => {
    if (!Array.isArray(value)) refuse(what, value, 'a list of numbers of units');
    for (const units of value as number[]) wholeNumber(`number of units in the ${what}`, units);
  },
  adaptivePool: boolean,
  dropoutRate,
};

/** VGG in a configuration of table 1: D has 16 layers with weights, E has 19. */
export function vgg(configuration: VggConfiguration = 'D', options: VggOptions = {}): tf.LayersModel {
  check('vgg', options, OPTIONS);
  const {
    inputShape = [224, 224, 3],
    classes = 1000,
    batchNorm = false,
    hidden = [4096, 4096],
    adaptivePool = false,
    dropoutRate = 0.5,
    seed,
  } = options;
  const stages: readonly (readonly Row[])[] = choose(TABLE_1, configuration, 'configuration of vgg');
  // torchvision numbers the convolutions, normalizations, ReLUs and poolings of `features` in one sequence.
  let index = 0;
  const row = (text: Row): Block => {
    if (text === 'LRN') return localResponseNorm();
    const [, size, filters] = text.match(/^conv(\d)-(\d+)$/)!.map(Number);
    const convolution = conv(filters, size, { torch: `features.${index++}` });
    const norm = batchNorm ? normalize({ torch: `features.${index++}` }) : identity;
    index++;
    return chain(convolution, norm, relu());
  };
  const body = stages.flatMap((rows, i) => {
    const stage = named(`conv${i + 1}`, ...rows.map((text, j) => named(String(j + 1), row(text))));
    index++;
    return [stage, named(`pool${i + 1}`, maxPool(2))];
  });
  const init = { deviation: 0.01 }; // section 3.1
  const fullyConnected = hidden.map((units, i) =>
    named(`fc${6 + i}`, dense(units, { init, torch: `classifier.${3 * i}` }), relu(), dropout(dropoutRate)),
  );
  return model(`vgg${configuration}${batchNorm ? '-bn' : ''}`, { inputShape, classes, seed },
    ...body,                                                                          // 7 x 7 x 512
    named('flatten', adaptivePool ? adaptiveAvgPool(7) : identity, flatten()),        // 25088
    ...fullyConnected,                                                                // 4096
    named(`fc${6 + hidden.length}`, dense(classes, { init, torch: `classifier.${3 * hidden.length}` })), // 1000
  ); // prettier-ignore
}

function twice<T extends Row>(row: T): [T, T] {
  return [row, row];
}
