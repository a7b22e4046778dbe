/**
 * Whether training waits for augmentation: images a second that are augmented and put into batches, beside those of a
 * training step, in rounds that alternate. `npm run bench -- augmentation`
 */
import * as tf from '@tensorflow/tfjs';
import { compile, ready } from '../../src/backend';
import {
  type Augmentation,
  batches,
  compose,
  cropTo,
  horizontalFlip,
  type ImageSet,
  pcaColour,
  randomCrop,
  seeded,
} from '../../src/data';
import { alexnet, cifarNet } from '../../src/models';
import { softmaxCrossEntropy } from '../../src/training/step/loss';
import { variableOf } from '../../src/training/network/variables';

const ROUNDS = 7;

interface Case {
  title: string;
  build: () => tf.LayersModel;
  side: number;
  batch: number;
  augment: Augmentation;
}

const CASES: Case[] = [
  {
    title: 'cifarNet; crop with padding 4, reflection, PCA colour',
    build: () => cifarNet(),
    side: 32,
    batch: 128,
    augment: compose(randomCrop({ padding: 4 }), horizontalFlip(), pcaColour()),
  },
  {
    title: 'alexnet; crop of 227 from 259, reflection, PCA colour',
    build: () => alexnet(),
    side: 259,
    batch: 16,
    augment: compose(cropTo(227), horizontalFlip(), pcaColour()),
  },
];

export async function bench(): Promise<void> {
  await ready();
  for (const { title, build, side, batch, augment } of CASES) {
    const model = build();
    const set = noise(batch, side, model.outputs[0].shape[1]!);
    const variables = model.trainableWeights.map(variableOf);
    const step = compile((x: tf.Tensor4D, y: tf.Tensor1D) => {
      const loss = () => softmaxCrossEntropy(model.apply(x, { training: true }) as tf.Tensor2D, y);
      const { value, grads } = tf.variableGrads(loss, variables);
      return [value, ...Object.values(grads)];
    });
    const times: { augmenting: number; training: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const start = performance.now();
      const { x, y } = batches(set, { batchSize: batch, seed: round, augment }).next().value!;
      const between = performance.now();
      const results = step(x, y);
      await results[0].data();
      const end = performance.now();
      tf.dispose([x, y, results]);
      // The first rounds record the step's graph.
      if (round > 2) times.push({ augmenting: between - start, training: end - between });
    }
    step.dispose();
    model.dispose();
    const shares = times.map(({ augmenting, training }) => augmenting / training).sort((a, b) => a - b);
    const middle = shares[shares.length >> 1];
    console.log(`  ${title}: augmenting takes ${(100 * middle).toFixed(1)}% of the time of a training step`);
  }
}

function noise(length: number, side: number, classes: number): ImageSet {
  const random = seeded(1);
  return {
    name: 'noise',
    images: Uint8Array.from({ length: length * side * side * 3 }, () => 256 * random()),
    labels: new Uint8Array(length),
    shape: [side, side, 3],
    classes: Array.from({ length: classes }, (_, i) => String(i)),
    length,
  };
}
