/** Local response normalization: lateral inhibition seen on a image, its two conventions, and whether it helps. */
import * as tf from '@tensorflow/tfjs';
import { images as imagesOf, type ImageSet } from '../data';
import { imageGrid, lineChart } from '../display';
import { localResponseNorm, type LocalResponseNormOptions } from '../ops';
import * as layers from '../layers';
import { oneCycle } from '../training';
import { at, type Experiment } from './experiment';
import { compareVariants, type Trained, variantsChart, errorsOf, verdict } from './compareVariants';
import { pack, type PackedImage, unpack } from './pictures';

const ORIENTATIONS = 12;
/** So large that the eye sees it; the paper's 1e-4 fits activations of tens and hundreds. */
const VISIBLE = { bias: 1, alpha: 1, beta: 0.75, size: 5 } as const;
const PAPER = { bias: 2, alpha: 1e-4, beta: 0.75, size: 5 } as const;

export interface LocalResponseNormalization {
  picture: PackedImage;
  /** Edges of each orientation in the image, before and after, all on one scale each. */
  maps: { before: PackedImage[]; after: PackedImage[] };
  /** For an edge that one orientation answers most: each channel's b / a by its distance from that channel. */
  inhibition: { distance: number; paper: number; perWindow: number }[];
  /** Largest relative difference of the two conventions on these maps with the paper's alpha, and with the visible one. */
  conventions: { paperAlpha: number; visibleAlpha: number };
  networks: Trained[];
}

export const localResponseNormalization: Experiment<LocalResponseNormalization> = {
  title: 'Local response normalization',
  claim:
    'Normalization across neighbouring maps is a lateral inhibition; a four-layer network on CIFAR-10 makes 11% test errors with it and 13% without.',
  source: 'Krizhevsky et al., NIPS 2012, section 3.3',
  minutes: { quick: 0.2, lecture: 4, long: 15 },

  async run({ seed, scale, images, log, part }) {
    const train = images({ split: 'train', count: at(scale, 100, 3000, 7000) });
    const test = images({ split: 'test', count: at(scale, 50, 500, 500) });
    const seen = whatItDoes(train);
    const network = (norm?: LocalResponseNormOptions) => (networkSeed: number) => fourLayers(train, networkSeed, norm);
    const networks = await compareVariants(
      {
        'without LRN': { build: network() },
        'LRN, alpha as printed': { build: network(PAPER) },
        // Where activations are near 1, alpha must be larger to do anything.
        'LRN, alpha 0.1': { build: network({ ...PAPER, bias: 1, alpha: 0.1 }) },
      },
      {
        train,
        test,
        seeds: Array.from({ length: at(scale, 1, 3, 3) }, (_, i) => seed + i),
        options: { epochs: at(scale, 1, 10, 15), batchSize: 64, learningRate: oneCycle(0.02), weightDecay: 5e-4 },
        log,
        part,
      },
    );
    const { before, after, inhibition, conventions } = seen;
    return { picture: pack(imagesOf(train, [0])[0]), maps: { before, after }, inhibition, conventions, networks };
  },

  figure({ picture, maps, inhibition, networks }) {
    const titles = (when: string) => maps.before.map((_, i) => (i ? `${(180 * i) / ORIENTATIONS}°` : when));
    return [
      imageGrid([picture, ...maps.before, picture, ...maps.after].map(unpack), {
        columns: ORIENTATIONS + 1,
        titles: ['picture', ...titles('before'), 'picture', ...titles('after')],
        scale: 2,
        caption: 'Edges of 12 directions (neighbouring maps: neighbouring directions), before and after normalization',
      }),
      lineChart(
        [
          { name: 'alpha as printed', values: inhibition.map(({ distance, paper }) => ({ x: distance, y: paper })) },
          { name: 'alpha / n', values: inhibition.map(({ distance, perWindow }) => ({ x: distance, y: perWindow })) },
        ],
        {
          title: 'What is left of each channel when channel 0 answers four times as strongly (k = 1, alpha = 1, n = 5)',
          x: 'distance from the strong channel',
          y: 'output / input',
        },
      ),
      variantsChart(networks, 'With and without local response normalization'),
    ];
  },

  numbers: ({ networks }) => [errorsOf(networks)],

  conclusion({ inhibition, conventions, networks }) {
    const at0 = (distance: number): string => inhibition.find(row => row.distance === distance)!.paper.toFixed(2);
    const [none, printed, large] = networks;
    return (
      `Beside a strong channel ${at0(1)} of a response is left, far from it ${at0(6)}. With the printed alpha the two conventions ` +
      `differ by at most ${conventions.paperAlpha.toExponential(0)} of a value here, with alpha 1 by ${conventions.visibleAlpha.toFixed(2)}. ` +
      `${verdict(printed, none)}; ${verdict(large, none)}. ` +
      'The paper claims 2 points; VGG (2014, table 3) found none.'
    );
  },
};

