/** Several answers to the same images, averaged: of several models, of one model at several times, or on several crops. */
import * as tf from '@tensorflow/tfjs';
import { type ImageSet, seeded } from '../data';
import { predict } from './evaluate';
import { variableOf } from './state';

/**
 * The mean of the members' probabilities, not of their logits nor of their weights.
 * @param members each [images, classes], rows sum to 1
 * @returns [images, classes]
 */
export function averageProbabilities(members: tf.Tensor2D[]): tf.Tensor2D {
  if (!members.length) throw new Error('An ensemble needs at least one member.');
  return tf.tidy(() => tf.stack(members).mean(0) as tf.Tensor2D);
}

/** What averaging brought on labelled images. */
export interface EnsembleComparison {
  members: { loss: number; accuracy: number }[];
  /** Of the averaged probabilities. `loss` is their negative log-likelihood (NLL) per image. */
  ensemble: { loss: number; accuracy: number };
  meanLoss: number;
  /**
   * meanLoss minus the loss of the ensemble. Never below 0 but for rounding, on any images: -log is convex, so that -log of a mean is at
   * most the mean of -log, for each image (Jensen). Of the accuracy nothing of the kind is true.
   */
  lossGain: number;
  meanAccuracy: number;
  /** The accuracy of the ensemble minus that of its members in the mean. */
  accuracyGain: number;
  /** Where accuracyGain lies for sets of images drawn anew, with the chance `confidence`. */
  interval: [low: number, high: number];
}

export interface BootstrapOptions {
  resamples?: number;
  confidence?: number;
  seed?: number;
}

/**
 * Compares members with their average, and gives an interval of the gain by the percentile bootstrap over the images
 * (Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13).
 * @param members each [images, classes], probabilities
 * @param labels [images]
 */
export async function compareEnsemble(
  members: tf.Tensor2D[],
  labels: ArrayLike<number>,
  { resamples = 2000, confidence = 0.95, seed = 0 }: BootstrapOptions = {},
): Promise<EnsembleComparison> {
  const count = labels.length;
  if (!members.length || !count) throw new Error('An ensemble needs at least one member and one image.');
  const [images, classes] = members[0].shape;
  if (members.some(({ shape }) => shape[0] !== count || shape[1] !== classes)) {
    throw new Error(`${count} labels were given for answers to ${images} images; each member must answer all.`);
  }
  // In float64 from here on, so that the inequality is not lost in rounding.
  const answers = await Promise.all(members.map(async member => Float64Array.from(await member.data())));
  const mean = answers[0].map((_, i) => average(answers.map(answer => answer[i])));
  const each = answers.map(answer => score(answer, labels, classes));
  const whole = score(mean, labels, classes);

  const gains = Array.from(labels, (_, i) => whole.right[i] - average(each.map(({ right }) => right[i])));
  const random = seeded(seed);
  const drawn = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += gains[Math.floor(random() * count)];
    return sum / count;
  }).sort();
  const quantile = (share: number): number => drawn[Math.min(resamples - 1, Math.floor(share * resamples))];

  const summary = ({ losses, right }: Score) => ({ loss: average(losses), accuracy: average(right) });
  const scores = each.map(summary);
  const ensemble = summary(whole);
  const meanLoss = average(scores.map(({ loss }) => loss));
  const meanAccuracy = average(scores.map(({ accuracy }) => accuracy));
  return {
    members: scores,
    ensemble,
    meanLoss,
    lossGain: meanLoss - ensemble.loss,
    meanAccuracy,
    accuracyGain: ensemble.accuracy - meanAccuracy,
    interval: [quantile((1 - confidence) / 2), quantile((1 + confidence) / 2)],
  };
}

interface Score {
  losses: number[];
  /** 1 or 0 for each image. */
  right: number[];
}

/** A probability that underflowed counts as this; raising all small numbers to one leaves the inequality true. */
const SMALLEST = 2 ** -149;

function score(answer: Float64Array, labels: ArrayLike<number>, classes: number): Score {
  const losses: number[] = [];
  const right: number[] = [];
  for (let i = 0; i < labels.length; i++) {
    const row = answer.subarray(i * classes, (i + 1) * classes);
    losses.push(-Math.log(Math.max(row[labels[i]], SMALLEST)));
    right.push(Number(row.indexOf(row.reduce((a, b) => Math.max(a, b))) === labels[i]));
  }
  return { losses, right };
}

const average = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
};

/** The weights that a model had at one time. The caller disposes of it. */
export interface Snapshot {
  weights: tf.Tensor[];
  dispose(): void;
}

/** Keeps the weights that `model` has now, for instance at the end of each of `cosineCycles`. */
export function takeSnapshot(model: tf.LayersModel): Snapshot {
  const weights = model.weights.map(weight => tf.keep(variableOf(weight).clone()));
  return { weights, dispose: () => tf.dispose(weights) };
}

/**
 * The probabilities of the model with the weights of each snapshot. The model has its own again afterwards.
 * @returns for each snapshot [images, classes]; the caller disposes of them
 */
export async function predictSnapshots(
  model: tf.LayersModel,
  snapshots: Snapshot[],
  set: ImageSet,
  options?: { batchSize?: number },
): Promise<tf.Tensor2D[]> {
  const own = takeSnapshot(model);
  const restore = ({ weights }: Snapshot): void =>
    model.weights.forEach((weight, i) => variableOf(weight).assign(weights[i]));
  try {
    const answers: tf.Tensor2D[] = [];
    for (const snapshot of snapshots) {
      restore(snapshot);
      answers.push(await predict(model, set, options));
    }
    return answers;
  } finally {
    restore(own);
    own.dispose();
  }
}

/** The members are whole models, which may differ in everything but the images and the classes. */
export async function compareModels(
  models: tf.LayersModel[],
  set: ImageSet,
  options: BootstrapOptions & { batchSize?: number } = {},
): Promise<EnsembleComparison> {
  const answers: tf.Tensor2D[] = [];
  try {
    for (const model of models) answers.push(await predict(model, set, options));
    return await compareEnsemble(answers, set.labels, options);
  } finally {
    tf.dispose(answers);
  }
}
