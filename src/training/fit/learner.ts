/** A network with what changes it: the optimizer, the graphs of a step, and the average of its weights. */
import * as tf from '@tensorflow/tfjs';
import type { Snapshot } from '../evaluation/snapshots';
import { drawMasks, releaseMasks } from '../network/masks';
import { variableOf } from '../network/variables';
import type { Optimizer } from '../optimizers/optimizer';
import { WeightAverage } from '../optimizers/weightAverage';
import type { Ahead } from '../step/ahead';
import { accumulatingStep, trainingStep } from '../step/step';
import type { Seen } from './history';
import type { Part } from './parts';
import type { Settings } from './settings';

export class Learner {
  readonly optimizer: Optimizer;
  readonly average: WeightAverage | undefined;
  /** Sums of the gradients of a step's batches, where it has several. */
  private readonly sums: tf.Variable[] | undefined;
  private readonly update: ReturnType<typeof trainingStep>;
  private readonly gather: ReturnType<typeof accumulatingStep> | undefined;

  constructor(
    readonly model: tf.LayersModel,
    private readonly settings: Settings,
  ) {
    const { accumulate, ema } = settings;
    this.optimizer = settings.optimizer.create(model.trainableWeights.map(variableOf));
    this.average = ema === undefined ? undefined : new WeightAverage(model.weights.map(variableOf), ema);
    this.sums = accumulate > 1 ? this.optimizer.variables.map(zerosLike) : undefined;
    this.update = trainingStep(model, this.optimizer, { ...settings, sums: this.sums, average: this.average });
    this.gather = this.sums && accumulatingStep(model, this.optimizer, this.sums, settings);
  }

  /**
   * One step: over its batches, up to the change of the weights.
   * @param isLast whether no step follows, whose first batch could be made while this one is computed
   * @returns what was seen of the batches, none when no batch is left; and their mean loss
   * @throws when the loss is no longer a number
   */
  async step(
    parts: Ahead<Part>,
    rate: number,
    { step, isLast }: { step: number; isLast: boolean },
  ): Promise<{ batches: Seen[]; loss: number }> {
    const { seed, accumulate } = this.settings;
    const batches: Seen[] = [];
    let loss = 0;
    for (let part: Part | undefined; !part?.isLast;) {
      part = parts.next().value;
      if (!part) break;
      const { x, y, share } = part;
      const size = x.shape[0];
      drawMasks(this.model, size, seed, step * accumulate + batches.length);
      const result = this.learn(part, rate);
      if (!part.isLast || !isLast) parts.prepare();
      const [batchLoss, wrong] = await result.data<'float32'>();
      tf.dispose([result, x, y]);
      if (!Number.isFinite(batchLoss)) {
        throw new Error(`The loss became ${batchLoss} at step ${step}; try a learning rate below ${rate}.`);
      }
      batches.push({ size, loss: batchLoss, wrong });
      loss += share * batchLoss;
    }
    return { batches, loss };
  }

  private learn({ x, y, share, isLast }: Part, rate: number): tf.Tensor1D {
    return tf.tidy(() => {
      if (!isLast) return this.gather!(x, y, tf.scalar(share));
      return this.sums ? this.update(x, y, tf.scalar(rate), tf.scalar(share)) : this.update(x, y, tf.scalar(rate));
    });
  }

  /** The average of the weights as it is now, where there is one; the caller disposes of it. */
  averaged(): Snapshot | undefined {
    const weights = this.average?.copies();
    return weights && { weights, dispose: () => tf.dispose(weights) };
  }

  dispose(): void {
    this.update.dispose();
    this.gather?.dispose();
    this.optimizer.dispose();
    this.average?.dispose();
    tf.dispose(this.sums ?? []);
    releaseMasks(this.model);
  }
}

const zerosLike = (variable: tf.Variable): tf.Variable => tf.tidy(() => tf.variable(tf.zerosLike(variable), false));
