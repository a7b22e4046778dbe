/** What the papers claim and the lectures say of the results that came with the kit. */
import assert from 'node:assert/strict';
import { shippedExperiment } from '../../src';
import { shippedNames } from '../../src/experiments';
import type { AugmentationResult } from '../../src/experiments/augmentation';
import type { Trained } from '../../src/experiments/compareVariants';
import { median } from '../../src/experiments/experiment';
import type { PlainAgainstResidual } from '../../src/experiments/plainAgainstResidual';

describe('the results that came with the kit', () => {
  it('compare networks that have all learned something: one at chance makes any other look good', () => {
    for (const name of shippedNames()) {
      const { networks = [] } = shippedExperiment<{ networks?: Partial<Trained>[] }>(name).result;
      for (const { variant, runs = [] } of networks)
        for (const { trainError } of runs)
          assert.ok(trainError < 0.85, `${name}: ${variant} has ${trainError} of ten classes wrong`);
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

  const networksOf = (name: string): Record<string, Trained['runs']> => {
    const { networks } = shippedExperiment<{ networks: Trained[] }>(name).result;
    return Object.fromEntries(networks.map(({ variant, runs }) => [variant, runs]));
  };

  it('show that windows that overlap overfit less, and that the seeds make a larger difference to the test error', () => {
    const { 'z = 3, s = 2, ceil': overlapping, 'z = 2, s = 2': tiling } = networksOf('overlapping-pooling');
    overlapping.forEach(({ trainError }, i) => assert.ok(trainError > tiling[i].trainError, `seed ${i}`));
    const errors = tiling.map(({ testError }) => testError);
    const difference = median(overlapping.map(({ testError }, i) => testError - errors[i]));
    assert.ok(Math.abs(difference) < Math.max(...errors) - Math.min(...errors));
  });

  for (const [name, without, withIt] of [
    ['dropout', 'no dropout', 'dropout 0.5'],
    ['augmentation', 'none', 'crop, reflection'],
  ]) {
    it(`show that ${withIt} brings training and test error together, and lowers no test error in so few steps`, () => {
      const { [without]: bare, [withIt]: helped } = networksOf(name);
      helped.forEach(({ testError, trainError }, i) =>
        assert.ok(testError - trainError < bare[i].testError - bare[i].trainError, `seed ${i}`),
      );
      assert.ok(median(helped.map(run => run.testError)) >= median(bare.map(run => run.testError)));
    });
  }

  it('show that ten crops make fewer errors than the centre alone', () => {
    const { tenCrops } = shippedExperiment<AugmentationResult>('augmentation').result;
    assert.ok(tenCrops.length > 1 && tenCrops.every(({ centreError, tenCropError }) => tenCropError < centreError));
  });
});
