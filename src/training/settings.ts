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
} from '../base/options';
import { type Augmentation, augmentedShape, type ImageSet } from '../data';
import { refuseEmpty, refuseSet, standardization } from '../data/imageSet';
import type { FitOptions } from './fit';
import { type OptimizerChoice, SGD_OPTIONS, sgd } from './optimizers';
import { constant, type Schedule } from './schedules';
import { layersOf, variableOf } from './state';

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
    auxiliaryWeight: options.auxiliaryWeight ?? 0.3,
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

/** @throws unless it is a network whose weights are there, and whose outputs are no probabilities */
export function refuseModel(what: string, model: tf.LayersModel): void {
  const isModel = Array.isArray(model?.inputs) && typeof model.apply === 'function' && Array.isArray(model.layers);
  if (!isModel) refuse(`model of ${what}`, model, 'a network, such as resnetCifar(20)');
  if (model.weights.some(weight => variableOf(weight).isDisposed)) {
    throw new Error(`The weights of ${model.name} are disposed of; expected a network that is still there.`);
  }
  const softmax = model.outputs.map(({ sourceLayer }) => sourceLayer).find(isSoftmax);
  if (softmax) {
    throw new Error(
      `${model.name} ends in ${softmax.name}, a softmax, and ${what} applies one to its outputs; expected logits.`,
    );
  }
}

function isSoftmax(layer: tf.layers.Layer): boolean {
  const { activation, kind } = layer.getConfig() as Record<string, unknown>;
  return layer.getClassName() === 'Softmax' || activation === 'softmax' || kind === 'softmax';
}

/** @throws unless the set is one of images that the model takes, of as many classes as it tells apart */
export function refuseMisfit(what: string, model: tf.LayersModel, set: ImageSet, augment?: Augmentation): void {
  refuseEmpty(set, `set of ${what}`);
  const wanted = model.inputs[0].shape.slice(1);
  const given = augmentedShape(set.shape, augment);
  // null stands for any size.
  if (wanted.length !== given.length || wanted.some((side, i) => side !== null && side !== given[i])) {
    throw new Error(`${model.name} takes images of ${wanted.join(' x ')}, but ${set.name} has ${given.join(' x ')}.`);
  }
  refuseClasses(model, set);
}

/** @throws unless x is a tensor of images that the model takes */
export function refuseImages(what: string, model: tf.LayersModel, x: tf.Tensor): void {
  const { shape } = model.inputs[0];
  const isTensor = Array.isArray(x?.shape) && typeof x.dataSync === 'function';
  if (isTensor && x.shape.length === shape.length && shape.every((side, i) => side === null || side === x.shape[i]))
    return;
  const expected = shape.map(side => side ?? 'batch').join(', ');
  refuse(`images of ${what}`, isTensor ? x.shape : x, `a tensor of [${expected}] for ${model.name}`);
}

/** @throws unless the model tells as many classes apart as the set has */
export function refuseClasses(model: tf.LayersModel, set: ImageSet): void {
  const { shape } = model.outputs[0];
  if (shape.length !== 2) {
    throw new Error(
      `${model.name} gives outputs of [${shape.map(side => side ?? 'batch').join(', ')}]; expected [batch, classes].`,
    );
  }
  if (shape[1] === set.classes.length) return;
  throw new Error(`${model.name} tells ${shape[1]} classes apart, but ${set.name} has ${set.classes.length}.`);
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
