/** Pooling windows that overlap (3 x 3, stride 2) against those that tile (2 x 2, stride 2). */
import * as tf from '@tensorflow/tfjs';
import { images as imagesOf, type ImageSet } from '../data';
import { imageGrid } from '../display';
import * as layers from '../layers';
import { maxPool } from '../ops';
import { oneCycle } from '../training';
import { at, type Experiment } from './experiment';
import { compareVariants, errorsOf, type Trained, variantsChart, verdict } from './compareVariants';
import { pack, type PackedImage, unpack } from './pictures';

interface Rule {
  size: number;
  ceilMode: boolean;
}

/** Ceil gives 3 x 3 windows the sizes of 2 x 2 ones where a map's side is even, as here; floor where it is odd. */
const RULES: Readonly<Record<string, Rule>> = {
  'z = 3, s = 2, ceil': { size: 3, ceilMode: true },
  'z = 3, s = 2, floor': { size: 3, ceilMode: false },
  'z = 2, s = 2': { size: 2, ceilMode: false },
};

export interface OverlappingPooling {
  /** Sides of the maps after pooling three times, beginning with the side of AlexNet's first maps, and of ours. */
  sides: { rule: string; alexnet: number[]; here: number[] }[];
  pictures: { title: string; picture: PackedImage }[];
  /** Mean relative change of the pooled maps when the image moves by a pixel. */
  change: { rule: string; share: number }[];
  networks: Trained[];
}

export const overlappingPooling: Experiment<OverlappingPooling> = {
  title: 'Overlapping pooling',
  claim:
    'Windows of 3 x 3 with stride 2 lower the top-1 and top-5 error by 0.4 and 0.3 points against 2 x 2 with stride 2, which give maps of the same size.',
  source: 'Krizhevsky et al., NIPS 2012, section 3.4',
  minutes: { quick: 0.2, lecture: 3, long: 12 },

  async run({ seed, scale, images, log, part }) {
    const train = images({ split: 'train', count: at(scale, 100, 4000, 7000) });
    const test = images({ split: 'test', count: at(scale, 50, 500, 500) });
    const rules = Object.entries(RULES);
    const variants = rules.map(([name, rule]) => [name, { build: (seed: number) => network(train, rule, seed) }]);
    const networks = await compareVariants(Object.fromEntries(variants), {
      train,
      test,
      seeds: Array.from({ length: at(scale, 1, 3, 5) }, (_, i) => seed + i),
      options: { epochs: at(scale, 1, 10, 15), batchSize: 64, learningRate: oneCycle(0.02), weightDecay: 5e-4 },
      log,
      part,
    });
    return {
      sides: rules.map(([rule, options]) => ({
        rule,
        alexnet: sides(55, options),
        here: sides(train.shape[0], options),
      })),
      pictures: pooledPictures(train),
      change: rules.map(([rule, options]) => ({ rule, share: changeByMoving(train, options) })),
      networks,
    };
  },

  figure({ pictures, networks }) {
    return [
      imageGrid(
        pictures.map(({ picture }) => unpack(picture)),
        {
          titles: pictures.map(({ title }) => title),
          columns: pictures.length,
          scale: 4,
          caption: 'A picture, pooled',
        },
      ),
      variantsChart(networks, 'Overlapping and tiling windows'),
    ];
  },

  numbers: ({ networks, sides, change }) => [
    errorsOf(networks),
    sides.map(({ rule, alexnet, here }) => ({
      rule,
      "sides of AlexNet's maps": alexnet.join(', '),
      'sides here': here.join(', '),
      'changed by a move of one pixel': change
        .filter(row => row.rule === rule)
        .map(({ share }) => `${(100 * share).toFixed(0)}%`)
        .join(),
    })),
  ],

  conclusion({ networks }) {
    const [overlapping, , tiling] = networks;
    return `${verdict(overlapping, tiling)}; the paper claims 0.4 points, less than the seeds differ here.`;
  },
};

function network({ shape, classes }: ImageSet, { size, ceilMode }: Rule, seed: number): tf.LayersModel {
  const { convRelu, dense, flatten, model, named } = layers;
  const pool = layers.maxPool(size, 2, { ceilMode });
  return model(
    'fourLayers',
    { inputShape: shape, seed },
    named('conv1', convRelu(32, 5), pool),
    named('conv2', convRelu(32, 5), pool),
    named('conv3', convRelu(64, 3), pool),
    named('fc4', flatten(), dense(classes.length)),
  );
}

/** The side of a map, and after each of three poolings: of real tensors, not by a formula. */
function sides(side: number, { size, ceilMode }: Rule): number[] {
  return tf.tidy(() => {
    let x = tf.zeros([1, side, side, 1]) as tf.Tensor4D;
    const found = [side];
    for (let i = 0; i < 3; i++) found.push((x = maxPool(x, size, { stride: 2, ceilMode })).shape[1]);
    return found;
  });
}

function picturesOf(set: ImageSet, count: number): tf.Tensor4D {
  const [height, width, channels] = set.shape;
  const bytes = set.images.subarray(0, count * height * width * channels);
  return tf.tensor4d(Float32Array.from(bytes), [count, height, width, channels]).div(255);
}

function pooledPictures(set: ImageSet): OverlappingPooling['pictures'] {
  const pooled = Object.entries(RULES).map(([title, { size, ceilMode }]) =>
    tf.tidy(() => {
      const x = maxPool(picturesOf(set, 1), size, { stride: 2, ceilMode });
      const [, height, width, channels] = x.shape;
      const data = Float32Array.from(x.dataSync());
      return {
        title: `${title}\n${height} x ${width}`,
        picture: pack({ data, width, height, channels: channels as 3 }),
      };
    }),
  );
  return [{ title: 'picture', picture: pack(imagesOf(set, [0])[0]) }, ...pooled];
}

function changeByMoving(set: ImageSet, { size, ceilMode }: Rule): number {
  return tf.tidy(() => {
    const x = picturesOf(set, Math.min(50, set.length));
    const [count, height, width, channels] = x.shape;
    const [left, right] = [0, 1].map(from =>
      maxPool(x.slice([0, 0, from, 0], [count, height, width - 2, channels]) as tf.Tensor4D, size, {
        stride: 2,
        ceilMode,
      }),
    );
    return left
      .sub(right)
      .abs()
      .mean()
      .div(
        left
          .sub(left.mean([1, 2], true))
          .abs()
          .mean(),
      )
      .dataSync()[0];
  });
}
