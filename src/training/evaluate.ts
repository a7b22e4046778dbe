import * as tf from '@tensorflow/tfjs';
import { batches, type ImageSet } from '../data';
import { Ahead } from './ahead';
import { softmaxCrossEntropy } from './loss';
import { logitsOf } from './step';

/**
 * Mean cross-entropy and share of right answers of `model` (logits) on `set`, with the layers as at test time.
 * @param options.isTrained whether the weights are about to change: else the graph takes them for constants
 */
export async function evaluate(
  model: tf.LayersModel,
  set: ImageSet,
  { batchSize = 256, isTrained = false } = {},
): Promise<{ loss: number; accuracy: number }> {
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
    await new Promise(setImmediate);
  }
  return { loss: loss / set.length, accuracy: right / set.length };
}

/**
 * The probability of every class, batch by batch.
 * @returns [images, classes], rows sum to 1; the caller disposes of it
 */
export async function predict(model: tf.LayersModel, set: ImageSet, { batchSize = 256 } = {}): Promise<tf.Tensor2D> {
  const parts: tf.Tensor2D[] = [];
  for (const { x, y } of batches(set, { batchSize })) {
    parts.push(tf.tidy(() => tf.softmax(logitsOf(model, x))));
    tf.dispose([x, y]);
    await new Promise(setImmediate);
  }
  const probabilities = tf.concat(parts);
  tf.dispose(parts);
  return probabilities;
}
