/** Matrix products. */
import * as tf from '@tensorflow/tfjs';
import { flag, float } from './attributes';
import { replace } from './onTensorflow';

export function registerMatMul(): void {
  replace('BatchMatMul', previous => (inputs, attributes, backend) => {
    const { a, b } = inputs;
    if (a.shape.length !== 2 || b.shape.length !== 2 || a.dtype !== 'float32' || b.dtype !== 'float32') {
      return previous(inputs, attributes, backend);
    }
    const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean };
    const product = (a: tf.TensorInfo, b: tf.TensorInfo, transposeA: boolean, transposeB: boolean): tf.Tensor => {
      const options = [float, flag('transpose_a', transposeA), flag('transpose_b', transposeB)];
      return backend.executeSingleOutput('MatMul', options, [a, b]);
    };
    // The gradient of a large dense layer's input: oneDNN would put all of b in another order first. (b a^T)^T takes a
    // fifth of the time.
    if (!transposeA && transposeB && a.shape[0] < b.shape[0] && b.shape[0] * b.shape[1] >= 2 ** 20) {
      const turned = product(b, a, false, true);
      const y = tf.transpose(turned);
      turned.dispose();
      return y;
    }
    return product(a, b, !!transposeA, !!transposeB);
  });
}
