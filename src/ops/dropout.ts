import * as tf from '@tensorflow/tfjs';
import { between, tensor } from '../base/options';
import { hasKernel, runKernel } from './registry';

/** Sets a fraction `rate` of the values, drawn anew at each call, to zero, and divides the others by 1 - rate. */
export function dropout(x: tf.Tensor, rate: number): tf.Tensor {
  tensor('x of dropout', x);
  between('dropout rate', rate, 0, 1);
  if (rate === 0) return x.clone();
  return tf.tidy(() => {
    const noise = hasKernel('RandomUniform')
      ? runKernel<tf.Tensor>('RandomUniform', {}, { shape: x.shape })
      : tf.randomUniform(x.shape);
    const kept = noise.add(1 - rate).floor();
    return x.mul(kept.div(1 - rate));
  });
}
