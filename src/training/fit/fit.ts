import * as tf from '@tensorflow/tfjs';
import { runtime } from '../../base/runtime';
import type { ImageSet } from '../../data';
import { display, progressBar, type Progress } from '../../display';
import { evaluate } from '../evaluation/evaluate';
import { Ahead } from '../step/ahead';
import { showAsCurve } from './curve';
import { type Epoch, type History, Interrupted, Log } from './history';
import { Learner } from './learner';
import type { FitOptions } from './options';
import { type Part, parts } from './parts';
import { RunFile } from './runFile';
import { batchesPerEpoch, rateAt, refuseRun, resolve, type Settings, stepsPerEpoch, totalSteps } from './settings';

/**
 * Trains `model` (whose outputs are logits) on `set` by SGD with momentum, or another optimizer, on softmax cross-entropy.
 * Yields to the event loop at every step, shows its progress in place, and leaves no tensor behind.
 *
 * @param model ends in logits, one for each class of the set
 * @param set the images to train on
 * @param options epochs, the batch size, the learning rate and more
 * @example const history = await fit(net, train, { epochs: 3, learningRate: 0.05, validation: test });
 * @throws before anything is computed, when an option is unknown or out of its range, or model and set do not fit
 * @throws Interrupted when the signal aborts; an Error when the loss is no longer a number
 */
export async function fit(model: tf.LayersModel, set: ImageSet, options: FitOptions = {}): Promise<History> {
  const settings = resolve(options);
  refuseRun(model, set, settings);
  const { schedule, checkpoint, onStep, signal = display.signal } = settings;
  const perEpoch = stepsPerEpoch(set, settings);
  const total = totalSteps(set, settings);
  const every = checkpoint?.every ?? perEpoch;

  const log = new Log(batchesPerEpoch(set, settings));
  const history = showAsCurve(log.history);
  const learner = new Learner(model, settings);
  const runFile = checkpoint && new RunFile(checkpoint.file, learner, set, settings);
  let bar: Progress | undefined;
  let batches: Ahead<Part> | undefined;
  try {
    if (settings.resume && runFile?.exists()) runFile.load(log);
    log.begin();
    bar = settings.progress === false ? undefined : progressBar({ title: settings.progress ?? model.name, total });
    if (history.steps > 0) bar?.update({ step: history.steps, loss: history.losses.at(-1) });
    batches = new Ahead(parts(set, history.steps, settings), ({ x, y }) => tf.dispose([x, y]));

    while (!hasEnded(history, perEpoch, settings, signal)) {
      const rate = rateAt(schedule, history.steps, total);
      const isLast = history.steps + 1 >= total;
      const seen = await learner.step(batches, rate, { step: history.steps, isLast });
      if (!seen.batches.length) break;
      log.add(seen.batches, seen.loss);
      if (history.steps % perEpoch === 0) history.epochs.push(await endOfEpoch(model, history, rate, settings));
      onStep?.(history);
      bar?.update({ step: history.steps, loss: seen.loss, imagesPerSecond: history.imagesPerSecond });
      if (history.steps % every === 0) await runFile?.save(log);
      // Lets an interrupt, a timer or a drawing in.
      await runtime.pause();
    }

    await runFile?.finish(log);
    const averaged = learner.averaged();
    if (averaged) history.averaged = averaged;
  } finally {
    batches?.dispose();
    learner.dispose();
    bar?.end(history.stopped === 'stopWhen' ? 'stopWhen' : undefined);
  }
  if (history.stopped === 'interrupted') throw new Interrupted(history);
  return history;
}

/** Whether something ends the run before its last epoch, which is noted in its history. */
function hasEnded(history: History, perEpoch: number, settings: Settings, signal: AbortSignal | undefined): boolean {
  const { stopWhen, maxSteps } = settings;
  if (signal?.aborted) history.stopped = 'interrupted';
  else if (history.steps >= perEpoch && stopWhen?.(history)) history.stopped = 'stopWhen';
  else if (history.steps >= maxSteps) history.stopped = 'maxSteps';
  return history.stopped !== 'epochs';
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
