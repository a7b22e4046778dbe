import * as tf from '@tensorflow/tfjs';
import { ready } from './src/backend';
import { logitsOf, trainingStep } from './src/training/step';
import { Sgd } from './src/training/sgd';
import { drawMasks, variableOf } from './src/training/state';
import { type Work, type WorkId, WORKS } from './test/bench/works';
async function main(id: WorkId, n: number) {
  await ready();
  const { build, batch, kind }: Work = WORKS[id];
  const net = build();
  const x = tf.randomNormal([batch, ...net.inputs[0].shape.slice(1)] as [number, number, number, number]) as tf.Tensor4D;
  const y = tf.randomUniform([batch], 0, net.outputs[0].shape[1]!, 'int32') as tf.Tensor1D;
  const step = trainingStep(net, new Sgd(net.trainableWeights.map(variableOf)));
  let count = 0;
  const take = () => {
    if (kind === 'inference') return void tf.tidy(() => logitsOf(net, x).dataSync());
    drawMasks(net, batch, 1, count++);
    tf.tidy(() => void step(x, y, tf.scalar(0.001)).dataSync());
  };
  const times: number[] = [];
  for (let i = 0; i < n; i++) { const c = process.cpuUsage(); const w = performance.now(); take(); const d = process.cpuUsage(c); times.push((d.user + d.system) / 1e6); if (i == 0) console.log(id, 'first', (performance.now() - w) / 1e3, 's'); }
  console.log(id, 'ours cpu s', times.map(t => t.toFixed(3)).join(' '), 'MB', process.resourceUsage().maxRSS / 1024, step.reason);
}
void main(process.argv[2] as WorkId, Number(process.argv[3]));
