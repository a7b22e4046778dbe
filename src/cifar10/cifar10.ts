/** CIFAR-10 where its files are: in the folder that CNN_KIT_DATA names, or where `npm run data -- cifar10` has put them. */
import fs from 'node:fs';
import path from 'node:path';
import { check, text } from '../base/options';
import { CIFAR10_CLASSES, CIFAR10_FILES, PLANE, readCifar10, refuseSplit } from '../data/cifar10';
import { type ImageSet, withText } from '../data/imageSet';
import { provideCifar10 } from '../data/lectureImages';
import { call, ROOT } from '../node/root';

/** Where `npm run data -- cifar10` puts the files. */
export const CIFAR10_CACHE = path.join(ROOT, 'data', 'cache', 'cifar10');

const OFFICIAL_LENGTH = { train: 50_000, test: 10_000 };

/** The folder to read CIFAR-10 from: the environment's CNN_KIT_DATA, which holds the .bin files, else data/cache/cifar10. */
function cifar10Folder(): string {
  return process.env.CNN_KIT_DATA || CIFAR10_CACHE;
}

/**
 * The training images (data_batch_1.bin to data_batch_5.bin, as many of them as are there) or the test images
 * (test_batch.bin). The name tells when it is not the whole set.
 *
 * @param options.folder - where the files are; `cifar10Folder()` if not given
 * @throws if there is no such file, or one is not in the binary layout
 */
export function cifar10(options: { split: 'train' | 'test'; folder?: string }): ImageSet {
  refuseSplit('split of cifar10', options?.split);
  check('cifar10', options, { split: refuseSplit, folder: text });
  const { split, folder = cifar10Folder() } = options;
  const wanted = CIFAR10_FILES[split];
  const files = wanted.map(file => path.join(folder, file)).filter(file => fs.existsSync(file));
  if (!files.length) {
    throw new Error(`There is no ${wanted[0]} in ${folder}; run \`${call('data', 'cifar10')}\`, or set CNN_KIT_DATA.`);
  }
  const parts = files.map(file => readCifar10(fs.readFileSync(file), file));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const images = new Uint8Array(length * 3 * PLANE);
  const labels = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    images.set(part.images, at * 3 * PLANE);
    labels.set(part.labels, at);
    at += part.length;
  }
  const whole = OFFICIAL_LENGTH[split];
  const name = `CIFAR-10 ${split}` + (length === whole ? '' : ` (${length} of ${whole} images)`);
  return withText({ name, images, labels, shape: [32, 32, 3], classes: [...CIFAR10_CLASSES], length });
}

provideCifar10(split => {
  const { CNN_KIT_DATA } = process.env;
  if (CNN_KIT_DATA === 'offline') return undefined;
  const isHere = Object.values(CIFAR10_FILES).every(files => fs.existsSync(path.join(CIFAR10_CACHE, files[0])));
  return CNN_KIT_DATA || isHere ? cifar10({ split }) : undefined;
});
