/** Ten steps of training operation by operation, and again from the same weights as one graph. */
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { drawMasks, releaseMasks, variableOf } from '../../src/training/state';
import { Sgd } from '../../src/training/sgd';
import { trainingStep } from '../../src/training/step';
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
  const [, height, width, channels] = net.inputs[0].shape as number[];
  const classes = net.outputs[0].shape[1]!;
  const optimizer = new Sgd(net.trainableWeights.map(variableOf), { weightDecay: 1e-4 });
  const step = trainingStep(net, optimizer, { compile });
  const losses: number[] = [];
  for (let i = 0; i < 10; i++) {
    const x = tf.tensor4d(numbers(i, batch * height * width * channels), [batch, height, width, channels]);
    const y = tf.tensor1d(Array.from({ length: batch }, (_, k) => (k * 7 + i) % classes), 'int32'); // prettier-ignore
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
