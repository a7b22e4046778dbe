/** Dropout: what scaling at test time is the mean of, whether it stops overfitting, and what many masks say of a doubt. */
import * as tf from '@tensorflow/tfjs';
import { batches, seeded, subset } from '../data';
import { lineChart } from '../display';
import * as layers from '../layers';
import { allMasks, averageOverMasks, monteCarloDropout, oneCycle } from '../training';
import { compareVariants, errorsOf, percent, type Trained, variantsChart, verdict } from './compareVariants';
import { at, type Experiment } from './experiment';

const CLASSES = 10;

export interface DropoutResult {
  /** For n units, over all 2^n masks: the largest difference from what the scaled units give, of the probabilities. */
  exact: { units: number; masks: number; linear: number; geometric: number; arithmetic: number; twoLayers: number }[];
  networks: Trained[];
  /** Over the test images, by the share of the most certain ones kept: errors, ordered by the doubt of Monte Carlo dropout. */
  doubt: { kept: number; byMonteCarlo: number; byProbability: number }[];
}

export const dropout: Experiment<DropoutResult> = {
  title: 'Dropout',
  claim:
    'Halving all outputs at test time is, for one layer and a softmax, exactly the normalized geometric mean over all 2^n masks, and a reasonable approximation beyond; without dropout the network overfits substantially.',
  source: 'Krizhevsky et al., NIPS 2012, section 4.2; Hinton et al., 2012 (arXiv 1207.0580), page 2',
  minutes: { quick: 0.3, lecture: 3, long: 12 },

  async run({ seed, scale, images, log }) {
    const exact = at(scale, [2, 4, 6], [2, 4, 6, 8, 10, 12], [2, 4, 6, 8, 10, 12, 14]).map(units =>
      compareMasks(units, seed),
    );
    const train = images({ split: 'train', count: at(scale, 100, 2000, 7000) });
    const test = images({ split: 'test', count: at(scale, 50, 500, 500) });
    const build = (rate: number) => (networkSeed: number) => {
      const { chain, convRelu, dense, dropout: drop, flatten, maxPool, model, named, relu } = layers;
      return model(
        'fourLayers',
        { inputShape: train.shape, seed: networkSeed },
        named('conv1', chain(convRelu(32, 5), maxPool(3, 2))),
        named('conv2', chain(convRelu(32, 5), maxPool(3, 2))),
        named('fc3', flatten(), drop(rate), dense(256), relu(), drop(rate)),
        named('fc4', dense(train.classes.length)),
      );
    };
    let doubt: DropoutResult['doubt'] = [];
    const networks = await compareVariants(
      { 'no dropout': { build: build(0) }, 'dropout 0.5': { build: build(0.5) } },
      {
        train,
        test,
        seeds: Array.from({ length: at(scale, 1, 3, 3) }, (_, i) => seed + i),
        options: { epochs: at(scale, 1, 20, 20), batchSize: 64, learningRate: oneCycle(0.02) },
        look: async (variant, networkSeed, model) => {
          if (variant === 'no dropout' || networkSeed !== seed) return;
          const { x, y } = batches(subset(test, test.length), { batchSize: test.length }).next().value!;
          const { mean, deviation } = monteCarloDropout(model, x, { samples: at(scale, 5, 30, 50), seed });
          const plain = tf.tidy(() => tf.softmax(model.apply(x, { training: false }) as tf.Tensor2D));
          doubt = rejection((await mean.array()) as number[][], (await plain.array()) as number[][], [...test.labels]);
          tf.dispose([x, y, mean, deviation, plain]);
        },
        log,
        part: (_, compute) => compute(),
      },
    );
    return { exact, networks, doubt };
  },

  figure({ exact, networks, doubt }) {
    const line = (name: string, of: 'linear' | 'geometric' | 'arithmetic' | 'twoLayers') => ({
      name,
      values: exact.map(row => ({ x: row.units, y: Math.max(row[of], 1e-9) })),
    });
    return [
      lineChart(
        [
          line('logits, mean', 'linear'),
          line('softmax, geometric mean', 'geometric'),
          line('softmax, arithmetic mean', 'arithmetic'),
          line('two layers with ReLU, geometric mean', 'twoLayers'),
        ],
        {
          title: 'How far the mean over all 2^n masks is from the scaled units',
          x: 'units n',
          y: 'largest difference',
          logY: true,
        },
      ),
      variantsChart(networks, 'With and without dropout'),
      lineChart(
        [
          {
            name: 'by Monte Carlo dropout',
            values: doubt.map(({ kept, byMonteCarlo }) => ({ x: 100 * kept, y: 100 * byMonteCarlo })),
          },
          {
            name: 'by the softmax alone',
            values: doubt.map(({ kept, byProbability }) => ({ x: 100 * kept, y: 100 * byProbability })),
          },
        ],
        {
          title: 'Errors among the images that the network is surest of',
          x: 'images kept, the surest first (%)',
          y: 'wrong answers among them (%)',
        },
      ),
    ];
  },

  numbers: ({ networks }) => [errorsOf(networks)],

  conclusion({ exact, networks, doubt }) {
    const { units, masks, linear, geometric, arithmetic, twoLayers } = exact.at(-1)!;
    const [without, withDropout] = networks;
    const half = doubt.find(({ kept }) => kept >= 0.5)!;
    return (
      `Over all ${masks} masks of ${units} units the mean of a linear layer differs from the scaled units by ${linear.toExponential(0)} ` +
      `and the geometric mean of a softmax by ${geometric.toExponential(0)}: rounding. The arithmetic mean differs by ${arithmetic.toFixed(3)}, ` +
      `two layers by ${twoLayers.toFixed(3)}: an approximation. ${verdict(withDropout, without)}. Of the half of the images ` +
      `it is surest of, ${percent(half.byMonteCarlo)} are wrong by Monte Carlo dropout and ${percent(half.byProbability)} by the softmax alone.`
    );
  },
};

