/** Variants of a network, each trained from the same seeds on the same images. */
import type * as tf from '@tensorflow/tfjs';
import type { ImageSet } from '../data';
import { type Figure, palette, vegaLite } from '../display';
import { evaluate, fit, type FitOptions } from '../training';
import { median, type Setting } from './experiment';

export interface Variant {
  build: (seed: number) => tf.LayersModel;
  options?: FitOptions;
  /** The test images as this variant takes them. */
  test?: ImageSet;
}

export interface Trained {
  variant: string;
  /** One for each seed: shares of wrong answers, and the mean cross-entropy on the test images. */
  runs: { trainError: number; testError: number; testLoss: number }[];
}

export interface CompareVariantsOptions extends Pick<Setting, 'log' | 'part'> {
  train: ImageSet;
  test: ImageSet;
  seeds: number[];
  options: FitOptions;
  /** Looks at a trained network, before it is disposed of. */
  look?: (variant: string, seed: number, model: tf.LayersModel) => Promise<void>;
}

/**
 * Trains every variant from every seed. Give a learning rate that rises from near zero, as `oneCycle` does: from a constant one
 * some networks without normalization never leave chance, and beside such a network anything looks like a gain.
 */
export async function compareVariants(
  variants: Readonly<Record<string, Variant>>,
  { train, test, seeds, options, look, log, part }: CompareVariantsOptions,
): Promise<Trained[]> {
  const rows: Trained[] = [];
  for (const [variant, { build, options: own, test: ownTest }] of Object.entries(variants)) {
    const runs: Trained['runs'] = [];
    for (const seed of seeds) {
      const run = async () => {
        const model = build(seed);
        try {
          const { trainError } = await fit(model, train, { ...options, ...own, seed, progress: false });
          const { loss, accuracy } = await evaluate(model, ownTest ?? test);
          await look?.(variant, seed, model);
          return { trainError, testError: 1 - accuracy, testLoss: loss };
        } finally {
          model.dispose();
        }
      };
      const trained = look ? await run() : await part(`${variant} ${seed}`, run);
      runs.push(trained);
      log(`${variant}, seed ${seed}: test error ${(100 * trained.testError).toFixed(1)}%`);
    }
    rows.push({ variant, runs });
  }
  return rows;
}

export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)}%`;

/** `a 40.1% (39.0 to 41.2)`: the median and range of the seeds. */
export function summary({ variant, runs }: Trained, of: 'testError' | 'trainError' = 'testError'): string {
  const values = runs.map(run => run[of]);
  const range = `${percent(Math.min(...values))} to ${percent(Math.max(...values))}`;
  return `${variant} ${percent(median(values))}${runs.length > 1 ? ` (${range})` : ''}`;
}

/**
 * Whether a variant is better than another in every seed, or in none: with few seeds nothing finer can be said.
 * @returns in words
 */
/** Test and training errors of each variant, in percent: the median of its seeds, and each of them. */
export const errorsOf = (rows: readonly Trained[]): Record<string, string>[] =>
  rows.map(({ variant, runs }) => {
    const middle = (of: 'testError' | 'trainError'): string => percent(median(runs.map(run => run[of])));
    return {
      variant,
      'test error': middle('testError'),
      'training error': middle('trainError'),
      'test error by seed': runs.map(run => percent(run.testError)).join(', '),
    };
  });

export function verdict(better: Trained, worse: Trained): string {
  const won = better.runs.filter(({ testError }, i) => testError < worse.runs[i].testError).length;
  const of = `in ${won} of ${better.runs.length} seeds`;
  const difference = median(better.runs.map(({ testError }, i) => worse.runs[i].testError - testError));
  return `${better.variant} makes ${(100 * Math.abs(difference)).toFixed(1)} points ${difference >= 0 ? 'fewer' : 'more'} test errors than ${worse.variant} (median), fewer ${of}`;
}

/** A point for each seed and a tick at the median, one row for each variant. */
export function variantsChart(rows: readonly Trained[], title: string): Figure {
  const values = rows.flatMap(({ variant, runs }) =>
    runs.flatMap(({ trainError, testError }) => [
      { variant, images: 'test', error: 100 * testError },
      { variant, images: 'training', error: 100 * trainError },
    ]),
  );
  const medians = rows.flatMap(({ variant, runs }) => [
    { variant, images: 'test', error: 100 * median(runs.map(({ testError }) => testError)) },
    { variant, images: 'training', error: 100 * median(runs.map(({ trainError }) => trainError)) },
  ]);
  const encoding = {
    y: {
      field: 'variant',
      type: 'nominal',
      sort: rows.map(({ variant }) => variant),
      title: null,
    },
    x: { field: 'error', type: 'quantitative', title: 'wrong answers (%)', scale: { zero: false } },
    color: {
      field: 'images',
      type: 'nominal',
      title: null,
      scale: { domain: ['test', 'training'], range: [palette[1], palette[0]] },
    },
  };
  const text = [title, ...rows.map(row => `  test: ${summary(row)}; training: ${summary(row, 'trainError')}`)].join(
    '\n',
  );
  return vegaLite(
    {
      title,
      width: 420,
      height: { step: 34 },
      data: { values },
      layer: [
        { mark: { type: 'point', filled: true, size: 45, opacity: 0.7 }, encoding },
        { data: { values: medians }, mark: { type: 'tick', thickness: 3, size: 22 }, encoding },
      ],
    },
    { text },
  );
}
