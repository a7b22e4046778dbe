import assert from 'node:assert/strict';
import { layers as L, tf } from '../../src';
import {
  allCells,
  canonicalName,
  cellBlock,
  cellNetwork,
  distinctCells,
  lookUp,
  SharedWeights,
  trainCell,
} from '../../src/search';
import { skeleton } from '../../src/layers';
import { tinySet, weightsOf } from '../training/tiny';
import { onBackends } from '../visualize/onBackends';
import { cellOf } from '../../src/search/space';

onBackends('the network of a cell', () => {
  it('sums in each node what its edges bring', () => {
    const run = (name: string): number[] => {
      const net = skeleton(() => L.model('cell', { inputShape: [1, 1, 2] }, cellBlock(cellOf(name))));
      const x = tf.tensor4d([3, -5], [1, 1, 1, 2]);
      const y = net.predict(x) as tf.Tensor;
      const values = [...y.dataSync()];
      tf.dispose([x, y]);
      net.dispose();
      return values;
    };
    // Skips alone: node 1 = x, node 2 = x + x, node 3 = x + x + 2x.
    assert.deepEqual(run('skip|skip|skip|skip|skip|skip'), [12, -20]);
    assert.deepEqual(run('none|none|none|skip|none|none'), [3, -5]);
    // Node 2 gets nothing, so neither does the output from it.
    assert.deepEqual(run('skip|none|none|none|skip|skip'), [3, -5]);
    // Convolutions of zero weights bring zero, and nothing at all is zero, too.
    assert.deepEqual(run('conv3x3|conv3x3|conv3x3|conv3x3|conv3x3|conv3x3'), [0, 0]);
    assert.deepEqual(run('conv3x3|conv3x3|skip|none|none|none').map(Math.abs), [0, 0]);
  });

  it('computes the same in cells of one canonical name, from the same weights', () => {
    const x = tf.randomNormal([2, 16, 16, 3], 0, 1, 'float32', 1);
    // Node 2 leads nowhere in the first.
    const [one, other] = ['conv3x3|skip|skip|skip|conv3x3|none', 'conv3x3|none|none|skip|conv3x3|none'].map(name => {
      const net = cellNetwork(cellOf(name), { inputShape: [16, 16, 3], channels: 4, seed: 3 });
      const y = net.predict(x) as tf.Tensor;
      const values = [...y.dataSync()];
      y.dispose();
      net.dispose();
      return values;
    });
    assert.deepEqual(one, other);
    x.dispose();
  });
});

describe('cells', () => {
  it('have the parameters that a hand counts', () => {
    const net = skeleton(() => cellNetwork(cellOf('conv3x3|none|none|skip|conv3x3|none'), { channels: 16 }));
    const conv = (inChannels: number, filters: number, size: number): number =>
      size * size * inChannels * filters + 2 * filters;
    const counted = conv(3, 16, 5) + 2 * conv(16, 16, 3) + conv(16, 32, 3) + 2 * conv(32, 32, 3) + 2 * 32 + 330;
    assert.equal(
      net.trainableWeights.reduce((sum, { shape }) => sum + shape.reduce<number>((a, b) => a * b!, 1), 0),
      counted,
    );
    net.dispose();
  });

  it('are refused when an operation is unknown or an edge is missing', () => {
    assert.throws(() => cellBlock(cellOf('skip|skip')), /expected 6 operations/);
    assert.throws(() => cellBlock(cellOf('skip|skip|skip|skip|skip|pool')), /each one of none, skip, conv3x3/);
  });

  it('make 144 different functions out of 486 cells', () => {
    const names = distinctCells().map(canonicalName);
    assert.equal(names.length, 144);
    assert.deepEqual(new Set(allCells().map(canonicalName)), new Set(names));
  });
});

describe('the table of cells', () => {
  const training = { epochs: 1, channels: 4, batchSize: 16, seed: 1 };

  it('gives the rewards of all cells that compute the same, and training repeats from its seed', async function () {
    const [train, validation] = [tinySet(32, 16), tinySet(30, 16, 2)];
    const name = 'none|none|none|conv3x3|none|none';
    const tensors = tf.memory().numTensors;
    const result = await trainCell(cellOf(name), train, validation, training);
    assert.equal(tf.memory().numTensors, tensors);
    assert.deepEqual(await trainCell(cellOf(name), train, validation, training), result);
    const reward = lookUp({ [name]: result });
    // Node 1 leads nowhere.
    assert.equal(reward(cellOf('skip|none|none|conv3x3|none|none')), result.accuracy);
    assert.throws(() => reward(cellOf('skip|none|none|skip|skip|none')), /The table of 1 cells has none that computes/);
  });
});

describe('shared weights', () => {
  it('go from child to child by the names of the layers', () => {
    const build = (name: string, seed: number): tf.LayersModel =>
      cellNetwork(cellOf(name), { inputShape: [16, 16, 3], channels: 4, seed });
    const tensors = tf.memory().numTensors;
    const [first, second] = [
      build('conv3x3|none|none|skip|conv3x3|none', 1),
      build('skip|skip|none|skip|conv3x3|conv3x3', 2),
    ];
    const shared = new SharedWeights();
    assert.equal(shared.give(first), 0);
    shared.take(first);
    assert.equal(shared.size, first.weights.length);
    // In common are stem, halving layer and end, and edge 5 of both stages: weights, and four numbers of each normalization.
    const before = weightsOf(second).length;
    assert.equal(shared.give(second), before - 2 * (1 + 4));
    for (const layer of ['stem/conv', 'fc/dense']) {
      const values = (net: tf.LayersModel): number[] => [...net.getLayer(layer).getWeights()[0].dataSync()];
      assert.deepEqual(values(second), values(first), layer);
    }
    const wide = cellNetwork(cellOf('none|none|none|skip|none|none'), { inputShape: [16, 16, 3], channels: 8 });
    assert.throws(() => shared.give(wide), /is kept as \[.*\], but cells-1-1 has it as/);
    wide.dispose();
    shared.dispose();
    first.dispose();
    second.dispose();
    assert.equal(tf.memory().numTensors, tensors);
  });
});
