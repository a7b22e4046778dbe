import * as tf from '@tensorflow/tfjs';

/**
 * Mean softmax cross-entropy, with the gradient in closed form: (softmax(logits) - target) / batch.
 * @param logits [batch, classes], before any softmax
 * @param labels [batch], int32
 * @param labelSmoothing share of the target spread evenly over all classes. Szegedy et al., arXiv 1512.00567, section 7.
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D, labelSmoothing = 0): tf.Scalar {
  const [batch, classes] = logits.shape;
  // oneHot takes other values than 0 and 1, too, but rounds them to integers.
  const target = tf.tidy(() =>
    tf
      .oneHot(labels, classes)
      .toFloat()
      .mul(1 - labelSmoothing)
      .add(labelSmoothing / classes),
  );
  const loss = tf.customGrad((z, save) => {
    const logProbabilities = tf.logSoftmax(z as tf.Tensor);
    (save as tf.GradSaveFunc)([logProbabilities, target]);
    return {
      value: logProbabilities.mul(target).sum().div(-batch) as tf.Scalar,
      gradFunc: (dy: tf.Scalar, [saved, wanted]: tf.Tensor[]) => saved.exp().sub(wanted).mul(dy.div(batch)),
    };
  });
  return loss(logits) as tf.Scalar;
}
