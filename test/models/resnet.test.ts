import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { ready } from '../../src';
import { model, skeleton } from '../../src/layers';
import { type ActivationOrder, preactResnet, preactResnetCifar, preactUnit } from '../../src/models/preactResnet';
import { resnet, type ResNetOptions, shortcut, unit, basic } from '../../src/models/resnet';
import { resnetCifar } from '../../src/models/resnetCifar';
import { outputSizes } from './reference';
import { assertRowSizes, count, itMatchesReference, multiplyAdds } from './residual';

const giga = (options: ResNetOptions): number => Number((multiplyAdds(() => resnet(options)) / 1e9).toFixed(3));

describe('ResNet', () => {
  before(async () => {
    await ready();
  });

  describe('for ImageNet', () => {
    for (const [depth, parameters, multiplyAdds] of [
      [18, 11_689_512, 1.814],
      [34, 21_797_672, 3.664],
      [50, 25_557_032, 4.089],
      [101, 44_549_160, 7.801],
      [152, 60_192_808, 11.514],
    ] as const) {
      it(`has torchvision's parameters and multiply-adds at ${depth} layers`, () => {
        assert.equal(
          count(() => resnet({ depth })),
          parameters,
        );
        assert.equal(giga({ depth }), multiplyAdds);
      });
    }

    it('has fewer multiply-adds with the stride of the paper, on the first 1 x 1 convolution', () => {
      assert.deepEqual(
        ([50, 101, 152] as const).map(depth => giga({ depth, stride: 'v1' })),
        [3.858, 7.57, 11.282],
      );
    });

    it('has the rows of table 1', () => {
      assertRowSizes(() => resnet(), 'resnet.ts', 'residualNetwork');
      assert.equal(outputSizes(skeleton(() => resnet({ depth: 34 }))).conv5_x, '7 x 7 x 512');
    });

    it('has no weights in shortcuts A, and more in C than in B', () => {
      const [plain, a, b, c] = [
        { residual: false },
        { shortcut: 'A' } as const,
        { shortcut: 'B' } as const,
        { shortcut: 'C' } as const,
      ].map(options => count(() => resnet({ depth: 34, ...options })));
      assert.equal(a, plain);
      // Three projections with batch normalization for B; C adds the other thirteen.
      assert.equal(
        b - a,
        [64, 128, 256].reduce((sum, n) => sum + 2 * n * n + 4 * n, 0),
      );
      const same = (filters: number, times: number): number => times * (filters * filters + 2 * filters);
      assert.equal(c - b, same(64, 3) + same(128, 3) + same(256, 5) + same(512, 2));
    });

    it('keeps 32 x 32 pictures with the stem for CIFAR', () => {
      const { image: _, ...sizes } = outputSizes(
        skeleton(() => resnet({ depth: 18, stem: 'cifar', inputShape: [32, 32, 3], classes: 10 })),
      );
      assert.deepEqual(sizes, {
        conv1: '32 x 32 x 64',
        conv2_x: '32 x 32 x 64',
        conv3_x: '16 x 16 x 128',
        conv4_x: '8 x 8 x 256',
        conv5_x: '4 x 4 x 512',
        fc: '10',
      });
    });

    it('refuses a depth that is not known', () => {
      assert.throws(
        () => resnet({ depth: 42 as 50 }),
        /depth of resnet is 42; expected one of 18, 26, 34, 50, 101, 152, 200\./,
      );
    });

    itMatchesReference('resnet18', () => resnet({ depth: 18 }));
  });

  describe('for CIFAR-10', () => {
    for (const [depth, parameters] of [
      [20, 269_722],
      [32, 464_154],
      [44, 658_586],
      [56, 853_018],
      [110, 1_727_962],
      [1202, 19_421_274],
    ]) {
      it(`has the parameters of ${depth} layers`, () =>
        assert.equal(
          count(() => resnetCifar({ depth })),
          parameters,
        ));
    }

    it('has the parameters that a hand counts with half the widths', () => {
      const conv = (inChannels: number, filters: number): number => 9 * inChannels * filters + 2 * filters;
      const counted =
        conv(3, 8) + 6 * conv(8, 8) + conv(8, 16) + 5 * conv(16, 16) + conv(16, 32) + 5 * conv(32, 32) + 330;
      for (const residual of [true, false])
        assert.equal(
          count(() => resnetCifar({ widths: [8, 16, 32], residual })),
          counted,
        );
    });

    it('has projections with shortcut B', () => {
      assert.equal(
        count(() => resnetCifar({ shortcut: 'B' })),
        272_474,
      );
      assert.equal(
        count(() => resnetCifar({ depth: 56, shortcut: 'B' })),
        855_770,
      );
    });

    it('has 40.55 million multiply-adds at 20 layers', () => {
      assert.equal((multiplyAdds(() => resnetCifar()) / 1e6).toFixed(2), '40.55');
    });

    it('has the rows of section 4.2', () => {
      assertRowSizes(() => resnetCifar(), 'resnetCifar.ts', 'resnetCifar');
    });

    it('refuses a depth that is not 6n + 2', () => {
      assert.throws(() => resnetCifar({ depth: 21 }), /is 21; expected 6n \+ 2/);
    });
  });

  it('takes every second pixel and adds zeros behind the channels in shortcut A', () => {
    const net = model('shortcutA', { inputShape: [4, 4, 1] }, shortcut(3, 2, 'A'));
    assert.deepEqual(net.weights, []);
    const y = net.predict(tf.range(0, 16).reshape([1, 4, 4, 1])) as tf.Tensor;
    assert.deepEqual(Array.from(y.dataSync()), [0, 0, 0, 2, 0, 0, 8, 0, 0, 10, 0, 0]);
    const gradient = tf.grad(x => (net.apply(x) as tf.Tensor).sum())(tf.zeros([1, 4, 4, 1]));
    assert.deepEqual(Array.from(gradient.dataSync()), [1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
  });
});

describe('pre-activation ResNet', () => {
  before(async () => {
    await ready();
  });

  it('has the parameters of 164 and 1001 layers', () => {
    assert.equal(
      count(() => preactResnetCifar()),
      1_703_258,
    );
    assert.equal(
      count(() => preactResnetCifar({ depth: 1001 })),
      10_327_706,
    );
  });

  it('has the rows of the paper', () => {
    assertRowSizes(() => preactResnetCifar(), 'preactResnet.ts', 'preactResnetCifar');
    assertRowSizes(() => preactResnet({ depth: 50 }), 'preactResnet.ts', 'preactResnet');
  });

  it('has about 1.7 million parameters in each of the orders, with 110 layers and with 164', () => {
    const orders = ['original', 'bnAfterAddition', 'reluBeforeAddition', 'reluOnlyPreactivation', 'fullPreactivation'];
    for (const order of orders as ActivationOrder[]) {
      for (const depth of [110, 164]) {
        const parameters = count(() => preactResnetCifar({ depth, order }));
        assert.ok(parameters > 1_700_000 && parameters < 1_740_000, `${order}, ${depth}: ${parameters}`);
      }
    }
  });

  it('is the first paper’s network in the original order', () => {
    const [ours, original] = [() => preactResnetCifar({ depth: 20, order: 'original' }), () => resnetCifar()].map(
      skeleton,
    );
    const names = (net: tf.LayersModel): number[][] => net.weights.map(weight => weight.shape as number[]);
    assert.deepEqual(names(ours), names(original));
    for (const weight of original.weights) weight.write(tf.randomUniform(weight.shape as number[], 0.01, 0.1));
    ours.setWeights(original.getWeights());
    const x = tf.randomUniform([2, 32, 32, 3]);
    const [a, b] = [ours, original].map(net => net.predict(x) as tf.Tensor);
    assert.deepEqual(Array.from(a.dataSync()), Array.from(b.dataSync()));
  });

  it('has a unit that is the identity where its weights are zero, which a unit of the first paper cannot be', () => {
    const x = tf.randomNormal([1, 4, 4, 8]);
    const run = (block: (typeof blocks)[number]): number[] => {
      const net = skeleton(() => model('unit', { inputShape: [4, 4, 8] }, block));
      return Array.from((net.predict(x) as tf.Tensor).dataSync());
    };
    const blocks = [
      preactUnit([
        [8, 3, 1],
        [8, 3, 1],
      ]),
      unit(basic(8, 8, 1), 8, 1, 'B'),
    ];
    assert.deepEqual(run(blocks[0]), Array.from(x.dataSync()));
    assert.deepEqual(run(blocks[1]), Array.from(x.relu().dataSync()));
  });

  it('has as many parameters with the authors’ stem as with timm’s', () => {
    assert.equal(
      count(() => preactResnet({ depth: 50 })),
      25_549_352,
    );
    assert.equal(
      count(() => preactResnet({ depth: 50, order: 'poolNorm' })),
      25_549_352,
    );
  });
});
