/** How the gradient's size changes through depth, in plain and in residual networks, before any training. */
import * as tf from '@tensorflow/tfjs';
import { batches } from '../data';
import { chain, conv, dense, globalAvgPool, model, named, relu, repeat, residual, scale as scaled } from '../layers';
import { resnetCifar } from '../models';
import { gradientNorms } from '../training';
import { at, type Experiment, median } from './experiment';
import { halved } from './halved';
import { spreadChart } from './spreadChart';

type Network = (depth: number, inputShape: [number, number, number], seed: number) => tf.LayersModel;

/** As the names say; without normalization, weights are at 0.7 of He's deviation: a little off. */
const NETWORKS: Record<string, Network> = {
  'plain, no normalization': (depth, inputShape, seed) => bare(depth, inputShape, seed, false),
  'residual, no normalization': (depth, inputShape, seed) => bare(depth, inputShape, seed, true),
  'plain, batch normalization': (depth, inputShape, seed) => resnetCifar({ depth, residual: false, inputShape, seed }),
  'residual, batch normalization': (depth, inputShape, seed) => resnetCifar({ depth, inputShape, seed }),
};

export interface GradientFlow {
  depth: number;
  networks: {
    name: string;
    /** For each seed, the norm by the filters of each convolution, from the first. */
    norms: number[][];
  }[];
}

export const gradientFlow: Experiment<GradientFlow> = {
  title: 'Gradient norms through depth',
  claim:
    'The gradient of a unit contains the gradient of the unit behind it unchanged, so that it is unlikely to vanish, however small the weights are.',
  source: 'He et al., ECCV 2016, section 2, equation 5',
  minutes: { quick: 0.3, lecture: 1, long: 2 },

  async run({ seed, scale, images, log }) {
    const depth = at(scale, 14, 56, 56);
    const set = halved(images({ split: 'train', count: at(scale, 16, 64, 128) }));
    const seeds = Array.from({ length: at(scale, 2, 3, 5) }, (_, i) => seed + i);
    const networks: GradientFlow['networks'] = [];
    for (const [name, build] of Object.entries(NETWORKS)) {
      const norms: number[][] = [];
      for (const seed of seeds) {
        const net = build(depth, set.shape, seed);
        const [{ x, y }] = batches(set);
        const found = (await gradientNorms(net, x, y)).filter(({ layer }) => !layer.includes('shortcut')).slice(0, -1);
        norms.push(found.map(({ norm }) => norm));
        tf.dispose([x, y]);
        net.dispose();
      }
      networks.push({ name, norms });
      log(`${name}: ${first(norms)} at the first convolution`);
    }
    return { depth, networks };
  },

  figure({ depth, networks }) {
    return spreadChart(
      networks.map(({ name, norms }) => ({ name, runs: norms })),
      {
        title: `Networks of ${depth} layers, new: median and range of the seeds`,
        x: 'convolution, from the picture',
        y: 'L2 norm of the gradient by the filters',
        logY: true,
      },
    );
  },

  numbers: ({ networks }) => [
    networks.map(({ name, norms }) => ({
      network: name,
      'norm at the first': first(norms),
      'times that at the last': median(norms.map(run => run[0] / run.at(-1)!)).toPrecision(2),
    })),
  ],

  conclusion: ({ depth }) =>
    `The table has the gradient's norm at the first of ${depth - 1} convolutions, as the median of the seeds.`,
};

const first = (norms: number[][]): string => median(norms.map(([norm]) => norm)).toPrecision(2);

/** As deep as a CIFAR ResNet, all of 16 maps, without normalization. */
function bare(depth: number, inputShape: [number, number, number], seed: number, isResidual: boolean): tf.LayersModel {
  // He's initialization times 0.7 is a convolution of He's after a multiplication by 0.7.
  const off = 0.7;
  const layer = chain(relu(), conv(16, 3, { bias: false }), scaled(off));
  const unit = chain(layer, layer);
  return model(
    `bare${depth}`,
    { inputShape, seed },
    named('conv1', conv(16, 3, { bias: false })),
    repeat((depth - 2) / 2, () => (isResidual ? residual(unit) : unit)),
    named('fc', relu(), globalAvgPool(), dense(10)),
  );
}
