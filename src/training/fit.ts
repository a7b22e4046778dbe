import fs from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { augmentedShape, batches, type Batch, type BatchOptions, type ImageSet } from '../data';
import { display, progress, type Progress } from '../display';
import { Ahead } from './ahead';
import { evaluate } from './evaluate';
import { constant, type Schedule } from './schedules';
import { Sgd, type SgdOptions } from './sgd';
import { type StepOptions, trainingStep } from './step';
import { drawMasks, releaseMasks, RunFile, type Seen, variableOf } from './state';

export interface FitOptions extends SgdOptions, StepOptions, Pick<BatchOptions, 'augment'> {
  /** Passes over the set. */
  epochs?: number;
  /** Ends the run after this many steps, even within an epoch. */
  maxSteps?: number;
  batchSize?: number;
  /** A number, or a function of the step: see `constant`, `steps`, `cosine`, `warmUp`, `oneCycle`. */
  learningRate?: number | Schedule;
  /** Of the order of the images, of the augmentation and of dropout. */
  seed?: number;
  /** Evaluated after every epoch. */
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
}

/** The run was interrupted. The model keeps the weights it had reached, and this error the history. */
export class Interrupted extends Error {
  override name = 'Interrupted';
  constructor(readonly history: History) {
    super(`Training was interrupted after ${history.steps} steps; the model keeps its weights.`);
  }
}

/**
 * Trains `model` (whose outputs are logits) on `set` by SGD with momentum on softmax cross-entropy.
 * Yields to the event loop at every step, shows its progress in place, and leaves no tensor behind.
 *
 * @throws Interrupted when the signal aborts; an Error when the loss is no longer a number
 */
export async function fit(model: tf.LayersModel, set: ImageSet, options: FitOptions = {}): Promise<History> {
  const { maxSteps = Infinity, batchSize = 128, learningRate = 0.01, seed = 0, augment } = options;
  const { epochs = Number.isFinite(maxSteps) ? Infinity : 10, signal = display.signal } = options;
  refuse(model, set, options);
  const stepsPerEpoch = Math.ceil(set.length / batchSize);
  const total = Math.min(epochs * stepsPerEpoch, maxSteps);
  const schedule = typeof learningRate === 'number' ? constant(learningRate) : learningRate;

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
  const optimizer = new Sgd(trainableVariables(model), options);
  const step = trainingStep(model, optimizer, options);
  const { file, every = stepsPerEpoch } = options.checkpoint ?? {};
  const runFile = file === undefined ? undefined : new RunFile(file, model, optimizer, set, options);

  const ended = (): boolean => {
    if (signal?.aborted) history.stopped = 'interrupted';
    else if (history.steps >= stepsPerEpoch && options.stopWhen?.(history)) history.stopped = 'stopWhen';
    else if (history.steps >= maxSteps) history.stopped = 'maxSteps';
    else return false;
    return true;
  };

  let bar: Progress | undefined;
  let rest: Ahead<Batch> | undefined;
  try {
    if (options.resume && fs.existsSync(file!)) runFile!.load(history, lastPass);
    const secondsBefore = history.seconds;
    const start = performance.now();
    let images = 0;
    let saved = history.steps;
    bar = options.progress === false ? undefined : progress({ title: options.progress ?? model.name, total });
    if (history.steps > 0) bar?.update({ step: history.steps, loss: history.losses.at(-1) });
    rest = new Ahead(passes(set, epochs, history.steps, { batchSize, seed, augment }), ({ x, y }) =>
      tf.dispose([x, y]),
    );
    while (!ended()) {
      const { value: batch, done } = rest.next();
      if (done) break;
      const { x, y } = batch;
      const rate = schedule(history.steps, total);
      drawMasks(model, x.shape[0], seed, history.steps);
      const result = tf.tidy(() => step(x, y, tf.scalar(rate)));
      if (history.steps + 1 < total) rest.prepare();
      const [loss, wrong] = await result.data<'float32'>();
      result.dispose();
      lastPass.push({ size: x.shape[0], loss, wrong });
      if (lastPass.length > stepsPerEpoch) lastPass.shift();
      images += x.shape[0];
      tf.dispose([x, y]);
      if (!Number.isFinite(loss)) {
        throw new Error(`The loss became ${loss} at step ${history.steps}; try a learning rate below ${rate}.`);
      }
      const seen = sum(lastPass.map(batch => batch.size));
      history.steps++;
      history.losses.push(loss);
      history.trainLoss = sum(lastPass.map(batch => batch.loss * batch.size)) / seen;
      history.trainError = sum(lastPass.map(batch => batch.wrong)) / seen;
      const seconds = (performance.now() - start) / 1000;
      history.seconds = secondsBefore + seconds;
      history.imagesPerSecond = images / seconds;
      if (history.steps % stepsPerEpoch === 0) history.epochs.push(await endOfEpoch(model, history, rate, options));
      options.onStep?.(history);
      bar?.update({ step: history.steps, loss, imagesPerSecond: history.imagesPerSecond });
      if (history.steps % every === 0) {
        await runFile?.save(history, lastPass);
        saved = history.steps;
      }
      // Lets an interrupt, a timer or a drawing in.
      await new Promise(setImmediate);
    }
    if (saved !== history.steps) await runFile?.save(history, lastPass);
  } finally {
    step.dispose();
    rest?.dispose();
    optimizer.dispose();
    releaseMasks(model);
    bar?.end();
  }
  if (history.stopped === 'interrupted') throw new Interrupted(history);
  return history;
}

