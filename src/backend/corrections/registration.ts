/** Registers kernels and gradients in tfjs's public registry. */
import * as tf from '@tensorflow/tfjs';

export type Inputs = Record<string, tf.Tensor>;
export type Attributes = Record<string, unknown>;
export type Kernel<Backend = tf.KernelBackend> = (
  inputs: Inputs,
  attributes: Attributes,
  backend: Backend,
) => tf.Tensor | tf.Tensor[];

export interface Gradient {
  inputsToSave?: string[];
  outputsToSave?: boolean[];
  gradFunc(dy: tf.Tensor, saved: tf.Tensor[], attributes: tf.NamedAttrMap): Record<string, () => tf.Tensor>;
}

/** Runs a kernel of the backend that computes now. */
export function run(name: string, inputs: Inputs, attributes: Attributes = {}): tf.Tensor {
  return tf.engine().runKernel(name, inputs, attributes as tf.NamedAttrMap) as tf.Tensor;
}

export function registerKernel<Backend extends tf.KernelBackend>(
  backendName: string,
  kernelName: string,
  body: Kernel<Backend>,
): void {
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => body(inputs as Inputs, (attrs ?? {}) as Attributes, backend as Backend),
  });
}

/** Puts another kernel in the place of one that is registered, and gives it that one to call. */
export function replaceKernel<Backend extends tf.KernelBackend>(
  backendName: string,
  kernelName: string,
  body: (previous: Kernel<Backend>) => Kernel<Backend>,
): void {
  const { kernelFunc, setupFunc, disposeFunc } = tf.getKernel(kernelName, backendName);
  tf.unregisterKernel(kernelName, backendName);
  const previous: Kernel<Backend> = (inputs, attributes, backend) => {
    const result = kernelFunc({ inputs, attrs: attributes as tf.NamedAttrMap, backend });
    return Array.isArray(result) ? result.map(makeTensor) : makeTensor(result);
  };
  const replaced = body(previous);
  tf.registerKernel({
    ...{ kernelName, backendName, setupFunc, disposeFunc },
    kernelFunc: ({ inputs, attrs, backend }) =>
      replaced(inputs as Inputs, (attrs ?? {}) as Attributes, backend as Backend),
  });
}

export function replaceGradient(kernelName: string, config: Gradient): void {
  if (tf.getGradient(kernelName)) tf.unregisterGradient(kernelName);
  tf.registerGradient({ kernelName, ...config } as tf.GradConfig);
}

/** A kernel's output as what operations take. */
export const makeTensor = (result: tf.TensorInfo): tf.Tensor =>
  result instanceof tf.Tensor ? result : tf.engine().makeTensorFromTensorInfo(result);
