import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { ready } from '../../src';
import { resnext, resnextCifar, type ResNeXtForm, transferWeights, wideResnet } from '../../src/models/resnext';
import { parameters } from './reference';
import { assertRowSizes, count, multiplyAdds } from './residual';

describe('ResNeXt', () => {
  before(async () => {
    await ready();
  });

  it('has torchvision’s parameters', () => {
    assert.equal(
      count(() => resnext()),
      25_028_904,
    );
    assert.equal(
      count(() => resnext({ depth: 101, bottleneckWidth: 8 })),
      88_791_336,
    );
    assert.equal(
      count(() => resnext({ depth: 101, cardinality: 64 })),
      83_455_272,
    );
    assert.equal(
      count(() => resnext({ depth: 101 })),
      44_177_704,
    );
    assert.equal(
      count(() => wideResnet()),
      68_883_240,
    );
  });

  it('keeps the complexity over table 3’s cardinalities', () => {
    const counts = [
      [1, 64],
      [2, 40],
      [4, 24],
      [8, 14],
    ].map(([cardinality, bottleneckWidth]) => count(() => resnext({ cardinality, bottleneckWidth })));
    assert.deepEqual(counts, [25_557_032, 25_425_000, 25_292_968, 25_603_016]);
  });

  it('has 4.230 billion multiply-adds as 50 32x4d, 7.97 as 101', () => {
    assert.equal((multiplyAdds(() => resnext()) / 1e9).toFixed(3), '4.230');
    assert.equal((multiplyAdds(() => resnext({ depth: 101 })) / 1e9).toFixed(2), '7.97');
  });

  it('has the parameters of CIFAR’s 29 layers, and the rows', () => {
    assert.equal(
      count(() => resnextCifar()),
      34_426_698,
    );
    assert.equal(
      count(() => resnextCifar({ cardinality: 16 })),
      68_155_210,
    );
    assertRowSizes(() => resnextCifar(), 'resnext.ts', 'resnextCifar');
  });

  const small = (form: ResNeXtForm, seed: number): tf.LayersModel =>
    resnextCifar({ depth: 11, cardinality: 4, bottleneckWidth: 2, form, seed, inputShape: [8, 8, 3] });

  for (const [from, to] of ['ab', 'bc', 'ca', 'ac', 'cb', 'ba'] as unknown as [ResNeXtForm, ResNeXtForm][]) {
    it(`computes the same in form (${to}) as in form (${from}) of figure 3`, () => {
      const [one, other] = [small(from, 1), small(to, 2)];
      // Statistics of batch normalization that are not those of a new network.
      for (const weight of one.nonTrainableWeights) {
        const range = weight.originalName.endsWith('movingMean') ? [-0.1, 0.1] : [0.5, 1.5];
        weight.write(tf.randomUniform(weight.shape as number[], range[0], range[1], 'float32', 1));
      }
      assert.equal(parameters(one), parameters(other));
      transferWeights(one, other);
      const x = tf.randomNormal([2, 8, 8, 3], 0, 1, 'float32', 2);
      const [a, b] = [one, other].map(net => net.predict(x) as tf.Tensor);
      const scale = a.abs().max().dataSync()[0];
      assert.ok(scale > 0.01, `the largest logit is ${scale}`);
      assert.ok(a.sub(b).abs().max().dataSync()[0] / scale < 1e-5);
    });
  }

  it('has no weights to give to another network', () => {
    assert.throws(
      () => transferWeights(small('a', 1), resnextCifar({ depth: 20, cardinality: 1, bottleneckWidth: 1 })),
      /different networks/,
    );
  });

  it('refuses a form that figure 3 lacks', () => {
    assert.throws(() => resnext({ form: 'd' as 'c' }), /form of resnext is 'd'; expected one of a, b, c\./);
  });
});
