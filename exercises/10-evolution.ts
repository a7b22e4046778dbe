/**
 * Exercise 10: regularized evolution, where it is the oldest that dies, not the worst (Real et al., "Regularized Evolution
 * for Image Classifier Architecture Search", algorithm 1).
 *
 * Points: 11. About 30 minutes. Difficulty: 2 of 3.
 */

/** An architecture is a list of choices: for each place the number of an operation, from 0 to options - 1. */
export interface Individual {
  architecture: number[];
  /** On validation pictures, never on test pictures. */
  accuracy: number;
  /** When it was made: 0 for the first of all, then counted up. */
  born: number;
}

/** The parent: the most accurate one among those that were drawn. `sample` holds their places in the population. */
export function chooseParent(population: Individual[], sample: number[]): Individual {
  // YOUR CODE HERE: look at the sample only, and keep the most accurate
  throw new Error('Not written yet: look at the sample only, and keep the most accurate.');
}

/**
 * A child's architecture: its parent's, with another operation at one place: the number there plus `shift`, counted on
 * from 0 after options - 1. `shift` is from 1 to options - 1, so it is always another one. The parent stays as it is.
 */
export function mutate(architecture: number[], place: number, shift: number, options: number): number[] {
  // YOUR CODE HERE: copy the list, and change one number of the copy
  throw new Error('Not written yet: copy the list, and change one number of the copy.');
}

/** The population after a cycle: the child comes in at the end, the OLDEST goes; the others keep their order. */
export function nextPopulation(population: Individual[], child: Individual): Individual[] {
  // YOUR CODE HERE: find the one that was born first, leave it out, and append the child
  throw new Error('Not written yet: find the one that was born first, leave it out, and append the child.');
}

/** What chance decides in a cycle: drawn beforehand, so that everyone gets the same result. */
export interface Draw {
  sample: number[];
  place: number;
  shift: number;
}

/**
 * Runs one cycle for each draw: choose a parent, mutate, measure the child, let it in for the oldest.
 *
 * @param accuracies that of every architecture; that of [a, b, c] stands at a * options^2 + b * options + c
 * @returns the best of ALL that ever lived, the first population included; of equally good ones, the first
 */
export function evolve(population: Individual[], accuracies: number[], options: number, draws: Draw[]): Individual {
  // YOUR CODE HERE: a loop over the draws with the three functions, and a list of all that ever lived
  throw new Error('Not written yet: a loop over the draws with the three functions, and a list of all that ever lived.');
}