/** The inhibition of one strong channel, and the maps of oriented edges before and after. */
function whatItDoes({
  shape,
  images,
}: ImageSet): Pick<LocalResponseNormalization, 'inhibition' | 'conventions'> & LocalResponseNormalization['maps'] {
  const [height, width, channels] = shape;
  const norm = (x: tf.Tensor4D, options: LocalResponseNormOptions): tf.Tensor4D => localResponseNorm(x, options);
  return tf.tidy(() => {
    const first = Float32Array.from(images.subarray(0, height * width * channels));
    const grey = tf.tensor4d(first, [1, height, width, channels]).div(255).mean(3, true) as tf.Tensor4D;
    const edges = tf.relu(tf.conv2d(grey, orientedFilters(), 1, 'valid')) as tf.Tensor4D;
    const maps = edges.div(edges.max()).mul(3) as tf.Tensor4D;
    const differ = (options: LocalResponseNormOptions): number => {
      const [a, b] = CONVENTIONS.map(alphaMode => norm(maps, { ...options, alphaMode }));
      return a.sub(b).abs().div(b.add(1e-9)).max().dataSync()[0];
    };
    // One strong channel among equal weak ones, far from both ends.
    const responses = Array.from({ length: 17 }, (_, i) => (i === 8 ? 4 : 1));
    const peak = tf.tensor4d(responses, [1, 1, 1, 17]);
    const [paper, perWindow] = CONVENTIONS.map(alphaMode =>
      norm(peak, { ...VISIBLE, alphaMode })
        .div(peak)
        .dataSync(),
    );
    return {
      before: greys(maps),
      after: greys(norm(maps, VISIBLE)),
      inhibition: Array.from({ length: 13 }, (_, i) => ({
        distance: i - 6,
        paper: paper[i + 2],
        perWindow: perWindow[i + 2],
      })),
      conventions: { paperAlpha: differ(PAPER), visibleAlpha: differ(VISIBLE) },
    };
  });
}

const CONVENTIONS = ['paper', 'perWindow'] as const;

function fourLayers({ shape, classes }: ImageSet, seed: number, norm?: LocalResponseNormOptions): tf.LayersModel {
  const { chain, conv, convRelu, dense, flatten, identity, maxPool, model, named, relu } = layers;
  const between = norm ? layers.localResponseNorm(norm) : identity;
  const stage = (filters: number, size: number): layers.Block => chain(convRelu(filters, size), between, maxPool(3, 2));
  return model(
    'fourLayers',
    { inputShape: shape, seed },
    named('conv1', stage(32, 5)),
    named('conv2', stage(32, 5)),
    named('conv3', conv(64, 3), relu(), maxPool(3, 2)),
    named('fc4', flatten(), dense(classes.length)),
  );
}

/** Derivatives of a Gaussian in 12 directions over the half circle: [7, 7, 1, 12], each of norm 1. */
function orientedFilters(): tf.Tensor4D {
  const values = new Float32Array(49 * ORIENTATIONS);
  for (let o = 0; o < ORIENTATIONS; o++) {
    const angle = (Math.PI * o) / ORIENTATIONS;
    const filter = Array.from({ length: 49 }, (_, p) => {
      const [x, y] = [(p % 7) - 3, Math.floor(p / 7) - 3];
      return (x * Math.cos(angle) + y * Math.sin(angle)) * Math.exp(-(x * x + y * y) / 5);
    });
    const norm = Math.hypot(...filter);
    filter.forEach((value, p) => (values[p * ORIENTATIONS + o] = value / norm));
  }
  return tf.tensor4d(values, [7, 7, 1, ORIENTATIONS]);
}

/** Each map in grey; the largest value of all is white. */
function greys(maps: tf.Tensor4D): PackedImage[] {
  const [, height, width, count] = maps.shape;
  const scaled = maps.div(maps.max());
  return Array.from({ length: count }, (_, i) => {
    const data = scaled.slice([0, 0, 0, i], [1, height, width, 1]).dataSync() as Float32Array;
    return pack({ data: Float32Array.from(data), width, height, channels: 1 });
  });
}
