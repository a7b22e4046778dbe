/** AlexNet's two towers on two devices, and the colours that each tower's first layer learns. */
import * as tf from '@tensorflow/tfjs';
import { runtime } from '../base/runtime';
import { batches, type Random, seeded, subset } from '../data';
import { imageGrid, INK, palette, vegaLite } from '../display';
import { alexnetTwoTowers } from '../models';
import { fit } from '../training';
import { crossTowerGradient, filterImages, filterMeasures } from '../visualize';
import { at, type Experiment } from './experiment';
import { pack, type PackedImage, unpack } from './pictures';

const ROWS = ['conv2', 'conv3', 'conv4', 'conv5', 'fc6'];

export interface Towers {
  seed: number;
  trainError: number;
  /** For each tower its filters, the most colourful first. */
  filters: { colourfulness: number; picture: PackedImage }[][];
  /** Mean of tower 1 minus that of tower 0. */
  difference: number;
  /** Share of 2,000 random divisions of the same filters whose means differ as much. */
  chance: number;
}

export interface TwoTowers {
  devices: string[];
  /** Operations that ran on each while the first network trained; the rest had no device named. */
  operations: number[];
  /** For each row: of tower 0 by tower 1, and the other way round. */
  crossGradients: { row: string; gradients: [number, number] }[];
  networks: Towers[];
}

export const twoTowers: Experiment<TwoTowers> = {
  title: 'Two towers on two devices',
  claim:
    'Filters of one tower come out largely colour-agnostic and those of the other largely colour-specific, in every run, whatever the initial weights.',
  source: 'Krizhevsky et al., NIPS 2012, sections 3.2 and 6.1, figures 2 and 3',
  minutes: { quick: 0.5, lecture: 2, long: 5 },

  async run({ seed, scale, images, log, part }) {
    const set = images({ split: 'train', count: at(scale, 100, 1000, 2000) });
    const epochs = at(scale, 1, 6, 12);
    const train = async (networkSeed: number) => {
      const before = runtime.devices.operations();
      const model = alexnetTwoTowers({
        inputShape: set.shape,
        classes: set.classes.length,
        // Small at first, so that what it learns is more than what it drew.
        first: { size: 7, stride: 1, padding: 3, init: { deviation: 0.01 } },
        widths: [32, 64, 64, 64, 48, 128],
        dropoutRate: 0,
        init: 'he',
        seed: networkSeed,
      });
      try {
        runtime.devices.place(model, deviceOfTower);
        const { trainError } = await fit(model, set, {
          epochs,
          batchSize: 64,
          learningRate: 0.01,
          weightDecay: 5e-4,
          seed: networkSeed,
          progress: false,
        });
        const operations = runtime.devices.operations().map((count, device) => count - before[device]);
        const { x, y } = batches(subset(set, 2)).next().value!;
        const crossGradients = ROWS.map(row => ({ row, gradients: crossTowerGradient(model, x, row) }));
        tf.dispose([x, y]);
        log(`network of seed ${networkSeed}: training error ${(100 * trainError).toFixed(1)}%`);
        const network: Towers = { seed: networkSeed, trainError, ...colours(model, seeded(networkSeed, 7)) };
        return { network, operations, crossGradients };
      } finally {
        model.dispose();
      }
    };
    const trained: Awaited<ReturnType<typeof train>>[] = [];
    for (let i = 0; i < at(scale, 1, 2, 3); i++) trained.push(await part(`seed ${seed + i}`, () => train(seed + i)));
    const [{ operations, crossGradients }] = trained;
    return {
      devices: runtime.devices.names(),
      operations,
      crossGradients,
      networks: trained.map(({ network }) => network),
    };
  },

  figure({ networks }) {
    const grids = networks.slice(0, 1).map(({ filters }) =>
      imageGrid(
        filters.flat().map(({ picture }) => unpack(picture)),
        {
          columns: filters[0].length,
          scale: 6,
          titles: filters.flat().map(({ colourfulness }) => colourfulness.toFixed(2)),
          caption:
            'First layer: tower 0 above, tower 1 below; the number is the colourfulness (0 grey, 1 colour contrast only)',
        },
      ),
    );
    const names = networks.flatMap((_, network) => [0, 1].map(tower => `network ${network + 1}, tower ${tower}`));
    const values = networks.flatMap(({ filters }, network) =>
      filters.flatMap((tower, t) =>
        tower.map(({ colourfulness }) => ({ name: names[2 * network + t], tower: `tower ${t}`, colourfulness })),
      ),
    );
    const means = names.map(name =>
      mean(values.filter(value => value.name === name).map(value => value.colourfulness)),
    );
    const title = 'Colourfulness of each first-layer filter (2/3: random weights), and the mean of each tower';
    const encoding = {
      y: { field: 'name', type: 'nominal', sort: names, title: null },
      x: { field: 'colourfulness', type: 'quantitative', title: 'colourfulness', scale: { domain: [0, 1] } },
      color: { field: 'tower', type: 'nominal', legend: null, scale: { range: [palette[0], palette[1]] } },
    };
    const chart = vegaLite(
      {
        title,
        width: 420,
        height: { step: 26 },
        data: { values },
        layer: [
          { mark: { type: 'point', size: 40 }, encoding },
          {
            data: { values: names.map((name, i) => ({ name, colourfulness: means[i], tower: `tower ${i % 2}` })) },
            mark: { type: 'tick', thickness: 3, size: 20 },
            encoding,
          },
          {
            data: { values: [{ random: 2 / 3 }] },
            mark: { type: 'rule', color: INK, strokeDash: [5, 4] },
            encoding: { x: { field: 'random', type: 'quantitative', title: 'colourfulness' } },
          },
        ],
      },
      { text: [title, ...names.map((name, i) => `  ${name}: mean ${means[i].toFixed(3)}`)].join('\n') },
    );
    return [...grids, chart];
  },

  numbers: ({ networks, crossGradients }) => [
    crossGradients.map(({ row, gradients }) => ({
      layer: row,
      'largest gradient across the towers': Math.max(...gradients).toPrecision(2),
    })),
    networks.map(({ difference, chance }, i) => ({
      network: i + 1,
      'colourfulness of tower 1 minus tower 0': difference.toFixed(3),
      'as large by chance': `${(100 * chance).toFixed(0)}% of divisions`,
    })),
  ],

  conclusion({ networks, devices, operations }) {
    const clear = networks.filter(({ chance }) => chance < 0.05).length;
    return (
      `On ${devices.length} device${devices.length > 1 ? 's' : ''} (${operations.join(' and ')} operations of the towers). ` +
      (clear === networks.length
        ? 'The towers differ in every network, as the paper says.'
        : `The towers differ beyond chance in ${clear} of ${networks.length} networks: at this scale the paper's division of labour is not seen.`)
    );
  },
};

