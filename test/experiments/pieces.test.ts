import assert from 'node:assert/strict';
import { offlineImages, ready, tf } from '../../src';
import { compareVariants, summary, type Trained, variantsChart, verdict } from '../../src/experiments/compareVariants';
import { at, median } from '../../src/experiments/experiment';
import { pack, unpack } from '../../src/experiments/pictures';
import { spreadChart } from '../../src/experiments/spreadChart';
import { flatten, dense, model } from '../../src/layers';

describe('what experiments are made of', () => {
  before(ready);

  it('median and at', () => {
    assert.deepEqual([median([3, 1, 2]), median([4, 1, 2, 3]), median([7])], [2, 2.5, 7]);
    assert.deepEqual([at('quick', 1, 2, 3), at('lecture', 1, 2, 3), at('long', 1, 2, 3)], [1, 2, 3]);
  });

  it('images go into JSON and come back', () => {
    const bytes = { data: Uint8Array.of(0, 128, 255, 1, 2, 3), width: 2, height: 1, channels: 3 } as const;
    assert.deepEqual(unpack(JSON.parse(JSON.stringify(pack(bytes)))), bytes);
    const shares = { data: Float32Array.of(-1, 0.5, 2), width: 3, height: 1, channels: 1 } as const;
    assert.deepEqual([...unpack(pack(shares)).data], [0, 128, 255]);
    assert.throws(() => pack({ data: new Uint8Array(4), width: 1, height: 1, channels: 4 }), /has 4 channels/);
  });

  it('a spread chart tells the median and range of the runs that are there', async () => {
    const figure = spreadChart(
      [
        {
          name: 'one',
          runs: [
            [5, 1],
            [5, 3],
            [5, 8, 2],
          ],
        },
      ],
      { title: 'Title', x: 'epoch', y: 'error' },
    );
    assert.match(figure.text, /one: 2 \(2 to 2\) at epoch 3/);
    const picture = (await figure.bundle) as Record<string, any>;
    const { values } = picture['application/vnd.vegalite.v5+json'].data;
    assert.deepEqual(values[1], { series: 'one', x: 2, middle: 3, low: 1, high: 8 });
  });

  it('variants are trained from the same seeds, compared seed by seed, and disposed of', async () => {
    const train = offlineImages({ split: 'train', count: 40 });
    const build = (seed: number) => model('linear', { inputShape: train.shape, seed }, flatten(), dense(10));
    const before = tf.memory().numTensors;
    const looked: string[] = [];
    const rows = await compareVariants(
      {
        slow: { build, options: { learningRate: 1e-9 } },
        same: { build, options: { learningRate: 1e-9 } },
        fast: { build },
      },
      {
        train,
        test: train,
        seeds: [1, 2],
        options: { epochs: 3, batchSize: 20, learningRate: 1e-3 },
        look: async (variant, seed) => void looked.push(`${variant} ${seed}`),
        log: () => undefined,
        part: (_, compute) => compute(),
      },
    );
    assert.equal(tf.memory().numTensors, before);
    assert.deepEqual(looked, ['slow 1', 'slow 2', 'same 1', 'same 2', 'fast 1', 'fast 2']);
    const [slow, same, fast] = rows;
    assert.deepEqual(slow.runs, same.runs);
    assert.ok(fast.runs.every(({ testLoss }, i) => testLoss < slow.runs[i].testLoss));
    assert.ok(variantsChart(rows, 'Three').text.includes('fast'));
  });

  it('a verdict counts the seeds in which a variant won', () => {
    const trained = (variant: string, ...errors: number[]): Trained => ({
      variant,
      runs: errors.map(testError => ({ testError, trainError: 0, testLoss: 0 })),
    });
    const [a, b] = [trained('A', 0.1, 0.2, 0.4), trained('B', 0.2, 0.25, 0.3)];
    assert.equal(summary(a), 'A 20.0% (10.0% to 40.0%)');
    assert.equal(verdict(a, b), 'A makes 5.0 points fewer test errors than B (median), fewer in 2 of 3 seeds');
    assert.equal(verdict(b, a), 'B makes 5.0 points more test errors than A (median), fewer in 1 of 3 seeds');
  });
});
