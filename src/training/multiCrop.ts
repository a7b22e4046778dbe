/** Testing on ten crops of each image: AlexNet, section 4.1. */
import * as tf from '@tensorflow/tfjs';
import { batches, type ImageSet, tenCrops } from '../data';
import { averageProbabilities, type BootstrapOptions, compareEnsemble, type EnsembleComparison } from './ensembles';

/**
 * The probabilities on each of the ten crops of each image, as large as the model takes them.
 * @returns ten times [images, classes], in the order of `tenCrops`; the caller disposes of them
 * @throws when the model's input is not square, or larger than the images
 */
export async function predictCrops(
  model: tf.LayersModel,
  set: ImageSet,
  { batchSize = 64 } = {},
): Promise<tf.Tensor2D[]> {
  const [, height, width] = model.inputs[0].shape as number[];
  if (height !== width) throw new Error(`${model.name} takes images of ${height} x ${width}; crops here are square.`);
  const parts: tf.Tensor3D[] = [];
  try {
    for (const { x, y } of batches(set, { batchSize })) {
      const part = tf.tidy(() => {
        const logits = [model.apply(tenCrops(x, height), { training: false })].flat()[0] as tf.Tensor2D;
        return tf.softmax(logits).reshape([10, x.shape[0], logits.shape[1]]) as tf.Tensor3D;
      });
      parts.push(part);
      tf.dispose([x, y]);
      await new Promise(setImmediate);
    }
    return tf.tidy(() => tf.unstack(tf.concat(parts, 1)) as tf.Tensor2D[]);
  } finally {
    tf.dispose(parts);
  }
}

/**
 * Ten-crop testing: the mean of the probabilities, not of the logits, over the ten crops.
 * @returns [images, classes], rows sum to 1; the caller disposes of it
 */
export async function predictTenCrop(
  model: tf.LayersModel,
  set: ImageSet,
  options?: { batchSize?: number },
): Promise<tf.Tensor2D> {
  const crops = await predictCrops(model, set, options);
  const mean = averageProbabilities(crops);
  tf.dispose(crops);
  return mean;
}

/** What ten crops bring over one: the members are the crops, of which number 4 is the centre. */
export async function compareCrops(
  model: tf.LayersModel,
  set: ImageSet,
  options: BootstrapOptions & { batchSize?: number } = {},
): Promise<EnsembleComparison> {
  const crops = await predictCrops(model, set, options);
  try {
    return await compareEnsemble(crops, set.labels, options);
  } finally {
    tf.dispose(crops);
  }
}
