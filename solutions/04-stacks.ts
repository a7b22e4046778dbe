/**
 * Exercise 4: a stack of small filters against one large filter, the idea of VGG (Simonyan and Zisserman, 2015,
 * section 2.3).
 *
 * Points: 10. About 15 minutes. Difficulty: 1 of 3.
 */

export interface Stack {
  /** Filters of kernel x kernel, stride 1, padded so that height and width stay. */
  kernel: number;
  /** How many such layers follow each other, each from `channels` to `channels`, without biases. */
  depth: number;
  channels: number;
  height: number;
  width: number;
}

export interface StackCost {
  /** Numbers in all filters: depth * kernel^2 * channels^2. */
  parameters: number;
  /** Width of what one unit of the last layer sees: depth * (kernel - 1) + 1. */
  receptiveField: number;
  /** Multiplications with their additions, each counted once. */
  multiplyAdds: number;
}

/** What a stack costs, and how far it sees. */
export function stackCost(stack: Stack): StackCost {
  // BEGIN SOLUTION: every layer costs the same; each sees kernel - 1 pixels more than the one before it
  // HINT: One layer has kernel^2 * channels^2 numbers, and works at all height * width places.
  const { kernel, depth, channels, height, width } = stack;
  const parameters = depth * kernel ** 2 * channels ** 2;
  return { parameters, receptiveField: depth * (kernel - 1) + 1, multiplyAdds: parameters * height * width };
  // END SOLUTION
}

/** How many layers of kernel x kernel see at least `receptiveField` pixels. */
export function depthFor(receptiveField: number, kernel: number): number {
  // BEGIN SOLUTION: turn the formula of the receptive field around, and round up
  // HINT: depth * (kernel - 1) + 1 >= receptiveField; solve it for the depth.
  return Math.ceil((receptiveField - 1) / (kernel - 1));
  // END SOLUTION
}

/**
 * How many parameters more one layer of size x size (odd) has than the 3x3 stack that sees as much, as a share of the
 * stack's. For 7x7 the paper says 81% more, which is 0.81.
 */
export function moreThanStack(size: number): number {
  // BEGIN SOLUTION: divide the numbers of the one by those of the other, and take away 1
  // HINT: One layer has size^2, the stack 9 for each of its layers; channels cancel.
  return size ** 2 / (9 * depthFor(size, 3)) - 1;
  // END SOLUTION
}
