/** Maxima of windows. */
import * as tf from '@tensorflow/tfjs';
import { isObserved } from '../graph/observe';
import { flag, float, format, ints, sizes, text } from './attributes';
import { run } from '../corrections/registration';
import { type Kernel, replace } from './onTensorflow';
import type { Binding } from '../native/types';

type Window = {
  filterSize: number | [number, number];
  strides: number | [number, number];
  pad: 'same' | 'valid';
};

export function registerPooling(binding: Binding): void {
  // NaN is the largest in PyTorch and the least in TensorFlow's windows: zeros of what is a number, NaN of what is none.
  let plainMaxPool: Kernel;
  replace('MaxPool', previous => {
    plainMaxPool = previous;
    return (inputs, attributes, backend) =>
      tf.tidy(() => {
        const y = previous(inputs, attributes, backend) as tf.Tensor;
        if (inputs.x.dtype !== 'float32') return y;
        const zeros = run('ClipByValue', { x: inputs.x }, { clipValueMin: 0, clipValueMax: 0 });
        return y.add(run('AvgPool', { x: zeros }, attributes));
      });
  });

  replace('MaxPoolGrad', previous => {
    // oneDNN's pair of kernels is several times faster, though the forward one runs again; a graph finds it by itself.
    let oneDnn = !binding.isUsingGpuDevice() && process.env.TF_ENABLE_ONEDNN_OPTS !== '0';
    return (inputs, attributes, backend) => {
      const { dy, input } = inputs;
      if (!oneDnn || isObserved() || dy.dtype !== 'float32') {
        return tf.tidy(() => {
          const output = plainMaxPool({ x: input }, attributes, backend) as tf.Tensor;
          return previous({ dy, input, output }, attributes, backend) as tf.Tensor;
        });
      }
      const { filterSize, strides, pad } = attributes as Window;
      const options = [
        ...[float, format, ints('ksize', sizes(filterSize!)), ints('strides', sizes(strides))],
        ...[text('padding', String(pad).toUpperCase()), flag('workspace_enabled', true)],
        text('_kernel', 'MklNameChangeOp'),
      ];
      let forward: tf.Tensor[];
      try {
        forward = backend.executeMultipleOutputs('_MklNativeMaxPool', options, [input], 2);
      } catch {
        oneDnn = false;
        return previous(inputs, attributes, backend);
      }
      const [y, workspace] = forward;
      const dx = backend.executeSingleOutput('_MklNativeMaxPoolGrad', options, [input, y, dy, workspace]);
      tf.dispose(forward);
      return dx;
    };
  });
}
