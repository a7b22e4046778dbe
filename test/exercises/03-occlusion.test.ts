import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import { answers, random as draw } from './answers';

const { occlude, occlusionPositions, probabilityMap } =
  answers<typeof import('../../solutions/03-occlusion')>('03-occlusion');

type Position = [top: number, left: number];

const range = (low: number, high: number, step: number): number[] =>
  Array.from({ length: Math.max(0, Math.floor((high - low) / step) + 1) }, (_, i) => low + i * step);
const grid = (tops: number[], lefts: number[]): Position[] =>
  tops.flatMap(top => lefts.map((left): Position => [top, left]));

/** What people list instead. */
const MISTAKES: [message: string, positions: (h: number, w: number, size: number, stride: number) => Position[]][] = [
  [
    'the last square is missing: it may touch the edge, top + size <= height',
    (h, w, z, s) => grid(range(0, h - z - 1, s), range(0, w - z - 1, s)),
  ],
  ['squares reach over the edge: they lie wholly inside', (h, w, z, s) => grid(range(0, h - 1, s), range(0, w - 1, s))],
  [
    'the positions come column by column: they come row by row',
    (h, w, z, s) => grid(range(0, w - z, s), range(0, h - z, s)).map(([left, top]) => [top, left]),
  ],
  [
    '[left, top] was listed: a position is [top, left]',
    (h, w, z, s) => grid(range(0, h - z, s), range(0, w - z, s)).map(([top, left]) => [left, top]),
  ],
  ['height and width are exchanged', (h, w, z, s) => grid(range(0, w - z, s), range(0, h - z, s))],
  ['the stride was not used', (h, w, z) => grid(range(0, h - z, 1), range(0, w - z, 1))],
  ['the squares are size apart: they are stride apart', (h, w, z) => grid(range(0, h - z, z), range(0, w - z, z))],
  [
    'the centres of the squares were listed: a position is the top left corner',
    (h, w, z, s) =>
      grid(range(0, h - z, s), range(0, w - z, s)).map(([top, left]) => [
        top + Math.floor(z / 2),
        left + Math.floor(z / 2),
      ]),
  ],
];

async function expectPositions(...sizes: [h: number, w: number, size: number, stride: number]): Promise<void> {
  const [height, width, size, stride] = sizes;
  const answer: unknown = await occlusionPositions(...sizes);
  const isList = Array.isArray(answer) && answer.every(position => Array.isArray(position) && position.length === 2);
  assert.ok(isList, 'occlusionPositions must return a list of [top, left].');
  const right = grid(range(0, height - size, stride), range(0, width - size, stride));
  const same = (other: Position[]): boolean => JSON.stringify(other) === JSON.stringify(answer);
  if (same(right)) return;
  const mistake = MISTAKES.find(([, positions]) => same(positions(...sizes)));
  const say = (list: unknown[]): string => `${list.length} positions, the last ${JSON.stringify(list.at(-1))}`;
  assert.fail(mistake ? `${mistake[0]}.` : `expected ${say(right)}; got ${say(answer)}.`);
}

/** What the number at (y, x, c) of picture n becomes. */
type Cover = (inside: boolean, old: number, c: number) => number;

async function expectOccluded(
  shape: [number, number, number],
  positions: Position[],
  size: number,
  grey?: number,
): Promise<void> {
  const [height, width, channels] = shape;
  const image = Array.from({ length: height * width * channels }, () => draw() + 1);
  const answer: unknown = await occlude(tf.tensor3d(image, shape), positions, size, grey);
  assert.ok(answer instanceof tf.Tensor, `occlude must return a tensor, got ${typeof answer}.`);
  const right = [positions.length, ...shape];
  assert.deepEqual(answer.shape, right, `the shape is [${answer.shape}]; a picture for each position has [${right}].`);
  const actual = answer.dataSync();
  const colour = grey ?? 0.5;
  const matches = (cover: Cover, places = positions.map(position => [position]), z = size): boolean =>
    places.every((squares, n) =>
      image.every((old, i) => {
        const [y, x, c] = [Math.floor(i / channels / width), Math.floor(i / channels) % width, i % channels];
        const inside = squares.some(([top, left]) => y >= top && y < top + z && x >= left && x < left + z);
        return Math.abs(actual[n * image.length + i] - cover(inside, old, c)) < 1e-4;
      }),
    );
  const paint: Cover = (inside, old) => (inside ? colour : old);
  if (matches(paint)) return;
  const one = positions.map(position => [position]);
  const centred = one.map(([[top, left]]): Position[] => [[top - Math.floor(size / 2), left - Math.floor(size / 2)]]);
  const mistakes: [string, boolean][] = [
    ['the square is black: it is grey, 0.5 or what is given', matches((inside, old) => (inside ? 0 : old))],
    ['grey is always 0.5: use what is given', matches((inside, old) => (inside ? 0.5 : old))],
    [
      'the square covers one channel only: all are grey',
      matches((inside, old, c) => (inside && c === 0 ? colour : old)),
    ],
    ['everything but the square is grey', matches((inside, old) => (inside ? old : colour))],
    ['grey was added: it takes the place of the picture', matches((inside, old) => old + (inside ? colour : 0))],
    ['the picture was multiplied by grey: grey takes its place', matches((inside, old) => old * (inside ? colour : 1))],
    [
      'the squares of earlier pictures are still there: begin anew with the whole picture',
      matches(
        paint,
        positions.map((_, n) => positions.slice(0, n + 1)),
      ),
    ],
    [
      'top and left are exchanged: top counts rows',
      matches(
        paint,
        one.map(([[top, left]]) => [[left, top]]),
      ),
    ],
    ['the square is one too large: it ends before top + size', matches(paint, one, size + 1)],
    ['the square is one too small', matches(paint, one, size - 1)],
    ['the square is centred at its position: the position is the top left corner', matches(paint, centred)],
    ['nothing is covered', matches((_, old) => old)],
  ];
  const mistake = mistakes.find(([, found]) => found);
  assert.fail(mistake ? `${mistake[0]}.` : 'the pictures are not right: only the square may change, to grey.');
}

