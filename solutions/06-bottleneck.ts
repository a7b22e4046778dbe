/**
 * Exercise 6: what the basic block and the bottleneck cost, and what a stride costs that stands in another place (He et
 * al., "Deep Residual Learning for Image Recognition", figure 5 and table 1).
 *
 * Points: 10. About 25 minutes. Difficulty: 2 of 3.
 */

export interface BlockCost {
  /** Numbers in all filters. Biases and batch normalization are not counted. */
  parameters: number;
  /** Multiplications with their additions, each counted once; the addition of the shortcut is not counted. */
  multiplyAdds: number;
}

/**
 * A block whose shortcut is the identity, on maps of height x width, everything with stride 1:
 *
 *   basic       3x3, channels -> channels; 3x3, channels -> channels; the block has `channels` outside
 *   bottleneck  1x1, 4 channels -> channels; 3x3, channels -> channels; 1x1, channels -> 4 channels; 4 channels outside
 */
export function blockCost(kind: 'basic' | 'bottleneck', height: number, width: number, channels: number): BlockCost {
  // BEGIN SOLUTION: add the filters of all convolutions; each filter works at every place
  // HINT: A convolution of k x k from a to b channels has k * k * a * b numbers.
  // HINT: basic: 9 C^2 + 9 C^2. bottleneck: 4 C^2 + 9 C^2 + 4 C^2. Multiply by height * width for the multiply-adds.
  const parameters = (kind === 'basic' ? 9 + 9 : 4 + 9 + 4) * channels ** 2;
  return { parameters, multiplyAdds: height * width * parameters };
  // END SOLUTION
}

/**
 * The multiply-adds of the first bottleneck of a stage, which halves the maps: `inputs` -> 4 * channels, with a
 * projection (1x1, stride 2, inputs -> 4 * channels) as its shortcut. The stride of the three convolutions stands
 *
 *   in '1x1', the first convolution: the paper and Caffe
 *   in '3x3', the second one: torchvision, "ResNet v1.5"
 *
 * @param height of the maps that come in; even, as is the width
 */
export function firstBlock(
  height: number,
  width: number,
  inputs: number,
  channels: number,
  strideIn: '1x1' | '3x3',
): number {
  // BEGIN SOLUTION: find for each of the four convolutions at how many places it works
  // HINT: A convolution with stride 2 works at a quarter of the places, and all after it too.
  // HINT: Only the first 1x1 differs: it works at all places if the stride is in the 3x3. The projection has the stride in both.
  const before = height * width;
  const after = before / 4;
  const first = (strideIn === '1x1' ? after : before) * inputs * channels;
  return first + after * (9 * channels ** 2 + 4 * channels ** 2 + 4 * inputs * channels);
  // END SOLUTION
}

/**
 * How many bottlenecks cost at most what `blocks` basic blocks cost in multiply-adds, if a bottleneck has 4 times as many
 * channels outside as the basic block has, and both have the same maps and the same `channels` inside.
 */
export function bottlenecksFor(blocks: number): number {
  // BEGIN SOLUTION: compare the two costs; height, width and channels cancel
  // HINT: 18 C^2 for one, 17 C^2 for the other. A part of a block is no block.
  return Math.floor((blocks * 18) / 17);
  // END SOLUTION
}
