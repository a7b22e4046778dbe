/**
 * AlexNet. Krizhevsky, Sutskever & Hinton, "ImageNet Classification with Deep Convolutional Neural Networks", NIPS 2012:
 * section 3.5, figure 2.
 * Differs from the paper: the input is 227 x 227, as 224 does not give figure 2's 55 x 55 (the authors' code rounds up).
 */
import * as tf from '@tensorflow/tfjs';
import {
  activation,
  adaptiveAvgPool,
  type Block,
  chain,
  concat,
  conv,
  convRelu,
  dense,
  dropout,
  flatten,
  identity,
  type Initialization,
  localResponseNorm,
  maxPool,
  model,
  modelOf,
  type ModelOptions,
  named,
  type Node,
  relu,
} from '../layers';
import {
  among,
  anything,
  boolean,
  check,
  type Checks,
  choose,
  dropoutRate,
  given,
  MODEL_OPTIONS,
  whole,
  wholeNumber,
  widths,
} from '../layers/building/options';

export interface AlexNetOptions extends ModelOptions {
  /** 2: conv2, conv4 and conv5 see half of the maps, as on the paper's two GPUs. 1: one tower. */
  groups?: 1 | 2;
  /** 'normPool' is the paper's order; 'poolNorm' CaffeNet's, which the lecture has. */
  order?: 'normPool' | 'poolNorm';
  /** 'paper': alpha as printed; 'perWindow': divided by n, as in the authors' code. */
  alphaMode?: 'paper' | 'perWindow';
}

/** The four networks that go by this name; 'paper' where none is named. */
const VARIANTS = {
  paper: { groups: 2, order: 'normPool' },
  ungrouped: { groups: 1, order: 'normPool' },
  caffenet: { groups: 2, order: 'poolNorm' },
  oneWeirdTrick: {}, // a network of its own, below
} as const;
export type AlexNetVariant = keyof typeof VARIANTS;

const OPTIONS: Checks<AlexNetOptions> = {
  ...MODEL_OPTIONS,
  groups: among(1, 2),
  order: among('normPool', 'poolNorm'),
  alphaMode: among('paper', 'perWindow'),
};

/**
 * AlexNet, by the name of a variant or by its knobs, as in `alexnet({ groups: 1 })`.
 *
 * @param first a variant, or the options
 * @param more options beside a variant
 * @example alexnet('caffenet', { classes: 10 })
 */
export function alexnet(first: AlexNetVariant | AlexNetOptions = {}, more: AlexNetOptions = {}): tf.LayersModel {
  if (first === 'oneWeirdTrick') return oneWeirdTrick(more);
  const isVariant = typeof first !== 'object' || first === null;
  const knobs: AlexNetOptions = isVariant ? choose(VARIANTS, first, 'variant of alexnet') : first;
  check('alexnet', knobs, OPTIONS);
  check('alexnet', more, OPTIONS);
  const {
    inputShape = [227, 227, 3],
    classes = 1000,
    groups = 2,
    order = 'normPool',
    alphaMode = 'paper',
    seed,
  } = { ...knobs, ...given(more) };
  const init = { deviation: 0.01 }; // section 5
  const norm = localResponseNorm({ alphaMode });
  const normPool = order === 'normPool' ? [norm, maxPool(3, 2)] : [maxPool(3, 2), norm];
  return model('alexnet', { inputShape, classes, seed },
    named('conv1', conv(96, 11, { stride: 4, padding: 0, init }), relu()),    // 55 x 55 x 96
    named('pool1', ...normPool),                                              // 27 x 27 x 96
    named('conv2', conv(256, 5, { groups, init, biasInit: 1 }), relu()),      // 27 x 27 x 256
    named('pool2', ...normPool),                                              // 13 x 13 x 256
    named('conv3', conv(384, 3, { init }), relu()),                           // 13 x 13 x 384
    named('conv4', conv(384, 3, { groups, init, biasInit: 1 }), relu()),      // 13 x 13 x 384
    named('conv5', conv(256, 3, { groups, init, biasInit: 1 }), relu()),      // 13 x 13 x 256
    named('pool5', maxPool(3, 2)),                                            // 6 x 6 x 256
    named('fc6', flatten(), dense(4096, { init, biasInit: 1 }), relu(), dropout(0.5)), // 4096
    named('fc7', dense(4096, { init, biasInit: 1 }), relu(), dropout(0.5)),   // 4096
    named('fc8', dense(classes, { init })),                                   // 1000
  ); // prettier-ignore
}

