/** Several answers to the same images, averaged: of several models, of one model at several times, or on several crops. */
import * as tf from '@tensorflow/tfjs';
import { between, check, type Checks, refuse, wholeNumber } from '../../base/options';
import { type ImageSet, seeded } from '../../data';
import { BATCH_SIZE, type BatchSize, predict } from './evaluate';
import { refuseMisfit, refuseModel } from '../network/refusals';

/**
 * The mean of the members' probabilities, not of their logits nor of their weights.
 * @param members each [images, classes], rows sum to 1
 * @returns [images, classes]
 * @throws when the members are not alike in shape, or no probabilities
 */
export function averageProbabilities(members: tf.Tensor2D[]): tf.Tensor2D {
  refuseMembers(members);
  members.forEach((member, i) => refuseNoProbabilities(member.dataSync<'float32'>(), member.shape[1], i));
  return tf.tidy(() => tf.stack(members).mean(0) as tf.Tensor2D);
}

/** @throws unless these are tensors [images, classes], all alike */
function refuseMembers(members: tf.Tensor2D[]): void {
  if (!Array.isArray(members) || !members.length) refuse('list of members', members, 'at least one tensor');
  members.forEach((member, i) => {
    if (!(member instanceof tf.Tensor)) refuse(`member ${i} of the ensemble`, member, 'a tensor of [images, classes]');
    const { shape } = member;
    if (shape.length !== 2) refuse(`shape of member ${i} of the ensemble`, shape, '[images, classes]');
    if (String(shape) === String(members[0].shape)) return;
    throw new Error(`Member ${i} of the ensemble is [${shape}]; expected [${members[0].shape}], as the first.`);
  });
}

/** Rows of float32 probabilities sum to 1 but for this. */
const SUM_ERROR = 1e-3;

function refuseNoProbabilities(answers: ArrayLike<number>, classes: number, member: number): void {
  for (let row = 0; row < answers.length; row += classes) {
    let sum = 0;
    for (let i = row; i < row + classes; i++) {
      if (!(answers[i] >= 0)) sum = NaN;
      sum += answers[i];
    }
    if (Math.abs(sum - 1) <= SUM_ERROR) continue;
    const shownRow = Array.from({ length: Math.min(classes, 5) }, (_, i) => Number(answers[row + i].toPrecision(4)));
    throw new Error(
      `Member ${member} gives image ${row / classes} [${shownRow.join(', ')}${classes > 5 ? ', ...' : ''}]; ` +
        'expected probabilities, from 0 and summing to 1, as predict gives them.',
    );
  }
}

/** What averaging brought on labelled images. */
export interface EnsembleComparison {
  members: { loss: number; accuracy: number }[];
  /** Scores of the averaged probabilities. `loss` is their negative log-likelihood (NLL) per image. */
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

export const BOOTSTRAP: Checks<BootstrapOptions> = {
  resamples: (what, value) => wholeNumber(what, value),
  confidence: (what, value) => between(what, value, 0, 1),
  seed: (what, value) => wholeNumber(what, value, -Infinity),
};

/**
 * Compares members with their average, and gives an interval of the gain by the percentile bootstrap over the images
 * (Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13).
 * @param members each [images, classes], probabilities
 * @param labels [images]
 * @throws when the members are not alike in shape, or no probabilities, or the labels are not their classes
 */
export async function compareEnsemble(
  members: tf.Tensor2D[],
  labels: ArrayLike<number>,
  options: BootstrapOptions = {},
): Promise<EnsembleComparison> {
  check('compareEnsemble', options, BOOTSTRAP);
  const { resamples = 2000, confidence = 0.95, seed = 0 } = options;
  refuseMembers(members);
  const [count, classes] = members[0].shape;
  if (labels?.length !== count || !count) {
    throw new Error(
      `${labels?.length ?? 'No'} labels are given for answers to ${count} images; expected one for each of at least one.`,
    );
  }
  const wrong = Array.from(labels).findIndex(label => !(Number.isInteger(label) && label >= 0 && label < classes));
  if (wrong >= 0)
    throw new Error(`Label ${wrong} is ${labels[wrong]}; expected a whole number from 0 to ${classes - 1}.`);
  // In float64 from here on, so that the inequality is not lost in rounding.
  const answers = await Promise.all(members.map(async member => Float64Array.from(await member.data())));
  answers.forEach((answer, i) => refuseNoProbabilities(answer, classes, i));
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

/** The members are whole models, which may differ in everything but the images and the classes. */
export async function compareModels(
  models: tf.LayersModel[],
  set: ImageSet,
  options: BootstrapOptions & BatchSize = {},
): Promise<EnsembleComparison> {
  check('compareModels', options, { ...BOOTSTRAP, ...BATCH_SIZE });
  if (!Array.isArray(models) || !models.length)
    refuse('list of models of compareModels', models, 'at least one network');
  const { batchSize, ...bootstrap } = options;
  for (const model of models) {
    refuseModel('compareModels', model);
    refuseMisfit('compareModels', model, set);
  }
  const answers: tf.Tensor2D[] = [];
  try {
    for (const model of models) answers.push(await predict(model, set, { batchSize }));
    return await compareEnsemble(answers, set.labels, bootstrap);
  } finally {
    tf.dispose(answers);
  }
}
