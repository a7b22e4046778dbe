import assert from 'node:assert/strict';
import type { Draw, Individual } from '../../solutions/10-evolution';
import { answers, leaves, expectData, type Mistake, random } from './answers';

const { chooseParent, evolve, mutate, nextPopulation } =
  answers<typeof import('../../solutions/10-evolution')>('10-evolution');

const below = (n: number): number => Math.floor(n * random());
const shuffled = <T>(list: T[]): T[] =>
  list
    .map(item => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
/** Accuracies that all differ, in no order; born in no order. */
const population = (size: number): Individual[] => {
  const [accuracies, births] = [shuffled([...Array(size).keys()]), shuffled([...Array(size).keys()])];
  return accuracies.map((accuracy, i) => ({ architecture: [below(3), below(3)], accuracy, born: 10 + births[i] }));
};
const by = (list: Individual[], key: 'accuracy' | 'born'): Individual[] => [...list].sort((a, b) => a[key] - b[key]);

/** All cases at once, so that a mistake is named only if it explains every answer. */
function expectAll<Case>(
  cases: Case[],
  got: unknown[],
  right: (one: Case) => unknown,
  mistakes: [message: string, answer: (one: Case) => unknown][],
  what: string,
): void {
  const named = mistakes.map(([message, answer]): Mistake<unknown[]> => [message, () => cases.map(answer)]);
  expectData(got, cases.map(right), named, what);
}

interface Sampling {
  list: Individual[];
  sample: number[];
}

async function expectParents(cases: Sampling[]): Promise<void> {
  const got: unknown[] = [];
  for (const { list, sample } of cases) got.push(await chooseParent(list, sample));
  const drawn = ({ list, sample }: Sampling): Individual[] => sample.map(i => list[i]);
  const best = (one: Sampling): Individual => by(drawn(one), 'accuracy').at(-1)!;
  expectAll(
    cases,
    got,
    best,
    [
      [
        'the best of the whole population was taken: the best of the sample is asked',
        ({ list }) => by(list, 'accuracy').at(-1),
      ],
      ['the worst of the sample was taken', one => by(drawn(one), 'accuracy')[0]],
      ['the oldest of the sample was taken: the most accurate is asked', one => by(drawn(one), 'born')[0]],
      ['the youngest of the sample was taken: the most accurate is asked', one => by(drawn(one), 'born').at(-1)],
      ['the first of the sample was taken: the most accurate is asked', one => drawn(one)[0]],
      ['its place was returned: the individual is asked', one => one.list.indexOf(best(one))],
      ['its architecture was returned: the whole individual is asked', one => best(one).architecture],
    ],
    'the parents',
  );
}

interface Mutation {
  parent: number[];
  place: number;
  shift: number;
  options: number;
}

async function expectMutants(cases: Mutation[]): Promise<void> {
  const got: unknown[] = [];
  for (const { parent, place, shift, options } of cases) {
    got.push(await mutate([...parent], place, shift, options));
    const left = await leaves('10-evolution', 'mutate', [...parent], place, shift, options);
    assert.deepEqual(left, parent, 'the parent was changed: copy its architecture first.');
  }
  const to = ({ parent, place }: Mutation, choice: (old: number) => number, at = place): number[] =>
    parent.map((old, i) => (i === at ? choice(old) : old));
  const next =
    ({ shift, options }: Mutation) =>
    (old: number): number =>
      (old + shift) % options;
  expectAll(
    cases,
    got,
    one => to(one, next(one)),
    [
      ['nothing was changed', ({ parent }) => parent],
      ['after the last operation comes 0: take the rest of the division', one => to(one, old => old + one.shift)],
      ['the place became `shift`: it is the old number plus shift', one => to(one, () => one.shift)],
      ['every place was changed: a mutation changes one', one => one.parent.map(next(one))],
      ['the shift went downwards', one => to(one, old => (old - one.shift + one.options) % one.options)],
      [
        'the last operation was left out: divide by options',
        one => to(one, old => (old + one.shift) % (one.options - 1)),
      ],
      ['the place was counted from 1: from 0', one => to(one, next(one), one.place - 1)],
      ['only the new number was returned: the whole architecture is asked', one => next(one)(one.parent[one.place])],
    ],
    'the children',
  );
}

interface Birth {
  list: Individual[];
  child: Individual;
}

async function expectNext(cases: Birth[]): Promise<void> {
  const got: unknown[] = [];
  for (const { list, child } of cases) {
    const answer: unknown = await nextPopulation(list, child);
    assert.ok(Array.isArray(answer), 'nextPopulation must return the population, a list.');
    got.push(answer);
  }
  const without =
    (dead: (list: Individual[]) => Individual) =>
    ({ list, child }: Birth): Individual[] => [...list.filter(one => one !== dead(list)), child];
  const oldest = (list: Individual[]): Individual => by(list, 'born')[0];
  expectAll(
    cases,
    got,
    without(oldest),
    [
      [
        'the worst died: in regularized evolution the oldest dies, however good it is',
        without(list => by(list, 'accuracy')[0]),
      ],
      ['the best died: the oldest dies', without(list => by(list, 'accuracy').at(-1)!)],
      ['the youngest died: the oldest has the smallest `born`', without(list => by(list, 'born').at(-1)!)],
      ['the first of the list died: the oldest may stand anywhere', without(list => list[0])],
      ['the last of the list died: the oldest may stand anywhere', without(list => list.at(-1)!)],
      ['nobody died', ({ list, child }) => [...list, child]],
      ['the child is missing', one => without(oldest)(one).slice(0, -1)],
      [
        'the child took the place of the oldest: it comes in at the end',
        ({ list, child }) => list.map(one => (one === oldest(list) ? child : one)),
      ],
      ['the child comes in at the end, not at the beginning', one => [one.child, ...without(oldest)(one).slice(0, -1)]],
      ['the others were sorted: they keep their order', ({ list, child }) => [...by(list, 'born').slice(1), child]],
      ['nothing happened', ({ list }) => list],
    ],
    'the populations',
  );
}

interface Rules {
  dies: (list: Individual[]) => Individual;
  parent: (list: Individual[], drawn: Individual[]) => Individual;
  best: (list: Individual[], history: Individual[], first: number) => Individual;
}
const top = (list: Individual[]): Individual => list.reduce((best, one) => (one.accuracy > best.accuracy ? one : best));
const RULES: Rules = {
  dies: list => by(list, 'born')[0],
  parent: (_, drawn) => top(drawn),
  best: (_, history) => top(history),
};

function run(
  list: Individual[],
  accuracies: number[],
  options: number,
  draws: Draw[],
  change: Partial<Rules> = {},
): Individual {
  const rules = { ...RULES, ...change };
  const [history, first] = [[...list], list.length];
  for (const { sample, place, shift } of draws) {
    const architecture = [
      ...rules.parent(
        list,
        sample.map(i => list[i]),
      ).architecture,
    ];
    architecture[place] = (architecture[place] + shift) % options;
    const index = architecture.reduce((n, choice) => n * options + choice, 0);
    const child = { architecture, accuracy: accuracies[index], born: Math.max(...list.map(({ born }) => born)) + 1 };
    const dead = rules.dies(list);
    list = [...list.filter(one => one !== dead), child];
    history.push(child);
  }
  return rules.best(list, history, first);
}

interface Evolution {
  first: Individual[];
  accuracies: number[];
  options: number;
  draws: Draw[];
}

async function expectEvolutions(cases: Evolution[]): Promise<void> {
  const got: unknown[] = [];
  for (const { first, accuracies, options, draws } of cases) got.push(await evolve(first, accuracies, options, draws));
  const under =
    (change: Partial<Rules>) =>
    ({ first, accuracies, options, draws }: Evolution): Individual =>
      run(first, accuracies, options, draws, change);
  expectAll(
    cases,
    got,
    under({}),
    [
      ['this is the best of the last population: the best of all may be dead', under({ best: list => top(list) })],
      ['this is the last child: the best of all is asked', under({ best: (_, history) => history.at(-1)! })],
      [
        'the first population is missing: it lived too',
        under({ best: (_, history, first) => top(history.slice(first)) }),
      ],
      [
        'this is the best of the first population: the children count too',
        under({ best: (_, history, first) => top(history.slice(0, first)) }),
      ],
      ['this is the worst of all', under({ best: (_, history) => by(history, 'accuracy')[0] })],
      ['the worst dies in your loop: the oldest dies', under({ dies: list => by(list, 'accuracy')[0] })],
      [
        'the first of the sample has the children: the most accurate has them',
        under({ parent: (_, drawn) => drawn[0] }),
      ],
      [
        'the best of the whole population has all children: the best of the sample has them',
        under({ parent: list => top(list) }),
      ],
    ],
    'the best of each',
  );
}

const draw =
  (...sample: number[]) =>
  ({ place = 0, shift = 1 } = {}): Draw => ({ sample, place, shift });
const start = (...values: [architecture: number[], accuracy: number][]): Individual[] =>
  values.map(([architecture, accuracy], born) => ({ architecture, accuracy, born }));

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
const randomSampling = (): Sampling => ({
  list: population(8),
  sample: shuffled([0, 1, 2, 3, 4, 5, 6, 7]).slice(0, 4),
});
const randomMutation = (): Mutation => ({
  parent: [below(5), below(5), below(5)],
  place: below(3),
  shift: 1 + below(4),
  options: 5,
});
const randomBirth = (): Birth => ({
  list: population(6),
  child: { architecture: [2, 1], accuracy: below(6), born: 16 },
});

describe('10-evolution', () => {
  it('takes the best of the sample for a parent [1]', () =>
    expectParents([
      { list: start([[0], 5], [[1], 9], [[2], 7], [[0], 6]), sample: [0, 3, 2] },
      ...times(10, randomSampling),
    ]));
  it('changes one operation, always to another one [1]', () =>
    expectMutants([
      { parent: [1, 2, 4, 0], place: 2, shift: 5, options: 7 },
      ...times(10, randomMutation),
    ]));
  it('lets the oldest die, however good it is [2]', () =>
    expectNext([
      {
        list: start([[0], 3], [[1], 9], [[2], 1]).map((one, i) => ({ ...one, born: [12, 10, 11][i] })),
        child: { architecture: [0], accuracy: 4, born: 13 },
      },
      ...times(10, randomBirth),
    ]));
  it('remembers the best of all, which may be dead [1]', () =>
    expectEvolutions([
      {
        first: start([[0, 1], 9], [[0, 0], 1], [[1, 0], 3]),
        accuracies: [1, 9, 2, 3, 0.5, 4, 0.2, 0.3, 0.1],
        options: 3,
        draws: [draw(1, 2)(), draw(1, 2)(), draw(2, 0)()],
      },
      {
        first: start([[0, 0], 1], [[1, 0], 3]),
        accuracies: [1, 9, 3, 2],
        options: 2,
        draws: [draw(0)({ place: 1 }), draw(0)(), draw(1)(), draw(0)()],
      },
    ]));
  it('evolves as the algorithm does, from any draws [2]', () =>
    expectEvolutions(
      times(30, () => {
        const accuracies = shuffled([...Array(27).keys()]);
        let born = 0;
        const first = times(5, (): Individual => {
          const architecture = [below(3), below(3), below(3)];
          return { architecture, accuracy: accuracies[architecture.reduce((n, c) => n * 3 + c, 0)], born: born++ };
        });
        const draws = times(12, (): Draw => ({
          sample: shuffled([0, 1, 2, 3, 4]).slice(0, 2),
          place: below(3),
          shift: 1 + below(2),
        }));
        return { first, accuracies, options: 3, draws };
      }),
    ));

  describe('hidden', () => {
    it('takes each of these steps in other populations [4]', async () => {
      await expectParents(times(12, randomSampling));
      await expectMutants(times(12, randomMutation));
      await expectNext(times(12, randomBirth));
    });
  });
});
