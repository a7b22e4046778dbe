import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import type { Branch, Grouped } from '../../solutions/08-resnext';
import { answers, expectNumber, expectTensor, type Mistake, random as draw } from './answers';

const { aggregated, toGrouped, widthFor } = answers<typeof import('../../solutions/08-resnext')>('08-resnext');

const random = (...shape: [number, number, number, number]): tf.Tensor4D => draw.normal<tf.Rank.R4>(shape);
const branchesOf = (count: number, channels: number, d: number): Branch[] =>
  Array.from({ length: count }, () => ({
    reduce: random(1, 1, channels, d),
    transform: random(3, 3, d, d),
    expand: random(1, 1, d, channels),
  }));
const convolve = (x: tf.Tensor4D, kernel: tf.Tensor4D, padding: 'same' | 'valid' = 'same'): tf.Tensor4D =>
  tf.conv2d(x, kernel, 1, padding);

interface Form {
  first: (x: tf.Tensor4D) => tf.Tensor4D;
  second: (x: tf.Tensor4D) => tf.Tensor4D;
  third: (x: tf.Tensor4D) => tf.Tensor4D;
  join: (x: tf.Tensor4D, parts: tf.Tensor4D[]) => tf.Tensor;
}
const same = (x: tf.Tensor4D): tf.Tensor4D => x;
const sum = (parts: tf.Tensor4D[]): tf.Tensor4D => tf.addN(parts);

function block(x: tf.Tensor4D, branches: Branch[], change: Partial<Form> = {}): tf.Tensor {
  const form: Form = {
    first: tf.relu,
    second: tf.relu,
    third: same,
    join: (x, parts) => tf.relu(sum([x, ...parts])),
    ...change,
  };
  const parts = branches.map(({ reduce, transform, expand }) =>
    form.third(convolve(form.second(convolve(form.first(convolve(x, reduce)), transform)), expand)),
  );
  return form.join(x, parts);
}

async function expectBlock(x: tf.Tensor4D, branches: Branch[], byHand?: tf.Tensor): Promise<void> {
  const mistakes: Mistake<tf.Tensor>[] = [
    ['the ReLU after `reduce` is missing', () => block(x, branches, { first: same })],
    ['the ReLU after `transform` is missing', () => block(x, branches, { second: same })],
    ['both ReLUs inside the branches are missing', () => block(x, branches, { first: same, second: same })],
    [
      'there is a ReLU after `expand`: the first one after it follows the addition',
      () => block(x, branches, { third: tf.relu }),
    ],
    ['the ReLU after the addition is missing', () => block(x, branches, { join: (x, parts) => sum([x, ...parts]) })],
    ['the shortcut is missing', () => block(x, branches, { join: (_, parts) => tf.relu(sum(parts)) })],
    [
      'x was added to every branch: it is added once',
      () => block(x, branches, { join: (x, parts) => tf.relu(sum(parts.map(part => part.add<tf.Tensor4D>(x)))) }),
    ],
    [
      'the branches were averaged: they are added',
      () => block(x, branches, { join: (x, parts) => tf.relu(x.add(sum(parts).div(parts.length))) }),
    ],
    [
      'the branches stand side by side: they are added',
      () => block(x, branches, { join: (x, parts) => tf.concat([x, ...parts], 3) }),
    ],
    [
      'the branches stand side by side: they are added',
      () => block(x, branches, { join: (_, parts) => tf.relu(tf.concat(parts, 3)) }),
    ],
    ['only the first branch was used', () => block(x, branches.slice(0, 1))],
    [
      'the ReLU was taken before the shortcut was added',
      () => block(x, branches, { join: (x, parts) => tf.relu(sum(parts)).add(x) }),
    ],
  ];
  expectTensor(await aggregated(x, branches), byHand ?? block(x, branches), mistakes);
}

async function expectGrouped(branches: Branch[]): Promise<Grouped> {
  const answer = (await toGrouped(branches)) as unknown as Grouped | undefined;
  const all = (name: keyof Branch, axis: number, list = branches): tf.Tensor =>
    tf.concat(
      list.map(branch => branch[name]),
      axis,
    );
  const turned = [...branches].reverse();
  for (const [name, axis, why] of [
    ['reduce', 3, 'the branches stand side by side in its outputs'],
    ['transform', 3, 'each group sees its own d channels, and the groups stand side by side in the outputs'],
    ['expand', 2, 'the sum over the branches is a sum over its INPUT channels'],
  ] as const) {
    expectTensor(
      answer?.[name],
      all(name, axis),
      [
        [`${name} was concatenated along the wrong axis: ${why}`, () => all(name, axis === 3 ? 2 : 3)],
        [`${name} has the branches in the wrong order: branch i becomes group i`, () => all(name, axis, turned)],
        [`${name} was added up: ${why}`, () => tf.addN(branches.map(branch => branch[name]))],
        [`${name} is that of the first branch only`, () => branches[0][name]],
        [
          `${name} was divided by the number of branches: nothing is averaged`,
          () => all(name, axis).div(branches.length),
        ],
      ],
      name,
    );
  }
  return answer!;
}

