/** A step of training, and a model's answers, computed as graphs where the backend has them. */
import * as tf from '@tensorflow/tfjs';
import { type Compiled, compileFor, compileModel } from '../backend';
import { softmaxCrossEntropy } from './loss';
import type { Sgd } from './sgd';

export interface StepOptions {
  labelSmoothing?: number;
  /** Weight of each output after the first in the loss. GoogLeNet's auxiliary classifiers: 0.3 (section 5). */
  auxiliaryWeight?: number;
  /** false: operation by operation, not as one graph. The default is true, unless CNN_KIT_COMPILE is 0. */
  compile?: boolean;
}

/**
 * A step on tensors alone: x [batch, height, width, channels], y [batch], the learning rate; it gives [mean loss, wrong
 * answers] of the batch before the update. It may return before they are computed. Dispose of it after the last step.
 */
export function trainingStep(
  model: tf.LayersModel,
  optimizer: Sgd,
  { labelSmoothing, auxiliaryWeight = 0.3, compile: enabled }: StepOptions = {},
): Compiled<[tf.Tensor4D, tf.Tensor1D, tf.Scalar], tf.Tensor1D> {
  const training = (x: tf.Tensor4D, y: tf.Tensor1D, learningRate: tf.Scalar): tf.Tensor1D =>
    tf.tidy(() => {
      let wrong: tf.Scalar | undefined;
      const { value, grads } = tf.variableGrads(() => {
        const outputs = [model.apply(x, { training: true })].flat() as tf.Tensor2D[];
        wrong = tf.keep(outputs[0].argMax(1).notEqual(y).sum().toFloat()) as tf.Scalar;
        const losses = outputs.map(logits => softmaxCrossEntropy(logits, y, labelSmoothing));
        return losses.reduce((total, loss) => total.add(loss.mul(auxiliaryWeight)) as tf.Scalar);
      }, optimizer.variables);
      const gradients = optimizer.variables.map(variable => grads[variable.name]);
      optimizer.apply(gradients, learningRate);
      const result = tf.stack([value, wrong!]) as tf.Tensor1D;
      wrong!.dispose();
      return result;
    });
  return compileFor(model, Object.defineProperty(training, 'name', { value: `Training ${model.name}` }), {
    enabled,
    // Else a run that goes on would take its first steps in another way than the one that was never interrupted.
    rehearse: true,
  });
}

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
    known.set(model, (infer = compileModel(model, { freeze: !isTrained })));
    forgotten.register(model, infer.free);
  }
  const [logits, ...others] = [infer(x)].flat();
  tf.dispose(others);
  return logits as tf.Tensor2D;
}
