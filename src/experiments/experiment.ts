/** What a named experiment is: a paper's claim, the run that tests it, and the figure of what came out. */
import type { ImageSet } from '../data';
import type { Figure } from '../display';
import { choose } from '../base/options';

/** quick: seconds, shows that it runs. lecture: minutes on two cores. long: what is shipped in data/results. */
export type Scale = 'quick' | 'lecture' | 'long';

export const SCALES: readonly Scale[] = ['quick', 'lecture', 'long'];

export interface Setting {
  /** Seed for all randomness: the same seed and scale give the same result on the same backend. */
  seed: number;
  scale: Scale;
  /** The images that the experiment is to use, by default those of `lectureImages`. */
  images: (options: { split: 'train' | 'test'; count?: number }) => ImageSet;
  /** Tells how far it is, one line at a time. */
  log: (line: string) => void;
  /**
   * What `compute` gives, as plain JSON, kept under this name: an experiment that was interrupted does not compute it again.
   * Whatever it computes must follow from the seed, the scale and the name.
   */
  part: <T>(name: string, compute: () => Promise<T>) => Promise<T>;
}

export interface Experiment<Result = any> {
  title: string;
  /** What the paper says, in one sentence, with its numbers. */
  claim: string;
  /** Where it says so: authors, year, section or figure. */
  source: string;
  /** About how long it takes on two cores, at each scale. */
  minutes: Record<Scale, number>;
  /** Gives plain JSON; times of the clock only under `measured`. Disposes of every tensor that it makes. */
  run(setting: Setting): Promise<Result>;
  /** Draws from the result alone, also from one that was read from a file. Several figures stand below each other. */
  figure(result: Result): Figure | Figure[];
  /** What came out in numbers: small tables, with a row for each of what is compared. */
  numbers?(result: Result): Record<string, string | number>[][];
  /** What follows from it, in a sentence or two, beside the claim. */
  conclusion(result: Result): string;
}

/** The value for this scale: `at(scale, 500, 3000, 6000)`. */
export const at = <T>(scale: Scale, quick: T, lecture: T, long: T): T =>
  choose({ quick, lecture, long }, scale, 'scale');

/** The middle of the values, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
