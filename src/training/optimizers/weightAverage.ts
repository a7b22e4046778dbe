import * as tf from '@tensorflow/tfjs';

/** The exponential moving average of weights, over the steps: after the first it is the weights themselves. */
export class WeightAverage {
  readonly state = new Map<string, tf.Variable>();
  private readonly averages: tf.Variable[];
  /** The share that is kept: 0 at the first step. */
  private readonly kept = tf.tidy(() => tf.variable(tf.scalar(0), false));

  constructor(
    private readonly weights: tf.Variable[],
    private readonly decay: number,
  ) {
    this.averages = weights.map(weight => tf.tidy(() => tf.variable(tf.zerosLike(weight), false)));
    this.averages.forEach((average, i) => this.state.set(`average ${i}`, average));
    this.state.set('average kept', this.kept);
  }

  update(): void {
    tf.tidy(() => {
      this.averages.forEach((average, i) => {
        average.assign(average.mul(this.kept).add(this.weights[i].mul(tf.sub(1, this.kept))));
      });
      this.kept.assign(tf.scalar(this.decay));
    });
  }

  /** Copies, in the order of `model.weights`. */
  copies(): tf.Tensor[] {
    return this.averages.map(average => tf.keep(average.clone()));
  }

  dispose(): void {
    tf.dispose([...this.state.values()]);
  }
}