describe('08-resnext', () => {
  it('adds all branches to x, by hand [1]', () => {
    const one = (value: number): tf.Tensor4D => tf.tensor4d([value], [1, 1, 1, 1]);
    const middle = tf.tensor4d([0, 0, 0, 0, 1, 0, 0, 0, 0], [3, 3, 1, 1]);
    const branch = (a: number, b: number): Branch => ({ reduce: one(a), transform: middle, expand: one(b) });
    // 1 + relu(2) * 3 + relu(-1) * 5 + relu(4) * -1 = 3; at -1: relu(-1 + 0 + relu(1) * 5 + 0) = 4
    return expectBlock(
      tf.tensor4d([1, -1], [1, 1, 2, 1]),
      [branch(2, 3), branch(-1, 5), branch(4, -1)],
      tf.tensor4d([3, 4], [1, 1, 2, 1]),
    );
  });
  it('adds random branches [2]', async () => {
    await expectBlock(random(2, 4, 3, 4), branchesOf(3, 4, 2));
    await expectBlock(random(1, 3, 5, 3), branchesOf(5, 3, 1));
  });
  it('is a plain bottleneck with one branch [1]', () => expectBlock(random(1, 4, 4, 6), branchesOf(1, 6, 2)));

  it('puts the kernels of the branches together [1]', async () => {
    await expectGrouped(branchesOf(3, 4, 2));
    await expectGrouped(branchesOf(4, 3, 1));
  });
  it('and the grouped form gives the same picture [1]', async () => {
    const branches = branchesOf(4, 6, 2);
    const x = random(1, 4, 4, 6);
    const { reduce, transform, expand } = await expectGrouped(branches);
    const narrow = tf.split<tf.Tensor4D>(tf.relu(convolve(x, reduce)), 4, 3);
    const kernels = tf.split<tf.Tensor4D>(transform, 4, 3);
    const middle = tf.concat(narrow.map((part, g) => convolve(part, kernels[g])), 3); // prettier-ignore
    expectTensor(tf.relu(x.add(convolve(tf.relu(middle), expand))), block(x, branches), [], 'form (c)');
  });

  it('finds the widths of table 2 [1]', async () => {
    const table = { 1: 64, 2: 40, 4: 24, 8: 14, 32: 4 };
    for (const [cardinality, width] of Object.entries(table)) {
      const c = Number(cardinality);
      expectNumber(
        await widthFor(c),
        width,
        [
          ['the 3x3 convolution inside was forgotten: 9 d^2', () => Math.round(64 / c)],
          ['the widths are divided by C: but d is squared too', () => Math.floor(64 / c)],
          ['C times d is constant in your answer: the parameters are to be constant', () => 64 / c],
          ['the root of C divides in your answer: 512 d is not squared', () => Math.round(64 / Math.sqrt(c))],
          [
            'this is the largest block that is not above: the nearest is asked',
            () => {
              for (let d = 64; ; d--) if (c * (512 * d + 9 * d * d) <= 69_632) return d;
            },
          ],
          ['the width of all groups together was returned: d is that of one', () => width * c],
        ],
        `for cardinality ${c}, d`,
      );
    }
  });
  it('finds widths for other cardinalities [1]', async () => {
    for (const c of [3, 5, 16, 64]) {
      const distance = (d: number): number => Math.abs(c * (512 * d + 9 * d * d) - 69_632);
      const d = (await widthFor(c)) as number;
      assert.ok(Number.isInteger(d) && d > 0, `for cardinality ${c}, d is ${d}; expected a whole number.`);
      assert.ok(
        distance(d) <= Math.min(distance(d - 1), distance(d + 1)),
        `for cardinality ${c}, d = ${d} is not the nearest.`,
      );
    }
  });

  describe('hidden', () => {
    it('does both with other branches [4]', async () => {
      const [count, channels, width] = [draw.integer(2, 5), draw.integer(2, 6), draw.integer(2, 3)];
      await expectBlock(random(2, draw.integer(3, 6), draw.integer(3, 6), channels), branchesOf(count, channels, width));
      await expectGrouped(branchesOf(count, channels, width));
    });
  });
});