/** The batches of all passes but for the first `taken`. */
function* passes(
  set: ImageSet,
  epochs: number,
  taken: number,
  options: BatchOptions & { batchSize: number; seed: number },
): Generator<Batch, undefined> {
  const stepsPerEpoch = Math.ceil(set.length / options.batchSize);
  let skipped = Math.floor(taken / stepsPerEpoch) * stepsPerEpoch;
  for (let epoch = skipped / stepsPerEpoch; epoch < epochs; epoch++) {
    for (const batch of batches(set, { ...options, seed: options.seed + epoch })) {
      // Made and thrown away, so that the augmentation draws what it drew then.
      if (skipped++ < taken) tf.dispose([batch.x, batch.y]);
      else yield batch;
    }
  }
}

async function endOfEpoch(
  model: tf.LayersModel,
  { epochs, trainLoss, trainError, seconds }: History,
  learningRate: number,
  { validation }: FitOptions,
): Promise<Epoch> {
  const row = { epoch: epochs.length + 1, trainLoss, trainError, learningRate, seconds };
  if (!validation) return row;
  const { loss, accuracy } = await evaluate(model, validation, { isTrained: true });
  return { ...row, validationLoss: loss, validationError: 1 - accuracy };
}

function trainableVariables(model: tf.LayersModel): tf.Variable[] {
  return model.trainableWeights.map(variableOf);
}

function refuse(model: tf.LayersModel, set: ImageSet, options: FitOptions): void {
  const { batchSize = 128, epochs = 1, checkpoint, resume } = options;
  const wanted = model.inputs[0].shape.slice(1);
  const given = augmentedShape(set.shape, options.augment);
  if (String(wanted) !== String(given)) {
    throw new Error(`${model.name} takes images of ${wanted.join(' x ')}, but ${set.name} has ${given.join(' x ')}.`);
  }
  const classes = model.outputs[0].shape.at(-1);
  if (classes !== set.classes.length) {
    throw new Error(`${model.name} tells ${classes} classes apart, but ${set.name} has ${set.classes.length}.`);
  }
  if (!set.length) throw new Error(`${set.name} has no images to train on.`);
  if (!(batchSize >= 1) || batchSize % 1) throw new Error(`batchSize is ${batchSize}; it must be 1, 2, ...`);
  if (!(epochs >= 1)) throw new Error(`epochs is ${epochs}; it must be at least 1.`);
  if (resume && !checkpoint) throw new Error('To resume a run, name the file of its checkpoint.');
  const every = checkpoint?.every ?? 1;
  if (!Number.isInteger(every) || every < 1) throw new Error(`checkpoint.every is ${every}; it must be 1, 2, ...`);
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
