import assert from 'node:assert/strict';
import { allCells, canonicalName, type Cell, cellName, CHOICES, mutate, OPERATIONS } from '../../src/search/space';
import { seeded } from '../../src/data';
import {
  bestSoFar,
  type Evaluate,
  logProbabilityGradient,
  type Policy,
  policyProbabilities,
  randomSearch,
  regularizedEvolution,
  reinforce,
} from '../../src/search/strategies';

/** A reward with an interaction, so that no edge can be chosen alone; its best cell is known. */
const reward: Evaluate = cell =>
  cell.filter(operation => operation === 'conv3x3').length / 10 +
  (cell[0] === 'conv3x3' && cell[5] === 'skip' ? 0.3 : 0);

describe('the space of cells', () => {
  it('has 3^5 x 2 = 486 different cells: any operation on five edges, and no convolution on the last', () => {
    assert.equal(new Set(allCells().map(cellName)).size, 486);
    for (const cell of allCells()) {
      assert.ok(cell.length === 6 && cell.every(operation => OPERATIONS.includes(operation)));
      assert.notEqual(cell[5], 'conv3x3');
    }
  });

  it('mutates exactly one operation, and reaches every other one of the space', () => {
    const random = seeded(1);
    const cell = allCells()[100];
    const seen = new Set<string>();
    for (let i = 0; i < 500; i++) {
      const child = mutate(cell, random);
      assert.equal(child.filter((operation, edge) => operation !== cell[edge]).length, 1);
      seen.add(cellName(child));
    }
    assert.equal(seen.size, 5 * 2 + 1);
    const space = new Set(allCells().map(cellName));
    assert.ok([...seen].every(child => space.has(child)));
  });

  it('gives one canonical name to cells that compute the same', () => {
    const name = (...cell: Cell): string => canonicalName(cell);
    // Node 2 leads nowhere: what arrives there does not matter.
    assert.equal(
      name('conv3x3', 'skip', 'skip', 'none', 'skip', 'none'),
      name('conv3x3', 'none', 'none', 'none', 'skip', 'none'),
    );
    // in -> 1 -> out and in -> 2 -> out.
    assert.equal(
      name('conv3x3', 'none', 'none', 'none', 'skip', 'none'),
      name('none', 'conv3x3', 'none', 'none', 'none', 'skip'),
    );
    assert.notEqual(
      name('conv3x3', 'none', 'none', 'none', 'skip', 'none'),
      name('skip', 'none', 'none', 'none', 'conv3x3', 'none'),
    );
  });
});

describe('searching', () => {
  for (const [name, search] of Object.entries({
    randomSearch,
    evolution: regularizedEvolution(),
    reinforce: reinforce(),
  })) {
    it(`${name} gives the same trials for the same seed and others for another`, async () => {
      const run = async (seed: number): Promise<string[]> =>
        (await search(reward, { trials: 40, seed })).map(({ cell }) => cellName(cell));
      assert.deepEqual(await run(7), await run(7));
      assert.notDeepEqual(await run(7), await run(8));
      assert.equal((await run(7)).length, 40);
    });
  }

  it('keeps to the space, whichever the search', async () => {
    const space = new Set(allCells().map(cellName));
    for (const search of [randomSearch, regularizedEvolution(), reinforce()]) {
      const history = await search(reward, { trials: 500, seed: 1 });
      assert.ok(history.length === 500 && history.every(({ cell }) => space.has(cellName(cell))));
    }
  });

  it('evolution kills the oldest, even if it is the best', async () => {
    // The first cell is the best by far: if the worst died, every later child would be a change of the first.
    let asked = 0;
    const history = await regularizedEvolution({ populationSize: 5, sampleSize: 5 })(() => (asked++ === 0 ? 1 : 0), {
      trials: 60,
      seed: 3,
    });
    const differs = (a: Cell, b: Cell): number => a.filter((operation, edge) => operation !== b[edge]).length;
    history.slice(5).forEach((child, i) => {
      assert.ok(
        history.slice(i, i + 5).some(parent => differs(parent.cell, child.cell) === 1),
        `child ${i} has no parent among the five living`,
      );
    });
    assert.ok(history.slice(10).some(({ cell }) => differs(cell, history[0].cell) > 1));
  });

  it('evolution refuses a sample larger than the population', () => {
    assert.throws(
      () => regularizedEvolution({ populationSize: 2, sampleSize: 3 }),
      /sampleSize for a population of 2 is 3; expected a whole number from 1 to 2/,
    );
  });

  it("REINFORCE's gradient is, in expectation, the gradient of the expected reward (enumerated)", async () => {
    const policy: Policy = [0.3, -0.2, 0.5, 0, 0.1, -0.4].map((x, i) =>
      CHOICES[i].map((_, k) => x * (k - 1) + 0.05 * i),
    );
    const cells = allCells();
    const probability = (p: Policy, cell: Cell): number =>
      policyProbabilities(p).reduce((product, ps, edge) => product * ps[CHOICES[edge].indexOf(cell[edge])], 1);
    const expected = (p: Policy): number =>
      cells.reduce((sum, cell) => sum + probability(p, cell) * (reward(cell) as number), 0);
    const baseline = 0.123;
    policy.forEach((logits, edge) =>
      logits.forEach((_, k) => {
        const estimate = cells.reduce(
          (sum, cell) =>
            sum +
            probability(policy, cell) *
              ((reward(cell) as number) - baseline) *
              logProbabilityGradient(policy, cell)[edge][k],
          0,
        );
        const nudged = (h: number): Policy =>
          policy.map((l, e) => l.map((x, j) => (e === edge && j === k ? x + h : x)));
        const slope = (expected(nudged(1e-5)) - expected(nudged(-1e-5))) / 2e-5;
        assert.ok(Math.abs(estimate - slope) < 1e-8, `edge ${edge}, operation ${k}: ${estimate} against ${slope}`);
      }),
    );
  });

  it('evolution and the controller beat random search on average over 20 seeds, on a reward with structure', async () => {
    const mean = async (search: typeof randomSearch): Promise<number> => {
      let sum = 0;
      for (let seed = 0; seed < 20; seed++) sum += bestSoFar(await search(reward, { trials: 100, seed }))[99];
      return sum / 20;
    };
    const baseline = await mean(randomSearch);
    assert.ok((await mean(regularizedEvolution())) > baseline);
    assert.ok((await mean(reinforce())) > baseline);
  });

  it('refuses a reward that is no number', async () => {
    await assert.rejects(
      randomSearch(() => NaN, { trials: 1, seed: 1 }),
      /The reward of .* is NaN/,
    );
  });
});