/** Largest differences from the scaled units, over all masks of a layer drawn from the seed. */
function compareMasks(units: number, seed: number): DropoutResult['exact'][0] {
  const random = seeded(seed, units);
  const draw = (length: number, scale: number): Float32Array =>
    Float32Array.from({ length }, () => (2 * random() - 1) * scale);
  return tf.tidy(() => {
    const x = tf.tensor1d(draw(units, 2));
    const kernel = tf.tensor2d(draw(units * CLASSES, 2 / Math.sqrt(units)), [units, CLASSES]);
    const bias = tf.tensor1d(draw(CLASSES, 0.5));
    const { linear, softmax } = averageOverMasks(x, kernel, bias);
    const differ = (a: tf.Tensor, b: tf.Tensor): number => a.sub(b).abs().max().dataSync()[0];
    // The units feed a layer with ReLU, and this one the softmax: no mean is exact any more.
    const hidden = tf.tensor2d(draw(units * units, 2 / Math.sqrt(units)), [units, units]);
    const deep = (inputs: tf.Tensor): tf.Tensor2D =>
      tf.relu(inputs.matMul(hidden)).matMul(kernel).add(bias) as tf.Tensor2D;
    const geometric = tf.softmax(tf.logSoftmax(deep(allMasks(units).mul(x))).mean(0));
    const scaled = tf.softmax(deep(x.mul(0.5).expandDims(0)).squeeze([0]));
    return {
      units,
      masks: 2 ** units,
      linear: differ(linear.mean, linear.scaled),
      geometric: differ(softmax.geometricMean, softmax.scaled),
      arithmetic: differ(softmax.mean, softmax.scaled),
      twoLayers: differ(geometric, scaled),
    };
  });
}

/** Errors among the surest images, by the largest probability of each kind of answer. */
function rejection(monteCarlo: number[][], plain: number[][], labels: number[]): DropoutResult['doubt'] {
  const sorted = (answers: number[][]): boolean[] =>
    answers
      .map((row, i) => ({ sure: Math.max(...row), right: row.indexOf(Math.max(...row)) === labels[i] }))
      .sort((a, b) => b.sure - a.sure)
      .map(({ right }) => right);
  const [byMonteCarlo, byProbability] = [sorted(monteCarlo), sorted(plain)];
  const error = (rights: boolean[], kept: number): number =>
    rights.slice(0, kept).filter(right => !right).length / kept;
  return Array.from({ length: 10 }, (_, i) => {
    const kept = Math.max(1, Math.round(((i + 1) / 10) * labels.length));
    return { kept: (i + 1) / 10, byMonteCarlo: error(byMonteCarlo, kept), byProbability: error(byProbability, kept) };
  });
}
