import * as tf from '@tensorflow/tfjs';
import { between, refuse, tensor } from '../../base/options';
import { runtime } from '../../base/runtime';

/**
 * Mean softmax cross-entropy, with the gradient in closed form: (softmax(logits) - target) / batch.
 * @param logits [batch, classes], before any softmax
 * @param labels [batch], int32
 * @param labelSmoothing share of the target spread evenly over all classes. Szegedy et al., arXiv 1512.00567, section 7.
 * @throws when the shapes do not fit, or a label is no class: but not while a step becomes a graph, which has no values
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D, labelSmoothing = 0): tf.Scalar {
  tensor('logits of softmaxCrossEntropy', logits);
  tensor('labels of softmaxCrossEntropy', labels);
  between('labelSmoothing of softmaxCrossEntropy', labelSmoothing, 0, 1, { closed: true });
  const [batch, classes] = logits.shape;
  if (logits.shape.length !== 2 || labels.shape.length !== 1 || labels.shape[0] !== batch) {
    throw new Error(
      `softmaxCrossEntropy is given logits of [${logits.shape}] and labels of [${labels.shape}]; expected [batch, classes] and [batch].`,
    );
  }
  if (!runtime.graphs.isObserved()) refuseLabels(labels, classes);
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

function refuseLabels(labels: tf.Tensor1D, classes: number): void {
  const values = labels.dataSync();
  const at = values.findIndex(label => !(Number.isInteger(label) && label >= 0 && label < classes));
  if (at >= 0) refuse(`label ${at} of softmaxCrossEntropy`, values[at], `a whole number from 0 to ${classes - 1}`);
}