async function expectMap(rows: number, columns: number, classes: number, label: number): Promise<void> {
  const p = Array.from({ length: rows * columns }, () => Array.from({ length: classes }, () => draw()));
  const answer: unknown = await probabilityMap(tf.tensor2d(p), label, columns);
  assert.ok(answer instanceof tf.Tensor, `probabilityMap must return a tensor, got ${typeof answer}.`);
  const actual = Array.from(answer.dataSync());
  const close = (other: number[]): boolean =>
    other.length === actual.length && other.every((x, i) => Math.abs(x - actual[i]) < 1e-5);
  const right = p.map(row => row[label]);
  const turned = (values: number[]): number[] =>
    values.map((_, i) => values[(i % rows) * columns + Math.floor(i / rows)]);
  const misread = values(p.length, i => right[(i % columns) * rows + Math.floor(i / columns)]);
  const mistakes: [string, number[]][] = [
    ['the largest probability was taken: take that of the class asked for', p.map(row => Math.max(...row))],
    ['classes are counted from 0', p.map(row => row[label - 1])],
    ['1 - p was taken: the map has the probability itself', right.map(x => 1 - x)],
    [
      'the best class was taken: take the probability of the class asked for',
      p.map(row => row.indexOf(Math.max(...row))),
    ],
    ['the map is turned over: the positions come row by row', turned(right)],
    ['the map was filled column by column: the positions come row by row', misread],
    [
      'the map was scaled: leave the probabilities as they are',
      right.map(x => (x - Math.min(...right)) / (Math.max(...right) - Math.min(...right))),
    ],
  ];
  const mistake = close(right) ? undefined : mistakes.find(([, wrong]) => close(wrong));
  if (mistake) assert.fail(`${mistake[0]}.`);
  assert.deepEqual(answer.shape, [rows, columns], `the shape is [${answer.shape}]; the grid has [${rows},${columns}].`);
  assert.ok(close(right), `the map begins with ${actual[0]}; expected ${right[0]}.`);
}

const values = (length: number, f: (i: number) => number): number[] => Array.from({ length }, (_, i) => f(i));

describe('03-occlusion', () => {
  it('lists the squares that lie inside [1]', () => expectPositions(6, 8, 2, 2));

  it('lists them where the stride does not divide, and where one fills the picture [1]', async () => {
    await expectPositions(9, 12, 4, 3);
    await expectPositions(7, 7, 7, 2);
    await expectPositions(5, 11, 3, 4);
  });

  it('covers a square in a copy for each position [2]', () =>
    expectOccluded(
      [5, 6, 3],
      [
        [0, 0],
        [1, 2],
        [2, 3],
      ],
      2,
    ));

  it('covers with any grey, up to the edge [1]', () =>
    expectOccluded(
      [6, 5, 2],
      [
        [0, 1],
        [3, 2],
        [3, 0],
      ],
      3,
      0.25,
    ));

  it('maps the probability of the class [2]', async () => {
    await expectMap(3, 4, 5, 2);
    await expectMap(2, 5, 3, 1);
  });

  describe('hidden', () => {
    it('does all of that in other sizes [3]', async () => {
      const [height, width, size] = [draw.integer(8, 30), draw.integer(8, 30), draw.integer(2, 5)];
      await expectPositions(height, width, size, draw.integer(1, 4));
      const position = (): Position => [draw.integer(0, 3), draw.integer(0, 4)];
      await expectOccluded([7, 8, 3], [position(), position(), position()], 4, draw());
      await expectMap(draw.integer(2, 4), draw.integer(5, 7), 4, draw.integer(1, 3));
    });
  });
});
