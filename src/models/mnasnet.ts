/**
 * MnasNet. Tan et al., "MnasNet: Platform-Aware Neural Architecture Search for Mobile", CVPR 2019 (arXiv 1807.11626):
 * figure 7 is MnasNet-A1; B1 is the network of the search space without squeeze and excitation, as torchvision has it.
 */
import * as tf from '@tensorflow/tfjs';
import {
  batchNorm,
  type Block,
  chain,
  conv,
  dense,
  depthwiseConv,
  dropout,
  globalAvgPool,
  identity,
  model,
  type ModelOptions,
  named,
  relu,
  repeat,
  residual,
} from '../layers';

/** The layers of B1: expansion, kernel, output channels, repeats, stride. */
const B1 = {
  stack1: [3, 3, 24, 3, 2],
  stack2: [3, 5, 40, 3, 2],
  stack3: [6, 5, 80, 3, 2],
  stack4: [6, 3, 96, 2, 1],
  stack5: [6, 5, 192, 4, 2],
  stack6: [6, 3, 320, 1, 1],
} as const;

export interface MnasNetOptions extends ModelOptions {
  /** Scales the channels of every layer but the last convolution (the paper's "depth multiplier"). */
  depthMultiplier?: number;
  dropoutRate?: number;
}
