/** Operations of TensorFlow's that src/ops or tfjs looks for by name. */
import * as tf from '@tensorflow/tfjs';
import { FLOAT, INT32 } from '../graph/graphDef';
import { isObserved } from '../graph/observe';
import { flag, float, shapeTensor, text, type } from './attributes';
import { kernel } from './onTensorflow';
import { assertLabels } from '../../ops/loss';

export function registerSingleOperations(): void {
  kernel('SparseSoftmaxCrossEntropyWithLogits', ({ logits, labels }, _, backend) => {
    // In a graph it is TensorFlow that names the label, on graphics cards by a loss of NaN.
    if (!isObserved()) assertLabels(backend.readSync(labels.dataId) as Int32Array, logits.shape[1]!);
    const options = [float, type('Tlabels', INT32)];
    return backend.executeMultipleOutputs('SparseSoftmaxCrossEntropyWithLogits', options, [logits, labels], 2);
  });

  kernel('BitwiseAnd', ({ a, b }, _, backend) => backend.executeSingleOutput('BitwiseAnd', [type('T', INT32)], [a, b]));
  kernel('SearchSorted', ({ sortedSequence, values }, { side }, backend) => {
    const dtype = sortedSequence.dtype === 'int32' ? INT32 : FLOAT;
    const options = [type('T', dtype), type('out_type', INT32)];
    const operation = side === 'left' ? 'LowerBound' : 'UpperBound';
    return backend.executeSingleOutput(operation, options, [sortedSequence, values]);
  });
  kernel('DenseBincount', ({ x, weights }, { size, binaryOutput }, backend) => {
    const length = tf.scalar(size as number, 'int32');
    const dtype = weights.dtype === 'int32' ? INT32 : FLOAT;
    const options = [type('Tidx', INT32), type('T', dtype), flag('binary_output', !!binaryOutput)];
    const counts = backend.executeSingleOutput('DenseBincount', options, [x, length, weights]);
    length.dispose();
    return counts;
  });
  kernel('Transform', ({ image, transforms }, attributes, backend) => {
    const { interpolation, fillMode, fillValue, outputShape } = attributes as Pick<
      tf.TransformAttrs,
      keyof tf.TransformAttrs
    >;
    const size = shapeTensor(outputShape ?? image.shape.slice(1, 3));
    const fill = tf.scalar(fillValue);
    const dtype = type('dtype', image.dtype === 'int32' ? INT32 : FLOAT);
    const words = [text('interpolation', interpolation.toUpperCase()), text('fill_mode', fillMode.toUpperCase())];
    const given = [image, transforms, size, fill];
    const y = backend.executeSingleOutput('ImageProjectiveTransformV3', [dtype, ...words], given);
    tf.dispose([size, fill]);
    return y;
  });
}
