import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { ready } from '../../src';
import { skeleton } from '../../src/layers';
import { densenet, densenetCifar } from '../../src/models/densenet';
import { assertRowSizes, count, itMatchesReference, multiplyAdds } from './residual';

describe('DenseNet', () => {
  before(async () => {
    await ready();
  });

  for (const [depth, expected, giga] of [
    [121, 7_978_856, 2.834],
    [169, 14_149_480, 3.36],
    [201, 20_013_928, 4.291],
    [161, 28_681_000, 7.728],
  ] as const) {
    it(`has torchvision's parameters and multiply-adds at ${depth} layers`, () => {
      assert.equal(
        count(() => densenet({ depth })),
        expected,
      );
      assert.equal(Number((multiplyAdds(() => densenet({ depth })) / 1e9).toFixed(3)), giga);
    });
  }

  it('has the rows of table 1', () => {
    assertRowSizes(() => densenet(), 'densenet.ts', 'densenet');
  });

  it('has the parameters for CIFAR, with and without bottlenecks and compression', () => {
    assert.equal(
      count(() => densenetCifar()),
      1_019_722,
    );
    assert.equal(
      count(() => densenetCifar({ depth: 100 })),
      6_979_642,
    );
    assert.equal(
      count(() => densenetCifar({ bottleneck: true })),
      769_162,
    );
    assert.equal(
      count(() => densenetCifar({ bottleneck: true, depth: 250, growthRate: 24 })),
      15_324_406,
    );
    assert.equal(
      count(() => densenetCifar({ bottleneck: true, depth: 190, growthRate: 40 })),
      25_624_430,
    );
  });

  it('has the rows of DenseNet-BC for CIFAR', () => {
    assertRowSizes(() => densenetCifar({ bottleneck: true }), 'densenet.ts', 'densenetCifar');
  });

  it('gives each layer the maps of all before it', () => {
    const net = skeleton(() => densenetCifar());
    const convs = net.layers.filter(layer => /^denseBlock1\/.*conv$/.test(layer.name));
    const inputs = convs.map(layer => (layer.input as tf.SymbolicTensor).shape[3]);
    const expected = Array.from({ length: 12 }, (_, i) => 16 + 12 * i);
    assert.deepEqual(inputs, expected);
  });

  it('refuses a depth without three equal blocks, and a picture that is too small', () => {
    assert.throws(() => densenetCifar({ depth: 41 }), /is 41; expected 3n \+ 4/);
    assert.throws(() => densenetCifar({ inputShape: [2, 2, 3] }), /image is too small/);
  });

  itMatchesReference('densenet121', () => densenet());
});
