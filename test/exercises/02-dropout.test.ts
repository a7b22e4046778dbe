import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import { answers, random as draw } from './answers';

const { dropout, dropoutMask, expectedRelu } = answers<typeof import('../../solutions/02-dropout')>('02-dropout');

type Form = '2012' | 'inverted';

const sum = (values: number[]): number => values.reduce((total, x) => total + x, 0);
const close = (a: number[], b: number[]): boolean =>
  a.length === b.length && a.every((x, i) => Math.abs(x - b[i]) < 1e-4 * Math.max(1, Math.abs(b[i])));
const show = (values: number[]): string =>
  values
    .slice(0, 6)
    .map(x => x.toFixed(4))
    .join(', ');
const random = (): number => 4 * draw() - 2;

function numbers(answer: unknown, shape: number[], name: string): number[] {
  assert.ok(answer instanceof tf.Tensor, `${name} must return a tensor, got ${typeof answer}.`);
  assert.deepEqual(answer.shape, shape, `the shape of ${name} is [${answer.shape}]; expected [${shape}].`);
  return Array.from(answer.dataSync());
}

async function drawMask(rows: number, columns: number, rate: number): Promise<number[][]> {
  const mask = numbers(await dropoutMask([rows, columns], rate), [rows, columns], 'dropoutMask');
  assert.ok(
    mask.every(m => m === 0 || m === 1),
    'a mask has only ones and zeros; scaling is up to dropout.',
  );
  return Array.from({ length: rows }, (_, r) => mask.slice(r * columns, (r + 1) * columns));
}

async function expectShare(rate: number): Promise<void> {
  const dropped = 1 - sum((await drawMask(100, 100, rate)).flat()) / 10_000;
  const is = (share: number): boolean => Math.abs(dropped - share) < 0.04;
  assert.ok(is(rate) || !is(1 - rate), `${rate} was kept: the rate is the share that is dropped.`);
  assert.ok(is(rate) || !is(0.5), `half was dropped: use the rate that is given, ${rate}.`);
  assert.ok(is(rate), `with the rate ${rate} a share of ${dropped.toFixed(3)} was dropped.`);
}

/** What dropout makes of a number x with the mask m, by form and phase. */
function value(x: number, m: number, rate: number, form: Form, training: boolean): number {
  if (form === '2012') return training ? x * m : x * (1 - rate);
  return training ? (x * m) / (1 - rate) : x;
}

/** What people write instead. */
const MISTAKES: [message: string, value: typeof value][] = [
  [
    'both were done, dividing in training and multiplying at test: the inverted form leaves x alone at test',
    (x, m, r, form, t) => (t ? value(x, m, r, form, t) : x * (1 - r)),
  ],
  [
    'the 2012 form was scaled in training: it is only masked',
    (x, m, r, form, t) => value(x, m, r, t ? 'inverted' : form, t),
  ],
  [
    'the inverted form is not scaled in training: divide by 1 - rate',
    (x, m, r, form, t) => (t ? x * m : value(x, m, r, form, t)),
  ],
  ['units were dropped at test: all of them speak there', (x, m, r, form) => value(x, m, r, form, true)],
  ['at test the 2012 form multiplies by 1 - rate', (x, m, r, form, t) => (t ? value(x, m, r, form, t) : x)],
  ['the two forms are exchanged', (x, m, r, form, t) => value(x, m, r, form === '2012' ? 'inverted' : '2012', t)],
  ['training and test are exchanged', (x, m, r, form, t) => value(x, m, r, form, !t)],
  [
    'it was scaled by rate: the share of kept units is 1 - rate',
    (x, m, r, form, t) => value(x, m, form === '2012' && t ? r : 1 - r, form, t),
  ],
  ['it was always halved: 0.5 is only the rate of the paper', (x, m, _, form, t) => value(x, m, 0.5, form, t)],
  ['the ones of the mask are kept, its zeros dropped', (x, m, r, form, t) => value(x, 1 - m, r, form, t)],
  [
    'the mask multiplies too much: it was used twice or scaled',
    (x, m, r, form, t) => value(x, (m * m) / (1 - r), r, form, t),
  ],
];

async function expectDropout(form: Form, training: boolean, rate: number): Promise<void> {
  const [x, mask] = [Array.from({ length: 12 }, random), [0, 1, 1, 0, 1, 0, 0, 1, 1, 1, 0, 1]];
  const answer = await dropout(tf.tensor2d(x, [3, 4]), tf.tensor2d(mask, [3, 4]), rate, form, training);
  const actual = numbers(answer, [3, 4], 'dropout');
  const by = (f: typeof value): number[] => x.map((y, i) => f(y, mask[i], rate, form, training));
  if (close(actual, by(value))) return;
  const firstRow = x.map((y, i) => value(y, mask[i % 4], rate, form, training));
  assert.ok(!close(actual, firstRow), 'the mask of the first example was used for all: each has its own row.');
  const mistake = MISTAKES.find(([, f]) => close(actual, by(f)));
  assert.fail(mistake ? `${mistake[0]}.` : `expected ${show(by(value))}, got ${show(actual)}.`);
}

