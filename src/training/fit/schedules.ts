import { numbers, only, shown } from '../../base/options';

/** The learning rate at `step` (0, 1, ...) of a run that is to take `steps` steps. */
export type Schedule = (step: number, steps: number) => number;

/** The same learning rate at every step. */
export function constant(learningRate: number): Schedule {
  assertRate('constant', 'the learning rate', learningRate);
  return () => learningRate;
}

/** Multiplies the rate by `factor` at each of `at`, given as fractions of the run: AlexNet's "divided by 10" (section 5). */
export function steps(learningRate: number, options: { at?: number[]; factor?: number } = {}): Schedule {
  refuseOptions('steps', options, ['at', 'factor']);
  const { at = [0.5, 0.75], factor = 0.1 } = options;
  numbers('option at of steps', at);
  assertRate('steps', 'the learning rate', learningRate);
  assertShare('steps', 'factor', factor);
  at.forEach(fraction => assertShare('steps', 'each of `at`', fraction));
  return (step, total) => learningRate * factor ** at.filter(fraction => step >= fraction * total).length;
}

/** Half a cosine from `learningRate` down to `end`. Loshchilov and Hutter, arXiv 1608.03983, equation 5, one period. */
export function cosine(learningRate: number, options: { end?: number } = {}): Schedule {
  refuseOptions('cosine', options, ['end']);
  const { end = 0 } = options;
  assertRate('cosine', 'the learning rate', learningRate);
  assertRate('cosine', '`end`', end);
  return (step, total) => between(learningRate, end, share(step, total));
}

/** `cycles` half cosines one after the other, each from `learningRate` to 0. Huang et al., "Snapshot Ensembles", arXiv 1704.00109, equation 2. */
export function cosineCycles(learningRate: number, cycles: number): Schedule {
  assertRate('cosineCycles', 'the learning rate', learningRate);
  if (!Number.isInteger(cycles) || cycles < 1) {
    throw new Error(`cosineCycles: there are ${shown(cycles)} cycles; expected a whole number from 1.`);
  }
  return (step, total) => {
    const length = Math.max(Math.ceil(total / cycles), 1);
    return between(learningRate, 0, (step % length) / length);
  };
}

/**
 * Rises linearly for the first `warmSteps` steps, then follows `after` as if the run began there; a run that is no longer
 * than that only rises. Goyal et al., arXiv 1706.02677, 2.2.
 */
export function warmUp(warmSteps: number, after: Schedule): Schedule {
  if (!Number.isInteger(warmSteps) || warmSteps < 0) {
    throw new Error(`warmUp: there are ${shown(warmSteps)} steps to warm up; expected a whole number from 0.`);
  }
  if (typeof after !== 'function' || typeof (after as (step: number, steps: number) => unknown)(0, 1) !== 'number') {
    throw new Error(`warmUp: what follows is ${shown(after)}; expected a schedule, as cosine(0.1) makes one.`);
  }
  return (step, total) => {
    const left = Math.max(total - warmSteps, 1);
    return step < warmSteps ? (after(0, left) * (step + 1)) / warmSteps : after(step - warmSteps, left);
  };
}

/**
 * Rises by a cosine from `peak / start` to `peak` in the first `rise` of the run, then falls to `peak / (start * end)`.
 * Smith and Topin, arXiv 1708.07120, in the form and with the defaults of PyTorch's OneCycleLR.
 */
export function oneCycle(peak: number, options: { rise?: number; start?: number; end?: number } = {}): Schedule {
  refuseOptions('oneCycle', options, ['rise', 'start', 'end']);
  const { rise = 0.3, start = 25, end = 1e4 } = options;
  assertRate('oneCycle', 'the peak', peak);
  assertShare('oneCycle', 'rise', rise);
  for (const [name, divisor] of Object.entries({ start, end })) {
    if (!(typeof divisor === 'number' && divisor >= 1 && Number.isFinite(divisor))) {
      throw new Error(
        `oneCycle: ${name} is ${shown(divisor)}; expected a finite number from 1, by which the rate is divided.`,
      );
    }
  }
  return (step, total) => {
    const top = rise * total - 1;
    if (top > 0 && step <= top) return between(peak / start, peak, step / top);
    return between(peak, peak / start / end, share(step - Math.max(top, 0), total - 1 - Math.max(top, 0)));
  };
}

/** From one number to another by half a cosine. */
function between(from: number, to: number, fraction: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * fraction))) / 2;
}

/** How much of a stretch is over, 0 to 1, also of one without length. */
function share(step: number, length: number): number {
  return length > 0 ? Math.min(Math.max(step / length, 0), 1) : 0;
}

/** Not numbers: `fit` that is given the schedule's maker itself calls it as a schedule, and says so by what it gives. */
function refuseOptions(schedule: string, options: object, names: string[]): void {
  if (typeof (options as unknown) !== 'number') only(schedule, options, names);
}

function assertRate(schedule: string, what: string, rate: number): void {
  if (typeof rate === 'number' && rate >= 0 && Number.isFinite(rate)) return;
  throw new Error(`${schedule}: ${what} is ${shown(rate)}; expected a finite number from 0.`);
}

function assertShare(schedule: string, what: string, value: number): void {
  if (typeof value === 'number' && value >= 0 && value <= 1) return;
  throw new Error(`${schedule}: ${what} is ${shown(value)}; expected a number from 0 to 1.`);
}
