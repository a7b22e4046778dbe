/** How hard the offline images are. By hand: npx mocha test/data/offline.slow.test.ts (minutes). */
import assert from 'node:assert/strict';
import type * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend';
import { type ImageSet, offlineImages } from '../../src/data';
import { dense, flatten, model } from '../../src/layers';
import { cifarNet } from '../../src/models/alexnet';
import { cosine, evaluate, fit, type FitOptions } from '../../src/training';

describe('the offline images', function () {
  this.timeout(0);
  let train: ImageSet;
  let test: ImageSet;

  before(async () => {
    await ready();
    train = offlineImages({ split: 'train', count: 10_000 });
    test = offlineImages({ split: 'test', count: 2000 });
  });

  async function testAccuracy(network: tf.LayersModel, options: FitOptions): Promise<number> {
    const history = await fit(network, train, { batchSize: 64, progress: false, ...options });
    const { accuracy } = await evaluate(network, test);
    const errors = history.epochs.map(({ trainError }) => (100 * trainError).toFixed(1));
    console.log(
      `      ${network.name}: test accuracy ${(100 * accuracy).toFixed(1)} %, training errors ${errors.join(', ')} %, ` +
        `${history.seconds.toFixed(0)} s`,
    );
    return accuracy;
  }

  it('a linear classifier stays below 50 %, though it is better than chance', async () => {
    const linear = model('linear', { inputShape: [32, 32, 3], seed: 1 }, flatten(), dense(10));
    const accuracy = await testAccuracy(linear, { epochs: 10, learningRate: cosine(0.002), weightDecay: 0.01 });
    assert.ok(accuracy > 0.12 && accuracy < 0.5, `${accuracy}`);
  });

  it('a small CNN, cifarNet, passes 85 %', async () => {
    const accuracy = await testAccuracy(cifarNet({ seed: 1 }), { epochs: 4, learningRate: cosine(0.005) });
    assert.ok(accuracy > 0.85, `${accuracy}`);
  });
});
