/**
 * The WebAssembly backend with the kernels that training needs and it lacks: the filter gradient of a convolution as a
 * sum of matrix products, the rest lent by the plain JavaScript backend.
 */
import * as tf from '@tensorflow/tfjs';
import { borrowed, borrowMissing, transformEveryImage } from './corrections/borrowing';
import { makeTensor, replaceKernel } from './corrections/registration';
import { correctWindows, hasNaN, keepNaNInMaxima, trustsOfTfjs } from './corrections/windows';

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
  // It reflects the first place after the edge from the wrong side.
  tf.unregisterKernel('Transform', 'wasm');
  borrowMissing('wasm');
  transformEveryImage('wasm');
  for (const name of DROPS_NAN) {
    const onCpu = borrowed(tf.getKernel(name, 'cpu').kernelFunc);
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
      const { x, dy } = inputs as { x: tf.Tensor4D; dy: tf.Tensor4D };
      const { strides, pad, filterShape, dimRoundingMode } = attrs as {
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
        const padded = x.pad([
          [0, 0],
          [top, bottom],
          [left, right],
          [0, 0],
        ]);
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
