/** How much of the loss's gradient reaches each layer: what auxiliary classifiers and shortcuts are to fix. */
import * as tf from '@tensorflow/tfjs';
import { between, check, tensor, wholeNumber } from '../base/options';
import { softmaxCrossEntropy } from './step/loss';
import { AUXILIARY_WEIGHT } from './step/step';
import { refuseImages, refuseModel } from './network/refusals';
import { drawMasks, releaseMasks } from './network/masks';
import { variableOf } from './network/variables';

export interface GradientNorm {
  layer: string;
  /** L2 norm of the gradient of the loss by the layer's filters. */
  norm: number;
}

/**
 * The gradient of the training loss on one batch by the filters of each convolution and dense layer, in the order in which
 * the network applies them. The model keeps its weights and its running statistics.
 * @param x [batch, height, width, channels]
 * @param y [batch], int32
 * @param options.auxiliaryWeight of each output after the first in the loss; 0 leaves the auxiliary classifiers out
 * @param options.seed of dropout
 * @throws when no layer has filters
 */
export async function gradientNorms(
  model: tf.LayersModel,
  x: tf.Tensor4D,
  y: tf.Tensor1D,
  options: { auxiliaryWeight?: number; seed?: number } = {},
): Promise<GradientNorm[]> {
  check('gradientNorms', options, {
    auxiliaryWeight: (what, value: number) => between(what, value, 0),
    seed: (what, value: number) => wholeNumber(what, value, -Infinity),
  });
  const { auxiliaryWeight = AUXILIARY_WEIGHT, seed = 0 } = options;
  refuseModel('gradientNorms', model);
  refuseImages('gradientNorms', model, x);
  tensor('y of gradientNorms', y, 1);
  if (y.dtype !== 'int32' || y.size !== x.shape[0]) {
    throw new Error(`The y of gradientNorms is ${y.dtype} [${y.shape}]; expected int32 [${x.shape[0]}].`);
  }
  const filters = model.layers.flatMap(layer =>
    layer.trainableWeights.filter(({ shape }) => shape.length >= 2).map(weight => ({ layer: layer.name, weight })),
  );
  if (!filters.length) throw new Error(`${model.name} has no layer with filters, so no gradient to measure.`);
  const statistics = model.nonTrainableWeights.map(weight => ({ weight, value: variableOf(weight).clone() }));
  drawMasks(model, x.shape[0], seed, 0);
  try {
    const norms = tf.tidy(() => {
      const variables = filters.map(({ weight }) => variableOf(weight));
      const { value, grads } = tf.variableGrads(() => {
        const outputs = [model.apply(x, { training: true })].flat() as tf.Tensor2D[];
        const [main, ...auxiliary] = outputs.map(logits => softmaxCrossEntropy(logits, y));
        return auxiliary.reduce((sum, loss) => sum.add(loss.mul(auxiliaryWeight)) as tf.Scalar, main);
      }, variables);
      value.dispose();
      return tf.stack(variables.map(({ name }) => grads[name].norm()));
    });
    const values = await norms.data();
    norms.dispose();
    return filters.map(({ layer }, i) => ({ layer, norm: values[i] }));
  } finally {
    releaseMasks(model);
    statistics.forEach(({ weight, value }) => weight.write(value));
    tf.dispose(statistics.map(({ value }) => value));
  }
}
