import * as tf from '@tensorflow/tfjs';
import { runtime } from '../base/runtime';
import { batches, type Batch, type BatchOptions, type ImageSet } from '../data';
import { display, progress, type Progress } from '../display';
import { Ahead } from './ahead';
import { evaluate } from './evaluate';
import type { Snapshot } from './ensembles';
import { type OptimizerChoice, type SgdOptions, WeightAverage } from './optimizers';
import type { Schedule } from './schedules';
import { batchesPerEpoch, rateAt, refuseRun, resolve, type Settings, stepsPerEpoch, totalSteps } from './settings';
import { accumulatingStep, type StepOptions, trainingStep } from './step';
import { drawMasks, releaseMasks, RunFile, type Seen, variableOf } from './state';

/** `momentum`, `weightDecay`, `form` and `nesterov` are those of SGD, the optimizer where no other is given. */
/**
 * Options of `fit`, read once, before the first step: what a callback changes in the object later has no effect.
 *
 * A step runs as one graph where the backend has them, and gives what it would give operation by operation. Layers of
 * tfjs's and of this kit may be told something else between steps, as by `onStep` (another rate of dropout): the step becomes
 * a graph anew. A layer of somebody else's class runs its JavaScript at every step, and twice more before the first step of
 * each batch size: where it does something else than before (`Math.random`, a counter), the step runs operation by
 * operation, and one line says so. `compile: false` does without graphs from the beginning.
 */
export interface FitOptions extends SgdOptions, StepOptions, Pick<BatchOptions, 'augment' | 'dropLast'> {
  /** Passes over the set. */
  epochs?: number;
  /** Ends the run after this many steps, even within an epoch. */
  maxSteps?: number;
  batchSize?: number;
  /**
   * So many batches make one step: their gradients are averaged over all their images, and the weights change once. At
   * the end of an epoch there may be fewer. Batch normalization sees one batch at a time. 1 if not given.
   */
  accumulate?: number;
  /** `sgd(...)`, `rmsProp(...)`, `adam(...)` or `adamW(...)`. */
  optimizer?: OptimizerChoice;
  /**
   * The share that an exponential moving average of the weights, running statistics included, keeps at each step, such
   * as 0.999. The average is in the history; the model itself keeps the weights of the last step.
   */
  ema?: number;
  /** A number, or a function of the step: see `constant`, `steps`, `cosine`, `warmUp`, `oneCycle`. */
  learningRate?: number | Schedule;
  /** Seed for the order of the images, the augmentation and dropout. */
  seed?: number;
  /** Evaluated after every epoch. It must be standardized as the training set is. */
  validation?: ImageSet;
  /** Ends the run when true; asked after every step, once a whole pass has been seen. */
  stopWhen?: (history: History) => boolean;
  /** Ends the run with an Interrupted error. The default is the one of the running cell. */
  signal?: AbortSignal;
  onStep?: (history: History) => void;
  /** The title over the progress bar; false shows none. */
  progress?: string | false;
  /** Keeps the run in a file: every so many steps (after each epoch, if not given), and when it ends or is interrupted. */
  checkpoint?: { file: string; every?: number };
  /**
   * Goes on with the run in the checkpoint's file, to the same bits as if it had never stopped; without a file, starts
   * it. The model, the set and the options must be those of the run; `epochs` and `maxSteps` may be larger.
   */
  resume?: boolean;
}

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

/**
 * Trains `model` (whose outputs are logits) on `set` by SGD with momentum, or another optimizer, on softmax cross-entropy.
 * Yields to the event loop at every step, shows its progress in place, and leaves no tensor behind.
 *
 * @throws before anything is computed, when an option is unknown or out of its range, or model and set do not fit
 * @throws Interrupted when the signal aborts; an Error when the loss is no longer a number
 */
