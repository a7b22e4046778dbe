/** What squeeze and excitation's gates do for each class, in a small network with one block at each scale. */
import * as tf from '@tensorflow/tfjs';
import { lineChart } from '../display';
import { chain, convBnRelu, dense, globalAvgPool, maxPool, model, named, squeezeExcite } from '../layers';
import { evaluate, fit } from '../training';
import { type ClassGates, gatesPerClass } from '../visualize';
import { at, type Experiment } from './experiment';

export interface SqueezeExcitation {
  classes: string[];
  gates: ClassGates[];
  testAccuracy: number;
}

export const squeezeExcitation: Experiment<SqueezeExcitation> = {
  title: 'The gates of squeeze and excitation, class by class',
  claim:
    'The gates are alike for all classes in the early layers, and differ from class to class in the later ones: they specialize.',
  source: 'Hu et al., CVPR 2018, section 7.2 and figure 8',
  minutes: { quick: 0.2, lecture: 1, long: 3 },

  async run({ seed, scale, images, log }) {
    const [count, epochs] = at(scale, [128, 1], [1500, 6], [4000, 10]);
    const train = images({ split: 'train', count });
    const test = images({ split: 'test', count: at(scale, 200, 500, 500) });
    const net = gatedNetwork(train.classes.length, seed);
    await fit(net, train, { epochs, batchSize: 64, learningRate: 0.05, weightDecay: 5e-4, seed, progress: false });
    const { accuracy } = await evaluate(net, test);
    const gates = await gatesPerClass(net, test);
    net.dispose();
    for (const { layer, classDeviation } of gates)
      log(`${layer}: deviation over the classes ${classDeviation.toFixed(4)}`);
    return { classes: test.classes, gates, testAccuracy: accuracy };
  },

  figure({ classes, gates }) {
    // Four classes and the mean of all, as the paper draws it.
    const shown = [0, 3, 5, 8].filter(k => k < classes.length);
    return gates.map(({ layer, means }) => {
      const channels = means[0].map((_, c) => c);
      const all = channels.map(c => means.reduce((sum, row) => sum + row[c], 0) / means.length);
      const order = channels.sort((a, b) => all[a] - all[b]);
      return lineChart(
        [
          { name: 'all classes', values: order.map(c => all[c]) },
          ...shown.map(k => ({ name: classes[k], values: order.map(c => means[k][c]) })),
        ],
        { title: `Mean gate of each class: ${layer}`, x: 'channel, in the order of the mean gate', y: 'mean gate' },
      );
    });
  },

  numbers: ({ gates }) => [
    gates.map(({ layer, classDeviation }) => ({
      block: layer.split('/')[0],
      "deviation of a channel's gate over the classes": classDeviation.toFixed(3),
    })),
  ],

  conclusion({ gates, testAccuracy }) {
    const growth = gates.at(-1)!.classDeviation / gates[0].classDeviation;
    return (
      `In the last block a channel's gate differs ${growth.toFixed(1)} times as much between the classes as in the first. ` +
      `The network is right on ${(100 * testAccuracy).toFixed(1)}% of the test images.`
    );
  },
};

function gatedNetwork(classes: number, seed: number): tf.LayersModel {
  const stage = (filters: number) => chain(convBnRelu(filters, 3), named('se', squeezeExcite({ reduction: 8 })));
  return model(
    'gated',
    { inputShape: [32, 32, 3], seed },
    named('stage1', stage(16), maxPool(2)), // 16 x 16
    named('stage2', stage(32), maxPool(2)), // 8 x 8
    named('stage3', stage(64), maxPool(2)), // 4 x 4
    named('stage4', stage(64)),
    named('fc', globalAvgPool(), dense(classes)),
  );
}
