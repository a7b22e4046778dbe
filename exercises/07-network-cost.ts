/**
 * Exercise 7: what a whole network costs, layer by layer, as the tables of EECS 498-007, lecture 8, count it.
 *
 * Points: 12. About 30 minutes. Difficulty: 2 of 3.
 */

export type CountedLayer =
  | { kind: 'conv'; kernel: number; stride: number; padding: number; outputs: number }
  | { kind: 'pool'; kernel: number; stride: number }
  | { kind: 'dense'; outputs: number };

export interface LayerCost {
  /** [height, width, channels] of what comes out; [1, 1, outputs] of a dense layer. */
  output: [number, number, number];
  /** Numbers to learn, biases included. */
  parameters: number;
  /** Multiplications with their additions, each counted once; biases are not counted, nor is pooling. */
  multiplyAdds: number;
  /** Bytes of the output, 4 for each number. */
  memory: number;
}

/**
 * The costs of all layers in their order. Output length = floor((length + 2 * padding - kernel) / stride) + 1; pooling
 * has no padding. A dense layer sees all numbers of what comes before it.
 *
 * @param input [height, width, channels] of the picture
 */
export function layerCosts(input: [number, number, number], layers: CountedLayer[]): LayerCost[] {
  // YOUR CODE HERE: go through the layers, and give the output of each to the next
  throw new Error('Not written yet: go through the layers, and give the output of each to the next.');
}

/** How sources count. The lecture's table of AlexNet: 1 operation, pools not counted. Canziani et al. (2016): 2. */
export interface Convention {
  operationsPerMultiplyAdd: 1 | 2;
  /** Whether the outputs of pooling layers count as memory. */
  countPools: boolean;
}

/** The sums over a network, in the convention given. `costs` and `layers` are in the same order. */
export function totalCost(
  layers: CountedLayer[],
  costs: LayerCost[],
  convention: Convention,
): { parameters: number; operations: number; memory: number } {
  // YOUR CODE HERE: three sums; leave out the memory of pools if they do not count
  throw new Error('Not written yet: three sums; leave out the memory of pools if they do not count.');
}
