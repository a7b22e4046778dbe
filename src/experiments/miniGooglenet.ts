/**
 * GoogLeNet at the scale that two cores train in minutes. Szegedy et al., CVPR 2015 (arXiv 1409.4842), table 1.
 * Differs from the paper: images of 32 x 32, a stem of one 3 x 3 convolution, so that 3a works on 16 x 16; an eighth of the
 * filters (at least 2); no LRN; auxiliary classifiers of a 4 x 4 mean, a quarter of the units and no dropout. There is no batch
 * normalization, as in the paper: that came a year later and made auxiliary classifiers a matter of regularization.
 */
import * as tf from '@tensorflow/tfjs';
import {
  adaptiveAvgPool,
  type Block,
  chain,
  concat,
  convRelu,
  dense,
  flatten,
  globalAvgPool,
  type Initialization,
  maxPool,
  modelOf,
  named,
  relu,
} from '../layers';
import { TABLE_1 } from '../models/googlenet';

export interface MiniGoogLeNetOptions {
  auxiliary?: boolean;
  /** 'average': the mean of each map, then the last layer. 'dense': all values, through a hidden layer as in VGG. */
  head?: 'average' | 'dense';
  init?: Initialization;
  classes?: number;
  seed?: number;
}

const narrow = (filters: number): number => Math.max(2, filters / 8);

/** Outputs: logits; with `auxiliary` also those after 4a and after 4d. */
export function miniGooglenet({
  auxiliary = false,
  head = 'average',
  init = 'he',
  classes = 10,
  seed,
}: MiniGoogLeNetOptions = {}): tf.LayersModel {
  const conv = (filters: number, size: number): Block => convRelu(narrow(filters), size, { init });
  const module = (name: keyof typeof TABLE_1): Block => {
    const [n1x1, n3x3reduce, n3x3, n5x5reduce, n5x5, poolProj] = TABLE_1[name];
    return named(
      `inception${name}`,
      concat(
        conv(n1x1, 1),
        chain(conv(n3x3reduce, 1), conv(n3x3, 3)),
        chain(conv(n5x5reduce, 1), conv(n5x5, 5)),
        chain(maxPool(3, 1, { padding: 1 }), conv(poolProj, 1)),
      ),
    );
  };
  const pool = maxPool(3, 2, { padding: 1 });
  const classifier = (name: string): Block =>
    named(name, adaptiveAvgPool(4), conv(128, 1), flatten(), dense(256, { init }), relu(), dense(classes, { init }));
  const last: Block =
    head === 'average'
      ? named('head', globalAvgPool(), dense(classes, { init }))
      : named('head', flatten(), dense(512, { init }), relu(), dense(classes, { init }));
  return modelOf(`mini-googlenet-${head}`, { inputShape: [32, 32, 3], seed }, image => {
    const at4a = chain(
      named('conv1', conv(192, 3), pool), // 16 x 16 x 24
      module('3a'),
      module('3b'),
      pool, // 8 x 8 x 60
      module('4a'),
    )(image);
    const at4d = chain(module('4b'), module('4c'), module('4d'))(at4a);
    const logits = chain(module('4e'), pool, module('5a'), module('5b'), last)(at4d); // 4 x 4 x 128
    return auxiliary ? [logits, classifier('auxiliary1')(at4a), classifier('auxiliary2')(at4d)] : [logits];
  });
}
