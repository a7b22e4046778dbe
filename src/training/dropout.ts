/** Dropout as arithmetic: its two forms, and what scaling at test time stands for. The layer is `layers.dropout`. */
import * as tf from '@tensorflow/tfjs';
import { between, check, type Check, counts, refuse, tensor, wholeNumber } from '../base/options';
import { seeded } from '../data';
import { refuseImages, refuseModel } from './network/refusals';
import { drawMasks, releaseMasks } from './network/masks';

/** More would not fit into memory, nor anyone's time. */
const MOST_UNITS = 16;

interface Rate {
  /** Share of the units that are dropped: from 0, and below 1. */
  rate?: number;
}

const rateCheck: Check = (what, value) => between(what, value, 0, 1);
const seedCheck: Check = (what, value) => wholeNumber(what, value, -Infinity);

/**
 * 1 where a unit is kept, 0 where it is dropped, each with probability `rate`, drawn from `seed`.
 * @returns tensor of `shape`
 */
export function dropoutMask(shape: number[], options: Rate & { seed?: number } = {}): tf.Tensor {
  check('dropoutMask', options, { rate: rateCheck, seed: seedCheck });
  counts('shape of dropoutMask', shape);
  const { rate = 0.5, seed = 0 } = options;
  const random = seeded(seed);
  const length = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(
    Float32Array.from({ length }, () => Number(random() >= rate)),
    shape,
  );
}

function refuseMasked(what: string, x: tf.Tensor, mask: tf.Tensor | undefined): void {
  tensor(`x of ${what}`, x);
  if (mask === undefined) return;
  tensor(`mask of ${what}`, mask);
  if (String(mask.shape) !== String(x.shape))
    refuse(`shape of the mask of ${what}`, mask.shape, `[${x.shape}], as of x`);
}

/**
 * The form of 2012 (AlexNet, section 4.2): dropped units are zero in training, and at test all units are there, times
 * 1 - rate, "0.5" in the paper.
 * @param x any shape
 * @param mask of the shape of x, from `dropoutMask`; none at test time
 */
export function dropout2012(x: tf.Tensor, mask?: tf.Tensor, options: Rate = {}): tf.Tensor {
  refuseMasked('dropout2012', x, mask);
  check('dropout2012', options, { rate: rateCheck });
  const { rate = 0.5 } = options;
  return mask ? x.mul(mask) : x.mul(1 - rate);
}

/**
 * The inverted form, that of all today's libraries: the kept units are divided by 1 - rate in training, so that at test
 * nothing is left to do.
 * @param x any shape
 * @param mask of the shape of x, from `dropoutMask`; none at test time
 */
export function invertedDropout(x: tf.Tensor, mask?: tf.Tensor, options: Rate = {}): tf.Tensor {
  refuseMasked('invertedDropout', x, mask);
  check('invertedDropout', options, { rate: rateCheck });
  const { rate = 0.5 } = options;
  return mask ? tf.tidy(() => x.mul(mask).div(1 - rate)) : x.clone();
}

/**
 * Every way to keep some of n units: row m has the binary digits of m, lowest first.
 * @returns [2^n, n]
 */
export function allMasks(n: number): tf.Tensor2D {
  wholeNumber('number of units of allMasks', n, 1, MOST_UNITS);
  return tf.tensor2d(
    Float32Array.from({ length: 2 ** n * n }, (_, i) => (Math.floor(i / n) >> (i % n)) & 1),
    [2 ** n, n],
  );
}

/** Each of shape [classes]. */
export interface MaskAverages {
  /** The logits, averaged over all masks, and those of the scaled units: the same, as a linear layer and a mean commute. */
  linear: { mean: tf.Tensor1D; scaled: tf.Tensor1D };
  /**
   * The probabilities, averaged over all masks: arithmetically, and geometrically and then divided by their sum; and
   * those of the scaled units. The last two are the same, as a softmax turns a mean of logits into a product; the first
   * is another distribution.
   */
  softmax: { mean: tf.Tensor1D; geometricMean: tf.Tensor1D; scaled: tf.Tensor1D };
}

