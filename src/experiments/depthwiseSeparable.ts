/** Depthwise separable convolution: what it costs by count, and what it costs by the clock. */
import * as tf from '@tensorflow/tfjs';
import { lineChart } from '../display';
import { batchNorm, type Block, chain, conv, depthwiseConv, model, relu } from '../layers';
import { blockCost } from '../profile';
import { at, type Experiment, median } from './experiment';

export interface DepthwiseSeparable {
  side: number;
  costs: { channels: number; dense: number; separable: number; ratio: number }[];
  /** A figure of the clock, so not the same again: how many times faster the separable block is, both sides measured in turns. */
  measured: { batch: number; speedups: { channels: number; speedup: number }[] };
}

export const depthwiseSeparable: Experiment<DepthwiseSeparable> = {
  title: 'Depthwise separable convolution',
  claim:
    'A 3 x 3 depthwise separable convolution takes 8 to 9 times less computation than a standard one: 1/N + 1/9 of it.',
  source: 'Howard et al., 2017, section 3.1, equation 5',
  minutes: { quick: 0.1, lecture: 0.5, long: 1 },

  async run({ scale, log }) {
    const side = 14;
    const widths = at(scale, [8, 16], [32, 64, 128, 256, 512], [32, 64, 128, 256, 512]);
    const rounds = at(scale, 2, 9, 15);
    const batch = at(scale, 1, 8, 16);
    const costs = widths.map(channels => {
      const [dense, separable] = [standard, separate].map(
        block => blockCost([side, side, channels], block(channels)).multiplyAdds,
      );
      return { channels, dense, separable, ratio: dense / separable };
    });
    const speedups: { channels: number; speedup: number }[] = [];
    for (const channels of widths) {
      const shape: [number, number, number] = [side, side, channels];
      const nets = [standard, separate].map(block => model('block', { inputShape: shape }, block(channels)));
      const x = tf.randomNormal([batch, ...shape], 0, 1, 'float32', 1);
      const time = async (net: tf.LayersModel): Promise<number> => {
        const start = performance.now();
        const y = net.predict(x) as tf.Tensor;
        await y.data();
        y.dispose();
        return performance.now() - start;
      };
      for (const net of nets) await time(net);
      const ratios: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const [dense, separable] = [await time(nets[0]), await time(nets[1])];
        ratios.push(dense / separable);
      }
      speedups.push({ channels, speedup: median(ratios) });
      x.dispose();
      nets.forEach(net => net.dispose());
      log(`${channels} channels: ${speedups.at(-1)!.speedup.toFixed(1)} times faster`);
    }
    return { side, costs, measured: { batch, speedups } };
  },

  figure({ side, costs, measured }) {
    return lineChart(
      [
        { name: 'fewer multiply-adds', values: costs.map(({ channels, ratio }) => ({ x: channels, y: ratio })) },
        {
          name: 'faster, measured',
          values: measured.speedups.map(({ channels, speedup }) => ({ x: channels, y: speedup })),
        },
      ],
      {
        title: `Standard by separable, 3 x 3 at ${side} x ${side}`,
        x: 'channels',
        y: 'times',
        logX: true,
        horizontal: { at: 9, label: '9' },
      },
    );
  },

  numbers: ({ measured }) => [
    measured.speedups.map(({ channels, speedup }) => ({ channels, 'times faster by the clock': speedup.toFixed(1) })),
  ],

  conclusion({ costs }) {
    const { channels, dense, separable, ratio } = costs.at(-1)!;
    const million = (count: number): string => (count / 1e6).toFixed(1);
    return (
      `With ${channels} channels ${million(dense)} million multiply-adds become ${million(separable)} million, ` +
      `${ratio.toFixed(2)} times fewer. The table has what that gains by the clock, both sides in turns: the depthwise part reads much memory for little arithmetic.`
    );
  },
};

const standard = (channels: number): Block => chain(conv(channels, 3, { bias: false }), batchNorm(), relu());

/** Figure 3, right. */
const separate = (channels: number): Block =>
  chain(
    depthwiseConv(3, { bias: false }),
    batchNorm(),
    relu(),
    conv(channels, 1, { bias: false }),
    batchNorm(),
    relu(),
  );
