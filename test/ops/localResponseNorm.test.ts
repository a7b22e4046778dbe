import assert from 'node:assert/strict';
import { ops, tf } from '../../src';
import { assertNear } from '../training/tiny';
import { onBackends, random } from '../visualize/onBackends';

/** So large an alpha that a wrong convention, window or exponent shows: with the paper's 1e-4 none does. */
const OPTIONS = { size: 5, bias: 2, alpha: 0.1, beta: 0.75 } as const;
const ONE_TO_SIX = [1, 2, 3, 4, 5, 6];

/** By hand, AlexNet's section 3.3: the window is cut off at the first and the last channel. */
function byHand(a: readonly number[], alpha: number): number[] {
  return a.map((value, i) => {
    let sum = 0;
    for (let j = Math.max(0, i - 2); j <= Math.min(a.length - 1, i + 2); j++) sum += a[j] ** 2;
    return value / (2 + alpha * sum) ** 0.75;
  });
}

onBackends('local response normalization', () => {
  const norm = (alphaMode: 'paper' | 'perWindow') =>
    tf.tidy(() => ops.localResponseNorm(tf.tensor4d(ONE_TO_SIX, [1, 1, 1, 6]), { ...OPTIONS, alphaMode }).dataSync());

  it('has the two conventions of alpha, on the channels 1 to 6', () => {
    // architectures.md, section 4: computed apart from this kit.
    assertNear([...norm('paper')], [0.39938, 0.59814, 0.66195, 0.66224, 0.85112, 1.09162], 1e-4);
    assertNear([...norm('perWindow')], [0.53895, 0.97679, 1.2841, 1.46968, 1.86665, 2.32487], 1e-4);
    assertNear([...norm('paper')], byHand(ONE_TO_SIX, 0.1), 1e-5);
    assertNear([...norm('perWindow')], byHand(ONE_TO_SIX, 0.1 / 5), 1e-5);
  });

  it('never crosses places or images', () => {
    tf.tidy(() => {
      const x = random('lrn', [2, 2, 3, 6]);
      const whole = ops.localResponseNorm(x, OPTIONS).dataSync();
      const values = x.dataSync();
      for (let at = 0; at < values.length; at += 6) {
        assertNear([...whole.subarray(at, at + 6)], byHand([...values.subarray(at, at + 6)], 0.1), 1e-5);
      }
    });
  });

  for (const alphaMode of ['paper', 'perWindow'] as const) {
    it(`has the gradient that differences give (${alphaMode})`, () => {
      tf.tidy(() => {
        const alpha = alphaMode === 'paper' ? 0.1 : 0.02;
        const weights = [1, -2, 0.5, 1.5, -1, 2];
        const gradient = tf
          .grad((x: tf.Tensor) =>
            ops
              .localResponseNorm(x as tf.Tensor4D, { ...OPTIONS, alphaMode })
              .mul(tf.tensor1d(weights))
              .sum(),
          )(tf.tensor4d(ONE_TO_SIX, [1, 1, 1, 6]))
          .dataSync();
        const value = (a: number[]): number => byHand(a, alpha).reduce((sum, b, i) => sum + b * weights[i], 0);
        const differences = ONE_TO_SIX.map((_, i) => {
          const moved = (by: number): number[] => ONE_TO_SIX.map((a, j) => a + (i === j ? by : 0));
          return (value(moved(1e-5)) - value(moved(-1e-5))) / 2e-5;
        });
        assertNear([...gradient], differences, 1e-4);
      });
    });
  }

  it('inhibits laterally: near a strong channel less is left than far from it', () => {
    const a = [1, 1, 1, 1, 4, 1, 1, 1, 1];
    const left = tf.tidy(() => [...ops.localResponseNorm(tf.tensor4d(a, [1, 1, 1, 9]), OPTIONS).dataSync()]);
    assert.ok(left[3] < left[1] && left[2] < left[1] && left[5] < left[7], String(left));
  });
});
