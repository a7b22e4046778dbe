/**
 * NASNet-A. Zoph, Vasudevan, Shlens & Le, "Learning Transferable Architectures for Scalable Image Recognition", CVPR 2018
 * (arXiv 1707.07012): figures 2 and 4, appendix A.
 * Differs from the paper: no auxiliary classifier and no path dropping; average pooling at stride 2 counts the border's
 * zeros, as timm's network does (the authors' code does not).
 */
import * as tf from '@tensorflow/tfjs';
import {
  add,
  avgPool,
  batchNorm,
  type Block,
  chain,
  concat,
  conv,
  convBn,
  dense,
  depthwiseConv,
  dropout,
  globalAvgPool,
  maxPool,
  modelOf,
  type ModelOptions,
  named,
  type Node,
  pad,
  relu,
  subsample,
  torch,
} from '../layers';
import { check, type Checks, choose, dropoutRate, MODEL_OPTIONS } from '../layers/building/options';

/** "N @ F": repeats of the normal cell in each stage, and maps of the last layer. */
const VARIANTS = {
  large: { repeats: 6, penultimate: 4032, stem: 96, size: 331, skipReduction: true }, // 6 @ 4032
  mobile: { repeats: 4, penultimate: 1056, stem: 32, size: 224, skipReduction: false }, // 4 @ 1056
  cifar: { repeats: 6, penultimate: 768, stem: 96, size: 32, skipReduction: false }, // 6 @ 768
} as const;

export interface NasNetOptions extends ModelOptions {
  dropoutRate?: number;
}

const OPTIONS: Checks<NasNetOptions> = {
  ...MODEL_OPTIONS,
  dropoutRate,
};

/** NASNet-A: the cell that the search found, stacked for ImageNet, at one of two sizes, or for CIFAR-10. */
export function nasnet(variant: keyof typeof VARIANTS = 'mobile', options: NasNetOptions = {}): tf.LayersModel {
  const { repeats, penultimate, stem, size, skipReduction } = choose(VARIANTS, variant, 'variant of nasnet');
  check('nasnet', options, OPTIONS);
  const isCifar = variant === 'cifar';
  const {
    inputShape = [size, size, 3],
    classes = isCifar ? 10 : 1000,
    dropoutRate = isCifar ? 0 : 0.5,
    seed,
  } = options;
  // The normal cell joins its input and five sums.
  const filters = penultimate / 24;
  return modelOf(`nasnet-${variant}`, { inputShape, classes, seed }, image => {
    // Figure 2, left and right: ImageNet images are made smaller by a convolution and two reduction cells first.
    const conv0 = named('conv0', torch('conv0', isCifar
      ? convBn(stem, 3, { norm, torch: ['conv', 'bn'] })                                // 32 x 32 x 96
      : convBn(stem, 3, { stride: 2, padding: 0, norm, torch: ['conv', 'bn'] })))(image); // 165 x 165 x 96
    const outputs = [conv0];
    if (!isCifar) {
      outputs.push(reductionCell('cell_stem_0', filters / 4, conv0));                   // 83 x 83 x 168
      outputs.push(reductionCell('cell_stem_1', filters / 2, outputs[1], conv0));       // 42 x 42 x 336
    }
    const last = (): Node => outputs.at(-1)!;
    const lastButOne = (): Node => outputs.at(-2) ?? last();
    for (let stage = 0; stage < 3; stage++) {                                           // 42, 21, 11
      let previous = lastButOne();
      if (stage > 0) outputs.push(reductionCell(`reduction_cell_${stage - 1}`, filters * 2 ** stage, last(), previous));
      if (!skipReduction) previous = lastButOne();
      for (let i = 0; i < repeats; i++) {
        outputs.push(normalCell(`cell_${stage * repeats + i}`, filters * 2 ** stage, last(), previous)); // 1008, 2016, 4032
        previous = lastButOne();
      }
    }
    return [chain(
      named('avgpool', relu(), globalAvgPool()),                                        // 4032
      named('linear', dropout(dropoutRate), dense(classes, { torch: 'last_linear' })),  // 1000
    )(last())];
  }); // prettier-ignore
}

const norm = { epsilon: 1e-3 };