export async function fit(model: tf.LayersModel, set: ImageSet, options: FitOptions = {}): Promise<History> {
  const settings = resolve(options);
  refuseRun(model, set, settings);
  const { accumulate, maxSteps, seed, schedule, signal = display.signal } = settings;
  const perEpoch = stepsPerEpoch(set, settings);
  const total = totalSteps(set, settings);
  const batchCount = batchesPerEpoch(set, settings);

  const history: History = {
    steps: 0,
    losses: [],
    trainLoss: NaN,
    trainError: NaN,
    epochs: [],
    imagesPerSecond: 0,
    seconds: 0,
    stopped: 'epochs',
  };
  const lastPass: Seen[] = [];
  const optimizer = settings.optimizer.create(model.trainableWeights.map(variableOf));
  const average =
    settings.ema === undefined ? undefined : new WeightAverage(model.weights.map(variableOf), settings.ema);
  const sums = accumulate > 1 ? optimizer.variables.map(zerosLike) : undefined;
  const step = trainingStep(model, optimizer, { ...settings, sums, average });
  const gather = sums && accumulatingStep(model, optimizer, sums, settings);
  const { file, every = perEpoch } = settings.checkpoint ?? {};
  const runFile = file === undefined ? undefined : new RunFile(file, model, optimizer, average, set, settings);

  const ended = (): boolean => {
    if (signal?.aborted) history.stopped = 'interrupted';
    else if (history.steps >= perEpoch && options.stopWhen?.(history)) history.stopped = 'stopWhen';
    else if (history.steps >= maxSteps) history.stopped = 'maxSteps';
    else return false;
    return true;
  };

  let bar: Progress | undefined;
  let rest: Ahead<Part> | undefined;
  try {
    if (options.resume && runtime.files!.exists(file!)) runFile!.load(history, lastPass);
    const secondsBefore = history.seconds;
    const start = performance.now();
    let images = 0;
    let saved = history.steps;
    bar = options.progress === false ? undefined : progress({ title: options.progress ?? model.name, total });
    if (history.steps > 0) bar?.update({ step: history.steps, loss: history.losses.at(-1) });
    rest = new Ahead(parts(set, history.steps, settings), ({ x, y }) => tf.dispose([x, y]));
    while (!ended()) {
      const rate = rateAt(schedule, history.steps, total);
      let loss = 0;
      let part: Part | undefined;
      for (let i = 0; !part?.isLast; i++) {
        const { value, done } = rest.next();
        if (done) break;
        part = value;
        const { x, y, share, isLast } = part;
        drawMasks(model, x.shape[0], seed, history.steps * accumulate + i);
        const result = tf.tidy(() => {
          if (!isLast) return gather!(x, y, tf.scalar(share));
          return sums ? step(x, y, tf.scalar(rate), tf.scalar(share)) : step(x, y, tf.scalar(rate));
        });
        if (!isLast || history.steps + 1 < total) rest.prepare();
        const [batchLoss, wrong] = await result.data<'float32'>();
        tf.dispose([result, x, y]);
        lastPass.push({ size: x.shape[0], loss: batchLoss, wrong });
        if (lastPass.length > batchCount) lastPass.shift();
        images += x.shape[0];
        loss += share * batchLoss;
        if (!Number.isFinite(batchLoss)) {
          throw new Error(`The loss became ${batchLoss} at step ${history.steps}; try a learning rate below ${rate}.`);
        }
      }
      if (!part) break;
      const seen = sum(lastPass.map(batch => batch.size));
      history.steps++;
      // As a checkpoint keeps it.
      history.losses.push(Math.fround(loss));
      history.trainLoss = sum(lastPass.map(batch => batch.loss * batch.size)) / seen;
      history.trainError = sum(lastPass.map(batch => batch.wrong)) / seen;
      const seconds = (performance.now() - start) / 1000;
      history.seconds = secondsBefore + seconds;
      history.imagesPerSecond = images / seconds;
      if (history.steps % perEpoch === 0) history.epochs.push(await endOfEpoch(model, history, rate, settings));
      options.onStep?.(history);
      bar?.update({ step: history.steps, loss, imagesPerSecond: history.imagesPerSecond });
      if (history.steps % every === 0) {
        await runFile?.save(history, lastPass);
        saved = history.steps;
      }
      // Lets an interrupt, a timer or a drawing in.
      await runtime.pause();
    }
    if (saved !== history.steps) await runFile?.save(history, lastPass);
    if (average) history.averaged = snapshotOf(average);
  } finally {
    step.dispose();
    gather?.dispose();
    rest?.dispose();
    optimizer.dispose();
    average?.dispose();
    tf.dispose(sums ?? []);
    releaseMasks(model);
    bar?.end();
  }
  if (history.stopped === 'interrupted') throw new Interrupted(history);
  return history;
}

/** A batch of a step. */
interface Part extends Batch {
  /** Share of the step's images. */
  share: number;
  isLast: boolean;
}

/** The batches of all passes but for those of the first `taken` steps. */
function* parts(set: ImageSet, taken: number, settings: Settings): Generator<Part, undefined> {
  const { batchSize, dropLast, accumulate, epochs, seed, augment } = settings;
  const perEpoch = stepsPerEpoch(set, settings);
  const used = dropLast ? set.length - (set.length % batchSize) : set.length;
  let epoch = Math.floor(taken / perEpoch);
  for (let step = epoch * perEpoch; epoch < epochs; epoch++) {
    let [seen, inStep] = [0, 0];
    for (const { x, y } of batches(set, { batchSize, dropLast, augment, seed: seed + epoch })) {
      const images = Math.min(batchSize * accumulate, used - (seen - inStep));
      const size = x.shape[0];
      seen += size;
      inStep += size;
      const isLast = inStep === images;
      // Made and thrown away, so that the augmentation draws what it drew then.
      if (step < taken) tf.dispose([x, y]);
      else yield { x, y, share: size / images, isLast };
      if (!isLast) continue;
      step++;
      inStep = 0;
    }
  }
}

async function endOfEpoch(
  model: tf.LayersModel,
  { epochs, trainLoss, trainError, seconds }: History,
  learningRate: number,
  { validation }: Settings,
): Promise<Epoch> {
  const row = { epoch: epochs.length + 1, trainLoss, trainError, learningRate, seconds };
  if (!validation) return row;
  const { loss, accuracy } = await evaluate(model, validation, { isTrained: true });
  return { ...row, validationLoss: loss, validationError: 1 - accuracy };
}

const zerosLike = (variable: tf.Variable): tf.Variable => tf.tidy(() => tf.variable(tf.zerosLike(variable), false));

function snapshotOf(average: WeightAverage): Snapshot {
  const weights = average.copies();
  return { weights, dispose: () => tf.dispose(weights) };
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
