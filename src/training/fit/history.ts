/** What `fit` tells of a run. */
import type { Snapshot } from '../evaluation/snapshots';

export interface Epoch {
  epoch: number;
  trainLoss: number;
  trainError: number;
  validationLoss?: number;
  validationError?: number;
  learningRate: number;
  /** Since the start of the run, without the time between its parts. */
  seconds: number;
}

export interface History {
  /** Steps taken. */
  steps: number;
  /** Mean loss of each step's batch, before its update. */
  losses: number[];
  /** Mean loss over the last whole pass (over what was seen, before that), each image as its batch came. */
  trainLoss: number;
  /** Share of wrong answers over the last whole pass, each image as its batch came. */
  trainError: number;
  epochs: Epoch[];
  imagesPerSecond: number;
  seconds: number;
  stopped: 'epochs' | 'maxSteps' | 'stopWhen' | 'interrupted';
  /**
   * With `ema`, at the end of the run: the average of the weights. `model.setWeights(averaged.weights)` puts it into the
   * network, `predictSnapshots` asks it; the caller disposes of it.
   */
  averaged?: Snapshot;
}

/** The run was interrupted. The model keeps the weights it had reached, and this error the history. */
export class Interrupted extends Error {
  override name = 'Interrupted';
  constructor(readonly history: History) {
    super(`Training was interrupted after ${history.steps} steps; the model keeps its weights.`);
  }
}

/** What was seen of one batch. */
export interface Seen {
  size: number;
  /** Before the update. */
  loss: number;
  wrong: number;
}

/** The history of a run as it goes on. */
export class Log {
  readonly history: History = {
    steps: 0,
    losses: [],
    trainLoss: NaN,
    trainError: NaN,
    epochs: [],
    imagesPerSecond: 0,
    seconds: 0,
    stopped: 'epochs',
  };
  /** The batches of the last whole pass, the oldest first. */
  readonly lastPass: Seen[] = [];
  private images = 0;
  private began = 0;
  private secondsBefore = 0;

  constructor(private readonly batchesPerEpoch: number) {}

  /** The clock runs from here. */
  begin(): void {
    this.secondsBefore = this.history.seconds;
    this.began = performance.now();
  }

  /** Adds a step, of these batches. */
  add(batches: Seen[], loss: number): void {
    const { history, lastPass } = this;
    lastPass.push(...batches);
    lastPass.splice(0, lastPass.length - this.batchesPerEpoch);
    const seen = sum(lastPass.map(({ size }) => size));
    history.steps++;
    // As a checkpoint keeps it.
    history.losses.push(Math.fround(loss));
    history.trainLoss = sum(lastPass.map(batch => batch.loss * batch.size)) / seen;
    history.trainError = sum(lastPass.map(({ wrong }) => wrong)) / seen;
    this.images += sum(batches.map(({ size }) => size));
    const seconds = (performance.now() - this.began) / 1000;
    history.seconds = this.secondsBefore + seconds;
    history.imagesPerSecond = this.images / seconds;
  }
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
