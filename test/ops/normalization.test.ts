import assert from 'node:assert/strict';
import { ops, ready, tf } from '../../src';

describe('local response normalization', () => {
  before(ready);

  const of = (length: number, options: ops.LocalResponseNormOptions): number[] =>
    tf.tidy(() => {
      const channels = tf.tensor4d(
        Array.from({ length }, (_, i) => i + 1),
        [1, 1, 1, length],
      );
      return [...ops.localResponseNorm(channels, options).dataSync()];
    });
  const near = (ours: number[], right: number[]): void =>
    right.forEach((value, i) => assert.ok(Math.abs(ours[i] - value) < 1e-5, `${ours} is not ${right}`));

  it("has alpha as the paper prints it, or divided by n as in the authors' code", () => {
    const options = { size: 5, alpha: 0.1, beta: 0.75, bias: 2 };
    near(of(6, options), [0.39938, 0.59814, 0.66195, 0.66224, 0.85112, 1.09162]);
    near(of(6, { ...options, alphaMode: 'perWindow' }), [0.53895, 0.97679, 1.2841, 1.46968, 1.86665, 2.32487]);
  });

  it('of an even number has one more channel before than after, as in PyTorch', () => {
    // 1 / (1 + 1 + 4), 2 / (1 + 1 + 4 + 9), 3 / (1 + 1 + 4 + 9 + 16), 4 / (1 + 4 + 9 + 16)
    near(of(4, { size: 4, alpha: 1, beta: 1, bias: 1 }), [1 / 6, 2 / 15, 3 / 31, 4 / 30]);
  });

  it('refuses windows that there are not', () => {
    for (const size of [0, -5, 2.5])
      assert.throws(
        () => of(4, { size }),
        new RegExp(`size of localResponseNorm is ${size}; expected a whole number from 1\\.`),
      );
  });
});
