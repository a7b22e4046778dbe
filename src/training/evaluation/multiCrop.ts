/** Testing on ten crops of each image: AlexNet, section 4.1. */
import * as tf from '@tensorflow/tfjs';
import { check } from '../../base/options';
import { runtime } from '../../base/runtime';
import { batches, type ImageSet, tenCrops } from '../../data';
import { refuseEmpty } from '../../data/imageSet';
import {
  averageProbabilities,
  BOOTSTRAP,
  type BootstrapOptions,
  compareEnsemble,
  type EnsembleComparison,
} from './ensembles';
import { BATCH_SIZE, type BatchSize } from './evaluate';
import { refuseClasses, refuseModel } from '../network/refusals';

/**
 * The probabilities on each of the ten crops of each image, as large as the model takes them.
 * @returns ten times [images, classes], in the order of `tenCrops`; the caller disposes of them
 * @throws when the model's input is not square, or larger than the images
 */
export async function predictCrops(
  model: tf.LayersModel,
  set: ImageSet,
  options: BatchSize = {},
): Promise<tf.Tensor2D[]> {
  check('predictCrops', options, BATCH_SIZE);
  const { batchSize = 64 } = options;
  refuseModel('predictCrops', model);
  refuseEmpty(set, 'set of predictCrops');
  refuseClasses(model, set);
  const [, height, width, channels] = model.inputs[0].shape as number[];
  if (height !== width) throw new Error(`${model.name} takes images of ${height} x ${width}; expected square ones.`);
  if (height > Math.min(set.shape[0], set.shape[1]) || channels !== set.shape[2]) {
    const crop = [height, width, channels].join(' x ');
    throw new Error(`${model.name} takes images of ${crop}; expected crops of ${set.name}'s ${set.shape.join(' x ')}.`);
  }
  const parts: tf.Tensor3D[] = [];
  try {
    for (const { x, y } of batches(set, { batchSize })) {
      const part = tf.tidy(() => {
        const logits = [model.apply(tenCrops(x, height), { training: false })].flat()[0] as tf.Tensor2D;
        return tf.softmax(logits).reshape([10, x.shape[0], logits.shape[1]]) as tf.Tensor3D;
      });
      parts.push(part);
      tf.dispose([x, y]);
      await runtime.pause();
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
export async function predictTenCrop(model: tf.LayersModel, set: ImageSet, options?: BatchSize): Promise<tf.Tensor2D> {
  const crops = await predictCrops(model, set, options);
  const mean = averageProbabilities(crops);
  tf.dispose(crops);
  return mean;
}

/** What ten crops bring over one: the members are the crops, of which number 4 is the centre. */
export async function compareCrops(
  model: tf.LayersModel,
  set: ImageSet,
  options: BootstrapOptions & BatchSize = {},
): Promise<EnsembleComparison> {
  check('compareCrops', options, { ...BOOTSTRAP, ...BATCH_SIZE });
  const { batchSize, ...bootstrap } = options;
  const crops = await predictCrops(model, set, { batchSize });
  try {
    return await compareEnsemble(crops, set.labels, bootstrap);
  } finally {
    tf.dispose(crops);
  }
}
