/** The masks of a network's dropout layers. */
import type * as tf from '@tensorflow/tfjs';
import { seeded } from '../../data';
import { Dropout } from '../../layers';
import { layersOf } from './variables';

/** Streams 0 and 1 are the data's. */
const DROPOUT_STREAM = 2;

/**
 * Draws the masks of every dropout layer from the seed and the number of the step alone: a run that goes on draws those
 * that it would have drawn.
 * @param always whether units are dropped at inference, too
 * @returns how many layers drop units
 */
export function drawMasks(model: tf.LayersModel, batch: number, seed: number, step: number, always = false): number {
  const layers = layersOf(model);
  const mixed = (((seed % 2 ** 32) + 2 ** 32) % 2 ** 32) + (step % 2 ** 20) * 2 ** 32;
  let count = 0;
  for (const [i, layer] of layers.entries()) {
    if (layer instanceof Dropout) {
      if (layer.rate > 0) layer.draw(batch, seeded(mixed, DROPOUT_STREAM + i), always);
    } else if (layer.getClassName() === 'Dropout' && !always) {
      // tfjs's layer reads its seed at each call; 0 would mean none.
      (layer as tf.layers.Layer & { seed: number }).seed =
        1 + Math.floor(seeded(mixed, DROPOUT_STREAM + i)() * 2 ** 31);
    } else continue;
    if ((layer as { rate: number }).rate > 0) count++;
  }
  return count;
}

export function releaseMasks(model: tf.LayersModel): void {
  for (const layer of layersOf(model)) if (layer instanceof Dropout) layer.release();
}
