import * as tf from '@tensorflow/tfjs';
import { among, between, check, type Checks, refuse, tensor, wholeNumber } from '../base/options';
import { hasKernel, runKernel } from './registry';

export interface LocalResponseNormOptions {
  /** n: how many neighbouring channels count; of an even number, one more is before the channel than after it. */
  size?: number;
  /** k */
  bias?: number;
  alpha?: number;
  beta?: number;
  /** 'paper': alpha as it is printed; 'perWindow': alpha / n, as in the authors' code, Caffe and PyTorch. */
  alphaMode?: 'paper' | 'perWindow';
}

const finite = (what: string, value: number): void => between(what, value, -Infinity);

const LRN_OPTIONS: Checks<LocalResponseNormOptions> = {
  size: (what, value) => wholeNumber(what, value),
  bias: finite,
  alpha: finite,
  beta: finite,
  alphaMode: among('paper', 'perWindow'),
};

/**
 * Local response normalization across channels, AlexNet section 3.3:
 * b_i = a_i / (k + alpha * sum over the n nearest channels of a_j^2)^beta.
 * @param x [batch, height, width, channels]
 */
export function localResponseNorm(x: tf.Tensor4D, options: LocalResponseNormOptions = {}): tf.Tensor4D {
  check('localResponseNorm', options, LRN_OPTIONS);
  tensor('x of localResponseNorm', x, 4);
  const { size = 5, bias = 2, alpha = 1e-4, beta = 0.75, alphaMode = 'paper' } = options;
  const share = alphaMode === 'paper' ? alpha : alpha / size;
  if (size % 2 === 1) return tf.localResponseNormalization(x, (size - 1) / 2, bias, share, beta);
  // tfjs knows windows with a middle only.
  return tf.tidy(() => {
    const squares = x.square().pad([
      [0, 0],
      [0, 0],
      [0, 0],
      [size / 2, size / 2 - 1],
    ]);
    const shifted = Array.from({ length: size }, (_, i) => squares.slice([0, 0, 0, i], [-1, -1, -1, x.shape[3]]));
    return x.mul(tf.addN(shifted).mul(share).add(bias).pow(-beta)) as tf.Tensor4D;
  });
}

/**
 * Batch normalization with given statistics: (x - mean) / sqrt(variance + epsilon) * gamma + beta, for each channel.
 * @param x [..., channels]; the rest [channels]
 */
export function batchNorm(
  x: tf.Tensor,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon = 1e-5,
): tf.Tensor {
  refuseStatistics('batchNorm', x, { mean, variance, gamma, beta }, epsilon);
  return tf.batchNorm(x, mean, variance, beta, gamma, epsilon);
}

/**
 * Batch normalization by the batch's own statistics, for training: Ioffe & Szegedy, 2015, algorithm 1.
 * @returns the normalized batch, its mean, and its biased variance, each [channels]
 */
export function batchNormTraining(
  x: tf.Tensor,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon = 1e-5,
): [y: tf.Tensor, mean: tf.Tensor1D, variance: tf.Tensor1D] {
  refuseStatistics('batchNormTraining', x, { gamma, beta }, epsilon);
  if (hasKernel('FusedBatchNormV3')) return fusedBatchNormTraining(x, gamma, beta, epsilon);
  let statistics: [tf.Tensor1D, tf.Tensor1D] | undefined;
  const normalize = tf.customGrad((...args: unknown[]) => {
    const [x, gamma, beta, save] = args as [tf.Tensor, tf.Tensor1D, tf.Tensor1D, tf.GradSaveFunc];
    const axes = x.shape.slice(0, -1).map((_, i) => i);
    const { mean, variance } = tf.moments(x, axes) as { mean: tf.Tensor1D; variance: tf.Tensor1D };
    const scale = tf.rsqrt(variance.add(epsilon));
    const normalized = x.sub(mean).mul(scale);
    statistics = [tf.keep(mean), tf.keep(variance)];
    save([normalized, scale, gamma]);
    return {
      value: normalized.mul(gamma).add(beta),
      // dx = gamma * scale * (dy - mean(dy) - normalized * mean(dy * normalized))
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [normalized, scale, gamma] = saved;
        const dGamma = dy.mul(normalized).sum(axes);
        const dBeta = dy.sum(axes);
        const count = dy.size / dGamma.size;
        const dx = dy
          .sub(dBeta.div(count))
          .sub(normalized.mul(dGamma.div(count)))
          .mul(gamma.mul(scale));
        return [dx, dGamma, dBeta];
      },
    };
  });
  const y = normalize(x, gamma, beta);
  return [y, ...statistics!];
}

function refuseStatistics(what: string, x: tf.Tensor, perChannel: Record<string, tf.Tensor1D>, epsilon: number): void {
  tensor(`x of ${what}`, x);
  if (x.rank < 2) refuse(`shape of the x of ${what}`, x.shape, '[..., channels]');
  for (const [name, value] of Object.entries(perChannel)) {
    tensor(`${name} of ${what}`, value, 1);
    if (value.size !== x.shape.at(-1))
      refuse(`shape of the ${name} of ${what}`, value.shape, `[${x.shape.at(-1)}], as x has channels`);
  }
  between(`epsilon of ${what}`, epsilon, 0);
}

/** `batchNormTraining` by TensorFlow's kernels, forwards and backwards one each. */
function fusedBatchNormTraining(
  x: tf.Tensor,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): [y: tf.Tensor, mean: tf.Tensor1D, variance: tf.Tensor1D] {
  let statistics: [tf.Tensor1D, tf.Tensor1D] | undefined;
  const normalize = tf.customGrad((...args: unknown[]) => {
    const [x, scale, offset, save] = args as [tf.Tensor, tf.Tensor1D, tf.Tensor1D, tf.GradSaveFunc];
    const outputs = runKernel<tf.Tensor[]>('FusedBatchNormV3', { x, scale, offset }, { epsilon });
    const [value, mean, unbiased, ...reserved] = outputs;
    const count = x.size / mean.size;
    statistics = [tf.keep(mean) as tf.Tensor1D, tf.keep(unbiased.mul(Math.max(count - 1, 1) / count)) as tf.Tensor1D];
    save([x, scale, ...reserved]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, [x, scale, reserved1, reserved2, reserved3]: tf.Tensor[]) => {
        const inputs = { dy, x, scale, reserved1, reserved2, reserved3 };
        return runKernel<tf.Tensor[]>('FusedBatchNormGradV3', inputs, { epsilon });
      },
    };
  });
  // The kernel takes images only.
  const y =
    x.rank === 4
      ? normalize(x, gamma, beta)
      : normalize(x.reshape([-1, 1, 1, x.shape.at(-1)!]), gamma, beta).reshape(x.shape);
  return [y, ...statistics!];
}