/** Figure 4, left. */
function normalCell(name: string, filters: number, x: Node, previous: Node): Node {
  return scope(name, x, () => {
    const p = fitted(previous, x, filters);
    const h = squeezed('conv_1x1', filters)(x);
    const sums = [
      sum(separable('comb_iter_0_left', filters, 5)(h), separable('comb_iter_0_right', filters, 3)(p)),
      sum(separable('comb_iter_1_left', filters, 5)(p), separable('comb_iter_1_right', filters, 3)(p)),
      sum(average(1)(h), p),
      sum(average(1)(p), average(1)(p)),
      sum(separable('comb_iter_4_left', filters, 3)(h), h),
    ];
    return joined(p, ...sums);
  });
}

/** Figure 4, right. Where nothing is before `x`, it stands for that too. */
function reductionCell(name: string, filters: number, x: Node, previous?: Node): Node {
  return scope(name, x, () => {
    const h = squeezed('conv_1x1', filters)(x);
    const p = previous ? fitted(previous, x, filters) : x;
    const first = sum(
      separable('comb_iter_0_left', filters, 5, 2)(h),
      separable('comb_iter_0_right', filters, 7, 2)(p),
    );
    const second = sum(maximum()(h), separable('comb_iter_1_right', filters, 7, 2)(p));
    const third = sum(average(2)(h), separable('comb_iter_2_right', filters, 5, 2)(p));
    const fourth = sum(average(1)(first), second);
    const fifth = sum(separable('comb_iter_4_left', filters, 3)(first), maximum()(h));
    return joined(second, third, fourth, fifth);
  });
}

/** The cell's other input, with as many maps and of the same size as `x` has. */
function fitted(previous: Node, x: Node, filters: number): Node {
  return previous.shape[1] === x.shape[1]
    ? squeezed('conv_prev_1x1', filters)(previous)
    : factorizedReduction(filters)(previous);
}

function squeezed(name: string, filters: number): Block {
  return named(name, torch(name, relu(), convBn(filters, 1, { norm, torch: ['conv', 'bn'] })));
}

/** Every other place, and every other place of the image moved by one: half the maps each (appendix A.4). */
function factorizedReduction(filters: number): Block {
  const half = (name: string): Block => torch(name, conv(filters / 2, 1, { bias: false, torch: 'conv' }));
  return named('factorized',
    relu(),
    concat(
      named('path_1', subsample(2), half('path_1')),
      named('path_2', pad([-1, 1, -1, 1]), subsample(2), half('path_2')),
    ),
    batchNorm({ ...norm, torch: 'final_path_bn' }),
  ); // prettier-ignore
}

/** Appendix A.4: ReLU, depthwise and pointwise convolution and normalization, twice; the stride is in the first. */
function separable(name: string, filters: number, size: number, stride = 1): Block {
  const once = (number: 1 | 2, step: number): Block =>
    chain(
      relu(),
      torch(`separable_${number}`,
        depthwiseConv(size, { stride: step, padding: 'same', bias: false, torch: 'depthwise_conv2d' }),
        conv(filters, 1, { bias: false, torch: 'pointwise_conv2d' })),
      batchNorm({ ...norm, torch: `bn_sep_${number}` }),
    ); // prettier-ignore
  return named(name, torch(name, once(1, stride), once(2, 1)));
}

function average(stride: 1 | 2): Block {
  if (stride === 1) return avgPool(3, 1, { padding: 1, countIncludePad: false });
  return x => chain(pad([...border(x.shape[1]!), ...border(x.shape[2]!)]), avgPool(3, 2))(x);
}

/** TensorFlow's 'same' for a window of 3 at stride 2: nothing before an even length. */
const border = (length: number): [before: number, behind: number] => [length % 2, 1];

const maximum = (): Block => maxPool(3, 2, { padding: 'same' });

function scope(name: string, x: Node, body: () => Node): Node {
  return named(name, torch(name, body))(x);
}

const sum = (...nodes: [Node, Node]): Node =>
  add(
    ...nodes.map(
      (node): Block =>
        () =>
          node,
    ),
  )(nodes[0]);
const joined = (...nodes: Node[]): Node =>
  concat(
    ...nodes.map(
      (node): Block =>
        () =>
          node,
    ),
  )(nodes[0]);
