/**
 * Kernels that an engine may have beyond those that tfjs asks of every backend. src/backend registers them through
 * tf.registerKernel; an operation here that finds its own runs it, else composes what it needs of tfjs's operations.
 */
import * as tf from '@tensorflow/tfjs';

export type NativeKernel =
  | 'GroupedConv2D'
  | 'PaddedConv2D'
  | 'PaddedDepthwiseConv2D'
  | 'FusedBatchNormV3'
  | 'FusedBatchNormGradV3'
  | 'SparseSoftmaxCrossEntropyWithLogits'
  | 'RandomUniform';

export function hasKernel(name: NativeKernel): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined;
}

/** @returns the kernel's outputs: one tensor, or an array where it has several */
export function runKernel<Result extends tf.Tensor | tf.Tensor[]>(
  name: NativeKernel,
  inputs: Record<string, tf.Tensor>,
  attributes: Record<string, unknown> = {},
): Result {
  return tf.engine().runKernel(name, inputs, attributes as tf.NamedAttrMap) as Result;
}
