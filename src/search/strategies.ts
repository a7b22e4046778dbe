/**
 * Three ways to search a space of cells, all with one signature, so that one chart compares them. `evaluate` gives a
 * cell's reward (validation accuracy, never test accuracy), by training it or by looking it up in a table.
 */
import { between, check, type Checks, func, listOf, refuse, wholeNumber } from '../base/options';
import { type Cell, CHOICES, mutate, pick, randomCell, refuseCell } from './space';
import { type Random, seeded } from '../data';

export interface Trial {
  cell: Cell;
  reward: number;
}

export interface SearchOptions {
  /** How many cells are evaluated. */
  trials: number;
  seed: number;
}

export type Evaluate = (cell: Cell) => number | Promise<number>;
export type Search = (evaluate: Evaluate, options: SearchOptions) => Promise<Trial[]>;

const SEARCH_OPTIONS: Checks<SearchOptions> = {
  trials: (what, value) => wholeNumber(what, value),
  seed: (what, value) => wholeNumber(what, value, -Infinity),
};

/** @throws unless a search can begin with these */
function refuseSearch(name: string, evaluate: Evaluate, options: SearchOptions): void {
  func(`first argument of ${name}`, evaluate, 'a function that gives the reward of a cell');
  check(name, options, SEARCH_OPTIONS);
  wholeNumber(`option trials of ${name}`, options.trials);
  wholeNumber(`option seed of ${name}`, options.seed, -Infinity);
}

/** Every trial is a cell drawn at random: the baseline that many a published search does not beat (Li & Talwalkar, 2019). */
export const randomSearch: Search = async (evaluate, options) => {
  refuseSearch('randomSearch', evaluate, options);
  const { trials, seed } = options;
  const random = seeded(seed);
  const history: Trial[] = [];
  while (history.length < trials) history.push(await trial(randomCell(random), evaluate));
  return history;
};

/**
 * Regularized evolution (Real et al., "Regularized Evolution for Image Classifier Architecture Search", AAAI 2019,
 * algorithm 1): the best of `sampleSize` random members gets a child with one change, and the oldest member dies, not
 * the worst.
 */
export function regularizedEvolution(options: { populationSize?: number; sampleSize?: number } = {}): Search {
  const whole = (what: string, value: number): void => wholeNumber(what, value);
  check('regularizedEvolution', options, { populationSize: whole, sampleSize: whole });
  const { populationSize = 10, sampleSize = 3 } = options;
  wholeNumber(`sampleSize for a population of ${populationSize}`, sampleSize, 1, populationSize);
  return async (evaluate, search) => {
    refuseSearch('regularizedEvolution', evaluate, search);
    const { trials, seed } = search;
    const random = seeded(seed);
    const population: Trial[] = [];
    const history: Trial[] = [];
    while (history.length < trials) {
      const parent = population.length < populationSize ? undefined : bestOf(sample(population, sampleSize, random));
      const child = await trial(parent ? mutate(parent.cell, random) : randomCell(random), evaluate);
      history.push(child);
      population.push(child);
      if (population.length > populationSize) population.shift();
    }
    return history;
  };
}

/** For each edge, the logits of its CHOICES: a policy that draws the edges independently. */
export type Policy = number[][];

/** The probability of each choice: a softmax over each edge's logits. */
export function policyProbabilities(policy: Policy): number[][] {
  listOf('policy', policy, 'a list of logits for each edge', (what, logits: number[]) =>
    listOf(what, logits, 'a list of logits', (each, logit: number) => between(each, logit, -Infinity)),
  );
  return policy.map(logits => {
    const top = Math.max(...logits);
    const exps = logits.map(logit => Math.exp(logit - top));
    const sum = exps.reduce((a, b) => a + b, 0);
    return exps.map(exp => exp / sum);
  });
}

/** The gradient of log p(cell) by the logits: one-hot minus probabilities. */
export function logProbabilityGradient(policy: Policy, cell: Cell): number[][] {
  refuseCell(cell);
  if (Array.isArray(policy) && policy.length !== CHOICES.length) {
    refuse('number of edges of the policy', policy.length, String(CHOICES.length));
  }
  return policyProbabilities(policy).map((probabilities, edge) =>
    probabilities.map((p, i) => (CHOICES[edge][i] === cell[edge] ? 1 : 0) - p),
  );
}

/**
 * A controller trained with REINFORCE (Williams, 1992), as in Zoph & Le, "Neural Architecture Search with Reinforcement
 * Learning", ICLR 2017, section 3.2: reward minus a moving baseline, times the gradient of the log-probability.
 * Differs from the paper: the controller has one softmax for each edge instead of a recurrent network, as six
 * independent choices need no memory; so its gradient is two lines, and a test compares it with the exact expectation.
 */
export function reinforce(options: { learningRate?: number; baselineDecay?: number } = {}): Search {
  check('reinforce', options, {
    learningRate: (what: string, value: number) => between(what, value, 0),
    baselineDecay: (what: string, value: number) => between(what, value, 0, 1, { closed: true }),
  });
  const { learningRate = 1, baselineDecay = 0.9 } = options;
  return async (evaluate, search) => {
    refuseSearch('reinforce', evaluate, search);
    const { trials, seed } = search;
    const random = seeded(seed);
    const policy: Policy = CHOICES.map(choices => choices.map(() => 0));
    const history: Trial[] = [];
    let baseline: number | undefined;
    while (history.length < trials) {
      const cell = policyProbabilities(policy).map((each, edge) => CHOICES[edge][draw(each, random)]);
      const result = await trial(cell, evaluate);
      history.push(result);
      baseline ??= result.reward;
      const advantage = result.reward - baseline;
      const gradient = logProbabilityGradient(policy, cell);
      policy.forEach((logits, edge) =>
        logits.forEach((_, i) => (logits[i] += learningRate * advantage * gradient[edge][i])),
      );
      baseline = baselineDecay * baseline + (1 - baselineDecay) * result.reward;
    }
    return history;
  };
}

/** The best reward so far after each trial: the curve by which searches are compared. */
export function bestSoFar(history: readonly Trial[]): number[] {
  listOf('history of bestSoFar', history, 'the trials of a search', (what, trial: Trial | null) =>
    between(`reward of ${what}`, trial?.reward as number, -Infinity),
  );
  let best = -Infinity;
  return history.map(({ reward }) => (best = Math.max(best, reward)));
}

async function trial(cell: Cell, evaluate: Evaluate): Promise<Trial> {
  const reward = await evaluate(cell);
  between(`reward of ${cell.join('|')}`, reward, -Infinity);
  return { cell, reward };
}

function bestOf(trials: readonly Trial[]): Trial {
  return trials.reduce((best, trial) => (trial.reward > best.reward ? trial : best));
}

/** `size` different members, by the first steps of a Fisher-Yates shuffle. */
function sample<T>(items: readonly T[], size: number, random: Random): T[] {
  const rest = [...items];
  return Array.from({ length: size }, () => {
    const chosen = pick(rest, random);
    rest.splice(rest.indexOf(chosen), 1);
    return chosen;
  });
}

function draw(probabilities: readonly number[], random: Random): number {
  let left = random();
  const index = probabilities.findIndex(p => (left -= p) < 0);
  return index === -1 ? probabilities.length - 1 : index;
}
