/** What training reads and changes in a network. */
import * as tf from '@tensorflow/tfjs';

/** The variable behind a weight: tfjs-layers keeps it one wrapper deep. */
export const variableOf = (weight: tf.LayerVariable): tf.Variable =>
  (weight as tf.LayerVariable & { val: tf.Variable }).val;

/** All layers, also those of models within the model. */
export function layersOf(model: tf.LayersModel): tf.layers.Layer[] {
  return model.layers.flatMap(layer => (layer instanceof tf.LayersModel ? layersOf(layer) : [layer]));
}
