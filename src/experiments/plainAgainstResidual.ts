/**
 * Degradation: deeper plain networks train worse, deeper residual networks do not. Figure 6 of the paper, by the training error
 * of each pass.
 *
 * All networks have the same images in the same order, the same schedule and half the paper's widths. The residual half of the
 * figure shows only once a network of 20 layers is short of something that depth adds. On 7,051 images of CIFAR-10 of 16 x 16,
 * one cycle to 0.1, batches of 64, the last training errors of ResNet-20 and ResNet-56 were: with the paper's widths 46.3% and
 * 50.0% after 8 epochs with crops and reflections, 1.8% and 3.3% after 10 epochs without. Half the widths were tried third, and
 * are what is here.
 */
import { evaluate, fit, oneCycle } from '../training';
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
  /** Filters of the three stages. */
  widths: readonly [number, number, number];
  epochs: number;
  runs: DepthRun[];
}

export const plainAgainstResidual: Experiment<PlainAgainstResidual> = {
  title: 'Plain against residual networks at growing depth',
  claim:
    'A plain network of 56 layers has a higher training error than one of 20, and a residual network of 56 layers a lower one.',
  source: 'He et al., CVPR 2016, section 4.2 and figure 6',
  minutes: { quick: 0.5, lecture: 5, long: 10 },

  async run({ seed, scale, images, log, part }) {
    const [count, epochs, seeds] = at(scale, [192, 1, 1], [7000, 15, 1], [7000, 15, 2]);
    const widths = [8, 16, 32] as const;
    const train = halved(images({ split: 'train', count }));
    const test = halved(images({ split: 'test', count: at(scale, 50, 500, 500) }));
    const runs: DepthRun[] = [];
    for (let s = seed; s < seed + seeds; s++) {
      for (const depth of at(scale, [8, 14], [20, 56], [20, 56])) {
        for (const kind of ['plain', 'residual'] as const) {
          const run = await part<DepthRun>(`${kind}-${depth}, seed ${s}`, async () => {
            const net = resnetCifar({
              depth,
              widths,
              residual: kind === 'residual',
              inputShape: train.shape,
              classes: train.classes.length,
              seed: s,
            });
            const { epochs: rows } = await fit(net, train, {
              epochs,
              batchSize: 64,
              learningRate: oneCycle(0.1),
              weightDecay: 1e-4,
              seed: s,
              progress: false,
            });
            const { accuracy } = await evaluate(net, test);
            net.dispose();
            const [trainErrors, trainLosses] = [rows.map(row => row.trainError), rows.map(row => row.trainLoss)];
            return { kind, depth, seed: s, trainErrors, trainLosses, testAccuracy: accuracy };
          });
          runs.push(run);
          log(`${kind}-${depth}, seed ${s}: training error ${percent(run.trainErrors.at(-1)!)}`);
        }
      }
    }
    return { images: train.length, side: train.shape[0], widths, epochs, runs };
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

  numbers({ runs }) {
    const last = (kind: DepthRun['kind'], depth: number): string =>
      percent(median(ofKind(runs, kind, depth).map(({ trainErrors }) => trainErrors.at(-1)!)));
    return [
      depthsOf(runs).map(depth => ({ layers: depth, plain: last('plain', depth), residual: last('residual', depth) })),
    ];
  },

  conclusion({ runs, images, side, widths, epochs }) {
    const ends = (kind: DepthRun['kind']): number[] =>
      depthsOf(runs).map(depth => median(ofKind(runs, kind, depth).map(({ trainErrors }) => trainErrors.at(-1)!)));
    const order = (kind: DepthRun['kind']): string =>
      `the deepest ${kind} network ends ${ends(kind).at(-1)! > ends(kind)[0] ? 'above' : ends(kind).at(-1)! < ends(kind)[0] ? 'below' : 'level with'} the shallowest`;
    const seeds = new Set(runs.map(({ seed }) => seed)).size;
    const middle = seeds > 1 ? `, median of ${seeds} seeds` : '';
    return (
      `By the training error over the last of ${epochs} epochs${middle}, ${order('plain')}, and ${order('residual')}. ` +
      `Here are ${images.toLocaleString('en')} images of ${side} x ${side} and stages of ${widths.join(', ')} filters; ` +
      'the paper trained for 64,000 steps on 45,000 images of 32 x 32, with 16, 32, 64.'
    );
  },
};

const depthsOf = (runs: DepthRun[]): number[] => [...new Set(runs.map(({ depth }) => depth))];
const ofKind = (runs: DepthRun[], kind: string, depth: number): DepthRun[] =>
  runs.filter(run => run.kind === kind && run.depth === depth);
const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