export interface TwoTowersOptions extends ModelOptions {
  alphaMode?: 'paper' | 'perWindow';
  /** The first layer; the default is the paper's. */
  first?: { size: number; stride: number; padding: number; init?: Initialization };
  /** Maps of conv1 to conv5 and units of fc6 and fc7, both towers together. */
  widths?: readonly [number, number, number, number, number, number];
  /** Dropout rate of fc6 and fc7. */
  dropoutRate?: number;
  /** The paper's N(0, 0.01) teaches small networks nothing for a long time; 'he' is what came later. */
  init?: 'paper' | 'he';
}

/** conv1 to fc7 of the paper: 60,965,224 parameters in all with 1,000 classes. */
const PAPER_WIDTHS = [96, 256, 384, 384, 256, 4096] as const;

const FIRST_OPTIONS: Checks<NonNullable<TwoTowersOptions['first']>> = {
  size: whole,
  stride: whole,
  padding: (what, value) => wholeNumber(what, value, 0),
  init: anything,
};

const TOWERS_OPTIONS: Checks<TwoTowersOptions> = {
  ...MODEL_OPTIONS,
  alphaMode: among('paper', 'perWindow'),
  first: (what, value) => check(`the ${what}`, value, FIRST_OPTIONS),
  widths: widths(6, 2),
  dropoutRate,
  init: among('paper', 'he'),
};

/**
 * The network as it ran on two graphics cards (section 3.2 and figure 2): two towers of layers named `.../tower0/...` and
 * `.../tower1/...`, each with half of the maps. They meet before conv3 and before each dense layer. What `alexnet` does by
 * groups is here done by layers of their own, so that each can be put on a device (`placeLayers`).
 * Differs from `alexnet`: each tower normalizes its own maps, as the authors' code does, so no normalization crosses over.
 */
export function alexnetTwoTowers(options: TwoTowersOptions = {}): tf.LayersModel {
  check('alexnetTwoTowers', options, TOWERS_OPTIONS);
  const {
    inputShape = [227, 227, 3],
    classes = 1000,
    alphaMode = 'paper',
    first = { size: 11, stride: 4, padding: 0 },
    widths: [w1, w2, w3, w4, w5, units] = PAPER_WIDTHS,
    dropoutRate = 0.5,
    init: initialization = 'paper',
    seed,
  } = options;
  const init = initialization === 'paper' ? { deviation: 0.01 } : 'he';
  const biasInit = initialization === 'paper' ? 1 : 0; // section 5
  const norm = localResponseNorm({ alphaMode });
  type Towers = [Node, Node];
  const each = (row: string, towers: Towers, ...blocks: Block[]): Towers =>
    towers.map((x, i) => named(`${row}/tower${i}`, ...blocks)(x)) as Towers;
  const meet = (row: string, [a, b]: Towers): Node => named(row, concat(() => a, () => b))(a); // prettier-ignore
  const both = (x: Node): Towers => [x, x];
  return modelOf('alexnetTwoTowers', { inputShape, seed }, image => {
    const { size, stride, padding, init: firstInit = init } = first;
    let towers = each('conv1', both(image), conv(w1 / 2, size, { stride, padding, init: firstInit }), relu());
    towers = each('pool1', towers, norm, maxPool(3, 2));
    towers = each('conv2', towers, conv(w2 / 2, 5, { init, biasInit }), relu());
    towers = each('pool2', towers, norm, maxPool(3, 2));
    towers = each('conv3', both(meet('conv3', towers)), conv(w3 / 2, 3, { init }), relu());
    towers = each('conv4', towers, conv(w4 / 2, 3, { init, biasInit }), relu());
    towers = each('conv5', towers, conv(w5 / 2, 3, { init, biasInit }), relu());
    towers = each('pool5', towers, maxPool(3, 2));
    const hidden = [dense(units / 2, { init, biasInit }), relu(), dropout(dropoutRate)];
    towers = each('fc6', both(named('fc6', flatten())(meet('fc6', towers))), ...hidden);
    towers = each('fc7', both(meet('fc7', towers)), ...hidden);
    return [named('fc8', dense(classes, { init }))(meet('fc8', towers))];
  });
}

