import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import { answers, random as draw } from './answers';

const { tenCrops, averageProbabilities } = answers<typeof import('../../solutions/02-ten-crops')>('02-ten-crops');

/** Where a crop begins, and how it is turned. */
type View = [top: number, left: number, turn?: 'mirrored' | 'upside down'];

/** The five crops; `rest` is how much of the picture is left over downwards and to the right. */
const five = ([down, right]: number[], round = Math.floor): View[] => [
  [0, 0],
  [0, right],
  [round(down / 2), round(right / 2)],
  [down, 0],
  [down, right],
];
const turned = (views: View[], turn: View[2] = 'mirrored'): View[] => views.map(([top, left]) => [top, left, turn]);
const both = (views: View[]): View[] => [...views, ...turned(views)];
const pick = <T>(list: T[], order: number[]): T[] => order.map(i => list[i]);

/** What people take instead; `rest` is [height - size, width - size]. */
const MISTAKES: [message: string, views: (rest: number[]) => View[]][] = [
  [
    'the centre comes first, as in the ResNet code of Torch: here it is the third',
    rest => both(pick(five(rest), [2, 0, 1, 3, 4])),
  ],
  ['the centre comes last: here it is the third', rest => both(pick(five(rest), [0, 1, 3, 4, 2]))],
  [
    'each mirrored crop follows its own: first come all five, then all five mirrored',
    rest => five(rest).flatMap(view => [view, ...turned([view])]),
  ],
  [
    'the second five are upside down: mirror them left to right',
    rest => [...five(rest), ...turned(five(rest), 'upside down')],
  ],
  [
    'the corners were taken of the mirrored picture: the same ten views in another order, but 5 is the mirrored crop 0',
    rest => [...five(rest), ...turned(five(rest).map(([top, left]): View => [top, rest[1] - left]))],
  ],
  ['the second five are not mirrored', rest => [...five(rest), ...five(rest)]],
  ['the centre was rounded up: take the floor', rest => both(five(rest, Math.ceil))],
  [
    'the last row and column are never seen: the bottom crop begins at height - size',
    ([down, right]) => both(five([down - 1, right - 1])),
  ],
  [
    'top and left are exchanged: top runs along the height',
    ([down, right]) => both(pick(five([down, right]), [0, 3, 2, 1, 4])),
  ],
  ['height and width are exchanged: the first dimension is the height', ([down, right]) => both(five([right, down]))],
];

async function expectCrops([height, width, channels]: number[], size: number, random = false): Promise<void> {
  const value = (i: number): number => (random ? Math.floor(draw() * 1000) : i);
  const pixels = Array.from({ length: height * width * channels }, (_, i) => value(i));
  const answer: unknown = await tenCrops(tf.tensor3d(pixels, [height, width, channels]), size);
  assert.ok(answer instanceof tf.Tensor, `tenCrops must return a tensor, got ${typeof answer}.`);
  const shape = [10, size, size, channels];
  assert.deepEqual(answer.shape, shape, `the shape is [${answer.shape}]; ten crops have [${shape}].`);
  const actual = String(answer.dataSync());
  const crop = ([top, left, turn]: View): number[] =>
    Array.from({ length: size * size * channels }, (_, i) => {
      const [y, x, c] = [Math.floor(i / channels / size), Math.floor(i / channels) % size, i % channels];
      const row = top + (turn === 'upside down' ? size - 1 - y : y);
      const column = left + (turn === 'mirrored' ? size - 1 - x : x);
      return pixels[(row * width + column) * channels + c];
    });
  const matches = (views: View[]): boolean => actual === String(views.flatMap(crop));
  const rest = [height - size, width - size];
  if (matches(both(five(rest)))) return;
  const mistake = MISTAKES.find(([, views]) => matches(views(rest)));
  const numbers = Array.from(answer.dataSync());
  const first = both(five(rest)).findIndex((view, i) => {
    const length = size * size * channels;
    return String(numbers.slice(i * length, (i + 1) * length)) !== String(crop(view));
  });
  assert.fail(mistake ? `${mistake[0]}.` : `crop ${first} is the first that is not right.`);
}

const softmax = (z: number[]): number[] => {
  const e = z.map(x => Math.exp(x - Math.max(...z)));
  return e.map(x => x / e.reduce((a, b) => a + b));
};
const columns = (rows: number[][]): number[][] => rows[0].map((_, c) => rows.map(row => row[c]));
const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const means = (rows: number[][]): number[] => columns(rows).map(mean);
const votes = (rows: number[][]): number[] => means(rows.map(row => row.map(x => Number(x === Math.max(...row)))));

async function expectAverage(logits: number[][]): Promise<void> {
  const answer: unknown = await averageProbabilities(tf.tensor2d(logits));
  assert.ok(answer instanceof tf.Tensor, `averageProbabilities must return a tensor, got ${typeof answer}.`);
  const classes = logits[0].length;
  assert.deepEqual(
    answer.shape,
    [classes],
    `the shape is [${answer.shape}]; one number for each class is [${classes}].`,
  );
  const actual = Array.from(answer.dataSync());
  const close = (other: number[]): boolean => other.every((x, i) => Math.abs(x - actual[i]) < 1e-4);
  const right = means(logits.map(softmax));
  if (close(right)) return;
  const mistakes: [string, number[]][] = [
    ['the logits were averaged before the softmax: average the probabilities', softmax(means(logits))],
    ['there is no softmax: turn the logits into probabilities first', means(logits)],
    ['the softmax ran over the crops: it runs over the classes', means(columns(columns(logits).map(softmax)))],
    ['the probabilities were added up: divide by the number of crops', right.map(p => p * logits.length)],
    ['the softmax was taken twice', softmax(right)],
    ['the crops voted: average their probabilities', votes(logits)],
    ['only the first crop was asked', softmax(logits[0])],
  ];
  const mistake = mistakes.find(([, wrong]) => close(wrong));
  assert.fail(mistake ? `${mistake[0]}.` : `expected ${right.slice(0, 4)}, got ${actual.slice(0, 4)}.`);
}

describe('02-ten-crops', () => {
  it('takes ten crops in order [2]', () => expectCrops([8, 8, 1], 6));

  it('rounds the centre down and knows height from width [1]', () => expectCrops([7, 10, 3], 4));

  it('takes ten crops of random pictures [1]', async () => {
    await expectCrops([9, 6, 2], 5, true);
    await expectCrops([5, 5, 3], 5, true);
  });

  it('averages the probabilities [1]', async () => {
    await expectAverage([
      [4, 0, 1],
      [-2, 3, 0.5],
    ]);
    await expectAverage(Array.from({ length: 10 }, () => [1, 2, 3, 4].map(() => 6 * draw() - 3)));
  });

  it('averages large logits too [1]', () =>
    expectAverage([
      [1000, 0, 998],
      [-1000, -999, 0],
      [500, 500, 500],
    ]));

  describe('hidden', () => {
    it('does both with other pictures and logits [3]', async () => {
      for (let i = 0; i < 2; i++) await expectCrops([draw.integer(6, 10), draw.integer(6, 10), 3], draw.integer(3, 5), true);
      const classes = draw.integer(3, 6);
      await expectAverage(Array.from({ length: 10 }, () => Array.from({ length: classes }, () => 8 * draw() - 4)));
    });
  });
});
