/** What a block costs by itself, and what GoogLeNet's 1 x 1 reductions save. */
import { func } from '../base/options';
import { type Block, chain, concat, conv, maxPool, model, named, skeleton } from '../layers';
import { TABLE_1 } from '../models/googlenet';
import { profile } from './profile';

export interface BlockCost {
  /** With biases. */
  parameters: number;
  /** Without those of biases. */
  multiplyAdds: number;
  /** [height, width, channels] or [units]. */
  outputShape: number[];
}

/**
 * What a block costs by itself.
 * @param inputShape [height, width, channels] of what enters the block
 */
export function blockCost(inputShape: [number, number, number], block: Block): BlockCost {
  func('block of blockCost', block, 'a block, such as conv(64, 3)');
  const net = skeleton(() => model('block', { inputShape }, block));
  try {
    const { parameters, multiplyAdds } = profile(net).totals;
    return { parameters, multiplyAdds, outputShape: net.outputs[0].shape.slice(1) as number[] };
  } finally {
    net.dispose();
  }
}

export type InceptionModule = keyof typeof TABLE_1;

export interface ReductionCost {
  module: InceptionModule;
  inputShape: [number, number, number];
  /** Figure 2 (b): 1 x 1 convolutions in front of the 3 x 3 and 5 x 5 ones, and after the pooling. */
  reduced: BlockCost;
  /** The same outputs from the same input, without the reductions in front; the pooled maps are projected all the same. */
  direct: BlockCost;
  /** Figure 2 (a): no 1 x 1 convolution but the first branch; the pooled maps are joined as they are. */
  naive: BlockCost;
}

/** Szegedy et al., CVPR 2015, sections 4 and 5, table 1: every module with and without its reductions. */
export function reductionCosts(): ReductionCost[] {
  let channels = 192;
  return (Object.keys(TABLE_1) as InceptionModule[]).map(name => {
    const side = { 3: 28, 4: 14, 5: 7 }[name[0] as '3' | '4' | '5'];
    const [n1x1, n3x3reduce, n3x3, n5x5reduce, n5x5, poolProj] = TABLE_1[name];
    const inputShape: [number, number, number] = [side, side, channels];
    const pool = maxPool(3, 1, { padding: 1 });
    const branches = (reduce3: Block[], reduce5: Block[], project: Block[]): Block =>
      concat(
        named('1x1', conv(n1x1, 1)),
        named('3x3', ...reduce3, conv(n3x3, 3)),
        named('5x5', ...reduce5, conv(n5x5, 5)),
        named('pool', chain(pool, ...project)),
      );
    channels = n1x1 + n3x3 + n5x5 + poolProj;
    return {
      module: name,
      inputShape,
      reduced: blockCost(inputShape, branches([conv(n3x3reduce, 1)], [conv(n5x5reduce, 1)], [conv(poolProj, 1)])),
      direct: blockCost(inputShape, branches([], [], [conv(poolProj, 1)])),
      naive: blockCost(inputShape, branches([], [], [])),
    };
  });
}
