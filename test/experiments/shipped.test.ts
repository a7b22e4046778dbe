/** What the papers claim and the lectures say of the results that came with the kit. */
import assert from 'node:assert/strict';
import { shippedExperiment, shippedNames } from '../../src';
import type { Trained } from '../../src/experiments/compareVariants';
import type { PlainAgainstResidual } from '../../src/experiments/plainAgainstResidual';

describe('the results that came with the kit', () => {
  it('compare networks that have all learned something: one at chance makes any other look good', () => {
    for (const name of shippedNames()) {
      const { networks = [] } = shippedExperiment<{ networks?: Partial<Trained>[] }>(name).result;
      for (const { variant, runs = [] } of networks)
        for (const { trainError } of runs) assert.ok(trainError < 0.85, `${name}: ${variant} has ${trainError} of ten classes wrong`); // prettier-ignore
    }
  });

  it('show figure 6 of the ResNet paper: 56 plain layers train worse than 20, 56 residual ones better', () => {
    const { result, made } = shippedExperiment<PlainAgainstResidual>('plain-against-residual');
    const last = (kind: string, depth: number, seed: number): number =>
      result.runs.find(run => run.kind === kind && run.depth === depth && run.seed === seed)!.trainErrors.at(-1)!;
    const seeds = [...new Set(result.runs.map(({ seed }) => seed))];
    assert.ok(seeds.length > 1);
    for (const seed of seeds) {
      assert.ok(last('plain', 56, seed) > last('plain', 20, seed), `plain, seed ${seed}`);
      assert.ok(last('residual', 56, seed) < last('residual', 20, seed), `residual, seed ${seed}`);
      for (const depth of [20, 56]) assert.ok(last('residual', depth, seed) < last('plain', depth, seed), `${depth}`);
    }
    assert.ok(
      made.images.every(name => name.includes('CIFAR-10')),
      made.images.join(),
    );
  });
});
