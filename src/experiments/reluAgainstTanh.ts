/** Figure 1 of AlexNet, with every nonlinearity that came later: who reaches 25% training error first? */
import type { ImageSet } from '../data';
import { cifarNet, type CifarNetOptions } from '../models';
import { fit } from '../training';
import { at, type Experiment, median, type Setting } from './experiment';
import { spreadChart } from './spreadChart';

type Nonlinearity = NonNullable<CifarNetOptions['nonlinearity']>;

const NONLINEARITIES: readonly Nonlinearity[] = ['relu', 'tanh', 'sigmoid', 'leakyRelu', 'elu', 'gelu'];
const TARGET = 0.25;
const BATCH = 64;

export interface Race {
  nonlinearity: Nonlinearity;
  /** Epochs to the target at each learning rate for the first seed; null where it was not reached in the time of the best. */
  sweep: { learningRate: number; epochs: number | null }[];
  learningRate: number;
  /** For each seed, at the best rate; null where it was not reached. */
  epochs: (number | null)[];
  /** For each seed, the training error of each tenth of an epoch, each over the last whole pass. */
  errors: (number | null)[][];
}

export interface ReluAgainstTanh {
  target: number;
  mostEpochs: number;
  races: Race[];
  /** For each seed, epochs of tanh by epochs of ReLU; where tanh never came, what it had run counts: a lower bound. */
  ratios: number[];
  /** null where ReLU never reached it. */
  medianRatio: number | null;
}

export const reluAgainstTanh: Experiment<ReluAgainstTanh> = {
  title: 'ReLU against tanh, sigmoid, leaky ReLU, ELU and GELU',
  claim: 'A four-layer network on CIFAR-10 reaches 25% training error six times faster with ReLU than with tanh.',
  source: 'Krizhevsky et al., NIPS 2012, section 3.1 and figure 1',
  minutes: { quick: 0.2, lecture: 4, long: 15 },

  async run({ seed, scale, images, log, part }) {
    const set = images({ split: 'train', count: at(scale, 200, 500, 1000) });
    const rates = at(scale, [0.01], [0.01, 0.03], [0.01, 0.03, 0.1]);
    const mostEpochs = at(scale, 4, 25, 25);
    const seeds = Array.from({ length: at(scale, 2, 2, 3) }, (_, i) => seed + i);
    const nonlinearities = at(scale, NONLINEARITIES.slice(0, 2), NONLINEARITIES, NONLINEARITIES);
    const races: Race[] = [];
    for (const nonlinearity of nonlinearities) {
      races.push(await race(nonlinearity, set, { rates, mostEpochs, seeds, log, part }));
    }
    const [relu, tanh] = races;
    const ratios = seeds.flatMap((_, i) =>
      relu.epochs[i] === null ? [] : [(tanh.epochs[i] ?? mostEpochs) / relu.epochs[i]],
    );
    return { target: TARGET, mostEpochs, races, ratios, medianRatio: ratios.length ? median(ratios) : null };
  },

  figure({ races, target }) {
    return spreadChart(
      races.map(({ nonlinearity, errors, learningRate }) => ({
        name: `${nonlinearity} (rate ${learningRate})`,
        // With fewer than ten steps in an epoch, some tenths have no value: null in JSON.
        runs: errors.map(run => run.map(error => (error === null ? NaN : 100 * error))),
        xs: Array.from({ length: Math.max(...errors.map(({ length }) => length)) }, (_, i) => 1 + i / 10),
      })),
      {
        title: 'Training error over the last pass: median and range of the seeds',
        x: 'epochs',
        y: 'training error (%)',
        horizontal: { at: 100 * target, label: `${100 * target}%` },
      },
    );
  },

  numbers: ({ races, mostEpochs }) => [
    races.map(({ nonlinearity, epochs }) => ({
      nonlinearity,
      'epochs to 25%, by seed': epochs
        .map(value => (value === null ? `more than ${mostEpochs}` : value.toFixed(1)))
        .join(', '),
    })),
  ],

  conclusion({ ratios, medianRatio, mostEpochs }) {
    return medianRatio === null
      ? `ReLU did not reach it in ${mostEpochs} epochs.`
      : `tanh took ${medianRatio.toFixed(2)} times as many epochs as ReLU (median of ${ratios.length} seeds); the paper claims 6.`;
  },
};

