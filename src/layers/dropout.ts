/** Dropout of units and of images, whose masks a seed can repeat. */
import * as tf from '@tensorflow/tfjs';
import { between } from '../base/options';
import { type Block, place, word } from './building/block';
import type { Description } from './building/description';
import { first, type Kwargs, type LayerConfig, plain, register } from './building/layer';
import { layerName } from './building/naming';

/**
 * Sets `rate` of the units to zero in training and divides the others by 1 - rate (the inverted form). The masks are drawn
 * anew at each call, until `draw` gives them: so a seed can repeat them, also in a step that is compiled.
 */
export class Dropout extends tf.layers.Layer {
  // tfjs's own name, and not registered: a saved model holds nothing but the rate, and loads as tfjs's layer.
  static readonly className: string = 'Dropout';
  rate: number;
  private readonly drawn = new Map<number, tf.Variable>();
  private always = false;

  constructor(config: LayerConfig & { rate: number; trainable?: boolean }) {
    super({ name: config?.name, trainable: config?.trainable });
    between('dropout rate', config?.rate, 0, 1);
    this.rate = config.rate;
  }

  /**
   * Fixes the mask for batches of `batch` images until the next `draw` or `release`.
   * @param random numbers in [0, 1): one for each number of the mask, in their order: of each image, and unit
   * @param always whether to drop units at inference, too (Monte-Carlo dropout)
   */
  draw(batch: number, random: () => number, always = false): void {
    const shape = this.maskShape([batch, ...((this.input as tf.SymbolicTensor).shape.slice(1) as number[])]);
    const kept = 1 / (1 - this.rate);
    const length = shape.reduce((a, b) => a * b);
    const values = Float32Array.from({ length }, () => (random() < this.rate ? 0 : kept));
    const mask = tf.tensor(values, shape);
    const variable = this.drawn.get(batch);
    // One variable per batch size, as a recorded step knows it by identity.
    if (variable) variable.assign(mask);
    else this.drawn.set(batch, tf.variable(mask, false));
    mask.dispose();
    this.always = always;
  }

  /** Frees the masks; from now on each call in training draws its own. */
  release(): void {
    tf.dispose([...this.drawn.values()]);
    this.drawn.clear();
    this.always = false;
  }

  override dispose(): ReturnType<tf.layers.Layer['dispose']> {
    const result = super.dispose();
    if (result.refCountAfterDispose === 0) this.release();
    return result;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { training = false }: Kwargs): tf.Tensor {
    const x = first(inputs);
    if (this.rate === 0 || !(training || this.always)) return x.clone();
    const mask = this.drawn.get(x.shape[0]!);
    return tf.tidy(() => (mask ? x.mul(mask) : tf.dropout(x, this.rate, this.maskShape(x.shape))));
  }

  /** The shape of the mask for an input of this shape. */
  protected maskShape(shape: number[]): number[] {
    return shape;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), rate: this.rate };
  }

  describe(): Description {
    return { role: 'dropout', label: 'dropout', follows: true, keepsOrder: true };
  }
}
plain(Dropout);

/** Sets `rate` of the units to zero in training and scales the others by 1 / (1 - rate) (the inverted form). */
export function dropout(rate: number): Block {
  between('dropout rate', rate, 0, 1);
  return word('dropout', [rate], x => (rate === 0 ? x : place(new Dropout({ rate, name: layerName('dropout') }), x)));
}

/** Dropout of whole images: what a residual block adds to one is kept, or is zero, as one. */
class StochasticDepth extends Dropout {
  static override readonly className = 'CnnKitStochasticDepth';

  protected override maskShape([batch, ...rest]: number[]): number[] {
    return [batch, ...rest.map(() => 1)];
  }

  override describe(): Description {
    return { role: 'dropout', label: 'stochastic depth', follows: true, keepsOrder: true };
  }
}
register(StochasticDepth);

/**
 * Stochastic depth (Huang et al., ECCV 2016, arXiv 1603.09382), the last of a residual body: in training, `rate` of the images
 * get nothing added, and the others 1 / (1 - rate) times as much, so that at test time nothing is left to do.
 */
export function stochasticDepth(rate: number): Block {
  between('rate of stochasticDepth', rate, 0, 1);
  return word('stochasticDepth', [rate], x =>
    rate === 0 ? x : place(new StochasticDepth({ rate, name: layerName('stochasticDepth') }), x),
  );
}
