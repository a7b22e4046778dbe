/**
 * Exercise 7: which networks are worth having? Accuracy against operations, as in the chart of Canziani et al., "An
 * Analysis of Deep Neural Network Models for Practical Applications" (2016), figure 2.
 *
 * Points: 9. About 20 minutes. Difficulty: 1 of 3.
 */

export interface Candidate {
  name: string;
  /** Top-1, percent. */
  accuracy: number;
  /** For one picture. */
  multiplyAdds: number;
}

/** Whether a is at least as good as b in both, accuracy and multiply-adds, and better in one of them. */
export function dominates(a: Candidate, b: Candidate): boolean {
  // YOUR CODE HERE: write both conditions down as they stand
  throw new Error('Not written yet: write both conditions down as they stand.');
}

/**
 * The Pareto front: the names of all candidates that no other one dominates, from the cheapest to the dearest; where two
 * cost the same, in the order of the list.
 */
export function paretoFront(candidates: Candidate[]): string[] {
  // YOUR CODE HERE: keep those that nobody dominates, and sort them
  throw new Error('Not written yet: keep those that nobody dominates, and sort them.');
}

/**
 * The name of the most accurate candidate that needs at most `budget` multiply-adds; of equally accurate ones the
 * cheapest; null if none is cheap enough.
 */
export function bestWithin(candidates: Candidate[], budget: number): string | null {
  // YOUR CODE HERE: leave out what is too dear, then look for the best
  throw new Error('Not written yet: leave out what is too dear, then look for the best.');
}
