/** How TensorFlow.js's tensors and layers models become data and come back, on either side. */
import type * as TF from '@tensorflow/tfjs';
import type { ModelData, TensorBridge, TensorData } from './codec';

/** The bridge over one copy of TensorFlow.js, which is loaded at the first tensor only. */
export function tensorBridge(load: () => typeof TF): TensorBridge {
  const read = (tensor: TF.Tensor): TensorData => ({
    dtype: tensor.dtype as TensorData['dtype'],
    shape: [...tensor.shape],
    data: Array.from(tensor.dataSync()),
  });
  return {
    // By their manners, not by their class: an object that only poses as a tensor is read as one, and checked as data.
    isTensor: value => {
      const { dataSync, shape } = value as Partial<TF.Tensor>;
      return typeof dataSync === 'function' && Array.isArray(shape);
    },
    isModel: value => {
      const { getWeights, getConfig, layers } = value as Partial<TF.LayersModel>;
      return typeof getWeights === 'function' && typeof getConfig === 'function' && Array.isArray(layers);
    },
    read: value => read(value as TF.Tensor),
    readModel: value => {
      const model = value as TF.LayersModel;
      const config = JSON.stringify(model.getConfig());
      return { className: model.getClassName(), config, weights: model.getWeights().map(read) };
    },
    make: ({ data, shape, dtype }) => load().tensor(data, shape, dtype),
    makeModel: data => rebuild(load(), data),
    reset: () => (left = undefined),
  };
}

type Restorable = { fromConfig(constructor: unknown, config: unknown): TF.LayersModel };
type AddWeight = (name: string, shape: number[], dtype?: string, initializer?: unknown, ...rest: unknown[]) => unknown;

/**
 * The model that `data` describes, with its weights. The description may be hostile: it cannot ask for more numbers
 * than came with it, nor for classes that TensorFlow.js does not know.
 * @throws one sentence where it is no model, or the weights are not those of its layers.
 */
function rebuild(tf: typeof TF, { className, config, weights }: ModelData): TF.LayersModel {
  if (!['Sequential', 'Model', 'Functional'].includes(className))
    throw new Error(`The model is a ${JSON.stringify(className.slice(0, 40))}; expected a Sequential or a Model.`);
  const Class = (className === 'Sequential' ? tf.Sequential : tf.LayersModel) as unknown as Restorable;
  watchWeights(tf);
  left = weights.reduce((sum, { data }) => sum + data.length, 0);
  try {
    const model = Class.fromConfig(Class, JSON.parse(config));
    model.setWeights(weights.map(({ data, shape, dtype }) => tf.tensor(data, shape, dtype)));
    return model;
  } catch (error) {
    throw new Error(`The model cannot be rebuilt: ${String((error as Error).message).slice(0, 300)}`);
  } finally {
    left = undefined;
  }
}

/** How many numbers a model that is rebuilt may still ask for; undefined while none is. */
let left: number | undefined;
const watched = new WeakSet<object>();

/** Has the method by which every layer makes its weights count; random numbers would be made for nothing. */
function watchWeights(tf: typeof TF): void {
  const prototype = tf.layers.Layer.prototype as unknown as { addWeight: AddWeight };
  if (watched.has(prototype)) return;
  watched.add(prototype);
  const { addWeight } = prototype;
  prototype.addWeight = function (name, shape, dtype, initializer, ...rest) {
    if (left === undefined) return addWeight.call(this, name, shape, dtype, initializer, ...rest);
    left -= shape.reduce((product, n) => product * n, 1);
    if (!(left >= 0)) throw new Error('its layers need more numbers than came with it');
    return addWeight.call(this, name, shape, dtype, tf.initializers.zeros(), ...rest);
  };
}
