/** The batches of a run, in the order in which it sees them. */
import * as tf from '@tensorflow/tfjs';
import { type Batch, batches, type ImageSet } from '../../data';
import { type Settings, stepsPerEpoch } from './settings';

/** A batch of a step. */
export interface Part extends Batch {
  /** Share of the step's images. */
  share: number;
  isLast: boolean;
}

/** The batches of all passes but for those of the first `taken` steps. */
export function* parts(set: ImageSet, taken: number, settings: Settings): Generator<Part, undefined> {
  const { batchSize, dropLast, accumulate, epochs, seed, augment } = settings;
  const perEpoch = stepsPerEpoch(set, settings);
  const used = dropLast ? set.length - (set.length % batchSize) : set.length;
  let epoch = Math.floor(taken / perEpoch);
  for (let step = epoch * perEpoch; epoch < epochs; epoch++) {
    let [seen, inStep] = [0, 0];
    for (const { x, y } of batches(set, { batchSize, dropLast, augment, seed: seed + epoch })) {
      const images = Math.min(batchSize * accumulate, used - (seen - inStep));
      const size = x.shape[0];
      seen += size;
      inStep += size;
      const isLast = inStep === images;
      // Made and thrown away, so that the augmentation draws what it drew then.
      if (step < taken) tf.dispose([x, y]);
      else yield { x, y, share: size / images, isLast };
      if (!isLast) continue;
      step++;
      inStep = 0;
    }
  }
}