interface RaceOptions extends Pick<Setting, 'log' | 'part'> {
  rates: number[];
  mostEpochs: number;
  seeds: number[];
}

async function race(nonlinearity: Nonlinearity, set: ImageSet, options: RaceOptions): Promise<Race> {
  const { rates, mostEpochs, seeds, log, part } = options;
  const stepsPerEpoch = Math.ceil(set.length / BATCH);
  const runAt = (learningRate: number, seed: number, maxSteps: number): Promise<Run> =>
    part(`${nonlinearity} ${learningRate} ${seed}`, () => run(nonlinearity, set, learningRate, seed, maxSteps));
  const inEpochs = (steps: number | null): number | null => steps && steps / stepsPerEpoch;

  // The best so far ends the others early: who has not arrived by then has lost.
  let most = mostEpochs * stepsPerEpoch;
  let best: { learningRate: number; first: Run } | undefined;
  const sweep: Race['sweep'] = [];
  for (const learningRate of rates) {
    const first = await runAt(learningRate, seeds[0], most);
    const { steps } = first;
    sweep.push({ learningRate, epochs: inEpochs(steps) });
    log(`${nonlinearity}, rate ${learningRate}: ${inEpochs(steps)?.toFixed(1) ?? `not in ${inEpochs(most)}`} epochs`);
    if (steps !== null && (!best || steps < most)) best = { learningRate, first };
    if (steps !== null) most = Math.min(most, steps);
  }
  // Nobody arrived: the largest rate, as those that are too small are slow and those that are too large stop at once.
  const learningRate = best?.learningRate ?? rates.at(-1)!;
  const runs: Run[] = best ? [best.first] : [];
  for (const seed of seeds.slice(runs.length)) {
    runs.push(await runAt(learningRate, seed, mostEpochs * stepsPerEpoch));
  }
  const epochs = runs.map(({ steps }) => inEpochs(steps));
  log(`${nonlinearity}: ${epochs.map(value => value?.toFixed(1) ?? 'never').join(', ')} epochs at ${learningRate}`);
  return { nonlinearity, sweep, learningRate, epochs, errors: runs.map(({ errors }) => errors) };
}

interface Run {
  steps: number | null;
  errors: number[];
}

async function run(
  nonlinearity: Nonlinearity,
  set: ImageSet,
  learningRate: number,
  seed: number,
  maxSteps: number,
): Promise<Run> {
  const stepsPerEpoch = Math.ceil(set.length / BATCH);
  const classes = set.classes.length;
  const model = cifarNet({ nonlinearity, widths: [16, 16, 64], inputShape: set.shape, classes, seed });
  const errors: number[] = [];
  try {
    const { steps, stopped } = await fit(model, set, {
      maxSteps,
      batchSize: BATCH,
      learningRate,
      seed,
      progress: false,
      stopWhen: ({ trainError }) => trainError <= TARGET,
      onStep: ({ steps, trainError }) => {
        const place = Math.floor(((steps - stepsPerEpoch) / stepsPerEpoch) * 10 + 1e-9);
        if (place >= 0) errors[place] = Math.round(trainError * 1e4) / 1e4;
      },
    });
    return { steps: stopped === 'stopWhen' ? steps : null, errors };
  } catch (error) {
    // A rate that is too high for this nonlinearity is an answer, too.
    if (/The loss became/.test((error as Error).message)) return { steps: null, errors };
    throw error;
  } finally {
    model.dispose();
  }
}
