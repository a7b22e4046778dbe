/** Answers that people give to exercise 07-pareto, each with the message that must meet it. */
import * as solution from '../../../solutions/07-pareto';
import type { Candidate } from '../../../solutions/07-pareto';

const rule = (name: string, message: RegExp, dominates: (a: Candidate, b: Candidate) => unknown) => ({
  ...solution,
  name,
  message,
  dominates,
});
const front = (name: string, message: RegExp, paretoFront: (list: Candidate[]) => unknown) => ({
  ...solution,
  name,
  message,
  paretoFront,
});
const best = (name: string, message: RegExp, bestWithin: (list: Candidate[], budget: number) => unknown) => ({
  ...solution,
  name,
  message,
  bestWithin,
});
const undominated = (list: Candidate[]): Candidate[] => list.filter(b => !list.some(a => solution.dominates(a, b)));
const byCost = (list: Candidate[]): string[] =>
  [...list].sort((a, b) => a.multiplyAdds - b.multiplyAdds).map(({ name }) => name);
const first = (list: Candidate[]): string | null => list[0]?.name ?? null;

export const wrong = [
  rule(
    'lets equals dominate',
    /two equal candidates/,
    (a, b) => a.accuracy >= b.accuracy && a.multiplyAdds <= b.multiplyAdds,
  ),
  rule(
    'wants better in both',
    /better in one and equal in the other/,
    (a, b) => a.accuracy > b.accuracy && a.multiplyAdds < b.multiplyAdds,
  ),
  rule(
    'takes more work for better',
    /fewer multiply-adds are better/,
    (a, b) => a.accuracy > b.accuracy && a.multiplyAdds > b.multiplyAdds,
  ),
  rule(
    'is content with one',
    /not worse in either/,
    (a, b) => a.accuracy > b.accuracy || a.multiplyAdds < b.multiplyAdds,
  ),
  rule('returns a number', /must return true or false, got number/, (a, b) => a.accuracy - b.accuracy),
  front('does not sort', /the front is not sorted/, list => undominated(list).map(({ name }) => name)),
  front('sorts downwards', /sorted by accuracy, downwards/, list => byCost(undominated(list)).reverse()),
  front('returns the others', /that are dominated/, list =>
    byCost(list.filter(b => list.some(a => solution.dominates(a, b)))),
  ),
  front('keeps one of equals', /of equal candidates one is missing/, list =>
    byCost(
      undominated(list).filter(
        (b, i, all) => all.findIndex(a => a.accuracy === b.accuracy && a.multiplyAdds === b.multiplyAdds) === i,
      ),
    ),
  ),
  front('keeps what is equal in one', /equal in one and worse in the other/, list =>
    byCost(list.filter(b => !list.some(a => a.accuracy > b.accuracy && a.multiplyAdds < b.multiplyAdds))),
  ),
  front('ranks', /the front is no ranking/, list =>
    [...list].sort((a, b) => b.accuracy / b.multiplyAdds - a.accuracy / a.multiplyAdds).map(({ name }) => name),
  ),
  front('returns the candidates', /the front: expected \["MobileNetV2"/, list => undominated(list)),
  best('returns undefined', /return null/, (list, budget) => solution.bestWithin(list, budget) ?? undefined),
  best('wants less than the budget', /just the budget/, (list, budget) =>
    solution.bestWithin(list, budget - 1e-9 * budget),
  ),
  best('has no budget', /budget was not looked at/, list => solution.bestWithin(list, Infinity)),
  best('spends it all', /dearest that fits/, (list, budget) =>
    first(list.filter(c => c.multiplyAdds <= budget).sort((a, b) => b.multiplyAdds - a.multiplyAdds)),
  ),
  best('saves', /this is the cheapest/, list => first([...list].sort((a, b) => a.multiplyAdds - b.multiplyAdds))),
  best('takes the first of equals', /take the cheapest/, (list, budget) =>
    first(list.filter(c => c.multiplyAdds <= budget).sort((a, b) => b.accuracy - a.accuracy)),
  ),
];
