/** Addition of a bias. */
import * as tf from '@tensorflow/tfjs';
import { float, format } from './attributes';
import { replaceGradient, run } from '../corrections/registration';
import { kernel, replace, onTensorflow } from './onTensorflow';

/** A bias is an addition that tfjs does not know from others. */
const isBias = (a: tf.TensorInfo, b: tf.TensorInfo): boolean =>
  b.shape.length === 1 &&
  a.shape.length >= 2 &&
  a.shape.at(-1) === b.shape[0] &&
  a.dtype === 'float32' &&
  b.dtype === 'float32';

export function registerBias(): void {
  replace('Add', previous => (inputs, attributes, backend) => {
    const { a, b } = inputs;
    return isBias(a, b)
      ? backend.executeSingleOutput('BiasAdd', [float, format], [a, b])
      : previous(inputs, attributes, backend);
  });
  kernel('BiasAddGrad', ({ dy }, _, backend) => backend.executeSingleOutput('BiasAddGrad', [float, format], [dy]));
  const add = tf.getGradient('Add');
  replaceGradient('Add', {
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, [a, b], attributes) => {
      const composed = add.gradFunc(dy, [a, b], attributes);
      if (!onTensorflow() || dy.dtype !== 'float32') return composed;
      const sameShape = (t: tf.Tensor): boolean => tf.util.arraysEqual(t.shape, dy.shape);
      return {
        a: sameShape(a) ? () => dy.clone() : composed.a,
        b: sameShape(b)
          ? () => dy.clone()
          : isBias(a, b) && sameShape(a)
            ? () => run('BiasAddGrad', { dy })
            : composed.b,
      };
    },
  });
}
