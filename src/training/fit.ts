import * as tf from '@tensorflow/tfjs';
import { batches, type Batch, type BatchOptions, type ImageSet } from '../data';
import { display, progress } from '../display';
import { evaluate } from './evaluate';
import { softmaxCrossEntropy } from './loss';
import { constant, type Schedule } from './schedules';
import { Sgd, type SgdOptions } from './sgd';

export interface FitOptions extends SgdOptions, Pick<BatchOptions, 'augment'> {
  /** Passes over the set. */
  epochs?: number;
  /** Ends the run after this many steps, even within an epoch. */
  maxSteps?: number;
  batchSize?: number;
  /** A number, or a function of the step: see `constant`, `steps`, `cosine`, `warmUp`, `oneCycle`. */
  learningRate?: number | Schedule;
  labelSmoothing?: number;
  /** Weight of each output after the first in the loss. GoogLeNet's auxiliary classifiers: 0.3 (section 5). */
  auxiliaryWeight?: number;
  /** Of the order of the images and of the augmentation. */
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
}

export interface Epoch {
  epoch: number;
  trainLoss: number;
  trainError: number;
  validationLoss?: number;
  validationError?: number;
  learningRate: number;
  /** Since the start of the run. */
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
  const lastPass: { size: number; loss: number; wrong: number }[] = [];
  const optimizer = new Sgd(trainableVariables(model), options);
  const step = trainingStep(model, optimizer, options);
  const bar = options.progress === false ? undefined : progress({ title: options.progress ?? model.name, total });
  const start = performance.now();
  let images = 0;

  const ended = (): boolean => {
    if (signal?.aborted) history.stopped = 'interrupted';
    else if (history.steps >= stepsPerEpoch && options.stopWhen?.(history)) history.stopped = 'stopWhen';
    else if (history.steps >= maxSteps) history.stopped = 'maxSteps';
    else return false;
    return true;
  };

  try {
    if (signal?.aborted) throw new Interrupted(history);
    for (const { x, y } of passes(set, epochs, { batchSize, seed, augment })) {
      const rate = schedule(history.steps, total);
      const [loss, wrong] = await step(x, y, rate);
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
      history.seconds = (performance.now() - start) / 1000;
      history.imagesPerSecond = images / history.seconds;
      if (history.steps % stepsPerEpoch === 0) history.epochs.push(await endOfEpoch(model, history, rate, options));
      options.onStep?.(history);
      bar?.update({ step: history.steps, loss, imagesPerSecond: history.imagesPerSecond });
      // Lets an interrupt, a timer or a drawing in.
      await new Promise(setImmediate);
      if (ended()) break;
    }
  } finally {
    optimizer.dispose();
    bar?.end();
  }
  if (history.stopped === 'interrupted') throw new Interrupted(history);
  return history;
}

function* passes(set: ImageSet, epochs: number, options: BatchOptions & { seed: number }): Generator<Batch> {
  for (let epoch = 0; epoch < epochs; epoch++) yield* batches(set, { ...options, seed: options.seed + epoch });
}

/** One step of training on tensors alone: [mean loss, wrong answers] of the batch before the update. */
function trainingStep(model: tf.LayersModel, optimizer: Sgd, options: FitOptions) {
  const { labelSmoothing, auxiliaryWeight = 0.3 } = options;
  const update = (x: tf.Tensor4D, y: tf.Tensor1D, learningRate: tf.Scalar): tf.Tensor1D => {
    let wrong: tf.Scalar | undefined;
    const { value, grads } = tf.variableGrads(() => {
      const outputs = [model.apply(x, { training: true })].flat() as tf.Tensor2D[];
      wrong = tf.keep(outputs[0].argMax(1).notEqual(y).sum().toFloat()) as tf.Scalar;
      const losses = outputs.map(logits => softmaxCrossEntropy(logits, y, labelSmoothing));
      return losses.reduce((total, loss) => total.add(loss.mul(auxiliaryWeight)) as tf.Scalar);
    }, optimizer.variables);
    const gradients = optimizer.variables.map(variable => grads[variable.name]);
    optimizer.apply(gradients, learningRate);
    const result = tf.stack([value, wrong!]) as tf.Tensor1D;
    wrong!.dispose();
    return result;
  };
  return async (x: tf.Tensor4D, y: tf.Tensor1D, learningRate: number): Promise<Float32Array> => {
    const result = tf.tidy(() => update(x, y, tf.scalar(learningRate)));
    const values = await result.data<'float32'>();
    result.dispose();
    return values;
  };
}

async function endOfEpoch(
  model: tf.LayersModel,
  { epochs, trainLoss, trainError, seconds }: History,
  learningRate: number,
  { validation }: FitOptions,
): Promise<Epoch> {
  const row = { epoch: epochs.length + 1, trainLoss, trainError, learningRate, seconds };
  if (!validation) return row;
  const { loss, accuracy } = await evaluate(model, validation);
  return { ...row, validationLoss: loss, validationError: 1 - accuracy };
}

/** The variables behind the trainable weights: tfjs-layers keeps them one wrapper deep. */
function trainableVariables(model: tf.LayersModel): tf.Variable[] {
  return model.trainableWeights.map(weight => (weight as unknown as { val: tf.Variable }).val);
}

function refuse(model: tf.LayersModel, set: ImageSet, { batchSize = 128, epochs = 1 }: FitOptions): void {
  const wanted = model.inputs[0].shape.slice(1);
  if (String(wanted) !== String(set.shape)) {
    throw new Error(`${model.name} takes images of ${wanted.join(' x ')}, but ${set.name} has ${set.shape.join(' x ')}.`);
  }
  const classes = model.outputs[0].shape.at(-1);
  if (classes !== set.classes.length) {
    throw new Error(`${model.name} tells ${classes} classes apart, but ${set.name} has ${set.classes.length}.`);
  }
  if (!set.length) throw new Error(`${set.name} has no images to train on.`);
  if (!(batchSize >= 1) || batchSize % 1) throw new Error(`batchSize is ${batchSize}; it must be 1, 2, ...`);
  if (!(epochs >= 1)) throw new Error(`epochs is ${epochs}; it must be at least 1.`);
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
