/** Values and gradients where a derivative jumps, and what becomes of NaN, on the backend of this process. */
import fs from 'node:fs';
import path from 'node:path';
import { layers as L, ops, ready, tf } from '../../src';

const { cases, nan } = JSON.parse(fs.readFileSync(path.join(__dirname, 'corners.json'), 'utf8')) as {
  cases: Record<string, { x: number[]; y: number[]; gradient: number[] }>;
  nan: Record<string, (number | null)[]>;
};

type Unary = (x: tf.Tensor) => tf.Tensor;
const image = (x: tf.Tensor): tf.Tensor4D => x.reshape([1, 4, 4, 1]);

/** By a layer of ours, as networks use it. */
function byLayer(kind: string): Unary {
  return x => {
    const model = L.model(kind, { inputShape: [1, 1, x.size] }, L.activation(kind as 'relu'));
    return (model.apply(x.reshape([1, 1, 1, x.size])) as tf.Tensor).reshape([x.size]);
  };
}

const FUNCTIONS: Record<string, Unary> = {
  ...Object.fromEntries(
    ['relu', 'relu6', 'hardSigmoid', 'hardSwish', 'leakyRelu', 'elu', 'gelu', 'silu', 'tanh', 'sigmoid'].map(kind => [
      kind,
      byLayer(kind),
    ]),
  ),
  selu: x => tf.selu(x),
  abs: x => tf.abs(x),
  clipByValue: x => tf.clipByValue(x, -1, 1),
  max: x => tf.max(x),
  min: x => tf.min(x),
  maximum: x => tf.maximum(x, 0),
  minimum: x => tf.minimum(0, x),
  maxPool: x => ops.maxPool(image(x), 3, { stride: 1 }),
  maxPoolPadded: x => ops.maxPool(image(x), 3, { stride: 2, padding: 1 }),
};

const differs = (actual: ArrayLike<number>, expected: (number | null)[]): boolean =>
  actual.length !== expected.length ||
  expected.some((n, i) => (n === null ? !Number.isNaN(actual[i]) : !(Math.abs(actual[i] - n) < 1e-5)));

/** NaN at each of these places must come out, whichever lane of the processor it is in. */
const KEEP: Record<string, Unary> = {
  ...Object.fromEntries(Object.entries(FUNCTIONS).filter(([name]) => !name.includes('Pool'))),
  'tf.relu': x => tf.relu(x),
  'tf.relu6': x => tf.relu6(x),
  'maximum, NaN second': x => tf.maximum(0, x),
  'maximum of two': x => tf.maximum(tf.onesLike(x), x),
  'minimum, NaN first': x => tf.minimum(x, tf.onesLike(x)),
  'max over channels': x => tf.max(x.reshape([4, 4, 8]), 2),
  'min over places': x => tf.min(x.reshape([4, 4, 8]), [0, 1]),
  mean: x => tf.mean(x),
  softmax: x => tf.softmax(x),
  'maxPool of channels': x => ops.maxPool(x.reshape([1, 4, 4, 8]), 2),
  'maxPool, same': x => ops.maxPool(x.reshape([1, 4, 4, 8]), 3, { stride: 1, padding: 'same' }),
  maxPool3d: x => tf.maxPool3d(x.reshape([1, 2, 2, 4, 8]) as tf.Tensor5D, 2, 2, 'valid'),
  'avgPool of channels': x => ops.avgPool(x.reshape([1, 4, 4, 8]), 2),
  globalAvgPool: x => x.reshape([1, 4, 4, 8]).mean([1, 2]),
  'conv2d 1x1': x => ops.conv2d(x.reshape([1, 4, 4, 8]), tf.ones([1, 1, 8, 8])),
  'conv2d 3x3': x => ops.conv2d(x.reshape([1, 4, 4, 8]), tf.ones([3, 3, 8, 9]), { padding: 1 }),
  'conv2d, depthwise': x => ops.conv2d(x.reshape([1, 4, 4, 8]), tf.ones([3, 3, 1, 8]), { padding: 1, groups: 8 }),
  'conv2d, fused with relu6': x =>
    tf.fused.conv2d({
      x: x.reshape([1, 4, 4, 8]) as tf.Tensor4D,
      filter: tf.ones([1, 1, 8, 8]),
      strides: 1,
      pad: 'valid',
      activation: 'relu6',
    }),
  matMul: x => tf.matMul(x.reshape([8, 16]) as tf.Tensor2D, tf.ones([16, 9])),
  'matMul, fused with relu': x =>
    tf.fused.matMul({ a: x.reshape([8, 16]) as tf.Tensor2D, b: tf.ones([16, 9]), activation: 'relu' }),
};

async function run(): Promise<{ backend: string; wrong: string[] }> {
  const { name } = await ready();
  const wrong: string[] = [];
  for (const [name, { x, y, gradient }] of Object.entries(cases)) {
    tf.tidy(() => {
      const [value, slope] = [FUNCTIONS[name](tf.tensor1d(x)), tf.grad(FUNCTIONS[name])(tf.tensor1d(x))];
      if (differs(value.dataSync(), y)) wrong.push(`${name} of ${x} is ${value.dataSync()}, expected ${y}`);
      if (differs(slope.dataSync(), gradient))
        wrong.push(`the gradient of ${name} at ${x} is ${slope.dataSync()}, expected ${gradient}`);
    });
  }
  tf.tidy(() => {
    const x = tf.tensor4d(
      nan.x.map(n => n ?? NaN),
      [1, 4, 4, 1],
    );
    const pools = {
      maxPool: ops.maxPool(x, 2),
      maxPoolPadded: ops.maxPool(x, 3, { stride: 2, padding: 1 }),
      avgPool: ops.avgPool(x, 2),
    };
    for (const [name, y] of Object.entries(pools)) {
      if (differs(y.dataSync(), nan[name])) wrong.push(`${name} with NaN is ${y.dataSync()}, expected ${nan[name]}`);
    }
  });
  for (const [name, keep] of Object.entries(KEEP)) {
    for (const place of [0, 1, 5, 18, 64, 99, 126, 127]) {
      const values = Float32Array.from({ length: 128 }, (_, i) => (i === place ? NaN : (i % 7) - 3));
      const result = tf.tidy(() => keep(tf.tensor1d(values)).dataSync());
      if (!result.some(Number.isNaN)) wrong.push(`${name} drops NaN at place ${place} of 128`);
    }
  }
  return { backend: name, wrong };
}

if (require.main === module) void run().then(result => process.send!(result));
