/**
 * The WebAssembly backend with the kernels that training needs and it lacks: the filter gradient of a convolution as a
 * sum of matrix products, the rest lent by the plain JavaScript backend.
 */
import * as tf from '@tensorflow/tfjs';
import { makeTensor, replaceKernel } from './registration';
import { correctWindows, hasNaN, keepNaNInMaxima, trustsOfTfjs } from './windows';

/** Kernels of XNNPACK, or after its model, that turn NaN into minus infinity, zero or the other number. */
const DROPS_NAN = [
  ...['Conv2D', 'DepthwiseConv2dNative', 'FusedConv2D', 'FusedDepthwiseConv2D', 'BatchMatMul', '_FusedMatMul'],
  ...['AvgPool', 'Relu6', 'ClipByValue', 'Maximum', 'Minimum'],
];

/** Lets tfjs start WebAssembly; unlike TensorFlow it needs a moment, so somebody has to await `ready()`. */
export function registerWasm(): void {
  // The package registers itself, with a priority above plain JavaScript's.
  require('@tensorflow/tfjs-backend-wasm');
  registerFilterGradient();
  // Its gradient goes wrong where several places share the maximum: it loses some, or pays another of them than TensorFlow.
  tf.unregisterKernel('MaxPoolGrad', 'wasm');
  // Those of a convolution over three axes go wrong with strides, or several channels.
  tf.unregisterKernel('Conv3DBackpropInputV2', 'wasm');
  tf.unregisterKernel('Conv3DBackpropFilterV2', 'wasm');
  const present = new Set(tf.getKernelsForBackend('wasm').map(kernel => kernel.kernelName));
  tf.getKernelsForBackend('cpu')
    .filter(kernel => !present.has(kernel.kernelName))
    .forEach(kernel => tf.registerKernel({ ...kernel, backendName: 'wasm', kernelFunc: borrowed(kernel) }));
  for (const name of DROPS_NAN) {
    const onCpu = borrowed(tf.getKernel(name, 'cpu'));
    replaceKernel(
      'wasm',
      name,
      previous => (inputs, attributes, backend) =>
        Object.values(inputs).some(input => input && hasNaN(input))
          ? makeTensor(onCpu({ inputs, attrs: attributes as tf.NamedAttrMap, backend }) as tf.TensorInfo)
          : previous(inputs, attributes, backend),
    );
  }
  keepNaNInMaxima('wasm');
  correctWindows('wasm', trustsOfTfjs);
}

/**
 * Gradient of a convolution by its filter [height, width, in, out]: for each place in the filter, the pixels it met,
 * [batch * outHeight * outWidth, in], transposed, times the gradient of the output.
 */
function registerFilterGradient(): void {
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }) => {
      const { x, dy } = inputs as unknown as { x: tf.Tensor4D; dy: tf.Tensor4D };
      const { strides, pad, filterShape, dimRoundingMode } = attrs as unknown as {
        strides: number | [number, number];
        pad: 'same' | 'valid' | number;
        filterShape: [number, number, number, number];
        dimRoundingMode?: 'floor' | 'round' | 'ceil';
      };
      const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, strides, 1, pad, dimRoundingMode);
      const { filterHeight, filterWidth, inChannels, outChannels, outHeight, outWidth, strideHeight, strideWidth } =
        info;
      const { top, bottom, left, right } = info.padInfo;
      return tf.tidy(() => {
        const padded = x.pad([[0, 0], [top, bottom], [left, right], [0, 0]]); // prettier-ignore
        const gradient = dy.reshape([-1, outChannels]) as tf.Tensor2D;
        const places: tf.Tensor[] = [];
        for (let row = 0; row < filterHeight; row++) {
          for (let column = 0; column < filterWidth; column++) {
            const met = padded.stridedSlice(
              [0, row, column, 0],
              [
                info.batchSize,
                row + (outHeight - 1) * strideHeight + 1,
                column + (outWidth - 1) * strideWidth + 1,
                inChannels,
              ],
              [1, strideHeight, strideWidth, 1],
            );
            places.push(tf.matMul(met.reshape([-1, inChannels]) as tf.Tensor2D, gradient, true, false));
          }
        }
        return tf.stack(places).reshape(filterShape);
      });
    },
  });
}

/** A kernel of the plain JavaScript backend that runs on copies of the data. */
function borrowed({ kernelFunc }: tf.KernelConfig): tf.KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const wasm = backend as Lender;
    const cpu = tf.engine().findBackend('cpu') as Lender;
    const lent: tf.TensorInfo[] = [];
    const lend = (tensor: tf.TensorInfo): tf.TensorInfo => {
      const copy = cpu.makeTensorInfo(tensor.shape, tensor.dtype, wasm.readSync(tensor.dataId));
      lent.push(copy);
      return copy;
    };
    const copies = Object.entries(inputs).map(([name, input]) => [
      name,
      Array.isArray(input) ? input.map(lend) : input && lend(input as tf.TensorInfo),
    ]);
    const result = kernelFunc({ inputs: Object.fromEntries(copies), attrs, backend: cpu });
    const fetch = (tensor: tf.TensorInfo): tf.TensorInfo => {
      const dataId = wasm.write(cpu.readSync(tensor.dataId), tensor.shape, tensor.dtype);
      cpu.disposeData(tensor.dataId);
      return { dataId, shape: tensor.shape, dtype: tensor.dtype };
    };
    const fetched = Array.isArray(result) ? result.map(fetch) : fetch(result);
    lent.forEach(copy => cpu.disposeData(copy.dataId));
    return fetched;
  };
}

interface Lender extends tf.KernelBackend {
  makeTensorInfo(shape: number[], dtype: string, values: tf.backend_util.BackendValues): tf.TensorInfo;
  readSync(dataId: object): tf.backend_util.BackendValues;
  write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object;
}
