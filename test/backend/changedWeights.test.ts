/** After a graph with constant weights was made, a change of any one weight is seen, whichever way it came. */
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { backend, compileModel, ready } from '../../src/backend';
import * as L from '../../src/layers';
import { densenetCifar, mobilenet, resnetCifar } from '../../src/models';
import { variableOf } from '../../src/training/network/variables';
import { numbers } from './network';
import { difference } from './tenSteps';

const SHAPE: [number, number, number] = [8, 8, 4];
const built = (name: string, ...blocks: L.Block[]): tf.LayersModel =>
  L.model(name, { inputShape: SHAPE, seed: 1 }, ...blocks, L.globalAvgPool(), L.dense(3));
const ofTfjs = (...layers: tf.layers.Layer[]): tf.LayersModel =>
  tf.sequential({
    layers: [
      tf.layers.inputLayer({ inputShape: SHAPE }),
      ...layers,
      tf.layers.flatten(),
      tf.layers.dense({ units: 3 }),
    ],
  });
const batchNorm = () =>
  tf.layers.batchNormalization({ gammaInitializer: 'randomUniform', betaInitializer: 'randomUniform' });

const NETS: Record<string, () => tf.LayersModel> = {
  'convolution with bias': () => built('bias', L.conv(4, 3)),
  'convolution and batch normalization': () => built('bn', L.convBnRelu(4, 3)),
  'convolution with bias and batch normalization': () => built('biasBn', L.conv(4, 3), L.batchNorm()),
  'grouped convolution and batch normalization': () => built('grouped', L.convBn(8, 3, { groups: 2 })),
  'depthwise convolution and batch normalization': () => built('depthwise', L.convBnRelu(4, 3, { groups: 4 })),
  'two batch normalizations in a row': () => built('twice', L.convBn(4, 3), L.batchNorm()),
  'batch normalization before convolution': () => built('before', L.batchNorm(), L.relu(), L.conv(4, 3)),
  'a convolution with two users': () => built('users', L.conv(4, 3), L.add(L.batchNorm(), L.identity)),
  'residual blocks': () => resnetCifar({ depth: 8, inputShape: SHAPE, seed: 1 }),
  'inverted residuals': () => mobilenet('v2', { inputShape: [32, 32, 4], classes: 3, widthMultiplier: 0.1, seed: 1 }),
  'dense blocks': () => densenetCifar({ bottleneck: true, depth: 10, inputShape: SHAPE, seed: 1 }),
  "tfjs's convolution and batch normalization": () =>
    ofTfjs(tf.layers.conv2d({ filters: 4, kernelSize: 3 }), batchNorm()),
  "tfjs's depthwise convolution and batch normalization": () =>
    ofTfjs(tf.layers.depthwiseConv2d({ kernelSize: 3 }), batchNorm()),
  "tfjs's separable convolution": () => ofTfjs(tf.layers.separableConv2d({ filters: 4, kernelSize: 3 }), batchNorm()),
  "tfjs's transposed convolution": () => ofTfjs(tf.layers.conv2dTranspose({ filters: 4, kernelSize: 3 }), batchNorm()),
  "tfjs's PReLU and layer normalization": () =>
    ofTfjs(tf.layers.prelu({ alphaInitializer: 'ones' }), tf.layers.layerNormalization({})),
};

/** Each turns weight `i` of the network into another one of the same shape. */
const CHANGES: Record<string, (net: tf.LayersModel, i: number) => void> = {
  'setWeights of all, one other': (net, i) =>
    tf.tidy(() => net.setWeights(net.getWeights().map((weight, k) => (k === i ? other(weight) : weight)))),
  'setWeights of its layer': (net, i) => {
    const layer = net.layers.find(({ weights }) => weights.some(weight => weight === net.weights[i]))!;
    tf.tidy(() =>
      layer.setWeights(layer.weights.map(weight => (weight === net.weights[i] ? other(weight.read()) : weight.read()))),
    );
  },
  assign: (net, i) => tf.tidy(() => variableOf(net.weights[i]).assign(other(net.weights[i].read()))),
  'an optimizer': (net, i) => {
    const variable = variableOf(net.weights[i]);
    const gradient = tf.tidy(() => variable.sub(other(variable)));
    const optimizer = tf.train.sgd(1);
    optimizer.applyGradients({ [variable.name]: gradient });
    tf.dispose(gradient);
    optimizer.dispose();
  },
  'weights of a saved model': (net, i) =>
    tf.tidy(() => {
      // By name, as files have them.
      const given = net.weights.map(({ originalName }, k) => [
        originalName,
        k === i ? other(net.weights[k].read()) : net.weights[k].read(),
      ]);
      net.loadWeights(Object.fromEntries(given));
    }),
};

/** Positive, as a variance has to be. */
const other = (weight: tf.Tensor): tf.Tensor => weight.mul(-0.5).abs().add(0.3);

const eagerly = (net: tf.LayersModel, x: tf.Tensor): Float32Array =>
  tf.tidy(() => (net.apply(x, { training: false }) as tf.Tensor).dataSync() as Float32Array);

describe('a changed weight', function () {
  this.timeout(120_000);

  before(async function () {
    await ready();
    if (backend().name !== 'tensorflow') this.skip();
  });

  for (const [name, build] of Object.entries(NETS)) {
    it(`is seen by the graph: ${name}`, () => {
      const net = build();
      const shape = net.inputs[0].shape.slice(1) as number[];
      const x = tf.tensor(numbers(3, 2 * shape.reduce((a, b) => a * b)), [2, ...shape]);
      const count = net.weights.length;
      // Prime, so that all kinds of weights come up.
      const stride = count > 100 ? 31 : count > 20 ? 7 : 1;
      const few = [...Array(count).keys()].filter(i => i % stride === stride - 1 || i > count - 3);
      const ways = Object.entries(CHANGES);
      let changed = 0;
      let shown = 0;
      for (const i of few) {
        const [way, change] = ways[changed++ % ways.length];
        const infer = compileModel(net);
        const call = (): Float32Array => tf.tidy(() => (infer(x) as tf.Tensor).dataSync() as Float32Array);
        for (let n = 0; n < 4; n++) call();
        assert.equal(infer.graphs, 1);
        const before = call();
        change(net, i);
        const expected = eagerly(net, x);
        // Deep in a network that was not trained, some change nothing.
        if (difference(expected, before) > 1e-4) shown++;
        for (let n = 0; n < 2; n++) {
          const off = difference(call(), expected);
          assert.ok(off < 1e-4, `${net.weights[i].name} changed by ${way}: the answers are off by ${off}`);
        }
        infer.dispose();
      }
      assert.ok(shown >= 0.7 * few.length, `only ${shown} of ${few.length} changes show`);
      net.dispose();
      x.dispose();
    });
  }

  for (const [way, change] of Object.entries(CHANGES)) {
    it(`is seen by the graph: one filter, one parameter of its batch normalization, by ${way}`, () => {
      const net = built('small', L.convBn(4, 3));
      const x = tf.tensor(numbers(3, 2 * 256), [2, ...SHAPE]);
      for (const [i] of net.weights.entries()) {
        const infer = compileModel(net);
        for (let n = 0; n < 4; n++) tf.dispose(infer(x));
        change(net, i);
        const off = difference((infer(x) as tf.Tensor).dataSync(), eagerly(net, x));
        assert.ok(off < 1e-5, `${net.weights[i].name}: off by ${off}`);
        infer.dispose();
      }
    });
  }
});
