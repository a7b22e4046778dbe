/**
 * ZFNet. Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", 2013 (arXiv 1311.2901): figure 3, and
 * variant (b) of table 2.
 * Differs from the paper: nothing; its sizes need one row of padding before the 7 x 7 and pooling windows that hang over
 * the edge, which it does not mention.
 */
import * as tf from '@tensorflow/tfjs';
import {
  convRelu,
  dense,
  dropout,
  flatten,
  localResponseNorm,
  maxPool,
  model,
  type ModelOptions,
  named,
  relu,
} from '../layers';
import { among, check, type Checks, choose, dropoutRate, MODEL_OPTIONS } from '../layers/building/options';

/** Maps of layers 3, 4 and 5. */
const VARIANTS = {
  figure3: [384, 384, 256],
  b: [512, 1024, 512],
} as const;

export interface ZFNetOptions extends ModelOptions {
  /** The constants of AlexNet's normalization; figure 3 says "contrast normalized across feature maps". */
  alphaMode?: 'paper' | 'perWindow';
  dropoutRate?: number;
}

const OPTIONS: Checks<ZFNetOptions> = {
  ...MODEL_OPTIONS,
  alphaMode: among('paper', 'perWindow'),
  dropoutRate,
};

/** ZFNet as in figure 3, or a variant of table 2. */
export function zfnet(variant: keyof typeof VARIANTS = 'figure3', options: ZFNetOptions = {}): tf.LayersModel {
  check('zfnet', options, OPTIONS);
  const { inputShape = [224, 224, 3], classes = 1000, alphaMode = 'paper', dropoutRate = 0.5, seed } = options;
  const maps = choose(VARIANTS, variant, 'variant of zfnet');
  const init = { deviation: 0.01 }; // section 3.1
  const norm = localResponseNorm({ alphaMode });
  const pool = maxPool(3, 2, { ceilMode: true });
  return model(`zfnet-${variant}`, { inputShape, classes, seed },
    named('layer1', convRelu(96, 7, { stride: 2, padding: 1, init })),               // 110 x 110 x 96
    named('pool1', pool, norm),                                                      // 55 x 55 x 96
    named('layer2', convRelu(256, 5, { stride: 2, padding: 0, init })),              // 26 x 26 x 256
    named('pool2', pool, norm),                                                      // 13 x 13 x 256
    named('layer3', convRelu(maps[0], 3, { init })),                                 // 13 x 13 x 384
    named('layer4', convRelu(maps[1], 3, { init })),                                 // 13 x 13 x 384
    named('layer5', convRelu(maps[2], 3, { init })),                                 // 13 x 13 x 256
    named('pool5', pool),                                                            // 6 x 6 x 256
    named('layer6', flatten(), dense(4096, { init }), relu(), dropout(dropoutRate)), // 4096
    named('layer7', dense(4096, { init }), relu(), dropout(dropoutRate)),            // 4096
    named('output', dense(classes, { init })),                                       // 1000
  ); // prettier-ignore
}
