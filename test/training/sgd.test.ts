import fs from 'node:fs';
import path from 'node:path';
import assert from 'node:assert/strict';
import { ready, softmaxCrossEntropy, tf, type SgdOptions } from '../../src';
import { Sgd } from '../../src/training';
import { skeleton, torchNames } from '../../src/layers';
import { resnet } from '../../src/models/resnet';
import { generate, uniform } from '../../src/parity/generator';
import { loadStateDict, stateShapes } from '../../src/weights';
import { assertNear } from './tiny';
import { variableOf } from '../../src/training/network/variables';

/** The weight, from 1, after each step with this gradient and this learning rate. */
function run(options: SgdOptions, steps: [gradient: number, learningRate: number][]): number[] {
  const w = tf.tidy(() => tf.variable(tf.tensor1d([1])));
  const optimizer = new Sgd([w], options);
  const weights = steps.map(([gradient, learningRate]) => {
    tf.tidy(() => optimizer.apply([tf.tensor1d([gradient])], tf.scalar(learningRate)));
    return w.dataSync()[0];
  });
  optimizer.dispose();
  w.dispose();
  return weights;
}

describe('Sgd', () => {
  before(ready);

  const falling: [number, number][] = [
    [2, 0.1],
    [1, 0.1],
    [4, 0.01],
  ];

  // v = 2, 0.5 * 2 + 1 = 2, 0.5 * 2 + 4 = 5; w = 1 - 0.2, - 0.2, - 0.05.
  it('modern: the learning rate of now scales the whole velocity', () =>
    assertNear(run({ momentum: 0.5 }, falling), [0.8, 0.6, 0.55]));

  // v = -0.2, -0.1 - 0.1 = -0.2, -0.1 - 0.04 = -0.14.
  it('paper: the velocity keeps the learning rates of its time', () =>
    assertNear(run({ momentum: 0.5, form: 'paper' }, falling), [0.8, 0.6, 0.46]));

  // w = 1: v = 0.1 * 1 = 0.1, w = 0.98; v = 0.09 + 0.098 = 0.188, w = 0.9424.
  for (const form of ['modern', 'paper'] as const) {
    it(`${form}: weight decay joins the gradient`, () =>
      assertNear(
        run({ momentum: 0.9, weightDecay: 0.1, form }, [
          [0, 0.2],
          [0, 0.2],
        ]),
        [0.98, 0.9424],
      ));

    it(`${form}: leaves no tensors behind`, () => {
      const before = tf.memory().numTensors;
      run({ form, weightDecay: 0.1 }, falling);
      assert.equal(tf.memory().numTensors, before);
    });
  }

  it('has the paper’s momentum if none is given', () =>
    assertNear(
      run({}, [
        [1, 0.1],
        [0, 0.1],
      ]),
      [0.9, 0.81],
    ));

  it('moves every weight of ResNet-18 by PyTorch’s gradient times the learning rate', function () {
    const file = path.join(__dirname, '../parity/references/ops.json');
    const { seed, trainSteps } = JSON.parse(fs.readFileSync(file, 'utf8'));
    const reference = trainSteps.find(({ model }: { model: string }) => model === 'resnet18');
    const { batch, size, input, labels, loss, gradL2 } = reference;
    const model = skeleton(() => resnet({ depth: 18 }));
    loadStateDict(model, generate(stateShapes(model), seed));
    const values = uniform(seed, input.name, batch * 3 * size * size).map((u: number) => (2 * u - 1) * input.scale);
    const x = tf.tidy(() => tf.tensor4d(Float32Array.from(values), [batch, 3, size, size]).transpose([0, 2, 3, 1]));

    const variables = model.trainableWeights.map(variableOf);
    const before = variables.map(variable => variable.clone());
    const optimizer = new Sgd(variables);
    const learningRate = 0.5;
    const { value, grads } = tf.variableGrads(
      () => softmaxCrossEntropy(model.apply(x, { training: true }) as tf.Tensor2D, tf.tensor1d(labels, 'int32')),
      variables,
    );
    optimizer.apply(
      variables.map(({ name }) => grads[name]),
      tf.scalar(learningRate),
    );
    assertNear([value.dataSync()[0] / loss], [1], 1e-4);

    const suffix: Record<string, string> = { kernel: 'weight', bias: 'bias', gamma: 'weight', beta: 'bias' };
    const largest = Math.max(...(Object.values(gradL2) as number[]));
    const moved = variables.map((variable, i) => before[i].sub(variable).norm().dataSync()[0] / learningRate);
    const names = model.layers.flatMap(layer =>
      layer.trainableWeights.map(({ originalName }) => {
        const kind = originalName.split('/').at(-1)!.replace(/_\d+$/, '');
        return `${torchNames(model).get(layer.name)}.${suffix[kind]}`;
      }),
    );
    assert.deepEqual([...names].sort(), Object.keys(gradL2).sort());
    assertNear(
      moved.map(norm => norm / largest),
      names.map(name => gradL2[name] / largest),
      5e-4,
    );
    model.dispose();
  });
});
