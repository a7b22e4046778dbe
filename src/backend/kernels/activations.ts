/** Gradients of activations. */
import * as tf from '@tensorflow/tfjs';
import { float } from './attributes';
import { replaceGradient, run } from '../corrections/registration';
import { kernel, onTensorflow } from './onTensorflow';

export function registerActivations(): void {
  // Activations: the output tells the gradient as well as the input would, and something else needs it anyway.
  for (const [name, composed] of [
    ['Relu', (dy: tf.Tensor, y: tf.Tensor) => dy.mul(tf.step(y))],
    ['Relu6', (dy: tf.Tensor, y: tf.Tensor) => dy.mul(tf.step(y)).mul(y.less(6).toFloat())],
  ] as const) {
    kernel(`${name}Grad`, ({ dy, y }, _, backend) => backend.executeSingleOutput(`${name}Grad`, [float], [dy, y]));
    replaceGradient(name, {
      outputsToSave: [true],
      gradFunc: (dy, [y]) => ({ x: () => (onTensorflow() ? run(`${name}Grad`, { dy, y }) : composed(dy, y)) }),
    });
  }
}
