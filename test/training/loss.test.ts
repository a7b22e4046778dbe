import { ready, softmaxCrossEntropy, tf } from '../../src';
import { assertNear } from './tiny';

// Probabilities [1/8, 1/8, 6/8] and [1/2, 1/4, 1/4].
const LOGITS = [
  [0, 0, Math.log(6)],
  [Math.log(2), 0, 0],
];
const LABELS = [2, 1];

function valueAndGradient(labelSmoothing?: number): [number, Float32Array] {
  return tf.tidy(() => {
    const labels = tf.tensor1d(LABELS, 'int32');
    const loss = (z: tf.Tensor): tf.Scalar => softmaxCrossEntropy(z as tf.Tensor2D, labels, labelSmoothing).mul(3);
    const { value, grad } = tf.valueAndGrad(loss)(tf.tensor2d(LOGITS));
    return [value.dataSync()[0] / 3, grad.div(3).dataSync() as Float32Array];
  });
}

describe('softmaxCrossEntropy', () => {
  before(ready);

  it('is the mean of -log of the right class, and its gradient probability minus target', () => {
    const [value, gradient] = valueAndGradient();
    assertNear([value], [(Math.log(8 / 6) + Math.log(4)) / 2]);
    assertNear(gradient, [1 / 16, 1 / 16, -1 / 8, 1 / 4, -3 / 8, 1 / 8]);
  });

  // With 0.3 of the target spread over three classes: 0.8 on the right one, 0.1 on the others.
  it('smooths the labels evenly over all classes, the right one too', () => {
    const [value, gradient] = valueAndGradient(0.3);
    const first = 0.8 * Math.log(8 / 6) + 0.2 * Math.log(8);
    const second = 0.8 * Math.log(4) + 0.1 * Math.log(2) + 0.1 * Math.log(4);
    assertNear([value], [(first + second) / 2]);
    assertNear(gradient, [0.0125, 0.0125, -0.025, 0.2, -0.275, 0.075]);
  });

  it('stays finite at logits whose exponentials are not', () => {
    const logits = tf.tensor2d([[1000, -1000]]);
    assertNear([softmaxCrossEntropy(logits, tf.tensor1d([1], 'int32')).dataSync()[0]], [2000]);
  });
});
