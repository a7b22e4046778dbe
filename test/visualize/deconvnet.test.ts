import assert from 'node:assert/strict';
import { tf } from '../../src';
import {
  add,
  activation,
  batchNorm,
  chain,
  concat,
  conv,
  dense,
  dropout,
  flatten,
  globalAvgPool,
  identity,
  localResponseNorm,
  maxPool,
  model,
  named,
  relu,
  relu6,
} from '../../src/layers';
import { alexnet } from '../../src/models/alexnet';
import { vgg } from '../../src/models/vgg';
import { zfnet } from '../../src/models/zfnet';
import { maxPool as pool } from '../../src/ops';
import {
  deconvnet,
  featureMaps,
  maxPoolSwitches,
  RELU_RULES,
  saliency,
  saliencyByRule,
  transposedConv2d,
  unpool,
} from '../../src/visualize';
import { cases, difference, onBackends, random, type Stored, stored } from './onBackends';

interface Unpooling {
  kernel: number;
  stride: number;
  x: Stored;
  pooled: Stored;
  unpooled: Stored;
}
interface Deconvolution {
  stride: number;
  padding: number;
  w: Stored;
  y: Stored;
  out: Stored;
}

const row = (...values: number[]): tf.Tensor4D => tf.tensor4d(values, [1, 1, values.length, 1]);

/** Of the map that is strongest in the weakest image: deconvnet is the activation times the gradient by its rule. */
function assertEqual(net: tf.LayersModel, x: tf.Tensor4D, layer: string): void {
  tf.tidy(() => {
    const values = featureMaps(net, x, layer);
    const maps = values.shape.at(-1)!;
    const strongest = values.reshape([x.shape[0], -1, maps]).max(1) as tf.Tensor2D;
    const map = strongest.min(0).argMax().dataSync()[0];
    const activation = strongest.gather([map], 1).reshape([-1, 1, 1, 1]);
    // A negative start would be turned around by the rule, so that the factor could not be taken out.
    assert.ok(activation.min().dataSync()[0] > 0, `${net.name} ${layer} is not positive in every picture`);
    const top = deconvnet(net, x, { layer, map, localResponseNorm: 'gradient' });
    const back = saliency(net, x, { layer, map, rule: 'deconvnet' }).mul(activation);
    const share = difference(top, back);
    assert.ok(share < 1e-5, `${net.name} ${layer} differs by ${share}`);
  });
}

onBackends('unpooling', () => {
  it('places each value as PyTorch does (ops.json)', function () {
    const all = cases<Unpooling>('maxUnpool', this);
    assert.equal(all.length, 2);
    for (const { kernel, stride, x, pooled, unpooled } of all) {
      const input = stored(x);
      const switches = maxPoolSwitches(input, kernel, { stride });
      const y = pool(input, kernel, { stride });
      assert.ok(difference(y, stored(pooled)) < 1e-6);
      assert.ok(difference(unpool(y, switches, [9, 9], 'place'), stored(unpooled)) < 1e-6);
    }
  });

  it('adds what meets in a place, or lets the last stay', () => {
    // Windows of 3 with stride 2 over 0 1 5 2 3: the first two choose the 5.
    const x = tf.tensor4d([0, 1, 5, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], [1, 3, 5, 1]);
    const switches = maxPoolSwitches(x, 3, { stride: 2 });
    assert.deepEqual([...switches.dataSync()], [2, 2]);
    const first = (overlap?: 'add' | 'place'): number[] =>
      [...unpool(row(10, 4), switches, [3, 5], overlap).dataSync()].slice(0, 5);
    assert.deepEqual(first(), [0, 0, 14, 0, 0]);
    assert.deepEqual(first('place'), [0, 0, 4, 0, 0]);
  });

  it('takes the first of equal values, and never the padding', () => {
    const x = tf.tensor4d([-1, -1, -2, -1], [1, 2, 2, 1]);
    assert.deepEqual([...maxPoolSwitches(x, 2).dataSync()], [0]);
    assert.deepEqual([...maxPoolSwitches(x, 3, { stride: 2, padding: 1 }).dataSync()], [0]);
  });

  for (const options of [
    { stride: 2 },
    { stride: 2, ceilMode: true },
    { stride: 2, padding: 1 },
    { stride: 1, padding: 'same' as const },
    { stride: 2, padding: 'same' as const },
  ]) {
    it(`adds as the gradient of max pooling does: ${JSON.stringify(options)}`, () => {
      const x = random('unpool.x', [2, 8, 10, 3]);
      const gradient = tf.grad((x: tf.Tensor) => pool(x as tf.Tensor4D, 3, options));
      const dy = random('unpool.dy', pool(x, 3, options).shape);
      assert.ok(difference(unpool(dy, maxPoolSwitches(x, 3, options), [8, 10]), gradient(x, dy)) < 1e-6);
    });
  }

  it('refuses switches that do not fit', () => {
    assert.throws(() => unpool(row(1, 2), tf.zeros([1, 1, 1, 1], 'int32'), [2, 2]), /expected one switch for each/);
    assert.throws(() => unpool(row(1), tf.tensor4d([9], [1, 1, 1, 1], 'int32'), [2, 2]), /names place 9/);
  });
});

