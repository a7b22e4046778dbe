/** Layers that scale values: by a constant, or by a learnt number for each channel. */
import * as tf from '@tensorflow/tfjs';
import { check, type Checks } from '../base/options';
import { type Block, place, word } from './building/block';
import type { Description } from './building/description';
import { finite, first, OptionsLayer, register, type Shape } from './building/layer';
import { layerName, parameterName } from './building/naming';

/** x times a constant: the residual scaling of Inception-ResNet. */
class Scale extends OptionsLayer<{ factor: number }> {
  static readonly className = 'CnnKitScale';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return first(inputs).mul(this.options.factor);
  }
}
register(Scale);

/** x times a constant. */
export function scale(factor: number): Block {
  finite('factor of scale', factor);
  return word('scale', [factor], x => place(new Scale({ name: layerName('scale'), factor }), x));
}

/** Each channel times its own number. Weights: gamma [channels]. */
class LayerScale extends OptionsLayer<{ initial: number }> {
  static readonly className = 'CnnKitLayerScale';
  private gamma!: tf.LayerVariable;

  override build(inputShape: Shape | Shape[]): void {
    this.gamma = this.weight('gamma', [(inputShape as Shape).at(-1)!], { constant: this.options.initial });
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => first(inputs).mul(this.gamma.read()));
  }

  override describe(): Description {
    return {
      role: 'other',
      label: 'layer scale',
      detail: '',
      follows: true,
      torchWeights: () => {
        const [channels] = this.gamma.shape as number[];
        // PyTorch's image has its channels first.
        const shape = [channels, 1, 1];
        return [
          [
            'layer_scale',
            { variable: this.gamma, shape, toTorch: x => x.reshape(shape), fromTorch: x => x.reshape([channels]) },
          ],
        ];
      },
    };
  }
}
register(LayerScale);

const LAYER_SCALE_OPTIONS: Checks<{ initial?: number }> = { initial: finite };

/**
 * LayerScale (Touvron et al., "Going deeper with Image Transformers", ICCV 2021, arXiv 2103.17239, section 2.1): each channel
 * times a learnt number, small at first, so that a residual body begins close to zero. Its name in PyTorch is that of the
 * scopes around it and `layer_scale`.
 */
export function layerScale(options: { initial?: number } = {}): Block {
  check('layerScale', options, LAYER_SCALE_OPTIONS);
  const { initial = 1e-6 } = options;
  return word('layerScale', [options], x => place(new LayerScale({ name: parameterName('layerScale'), initial }), x));
}
