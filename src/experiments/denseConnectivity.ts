/** Which of the earlier maps the layers of a trained DenseNet use. Figure 5 of the paper. */
import { heatmap } from '../display';
import { densenetCifar } from '../models';
import { fit } from '../training';
import { denseConnections, type DenseBlockConnections } from '../visualize';
import { at, type Experiment } from './experiment';
import { halved } from './halved';

/** Fifty times the paper's: what nobody uses must fade within minutes, not within 300 epochs. */
const DECAY = 5e-3;

export interface DenseConnectivity {
  depth: number;
  growthRate: number;
  trainError: number;
  /** After training; null where the source comes later than the target. */
  blocks: (Omit<DenseBlockConnections, 'strengths'> & { strengths: (number | null)[][] })[];
}

export const denseConnectivity: Experiment<DenseConnectivity> = {
  title: 'Who uses whose maps in a DenseNet',
  claim:
    'All layers of a dense block spread their weights over many of the earlier layers, so that maps of early layers are used directly by deep ones.',
  source: 'Huang et al., CVPR 2017, section 5 and figure 5',
  minutes: { quick: 0.3, lecture: 2, long: 4 },

  async run({ seed, scale, images, log }) {
    const [count, epochs] = at(scale, [64, 1], [1000, 8], [2000, 12]);
    const [depth, growthRate] = at(scale, [10, 4], [22, 8], [22, 8]);
    const train = halved(images({ split: 'train', count }));
    const net = densenetCifar({ depth, growthRate, inputShape: train.shape, classes: train.classes.length, seed });
    const { trainError } = await fit(net, train, {
      epochs,
      batchSize: 16,
      learningRate: 0.05,
      weightDecay: DECAY,
      seed,
      progress: false,
    });
    log(`training error ${(100 * trainError).toFixed(1)}%`);
    const blocks = denseConnections(net).map(({ block, strengths }) => ({
      block,
      strengths: strengths.map(row => row.map(value => value ?? null)),
    }));
    net.dispose();
    return { depth, growthRate, trainError, blocks };
  },

  figure({ blocks }) {
    return blocks.map(({ block, strengths }) => {
      // As in the paper, each target by its strongest source: red there, light here.
      const shown = strengths.map(row =>
        row.map((value, t) => (value === null ? NaN : value / strongest(strengths, t))),
      );
      return heatmap(shown, {
        title: `${block}: mean magnitude of the weights, by the strongest of each target`,
        x: 'target layer',
        y: 'source layer',
        rows: strengths.map((_, s) => (s === 0 ? 'input' : s)),
        columns: strengths[0].map((_, t) => (t === strengths[0].length - 1 ? 'behind' : t + 1)),
        digits: 2,
      });
    });
  },

  numbers: ({ blocks }) => [
    blocks.map(({ block, strengths }) => {
      const last = strengths[0].length - 1;
      const values = strengths.map(row => row[last]! / strongest(strengths, last));
      const names = values.map((_, i) => (i ? `layer ${i}` : 'input'));
      return { block, ...Object.fromEntries(values.map((value, i) => [names[i], value.toFixed(2)])) };
    }),
  ],

  conclusion: ({ depth, growthRate, trainError }) =>
    `DenseNet of ${depth} layers and growth rate ${growthRate}, trained to ${(100 * trainError).toFixed(1)}% training error with a ` +
    `weight decay of ${DECAY}. The table has the weights of the layer after each block on the block's input and on its layers, ` +
    'as shares of the strongest.',
};

function strongest(strengths: (number | null)[][], target: number): number {
  return Math.max(...strengths.map(row => row[target] ?? 0));
}
