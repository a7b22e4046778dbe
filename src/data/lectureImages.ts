/** The images that the lectures train on, whatever is there. */
import fs from 'node:fs';
import path from 'node:path';
import { cifar10, CIFAR10_CACHE, CIFAR10_FILES, refuseSplit } from './cifar10';
import { check, wholeNumber } from '../base/options';
import { type ImageSet, subset } from './imageSet';
import { offlineImages } from './offline';

/**
 * CIFAR-10 where CNN_KIT_DATA names its folder or `npm run data -- cifar10` has brought it, else the offline images; the
 * set's name tells which. `CNN_KIT_DATA=offline` asks for the offline images.
 *
 * @param options.count - at most so many images, the first ones; all if not given
 * @throws if an option is unknown or out of its range, or CNN_KIT_DATA names a folder without CIFAR-10
 */
export function lectureImages(options: { split: 'train' | 'test'; count?: number }): ImageSet {
  const { split, count } = options ?? {};
  check('lectureImages', options ?? {}, {
    split: refuseSplit,
    count: (what, value: number) => wholeNumber(what, value),
  });
  refuseSplit('split of lectureImages', split);
  if (process.env.CNN_KIT_DATA === 'offline') return offlineImages({ split, count });
  const here = Object.values(CIFAR10_FILES).every(files => fs.existsSync(path.join(CIFAR10_CACHE, files[0])));
  if (!process.env.CNN_KIT_DATA && !here) return offlineImages({ split, count });
  const set = cifar10({ split });
  return count === undefined || count >= set.length ? set : subset(set, count);
}
