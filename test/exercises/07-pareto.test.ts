import assert from 'node:assert/strict';
import type { Candidate } from '../../solutions/07-pareto';
import { answers, expectData, type Mistake, random as draw } from './answers';

const { bestWithin, dominates, paretoFront } = answers<typeof import('../../solutions/07-pareto')>('07-pareto');

/** Top-1 by timm and torchvision, 10^9 multiply-adds at 224 pixels. */
const NETWORKS: Candidate[] = (
  [
    ['ResNet-50', 76.1, 4.09], ['AlexNet', 56.5, 0.714], ['VGG-16', 71.6, 15.47], ['VGG-19', 72.4, 19.63],
    ['GoogLeNet', 69.8, 1.5], ['ResNet-18', 69.8, 1.81], ['ResNet-34', 73.3, 3.66], ['ResNet-101', 77.4, 7.8],
    ['ResNet-152', 78.3, 11.51], ['DenseNet-121', 74.4, 2.83], ['MobileNetV2', 71.9, 0.3],
  ] as const
).map(([name, accuracy, billions]) => ({ name, accuracy, multiplyAdds: billions * 1e9 })); // prettier-ignore

const better = (a: Candidate, b: Candidate): boolean =>
  a.accuracy >= b.accuracy &&
  a.multiplyAdds <= b.multiplyAdds &&
  (a.accuracy > b.accuracy || a.multiplyAdds < b.multiplyAdds);
const byCost = (list: Candidate[]): Candidate[] =>
  [...list].sort((one, other) => one.multiplyAdds - other.multiplyAdds);
const names = (list: Candidate[]): string[] => list.map(one => one.name);
const front = (list: Candidate[], rule = better): Candidate[] => list.filter(b => !list.some(a => rule(a, b)));
const candidate = (name: string, accuracy: number, multiplyAdds: number): Candidate => ({
  name,
  accuracy,
  multiplyAdds,
});
/** Small whole numbers, so that many are equal. */
const random = (count: number): Candidate[] =>
  Array.from({ length: count }, (_, i) => candidate(`net ${i}`, Math.floor(6 * draw()), 1 + Math.floor(6 * draw())));

async function expectDominates(a: Candidate, b: Candidate): Promise<void> {
  const answer: unknown = await dominates(a, b);
  const right = better(a, b);
  if (answer === right) return;
  const what = `accuracy ${a.accuracy} for ${a.multiplyAdds} against accuracy ${b.accuracy} for ${b.multiplyAdds}`;
  assert.equal(typeof answer, 'boolean', `dominates must return true or false, got ${typeof answer}.`);
  if (a.accuracy === b.accuracy && a.multiplyAdds === b.multiplyAdds)
    assert.fail('two equal candidates do not dominate each other.');
  if (a.accuracy === b.accuracy || a.multiplyAdds === b.multiplyAdds)
    assert.fail(`better in one and equal in the other is enough (${what}).`);
  if (right) assert.fail(`better in both must be true (${what}): more accuracy and fewer multiply-adds are better.`);
  assert.fail(`a dominates only if it is not worse in either (${what}).`);
}

async function expectFront(list: Candidate[]): Promise<void> {
  const right = byCost(front(list));
  const mistakes: Mistake<string[]>[] = [
    ['the front is not sorted: from the cheapest to the dearest', () => names(front(list))],
    ['the front is sorted by accuracy, downwards: from the cheapest to the dearest', () => names([...right].reverse())],
    [
      'these are the candidates that are dominated: the others are asked',
      () => names(byCost(list.filter(b => list.some(a => better(a, b))))),
    ],
    [
      'of equal candidates one is missing: neither dominates the other',
      () =>
        names(
          byCost(
            front(list).filter(
              (b, i, all) => all.findIndex(a => a.accuracy === b.accuracy && a.multiplyAdds === b.multiplyAdds) === i,
            ),
          ),
        ),
    ],
    [
      'a candidate that is equal in one and worse in the other is dominated',
      () => names(byCost(front(list, (a, b) => a.accuracy > b.accuracy && a.multiplyAdds < b.multiplyAdds))),
    ],
    [
      'this sorts by accuracy per multiply-add: the front is no ranking',
      () => names([...list].sort((a, b) => b.accuracy / b.multiplyAdds - a.accuracy / a.multiplyAdds)),
    ],
  ];
  expectData(await paretoFront(list), names(right), mistakes, 'the front');
}

