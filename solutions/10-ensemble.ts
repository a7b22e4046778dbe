/**
 * Exercise 10: several networks say more than one: the mean of their probabilities, and why it is never worse than the
 * average network (Krizhevsky et al., 2012, section 5: one network 18.2% top-5 errors, five networks 16.4%).
 *
 * Points: 10. About 20 minutes. Difficulty: 2 of 3.
 */
import { tf } from 'cnn-kit';

/**
 * What the ensemble says: p = mean over the networks of softmax(logits of the network).
 *
 * @param logits [networks, batch, classes], before any softmax
 * @returns [batch, classes]
 */
export function ensembleProbabilities(logits: tf.Tensor3D): tf.Tensor2D {
  // BEGIN SOLUTION: softmax over the classes first, then the mean over the networks
  // HINT: The softmax goes over the last axis, the mean over the first.
  return tf.softmax(logits, 2).mean(0);
  // END SOLUTION
}

/**
 * The negative log-likelihood: the mean over the batch of -ln(probability of the right class).
 *
 * @param probabilities [batch, classes]
 * @param labels the right class of each picture
 */
export function negativeLogLikelihood(probabilities: tf.Tensor2D, labels: number[]): number {
  // BEGIN SOLUTION: pick one probability from each row, and average the negative logarithms
  // HINT: probabilities.arraySync()[i][labels[i]] is what was said of the right class of picture i.
  const rows = probabilities.arraySync();
  return labels.reduce((sum, label, i) => sum - Math.log(rows[i][label]), 0) / labels.length;
  // END SOLUTION
}

/**
 * How much the ensemble gains: the mean over the networks of their own negative log-likelihoods, minus that of the
 * ensemble. By Jensen's inequality (-ln is convex) it is never below 0, and 0 only if all networks agree about the right
 * classes.
 */
export function ensembleGain(logits: tf.Tensor3D, labels: number[]): number {
  // BEGIN SOLUTION: both with negativeLogLikelihood: network by network, and of the ensemble
  // HINT: tf.unstack(logits) gives one [batch, classes] for each network; each needs its softmax.
  const alone = tf.unstack(logits).map(own => negativeLogLikelihood(tf.softmax(own as tf.Tensor2D, 1), labels));
  const average = alone.reduce((sum, x) => sum + x, 0) / alone.length;
  return average - negativeLogLikelihood(ensembleProbabilities(logits), labels);
  // END SOLUTION
}
