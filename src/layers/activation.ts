/** Nonlinearities. */
import * as tf from '@tensorflow/tfjs';
import { oneOf } from '../base/options';
import { type Block, place, word } from './building/block';
import type { Description } from './building/description';
import { first, OptionsLayer, register } from './building/layer';
import { layerName } from './building/naming';
import { activationLabel } from './building/tfjs';

const ACTIVATIONS = {
  relu: (x: tf.Tensor) => tf.relu(x),
  relu6: (x: tf.Tensor) => tf.relu6(x),
  leakyRelu: (x: tf.Tensor) => tf.leakyRelu(x, 0.01),
  elu: (x: tf.Tensor) => tf.elu(x),
  gelu: (x: tf.Tensor) => x.mul(0.5).mul(tf.erf(x.mul(Math.SQRT1_2)).add(1)),
  silu: (x: tf.Tensor) => x.mul(tf.sigmoid(x)),
  tanh: (x: tf.Tensor) => tf.tanh(x),
  sigmoid: (x: tf.Tensor) => tf.sigmoid(x),
  hardSigmoid: (x: tf.Tensor) => tf.relu6(x.add(3)).div(6),
  hardSwish: (x: tf.Tensor) => x.mul(tf.relu6(x.add(3)).div(6)),
  softmax: (x: tf.Tensor) => tf.softmax(x),
} as const;
export type ActivationName = keyof typeof ACTIVATIONS;

class Activation extends OptionsLayer<{ kind: ActivationName }> {
  static readonly className = 'CnnKitActivation';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => ACTIVATIONS[this.options.kind](first(inputs)));
  }

  override describe(): Description {
    const { kind } = this.options;
    return {
      role: 'activation',
      label: activationLabel(kind),
      detail: '',
      follows: true,
      keepsOrder: true,
      activation: kind,
      rectifier: kind === 'relu' || kind === 'relu6' ? kind : undefined,
    };
  }
}
register(Activation);

export function activation(kind: ActivationName): Block {
  oneOf('kind of activation', kind, ...(Object.keys(ACTIVATIONS) as ActivationName[]));
  return word('activation', [kind], x => place(new Activation({ name: layerName(kind), kind }), x));
}

export const relu = (): Block => activation('relu');
export const relu6 = (): Block => activation('relu6');
export const tanh = (): Block => activation('tanh');
export const sigmoid = (): Block => activation('sigmoid');
export const silu = (): Block => activation('silu');
export const hardSwish = (): Block => activation('hardSwish');
export const hardSigmoid = (): Block => activation('hardSigmoid');
