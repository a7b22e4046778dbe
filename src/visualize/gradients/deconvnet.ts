/**
 * The deconvnet of Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", 2013, section 2.1: one
 * activation sent back to the pixels, where each layer unpools by the switches of this image, rectifies, and filters
 * with its own filters transposed.
 */
import * as tf from '@tensorflow/tfjs';
import { among, anything, check, type Checks, listOf, tensor, text, wholeNumber } from '../../base/options';
import { describe } from '../../layers';
import { conv2d, type ConvOptions } from '../../ops';
import type { Overlap } from '../../ops/unpooling';
import {
  applyLayer,
  choose,
  outputOf,
  pathTo,
  type Place,
  type Position,
  rectifierOf,
  refuseImages,
  run,
} from '../network/graph';

export interface DeconvnetOptions {
  /** The name of a layer, or of a row: then its last layer. */
  layer: string;
  /** Which map, or unit of a dense layer. */
  map: number;
  /** The one activation that stays; all others of the layer are set to zero. */
  position?: Position;
  /** 'add', the default, makes the deconvnet equal to backpropagation but for the ReLU. */
  overlap?: Overlap;
  /** Response normalization on the way back: the paper's three steps leave it out; 'gradient' is what backpropagation does. */
  localResponseNorm?: 'identity' | 'gradient';
}

export const DECONVNET_OPTIONS: Checks<DeconvnetOptions> = {
  layer: text,
  map: (what, value) => wholeNumber(what, value, 0),
  position: anything,
  overlap: among('add', 'place'),
  localResponseNorm: among('identity', 'gradient'),
};

/**
 * What in each image one activation comes from, in pixel space.
 *
 * Beyond the paper's three operations, a layer (batch normalization, average pooling, dense, ...) sends back its gradient,
 * without its bias; a sum sends the same to each branch, so networks that branch work too.
 *
 * @param x [batch, height, width, channels], as the network takes it
 * @returns [batch, height, width, channels]; the caller disposes of it
 * @throws if there is no such layer, map or position, or a ReLU is inside another layer
 */
export function deconvnet(model: tf.LayersModel, x: tf.Tensor4D, options: DeconvnetOptions): tf.Tensor4D {
  check('deconvnet', options, DECONVNET_OPTIONS);
  refuseImages('deconvnet', model, x);
  text('option layer of deconvnet', options.layer);
  const target = outputOf(model, options.layer);
  return tf.tidy(() => {
    const path = pathTo(target);
    const values = run(path, x);
    const activation = values.get(target)!;
    const start = activation.mul(choose(activation, options.map, options.position).mask);
    const signals = new Map<Place, tf.Tensor>([[target, start]]);
    for (const place of path.reverse()) {
      const signal = signals.get(place)!;
      if (!place.inputs.length) return signal as tf.Tensor4D;
      const inputs = place.inputs.map(input => values.get(input)!);
      sendBack(place.sourceLayer, inputs, signal, options).forEach((part, i) => {
        const met = signals.get(place.inputs[i]);
        signals.set(place.inputs[i], met ? met.add(part) : part);
      });
    }
    throw new Error(`${target.name} does not depend on the image.`);
  });
}

/** What a layer gives to each of its inputs, for what came back to its output. */
function sendBack(
  layer: tf.layers.Layer,
  inputs: tf.Tensor[],
  signal: tf.Tensor,
  rules: DeconvnetOptions,
): tf.Tensor[] {
  if (rectifierOf(layer)) return [signal.relu()];
  const back = describe(layer).sendBack?.(signal, inputs[0], rules);
  if (back) return [back];
  // The copies tell an input that comes twice apart, and the last one a layer that returns its input (dropout).
  const copies = inputs.map(input => input.clone());
  return tf.grads((...xs: tf.Tensor[]) => applyLayer(layer, xs).clone())(copies, signal);
}

/**
 * The transpose of a convolution, which is its gradient with respect to its input: filters turned by 180 degrees, their
 * inputs and outputs exchanged, no bias.
 * @param y [batch, rows, columns, out]
 * @param filter [height, width, in / groups, out], that of the convolution
 * @param shape of the convolution's input, [batch, height, width, in], which `y` does not tell where the stride skips
 * @returns a tensor of that shape
 */
export function transposedConv2d(
  y: tf.Tensor4D,
  filter: tf.Tensor4D,
  shape: readonly number[],
  options: ConvOptions = {},
): tf.Tensor4D {
  tensor('y of transposedConv2d', y, 4);
  tensor('filter of transposedConv2d', filter, 4);
  listOf('shape of transposedConv2d', shape, '[batch, height, width, in]', (what, n: number) => wholeNumber(what, n));
  return tf.tidy(() => tf.grad((x: tf.Tensor) => conv2d(x as tf.Tensor4D, filter, options))(tf.zeros([...shape]), y) as tf.Tensor4D); // prettier-ignore
}
