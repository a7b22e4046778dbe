/** A step of training, computed as a graph where the backend has them. */
import * as tf from '@tensorflow/tfjs';
import { type Compiled, runtime } from '../../base/runtime';
import { softmaxCrossEntropy } from './loss';
import { clipped, type ClipOptions } from '../optimizers/clip';
import type { Optimizer } from '../optimizers/optimizer';
import type { WeightAverage } from '../optimizers/weightAverage';

/** GoogLeNet's weight of its auxiliary classifiers (section 5). */
export const AUXILIARY_WEIGHT = 0.3;

export interface StepOptions extends ClipOptions {
  /** Share of each target that is spread evenly over all classes. */
  labelSmoothing?: number;
  /** Weight of each output after the first in the loss. GoogLeNet's auxiliary classifiers: 0.3 (section 5). */
  auxiliaryWeight?: number;
  /** false: operation by operation, not as one graph. The default is true, unless CNN_KIT_COMPILE is 0. */
  compile?: boolean;
}

interface Parts {
  /** Sums of gradients, one for each of the optimizer's variables; the step takes them in, and leaves zeros. */
  sums?: tf.Variable[];
  average?: WeightAverage;
}

type TrainingStep = Compiled<[x: tf.Tensor4D, y: tf.Tensor1D, ...numbers: tf.Scalar[]], tf.Tensor1D>;

/**
 * A step on tensors alone: x [batch, height, width, channels], y [batch], the learning rate, and with `sums` the share
 * that the batch has in the step's images; it gives [mean loss, wrong answers] of the batch before the update. It may
 * return before they are computed. Dispose of it after the last step.
 */
export function trainingStep(
  model: tf.LayersModel,
  optimizer: Optimizer,
  { sums, average, ...options }: StepOptions & Parts = {},
): TrainingStep {
  return compiledStep('Training', model, options, (x, y, learningRate, share) => {
    const { result, gradients } = differentiated(model, optimizer.variables, x, y, options);
    const whole = sums ? sums.map((sum, i) => sum.add(gradients[i].mul(share))) : gradients;
    optimizer.apply(clipped(whole, options), learningRate);
    sums?.forEach(sum => sum.assign(tf.zerosLike(sum)));
    average?.update();
    return result;
  });
}

/** What `trainingStep` does up to the update: it adds the batch's gradient, times its share in the step, to the sums. */
export function accumulatingStep(
  model: tf.LayersModel,
  optimizer: Optimizer,
  sums: tf.Variable[],
  options: StepOptions = {},
): TrainingStep {
  return compiledStep('Accumulating', model, options, (x, y, share) => {
    const { result, gradients } = differentiated(model, optimizer.variables, x, y, options);
    sums.forEach((sum, i) => sum.assign(sum.add(gradients[i].mul(share))));
    return result;
  });
}

type Body = (x: tf.Tensor4D, y: tf.Tensor1D, ...numbers: tf.Scalar[]) => tf.Tensor1D;

function compiledStep(
  what: string,
  model: tf.LayersModel,
  { compile: enabled }: StepOptions,
  body: Body,
): TrainingStep {
  const step: Body = (...args) => tf.tidy(() => body(...args));
  return runtime.graphs.compileFor(model, Object.defineProperty(step, 'name', { value: `${what} ${model.name}` }), {
    enabled,
    // Else a run that goes on would take its first steps in another way than the one that was never interrupted.
    rehearse: true,
  });
}

/** [mean loss, wrong answers] of the batch, and the gradient of the loss by each variable. */
function differentiated(
  model: tf.LayersModel,
  variables: tf.Variable[],
  x: tf.Tensor4D,
  y: tf.Tensor1D,
  { labelSmoothing, auxiliaryWeight = AUXILIARY_WEIGHT }: StepOptions,
): { result: tf.Tensor1D; gradients: tf.Tensor[] } {
  let wrong: tf.Scalar | undefined;
  const { value, grads } = tf.variableGrads(() => {
    const outputs = [model.apply(x, { training: true })].flat() as tf.Tensor2D[];
    wrong = tf.keep(outputs[0].argMax(1).notEqual(y).sum().toFloat()) as tf.Scalar;
    const losses = outputs.map(logits => softmaxCrossEntropy(logits, y, labelSmoothing));
    return losses.reduce((total, loss) => total.add(loss.mul(auxiliaryWeight)) as tf.Scalar);
  }, variables);
  const result = tf.stack([value, wrong!]) as tf.Tensor1D;
  wrong!.dispose();
  return { result, gradients: variables.map(({ name }) => grads[name]) };
}
