/** Degradation: deeper plain networks train worse, deeper residual networks do not. Figure 6 of the paper. */
import { cosine, evaluate, fit } from '../training';
import { resnetCifar } from '../models';
import { at, type Experiment, median } from './experiment';
import { halved } from './halved';
import { spreadChart } from './spreadChart';

export interface DepthRun {
  kind: 'plain' | 'residual';
  depth: number;
  seed: number;
  /** After each epoch, over its pass. */
  trainErrors: number[];
  trainLosses: number[];
  testAccuracy: number;
}

export interface PlainAgainstResidual {
  images: number;
  side: number;
  epochs: number;
  runs: DepthRun[];
}

export const plainAgainstResidual: Experiment<PlainAgainstResidual> = {
  title: 'Plain against residual networks at growing depth',
  claim:
    'A plain network of 56 layers has a higher training error than one of 20, and a residual network of 56 layers a lower one.',
  source: 'He et al., CVPR 2016, section 4.2 and figure 6',
  minutes: { quick: 0.5, lecture: 4, long: 15 },

  async run({ seed, scale, images, log }) {
    const [count, epochs, seeds] = at(scale, [64, 1, 1], [400, 10, 1], [1000, 15, 2]);
    const train = halved(images({ split: 'train', count }));
    const test = halved(images({ split: 'test', count: at(scale, 50, 500, 500) }));
    const runs: DepthRun[] = [];
    for (let s = seed; s < seed + seeds; s++) {
      for (const depth of at(scale, [8, 14], [20, 56], [20, 32, 56])) {
        for (const kind of ['plain', 'residual'] as const) {
          const net = resnetCifar({ depth, residual: kind === 'residual', inputShape: train.shape, classes: train.classes.length, seed: s }); // prettier-ignore
          const { epochs: rows } = await fit(net, train, {
            epochs,
            batchSize: 32,
            learningRate: cosine(0.02),
            weightDecay: 1e-4,
            seed: s,
            progress: false,
          });
          const { accuracy } = await evaluate(net, test);
          net.dispose();
          const [trainErrors, trainLosses] = [rows.map(row => row.trainError), rows.map(row => row.trainLoss)];
          runs.push({ kind, depth, seed: s, trainErrors, trainLosses, testAccuracy: accuracy });
          log(`${kind}-${depth}, seed ${s}: training error ${percent(trainErrors.at(-1)!)}`);
        }
      }
    }
    return { images: count, side: train.shape[0], epochs, runs };
  },

  figure({ runs, images, side }) {
    return (['plain', 'residual'] as const).map(kind =>
      spreadChart(
        depthsOf(runs).map(depth => ({
          name: `${kind}-${depth}`,
          runs: ofKind(runs, kind, depth).map(({ trainErrors }) => trainErrors.map(error => 100 * error)),
        })),
        { title: `${kind} networks, ${images} images of ${side} x ${side}`, x: 'epochs', y: 'training error (%)' },
      ),
    );
  },

  conclusion({ runs, images, side, epochs }) {
    const last = (kind: DepthRun['kind'], depth: number): string =>
      `${percent(median(ofKind(runs, kind, depth).map(({ trainErrors }) => trainErrors.at(-1)!)))} with ${depth} layers`;
    const sentence = (kind: DepthRun['kind']): string => `${kind} ${depthsOf(runs).map(depth => last(kind, depth)).join(', ')}`; // prettier-ignore
    const ends = (kind: DepthRun['kind']): number[] => depthsOf(runs).map(depth => median(ofKind(runs, kind, depth).map(({ trainErrors }) => trainErrors.at(-1)!))); // prettier-ignore
    const order = (kind: DepthRun['kind']): string => `The deepest ${kind} network trains ${ends(kind).at(-1)! > ends(kind)[0] ? 'worse' : 'no worse'} than the shallowest here`; // prettier-ignore
    const seeds = new Set(runs.map(({ seed }) => seed)).size;
    return (
      `Training error after ${epochs} epochs on ${images} images of ${side} x ${side}${seeds > 1 ? `, median of ${seeds} seeds` : ''}: ` +
      `${sentence('plain')}; ${sentence('residual')}. ${order('plain')}; ${order('residual')}. The paper trained for 164 epochs on 45,000 images of 32 x 32.`
    );
  },
};

const depthsOf = (runs: DepthRun[]): number[] => [...new Set(runs.map(({ depth }) => depth))];
const ofKind = (runs: DepthRun[], kind: string, depth: number): DepthRun[] => runs.filter(run => run.kind === kind && run.depth === depth); // prettier-ignore
const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
