import * as tf from '@tensorflow/tfjs';
import { boolean, check, type Checks, wholeNumber } from '../../base/options';
import { runtime } from '../../base/runtime';
import { batches, type ImageSet } from '../../data';
import { Ahead } from '../step/ahead';
import { softmaxCrossEntropy } from '../step/loss';
import { refuseMisfit, refuseModel } from '../network/refusals';
import { logitsOf } from '../network/inference';

export interface BatchSize {
  /** Images at a time. */
  batchSize?: number;
}

/** Where the batch size is not given: more than in training, as nothing is kept for gradients. */
const IMAGES_AT_A_TIME = 256;

export const BATCH_SIZE: Checks<BatchSize> = { batchSize: (what, value) => wholeNumber(what, value) };

/**
 * Mean cross-entropy and share of right answers of `model` (logits) on `set`, with the layers as at test time.
 * @param options.isTrained whether the weights are about to change: else the graph takes them for constants
 * @throws before anything is computed, when model, set and options do not fit
 */
export async function evaluate(
  model: tf.LayersModel,
  set: ImageSet,
  options: BatchSize & { isTrained?: boolean } = {},
): Promise<{ loss: number; accuracy: number }> {
  check('evaluate', options, { ...BATCH_SIZE, isTrained: boolean });
  const { batchSize = IMAGES_AT_A_TIME, isTrained = false } = options;
  refuseModel('evaluate', model);
  refuseMisfit('evaluate', model, set);
  let loss = 0;
  let right = 0;
  const all = new Ahead(batches(set, { batchSize }), ({ x, y }) => tf.dispose([x, y]));
  for (let next = all.next(); !next.done; next = all.next()) {
    const { x, y } = next.value;
    const totals = tf.tidy(() => {
      const logits = logitsOf(model, x, isTrained);
      const batchLoss = softmaxCrossEntropy(logits, y).mul(x.shape[0]);
      return tf.stack([batchLoss, logits.argMax(1).equal(y).sum().toFloat()]);
    });
    all.prepare();
    const [batchLoss, batchRight] = await totals.data();
    tf.dispose([x, y, totals]);
    loss += batchLoss;
    right += batchRight;
    await runtime.pause();
  }
  return { loss: loss / set.length, accuracy: right / set.length };
}

/**
 * The probability of every class, batch by batch.
 * @returns [images, classes], rows sum to 1; the caller disposes of it
 * @throws before anything is computed, when model, set and options do not fit
 */
export async function predict(model: tf.LayersModel, set: ImageSet, options: BatchSize = {}): Promise<tf.Tensor2D> {
  check('predict', options, BATCH_SIZE);
  const { batchSize = IMAGES_AT_A_TIME } = options;
  refuseModel('predict', model);
  refuseMisfit('predict', model, set);
  const parts: tf.Tensor2D[] = [];
  for (const { x, y } of batches(set, { batchSize })) {
    parts.push(tf.tidy(() => tf.softmax(logitsOf(model, x))));
    tf.dispose([x, y]);
    await runtime.pause();
  }
  const probabilities = tf.concat(parts);
  tf.dispose(parts);
  return probabilities;
}
