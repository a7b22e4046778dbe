/**
 * Numbers that look random and are the same in every run and on every machine, as they are made of 32-bit integer steps
 * only: neither a grade nor a network's first weights depend on luck.
 */
import { wholeNumber } from './options';

/** A source of numbers in [0, 1), multiples of 2^-32. */
export type Random = () => number;

/**
 * sfc32 (Doty-Humphrey, PractRand): 128 bits of state, of which `seed` and `stream` fill the first 96.
 *
 * @param seed - any whole number
 * @param stream - another stream gives independent numbers from the same seed; 0, 1, ... 2^32 - 1
 * @throws if either is not such a number
 */
export function seeded(seed: number, stream = 0): Random {
  wholeNumber('seed', seed, -Infinity);
  wholeNumber('stream of random numbers', stream, 0, 2 ** 32 - 1);
  let a = seed | 0;
  let b = Math.floor(seed / 2 ** 32) | 0;
  let c = stream | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round++) next();
  return () => next() / 2 ** 32;
}

/** A whole number in 0 .. n - 1; n is at most 2^20, which keeps the product exact. */
export function below(random: Random, n: number): number {
  return Math.floor(random() * n);
}

/** A draw from the normal distribution with mean 0 and deviation 1 (Marsaglia's polar method). */
export function normal(random: Random): number {
  for (;;) {
    const u = 2 * random() - 1;
    const v = 2 * random() - 1;
    const square = u * u + v * v;
    if (square > 0 && square < 1) return u * Math.sqrt((-2 * Math.log(square)) / square);
  }
}

/** Brings `values` into random order, in place (Fisher-Yates). */
export function shuffle<T extends { length: number; [index: number]: number }>(values: T, random: Random): T {
  for (let i = values.length - 1; i > 0; i--) {
    const j = below(random, i + 1);
    const value = values[i];
    values[i] = values[j];
    values[j] = value;
  }
  return values;
}

/** A stand-in for Math.random: mulberry32 of Tommy Ettinger, 32 bits of state. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
