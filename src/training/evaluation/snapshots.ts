/** A model as it was at several times of its training. */
import * as tf from '@tensorflow/tfjs';
import { check, listOf, refuse } from '../../base/options';
import type { ImageSet } from '../../data';
import { refuseMisfit, refuseModel } from '../network/refusals';
import { variableOf } from '../network/variables';
import { BATCH_SIZE, type BatchSize, predict } from './evaluate';

/** The weights that a model had at one time. The caller disposes of it. */
export interface Snapshot {
  weights: tf.Tensor[];
  dispose(): void;
}

/** Keeps the weights that `model` has now, for instance at the end of each of `cosineCycles`. */
export function takeSnapshot(model: tf.LayersModel): Snapshot {
  refuseModel('takeSnapshot', model);
  const weights = model.weights.map(weight => tf.keep(variableOf(weight).clone()));
  return { weights, dispose: () => tf.dispose(weights) };
}

/**
 * The probabilities of the model with the weights of each snapshot. The model has its own again afterwards.
 * @returns for each snapshot [images, classes]; the caller disposes of them
 */
export async function predictSnapshots(
  model: tf.LayersModel,
  snapshots: Snapshot[],
  set: ImageSet,
  options: BatchSize = {},
): Promise<tf.Tensor2D[]> {
  check('predictSnapshots', options, BATCH_SIZE);
  refuseModel('predictSnapshots', model);
  refuseMisfit('predictSnapshots', model, set);
  listOf('snapshots of predictSnapshots', snapshots, 'an array of what takeSnapshot gives');
  snapshots.forEach((snapshot, i) => refuseSnapshot(model, snapshot, i));
  const own = takeSnapshot(model);
  const restore = ({ weights }: Snapshot): void =>
    model.weights.forEach((weight, i) => variableOf(weight).assign(weights[i]));
  const answers: tf.Tensor2D[] = [];
  try {
    for (const snapshot of snapshots) {
      restore(snapshot);
      answers.push(await predict(model, set, options));
    }
    return answers;
  } catch (error) {
    tf.dispose(answers);
    throw error;
  } finally {
    restore(own);
    own.dispose();
  }
}

function refuseSnapshot(model: tf.LayersModel, snapshot: Snapshot, i: number): void {
  const isSnapshot = Array.isArray(snapshot?.weights) && snapshot.weights.every(weight => weight instanceof tf.Tensor);
  if (!isSnapshot) refuse(`snapshot ${i}`, snapshot, 'what takeSnapshot gives');
  const shapes = snapshot.weights.map(({ shape }) => `[${shape}]`);
  if (snapshot.weights.some(({ isDisposed }) => isDisposed)) throw new Error(`Snapshot ${i} is disposed of.`);
  const ours = model.weights.map(({ shape }) => `[${shape}]`);
  if (String(shapes) === String(ours)) return;
  const at = ours.findIndex((shape, k) => shape !== shapes[k]);
  throw new Error(
    `Snapshot ${i} is of another network than ${model.name}: its weight ${Math.max(at, 0)} is ` +
      `${shapes[at] ?? 'missing'}; expected ${ours[at] ?? `${ours.length} weights`}.`,
  );
}
