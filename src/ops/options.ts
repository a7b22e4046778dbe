/** The checks of what operations that slide windows take. */
import { refuse } from '../base/options';
import type { Padding } from './convolution';
import type { Pair } from './window';

/** @throws unless it is a whole number from `least`, or two of them */
export function pairOf(what: string, value: Pair, least = 1): void {
  const lengths: unknown = Array.isArray(value) ? value : [value, value];
  const isPair =
    (lengths as number[]).length === 2 && (lengths as number[]).every(n => Number.isInteger(n) && n >= least);
  if (!isPair) refuse(what, value, `a whole number from ${least}, or [vertical, horizontal]`);
}

export function paddingOf(what: string, value: Padding): void {
  if (value === 'same' || value === 'valid') return;
  const sides: unknown = Array.isArray(value) ? value : [value, value];
  const isPadding = (sides as number[]).length === 2 && (sides as number[]).every(n => Number.isInteger(n) && n >= 0);
  if (!isPadding) refuse(what, value, "a whole number from 0, [rows, columns], 'same' or 'valid'");
}
