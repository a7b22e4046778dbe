/** Answers that people give to exercise 09-separable-conv, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import * as solution from '../../../solutions/09-separable-conv';

type Depthwise = (x: tf.Tensor4D, f: tf.Tensor3D, stride?: number) => unknown;
type Separable = (x: tf.Tensor4D, f: tf.Tensor3D, p: tf.Tensor4D, stride?: number) => unknown;
type Cost = { standard: number; separable: number; ratio: number };
const each = (name: string, message: RegExp, depthwise: Depthwise) => ({ ...solution, name, message, depthwise });
const both = (name: string, message: RegExp, separableConv: Separable) => ({
  ...solution,
  name,
  message,
  separableConv,
});
const cost = (
  name: string,
  message: RegExp,
  change: (right: Cost, h: number, w: number, i: number, o: number, k: number) => object,
) => ({
  ...solution,
  name,
  message,
  separableCost: (...v: [number, number, number, number, number]) => {
    const right = solution.separableCost(...v);
    return { ...right, ...change(right, ...v) };
  },
});
const dw = solution.depthwise;
const relu = (x: tf.Tensor4D): tf.Tensor4D => tf.relu(x);
const mix = (x: tf.Tensor4D, p: tf.Tensor4D, stride = 1): tf.Tensor4D => tf.conv2d(x, p, stride, 'same');

export const wrong = [
  each('adds the channels', /channels were added up/, (x, f, s = 1) =>
    tf.conv2d(x, f.expandDims<tf.Tensor4D>(3), s, 'same'),
  ),
  each('has one filter', /has the first filter/, (x, f, s) =>
    dw(x, tf.tile(f.slice([0, 0, 0], [-1, -1, 1]), [1, 1, x.shape[3]]), s),
  ),
  each('turns the order around', /wrong order/, (x, f, s) => dw(x, f.reverse(2), s)),
  each('does not pad', /picture shrinks/, (x, f, s = 1) =>
    tf.depthwiseConv2d(x, f.expandDims<tf.Tensor4D>(3), s, 'valid'),
  ),
  each('forgets the stride', /stride is missing/, (x, f) => dw(x, f)),
  each('rectifies', /comes in separableConv/, (x, f, s) => relu(dw(x, f, s))),
  each('flips', /does not flip/, (x, f, s) => dw(x, f.reverse([0, 1]), s)),
  each('returns numbers', /must be a tensor, got object/, (x, f) => dw(x, f).dataSync()),
  both('has no ReLU', /both ReLUs are missing/, (x, f, p, s) => mix(dw(x, f, s), p)),
  both('has one ReLU at the end', /after the depthwise convolution is missing/, (x, f, p, s) =>
    relu(mix(dw(x, f, s), p)),
  ),
  both('has one ReLU inside', /at the end is missing/, (x, f, p, s) => mix(relu(dw(x, f, s)), p)),
  both('forgets the stride', /stride is missing/, (x, f, p) => relu(mix(relu(dw(x, f)), p))),
  both('has the stride in the 1x1', /which skips pixels/, (x, f, p, s) => relu(mix(relu(dw(x, f)), p, s))),
  both('has the stride twice', /both convolutions have the stride/, (x, f, p, s) => relu(mix(relu(dw(x, f, s)), p, s))),
  both('mixes only', /depthwise convolution is missing/, (x, _, p, s) => relu(mix(x, p, s))),
  both('does not mix', /1x1 convolution is missing/, (x, f, _, s) => relu(dw(x, f, s))),
  both('has ReLU6', /that is MobileNetV2/, (x, f, p, s) => tf.relu6(mix(tf.relu6(dw(x, f, s)), p))),
  both('mixes first', /it comes second/, (x, f, p, s) =>
    p.shape[2] === p.shape[3] ? relu(dw(relu(mix(x, p)), f, s)) : solution.separableConv(x, f, p, s),
  ),
  cost('forgets the places', /standard|places are missing/, (c, h, w) => ({ standard: c.standard / h / w })),
  cost('counts two operations', /two operations/, c => ({ standard: 2 * c.standard })),
  cost('counts biases', /biases were counted/, (c, h, w, _, o) => ({ standard: c.standard + h * w * o })),
  cost('does not square the kernel', /not squared/, (c, h, w, i, o, k) => ({
    separable: h * w * (k * i + i * o),
    standard: c.standard,
  })),
  cost('forgets the 1x1', /1x1 convolution is missing/, (_, h, w, i, __, k) => ({ separable: h * w * k * k * i })),
  cost('forgets the depthwise', /depthwise filters are missing/, (_, h, w, i, o) => ({ separable: h * w * i * o })),
  cost('multiplies', /costs are added/, (_, h, w, i, o, k) => ({ separable: h * w * k * k * i * i * o })),
  cost('has `outputs` filters', /has `inputs` filters/, (_, h, w, i, o, k) => ({
    separable: h * w * (k * k * o + i * o),
  })),
  cost('lets filters see all channels', /see one channel each/, (_, h, w, i, o, k) => ({
    separable: h * w * (k * k * i * i + i * o),
  })),
  cost('turns the ratio around', /turn it around/, c => ({ ratio: 1 / c.ratio })),
  cost('returns what is saved', /what is saved/, c => ({ ratio: 1 - c.ratio })),
  cost('returns percents', /these are percents/, c => ({ ratio: 100 * c.ratio })),
  cost('simplifies', /1 \/ outputs is missing/, (_, __, ___, ____, _____, k) => ({ ratio: 1 / k ** 2 })),
];
