import assert from 'node:assert/strict';
import { ops, tf } from '../../src';
import { onBackends } from '../visualize/onBackends';

onBackends('sparse softmax cross-entropy', () => {
  const logits = tf.tidy(() =>
    tf.tensor2d([
      [1, 2, 3],
      [0, 1, 0],
    ]),
  );
  const of = (...labels: number[]): tf.Tensor => ops.sparseSoftmaxCrossEntropy(logits, tf.tensor1d(labels, 'int32'));

  it('refuses a label that is no class, by its value', () => {
    for (const label of [3, -1, 255]) {
      assert.throws(
        () => tf.tidy(() => of(0, label)),
        new RegExp(`^Error: Label ${label} at place 1 is no class; expected a whole number from 0 to 2\\.$`),
      );
    }
  });

  it('refuses labels of another type or number', () => {
    assert.throws(
      () => ops.sparseSoftmaxCrossEntropy(logits, tf.tensor1d([0.5, 1])),
      /labels are float32 \[2\]; expected int32 \[2\]/,
    );
    assert.throws(() => of(0), /labels are int32 \[1\]; expected int32 \[2\]/);
  });
});
