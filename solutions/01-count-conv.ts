/**
 * Exercise 1: what a convolution costs, in parameters and in multiply-adds.
 *
 * Points: 10. About 15 minutes. Difficulty: 1 of 3.
 */

export interface Convolution {
  /** The picture that goes in. */
  height: number;
  width: number;
  inputChannels: number;
  outputChannels: number;
  /** The filters are kernel x kernel. */
  kernel: number;
  /** 1, if it is not given. */
  stride?: number;
  /** Rows and columns of zeros on each of the four sides; 0, if it is not given. */
  padding?: number;
  /** A filter sees only inputChannels / groups channels. 1, if not given; AlexNet has 2 (Krizhevsky et al., 2012). */
  groups?: number;
  /** Whether every output channel has a number that is added; true, if it is not given. */
  bias?: boolean;
}

/**
 * Output length = floor((length + 2 * padding - kernel) / stride) + 1, in both directions.
 * Numbers in all filters = kernel^2 * (inputChannels / groups) * outputChannels.
 * A multiply-add is one multiplication with its addition, counted once; adding the bias is not counted, as in the
 * tables of EECS 498-007, lecture 8.
 */
export function countConv(convolution: Convolution): { parameters: number; multiplyAdds: number } {
  // BEGIN SOLUTION: count the places of the output, then the numbers in all filters, then put both together
  // HINT: Parameters do not depend on the size of the picture; multiply-adds are the numbers in all filters times the places of the output.
  // HINT: filters = kernel ** 2 * (inputChannels / groups) * outputChannels; add outputChannels to the parameters if there is a bias.
  const { height, width, inputChannels, outputChannels, kernel } = convolution;
  const { stride = 1, padding = 0, groups = 1, bias = true } = convolution;
  const places = [height, width]
    .map(length => Math.floor((length + 2 * padding - kernel) / stride) + 1)
    .reduce((product, length) => product * length);
  const filters = kernel ** 2 * (inputChannels / groups) * outputChannels;
  return { parameters: filters + (bias ? outputChannels : 0), multiplyAdds: places * filters };
  // END SOLUTION
}
