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

  it('is finite, at least 0 and at most its peak at every step of runs of every length', () => {
    const PEAK = 0.4;
    const schedules: Record<string, Schedule> = {
      constant: constant(PEAK),
      steps: steps(PEAK),
      'steps, at the ends': steps(PEAK, { at: [0, 1], factor: 0 }),
      cosine: cosine(PEAK),
      'cosine, with an end': cosine(PEAK, { end: 0.1 }),
      'cosine of 0': cosine(0),
    };
    for (const cycles of [1, 2, 3, 7, 100]) schedules[`${cycles} cycles`] = cosineCycles(PEAK, cycles);
    for (const rise of [0, 0.05, 0.3, 0.5, 0.99, 1]) {
      schedules[`oneCycle, rise ${rise}`] = oneCycle(PEAK, { rise });
      schedules[`oneCycle, rise ${rise}, flat`] = oneCycle(PEAK, { rise, start: 1, end: 1 });
    }
    for (const [name, schedule] of Object.entries(schedules)) {
      for (const warm of [0, 1, 5, 40, 1000])
        schedules[`${warm} steps of warming up, then ${name}`] = warmUp(warm, schedule);
    }
    for (const [name, schedule] of Object.entries(schedules)) {
      for (const total of [1, 2, 3, 4, 5, 7, 10, 33, 40, 41, 100]) {
        for (let step = 0; step <= total; step++) {
          const rate = schedule(step, total);
          assert.ok(rate >= 0 && rate <= PEAK * (1 + 1e-12), `${name}: step ${step} of ${total} has the rate ${rate}`);
        }
      }
    }
  });

  it('a run that is as long as the warming up, or shorter, only rises', () => {
    near(at(warmUp(4, cosine(0.8)), 4, 0, 1, 2, 3), [0.2, 0.4, 0.6, 0.8]);
    near(at(warmUp(8, cosine(0.8)), 2, 0, 1), [0.1, 0.2]);
  });

  it('refuses what is no rate, share or schedule, when it is made', () => {
    const wrong: [make: () => Schedule, message: RegExp][] = [
      [() => constant(-0.1), /^constant: the learning rate is -0\.1; expected a finite number from 0\.$/],
      [() => cosine(NaN), /^cosine: the learning rate is NaN;/],
      [() => cosine('0.1' as never), /^cosine: the learning rate is '0\.1';/],
      [() => cosine(0.1, { end: -1 }), /^cosine: `end` is -1;/],
      [() => cosineCycles(0.1, 0), /^cosineCycles: there are 0 cycles; expected a whole number from 1\.$/],
      [() => cosineCycles(0.1, 2.5), /there are 2\.5 cycles/],
      [() => steps(Infinity), /^steps: the learning rate is Infinity;/],
      [() => steps(0.1, { at: [2] }), /^steps: each of `at` is 2; expected a number from 0 to 1\.$/],
      [() => steps(0.1, { factor: -1 }), /^steps: factor is -1;/],
      [() => oneCycle(0.1, { rise: 1.5 }), /^oneCycle: rise is 1\.5;/],
      [() => oneCycle(0.1, { start: 0 }), /^oneCycle: start is 0; expected a finite number from 1/],
      [
        () => warmUp(5, cosine as never),
        /^warmUp: what follows is the function cosine; expected a schedule, as cosine\(0\.1\) makes one\.$/,
      ],
      [() => warmUp(5, 0.1 as never), /^warmUp: what follows is 0\.1;/],
      [() => warmUp(-1, cosine(0.1)), /^warmUp: there are -1 steps/],
    ];
    for (const [make, message] of wrong) assert.throws(make, { message });
  });
});

const ONE_CYCLE = [
  0.0040000000000000036, 0.052000000000000005, 0.1, 0.09504846320134738, 0.0811745653949763, 0.06112620219362893,
  0.03887419780637107, 0.0188258346050237, 0.004951936798652629, 4e-7,
];
