/** What GoogLeNet's auxiliary classifiers do for the stem, at the start and over training. */
import * as tf from '@tensorflow/tfjs';
import { batches, subset } from '../data';
import { vegaLite } from '../display';
import type { Initialization } from '../layers';
import { fit, gradientNorms } from '../training';
import { at, type Experiment, median } from './experiment';
import { miniGooglenet } from './miniGooglenet';
import { spreadChart } from './spreadChart';

const WEIGHT = 0.3;
const INITIALIZATIONS: Record<string, Initialization> = {
  'He (2015)': 'he',
  'deviation 0.05': { deviation: 0.05 },
};

export interface AuxiliaryClassifiers {
  /** For each way to draw the first weights and each seed: the gradient's norm at the stem. */
  stem: { initialization: string; without: number[]; with: number[] }[];
  /** For each seed, the training error of the main classifier after each epoch, with He's weights. */
  errors: { without: number[][]; with: number[][] };
  /** Validation error after the last epoch. */
  validationErrors: { without: number[]; with: number[] };
}

export const auxiliaryClassifiers: Experiment<AuxiliaryClassifiers> = {
  title: 'Auxiliary classifiers',
  claim:
    'Classifiers on 4a and 4d, whose losses count 0.3 in training and which are off at inference, increase the gradient signal that gets propagated back.',
  source: 'Szegedy et al., CVPR 2015, section 5',
  minutes: { quick: 0.2, lecture: 3, long: 6 },

  async run({ seed, scale, images, log }) {
    const [count, epochs, seedCount] = at(scale, [160, 1, 1], [1000, 10, 2], [2000, 12, 3]);
    const train = images({ split: 'train', count });
    const validation = images({ split: 'test', count: at(scale, 100, 500, 500) });
    const seeds = Array.from({ length: seedCount }, (_, i) => seed + i);
    const classes = train.classes.length;

    const stem: AuxiliaryClassifiers['stem'] = [];
    for (const [initialization, init] of Object.entries(INITIALIZATIONS)) {
      const norms = { without: [] as number[], with: [] as number[] };
      for (const seed of Array.from({ length: at(scale, 2, 5, 10) }, (_, i) => seeds[0] + i)) {
        const net = miniGooglenet({ auxiliary: true, init, classes, seed });
        const [{ x, y }] = batches(subset(train, Math.min(64, count)), { batchSize: 64 });
        const first = async (auxiliaryWeight: number): Promise<number> =>
          (await gradientNorms(net, x, y, { auxiliaryWeight }))[0].norm;
        norms.without.push(await first(0));
        norms.with.push(await first(WEIGHT));
        tf.dispose([x, y]);
        net.dispose();
      }
      stem.push({ initialization, ...norms });
    }

    const errors = { without: [] as number[][], with: [] as number[][] };
    const validationErrors = { without: [] as number[], with: [] as number[] };
    for (const seed of seeds) {
      for (const kind of ['without', 'with'] as const) {
        const net = miniGooglenet({ auxiliary: kind === 'with', classes, seed });
        const { epochs: rows } = await fit(net, train, {
          epochs,
          batchSize: 32,
          learningRate: 0.02,
          auxiliaryWeight: WEIGHT,
          seed,
          validation,
          progress: false,
        });
        net.dispose();
        errors[kind].push(rows.map(({ trainError }) => trainError));
        validationErrors[kind].push(rows.at(-1)!.validationError!);
        log(`seed ${seed}, ${kind} auxiliary classifiers: training error ${rows.at(-1)!.trainError.toFixed(3)}`);
      }
    }
    return { stem, errors, validationErrors };
  },

  figure({ stem, errors }) {
    const bars = stem.flatMap(({ initialization, ...norms }) =>
      (['without', 'with'] as const).map(kind => ({
        label: initialization,
        series: `${kind} auxiliary classifiers`,
        value: median(norms[kind]),
      })),
    );
    const percent = (runs: number[][]): number[][] => runs.map(run => run.map(error => 100 * error));
    return [
      // Seven powers of ten lie between them: bars would show two of the four.
      vegaLite(
        {
          title: 'The gradient that reaches the stem of a new network',
          height: { step: 40 },
          data: { values: bars },
          mark: { type: 'point', filled: true, size: 90, opacity: 1 },
          encoding: {
            x: { field: 'value', type: 'quantitative', scale: { type: 'log' }, title: 'L2 norm (median of seeds)' },
            y: { field: 'label', type: 'nominal', title: 'weights', axis: { grid: true } },
            color: { field: 'series', type: 'nominal', sort: null, title: null },
          },
        },
        {
          text: [
            'The gradient that reaches the stem of a new network',
            ...bars.map(({ label, value, series }) => `  ${label} (${series}): ${format(value)}`),
          ].join('\n'),
        },
      ),
      spreadChart(
        (['without', 'with'] as const).map(kind => ({
          name: `${kind} auxiliary classifiers`,
          runs: percent(errors[kind]),
        })),
        { title: 'Training error of the main classifier', x: 'epochs', y: 'training error (%)' },
      ),
    ];
  },

  numbers({ errors, validationErrors }) {
    const shares = (values: number[]): string => values.map(value => `${(100 * value).toFixed(0)}%`).join(', ');
    return [
      (['with', 'without'] as const).map(kind => ({
        'auxiliary classifiers': kind,
        epochs: errors[kind][0].length,
        'training error of the main one, by seed': shares(errors[kind].map(run => run.at(-1)!)),
        'on other images': shares(validationErrors[kind]),
      })),
    ];
  },

  conclusion({ stem }) {
    const ratios = stem.map(({ initialization, ...norms }) => {
      const each = norms.with.map((norm, i) => norm / norms.without[i]);
      return `${format(median(each))} times with weights of ${initialization}`;
    });
    return (
      `With the auxiliary classifiers the gradient at the stem of a new network is ${ratios.join(', and ')}. ` +
      'The paper reports the gain of its final network as below one percent.'
    );
  },
};

const format = (value: number): string => String(Number(value.toPrecision(3)));
