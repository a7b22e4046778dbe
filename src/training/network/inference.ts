/** A model's answers, computed as a graph where the backend has them. */
import * as tf from '@tensorflow/tfjs';
import { type Compiled, runtime } from '../../base/runtime';

type Inference = Compiled<[tf.Tensor], tf.Tensor | tf.Tensor[]>;
const inferences = new Map<boolean, WeakMap<tf.LayersModel, Inference>>([
  [true, new WeakMap()],
  [false, new WeakMap()],
]);
const forgotten = new FinalizationRegistry<() => void>(free => free());

/**
 * The model's main output at test time, logits [batch, classes]; auxiliary classifiers are for training only.
 * @param isTrained whether its weights are about to change
 */
export function logitsOf(model: tf.LayersModel, x: tf.Tensor4D, isTrained = false): tf.Tensor2D {
  const known = inferences.get(isTrained)!;
  let infer = known.get(model);
  if (!infer) {
    known.set(model, (infer = runtime.graphs.compileModel(model, { freeze: !isTrained })));
    forgotten.register(model, infer.free);
  }
  const [logits, ...others] = [infer(x)].flat();
  tf.dispose(others);
  return logits as tf.Tensor2D;
}
