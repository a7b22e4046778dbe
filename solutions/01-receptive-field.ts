/**
 * Exercise 1: how much of the picture one unit sees after a chain of convolutions and poolings.
 *
 * Points: 8. About 15 minutes. Difficulty: 2 of 3.
 */

export interface SlidingLayer {
  kernel: number;
  stride: number;
  /** Distance of neighbouring weights of a filter; 1 is an ordinary convolution. */
  dilation?: number;
}

/**
 * The receptive field is the width, in pixels of the input, that one unit of the last layer sees. The jump is the
 * distance in pixels of two neighbouring units. The input itself has field 1 and jump 1; then every layer, in order,
 *
 *   field = field + (kernel - 1) * dilation * jump,   with the jump before this layer
 *   jump = jump * stride
 *
 * Padding changes neither. (Dumoulin and Visin, 2016, "A guide to convolution arithmetic"; EECS 498-007, lecture 7.)
 *
 * @param layers the first one sees the picture
 */
export function receptiveField(layers: SlidingLayer[]): { field: number; jump: number } {
  // BEGIN SOLUTION: start with field 1 and jump 1, and go through the layers in order
  // HINT: The jump grows after the field: use the old jump for the layer, then multiply it by the stride.
  // HINT: field += (kernel - 1) * dilation * jump; jump *= stride
  let field = 1;
  let jump = 1;
  for (const { kernel, stride, dilation = 1 } of layers) {
    field += (kernel - 1) * dilation * jump;
    jump *= stride;
  }
  return { field, jump };
  // END SOLUTION
}
