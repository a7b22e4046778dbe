/** Batch normalization. */
import * as tf from '@tensorflow/tfjs';
import type { Attribute } from '../native/types';
import { FLOAT } from '../graph/graphDef';
import { flag, float, format, real, type } from './attributes';
import { kernel, replace } from './onTensorflow';

const normalization = (epsilon: number, isTraining: boolean): Attribute[] => [
  float,
  type('U', FLOAT),
  format,
  real('epsilon', epsilon),
  flag('is_training', isTraining),
];

export function registerNormalization(): void {
  kernel('FusedBatchNormV3', ({ x, scale, offset }, { epsilon }, backend) => {
    const empty = tf.tensor1d([]);
    const options = [...normalization(epsilon as number, true), real('exponential_avg_factor', 1)];
    const outputs = backend.executeMultipleOutputs('FusedBatchNormV3', options, [x, scale, offset, empty, empty], 6);
    empty.dispose();
    return outputs;
  });
  kernel('FusedBatchNormGradV3', ({ dy, x, scale, reserved1, reserved2, reserved3 }, { epsilon }, backend) => {
    const inputs = [dy, x, scale, reserved1, reserved2, reserved3];
    const options = normalization(epsilon as number, true);
    const [dx, dScale, dOffset, ...unused] = backend.executeMultipleOutputs('FusedBatchNormGradV3', options, inputs, 5);
    tf.dispose(unused);
    return [dx, dScale, dOffset];
  });
  replace('FusedBatchNorm', previous => (inputs, attributes, backend) => {
    const { x, mean, variance, scale, offset } = inputs;
    if (x.shape.length !== 4 || mean.shape.length !== 1 || !scale || !offset) {
      return previous(inputs, attributes, backend);
    }
    const options = normalization(attributes.varianceEpsilon as number, false);
    const given = [x, scale, offset, mean, variance];
    const [y, ...unused] = backend.executeMultipleOutputs('FusedBatchNormV3', options, given, 6);
    tf.dispose(unused);
    return y;
  });
}
