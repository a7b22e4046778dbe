/** Fully connected layers: on a vector, and at each place of a map. */
import * as tf from '@tensorflow/tfjs';
import { boolean, check, type Checks, text, wholeNumber } from '../base/options';
import { type Block, place, sizeOf, word } from './building/block';
import { type Description, sameInTorch, type TorchWeight } from './building/description';
import type { Initialization } from './building/initialization';
import {
  finite,
  first,
  initialization,
  OptionsLayer,
  register,
  requireFeatureMap,
  type Shape,
  type TorchNamed,
} from './building/layer';
import { parameterName, placeInNetwork } from './building/naming';
import { describe } from './building/tfjs';

interface DenseLayerOptions {
  units: number;
  bias: boolean;
  init: Initialization;
  biasInit: number;
}

/** Fully connected layer, over the last axis. Weights: kernel [in, units], bias [units]. */
class Dense extends OptionsLayer<DenseLayerOptions> {
  static readonly className = 'CnnKitDense';
  kernel!: tf.LayerVariable;
  bias?: tf.LayerVariable;

  override build(inputShape: Shape | Shape[]): void {
    const { units, bias, init, biasInit } = this.options;
    this.kernel = this.weight('kernel', [(inputShape as Shape).at(-1)!, units], init);
    if (bias) this.bias = this.weight('bias', [units], { constant: biasInit });
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return [...(inputShape as Shape).slice(0, -1), this.options.units];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = first(inputs);
      const places = x.rank > 2 ? x.reshape([-1, x.shape.at(-1)!]) : x;
      const product = tf.matMul(places, this.kernel.read());
      const y = x.rank > 2 ? product.reshape([...x.shape.slice(0, -1), this.options.units]) : product;
      return this.bias ? y.add(this.bias.read()) : y;
    });
  }

  override describe(): Description {
    return {
      role: 'dense',
      label: `dense, ${this.options.units}`,
      detail: '',
      weightsUsedAt: 'output',
      torchWeights: () => [
        ['weight', this.kernelInTorch()],
        ...(this.bias ? [['bias', sameInTorch(this.bias)] as [string, TorchWeight]] : []),
      ],
    };
  }

  /** [in, out] here, [out, in] there. After `flatten`, `in` counts height, width, channels here and channels first there. */
  private kernelInTorch(): TorchWeight {
    const variable = this.kernel;
    const [inputs, outputs] = variable.shape as number[];
    const [height, width, channels] = flattened(this) ?? [1, 1, inputs];
    return {
      variable,
      shape: [outputs, inputs],
      toTorch: x => x.reshape([height, width, channels, outputs]).transpose([3, 2, 0, 1]).reshape([outputs, inputs]),
      fromTorch: x => x.reshape([outputs, channels, height, width]).transpose([2, 3, 1, 0]).reshape([inputs, outputs]),
    };
  }
}
register(Dense);

/** The [height, width, channels] that a `flatten` before this layer made a vector of; undefined where there is none. */
function flattened(layer: tf.layers.Layer): number[] | undefined {
  const before = layer.inboundNodes[0]?.inboundLayers[0];
  if (!before) return undefined;
  const { flattens, keepsOrder } = describe(before);
  if (flattens) return (before.input as tf.SymbolicTensor).shape.slice(1) as number[];
  return keepsOrder ? flattened(before) : undefined;
}

export interface DenseOptions extends TorchNamed {
  bias?: boolean;
  init?: Initialization;
  biasInit?: number;
}

const DENSE_OPTIONS: Checks<DenseOptions> = { bias: boolean, init: initialization, biasInit: finite, torch: text };

/**
 * Fully connected layer on a vector. Weights: kernel [in, units], bias [units].
 * @throws when it gets a feature map
 */
export function dense(units: number, options: DenseOptions = {}): Block {
  check('dense', options, DENSE_OPTIONS);
  const { bias = true, init = 'he', biasInit = 0, torch } = options;
  return word('dense', [units, options], x => {
    const name = parameterName('dense', torch);
    wholeNumber(`number of units of ${name}`, units);
    if (x.shape.length !== 2) {
      throw new Error(
        `${name} takes a vector and gets ${sizeOf(x)}${placeInNetwork()}; expected flatten() or globalAvgPool() before it.`,
      );
    }
    return place(new Dense({ name, units, bias, init, biasInit }), x);
  });
}

/**
 * The same dense layer at each place of a map, over its channels: what a 1 x 1 convolution computes, with the weights of a
 * dense layer, as PyTorch's Linear has them. [height, width, channels] to [height, width, units].
 * @throws when it gets a vector
 */
export function pointwise(units: number, options: DenseOptions = {}): Block {
  check('pointwise', options, DENSE_OPTIONS);
  wholeNumber('number of units of pointwise', units);
  const { bias = true, init = 'he', biasInit = 0, torch } = options;
  return word('pointwise', [units, options], x => {
    const name = parameterName('pointwise', torch);
    requireFeatureMap(name, x);
    return place(new Dense({ name, units, bias, init, biasInit }), x);
  });
}
