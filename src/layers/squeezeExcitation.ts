/** Squeeze and excitation: Hu et al., "Squeeze-and-Excitation Networks", CVPR 2018 (arXiv 1709.01507). */
import { anything, check, type Checks } from '../base/options';
import { activation, type ActivationName } from './activation';
import { type Block, chain, identity, multiply, word } from './building/block';
import { factor, whole } from './building/options';
import { conv } from './convolution';
import { globalAvgPool } from './pooling';

export interface SqueezeExciteOptions {
  /** r: the first dense layer has 1/r of the channels (section 6.1, table 10). */
  reduction?: number;
  /** The paper has 1; timm squeezes to 8 channels at least. */
  leastSqueezed?: number;
  /** The channels of the first dense layer, in place of both. */
  squeezed?: number;
  /** What comes between the dense layers. */
  nonlinearity?: ActivationName;
  /** What the weights of the channels go through (section 6.3, table 12). */
  gate?: ActivationName;
}

const OPTIONS: Checks<SqueezeExciteOptions> = {
  reduction: factor,
  leastSqueezed: whole,
  squeezed: whole,
  // Looked at by `activation`.
  nonlinearity: anything,
  gate: anything,
};

/**
 * Figure 3, equations 2 to 4: the mean of each map, two dense layers, and each map times its number. The dense layers are
 * 1 x 1 convolutions on 1 x 1 images.
 */
export function squeezeExcite(options: SqueezeExciteOptions = {}): Block {
  check('squeezeExcite', options, OPTIONS);
  const { reduction = 16, leastSqueezed = 1, nonlinearity = 'relu', gate = 'sigmoid' } = options;
  const [between, last] = [activation(nonlinearity), activation(gate)];
  return word('squeezeExcite', [options], x => {
    const channels = x.shape[3]!;
    const squeezed = options.squeezed ?? Math.max(leastSqueezed, channels / reduction);
    if (!Number.isInteger(squeezed)) {
      throw new Error(`The reduction is ${reduction} for ${channels} channels; expected a divisor of their number.`);
    }
    const weights = chain(
      globalAvgPool({ keepDims: true }),
      conv(squeezed, 1, { torch: 'fc1' }),
      between,
      conv(channels, 1, { torch: 'fc2', init: gate === 'relu' ? 'he' : 'glorot' }),
      last,
    );
    return multiply(identity, weights)(x);
  });
}