/** The mean over masks, by bits. */
function expectation(
  x: number[],
  weights: number[],
  rate: number,
  f = (z: number) => Math.max(0, z),
  last = 0,
): number {
  return sum(
    Array.from({ length: 2 ** x.length - last }, (_, bits) => {
      const kept = x.map((_, i) => (bits >> i) & 1);
      return kept.reduce((p, m) => p * (m ? 1 - rate : rate), 1) * f(sum(x.map((y, i) => y * weights[i] * kept[i])));
    }),
  );
}

async function expectUnit(x: number[], weights: number[], rate: number): Promise<void> {
  const actual: unknown = await expectedRelu(x, weights, rate);
  assert.ok(typeof actual === 'number', `expectedRelu must return a number, got ${typeof actual}.`);
  const right = expectation(x, weights, rate);
  const mean = expectation(x, weights, rate, z => z);
  const mistakes: [string, number][] = [
    ['the mean was rectified: rectify for each mask, then take the mean', Math.max(0, mean)],
    ['relu is missing', mean],
    ['all masks counted alike: each has its own probability', expectation(x, weights, 0.5)],
    ['dropped and kept are exchanged in the probability', expectation(x, weights, 1 - rate)],
    ['the mask that keeps everything is missing: there are 2^n masks', expectation(x, weights, rate, undefined, 1)],
    ['nothing was dropped', Math.max(0, sum(x.map((y, i) => y * weights[i])))],
    [
      'every product was rectified: relu comes after the sum',
      sum(x.map((y, i) => Math.max(0, y * weights[i]))) * (1 - rate),
    ],
    ['the masks were added up: weigh each by its probability', expectation(x, weights, 0.5) * 2 ** x.length],
  ];
  if (close([actual], [right])) return;
  const mistake = mistakes.find(([, wrong]) => close([actual], [wrong]));
  assert.fail(mistake ? `${mistake[0]}.` : `expected ${right}, got ${actual}.`);
}

describe('02-dropout', () => {
  it('drops the share that it is told [1]', async () => {
    for (const rate of [0.5, 0.7, 0.2]) await expectShare(rate);
  });

  it('drops nothing with rate 0, everything with rate 1 [1]', async () => {
    assert.equal(sum((await drawMask(20, 20, 0)).flat()), 400, 'with rate 0 units were dropped.');
    assert.equal(sum((await drawMask(20, 20, 1)).flat()), 0, 'with rate 1 units were kept.');
  });

  it('draws for every unit, every example and every call [2]', async () => {
    const [mask, again] = [await drawMask(40, 40, 0.5), await drawMask(40, 40, 0.5)];
    assert.ok(
      mask.some(row => String(row) !== String(mask[0])),
      'one mask was used for the whole batch: draw for each example.',
    );
    assert.ok(
      mask.some(row => row.some(m => m !== row[0])),
      'whole examples were dropped: draw for each unit.',
    );
    assert.notEqual(String(mask), String(again), 'two calls draw the same mask: use no fixed seed.');
  });

  for (const form of ['2012', 'inverted'] as const)
    it(`scales the ${form} form in training and at test [1]`, async () => {
      for (const rate of [0.7, 0.25]) for (const training of [true, false]) await expectDropout(form, training, rate);
    });

  it('takes the mean of a ReLU unit over all masks [1]', async () => {
    await expectUnit([1, 2, 3], [2, -3, 1], 0.5);
    await expectUnit([1, -2, 0.5, 4], [2, 1, -3, 1.5], 0.3);
    for (const rate of [0.2, 0.6, 0.8])
      await expectUnit(Array.from({ length: 7 }, random), Array.from({ length: 7 }, random), rate);
  });

  describe('hidden', () => {
    it('does all of that with other rates [3]', async () => {
      for (const rate of [0.1 + 0.3 * draw(), 0.6 + 0.3 * draw()]) {
        await expectShare(rate);
        for (const form of ['2012', 'inverted'] as const)
          for (const training of [true, false]) await expectDropout(form, training, rate);
        await expectUnit(Array.from({ length: 6 }, random), Array.from({ length: 6 }, random), rate);
      }
    });
  });
});
