/** The checks of a network's options, for the files of architectures. */
import { among, between, positive, refuse, wholeNumber } from '../../base/options';

export {
  among,
  anything,
  boolean,
  check,
  type Check,
  type Checks,
  choose,
  given,
  keyOf,
  positive,
  refuse,
  wholeNumber,
  withDepth,
} from '../../base/options';
export { MODEL_OPTIONS } from './block';

export interface StemOptions {
  /**
   * How the network begins: 'imagenet', as the paper has it; or 'cifar', usual for 32 x 32 images: at stride 1 where it begins
   * at 2 or more, and without the pooling that may follow.
   */
  stem?: 'imagenet' | 'cifar';
}

export const STEM = among<'imagenet' | 'cifar'>('imagenet', 'cifar');

/** A share of units or maps that training sets to zero. */
export const dropoutRate = (what: string, value: number): void => between(what, value, 0, 1);

export const whole = (what: string, value: number): void => wholeNumber(what, value);

export const factor = (what: string, value: number): void => positive(what, value);

/** A check for the widths of so many layers, each a multiple of `step`. */
export function widths(count: number, step = 1): (what: string, value: readonly number[]) => void {
  return (what, value) => {
    const list: unknown = value;
    const isWidth = (n: unknown): boolean => typeof n === 'number' && n > 0 && Number.isInteger(n / step);
    if (!Array.isArray(list) || list.length !== count || !list.every(isWidth)) {
      refuse(what, value, `${count} whole numbers above 0${step > 1 ? `, multiples of ${step}` : ''}`);
    }
  };
}
