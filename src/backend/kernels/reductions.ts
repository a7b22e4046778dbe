/** Gradients of sums and means, and shapes. */
import * as tf from '@tensorflow/tfjs';
import { INT32 } from '../graph/graphDef';
import { float, shapeTensor, type } from './attributes';
import { replaceGradient, run } from '../corrections/registration';
import { kernel, replace, onTensorflow } from './onTensorflow';

export function registerReductions(): void {
  // tfjs multiplies with as many ones, which come from JavaScript.
  kernel('BroadcastTo', ({ x }, { shape }, backend) => {
    const to = shapeTensor(shape as number[]);
    const y = backend.executeSingleOutput('BroadcastTo', [float, type('Tidx', INT32)], [x, to]);
    to.dispose();
    return y;
  });
  for (const name of ['Sum', 'Mean'] as const) {
    const previous = tf.getGradient(name);
    replaceGradient(name, {
      inputsToSave: ['x'],
      gradFunc: (dy, saved, attributes) => {
        const [x] = saved;
        if (!onTensorflow() || dy.dtype !== 'float32') return previous.gradFunc(dy, saved, attributes);
        const axes = tf.util.parseAxisParam((attributes as { axis: number | number[] }).axis, x.shape);
        const shape = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
        const share = name === 'Mean' ? dy.div(x.size / dy.size) : dy;
        return { x: () => run('BroadcastTo', { x: share.reshape(shape) }, { shape: x.shape }) };
      },
    });
  }

  // To the shape that it has already: nothing to compute.
  replace('Reshape', previous => (inputs, attributes, backend) => {
    const { x } = inputs;
    const shape = attributes.shape as number[];
    if (!tf.util.arraysEqual(x.shape, shape)) return previous(inputs, attributes, backend);
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype } as tf.Tensor;
  });
}