onBackends('deconvnet', () => {
  it('filters with the transpose (ops.json)', function () {
    const [{ stride, padding, w, y, out }] = cases<Deconvolution>('deconv', this);
    const [batch, channels, height, width] = out.shape;
    const shape = [batch, height, width, channels];
    const actual = transposedConv2d(stored(y).relu(), stored(w, 'filter'), shape, { stride, padding });
    assert.ok(difference(actual, stored(out)) < 1e-5);
  });

  it('sends one activation back, computed by hand', () => {
    // One map of 2 x - 1, its ReLU, pooling: 1 2 / 0 3 gives 5 at the 3; back through the filter 10, the rest zero.
    const net = model('net', { inputShape: [2, 2, 1] }, named('conv1', conv(1, 1), relu(), maxPool(2)));
    net.setWeights([tf.tensor([2], [1, 1, 1, 1]), tf.tensor([-1])]);
    const x = tf.tensor4d([1, 2, 0, 3], [1, 2, 2, 1]);
    assert.deepEqual([...deconvnet(net, x, { layer: 'conv1', map: 0 }).dataSync()], [0, 0, 0, 10]);
    assert.deepEqual(
      [...deconvnet(net, x, { layer: 'conv1/relu', map: 0, position: [0, 1] }).dataSync()],
      [0, 6, 0, 0],
    );
    assert.deepEqual(
      [...deconvnet(net, x, { layer: 'conv1/conv', map: 0, position: [1, 0] }).dataSync()],
      [0, 0, -2, 0],
    );
  });

  it('rectifies what comes back, whatever went forwards: computed by hand', () => {
    // x = 1 gives relu(-1) = 0 and relu(2) = 2, then 3 * 0 - 1 * 2 + 4 = 2. Back at the ReLUs: 6 and -2.
    const net = model(
      'net',
      { inputShape: [1, 1, 1] },
      named('conv1', conv(2, 1), relu()),
      named('conv2', conv(1, 1), relu()),
    );
    const weights = [tf.tensor([-1, 2], [1, 1, 1, 2]), tf.zeros([2]), tf.tensor([3, -1], [1, 1, 2, 1]), tf.tensor([4])];
    net.setWeights(weights);
    const x = tf.ones([1, 1, 1, 1]) as tf.Tensor4D;
    const by = saliencyByRule(net, x, { layer: 'conv2', map: 0 });
    assert.deepEqual([...deconvnet(net, x, { layer: 'conv2', map: 0 }).dataSync()], [-6]); // 6 through -1; -2 rectified
    assert.deepEqual(
      RELU_RULES.map(rule => by[rule].dataSync()[0]),
      [-2, 0, -3],
    );
  });

  it('is backpropagation with the ReLU rule replaced, to 1e-5: every kind of layer in line', () => {
    const net = model('line', { inputShape: [19, 17, 3], seed: 4 },
      named('conv1', conv(8, 5, { stride: 2, padding: 1, biasInit: 0.1 }), relu()),
      named('pool1', maxPool(3, 2, { ceilMode: true }), localResponseNorm({ alpha: 0.5 })),
      named('conv2', conv(12, 3, { groups: 2 }), batchNorm(), relu6()),
      named('conv3', conv(8, 3, { padding: 'same' }), activation('tanh'), maxPool(2)),
      named('fc4', flatten(), dropout(0.5), dense(16), relu()),
      named('fc5', dense(5)),
    ); // prettier-ignore
    const x = random('line.x', [1, 19, 17, 3]);
    for (const layer of ['conv1', 'pool1', 'conv2', 'conv2/conv', 'conv3', 'fc4', 'fc5']) assertEqual(net, x, layer);
  });

  it('is it in networks that branch', () => {
    const branch = chain(conv(6, 3), batchNorm(), relu());
    const net = model('branches', { inputShape: [12, 12, 3], seed: 2 },
      named('stem', conv(6, 3), relu(), maxPool(3, 2, { padding: 1 })),
      named('sum', add(identity, branch), relu()),
      named('join', concat(branch, maxPool(3, 1, { padding: 1 }))),
      named('fc', globalAvgPool(), dense(4)),
    ); // prettier-ignore
    const x = random('branches.x', [1, 12, 12, 3]);
    for (const layer of ['stem', 'sum', 'join', 'fc']) assertEqual(net, x, layer);
  });

  it('is the gradient where there is no ReLU, and all rules agree', () => {
    const net = model('smooth', { inputShape: [9, 9, 3], seed: 1 }, named('conv1', conv(4, 3), activation('tanh'), maxPool(3, 2)), named('fc', flatten(), dense(3))); // prettier-ignore
    const x = random('smooth.x', [1, 9, 9, 3]);
    const { gradient, guided, deconvnet: by } = saliencyByRule(net, x, { map: 0 });
    assert.ok(difference(guided, gradient) < 1e-6 && difference(by, gradient) < 1e-6);
    assertEqual(net, x, 'fc');
  });

  it('by the rule gradient is the slope of the activation', () => {
    const net = model('slope', { inputShape: [6, 6, 1], seed: 5 }, named('conv1', conv(4, 3), relu(), maxPool(2)), named('fc', flatten(), dense(2))); // prettier-ignore
    const x = random('slope.x', [1, 6, 6, 1]);
    const slope = saliency(net, x, { map: 1 });
    const step = tf
      .oneHot(tf.tensor1d([14], 'int32'), 36)
      .reshape([1, 6, 6, 1])
      .mul(1e-2);
    const at = (input: tf.Tensor): number => (net.predict(input) as tf.Tensor).dataSync()[1];
    const measured = (at(x.add(step)) - at(x.sub(step))) / 2e-2;
    assert.ok(Math.abs(slope.dataSync()[14] - measured) < 1e-3, `${slope.dataSync()[14]} and ${measured}`);
  });

  it('leaves no tensor behind but its result', () => {
    const net = model('small', { inputShape: [8, 8, 3] }, named('conv1', conv(4, 3), relu(), maxPool(2)));
    const x = random('small.x', [1, 8, 8, 3]);
    const before = tf.memory().numTensors;
    const results = [
      deconvnet(net, x, { layer: 'conv1', map: 0 }),
      ...Object.values(saliencyByRule(net, x, { layer: 'conv1', map: 0 })),
    ];
    assert.equal(tf.memory().numTensors, before + 4);
    tf.dispose(results);
    assert.equal(tf.memory().numTensors, before);
  });
});

