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
  // BEGIN SOLUTION: go through the layers, and give the output of each to the next
  // HINT: Keep [height, width, channels] in a variable; compute the three of the output first, then the costs.
  // HINT: A dense layer is a convolution whose kernel is the whole map: height * width * channels * outputs, at one place.
  const costs: LayerCost[] = [];
  let [height, width, channels] = input;
  for (const layer of layers) {
    let filters = 0;
    if (layer.kind === 'dense') {
      filters = height * width * channels * layer.outputs;
      [height, width, channels] = [1, 1, layer.outputs];
    } else {
      const { kernel, stride } = layer;
      const padding = layer.kind === 'conv' ? layer.padding : 0;
      [height, width] = [height, width].map(length => Math.floor((length + 2 * padding - kernel) / stride) + 1);
      if (layer.kind === 'conv') {
        filters = kernel ** 2 * channels * layer.outputs;
        channels = layer.outputs;
      }
    }
    costs.push({
      output: [height, width, channels],
      parameters: filters + (filters ? channels : 0),
      multiplyAdds: height * width * filters,
      memory: 4 * height * width * channels,
    });
  }
  return costs;
  // END SOLUTION
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
  // BEGIN SOLUTION: three sums; leave out the memory of pools if they do not count
  // HINT: costs.reduce((sum, cost) => sum + cost.parameters, 0), and the same for the others.
  // HINT: layers[i].kind === 'pool' says whether costs[i].memory counts.
  const sum = (value: (cost: LayerCost, i: number) => number): number =>
    costs.reduce((total, cost, i) => total + value(cost, i), 0);
  return {
    parameters: sum(cost => cost.parameters),
    operations: convention.operationsPerMultiplyAdd * sum(cost => cost.multiplyAdds),
    memory: sum((cost, i) => (layers[i].kind === 'pool' && !convention.countPools ? 0 : cost.memory)),
  };
  // END SOLUTION
}
