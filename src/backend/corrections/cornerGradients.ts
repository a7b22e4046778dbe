/** Gradients where the derivative jumps, and of ties, as PyTorch has them; tfjs's own are others, and count ties twice. */
import * as tf from '@tensorflow/tfjs';
import { replaceGradient } from './registration';

/** For all backends. */
export function registerCornerGradients(): void {
  replaceGradient('Abs', { inputsToSave: ['x'], gradFunc: (dy, [x]) => ({ x: () => dy.mul(tf.sign(x.toFloat())) }) });
  replaceGradient('ClipByValue', {
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attributes) => {
      const { clipValueMin, clipValueMax } = attributes as { clipValueMin: number; clipValueMax: number };
      return { x: () => dy.mul(x.greater(clipValueMin).logicalAnd(x.less(clipValueMax)).toFloat()) };
    },
  });
  for (const name of ['Max', 'Min']) {
    replaceGradient(name, {
      inputsToSave: ['x'],
      outputsToSave: [true],
      gradFunc: (dy, [x, y], attributes) => {
        const { reductionIndices } = attributes as { reductionIndices: number | number[] };
        const axes = tf.util.parseAxisParam(reductionIndices, x.shape);
        const kept = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
        return {
          x: () => {
            const isBest = x.equal(y.reshape(kept)).toFloat();
            return isBest.mul(dy.reshape(kept).div(isBest.sum(axes, true)));
          },
        };
      },
    });
  }
  for (const [name, isBetter] of [
    ['Maximum', tf.greater],
    ['Minimum', tf.less],
  ] as const) {
    replaceGradient(name, {
      inputsToSave: ['a', 'b'],
      gradFunc: (dy, [a, b]) => {
        const share = (own: tf.Tensor, other: tf.Tensor) => (): tf.Tensor => {
          const half = own.equal(other).toFloat().div(2);
          const whole = dy.mul(isBetter(own, other).toFloat().add(half));
          const axes = tf.broadcast_util.getReductionAxes(own.shape, dy.shape);
          return (axes.length > 0 ? whole.sum(axes) : whole).reshape(own.shape);
        };
        return { a: share(a, b), b: share(b, a) };
      },
    });
  }
  replaceGradient('Relu6', {
    outputsToSave: [true],
    gradFunc: (dy, [y]) => ({ x: () => dy.mul(tf.step(y)).mul(y.less(6).toFloat()) }),
  });
}
