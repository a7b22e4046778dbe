import * as tf from '@tensorflow/tfjs';
import { hasKernel, runKernel } from './registry';

/**
 * -log softmax(logits)[label] of each row, with its gradient.
 * @param logits [batch, classes], before any softmax
 * @param labels [batch], int32
 * @returns [batch]
 */
export function sparseSoftmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  const loss = tf.customGrad((...args: unknown[]) => {
    const [z, save] = args as [tf.Tensor2D, tf.GradSaveFunc];
    const [value, gradient] = hasKernel('SparseSoftmaxCrossEntropyWithLogits')
      ? runKernel<[tf.Tensor, tf.Tensor]>('SparseSoftmaxCrossEntropyWithLogits', { logits: z, labels })
      : composed(z, labels);
    save([gradient]);
    return { value, gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => saved.mul(dy.expandDims(1)) };
  });
  return loss(logits) as tf.Tensor1D;
}

function composed(logits: tf.Tensor2D, labels: tf.Tensor1D): [loss: tf.Tensor, gradient: tf.Tensor] {
  const target = tf.oneHot(labels, logits.shape[1]).toFloat();
  const logProbabilities = tf.logSoftmax(logits);
  return [logProbabilities.mul(target).sum(1).neg(), logProbabilities.exp().sub(target)];
}
