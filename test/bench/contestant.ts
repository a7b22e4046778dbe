/** Our side of the bench, in a process of its own: the steps that `fit` and `predict` take, when asked to. */
import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend';
import { logitsOf, trainingStep } from '../../src/training/step';
import { Sgd } from '../../src/training/sgd';
import { drawMasks, variableOf } from '../../src/training/state';
import { answer } from './rounds';
import { type Work, type WorkId, WORKS } from './works';

async function main(id: WorkId): Promise<void> {
  await ready();
  const { build, batch, kind }: Work = WORKS[id];
  const net = build();
  const shape = [batch, ...net.inputs[0].shape.slice(1)] as [number, number, number, number];
  const x = tf.randomNormal(shape) as tf.Tensor4D;
  if (kind === 'inference') return answer(() => void tf.tidy(() => logitsOf(net, x).dataSync()));
  const y = tf.randomUniform([batch], 0, net.outputs[0].shape[1]!, 'int32') as tf.Tensor1D;
  const step = trainingStep(net, new Sgd(net.trainableWeights.map(variableOf)));
  let count = 0;
  answer(() => {
    drawMasks(net, batch, 1, count++);
    tf.tidy(() => void step(x, y, tf.scalar(0.001)).dataSync());
  });
}

void main(process.argv[2] as WorkId);
