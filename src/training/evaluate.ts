import * as tf from '@tensorflow/tfjs';
import { batches, type ImageSet } from '../data';
import { softmaxCrossEntropy } from './loss';

/** Mean cross-entropy and share of right answers of `model` (logits) on `set`, with the layers as at test time. */
export async function evaluate(
  model: tf.LayersModel,
  set: ImageSet,
  { batchSize = 256 } = {},
): Promise<{ loss: number; accuracy: number }> {
  let loss = 0;
  let right = 0;
  for (const { x, y } of batches(set, { batchSize })) {
    const totals = tf.tidy(() => {
      const logits = logitsOf(model, x);
      const batchLoss = softmaxCrossEntropy(logits, y).mul(x.shape[0]);
      return tf.stack([batchLoss, logits.argMax(1).equal(y).sum().toFloat()]);
    });
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

/** The main output; auxiliary classifiers are for training only. */
function logitsOf(model: tf.LayersModel, x: tf.Tensor4D): tf.Tensor2D {
  return [model.apply(x, { training: false })].flat()[0] as tf.Tensor2D;
}
