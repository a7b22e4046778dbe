/** Normalizations: over the batch, over neighbouring maps, and over the channels of each place. */
import * as tf from '@tensorflow/tfjs';
import { between, check, type Checks, oneOf, text } from '../base/options';
import * as ops from '../ops';
import type { LocalResponseNormOptions } from '../ops';
import { type Block, place, word } from './building/block';
import { type Description, sameInTorch } from './building/description';
import {
  finite,
  first,
  type Kwargs,
  OptionsLayer,
  register,
  requireFeatureMap,
  type Shape,
  type TorchNamed,
  whole,
} from './building/layer';
import { layerName, parameterName } from './building/naming';

interface BatchNormLayerOptions {
  epsilon: number;
  /** Share of the new batch in the running statistics (PyTorch's momentum; tfjs and Keras count the old share). */
  momentum: number;
  gammaInit: number;
}

/** Batch normalization with PyTorch's rules: the running variance is the unbiased one. */
class BatchNorm extends OptionsLayer<BatchNormLayerOptions> {
  static readonly className = 'CnnKitBatchNorm';
  gamma!: tf.LayerVariable;
  beta!: tf.LayerVariable;
  movingMean!: tf.LayerVariable;
  movingVariance!: tf.LayerVariable;

  override build(inputShape: Shape | Shape[]): void {
    const channels = (inputShape as Shape).at(-1)!;
    this.gamma = this.weight('gamma', [channels], { constant: this.options.gammaInit });
    this.beta = this.weight('beta', [channels], 'zeros');
    this.movingMean = this.weight('movingMean', [channels], 'zeros', false);
    this.movingVariance = this.weight('movingVariance', [channels], 'ones', false);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { training = false }: Kwargs): tf.Tensor {
    return tf.tidy(() => {
      const x = first(inputs);
      const [gamma, beta, runningMean, runningVariance] = [
        this.gamma,
        this.beta,
        this.movingMean,
        this.movingVariance,
      ].map(weight => weight.read() as tf.Tensor1D);
      const { epsilon, momentum } = this.options;
      if (!training) return ops.batchNorm(x, runningMean, runningVariance, gamma, beta, epsilon);
      const [y, mean, variance] = ops.batchNormTraining(x, gamma, beta, epsilon);
      const count = x.size / mean.size;
      const move = (running: tf.Tensor, batch: tf.Tensor): tf.Tensor => running.add(batch.sub(running).mul(momentum));
      this.movingMean.write(move(runningMean, mean));
      this.movingVariance.write(move(runningVariance, variance.mul(count / Math.max(count - 1, 1))));
      tf.dispose([mean, variance]);
      return y;
    });
  }

  override describe(): Description {
    return {
      role: 'normalization',
      label: 'BN',
      detail: '',
      follows: true,
      torchWeights: () => [
        ['weight', sameInTorch(this.gamma)],
        ['bias', sameInTorch(this.beta)],
        ['running_mean', sameInTorch(this.movingMean)],
        ['running_var', sameInTorch(this.movingVariance)],
      ],
    };
  }
}
register(BatchNorm);

export interface BatchNormOptions extends TorchNamed {
  epsilon?: number;
  /** Share of the new batch in the running statistics. */
  momentum?: number;
  gammaInit?: number;
}

const BATCH_NORM_OPTIONS: Checks<BatchNormOptions> = {
  epsilon: (what, value) => between(what, value, 0),
  momentum: (what, value) => between(what, value, 0, 1, { closed: true }),
  gammaInit: finite,
  torch: text,
};

export function batchNorm(options: BatchNormOptions = {}): Block {
  check('batchNorm', options, BATCH_NORM_OPTIONS);
  const { epsilon = 1e-5, momentum = 0.1, gammaInit = 1, torch } = options;
  return word('batchNorm', [options], x =>
    place(new BatchNorm({ name: parameterName('bn', torch), epsilon, momentum, gammaInit }), x),
  );
}

/** Local response normalization, AlexNet section 3.3. */
class LocalResponseNorm extends OptionsLayer<ops.LocalResponseNormOptions> {
  static readonly className = 'CnnKitLocalResponseNorm';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return ops.localResponseNorm(first(inputs) as tf.Tensor4D, this.options);
  }

  override describe(): Description {
    return {
      role: 'normalization',
      label: 'local response norm',
      // The three steps of the deconvnet's paper leave it out.
      sendBack: (signal, _, { localResponseNorm = 'identity' }) =>
        localResponseNorm === 'identity' ? signal : undefined,
    };
  }
}
register(LocalResponseNorm);

const LRN_OPTIONS: Checks<LocalResponseNormOptions> = {
  size: whole,
  bias: finite,
  alpha: finite,
  beta: finite,
  alphaMode: (what, value) => oneOf<unknown>(what, value, 'paper', 'perWindow'),
};

/** Local response normalization (AlexNet, section 3.3), with the paper's constants. */
export function localResponseNorm(options: LocalResponseNormOptions = {}): Block {
  check('localResponseNorm', options, LRN_OPTIONS);
  return word('localResponseNorm', [options], x => {
    const name = layerName('lrn');
    requireFeatureMap(name, x);
    return place(new LocalResponseNorm({ name, ...options }), x);
  });
}

interface LayerNormLayerOptions {
  epsilon: number;
}

/** Layer normalization over the channels of each place. Weights: gamma [channels], beta [channels]. */
class LayerNorm extends OptionsLayer<LayerNormLayerOptions> {
  static readonly className = 'CnnKitLayerNorm';
  private gamma!: tf.LayerVariable;
  private beta!: tf.LayerVariable;

  override build(inputShape: Shape | Shape[]): void {
    const channels = (inputShape as Shape).at(-1)!;
    this.gamma = this.weight('gamma', [channels], 'ones');
    this.beta = this.weight('beta', [channels], 'zeros');
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = first(inputs);
      const centred = x.sub(x.mean(-1, true));
      const deviation = centred.square().mean(-1, true).add(this.options.epsilon).sqrt();
      return centred.div(deviation).mul(this.gamma.read()).add(this.beta.read());
    });
  }

  override describe(): Description {
    return {
      role: 'normalization',
      label: 'LN',
      detail: '',
      follows: true,
      torchWeights: () => [
        ['weight', sameInTorch(this.gamma)],
        ['bias', sameInTorch(this.beta)],
      ],
    };
  }
}
register(LayerNorm);

export interface LayerNormOptions extends TorchNamed {
  epsilon?: number;
}

const LAYER_NORM_OPTIONS: Checks<LayerNormOptions> = {
  epsilon: (what, value) => between(what, value, 0),
  torch: text,
};

/**
 * Layer normalization (Ba, Kiros & Hinton, 2016, arXiv 1607.06450) over the channels of each place: [.., channels] to the
 * same shape, whatever the other images of the batch are.
 */
export function layerNorm(options: LayerNormOptions = {}): Block {
  check('layerNorm', options, LAYER_NORM_OPTIONS);
  const { epsilon = 1e-6, torch } = options;
  return word('layerNorm', [options], x => place(new LayerNorm({ name: parameterName('ln', torch), epsilon }), x));
}
