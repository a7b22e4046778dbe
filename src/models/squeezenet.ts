/**
 * SqueezeNet. Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and < 0.5 MB model size",
 * 2016 (arXiv 1602.07360): table 1, figure 2. Version 1.1 is the authors' later one, with 2.4 times less computation.
 * Differs from the paper: 7 x 7 at stride 2 without padding makes 109 x 109 of 224 x 224 (table 1 prints 111 x 111).
 */
import * as tf from '@tensorflow/tfjs';
import {
  add,
  type Block,
  chain,
  concat,
  convRelu,
  dropout,
  globalAvgPool,
  identity,
  maxPool,
  model,
  type ModelOptions,
  named,
  torch,
} from '../layers';
import {
  boolean,
  check,
  type Checks,
  choose,
  dropoutRate,
  MODEL_OPTIONS,
  STEM,
  type StemOptions,
} from '../layers/building/options';

/** Table 1: s1x1, and e1x1 = e3x3, of each fire module. */
const TABLE_1 = {
  fire2: [16, 64],
  fire3: [16, 64],
  fire4: [32, 128],
  fire5: [32, 128],
  fire6: [48, 192],
  fire7: [48, 192],
  fire8: [64, 256],
  fire9: [64, 256],
} as const;

/** conv1, and the fire modules that a pooling layer follows. */
const VERSIONS: Record<'1.0' | '1.1', { conv1: [number, number]; pooled: string[] }> = {
  '1.0': { conv1: [96, 7], pooled: ['fire4', 'fire8'] },
  '1.1': { conv1: [64, 3], pooled: ['fire3', 'fire5'] },
};

export interface SqueezeNetOptions extends ModelOptions, StemOptions {
  /** Figure 2, middle: fire3, 5, 7 and 9 add their input to their output. */
  bypass?: boolean;
  /** The share of maps set to zero before conv10. */
  dropoutRate?: number;
}

const OPTIONS: Checks<SqueezeNetOptions> = {
  ...MODEL_OPTIONS,
  bypass: boolean,
  stem: STEM,
  dropoutRate,
};

/** SqueezeNet as in the paper, 1.0, or 1.1 of the authors' repository, with less than half of the operations. */
export function squeezenet(version: keyof typeof VERSIONS = '1.0', options: SqueezeNetOptions = {}): tf.LayersModel {
  check('squeezenet', options, OPTIONS);
  const {
    inputShape = [224, 224, 3],
    classes = 1000,
    bypass = false,
    stem = 'imagenet',
    dropoutRate = 0.5,
    seed,
  } = options;
  const { conv1, pooled } = choose(VERSIONS, version, 'version of squeezenet');
  const small = stem === 'cifar';
  // torchvision numbers the convolution, the ReLU, the fire modules and the poolings of `features` in one sequence.
  let index = 3;
  const pool = (name: string): Block => named(name, maxPool(3, 2, { ceilMode: true }));
  const fires = Object.entries(TABLE_1).flatMap(([name, [squeeze, expand]], i) => {
    const module = torch(`features.${index++}`, fire(squeeze, expand));
    const row = named(name, bypass && i % 2 === 1 ? add(identity, module) : module);
    if (!pooled.includes(name)) return [row];
    index++;
    return [row, pool(name.replace('fire', 'maxpool'))];
  });
  return model(`squeezenet${version}`, { inputShape, classes, seed },
    named('conv1', small ? convRelu(conv1[0], 3, { torch: 'features.0' }) : convRelu(...conv1, { stride: 2, padding: 0, torch: 'features.0' })), // 109 x 109 x 96
    pool('maxpool1'),                                               // 54 x 54 x 96
    ...fires,
    named('conv10', dropout(dropoutRate), convRelu(classes, 1, { torch: 'classifier.1' })), // 13 x 13 x 1000
    named('avgpool10', globalAvgPool()),                            // 1000
  ); // prettier-ignore
}

/** Section 3.2: 1x1 filters squeeze, 1x1 and 3x3 filters expand. */
function fire(squeeze: number, expand: number): Block {
  return chain(
    named('squeeze', convRelu(squeeze, 1, { torch: 'squeeze' })),
    concat(
      named('expand1x1', convRelu(expand, 1, { torch: 'expand1x1' })),
      named('expand3x3', convRelu(expand, 3, { torch: 'expand3x3' })),
    ),
  );
}
