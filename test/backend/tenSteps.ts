/** Ten steps of training operation by operation, and again from the same weights as one graph. */
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { drawMasks, releaseMasks } from '../../src/training/network/masks';
import { variableOf } from '../../src/training/network/variables';
import { Sgd } from '../../src/training/optimizers/sgd';
import { trainingStep } from '../../src/training/step/step';
import { numbers } from './network';

/** Largest difference, relative to the largest number. */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [off, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    off = Math.max(off, Math.abs(expected[i] - actual[i]));
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return off / (largest || 1);
}

interface Outcome {
  losses: number[];
  weights: Float32Array[];
}

function tenSteps(net: tf.LayersModel, batch: number, compile: boolean): Outcome {
  const optimizer = new Sgd(net.trainableWeights.map(variableOf), { weightDecay: 1e-4 });
  const step = trainingStep(net, optimizer, { compile });
  const losses: number[] = [];
  for (let i = 0; i < 10; i++) {
    const [x, y] = batchOf(net, batch, i);
    drawMasks(net, batch, 3, i);
    const loss = tf.tidy(() => step(x, y, tf.scalar(0.001 / (i + 1))));
    losses.push(loss.dataSync()[0]);
    tf.dispose([x, y, loss]);
  }
  if (compile) assert.deepEqual([step.reason, step.graphs], [undefined, 1]);
  step.dispose();
  optimizer.dispose();
  releaseMasks(net);
  return { losses, weights: net.weights.map(weight => variableOf(weight).dataSync() as Float32Array) };
}

/**
 * The same, but each step of eager execution begins where the graph began it: with ten steps at once a rounding may switch a
 * ReLU on, which changes a small batch's gradient by a hundredth, and all that follows.
 * @throws when a loss differs by more than 1e-5, all weights' change by more than 5 %, or by more than 0.1 % in most steps
 */
export function assertSameEachStep(net: tf.LayersModel, batch: number): void {
  // A step of a thousand layers takes minutes on a busy machine, and shows as much.
  const count = net.layers.length > 1000 ? 2 : 10;
  const optimizer = new Sgd(net.trainableWeights.map(variableOf), { weightDecay: 1e-4 });
  const steps = [true, false].map(compile => trainingStep(net, optimizer, { compile }));
  const variables = [...net.weights.map(variableOf), ...optimizer.velocities];
  const state = (): Float32Array[] => variables.map(variable => variable.dataSync().slice() as Float32Array);
  const offs: number[] = [];
  let begin = state();
  for (let i = 0; i < count; i++) {
    const [x, y] = batchOf(net, batch, i);
    const [compiled, eager] = steps.map(step => {
      variables.forEach((variable, k) => tf.tidy(() => variable.assign(tf.tensor(begin[k], variable.shape))));
      drawMasks(net, batch, 3, i);
      const loss = tf.tidy(() => step(x, y, tf.scalar(0.001 / (i + 1))).dataSync()[0]);
      return { loss, end: state() };
    });
    tf.dispose([x, y]);
    const loss = Math.abs(compiled.loss / eager.loss - 1);
    assert.ok(loss < 1e-5, `the loss of step ${i} is off by ${loss}: ${compiled.loss}, eager ${eager.loss}`);
    offs.push(distance(compiled.end, eager.end) / distance(eager.end, begin));
    begin = compiled.end;
  }
  assert.deepEqual([steps[0].reason, steps[0].graphs], [undefined, 1]);
  steps.forEach(step => step.dispose());
  optimizer.dispose();
  releaseMasks(net);
  const sorted = [...offs].sort((a, b) => a - b);
  assert.ok(sorted[count >> 1] < 1e-3 && sorted[count - 1] < 0.05, `the changes of the weights are off by ${offs}`);
}

function distance(a: Float32Array[], b: Float32Array[]): number {
  let sum = 0;
  a.forEach((values, i) => values.forEach((value, k) => (sum += (value - b[i][k]) ** 2)));
  return Math.sqrt(sum);
}

function batchOf(net: tf.LayersModel, batch: number, i: number): [x: tf.Tensor4D, y: tf.Tensor1D] {
  const [, height, width, channels] = net.inputs[0].shape as number[];
  const classes = net.outputs[0].shape[1]!;
  return [
    tf.tensor4d(numbers(i, batch * height * width * channels), [batch, height, width, channels]),
    tf.tensor1d(
      Array.from({ length: batch }, (_, k) => (k * 7 + i) % classes),
      'int32',
    ),
  ];
}

/** @throws when losses or weights, running statistics among them, differ by more than 1e-5 of the largest */
export function assertSameSteps(net: tf.LayersModel, batch: number): void {
  const first = net.weights.map(weight => variableOf(weight).dataSync());
  const eager = tenSteps(net, batch, false);
  net.weights.forEach((weight, i) => {
    const { shape } = weight;
    tf.tidy(() => variableOf(weight).assign(tf.tensor(first[i], shape as number[])));
  });
  const compiled = tenSteps(net, batch, true);
  assert.ok(
    eager.weights.some((weights, i) => difference(weights, first[i]) > 1e-5),
    'ten steps changed nothing',
  );
  const off = difference(compiled.losses, eager.losses);
  assert.ok(off < 1e-5, `the losses are off by ${off}: ${compiled.losses}, eager ${eager.losses}`);
  eager.weights.forEach((weights, i) => {
    const off = difference(compiled.weights[i], weights);
    assert.ok(off < 1e-5, `${net.weights[i].name} is off by ${off}`);
  });
}
