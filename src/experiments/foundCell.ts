/** The cell that the search found, stacked to a larger network and trained, beside two that people would have drawn. */
import { fit } from '../training';
import { cellName, cellNetwork } from '../search';
import { bestCell } from './architectureSearch';
import { at, type Experiment, median } from './experiment';
import { spreadChart } from './spreadChart';
import { cellOf } from '../search/space';

export interface FoundCell {
  cellsPerStage: number[];
  channels: number;
  images: number;
  networks: {
    name: string;
    cell: string;
    parameters: number;
    /** For each seed, after each epoch. */
    testErrors: number[][];
    trainErrors: number[][];
  }[];
}

/** Three in a row: not in the space, whose last edge has no convolution. */
const PLAIN = cellOf('conv3x3|none|conv3x3|none|none|conv3x3');
const RESIDUAL = cellOf('conv3x3|none|none|skip|conv3x3|none');

export const foundCell: Experiment<FoundCell> = {
  title: 'The found cell, stacked and trained',
  claim:
    'A cell found on small networks can be stacked to a large one, which then is better than networks of human design.',
  source: 'Zoph et al., CVPR 2018, sections 3 and 4',
  minutes: { quick: 0.3, lecture: 3, long: 6 },

  async run({ seed, scale, images, log }) {
    const [count, epochs, seeds] = at(scale, [64, 1, 1], [1500, 6, 1], [3000, 10, 2]);
    const cellsPerStage = at(scale, [1, 1], [2, 2, 2], [2, 2, 2]);
    const channels = at(scale, 4, 16, 16);
    const train = images({ split: 'train', count });
    const test = images({ split: 'test', count: at(scale, 50, 1000, 1000) });
    const networks: FoundCell['networks'] = [];
    for (const [name, cell] of Object.entries({
      'found cell': bestCell(),
      'residual cell': RESIDUAL,
      'plain cell': PLAIN,
    })) {
      const found = {
        name,
        cell: cellName(cell),
        parameters: 0,
        testErrors: [] as number[][],
        trainErrors: [] as number[][],
      };
      for (let s = seed; s < seed + seeds; s++) {
        const net = cellNetwork(cell, {
          cellsPerStage,
          channels,
          stemStride: 2,
          classes: train.classes.length,
          seed: s,
        });
        found.parameters = net.trainableWeights.reduce(
          (n, { shape }) => n + shape.reduce<number>((a, b) => a * b!, 1),
          0,
        );
        const { epochs: rows } = await fit(net, train, {
          epochs,
          batchSize: 64,
          learningRate: (step, steps) => 0.05 * (1 + Math.cos((Math.PI * step) / steps)),
          weightDecay: 5e-4,
          seed: s,
          validation: test,
          progress: false,
        });
        net.dispose();
        found.testErrors.push(rows.map(({ validationError }) => validationError!));
        found.trainErrors.push(rows.map(({ trainError }) => trainError));
        log(`${name}, seed ${s}: ${(100 * (1 - rows.at(-1)!.validationError!)).toFixed(1)}% of the test images`);
      }
      networks.push(found);
    }
    return { cellsPerStage, channels, images: count, networks };
  },

  figure({ networks, cellsPerStage }) {
    return spreadChart(
      networks.map(({ name, parameters, testErrors }) => ({
        name: `${name}, ${(parameters / 1e3).toFixed(0)} K weights`,
        runs: testErrors.map(run => run.map(error => 100 * error)),
      })),
      { title: `Stages of ${cellsPerStage.join(', ')} cells`, x: 'epochs', y: 'test error (%)' },
    );
  },

  numbers({ networks }) {
    const last = (runs: number[][]): string => `${(100 * median(runs.map(run => run.at(-1)!))).toFixed(1)}%`;
    return [
      networks.map(({ name, cell, parameters, testErrors, trainErrors }) => ({
        network: name,
        cell,
        weights: parameters,
        'test error': last(testErrors),
        'training error': last(trainErrors),
      })),
    ];
  },

  conclusion({ networks, images }) {
    const last = (runs: number[][]): number => median(runs.map(run => run.at(-1)!));
    const best = networks.reduce((a, b) => (last(b.testErrors) < last(a.testErrors) ? b : a));
    return `After training on ${images} images, ${best.name} has the lowest test error (median of the seeds).`;
  },
};