onBackends('deconvnet of the networks here', backend => {
  const size = (net: tf.LayersModel): [number, number, number, number] =>
    [2, ...net.inputs[0].shape.slice(1)] as [number, number, number, number];

  for (const [name, layer, build] of [
    ['AlexNet, two groups', 'conv5', () => alexnet({ inputShape: [67, 67, 3], classes: 10 })],
    ['ZFNet', 'layer5', () => zfnet('figure3', { inputShape: [64, 64, 3], classes: 10 })],
    ['VGG A', 'conv3', () => vgg('A', { inputShape: [32, 32, 3], classes: 10, hidden: [] })],
  ] as const) {
    it(`${name}: ${layer} equals backpropagation by its rule to 1e-5, and reaches the pixels`, function () {
      if (backend === 'cpu') this.skip(); // the small nets above show the same in a hundredth of the time
      const net = build();
      const x = random(`${name}.x`, size(net));
      const before = tf.memory().numTensors;
      assertEqual(net, x, layer);
      assert.equal(tf.memory().numTensors, before);
      net.dispose();
    });
  }
});

describe('deconvnet refuses', () => {
  const net = (): tf.LayersModel => model('net', { inputShape: [4, 4, 3] }, named('conv1', conv(2, 3), relu()));
  const x = (): tf.Tensor4D => tf.zeros([1, 4, 4, 3]);

  it('what is not there', () => {
    assert.throws(
      () => deconvnet(net(), x(), { layer: 'conv9', map: 0 }),
      /no layer 'conv9'; expected one of its layers, or of its rows image, conv1/,
    );
    assert.throws(
      () => deconvnet(net(), x(), { layer: 'conv1', map: 2 }),
      /map is 2; expected a whole number from 0 to 1/,
    );
    assert.throws(
      () => deconvnet(net(), x(), { layer: 'conv1', map: 0, position: [4, 0] }),
      /position is \[4,0\]; expected \[row, column\] in a map of 4 x 4/,
    );
    assert.throws(
      () => saliency(net(), x(), { map: 0, rule: 'relu' as 'guided' }),
      /rule of saliency is 'relu'; expected one of gradient/,
    );
  });

  it('a ReLU inside of another layer', () => {
    const input = tf.input({ shape: [4, 4, 3] });
    const fused = tf.layers.conv2d({ filters: 2, kernelSize: 3, activation: 'relu', name: 'fused' }).apply(input);
    const net = tf.model({ inputs: input, outputs: fused as tf.SymbolicTensor });
    assert.throws(() => deconvnet(net, x(), { layer: 'fused', map: 0 }), /fused has its relu inside/);
  });
});
