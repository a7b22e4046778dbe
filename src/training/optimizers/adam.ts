import * as tf from '@tensorflow/tfjs';
import { check, positive } from '../../base/options';
import { decayed, moved, Optimizer, type OptimizerChoice, penalty, share } from './optimizer';

export interface AdamOptions {
  /** Share of the mean of gradients that is kept; 0.9 if not given. */
  beta1?: number;
  /** Share of the mean of squared gradients that is kept; 0.999 if not given. */
  beta2?: number;
  /** Added to the root of the mean; 1e-8 if not given. */
  epsilon?: number;
  /** In `adam`, added to the gradient times its weight (0 if not given); in `adamW`, apart from it (0.01). */
  weightDecay?: number;
}

class Adam extends Optimizer {
  private readonly means = this.remembered('mean');
  private readonly squares = this.remembered('square');
  /** A variable, as a number of JavaScript's would stay in a graph as it was. */
  private readonly count = tf.tidy(() => tf.variable(tf.scalar(0), false));

  constructor(
    variables: tf.Variable[],
    private readonly options: Required<AdamOptions>,
    private readonly decoupled: boolean,
  ) {
    super(variables);
    this.state.set('count', this.count);
  }

  protected update(learningRate: tf.Scalar) {
    const { beta1, beta2, epsilon, weightDecay } = this.options;
    this.count.assign(this.count.add(1));
    const rate = learningRate.div(this.correction(beta1));
    const root = this.correction(beta2).sqrt();
    return (w: tf.Variable, gradient: tf.Tensor, i: number): void => {
      const g = this.decoupled ? gradient : decayed(gradient, w, weightDecay);
      const mean = moved(this.means[i], g, beta1);
      const square = moved(this.squares[i], g.square(), beta2);
      const kept = this.decoupled && weightDecay ? w.sub(w.mul(learningRate.mul(weightDecay))) : w;
      w.assign(kept.sub(mean.mul(rate).div(square.sqrt().div(root).add(epsilon))));
    };
  }

  /** 1 - beta ** count, without the rounding of numbers near 1. */
  private correction(beta: number): tf.Tensor {
    return beta === 0 ? tf.scalar(1) : this.count.mul(Math.log(beta)).expm1().neg();
  }
}

/** Adam (Kingma and Ba, arXiv 1412.6980), of the learning rate 0.001 if `fit` is given none. */
export const adam = (options: AdamOptions = {}): OptimizerChoice => adamChoice('adam', options, 0);

/** Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101), of the learning rate 0.001 if `fit` is given none. */
export const adamW = (options: AdamOptions = {}): OptimizerChoice => adamChoice('adamW', options, 0.01);

function adamChoice(name: 'adam' | 'adamW', options: AdamOptions, decay: number): OptimizerChoice {
  check(name, options, { beta1: share, beta2: share, epsilon: positive, weightDecay: penalty });
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = decay } = options;
  const settings = { beta1, beta2, epsilon, weightDecay };
  const create = (variables: tf.Variable[]): Optimizer => new Adam(variables, settings, name === 'adamW');
  return { name, settings, learningRate: 0.001, create };
}
