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
  // YOUR CODE HERE: softmax over the classes first, then the mean over the networks
  throw new Error('Not written yet: softmax over the classes first, then the mean over the networks.');
}

/**
 * The negative log-likelihood: the mean over the batch of -ln(probability of the right class).
 *
 * @param probabilities [batch, classes]
 * @param labels the right class of each picture
 */
export function negativeLogLikelihood(probabilities: tf.Tensor2D, labels: number[]): number {
  // YOUR CODE HERE: pick one probability from each row, and average the negative logarithms
  throw new Error('Not written yet: pick one probability from each row, and average the negative logarithms.');
}

/**
 * How much the ensemble gains: the mean over the networks of their own negative log-likelihoods, minus that of the
 * ensemble. By Jensen's inequality (-ln is convex) it is never below 0, and 0 only if all networks agree about the right
 * classes.
 */
export function ensembleGain(logits: tf.Tensor3D, labels: number[]): number {
  // YOUR CODE HERE: both with negativeLogLikelihood: network by network, and of the ensemble
  throw new Error('Not written yet: both with negativeLogLikelihood: network by network, and of the ensemble.');
}
