/**
 * TensorFlow's own operations where tfjs composes many: gradients of tfjs's operations, better forms of kernels that
 * tfjs-node has, and the kernels that src/ops looks for by name. All through tfjs's public registration.
 */
import type { Binding } from '../native/types';
import { registerActivations } from './activations';
import { registerBias } from './bias';
import { borrowMissing } from '../corrections/borrowing';
import { registerConvolution } from './convolution';
import { registerMatMul } from './matmul';
import { registerNormalization } from './normalization';
import { TENSORFLOW } from './onTensorflow';
import { registerPooling } from './pooling';
import { registerRandom } from './random';
import { registerReductions } from './reductions';
import { registerSingleOperations } from './single';
import { correctWindows, trustsOfTensorflow } from '../corrections/windows';

/** Registers them for the backend `tensorflow`, whose kernels of tfjs-node must be there already. */
export function registerKernels(binding: Binding): void {
  registerActivations();
  registerBias();
  registerReductions();
  registerMatMul();
  registerConvolution(binding);
  registerNormalization();
  registerPooling(binding);
  registerSingleOperations();
  registerRandom();
  borrowMissing(TENSORFLOW);
  correctWindows(TENSORFLOW, trustsOfTensorflow);
}
