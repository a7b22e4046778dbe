/** Limits of a step's gradients. */
import * as tf from '@tensorflow/tfjs';

/** One of them: which comes first would have to be guessed. */
export interface ClipOptions {
  /** Scales all gradients of a step together so that their common L2 norm is at most this. */
  clipNorm?: number;
  /** Limits each number of a gradient to this, up and down. */
  clipValue?: number;
}

/** The gradients within the limits; see PyTorch's `clip_grad_norm_` and `clip_grad_value_`. */
export function clipped(gradients: tf.Tensor[], { clipNorm, clipValue }: ClipOptions): tf.Tensor[] {
  if (clipValue !== undefined) return gradients.map(gradient => gradient.clipByValue(-clipValue, clipValue));
  if (clipNorm === undefined) return gradients;
  const norm = tf.addN(gradients.map(gradient => gradient.square().sum())).sqrt();
  // 1e-6 is PyTorch's.
  const factor = tf.minimum(1, tf.scalar(clipNorm).div(norm.add(1e-6)));
  return gradients.map(gradient => gradient.mul(factor));
}
