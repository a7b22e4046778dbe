import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { backend, compile, compileModel, ready } from '../../src/backend';
import { cifarNet } from '../../src/models/alexnet';
import { densenetCifar } from '../../src/models/densenet';
import { mobilenet } from '../../src/models/mobilenet';
import { resnetCifar } from '../../src/models/resnetCifar';
import * as L from '../../src/layers';
import { dropout } from '../../src/ops';
import { softmaxCrossEntropy } from '../../src/training/step/loss';
import { Sgd } from '../../src/training/optimizers/sgd';
import { tinyModel } from '../training/tiny';
import { numbers } from './network';
import { assertSameAnswers } from './sameAnswers';
import { assertSameSteps, difference } from './tenSteps';
import { variableOf } from '../../src/training/network/variables';

const SMALL: [number, number, number] = [8, 8, 3];

const CIFAR = { inputShape: [32, 32, 3] as [number, number, number], classes: 10 };

function lrnAndGroups(): tf.LayersModel {
  return L.model(
    'lrnAndGroups',
    { inputShape: CIFAR.inputShape, seed: 1 },
    L.convRelu(8, 5, { stride: 2 }),
    L.localResponseNorm(),
    L.maxPool(3, 2),
    L.convRelu(16, 3, { groups: 2 }),
    L.globalAvgPool(),
    L.dense(10),
  );
}

const NETS: Record<string, () => tf.LayersModel> = {
  cifarNet: () => cifarNet({ seed: 1 }),
  'cifarNet with tanh': () => cifarNet({ nonlinearity: 'tanh', widths: [8, 8, 16], seed: 1 }),
  'resnetCifar(20)': () => resnetCifar({ depth: 20, seed: 1 }),
  'a net with dropout': () => tinyModel({ size: 32 }),
  'mobilenet v2, narrow': () => mobilenet('v2', { ...CIFAR, widthMultiplier: 0.25, stem: 'cifar', seed: 1 }),
  'densenet of 10 layers': () => densenetCifar({ bottleneck: true, depth: 10, seed: 1 }),
  'alexnet, narrow, with LRN and groups': lrnAndGroups,
};

function variablesOf(net: tf.LayersModel): tf.Variable[] {
  return net.trainableWeights.map(variableOf);
}

function training(net: tf.LayersModel) {
  const variables = variablesOf(net);
  const optimizer = new Sgd(variables, { weightDecay: 1e-4 });
  const step = (x: tf.Tensor4D, y: tf.Tensor1D, learningRate: tf.Scalar): tf.Tensor => {
    const { value, grads } = tf.variableGrads(
      () => softmaxCrossEntropy(net.apply(x, { training: true }) as tf.Tensor2D, y),
      variables,
    );
    optimizer.apply(
      variables.map(({ name }) => grads[name]),
      learningRate,
    );
    return value;
  };
  return step;
}

function batch(seed: number, size: number): [tf.Tensor4D, tf.Tensor1D] {
  const x = tf.tensor4d(numbers(seed, size * 32 * 32 * 3), [size, 32, 32, 3]);
  return [
    x,
    tf.tensor1d(
      Array.from({ length: size }, (_, i) => (i * 7 + seed) % 10),
      'int32',
    ),
  ];
}

