import * as tf from '@tensorflow/tfjs';
import { boolean, check, type Checks, oneOf } from '../../base/options';
import { decayed, Optimizer, type OptimizerChoice, penalty, share } from './optimizer';

export interface SgdOptions {
  /** Share of the last velocity that is kept; 0.9 if not given. */
  momentum?: number;
  /** Added to every gradient times its weight: an L2 penalty of half of this. */
  weightDecay?: number;
  /**
   * How the velocity v, the gradient g and the learning rate meet. They differ only while the learning rate changes.
   * - `modern` (PyTorch): v = momentum v + g + weightDecay w; w = w - learningRate v.
   * - `paper` (AlexNet, section 5): v = momentum v - weightDecay learningRate w - learningRate g; w = w + v.
   */
  form?: 'modern' | 'paper';
  /** Nesterov's momentum in PyTorch's form: w = w - learningRate (g + momentum v), with the new v. */
  nesterov?: boolean;
}

export const SGD_OPTIONS: Checks<SgdOptions> = {
  momentum: share,
  weightDecay: penalty,
  form: (what, value) => oneOf<unknown>(what, value, 'modern', 'paper'),
  nesterov: boolean,
};

/** Stochastic gradient descent with momentum. */
export class Sgd extends Optimizer {
  readonly velocities: tf.Variable[];
  private readonly options: Required<SgdOptions>;

  constructor(variables: tf.Variable[], options: SgdOptions = {}) {
    super(variables);
    this.options = sgdSettings(options);
    this.velocities = this.remembered('velocity');
  }

  protected update(learningRate: tf.Scalar) {
    const { momentum, weightDecay, form, nesterov } = this.options;
    return (w: tf.Variable, gradient: tf.Tensor, i: number): void => {
      const v = this.velocities[i];
      const g = decayed(gradient, w, weightDecay);
      if (form === 'modern') {
        v.assign(v.mul(momentum).add(g));
        w.assign(w.sub((nesterov ? g.add(v.mul(momentum)) : v).mul(learningRate)));
      } else {
        v.assign(v.mul(momentum).sub(g.mul(learningRate)));
        w.assign(w.add(v));
      }
    };
  }
}

function sgdSettings(options: SgdOptions): Required<SgdOptions> {
  check('sgd', options, SGD_OPTIONS);
  const { momentum = 0.9, weightDecay = 0, form = 'modern', nesterov = false } = options;
  if (nesterov && (form === 'paper' || momentum === 0)) {
    throw new Error(
      `nesterov is given with the form '${form}' and momentum ${momentum}; expected the form 'modern' and momentum above 0.`,
    );
  }
  return { momentum, weightDecay, form, nesterov };
}

/** Stochastic gradient descent with momentum, of the learning rate 0.01 if `fit` is given none. */
export function sgd(options: SgdOptions = {}): OptimizerChoice {
  const settings = sgdSettings(options);
  return { name: 'sgd', settings, learningRate: 0.01, create: variables => new Sgd(variables, settings) };
}
