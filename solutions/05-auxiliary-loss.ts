/**
 * Exercise 5: the auxiliary classifiers of GoogLeNet, and the gradient that they send to the stem.
 *
 * Points: 10. About 25 minutes. Difficulty: 2 of 3.
 */
import { tf } from 'cnn-kit';

/** A small GoogLeNet of dense layers: three in a row, a classifier at the end, and one after the first and the second. */
export interface Weights {
  /** [inputs, width] */
  stem: tf.Tensor2D;
  /** [width, width] */
  middle: tf.Tensor2D;
  top: tf.Tensor2D;
  /** [width, classes] */
  main: tf.Tensor2D;
  auxiliary: [tf.Tensor2D, tf.Tensor2D];
}

/** Given: the scores (before softmax) of the main and of the two auxiliary classifiers, each [batch, classes]. */
export function scores(x: tf.Tensor2D, weights: Weights): { main: tf.Tensor2D; auxiliary: tf.Tensor2D[] } {
  const layer = (input: tf.Tensor2D, kernel: tf.Tensor2D) => tf.relu(tf.matMul(input, kernel)) as tf.Tensor2D;
  const low = layer(x, weights.stem);
  const middle = layer(low, weights.middle);
  const auxiliary = [low, middle].map((input, i) => tf.matMul(input, weights.auxiliary[i]) as tf.Tensor2D);
  return { main: tf.matMul(layer(middle, weights.top), weights.main), auxiliary };
}

/**
 * In training, L = L_main + 0.3 * (L_auxiliary1 + L_auxiliary2): "their loss gets added to the total loss of the network
 * with a discount weight (the losses of the auxiliary classifiers were weighted by 0.3). At inference time, these
 * auxiliary networks are discarded" (Szegedy et al., "Going Deeper with Convolutions", section 5).
 * Each L is the softmax cross-entropy, -log p(label), as a mean over the batch.
 *
 * @param main scores before softmax, [batch, classes]
 * @param auxiliary the same of any number of auxiliary classifiers
 * @param labels one-hot, [batch, classes]
 */
export function totalLoss(
  main: tf.Tensor2D,
  auxiliary: tf.Tensor2D[],
  labels: tf.Tensor2D,
  training: boolean,
): tf.Scalar {
  // BEGIN SOLUTION: the cross-entropy of the main scores, and in training 0.3 times each auxiliary one
  // HINT: tf.losses.softmaxCrossEntropy(labels, logits) is the mean over the batch.
  // HINT: At inference there is only the main loss; in training add 0.3 times every auxiliary one.
  const loss = (logits: tf.Tensor2D): tf.Scalar => tf.losses.softmaxCrossEntropy(labels, logits);
  if (!training) return loss(main);
  return auxiliary.reduce((total, logits) => total.add(loss(logits).mul(0.3)), loss(main));
  // END SOLUTION
}

/** The gradient of the total loss by `weights.stem`, in its shape: what the stem learns from, with and without help. */
export function stemGradient(x: tf.Tensor2D, weights: Weights, labels: tf.Tensor2D, training: boolean): tf.Tensor2D {
  // BEGIN SOLUTION: tf.grad of a function that takes the stem, computes the scores with it and returns the total loss
  // HINT: Inside the function, use { ...weights, stem } with the stem that it is given, not the one outside.
  const loss = (stem: tf.Tensor): tf.Scalar => {
    const { main, auxiliary } = scores(x, { ...weights, stem: stem as tf.Tensor2D });
    return totalLoss(main, auxiliary, labels, training);
  };
  return tf.grad(loss)(weights.stem) as tf.Tensor2D;
  // END SOLUTION
}
