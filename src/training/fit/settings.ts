/** What a run is made of: checked and completed once, then read alike by `fit`, the step, the optimizer and checkpoints. */
import type * as tf from '@tensorflow/tfjs';
import {
  anything,
  between,
  boolean,
  check,
  type Checks,
  func,
  only,
  positive,
  refuse,
  wholeNumber,
} from '../../base/options';
import type { ImageSet } from '../../data';
import { refuseSet, standardization } from '../../data/imageSet';
import { refuseMisfit, refuseModel } from '../network/refusals';
import { layersOf } from '../network/variables';
import type { OptimizerChoice } from '../optimizers/optimizer';
import { sgd, SGD_OPTIONS } from '../optimizers/sgd';
import { AUXILIARY_WEIGHT } from '../step/step';
import type { FitOptions } from './options';
import { constant, type Schedule } from './schedules';

const sometimes = (what: string, value: unknown): void => func(what, value, 'a function of the history');

const CHECKS: Checks<FitOptions> = {
  ...SGD_OPTIONS,
  epochs: (what, value) => wholeNumber(what, value),
  maxSteps: (what, value) => wholeNumber(what, value),
  batchSize: (what, value) => wholeNumber(what, value),
  dropLast: boolean,
  accumulate: (what, value) => wholeNumber(what, value),
  learningRate: (what, value) => typeof value === 'function' || between(what, value, 0),
  optimizer: (what, value) => {
    const isChoice = typeof (value as OptimizerChoice | null)?.create === 'function';
    if (!isChoice) refuse(what, value, 'sgd(...), rmsProp(...), adam(...) or adamW(...)');
  },
  clipNorm: positive,
  clipValue: positive,
  ema: (what, value) => between(what, value, 0, 1),
  labelSmoothing: (what, value) => between(what, value, 0, 1, { closed: true }),
  auxiliaryWeight: (what, value) => between(what, value, 0),
  augment: (what, value) => func(what, value, 'an augmentation such as horizontalFlip()'),
  seed: (what, value) => wholeNumber(what, value, -Infinity),
  validation: anything,
  stopWhen: sometimes,
  onStep: sometimes,
  signal: (what, value) => {
    if (!((value as unknown) instanceof AbortSignal)) refuse(what, value, 'the signal of an AbortController');
  },
  progress: (what, value) => {
    if (value !== false && typeof value !== 'string') refuse(what, value, 'a title, or false');
  },
  compile: boolean,
  checkpoint: (what, value) => {
    const { file, every } = (typeof value === 'object' ? (value ?? {}) : {}) as NonNullable<FitOptions['checkpoint']>;
    if (typeof file !== 'string' || !file)
      refuse(what, value, "an object such as { file: 'run.safetensors', every: 100 }");
    only('checkpoint', value, ['file', 'every']);
    if (every !== undefined) wholeNumber(`every of ${what}`, every);
  },
  resume: boolean,
};

export interface Settings extends Omit<FitOptions, 'optimizer' | 'learningRate'> {
  epochs: number;
  maxSteps: number;
  batchSize: number;
  accumulate: number;
  dropLast: boolean;
  seed: number;
  labelSmoothing: number;
  auxiliaryWeight: number;
  schedule: Schedule;
  /** The number, where the learning rate is one. */
  learningRate: number | undefined;
  optimizer: OptimizerChoice;
}

/**
 * The options with the defaults in place of what is not given.
 * @throws when an option is unknown or out of its range
 */
export function resolve(options: FitOptions): Settings {
  check('fit', options, CHECKS);
  const { maxSteps = Infinity, epochs = Number.isFinite(maxSteps) ? Infinity : 10, checkpoint, resume } = options;
  const { momentum, weightDecay, form, nesterov, ...rest } = options;
  const forSgd = Object.entries({ momentum, weightDecay, form, nesterov }).filter(([, value]) => value !== undefined);
  if (options.optimizer && forSgd.length) {
    const [[name, value]] = forSgd;
    throw new Error(
      `fit is given an optimizer, and the option ${name} (${value}) beside it; expected it among the options of ${options.optimizer.name}.`,
    );
  }
  if (options.clipNorm !== undefined && options.clipValue !== undefined) {
    throw new Error(
      `fit is given clipNorm (${options.clipNorm}) and clipValue (${options.clipValue}); expected one of them.`,
    );
  }
  if (resume && !checkpoint) {
    throw new Error("fit is given resume without a checkpoint; expected one, such as { file: 'run.safetensors' }.");
  }
  const optimizer = options.optimizer ?? sgd(Object.fromEntries(forSgd));
  const learningRate = options.learningRate ?? optimizer.learningRate;
  return {
    ...rest,
    epochs,
    maxSteps,
    batchSize: options.batchSize ?? 128,
    accumulate: options.accumulate ?? 1,
    dropLast: options.dropLast ?? false,
    seed: options.seed ?? 0,
    labelSmoothing: options.labelSmoothing ?? 0,
    auxiliaryWeight: options.auxiliaryWeight ?? AUXILIARY_WEIGHT,
    schedule: typeof learningRate === 'number' ? constant(learningRate) : learningRate,
    learningRate: typeof learningRate === 'number' ? learningRate : undefined,
    optimizer,
  };
}

/** @throws unless the schedule gives a number from 0 at this step */
export function rateAt(schedule: Schedule, step: number, total: number): number {
  const rate: unknown = schedule(step, total);
  if (typeof rate === 'number' && rate >= 0 && Number.isFinite(rate)) return rate;
  const uncalled = typeof rate === 'function' ? ', as of cosine(0.1) in place of cosine' : '';
  refuse(`learning rate at step ${step} of ${total}`, rate, `a number from 0${uncalled}`);
}

/** @throws when the run cannot begin: nothing has been computed, and nothing is left behind */
export function refuseRun(model: tf.LayersModel, set: ImageSet, settings: Settings): void {
  const { batchSize, dropLast, augment, validation, schedule } = settings;
  refuseModel('fit', model);
  refuseMisfit('fit', model, set, augment);
  if (!model.trainableWeights.length) {
    throw new Error(
      `${model.name} has no trainable weights, of ${layersOf(model).length} layers; expected at least one.`,
    );
  }
  if (dropLast && set.length < batchSize) {
    throw new Error(
      `dropLast leaves no batch of ${batchSize} in the ${set.length} images of ${set.name}; expected a smaller batchSize.`,
    );
  }
  if (validation !== undefined) {
    refuseSet(validation, 'option validation of fit');
    refuseMisfit('the validation of fit', model, validation);
    const [theirs, ours] = [validation, set].map(each => JSON.stringify(standardization(each)));
    if (theirs !== ours) {
      throw new Error(
        `${validation.name} is standardized by ${theirs}, and ${set.name} by ${ours}; expected the same, as by standardized(validation, set).`,
      );
    }
  }
  const total = totalSteps(set, settings);
  rateAt(schedule, 0, total);
  if (Number.isFinite(total)) rateAt(schedule, total - 1, total);
}

export function batchesPerEpoch({ length }: ImageSet, { batchSize, dropLast }: Settings): number {
  return dropLast ? Math.floor(length / batchSize) : Math.ceil(length / batchSize);
}

export function stepsPerEpoch(set: ImageSet, settings: Settings): number {
  return Math.ceil(batchesPerEpoch(set, settings) / settings.accumulate);
}

export function totalSteps(set: ImageSet, settings: Settings): number {
  return Math.min(settings.epochs * stepsPerEpoch(set, settings), settings.maxSteps);
}
