/** A live search of a dozen children: each trains the weights that the others have left, or its own from the start. */
import { seeded } from '../data';
import { cellName, cellNetwork, lookUp, randomCell, SharedWeights } from '../search';
import { evaluate, fit } from '../training';
import { type CellTableResult, searchImages } from './cellTable';
import { at, type Experiment } from './experiment';
import { shippedNames, shippedRecord } from './record';
import { spreadChart } from './spreadChart';

export interface WeightSharing {
  children: {
    cell: string;
    /** Validation accuracy after its short training. */
    shared: number;
    alone: number;
    /** After the longer training of the table, where that came with the kit. */
    table: number | null;
  }[];
  steps: number;
}

export const weightSharing: Experiment<WeightSharing> = {
  title: 'A live search with shared weights',
  claim:
    'Children that share their weights need a thousandth of the computing time of children trained from the start.',
  source: 'Pham et al., ICML 2018, sections 1 and 2',
  minutes: { quick: 0.2, lecture: 0.5, long: 1 },

  async run({ seed, scale, images, log }) {
    const [train, validation] = searchImages({ scale, images });
    const count = at(scale, 3, 12, 12);
    const steps = at(scale, 2, 16, 20);
    const random = seeded(seed);
    const channels = at(scale, 4, 16, 16);
    const reward = shippedNames().includes('cell-table')
      ? lookUp(shippedRecord<CellTableResult>('cell-table').result.table)
      : undefined;
    const shared = new SharedWeights();
    const children: WeightSharing['children'] = [];
    try {
      for (let i = 0; i < count; i++) {
        const cell = randomCell(random);
        const accuracies: Record<string, number> = {};
        for (const kind of ['shared', 'alone'] as const) {
          const net = cellNetwork(cell, { channels, classes: train.classes.length, inputShape: train.shape, seed });
          if (kind === 'shared') shared.give(net);
          await fit(net, train, {
            maxSteps: steps,
            batchSize: 64,
            learningRate: 0.05,
            weightDecay: 5e-4,
            seed: seed + i,
            progress: false,
          });
          if (kind === 'shared') shared.take(net);
          accuracies[kind] = (await evaluate(net, validation)).accuracy;
          net.dispose();
        }
        const table = reward ? await reward(cell) : null;
        children.push({ cell: cellName(cell), shared: accuracies.shared, alone: accuracies.alone, table });
        log(
          `child ${i + 1}: ${(100 * accuracies.shared).toFixed(1)}% shared, ${(100 * accuracies.alone).toFixed(1)}% alone  ${cellName(cell)}`,
        );
      }
    } finally {
      shared.dispose();
    }
    return { children, steps };
  },

  figure({ children, steps }) {
    const kinds = { 'shared weights': 'shared', 'its own from the start': 'alone' } as const;
    return spreadChart(
      Object.entries(kinds).map(([name, kind]) => ({ name, runs: [children.map(child => 100 * child[kind])] })),
      { title: `Each child trained for ${steps} steps`, x: 'child', y: 'validation accuracy (%)' },
    );
  },

  conclusion({ children, steps }) {
    const best = (kind: 'shared' | 'alone') => children.reduce((a, b) => (b[kind] > a[kind] ? b : a));
    const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
    const half = children.slice(children.length >> 1);
    const mean = (kind: 'shared' | 'alone'): number => half.reduce((sum, child) => sum + child[kind], 0) / half.length;
    const table = children.every(child => child.table !== null)
      ? ` Trained by themselves for longer, the cell chosen with shared weights has ${percent(best('shared').table!)}, the one chosen alone ` +
        `${percent(best('alone').table!)}, the best of the dozen ${percent(Math.max(...children.map(child => child.table!)))}.`
      : '';
    return (
      `${children.length} children of ${steps} steps each. The later half has ${percent(mean('shared'))} in the mean with shared weights, ` +
      `${percent(mean('alone'))} with its own. Best with shared weights: ${best('shared').cell} (${percent(best('shared').shared)}); ` +
      `alone: ${best('alone').cell} (${percent(best('alone').alone)}).${table}`
    );
  },
};
