import * as tf from '@tensorflow/tfjs';

export interface SgdOptions {
  /** Share of the last velocity that is kept. */
  momentum?: number;
  /** Added to every gradient times its weight: an L2 penalty of half of this. */
  weightDecay?: number;
  /**
   * How the velocity v, the gradient g and the learning rate meet. They differ only while the learning rate changes.
   * - `modern` (PyTorch): v = momentum v + g + weightDecay w; w = w - learningRate v.
   * - `paper` (AlexNet, section 5): v = momentum v - weightDecay learningRate w - learningRate g; w = w + v.
   */
  form?: 'modern' | 'paper';
}

/** Stochastic gradient descent with momentum over a fixed list of variables. `dispose` frees the velocities. */
export class Sgd {
  readonly velocities: tf.Variable[];

  constructor(
    readonly variables: tf.Variable[],
    private readonly options: SgdOptions = {},
  ) {
    this.velocities = variables.map(variable => tf.tidy(() => tf.variable(tf.zerosLike(variable), false)));
  }

  /** One update of every variable. `learningRate` is a scalar tensor, so that a step recorded as a graph can change it. */
  apply(gradients: tf.Tensor[], learningRate: tf.Scalar): void {
    const { momentum = 0.9, weightDecay = 0, form = 'modern' } = this.options;
    tf.tidy(() => {
      this.variables.forEach((w, i) => {
        const v = this.velocities[i];
        const g = weightDecay ? gradients[i].add(w.mul(weightDecay)) : gradients[i];
        if (form === 'modern') {
          v.assign(v.mul(momentum).add(g));
          w.assign(w.sub(v.mul(learningRate)));
        } else {
          v.assign(v.mul(momentum).sub(g.mul(learningRate)));
          w.assign(w.add(v));
        }
      });
    });
  }

  dispose(): void {
    tf.dispose(this.velocities);
  }
}
