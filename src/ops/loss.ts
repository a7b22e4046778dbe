import * as tf from '@tensorflow/tfjs';
import { tensor } from '../base/options';
import { hasKernel, runKernel } from './registry';

/**
 * -log softmax(logits)[label] of each row, with its gradient.
 * @param logits [batch, classes], before any softmax
 * @param labels [batch], int32, each from 0 to classes - 1
 * @returns [batch]
 * @throws if a label is none of the classes
 */
export function sparseSoftmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Tensor1D {
  tensor('logits of sparseSoftmaxCrossEntropy', logits, 2);
  tensor('labels of sparseSoftmaxCrossEntropy', labels, 1);
  const [batch, classes] = logits.shape;
  if (labels.dtype !== 'int32' || labels.rank !== 1 || labels.size !== batch) {
    throw new Error(
      `The labels are ${labels.dtype} [${labels.shape}]; expected int32 [${batch}] for logits [${logits.shape}].`,
    );
  }
  // In TensorFlow the kernel sees to it: what is compiled may not read numbers.
  if (!hasKernel('SparseSoftmaxCrossEntropyWithLogits')) assertLabels(labels.dataSync(), classes);
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

/** @throws if a label is none of `classes` classes */
export function assertLabels(labels: ArrayLike<number>, classes: number): void {
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] >= 0 && labels[i] < classes) continue;
    throw new Error(`Label ${labels[i]} at place ${i} is no class; expected a whole number from 0 to ${classes - 1}.`);
  }
}

function composed(logits: tf.Tensor2D, labels: tf.Tensor1D): [loss: tf.Tensor, gradient: tf.Tensor] {
  const target = tf.oneHot(labels, logits.shape[1]).toFloat();
  const logProbabilities = tf.logSoftmax(logits);
  return [logProbabilities.mul(target).sum(1).neg(), logProbabilities.exp().sub(target)];
}
