/** Label-preserving transformations: seen in a gallery, their effect on test errors, and ten crops at test time. */
import type * as tf from '@tensorflow/tfjs';
import {
  type Augmentation,
  augmentedImages,
  centreCrop,
  colourComponents,
  compose,
  cropTo,
  cutout,
  horizontalFlip,
  type Image,
  images as imagesOf,
  type ImageSet,
  pcaColour,
  randomCrop,
} from '../data';
import { imageGrid } from '../display';
import * as layers from '../layers';
import { compareCrops, oneCycle } from '../training';
import { compareVariants, percent, errorsOf, type Trained, variantsChart, verdict } from './compareVariants';
import { at, type Experiment, median } from './experiment';
import { pack, type PackedImage, unpack } from './pictures';

/** As 224 is of 256. */
const CROP = 28;
const COLUMNS = 8;

export interface AugmentationResult {
  gallery: { title: string; pictures: PackedImage[] }[];
  networks: Trained[];
  /** For each seed of the network trained on crops: the centre alone, and the mean of the probabilities of ten crops. */
  tenCrops: { centreError: number; tenCropError: number; gain: number; interval: [number, number]; lossGain: number }[];
}

export const augmentation: Experiment<AugmentationResult> = {
  title: 'Augmentation and ten-crop testing',
  claim:
    'Without crops and reflections the network overfits badly; changing the colours lowers the top-1 error by over 1 point, and ten crops at test time from 39.0% to 37.5%.',
  source: 'Krizhevsky et al., NIPS 2012, section 4.1 and table 1',
  minutes: { quick: 0.3, lecture: 4, long: 25 },

  async run({ seed, scale, images, log }) {
    const train = images({ split: 'train', count: at(scale, 100, 2000, 7000) });
    const test = images({ split: 'test', count: at(scale, 50, 500, 500) });
    const colours = colourComponents(train);
    const gallery = galleryOf(train, seed, {
      [`crop of ${CROP}`]: cropTo(CROP),
      'crop, padding 4': randomCrop({ padding: 4 }),
      reflection: horizontalFlip(),
      'colour, 0.1': pcaColour(colours),
      'colour, 1': pcaColour(colours, { deviation: 1 }),
      cutout: cutout(),
      'all three': compose(cropTo(CROP), horizontalFlip(), pcaColour(colours)),
    });
    const build = (networkSeed: number) => {
      const { chain, convRelu, dense, flatten, maxPool, model, named } = layers;
      return model(
        'fourLayers',
        { inputShape: [CROP, CROP, 3], seed: networkSeed },
        named('conv1', chain(convRelu(32, 5), maxPool(3, 2))),
        named('conv2', chain(convRelu(32, 5), maxPool(3, 2))),
        named('conv3', chain(convRelu(64, 3), maxPool(3, 2))),
        named('fc4', flatten(), dense(train.classes.length)),
      );
    };
    // The middle alone, as a cut that leaves nothing to chance.
    const middle = Object.assign<Augmentation, Pick<Augmentation, 'shapeAfter'>>(
      (pixels, shape) =>
        centreCrop({ ...train, images: pixels, labels: train.labels.subarray(0, 1), shape, length: 1 }, CROP).images,
      { shapeAfter: ([, , channels]) => [CROP, CROP, channels] },
    );
    const crops: AugmentationResult['tenCrops'] = [];
    const cropped = 'crop, reflection';
    const networks = await compareVariants(
      {
        none: { build, options: { augment: middle } },
        reflection: { build, options: { augment: compose(middle, horizontalFlip()) } },
        [cropped]: { build, options: { augment: compose(cropTo(CROP), horizontalFlip()) } },
        'crop, reflection, colour': {
          build,
          options: { augment: compose(cropTo(CROP), horizontalFlip(), pcaColour(colours)) },
        },
      },
      {
        train,
        test: centreCrop(test, CROP),
        seeds: Array.from({ length: at(scale, 1, 3, 3) }, (_, i) => seed + i),
        options: { epochs: at(scale, 1, 12, 20), batchSize: 64, learningRate: oneCycle(0.02), weightDecay: 5e-4 },
        look: async (variant, networkSeed, model) => {
          if (variant === cropped) crops.push(await tenCrops(model, test, networkSeed));
        },
        log,
        part: (_, compute) => compute(),
      },
    );
    return { gallery, networks, tenCrops: crops };
  },

  figure({ gallery, networks }) {
    return [
      imageGrid(
        gallery.flatMap(({ pictures }) => pictures.map(unpack)),
        {
          columns: COLUMNS,
          scale: 2,
          titles: gallery.flatMap(({ title, pictures }) => pictures.map((_, i) => (i ? '' : title))),
          caption: 'One image (first in each row as it is) under each augmentation',
        },
      ),
      variantsChart(networks, 'Errors with growing augmentation'),
    ];
  },

  numbers: ({ networks, tenCrops }) => [
    errorsOf(networks),
    tenCrops.map(({ centreError, tenCropError, interval }, i) => ({
      network: i + 1,
      'error on the centre': percent(centreError),
      'by ten crops': percent(tenCropError),
      'gain over the mean crop (95%)': `${percent(interval[0])} to ${percent(interval[1])}`,
    })),
  ],

  conclusion({ networks, tenCrops }) {
    const [none, , crop, colour] = networks;
    return (
      `${verdict(crop, none)}; ${verdict(colour, crop)}. ` +
      `The gap to the training error shrinks from ${percent(gap(none))} to ${percent(gap(crop))}. ` +
      `By ten crops the mean loss falls by ` +
      `${median(tenCrops.map(({ lossGain }) => lossGain)).toFixed(3)}, as it must (Jensen).`
    );
  },
};

const gap = ({ runs }: Trained): number => median(runs.map(({ testError, trainError }) => testError - trainError));

/** A grid of images of different sizes: each row begins with the image itself. */
function galleryOf(set: ImageSet, seed: number, steps: Record<string, Augmentation>): AugmentationResult['gallery'] {
  const [original] = imagesOf(set, [0]);
  return Object.entries(steps).map(([title, step]) => {
    const made: Image[] = augmentedImages(set, 0, step, { count: COLUMNS - 1, seed });
    return { title, pictures: [original, ...made].map(pack) };
  });
}

async function tenCrops(
  model: tf.LayersModel,
  test: ImageSet,
  seed: number,
): Promise<AugmentationResult['tenCrops'][0]> {
  const { members, ensemble, interval, lossGain } = await compareCrops(model, test, { seed });
  // Against the centre, which is number 4; the interval is of the gain over the mean of the crops.
  const [centreError, tenCropError] = [1 - members[4].accuracy, 1 - ensemble.accuracy];
  return { centreError, tenCropError, gain: centreError - tenCropError, interval, lossGain };
}
