import assert from 'node:assert/strict';
import { constant, cosine, cosineCycles, oneCycle, steps, warmUp, type Schedule } from '../../src/training';

const at = (schedule: Schedule, total: number, ...steps: number[]): number[] =>
  steps.map(step => schedule(step, total));
const near = (actual: number[], expected: number[]): void =>
  expected.forEach((value, i) =>
    assert.ok(Math.abs(actual[i] - value) < 1e-6 * Math.max(1, Math.abs(value)), `${actual}`),
  );

describe('learning-rate schedules', () => {
  it('constant stays', () => near(at(constant(0.3), 10, 0, 9), [0.3, 0.3]));

  it('steps divides by 10 at the given fractions', () =>
    near(
      at(steps(0.1, { at: [0.5, 0.75] }), 64000, 0, 31999, 32000, 47999, 48000, 63999),
      [0.1, 0.1, 0.01, 0.01, 1e-3, 1e-3],
    ));

  it('cosine goes from its rate over half of it to the end', () =>
    near(at(cosine(0.4, { end: 0.1 }), 100, 0, 50, 100), [0.4, 0.25, 0.1]));

  it('warmUp rises linearly to what follows, which then starts from its beginning', () =>
    near(at(warmUp(4, cosine(0.8)), 104, 0, 1, 3, 4, 54), [0.2, 0.4, 0.8, 0.8, 0.4]));

  // torch.optim.lr_scheduler.OneCycleLR(max_lr=0.1, total_steps=10), PyTorch 2.13: get_last_lr() before each step.
  it('oneCycle equals PyTorch on ten steps', () => near(at(oneCycle(0.1), 10, ...Array(10).keys()), ONE_CYCLE));
});

const ONE_CYCLE = [
  0.0040000000000000036, 0.052000000000000005, 0.1, 0.09504846320134738, 0.0811745653949763, 0.06112620219362893,
  0.03887419780637107, 0.0188258346050237, 0.004951936798652629, 4e-7,
];
