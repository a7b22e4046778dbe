/** What groups cost and save, and the three forms of a ResNeXt block: counted and computed, nothing is trained. */
import * as tf from '@tensorflow/tfjs';
import { batches } from '../data';
import { barChart, lineChart } from '../display';
import { chain, conv } from '../layers';
import { resnextCifar, type ResNeXtCifarOptions, transferWeights } from '../models';
import { blockCost } from '../profile';
import { at, type Experiment } from './experiment';

type Form = NonNullable<ResNeXtCifarOptions['form']>;

export interface GroupedConvolution {
  /** A 3 x 3 convolution of 256 maps at 14 x 14. */
  groups: { groups: number; parameters: number; multiplyAdds: number }[];
  /** A block of conv2_x, table 2. */
  blocks: { cardinality: number; width: number; parameters: number; multiplyAdds: number }[];
  /** The largest difference of two forms' logits from the same weights, as a share of the largest logit. */
  forms: { from: Form; to: Form; difference: number }[];
}

export const groupedConvolution: Experiment<GroupedConvolution> = {
  title: 'Grouped convolution and the three forms of ResNeXt',
  claim:
    'G groups cost a G-th, so that a block of 32 paths of 4 channels costs what a bottleneck of 64 does; its three forms are strictly equivalent.',
  source: 'Xie et al., CVPR 2017, sections 3.1 and 3.3, table 2 and figure 3',
  minutes: { quick: 0.1, lecture: 0.2, long: 0.2 },

  async run({ seed, scale, images }) {
    const groups = [1, 2, 4, 8, 16, 32, 64, 128, 256].map(groups => {
      const { parameters, multiplyAdds } = blockCost([14, 14, 256], conv(256, 3, { groups, bias: false }));
      return { groups, parameters, multiplyAdds };
    });
    const table2 = [
      [1, 64],
      [2, 40],
      [4, 24],
      [8, 14],
      [32, 4],
    ];
    const blocks = table2.map(([cardinality, width]) => {
      const inner = cardinality * width;
      const block = chain(
        conv(inner, 1, { bias: false }),
        conv(inner, 3, { groups: cardinality, bias: false }),
        conv(256, 1, { bias: false }),
      );
      const { parameters, multiplyAdds } = blockCost([56, 56, 256], block);
      return { cardinality, width, parameters, multiplyAdds };
    });

    const forms: GroupedConvolution['forms'] = [];
    const options = { depth: 11, cardinality: 4, bottleneckWidth: at(scale, 2, 8, 8) };
    const [{ x, y }] = batches(images({ split: 'train', count: 8 }));
    for (const [from, to] of [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'a'],
    ] as [Form, Form][]) {
      const [one, other] = [from, to].map((form, i) => resnextCifar({ ...options, form, seed: seed + i }));
      transferWeights(one, other);
      const difference = tf.tidy(() => {
        const [a, b] = [one, other].map(net => net.predict(x) as tf.Tensor);
        return a.sub(b).abs().max().div(a.abs().max()).dataSync()[0];
      });
      forms.push({ from, to, difference });
      one.dispose();
      other.dispose();
    }
    tf.dispose([x, y]);
    return { groups, blocks, forms };
  },

  figure({ groups, blocks }) {
    const line = groups.map(({ groups, multiplyAdds }) => ({ x: groups, y: multiplyAdds / 1e6 }));
    return [
      lineChart([{ name: '3 x 3, 256 to 256 maps at 14 x 14', values: line }], {
        title: 'A convolution in groups',
        x: 'groups',
        y: 'multiply-adds (million)',
        logX: true,
        logY: true,
      }),
      barChart(
        blocks.map(({ cardinality, width, parameters }) => ({
          label: `${cardinality} x ${width}d`,
          value: parameters / 1e3,
        })),
        { title: 'Blocks of equal cost (table 2)', x: 'cardinality x width', y: 'parameters (thousand)' },
      ),
    ];
  },

  numbers: ({ blocks }) => [blocks.map(({ cardinality, width, parameters }) => ({ cardinality, width, parameters }))],

  conclusion({ groups, forms }) {
    const [dense] = groups;
    const at32 = groups.find(({ groups }) => groups === 32)!;
    const worst = Math.max(...forms.map(({ difference }) => difference));
    return (
      `32 groups take ${(at32.multiplyAdds / 1e6).toFixed(2)} of ${(dense.multiplyAdds / 1e6).toFixed(1)} million multiply-adds, ` +
      `1/${dense.multiplyAdds / at32.multiplyAdds} of them. ` +
      `Networks of forms (a), (b) and (c) with the same weights differ by at most ${worst.toExponential(0)} of the largest logit: the rounding of float32.`
    );
  },
};
