/**
 * Our side of the bench, in a process of its own that runs the compiled library, as users do: the steps that `fit` and
 * `predict` take, when it is asked to. Messages: 'round 3' takes three steps and answers with their seconds, 'memory' with
 * the peak of resident memory in MB, 'multiplyAdds' with those of one image, 'profile' with the milliseconds of a step that
 * each kind of operation takes, one after the other.
 */
const tf = require('@tensorflow/tfjs');
const { ready } = require('../../dist/backend');
const models = require('../../dist/models');
const { profile } = require('../../dist/profile');
const { Sgd } = require('../../dist/training/optimizers/sgd');
const { logitsOf } = require('../../dist/training/network/inference');
const { drawMasks } = require('../../dist/training/network/masks');
const { variableOf } = require('../../dist/training/network/variables');
const { trainingStep } = require('../../dist/training/step/step');

const seed = 1;
const NETS = {
  a: () => models.cifarNet({ seed }),
  b: () => models.resnetCifar({ depth: 20, seed }),
  c: () => models.alexnet({ seed }),
  d1: () => models.mobilenet('v2', { seed }),
  d16: () => models.mobilenet('v2', { seed }),
  e: () => models.resnet({ depth: 50, seed }),
  f: () => models.densenetCifar({ bottleneck: true, seed }),
  g: () => models.googlenet('paper', { auxiliary: true, seed }),
};

async function main(id, kind, batch) {
  await ready();
  const net = NETS[id]();
  // A trained net has no zeros here, whose computation a graph would leave out.
  for (const { name, val } of net.weights) {
    if (/\/(beta|movingMean)$/.test(name)) val.assign(tf.randomUniform(val.shape, -0.1, 0.1, 'float32', seed));
  }
  const x = tf.randomNormal([batch, ...net.inputs[0].shape.slice(1)]);
  const step = kind === 'training' ? training(net, x) : () => tf.tidy(() => void logitsOf(net, x).dataSync());
  process.on('message', question => {
    if (question === 'memory') return process.send(process.resourceUsage().maxRSS / 1024);
    if (question === 'multiplyAdds') return process.send(profile(net).totals.multiplyAdds);
    if (question === 'profile') return process.send(profiled(step));
    const start = performance.now();
    for (let i = Number(question.split(' ')[1]); i > 0; i--) step();
    process.send((performance.now() - start) / 1000);
  });
}

/** Of a step that runs operation by operation; of the second, as the first is slower. */
function profiled(step) {
  step();
  const backend = tf.backend();
  const { binding } = backend;
  const spent = {};
  const executeOp = (operation, ...rest) => {
    const start = performance.now();
    const results = binding.executeOp(operation, ...rest);
    spent[operation] = (spent[operation] ?? 0) + performance.now() - start;
    return results;
  };
  backend.binding = Object.setPrototypeOf({ executeOp }, binding);
  step();
  backend.binding = binding;
  return spent;
}

function training(net, x) {
  const [batch] = x.shape;
  const y = tf.randomUniform([batch], 0, net.outputs[0].shape[1], 'int32');
  const step = trainingStep(net, new Sgd(net.trainableWeights.map(variableOf)));
  let count = 0;
  return () => {
    drawMasks(net, batch, seed, count++);
    tf.tidy(() => void step(x, y, tf.scalar(0.001)).dataSync());
  };
}

void main(process.argv[2], process.argv[3], Number(process.argv[4]));
