/** Operations with kernels or gradients of our own, on odd shapes: their values and gradients on the backend of this process. */
import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend';
import * as ops from '../../src/ops';
import { numbers } from './network';

type Case = [shapes: number[][], run: (...inputs: never[]) => tf.Tensor | tf.Tensor[], values?: (v: number) => number];

const x = [2, 7, 6, 6];
const conv = (filter: number[], options: ops.ConvOptions): Case => [
  [x, filter],
  (x: tf.Tensor4D, w: tf.Tensor4D) => ops.conv2d(x, w, options),
];
const pool = (size: number, options: ops.PoolOptions, values?: (v: number) => number): Case => [
  [[2, 7, 9, 3]],
  (x: tf.Tensor4D) => ops.maxPool(x, size, options),
  values,
];
const add = (...shapes: number[][]): Case => [shapes, (a: tf.Tensor, b: tf.Tensor) => a.add(b)];

const CASES: Record<string, Case> = {
  relu: [[[3, 5]], (x: tf.Tensor) => tf.relu(x)],
  relu6: [[[3, 5, 2]], (x: tf.Tensor) => tf.relu6(x), v => 9 * v],
  'add: bias of pictures': add([2, 5, 4, 3], [3]),
  'add: bias of rows': add([4, 3], [3]),
  'add: bias in front': add([3], [2, 4, 3]),
  'add: equal shapes': add([2, 5, 4, 3], [2, 5, 4, 3]),
  'add: both broadcast': add([2, 1, 3], [4, 1]),
  'add: scalar': add([2, 3], []),
  'sum of everything': [[[2, 3, 4]], (x: tf.Tensor) => x.sum()],
  'sum over the middle': [[[2, 3, 4]], (x: tf.Tensor) => x.sum([1])],
  'mean over the picture': [[[2, 3, 5, 4]], (x: tf.Tensor) => x.mean([1, 2])],
  'mean, dimensions kept': [[[2, 3, 5, 4]], (x: tf.Tensor) => x.mean([0, -1], true)],
  matMul: [
    [
      [3, 4],
      [4, 5],
    ],
    (a: tf.Tensor2D, b: tf.Tensor2D) => tf.matMul(a, b),
  ],
  'matMul of the transposed': [
    [
      [4, 3],
      [5, 4],
    ],
    (a: tf.Tensor2D, b: tf.Tensor2D) => tf.matMul(a, b, true, true),
  ],
  'matMul of the transposed, large': [
    [
      [3, 1024],
      [8, 1024],
    ],
    (a: tf.Tensor2D, b: tf.Tensor2D) => tf.matMul(a, b.tile([128, 1]), false, true),
  ],
  'matMul of batches': [
    [
      [2, 3, 4],
      [2, 4, 5],
    ],
    (a: tf.Tensor3D, b: tf.Tensor3D) => tf.matMul(a, b),
  ],
  'conv2d: one group': conv([3, 3, 6, 4], { padding: 1 }),
  'conv2d: stride 2, padding [1, 2]': conv([3, 5, 6, 4], { stride: 2, padding: [1, 2] }),
  'conv2d: 2 groups': conv([3, 3, 3, 4], { groups: 2, padding: 1 }),
  'conv2d: 3 groups, stride 2, valid': conv([3, 2, 2, 9], { groups: 3, stride: 2, padding: 'valid' }),
  'conv2d: 2 groups, stride 2, same': conv([3, 3, 3, 2], { groups: 2, stride: 2, padding: 'same' }),
  'conv2d: 2 groups, stride 2, padding [2, 0]': conv([5, 1, 3, 2], { groups: 2, stride: 2, padding: [2, 0] }),
  'conv2d: depthwise': conv([3, 3, 1, 6], { groups: 6, padding: 1 }),
  'conv2d: depthwise, padding [2, 0]': conv([5, 1, 1, 6], { groups: 6, padding: [2, 0] }),
  'conv2d: depthwise by 2, stride 2': conv([3, 3, 1, 12], { groups: 6, stride: 2, padding: 1 }),
  'maxPool 3/2': pool(3, { stride: 2 }),
  'maxPool 3/2, same': pool(3, { stride: 2, padding: 'same' }),
  'maxPool 3/2, padding 1': pool(3, { stride: 2, padding: 1 }),
  'maxPool 3/2, ceil': pool(3, { stride: 2, ceilMode: true }),
  'maxPool 3/1, padding 1': pool(3, { stride: 1, padding: 1 }),
  'maxPool 2/1': pool(2, { stride: 1 }),
  'maxPool 1/2 of zeros': pool(1, { stride: 2 }, () => 0),
  'maxPool 3/2 of ones': pool(3, { stride: 2 }, () => 1),
  'maxPool 2/2 of few values': pool(2, {}, v => Math.round(v)),
  'avgPool 3/2, padding 1': [[[2, 7, 9, 3]], (x: tf.Tensor4D) => ops.avgPool(x, 3, { stride: 2, padding: 1 })],
  localResponseNorm: [[[2, 3, 2, 9]], (x: tf.Tensor4D) => ops.localResponseNorm(x, { alpha: 0.1 }), v => 5 * v],
  'batchNormTraining of pictures': [
    [[3, 5, 4, 6], [6], [6]],
    (x: tf.Tensor, g: tf.Tensor1D, b: tf.Tensor1D) => ops.batchNormTraining(x, g, b),
  ],
  'batchNormTraining of rows': [
    [[7, 5], [5], [5]],
    (x: tf.Tensor, g: tf.Tensor1D, b: tf.Tensor1D) => ops.batchNormTraining(x, g, b),
  ],
  batchNorm: [
    [[2, 3, 4, 5], [5], [5], [5], [5]],
    (x: tf.Tensor, m: tf.Tensor1D, v: tf.Tensor1D, g: tf.Tensor1D, b: tf.Tensor1D) => ops.batchNorm(x, m, v, g, b),
    v => v + 1.5,
  ],
  sparseSoftmaxCrossEntropy: [
    [[5, 7]],
    (logits: tf.Tensor2D) => ops.sparseSoftmaxCrossEntropy(logits, tf.tensor1d([0, 6, 3, 3, 1], 'int32')),
  ],
};

/** For each case the output, further outputs, and the gradients of a weighted sum of the first output. */
export type Results = Record<string, number[][]>;

async function results(): Promise<Results> {
  await ready();
  const all: Results = {};
  for (const [name, [shapes, run, values = (v: number) => v]] of Object.entries(CASES)) {
    const inputs = shapes.map((shape, i) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return tf.tensor(numbers(i + 1, size).map(values), shape);
    });
    const outputs = [run(...(inputs as never[]))].flat();
    const weight = tf.tensor(numbers(99, outputs[0].size), outputs[0].shape);
    const weighted = (...given: tf.Tensor[]): tf.Scalar =>
      [run(...(given as never[]))].flat()[0].mul(weight).sum() as tf.Scalar;
    const gradients = tf.grads(weighted)(inputs);
    all[name] = [...outputs, ...gradients].map(tensor => [...tensor.dataSync()]);
  }
  return all;
}

if (require.main === module) void results().then(all => process.send!(all));
