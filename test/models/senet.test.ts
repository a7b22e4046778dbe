import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { ready } from '../../src';
import { model, skeleton, squeezeExcite } from '../../src/layers';
import { resnet } from '../../src/models/resnet';
import { senet154, seResnet, seResnext } from '../../src/models';
import { assertRowSizes, count } from './residual';

describe('SENet', () => {
  before(async () => {
    await ready();
  });

  it('has the parameters of the paper and of timm', () => {
    assert.equal(
      count(() => seResnet()),
      28_088_024,
    );
    assert.equal(
      count(() => seResnet({ depth: 18 })),
      11_778_592,
    );
    assert.equal(
      count(() => seResnext()),
      27_559_896,
    );
    assert.equal(
      count(() => senet154()),
      115_088_984,
    );
  });

  it('has table 10’s parameters for every reduction, running statistics counted', () => {
    const millions = [4, 8, 16, 32].map(reduction =>
      (skeleton(() => seResnet({ reduction })).countParams() / 1e6).toFixed(1),
    );
    assert.deepEqual(millions, ['35.7', '30.7', '28.1', '26.9']);
  });

  it('has the rows of table 1', () => {
    assertRowSizes(() => seResnet(), 'resnet.ts', 'residualNetwork');
    assertRowSizes(() => senet154(), 'senet.ts', 'senet154');
  });

  it('has fewer weights in front of the unit, where the maps are fewer, and as many elsewhere', () => {
    const [standard, pre, post, identity] = (['standard', 'pre', 'post', 'identity'] as const).map(placement =>
      count(() => seResnet({ placement })),
    );
    assert.ok(pre < standard && pre > count(() => resnet()));
    assert.deepEqual([post, identity], [standard, standard]);
  });

  it('multiplies each map by a number from the means of all', () => {
    const net = model('se', { inputShape: [1, 2, 2] }, squeezeExcite({ reduction: 2 }));
    net.setWeights([
      tf.tensor([1, 1], [1, 1, 2, 1]), // the sum of the means
      tf.tensor([0]),
      tf.tensor([1, -1], [1, 1, 1, 2]),
      tf.tensor([0, 0]),
    ]);
    const y = net.predict(tf.tensor([1, 3, 3, 5], [1, 1, 2, 2])) as tf.Tensor; // means 2 and 4
    const [up, down] = [6, -6].map(x => 1 / (1 + Math.exp(-x)));
    y.dataSync().forEach((value, i) => assert.ok(Math.abs(value - [up, 3 * down, 3 * up, 5 * down][i]) < 1e-5));
  });

  it('refuses a reduction that does not divide the channels', () => {
    assert.throws(() => seResnet({ reduction: 7 }), /reduction is 7 for 256 channels; expected a divisor/);
  });
});