describe('compile', function () {
  before(async function () {
    await ready();
    if (backend().name !== 'tensorflow') this.skip();
  });

  for (const [name, build] of Object.entries(NETS)) {
    it(`${name}: ten steps are those of eager execution`, () => {
      const net = build();
      assertSameSteps(net, 8);
      net.dispose();
    });
  }

  it('keeps the number of tensors over 1,000 steps', () => {
    const step = compile(training(cifarNet({ widths: [4, 4, 8] })));
    const [x, y] = batch(1, 4);
    const learningRate = tf.scalar(0.01);
    const counts = (): number[] => [
      tf.memory().numTensors,
      (tf.backend() as tf.KernelBackend & { getNumOfTFTensors(): number }).getNumOfTFTensors(),
    ];
    const take = (): void => step(x, y, learningRate).dispose();
    for (let i = 0; i < 4; i++) take();
    const before = counts();
    for (let i = 0; i < 1000; i++) take();
    assert.deepEqual(counts(), before);
    step.dispose();
  });

  it('draws fresh noise for dropout in every replay, of the right share', () => {
    const layer = tf.layers.dropout({ rate: 0.25 });
    for (const noise of [
      (x: tf.Tensor) => layer.apply(x, { training: true }) as tf.Tensor,
      (x: tf.Tensor) => dropout(x, 0.25),
    ]) {
      const step = compile(noise);
      const x = tf.ones([100, 100]);
      const draws = Array.from({ length: 5 }, () => step(x).dataSync() as Float32Array);
      assert.equal(step.reason, undefined);
      assert.equal(step.graphs, 1);
      for (const draw of draws) {
        const zeros = draw.filter(value => value === 0).length / draw.length;
        assert.ok(Math.abs(zeros - 0.25) < 0.03, `${zeros} of the numbers are zero`);
        assert.ok(draw.every(value => value === 0 || Math.abs(value - 4 / 3) < 1e-6));
      }
      assert.equal(new Set(draws.map(String)).size, draws.length);
    }
  });

  const constants: tf.Tensor[] = [];
  let calls = 0;
  const UNTRACEABLE: Record<string, [step: (x: tf.Tensor) => tf.Tensor, expected: (i: number) => number, why: RegExp]> =
    {
      'reads data': [x => x.mul(x.dataSync()[0]), () => 4, /reads a tensor's data/],
      'reads a result': [x => x.mul(x.square().dataSync()[0]), () => 8, /reads a tensor's data/],
      'counts in JavaScript': [
        x => x.mul(calls++),
        i => 2 * i,
        /a number or array that it makes in JavaScript changes/,
      ],
      'keeps a tensor': [
        x => {
          constants.push(tf.keep(x.add(1)));
          return x.mul(3);
        },
        () => 6,
        /keeps tensors/,
      ],
      'does more and more': [
        x => {
          let y = x;
          for (let i = 0; i < constants.length; i++) y = y.add(1);
          constants.push(x);
          return y;
        },
        i => 2 + i,
        /what it does changes from call to call/,
      ],
    };
  for (const [name, [step, expected, why]] of Object.entries(UNTRACEABLE)) {
    it(`a step that ${name} runs eagerly, rightly, and says why in one line`, () => {
      constants.length = calls = 0;
      const lines: string[] = [];
      const compiled = compile(step, { log: line => lines.push(line) });
      const x = tf.scalar(2);
      const results = Array.from({ length: 6 }, () => compiled(x).dataSync()[0]);
      assert.deepEqual(
        results,
        Array.from({ length: 6 }, (_, i) => expected(i)),
      );
      assert.match(compiled.reason!, why);
      assert.equal(lines.length, 1);
      assert.match(lines[0], why);
    });
  }

  it('makes a graph for each list of shapes', () => {
    const step = compile((x: tf.Tensor, y: tf.Tensor) => [x.add(y), x.shape.length ? x.sum() : x]);
    for (const shape of [[3], [5], [2, 2], [3]]) {
      for (let i = 0; i < 4; i++) {
        const [sum, total] = step(tf.fill(shape, 2), tf.scalar(i)) as tf.Tensor[];
        assert.deepEqual(sum.shape, shape);
        assert.deepEqual(
          [...sum.dataSync()],
          Array.from({ length: sum.size }, () => 2 + i),
        );
        assert.equal(total.dataSync()[0], 2 * sum.size);
      }
    }
    assert.equal(step.graphs, 3);
  });

  it('sees variables that are assigned between calls, and tensors from outside', () => {
    const variable = tf.variable(tf.scalar(1));
    let outside = tf.scalar(10);
    const step = compile((x: tf.Tensor) => x.mul(variable).add(outside));
    const x = tf.scalar(2);
    for (let i = 0; i < 6; i++) {
      variable.assign(tf.scalar(i));
      assert.equal(step(x).dataSync()[0], 2 * i + 10);
    }
    assert.equal(step.graphs, 1);
    outside.dispose();
    outside = tf.scalar(20);
    for (let i = 0; i < 6; i++) assert.equal(step(x).dataSync()[0], 30);
    variable.dispose();
  });

  it('has gradients through it, as it is eager under a gradient', () => {
    const square = compile((x: tf.Tensor) => x.square());
    const x = tf.scalar(3);
    for (let i = 0; i < 4; i++) square(x);
    assert.equal(square.graphs, 1);
    assert.equal(tf.grad(square)(x).dataSync()[0], 6);
  });

  it('on a backend without graphs calls the step', async () => {
    await tf.setBackend('cpu');
    try {
      const lines: string[] = [];
      const step = compile((x: tf.Tensor) => x.add(1), { log: line => lines.push(line) });
      for (let i = 0; i < 4; i++) assert.equal(step(tf.scalar(1)).dataSync()[0], 2);
      assert.match(step.reason!, /the backend cpu has no graphs/);
      assert.deepEqual(lines, []);
    } finally {
      await tf.setBackend('tensorflow');
    }
  });

  describe('compileModel', () => {
    it('gives what the model gives, before and after its weights change', () => {
      const net = resnetCifar({ depth: 8, inputShape: SMALL, seed: 5 });
      const infer = compileModel(net);
      const x = tf.tensor4d(numbers(1, 3 * 8 * 8 * 3), [3, ...SMALL]);
      for (let round = 0; round < 3; round++) {
        const expected = (net.apply(x, { training: false }) as tf.Tensor).dataSync();
        for (let i = 0; i < 3; i++) {
          const off = difference((infer(x) as tf.Tensor).dataSync(), expected);
          assert.ok(off < 1e-5, `round ${round}, call ${i} is off by ${off}`);
        }
        assert.equal(infer.graphs, 1);
        for (const variable of variablesOf(net)) tf.tidy(() => variable.assign(variable.mul(1.1)));
      }
    });

    for (const [name, build] of Object.entries(NETS)) {
      it(`${name}: with weights as constants it answers as operation by operation`, () =>
        assertSameAnswers(build(), 3));
    }

    it('gives all outputs of a model with several', () => {
      const input = tf.input({ shape: [4] });
      const dense = tf.layers.dense({ units: 3 }).apply(input) as tf.SymbolicTensor;
      const net = tf.model({ inputs: input, outputs: [dense, tf.layers.reLU().apply(dense) as tf.SymbolicTensor] });
      const infer = compileModel(net);
      const x = tf.ones([2, 4]);
      const expected = (net.predict(x) as tf.Tensor[]).map(output => [...output.dataSync()]);
      for (let i = 0; i < 3; i++) {
        assert.deepEqual(
          (infer(x) as tf.Tensor[]).map(output => [...output.dataSync()]),
          expected,
        );
      }
    });
  });
});
