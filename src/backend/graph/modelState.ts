/** Whether a model's calls depend on nothing but its weights and options, and whether the options are as they were. */
import * as tf from '@tensorflow/tfjs';

/** tfjs's own classes, before anybody registers others. */
const OF_TFJS = new Set<unknown>();
for (const [made] of Object.values(tf.serialization.SerializationMap.getMap().classNameMap)) OF_TFJS.add(made);

/**
 * Whether objects of the class do the same at each call while their properties are the same: tfjs's do, and those of a class
 * that says so itself, by a static property `isPlain`. A subclass may do anything.
 */
const isPlainClass = (made: unknown): boolean =>
  OF_TFJS.has(made) || (typeof made === 'function' && Object.hasOwn(made, 'isPlain'));

/** Properties with what they were. */
export type ModelState = [owner: object, key: string, value: unknown][];

/**
 * The options of all layers as they are now; undefined if a layer is of somebody else's class, or was given a `call` of its
 * own, and so may do anything.
 */
export function stateOf(model: tf.LayersModel): ModelState | undefined {
  const state: ModelState = [];
  const seen = new Set<object>();
  const isPlain = (owner: object): boolean => {
    if (seen.has(owner)) return true;
    seen.add(owner);
    for (const [key, value] of Object.entries(owner)) {
      // What tfjs-layers keeps for itself, but for a function that each call calls.
      if (key.startsWith('_') && key !== '_callHook') continue;
      if (typeof value === 'function') return false;
      if (typeof value !== 'object' || value === null) state.push([owner, key, value]);
      else if (isPlainClass(value.constructor) || isData(value)) {
        if (!isPlain(value)) return false;
      } else if (value instanceof tf.layers.Layer) return false;
    }
    return true;
  };
  const isPlainModel = (model: tf.LayersModel): boolean =>
    isPlainClass(model.constructor) &&
    !Object.hasOwn(model, 'call') &&
    !Object.hasOwn(model, 'apply') &&
    model.layers.every(layer =>
      layer instanceof tf.LayersModel ? isPlainModel(layer) : isPlainClass(layer.constructor) && isPlain(layer),
    );
  return isPlainModel(model) ? state : undefined;
}

export const isUnchanged = (state: ModelState): boolean =>
  state.every(([owner, key, value]) => Object.is((owner as Record<string, unknown>)[key], value));

/** Options as they are written: lists and plain objects. */
function isData(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