/**
 * One layer under dropout of its inputs, over all 2^n masks, each weighted with its probability: Hinton et al.,
 * "Improving neural networks by preventing co-adaptation of feature detectors", arXiv 1207.0580, page 2.
 * @param x [n]
 * @param kernel [n, classes]
 * @param bias [classes]
 */
export function averageOverMasks(
  x: tf.Tensor1D,
  kernel: tf.Tensor2D,
  bias: tf.Tensor1D,
  options: Rate = {},
): MaskAverages {
  check('averageOverMasks', options, { rate: rateCheck });
  tensor('x of averageOverMasks', x, 1);
  tensor('kernel of averageOverMasks', kernel, 2);
  tensor('bias of averageOverMasks', bias, 1);
  if (kernel.shape[0] !== x.shape[0] || kernel.shape[1] !== bias.shape[0]) {
    refuse('shape of the kernel of averageOverMasks', kernel.shape, `[${x.shape}, ${bias.shape}], as of x and bias`);
  }
  const { rate = 0.5 } = options;
  return tf.tidy(() => {
    const masks = allMasks(x.shape[0]);
    const kept = masks.sum(1, true);
    const chance = tf.pow(1 - rate, kept).mul(tf.pow(rate, tf.sub(x.shape[0], kept))); // [2^n, 1]
    const mean = (values: tf.Tensor): tf.Tensor1D => values.mul(chance).sum(0) as tf.Tensor1D;
    const layer = (inputs: tf.Tensor2D): tf.Tensor2D => inputs.matMul(kernel).add(bias) as tf.Tensor2D;
    const logits = layer(masks.mul(x));
    const scaled = layer(dropout2012(x, undefined, { rate }).expandDims(0) as tf.Tensor2D).squeeze([0]) as tf.Tensor1D;
    const product = mean(tf.logSoftmax(logits)).exp();
    return {
      linear: { mean: mean(logits), scaled },
      softmax: {
        mean: mean(tf.softmax(logits)),
        geometricMean: product.div(product.sum()) as tf.Tensor1D,
        scaled: tf.softmax(scaled),
      },
    };
  });
}

/** Each of shape [batch, classes]; the caller disposes of both. */
export interface MonteCarlo {
  /** Mean of the probabilities over the samples. */
  mean: tf.Tensor2D;
  /** Their standard deviation over the samples: how unsure the network is of them. */
  deviation: tf.Tensor2D;
}

/**
 * The model's probabilities with its units dropped at test time, too, over many masks: Gal and Ghahramani, "Dropout as a
 * Bayesian Approximation", arXiv 1506.02142, equation 6. All else, batch normalization too, is as at test time.
 * @param x [batch, height, width, channels]
 * @throws when the model drops no units
 */
export function monteCarloDropout(
  model: tf.LayersModel,
  x: tf.Tensor4D,
  options: { samples?: number; seed?: number } = {},
): MonteCarlo {
  check('monteCarloDropout', options, { samples: (what, value: number) => wholeNumber(what, value), seed: seedCheck });
  const { samples = 100, seed = 0 } = options;
  refuseModel('monteCarloDropout', model);
  refuseImages('monteCarloDropout', model, x);
  try {
    return tf.tidy(() => {
      let sum: tf.Tensor = tf.scalar(0);
      let squares: tf.Tensor = tf.scalar(0);
      for (let sample = 0; sample < samples; sample++) {
        if (drawMasks(model, x.shape[0], seed, sample, true) === 0) {
          throw new Error(`${model.name} has no dropout; build it with layers.dropout.`);
        }
        [sum, squares] = tf.tidy(() => {
          const probabilities = tf.softmax([model.apply(x, { training: false })].flat()[0] as tf.Tensor2D);
          return [sum.add(probabilities), squares.add(probabilities.square())];
        });
      }
      const mean = sum.div<tf.Tensor2D>(samples);
      return { mean, deviation: squares.div(samples).sub(mean.square()).relu().sqrt() as tf.Tensor2D };
    });
  } finally {
    releaseMasks(model);
  }
}
