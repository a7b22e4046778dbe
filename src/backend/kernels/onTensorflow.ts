/** Kernels of the backend `tensorflow`. */
import * as tf from '@tensorflow/tfjs';
import type { TensorflowBackend } from '../native/types';
import { type Kernel as AnyKernel, registerKernel, replaceKernel } from '../corrections/registration';

export type Kernel = AnyKernel<TensorflowBackend>;

export const TENSORFLOW = 'tensorflow';

/** Gradients belong to all backends at once, so each asks where it is. */
export const onTensorflow = (): boolean => tf.getBackend() === TENSORFLOW;

export const kernel = (name: string, body: Kernel): void => registerKernel(TENSORFLOW, name, body);

export const replace = (name: string, body: (previous: Kernel) => Kernel): void =>
  replaceKernel(TENSORFLOW, name, body);