async function expectBest(list: Candidate[], budget: number): Promise<void> {
  const order = (l: Candidate[]): Candidate[] =>
    [...l].sort((a, b) => b.accuracy - a.accuracy || a.multiplyAdds - b.multiplyAdds);
  const first = (l: Candidate[]): string | null => l[0]?.name ?? null;
  const within = list.filter(c => c.multiplyAdds <= budget);
  expectData(
    await bestWithin(list, budget),
    first(order(within)),
    [
      ['nothing is cheap enough: return null', () => (within.length ? '' : undefined) as string | null],
      ['a candidate of just the budget is cheap enough', () => first(order(list.filter(c => c.multiplyAdds < budget)))],
      ['the budget was not looked at', () => first(order(list))],
      [
        'of equally accurate ones, take the cheapest',
        () => first([...within].sort((a, b) => b.accuracy - a.accuracy || b.multiplyAdds - a.multiplyAdds)),
      ],
      ['of equally accurate ones, take the cheapest', () => first([...within].sort((a, b) => b.accuracy - a.accuracy))],
      [
        'this is the dearest that fits: the most accurate is asked',
        () => first([...within].sort((a, b) => b.multiplyAdds - a.multiplyAdds)),
      ],
      ['this is the cheapest: the most accurate within the budget is asked', () => first(byCost(list))],
    ],
    `the best within ${budget}`,
  );
}

describe('07-pareto', () => {
  it('compares two networks in accuracy and multiply-adds [1]', async () => {
    const here = candidate('here', 70, 5);
    for (const [accuracy, multiplyAdds] of [
      [70, 5],
      [71, 4],
      [69, 6],
      [71, 6],
      [69, 4],
      [70, 4],
      [70, 6],
      [71, 5],
      [69, 5],
    ])
      // prettier-ignore
      await expectDominates(candidate('there', accuracy, multiplyAdds), here);
  });
  it('finds the front of the networks of this course [1]', async () => {
    await expectFront(NETWORKS);
    const answer = (await paretoFront(NETWORKS)) as string[];
    assert.deepEqual(answer, ['MobileNetV2', 'DenseNet-121', 'ResNet-50', 'ResNet-101', 'ResNet-152']);
  });
  it('finds the front where many are equal, in random lists [2]', async () => {
    await expectFront([
      candidate('a', 2, 2),
      candidate('b', 2, 2),
      candidate('c', 1, 2),
      candidate('d', 2, 3),
      candidate('e', 3, 4),
    ]);
    for (let i = 0; i < 20; i++) await expectFront(random(7));
  });
  it('finds the best network within a budget [1]', async () => {
    for (const billions of [0.3, 0.5, 1.5, 2, 4.09, 8, 100]) await expectBest(NETWORKS, billions * 1e9);
    await expectBest([candidate('dear', 3, 5), candidate('cheap', 3, 2), candidate('poor', 1, 1)], 5);
    for (let i = 0; i < 20; i++) await expectBest(random(7), 4);
  });
  it('says null where nothing is cheap enough [1]', async () => {
    await expectBest(NETWORKS, 2.9e8);
    await expectBest(NETWORKS, 3e8);
  });

  describe('hidden', () => {
    it('does all of that with other lists [3]', async () => {
      for (let i = 0; i < 20; i++) {
        const list = random(9);
        await expectDominates(list[0], list[1]);
        await expectFront(list);
        await expectBest(list, 1 + 5 * draw());
      }
    });
  });
});
