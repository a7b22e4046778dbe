/** The images that the lectures train on, whatever is there. */
import { check, wholeNumber } from '../base/options';
import { refuseSplit } from './cifar10';
import { type ImageSet, subset } from './imageSet';
import { offlineImages } from './offline';

let cifar10AtHand: ((split: 'train' | 'test') => ImageSet | undefined) | undefined;

/** Tells where CIFAR-10 is to be had: a function that gives it, or nothing where it is not at hand or not wanted. */
export function provideCifar10(find: typeof cifar10AtHand): void {
  cifar10AtHand = find;
}

/**
 * CIFAR-10 where CNN_KIT_DATA names its folder or `npm run data -- cifar10` has brought it, else the offline images; the
 * set's name tells which. `CNN_KIT_DATA=offline` asks for the offline images.
 *
 * @param options the split, and in `count` at most how many images, the first ones; all if not given
 * @example lectureImages({ split: 'train', count: 512 })
 * @throws if an option is unknown or out of its range, or CNN_KIT_DATA names a folder without CIFAR-10
 */
export function lectureImages(options: { split: 'train' | 'test'; count?: number }): ImageSet {
  const { split, count } = options ?? {};
  check('lectureImages', options ?? {}, {
    split: refuseSplit,
    count: (what, value: number) => wholeNumber(what, value),
  });
  refuseSplit('split of lectureImages', split);
  const set = cifar10AtHand?.(split);
  if (!set) return offlineImages({ split, count });
  return count === undefined || count >= set.length ? set : subset(set, count);
}
