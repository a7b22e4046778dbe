/** ZFNet's cure of AlexNet's first layer: 7 x 7 filters with stride 2 for 11 x 11 with stride 4. */
import type * as tf from '@tensorflow/tfjs';
import type { ImageSet } from '../data';
import { imageGrid } from '../display';
import * as layers from '../layers';
import { compareFirstLayers, filterActivity, filterImages, filterMeasures } from '../visualize';
import { compareVariants, percent, errorsOf, type Trained, variantsChart, verdict } from './compareVariants';
import { at, type Experiment, median } from './experiment';
import { pack, type PackedImage, unpack } from './pictures';

const ALEXNET = '11 x 11, stride 4';
const ZFNET = '7 x 7, stride 2';
/** Share of a filter's energy on natural images, folded by the stride: more than this counts as aliased. */
const LIMIT = 0.5;

interface FirstLayer {
  seed: number;
  /** Shares of the filters. */
  dead: number;
  aliased: number;
  /** Mean shares of the energy. */
  aliasing: number;
  low: number;
  middle: number;
  high: number;
}

export interface FirstLayers {
  filters: Record<string, { picture: PackedImage; aliasing: number; dead: boolean }[]>;
  measures: Record<string, FirstLayer[]>;
  networks: Trained[];
}

export const firstLayers: Experiment<FirstLayers> = {
  title: 'Seeing what is wrong with the first layer',
  claim:
    'Filters of 7 x 7 with stride 2 in place of 11 x 11 with stride 4 have fewer dead ones and less aliasing, and lower the top-5 error from 18.1% to 16.5%.',
  source: 'Zeiler & Fergus, 2013 (arXiv 1311.2901), section 4.1, figures 5 and 6, table 2',
  minutes: { quick: 0.3, lecture: 2, long: 5 },

  async run({ seed, scale, images, log }) {
    const train = doubled(images({ split: 'train', count: at(scale, 100, 800, 1500) }));
    const test = doubled(images({ split: 'test', count: at(scale, 50, 400, 500) }));
    const filters: FirstLayers['filters'] = {};
    const measures: FirstLayers['measures'] = { [ALEXNET]: [], [ZFNET]: [] };
    const networks = await compareVariants(
      {
        [ALEXNET]: { build: networkSeed => network(train, 11, networkSeed) },
        [ZFNET]: { build: networkSeed => network(train, 7, networkSeed) },
      },
      {
        train,
        test,
        seeds: Array.from({ length: at(scale, 1, 2, 3) }, (_, i) => seed + i),
        options: { epochs: at(scale, 1, 8, 10), batchSize: 64, learningRate: 0.02, weightDecay: 5e-4 },
        look: async (variant, networkSeed, model) => {
          const [{ network: _, filters: __, colourless: ___, ...row }] = await compareFirstLayers([model], test, {
            aliasedAbove: LIMIT,
          });
          measures[variant].push({ seed: networkSeed, ...row });
          if (filters[variant]) return;
          const activity = await filterActivity(model, test);
          const aliasing = filterMeasures(model);
          filters[variant] = filterImages(model).map((picture, i) => ({
            picture: pack(picture),
            aliasing: aliasing[i].aliasing,
            dead: activity[i].dead,
          }));
        },
        log,
        part: (_, compute) => compute(),
      },
    );
    return { filters, measures, networks };
  },

  figure({ filters, networks }) {
    const grids = Object.entries(filters).map(([variant, row]) =>
      imageGrid(
        row.map(({ picture }) => unpack(picture)),
        {
          columns: 16,
          scale: variant === ALEXNET ? 4 : 6,
          titles: row.map(({ aliasing, dead }) => (dead ? 'dead' : aliasing.toFixed(2))),
          caption: `${variant}: filters, with the share of their energy that the stride folds`,
        },
      ),
    );
    return [...grids, variantsChart(networks, 'First layers of AlexNet and of ZFNet')];
  },

  numbers: ({ measures, networks }) => [
    Object.entries(measures).map(([variant, rows]) => {
      const middle = (of: 'dead' | 'aliased' | 'aliasing' | 'middle'): string =>
        percent(median(rows.map(row => row[of])), 0);
      return {
        'first layer': variant,
        dead: middle('dead'),
        aliased: middle('aliased'),
        'energy folded': middle('aliasing'),
        'of it at middle frequencies': middle('middle'),
      };
    }),
    errorsOf(networks),
  ],

  conclusion({ networks }) {
    const [alexnet, zfnet] = networks;
    return `${verdict(zfnet, alexnet)}; the paper claims 1.6 points (top-5).`;
  },
};

/**
 * Both networks see the same from the second layer's maps on: 7 x 7 of them, as ZFNet's second layer has stride 2 where
 * AlexNet's has 1.
 */
function network({ shape, classes }: ImageSet, size: 11 | 7, seed: number): tf.LayersModel {
  const { convRelu, dense, flatten, maxPool, model, named } = layers;
  // Small at first, so that what is seen was learned.
  const init = { deviation: 0.01 };
  const [first, second] =
    size === 11
      ? [convRelu(32, 11, { stride: 4, padding: 2, init }), convRelu(48, 5)]
      : [convRelu(32, 7, { stride: 2, padding: 2, init }), convRelu(48, 5, { stride: 2 })];
  return model(
    size === 11 ? 'alexnetLike' : 'zfnetLike',
    { inputShape: shape, seed },
    named('conv1', first), // 15 x 15 or 31 x 31
    named('pool1', maxPool(3, 2)), // 7 x 7 or 15 x 15
    named('conv2', second), // 7 x 7 or 8 x 8
    named('pool2', maxPool(3, 2)), // 3 x 3
    named('conv3', convRelu(64, 3)), // 3 x 3
    named('output', flatten(), dense(classes.length)),
  );
}

/** Every pixel four times: 64 x 64, so that filters of 11 x 11 have something to stride over. */
function doubled(set: ImageSet): ImageSet {
  const [height, width, channels] = set.shape;
  const images = new Uint8Array(4 * set.images.length);
  const row = 2 * width * channels;
  for (let i = 0, to = 0; i < set.images.length; i += width * channels, to += 2 * row) {
    for (let x = 0; x < width; x++) {
      const pixel = set.images.subarray(i + x * channels, i + (x + 1) * channels);
      images.set(pixel, to + 2 * x * channels);
      images.set(pixel, to + (2 * x + 1) * channels);
    }
    images.copyWithin(to + row, to, to + row);
  }
  return { ...set, name: `${set.name}, enlarged twice`, images, shape: [2 * height, 2 * width, channels] };
}
