import assert from 'node:assert/strict';
import { ready, shippedExperiment } from '../../src';
import {
  allCells,
  bestSoFar,
  canonicalName,
  cellName,
  cellNetwork,
  type CellTable,
  distinctCells,
  lookUp,
  randomSearch,
  regularizedEvolution,
  reinforce,
  type Search,
} from '../../src/search';
import { skeleton } from '../../src/layers';
import { cellOf } from '../../src/search/space';

describe('the table of cells that came with the kit', () => {
  before(ready);
  let table: CellTable;
  let channels: number;
  before(() => {
    const { result } = shippedExperiment('cell-table');
    table = result.table;
    channels = result.training.channels;
  });

  it('has every cell of the space, once for each function', () => {
    assert.equal(Object.keys(table).length, 144);
    assert.deepEqual(Object.keys(table).sort(), distinctCells().map(canonicalName).sort());
    for (const cell of allCells()) assert.ok(Number.isFinite(lookUp(table)(cell)), cellName(cell));
  });

  it('has results that are shares, above chance where a convolution is on the way', () => {
    for (const [name, { accuracy, trainError }] of Object.entries(table)) {
      assert.ok(accuracy > 0 && accuracy < 1 && trainError > 0 && trainError < 1, name);
      if (name.includes('conv3x3')) assert.ok(accuracy > 0.15, `${name}: ${accuracy}`);
    }
  });

  it('has the weights that the networks have', () => {
    for (const name of Object.keys(table).filter((_, i) => i % 25 === 0)) {
      const net = skeleton(() => cellNetwork(cellOf(name), { channels }));
      const counted = net.trainableWeights.reduce(
        (sum, { shape }) => sum + shape.reduce<number>((a, b) => a * b!, 1),
        0,
      );
      assert.equal(table[name].parameters, counted, name);
      net.dispose();
    }
  });

  it('lets each search find in 150 trials a cell that is among the best in twenty', async () => {
    const all = Object.values(table)
      .map(({ accuracy }) => accuracy)
      .sort((a, b) => b - a);
    const good = all[Math.floor(all.length / 20)];
    const searches: Record<string, Search> = {
      randomSearch,
      evolution: regularizedEvolution(),
      reinforce: reinforce({ learningRate: 10 }),
    };
    for (const [name, search] of Object.entries(searches)) {
      const ends: number[] = [];
      for (let seed = 0; seed < 10; seed++)
        ends.push(bestSoFar(await search(lookUp(table), { trials: 150, seed })).at(-1)!);
      const reached = ends.filter(end => end >= good).length;
      assert.ok(reached >= 6, `${name}: ${reached} of 10`);
    }
  });
});
