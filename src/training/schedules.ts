/** The learning rate at `step` (0, 1, ...) of a run that is to take `steps` steps. */
export type Schedule = (step: number, steps: number) => number;

/** The same learning rate at every step. */
export const constant =
  (learningRate: number): Schedule =>
  () =>
    learningRate;

/** Multiplies the rate by `factor` at each of `at`, given as fractions of the run: AlexNet's "divided by 10" (section 5). */
export const steps =
  (learningRate: number, { at = [0.5, 0.75], factor = 0.1 } = {}): Schedule =>
  (step, total) =>
    learningRate * factor ** at.filter(fraction => step >= fraction * total).length;

/** Half a cosine from `learningRate` down to `end`. Loshchilov and Hutter, arXiv 1608.03983, equation 5, one period. */
export const cosine =
  (learningRate: number, { end = 0 } = {}): Schedule =>
  (step, total) =>
    end + ((learningRate - end) * (1 + Math.cos((Math.PI * step) / total))) / 2;

/** `cycles` half cosines one after the other, each from `learningRate` to 0. Huang et al., "Snapshot Ensembles", arXiv 1704.00109, equation 2. */
export const cosineCycles =
  (learningRate: number, cycles: number): Schedule =>
  (step, total) => {
    const length = Math.ceil(total / cycles);
    return (learningRate / 2) * (1 + Math.cos((Math.PI * (step % length)) / length));
  };

/** Rises linearly for the first `warmSteps` steps, then follows `after` as if the run began there. Goyal et al., arXiv 1706.02677, 2.2. */
export const warmUp =
  (warmSteps: number, after: Schedule): Schedule =>
  (step, total) =>
    step < warmSteps
      ? (after(0, total - warmSteps) * (step + 1)) / warmSteps
      : after(step - warmSteps, total - warmSteps);

/**
 * Rises by a cosine from `peak / start` to `peak` in the first `rise` of the run, then falls to `peak / (start * end)`.
 * Smith and Topin, arXiv 1708.07120, in the form and with the defaults of PyTorch's OneCycleLR.
 */
export const oneCycle =
  (peak: number, { rise = 0.3, start = 25, end = 1e4 } = {}): Schedule =>
  (step, total) => {
    const top = rise * total - 1;
    const between = (from: number, to: number, fraction: number): number =>
      to + ((from - to) * (1 + Math.cos(Math.PI * fraction))) / 2;
    return step <= top
      ? between(peak / start, peak, step / top)
      : between(peak, peak / start / end, (step - top) / (total - 1 - top));
  };
