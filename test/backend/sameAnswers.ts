/** What a network answers operation by operation, and with its weights as constants of one graph. */
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { compileModel } from '../../src/backend';
import { variableOf } from '../../src/training/network/variables';
import { numbers } from './network';
import { difference } from './tenSteps';

/** @throws when they differ by more than 1e-5 of the largest number of an output */
export function assertSameAnswers(net: tf.LayersModel, batch: number): void {
  // As if trained: with fresh statistics and offsets of zero, batch norm would hardly do anything.
  const isDeep = net.layers.length > 1000;
  net.weights.forEach(({ name, shape }, i) => {
    const kind = /\/(gamma|beta|movingMean|movingVariance)$/.exec(name)?.[1];
    if (!kind) return;
    const middle = { gamma: isDeep ? 0.1 : 1, beta: 0, movingMean: 0, movingVariance: 1 }[kind]!;
    const values = numbers(
      i,
      (shape as number[]).reduce((a, b) => a * b, 1),
    ).map(v => middle + (isDeep ? 0.03 : 0.3) * v);
    tf.tidy(() => variableOf(net.weights[i]).assign(tf.tensor(values, shape as number[])));
  });
  const shape = [batch, ...(net.inputs[0].shape.slice(1) as number[])];
  const x = tf.tensor(
    numbers(
      1,
      shape.reduce((a, b) => a * b, 1),
    ),
    shape,
  );
  const answers = (result: tf.Tensor | tf.Tensor[]): Float32Array[] =>
    [result].flat().map(output => output.dataSync() as Float32Array);
  const expected = tf.tidy(() => answers(net.apply(x, { training: false }) as tf.Tensor));
  const infer = compileModel(net);
  const call = (): Float32Array[] => tf.tidy(() => answers(infer(x)));
  call();
  call();
  const actual = call();
  assert.deepEqual([infer.reason, infer.graphs], [undefined, 1]);
  infer.dispose();
  x.dispose();
  expected.forEach((output, i) => {
    const off = difference(actual[i], output);
    assert.ok(off < 1e-5, `output ${i} is off by ${off}`);
  });
}
