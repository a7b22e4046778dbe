/** Kernels that a backend lacks, lent by the plain JavaScript backend: they run there on copies of the data. */
import * as tf from '@tensorflow/tfjs';
import { replaceKernel } from './registration';

interface Lender extends tf.KernelBackend {
  makeTensorInfo(shape: number[], dtype: string, values: tf.backend_util.BackendValues): tf.TensorInfo;
  readSync(dataId: object): tf.backend_util.BackendValues;
  write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object;
}

/** Registers, under their names, all kernels of plain JavaScript that this backend does not have. */
export function borrowMissing(backendName: string): void {
  const present = new Set(tf.getKernelsForBackend(backendName).map(kernel => kernel.kernelName));
  tf.getKernelsForBackend('cpu')
    .filter(kernel => !present.has(kernel.kernelName))
    .forEach(({ kernelName, kernelFunc }) =>
      tf.registerKernel({ kernelName, backendName, kernelFunc: borrowed(kernelFunc) }),
    );
}

export function borrowed(kernelFunc: tf.KernelFunc): tf.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const [borrower, cpu] = [backend as Lender, tf.engine().findBackend('cpu') as Lender];
    const lent: tf.TensorInfo[] = [];
    const lend = (tensor: tf.TensorInfo): tf.TensorInfo => {
      const copy = cpu.makeTensorInfo(tensor.shape, tensor.dtype, borrower.readSync(tensor.dataId));
      lent.push(copy);
      return copy;
    };
    const lendAll = (input: unknown): unknown =>
      Array.isArray(input) ? input.map(lendAll) : input && lend(input as tf.TensorInfo);
    // einsum has a list of inputs.
    const copies = Array.isArray(inputs)
      ? lendAll(inputs)
      : Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, lendAll(input)]));
    const result = kernelFunc({ inputs: copies as tf.NamedTensorInfoMap, attrs, backend: cpu });
    const results = [result].flat();
    const fetched = results.map(({ dataId, shape, dtype }) => ({
      dataId: borrower.write(cpu.readSync(dataId), shape, dtype),
      shape,
      dtype,
    }));
    for (const { dataId } of new Set([...results, ...lent])) cpu.disposeData(dataId);
    return Array.isArray(result) ? fetched : fetched[0];
  };
}

/** tfjs's own transforms the first image of a batch, and leaves the others empty. */
export function transformEveryImage(backendName: string): void {
  replaceKernel(
    backendName,
    'Transform',
    previous =>
      ({ image, transforms }, attributes, backend) =>
        tf.tidy(() => {
          const one = (i: number): tf.Tensor => {
            const own = transforms.shape[0] === 1 ? transforms : transforms.slice([i, 0], [1, -1]);
            return previous({ image: image.slice([i], [1]), transforms: own }, attributes, backend) as tf.Tensor;
          };
          return tf.concat(Array.from({ length: image.shape[0] }, (_, i) => one(i)));
        }),
  );
}