/** `conv1/tower1/conv` belongs to device 1; what both towers share is left to TensorFlow. */
const deviceOfTower = (name: string): number | undefined => {
  const tower = /\/tower(\d)\//.exec(name);
  return tower ? Number(tower[1]) : undefined;
};

function colours(model: tf.LayersModel, random: Random): Pick<Towers, 'filters' | 'difference' | 'chance'> {
  const towers = [0, 1].map(tower => {
    const pictures = filterImages(model, `conv1/tower${tower}`);
    return filterMeasures(model, { layer: `conv1/tower${tower}` })
      .map(({ colourfulness }, i) => ({ colourfulness, picture: pack(pictures[i]) }))
      .sort((a, b) => b.colourfulness - a.colourfulness);
  });
  const values = towers.map(tower => tower.map(({ colourfulness }) => colourfulness));
  const difference = mean(values[1]) - mean(values[0]);
  const all = values.flat();
  const draws = 2000;
  let asLarge = 0;
  for (let draw = 0; draw < draws; draw++) {
    for (let i = all.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [all[i], all[j]] = [all[j], all[i]];
    }
    const half = values[0].length;
    if (Math.abs(mean(all.slice(half)) - mean(all.slice(0, half))) >= Math.abs(difference) - 1e-12) asLarge++;
  }
  return { filters: towers, difference, chance: asLarge / draws };
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
