/** The mean of each map against dense layers at the end of a network: weights and accuracy. */
import { barChart } from '../display';
import { chain, dense, flatten, globalAvgPool, relu } from '../layers';
import { blockCost } from '../profile';
import { evaluate, fit } from '../training';
import { at, type Experiment, median } from './experiment';
import { miniGooglenet } from './miniGooglenet';
import { spreadChart } from './spreadChart';

const HEADS = ['average', 'dense'] as const;
type Head = (typeof HEADS)[number];

export interface GlobalAveragePooling {
  /** Weights after the 7 x 7 x 1024 maps of the paper's network: as it is, and with VGG's dense layers. */
  paper: { average: number; dense: number };
  /** Measurements of our networks. */
  heads: Record<Head, { parameters: number; trainErrors: number[][]; testAccuracies: number[] }>;
}

export const globalAveragePooling: Experiment<GlobalAveragePooling> = {
  title: 'Global average pooling against dense layers',
  claim: 'A move from fully connected layers to average pooling improved the top-1 accuracy by about 0.6%.',
  source: 'Szegedy et al., CVPR 2015, section 5; Lin et al., 2013, section 3.2',
  minutes: { quick: 0.2, lecture: 3, long: 6 },

  async run({ seed, scale, images, log }) {
    const [count, epochs, seedCount] = at(scale, [160, 1, 1], [1000, 10, 2], [2000, 12, 3]);
    const train = images({ split: 'train', count });
    const test = images({ split: 'test', count: at(scale, 100, 500, 500) });
    const classes = train.classes.length;
    const heads = {} as GlobalAveragePooling['heads'];
    for (const head of HEADS) {
      const found = { parameters: 0, trainErrors: [] as number[][], testAccuracies: [] as number[] };
      for (let s = seed; s < seed + seedCount; s++) {
        const net = miniGooglenet({ head, classes, seed: s });
        found.parameters = net.countParams();
        const { epochs: rows } = await fit(net, train, {
          epochs,
          batchSize: 32,
          learningRate: 0.02,
          seed: s,
          progress: false,
        });
        const { accuracy } = await evaluate(net, test);
        net.dispose();
        found.trainErrors.push(rows.map(({ trainError }) => trainError));
        found.testAccuracies.push(accuracy);
        log(`${head}, seed ${s}: ${(100 * accuracy).toFixed(1)}% of the test images`);
      }
      heads[head] = found;
    }
    const maps: [number, number, number] = [7, 7, 1024];
    const asVgg = chain(flatten(), dense(4096), relu(), dense(4096), relu(), dense(1000));
    return {
      paper: {
        average: blockCost(maps, chain(globalAvgPool(), dense(1000))).parameters,
        dense: blockCost(maps, asVgg).parameters,
      },
      heads,
    };
  },

  figure({ paper, heads }) {
    const bars = HEADS.map(head => ({
      label: head === 'average' ? 'average and one layer' : "VGG's three dense layers",
      value: paper[head] / 1e6,
    }));
    return [
      barChart(bars, { title: "Weights behind GoogLeNet's last maps (7 x 7 x 1024)", x: 'millions', horizontal: true }),
      spreadChart(
        HEADS.map(head => ({
          name: `${head}: ${heads[head].parameters.toLocaleString('en')} weights in all`,
          runs: heads[head].trainErrors.map(run => run.map(error => 100 * error)),
        })),
        { title: 'Our small network with each head', x: 'epochs', y: 'training error (%)' },
      ),
    ];
  },

  numbers: ({ heads }) => [
    HEADS.map(head => {
      const values = heads[head].testAccuracies;
      return {
        head,
        weights: heads[head].parameters,
        'test accuracy (median)': `${(100 * median(values)).toFixed(1)}%`,
        'by seed': values.map(value => `${(100 * value).toFixed(1)}%`).join(', '),
      };
    }),
  ],

  conclusion: ({ paper }) =>
    `The head of the paper's network has ${(paper.average / 1e6).toFixed(1)} million weights; VGG's dense layers in its ` +
    `place would have ${(paper.dense / 1e6).toFixed(1)} million.`,
};
