/** Mean and deviation of a set's pixels, by which training sees its images. */
import { type ImageSet, refuseEmpty, refuseSet, standardization, withText } from './imageSet';

const statistics = new WeakMap<ImageSet, { mean: number[]; std: number[] }>();

/**
 * Mean and deviation of each channel over the whole set, pixels in [0, 1]: what `batches` takes as `mean` and `std`.
 * Computed once for each set; `standardized` gives a training set's to the test set too.
 */
export function channelStatistics(set: ImageSet): { mean: number[]; std: number[] } {
  let found = statistics.get(set);
  if (!found) {
    refuseEmpty(set);
    const channels = set.shape[2];
    const sums = new Array<number>(channels).fill(0);
    const squares = new Array<number>(channels).fill(0);
    for (let i = 0, channel = 0; i < set.images.length; i++) {
      sums[channel] += set.images[i];
      squares[channel] += set.images[i] * set.images[i];
      if (++channel === channels) channel = 0;
    }
    const pixels = set.images.length / channels;
    const mean = sums.map(sum => sum / pixels / 255);
    const std = squares.map((square, c) => Math.sqrt(Math.max(0, square / pixels / 255 ** 2 - mean[c] ** 2)));
    statistics.set(set, (found = { mean, std }));
  }
  return { mean: [...found.mean], std: [...found.std] };
}

/**
 * The set with the mean and the deviation of each channel that `of` has over all its images: with those of the training
 * set for the training, the validation and the test set, all three are seen alike.
 *
 * @throws if `of` is empty, has other channels, or a channel whose pixels are all the same
 */
export function standardized(set: ImageSet, of = set): ImageSet {
  refuseSet(set);
  const { mean, std } = channelStatistics(of);
  const result = withText({ ...set, mean, std });
  standardization(result);
  return result;
}