export interface OneWeirdTrickOptions extends ModelOptions {
  /** As torchvision: averages (or repeats) the last maps to 6 x 6, so that the dense layers fit images of any size. */
  adaptivePool?: boolean;
}

const TRICK_OPTIONS: Checks<OneWeirdTrickOptions> = {
  ...MODEL_OPTIONS,
  adaptivePool: boolean,
};

/**
 * Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014, as torchvision has it under the
 * name AlexNet: no LRN, fewer filters, and the dropout before the dense layers.
 */
export function oneWeirdTrick(options: OneWeirdTrickOptions = {}): tf.LayersModel {
  check('oneWeirdTrick', options, TRICK_OPTIONS);
  const { inputShape = [224, 224, 3], classes = 1000, adaptivePool = false, seed } = options;
  return model('oneWeirdTrick', { inputShape, classes, seed },
    named('conv1', convRelu(64, 11, { stride: 4, padding: 2, torch: 'features.0' })), // 55 x 55 x 64
    named('pool1', maxPool(3, 2)),                                // 27 x 27 x 64
    named('conv2', convRelu(192, 5, { torch: 'features.3' })),                             // 27 x 27 x 192
    named('pool2', maxPool(3, 2)),                                // 13 x 13 x 192
    named('conv3', convRelu(384, 3, { torch: 'features.6' })),                             // 13 x 13 x 384
    named('conv4', convRelu(256, 3, { torch: 'features.8' })),                             // 13 x 13 x 256
    named('conv5', convRelu(256, 3, { torch: 'features.10' })),                             // 13 x 13 x 256
    named('pool5', maxPool(3, 2)),                                // 6 x 6 x 256
    named('fc6', adaptivePool ? adaptiveAvgPool(6) : identity, flatten(), dropout(0.5), dense(4096, { torch: 'classifier.1' }), relu()),   // 4096
    named('fc7', dropout(0.5), dense(4096, { torch: 'classifier.4' }), relu()),              // 4096
    named('fc8', dense(classes, { torch: 'classifier.6' })),                                 // 1000
  ); // prettier-ignore
}

export interface CifarNetOptions extends ModelOptions {
  /** What follows every layer but the last: the two sides of figure 1 are 'relu' and 'tanh'. */
  nonlinearity?: Parameters<typeof activation>[0];
  /** Maps of the two convolutions and units of the first dense layer. */
  widths?: readonly [number, number, number];
}

const CIFAR_OPTIONS: Checks<CifarNetOptions> = {
  ...MODEL_OPTIONS,
  nonlinearity: (what, value) => void activation(value),
  widths: widths(3),
};

/**
 * The four-layer network of figure 1, on CIFAR-10.
 * Differs from the paper: it names four layers and no sizes; these are those of the authors' CIFAR example (5 x 5
 * convolutions, 3 x 3 pooling of stride 2).
 *
 * @param options the input's shape, the classes, the nonlinearity, the widths of the layers, and the seed of the weights
 * @example cifarNet({ widths: [16, 16, 64] })
 */
export function cifarNet(options: CifarNetOptions = {}): tf.LayersModel {
  check('cifarNet', options, CIFAR_OPTIONS);
  const {
    inputShape = [32, 32, 3],
    classes = 10,
    nonlinearity = 'relu',
    widths: [first, second, hidden] = [64, 64, 384],
    seed,
  } = options;
  const init = nonlinearity === 'relu' ? 'he' : 'glorot';
  const stage = (filters: number): Block => chain(conv(filters, 5, { init }), activation(nonlinearity), maxPool(3, 2));
  return model('cifarNet', { inputShape, classes, seed },
    named('conv1', stage(first)),                                              // 15 x 15 x 64
    named('conv2', stage(second)),                                             // 7 x 7 x 64
    named('fc3', flatten(), dense(hidden, { init }), activation(nonlinearity)), // 384
    named('fc4', dense(classes, { init })),                                    // 10
  ); // prettier-ignore
}
