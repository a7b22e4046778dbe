import * as tf from '@tensorflow/tfjs';
import { check, positive } from '../../base/options';
import { decayed, moved, Optimizer, type OptimizerChoice, penalty, share } from './optimizer';

export interface RmsPropOptions {
  /** Share of the mean of squared gradients that is kept: PyTorch's alpha; 0.99 if not given. */
  smoothing?: number;
  /** Added to the root of the mean; 1e-8 if not given. */
  epsilon?: number;
  /** Share of the last step that is kept; 0 if not given. */
  momentum?: number;
  weightDecay?: number;
}

class RmsProp extends Optimizer {
  private readonly squares = this.remembered('square');
  private readonly steps: tf.Variable[] | undefined;

  constructor(
    variables: tf.Variable[],
    private readonly options: Required<RmsPropOptions>,
  ) {
    super(variables);
    this.steps = options.momentum > 0 ? this.remembered('step') : undefined;
  }

  protected update(learningRate: tf.Scalar) {
    const { smoothing, epsilon, momentum, weightDecay } = this.options;
    return (w: tf.Variable, gradient: tf.Tensor, i: number): void => {
      const g = decayed(gradient, w, weightDecay);
      let step: tf.Tensor = g.div(moved(this.squares[i], g.square(), smoothing).sqrt().add(epsilon));
      if (this.steps) {
        this.steps[i].assign(this.steps[i].mul(momentum).add(step));
        step = this.steps[i];
      }
      w.assign(w.sub(step.mul(learningRate)));
    };
  }
}

/**
 * Gradients divided by the root of the running mean of their squares, of the learning rate 0.01 if `fit` is given none:
 * Hinton, "Neural Networks for Machine Learning", 2012, lecture 6e.
 */
export function rmsProp(options: RmsPropOptions = {}): OptimizerChoice {
  check('rmsProp', options, { smoothing: share, epsilon: positive, momentum: share, weightDecay: penalty });
  const { smoothing = 0.99, epsilon = 1e-8, momentum = 0, weightDecay = 0 } = options;
  const settings = { smoothing, epsilon, momentum, weightDecay };
  return { name: 'rmsProp', settings, learningRate: 0.01, create: variables => new RmsProp(variables, settings) };
}
