/** How a gradient becomes a step. Each optimizer is PyTorch's of the same name, and remembers what it needs in variables. */
import * as tf from '@tensorflow/tfjs';
import { between, refuse } from '../../base/options';

/** Changes a fixed list of variables, step by step. `dispose` frees what it remembers. */
export abstract class Optimizer {
  /** What it remembers of earlier steps, by name: what a checkpoint keeps. */
  readonly state = new Map<string, tf.Variable>();

  constructor(readonly variables: tf.Variable[]) {
    const isList = Array.isArray(variables) && variables.every(variable => variable instanceof tf.Variable);
    if (!isList) refuse('first argument of an optimizer', variables, 'an array of variables');
  }

  /**
   * Updates every variable once.
   * @param gradients one for each variable, of its shape
   * @param learningRate a scalar tensor where a step is recorded as a graph, so that it can change
   * @throws before anything is changed, unless they are such
   */
  apply(gradients: tf.Tensor[], learningRate: tf.Scalar | number): void {
    this.refuseGradients(gradients);
    if (typeof learningRate === 'number') between('learning rate of apply', learningRate, 0);
    else if (!(learningRate instanceof tf.Tensor) || learningRate.size !== 1) {
      refuse('learning rate of apply', learningRate, 'a number or a scalar tensor');
    }
    tf.tidy(() => {
      const rate = typeof learningRate === 'number' ? tf.scalar(learningRate) : learningRate;
      const update = this.update(rate);
      this.variables.forEach((variable, i) => update(variable, gradients[i], i));
    });
  }

  dispose(): void {
    tf.dispose([...this.state.values()]);
  }

  /** Begins a step; the function changes one variable. */
  protected abstract update(learningRate: tf.Scalar): (variable: tf.Variable, gradient: tf.Tensor, i: number) => void;

  /** Zeros of each variable's shape. */
  protected remembered(name: string): tf.Variable[] {
    return this.variables.map((variable, i) => {
      const made = tf.tidy(() => tf.variable(tf.zerosLike(variable), false));
      this.state.set(`${name} ${i}`, made);
      return made;
    });
  }

  private refuseGradients(gradients: tf.Tensor[]): void {
    if (!Array.isArray(gradients) || gradients.length !== this.variables.length) {
      refuse('list of gradients', gradients, `one gradient for each of ${this.variables.length} variables`);
    }
    this.variables.forEach(({ name, shape }, i) => {
      const gradient = gradients[i] as tf.Tensor | undefined | null;
      if (!gradient) throw new Error(`The gradient of ${name} is ${gradient}; expected a tensor of [${shape}].`);
      if (String(gradient.shape) === String(shape)) return;
      throw new Error(`The gradient of ${name} has the shape [${gradient.shape}]; expected [${shape}].`);
    });
  }
}

/** An optimizer that `fit` is to use, with its options: what `sgd`, `rmsProp`, `adam` and `adamW` give. */
export interface OptimizerChoice {
  name: string;
  /** Every option with its value. */
  settings: Record<string, number | string | boolean>;
  /** Used where `fit` is given none. */
  learningRate: number;
  create(variables: tf.Variable[]): Optimizer;
}

export const share = (what: string, value: number): void => between(what, value, 0, 1);
export const penalty = (what: string, value: number): void => between(what, value, 0);

export const decayed = (gradient: tf.Tensor, w: tf.Variable, weightDecay: number): tf.Tensor =>
  weightDecay ? gradient.add(w.mul(weightDecay)) : gradient;

/** Moves a running mean towards a value; `kept` is the share of the mean that stays. */
export function moved(mean: tf.Variable, value: tf.Tensor, kept: number): tf.Variable {
  mean.assign(mean.mul(kept).add(value.mul(1 - kept)));
  return mean;
}
