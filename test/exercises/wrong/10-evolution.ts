/** Answers that people give to exercise 10-evolution, each with the message that must meet it. */
import * as solution from '../../../solutions/10-evolution';
import type { Draw, Individual } from '../../../solutions/10-evolution';

const parent = (name: string, message: RegExp, chooseParent: (list: Individual[], sample: number[]) => unknown) => ({
  ...solution,
  name,
  message,
  chooseParent,
});
const child = (name: string, message: RegExp, mutate: typeof solution.mutate | ((...v: number[][]) => unknown)) => ({
  ...solution,
  name,
  message,
  mutate,
});
const next = (name: string, message: RegExp, nextPopulation: (list: Individual[], child: Individual) => unknown) => ({
  ...solution,
  name,
  message,
  nextPopulation,
});
const loop = (
  name: string,
  message: RegExp,
  pick: (history: Individual[], last: Individual[], first: Individual[]) => Individual,
  dies: 'oldest' | 'worst' = 'oldest',
  chosen = solution.chooseParent,
) => ({
  ...solution,
  name,
  message,
  evolve: (population: Individual[], accuracies: number[], options: number, draws: Draw[]) => {
    const [first, history] = [population, [...population]];
    for (const { sample, place, shift } of draws) {
      const architecture = solution.mutate(chosen(population, sample).architecture, place, shift, options);
      const born = Math.max(...population.map(one => one.born)) + 1;
      const made = { architecture, accuracy: accuracies[architecture.reduce((n, c) => n * options + c, 0)], born };
      const worst = lowest(population, 'accuracy');
      population =
        dies === 'oldest'
          ? solution.nextPopulation(population, made)
          : [...population.filter(one => one !== worst), made];
      history.push(made);
    }
    return pick(history, population, first);
  },
});
const lowest = (list: Individual[], key: 'accuracy' | 'born'): Individual =>
  list.reduce((a, b) => (b[key] < a[key] ? b : a));
const highest = (list: Individual[], key: 'accuracy' | 'born'): Individual =>
  list.reduce((a, b) => (b[key] > a[key] ? b : a));
const without = (list: Individual[], dead: Individual): Individual[] => list.filter(one => one !== dead);
const drawn = (list: Individual[], sample: number[]): Individual[] => sample.map(i => list[i]);

export const wrong = [
  parent('looks at everyone', /best of the whole population/, list => highest(list, 'accuracy')),
  parent('takes the worst', /worst of the sample/, (list, sample) => lowest(drawn(list, sample), 'accuracy')),
  parent('takes the oldest', /oldest of the sample|worst of the sample|first of the sample/, (list, sample) =>
    lowest(drawn(list, sample), 'born'),
  ),
  parent('takes the youngest', /youngest of the sample/, (list, sample) => highest(drawn(list, sample), 'born')),
  parent('takes the first', /first of the sample|worst of the sample/, (list, sample) => list[sample[0]]),
  parent('returns the place', /its place was returned/, (list, sample) =>
    list.indexOf(solution.chooseParent(list, sample)),
  ),
  parent(
    'returns the architecture',
    /its architecture was returned/,
    (list, sample) => solution.chooseParent(list, sample).architecture,
  ),
  child('changes nothing', /nothing was changed/, (architecture: number[]) => architecture),
  child('runs over', /after the last operation comes 0/, (a: number[], place: number, shift: number) =>
    a.map((c, i) => (i === place ? c + shift : c)),
  ),
  child('sets', /plus shift/, (a: number[], place: number, shift: number) =>
    a.map((c, i) => (i === place ? shift : c)),
  ),
  child('changes everything', /changes one/, (a: number[], _: number, shift: number, n: number) =>
    a.map(c => (c + shift) % n),
  ),
  child('goes down', /downwards/, (a: number[], place: number, shift: number, n: number) =>
    a.map((c, i) => (i === place ? (c - shift + n) % n : c)),
  ),
  child('leaves one out', /last operation was left out/, (a: number[], place: number, shift: number, n: number) =>
    a.map((c, i) => (i === place ? (c + shift) % (n - 1) : c)),
  ),
  child('counts from 1', /counted from 1/, (a: number[], place: number, shift: number, n: number) =>
    solution.mutate(a, place - 1, shift, n),
  ),
  child('changes the parent', /parent was changed/, (a: number[], place: number, shift: number, n: number) => {
    a[place] = (a[place] + shift) % n;
    return a;
  }),
  next('lets the worst die', /the worst died/, (list, made) => [...without(list, lowest(list, 'accuracy')), made]),
  next('lets the best die', /the best died|the oldest dies/, (list, made) => [
    ...without(list, highest(list, 'accuracy')),
    made,
  ]),
  next('lets the youngest die', /the youngest died/, (list, made) => [...without(list, highest(list, 'born')), made]),
  next('lets the first die', /first of the list died/, (list, made) => [...list.slice(1), made]),
  next('lets the last die', /last of the list died|youngest died/, (list, made) => [...list.slice(0, -1), made]),
  next('lets nobody die', /nobody died/, (list, made) => [...list, made]),
  next('forgets the child', /child is missing/, list => without(list, lowest(list, 'born'))),
  next('replaces', /took the place of the oldest/, (list, made) =>
    list.map(one => (one === lowest(list, 'born') ? made : one)),
  ),
  next('puts the child first', /not at the beginning/, (list, made) => [made, ...without(list, lowest(list, 'born'))]),
  next('sorts', /they keep their order/, (list, made) => [...[...list].sort((a, b) => a.born - b.born).slice(1), made]),
  next('returns the dead', /must return the population/, list => lowest(list, 'born')),
  loop('forgets the dead', /may be dead/, (_, last) => highest(last, 'accuracy')),
  loop('returns the last child', /last child/, history => history.at(-1)!),
  loop('forgets the first', /first population is missing/, (history, _, first) =>
    highest(history.slice(first.length), 'accuracy'),
  ),
  loop('forgets the children', /children count too/, (_, __, first) => highest(first, 'accuracy')),
  loop('returns the worst', /worst of all/, history => lowest(history, 'accuracy')),
  loop('is not regularized', /worst dies in your loop/, history => highest(history, 'accuracy'), 'worst'),
  loop(
    'has no tournament',
    /first of the sample has/,
    history => highest(history, 'accuracy'),
    'oldest',
    (list, sample) => list[sample[0]],
  ),
  loop(
    'is greedy',
    /best of the whole population has/,
    history => highest(history, 'accuracy'),
    'oldest',
    list => highest(list, 'accuracy'),
  ),
];
