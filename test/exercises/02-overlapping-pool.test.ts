import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import { answers, random as draw } from './answers';

const { maxPool } = answers<typeof import('../../solutions/02-overlapping-pool')>('02-overlapping-pool');

interface Pooling {
  size: number;
  stride: number;
  rounding: 'floor' | 'ceil';
}
/** One map: rows of numbers. */
type Plane = number[][];

function count(length: number, { size, stride, rounding }: Pooling): number {
  const windows = Math[rounding]((length - size) / stride) + 1;
  return (windows - 1) * stride >= length ? windows - 1 : windows;
}

/** `before` shifts all windows up and left; `outside` are numbers that stand beyond the edges. */
function pool(map: Plane, pooling: Pooling, pick = Math.max, before = 0, outside: number[] = []): Plane {
  const { size, stride } = pooling;
  const [rows, columns] = [count(map.length, pooling), count(map[0].length, pooling)];
  const offsets = Array.from({ length: size }, (_, i) => i - before);
  const at = (y: number, x: number): number[] => (map[y]?.[x] === undefined ? outside : [map[y][x]]);
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (_, c) =>
      pick(...offsets.flatMap(y => offsets.flatMap(x => at(r * stride + y, c * stride + x)))),
    ),
  );
}

const mean = (...values: number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** What people write instead. */
const MISTAKES: [message: string, pool: (map: Plane, p: Pooling) => Plane][] = [
  [
    'it rounds down: with ceil the last window may reach over the edge',
    (map, p) => pool(map, { ...p, rounding: 'floor' }),
  ],
  [
    'it rounds up: with floor a window that does not fit is left out',
    (map, p) => pool(map, { ...p, rounding: 'ceil' }),
  ],
  [
    'zeros beyond the edge won against negative numbers: pad with -Infinity',
    (map, p) => pool(map, p, Math.max, 0, [0]),
  ],
  [
    'the windows reach over the top and the left edge: they begin at the first row and column',
    (map, p) =>
      pool(map, p, Math.max, p.rounding === 'ceil' ? (count(map.length, p) - 1) * p.stride + p.size - map.length : 0),
  ],
  [
    'the windows are centred as with padding: the first one begins in the corner',
    (map, p) => pool(map, p, Math.max, 1),
  ],
  ['this is the mean of each window: take the largest', (map, p) => pool(map, p, mean)],
  ['the windows do not overlap: they are stride apart, not size', (map, p) => pool(map, { ...p, stride: p.size })],
  ['the windows are as wide as the stride: they are `size` wide', (map, p) => pool(map, { ...p, size: p.stride })],
  [
    "this is tfjs's padding 'same', which has ceil(length / stride) windows",
    (map, p) =>
      tf
        .maxPool(tf.tensor3d(map.flat(), [map.length, map[0].length, 1]), p.size, p.stride, 'same')
        .squeeze([2])
        .arraySync() as Plane,
  ],
];

const same = (a: Plane, b: Plane): boolean => String(a) === String(b) && a.length === b.length;

/** `maps` are the channels of one or more images. */
async function expectPool(maps: Plane[][], pooling: Pooling): Promise<void> {
  const [height, width, channels] = [maps[0][0].length, maps[0][0][0].length, maps[0].length];
  const x = tf.tensor4d(maps.flat(3), [maps.length, channels, height, width]).transpose<tf.Tensor4D>([0, 2, 3, 1]);
  const answer: unknown = await maxPool(x, pooling.size, pooling.stride, pooling.rounding);
  assert.ok(answer instanceof tf.Tensor, `maxPool must return a tensor, got ${typeof answer}.`);
  assert.equal(answer.shape.length, 4, `maxPool must return four dimensions, got ${answer.shape.length}.`);
  const outputs = answer.transpose([0, 3, 1, 2]).arraySync() as Plane[][];
  const matches = (f: (map: Plane, p: Pooling) => Plane): boolean =>
    maps.every((image, n) => image.every((map, c) => outputs[n]?.[c] && same(outputs[n][c], f(map, pooling))));
  if (matches(pool) && answer.shape[0] === maps.length && answer.shape[3] === channels) return;
  const mistake = MISTAKES.find(([, f]) => matches(f));
  const shape = [maps.length, count(height, pooling), count(width, pooling), channels];
  if (!mistake) assert.deepEqual(answer.shape, shape, `the shape is [${answer.shape}]; expected [${shape}].`);
  assert.fail(
    mistake ? `${mistake[0]}.` : `expected ${maps[0].map(map => pool(map, pooling))[0][0]}, got ${outputs[0][0][0]}.`,
  );
}

const plane = (height: number, width: number, value: (y: number, x: number) => number): Plane =>
  Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => value(y, x)));
const mixed = (y: number, x: number): number => ((y * 7 + x * 5) % 17) - 8;
const integer = (): number => Math.floor(draw() * 201) - 100;

describe('02-overlapping-pool', () => {
  it('takes the largest of overlapping windows [1]', () =>
    expectPool([[plane(7, 9, mixed)]], { size: 3, stride: 2, rounding: 'floor' }));

  it("has AlexNet's sizes: 55 -> 27 -> 13 -> 6, whichever way it rounds [1]", async () => {
    for (const rounding of ['floor', 'ceil'] as const)
      for (const length of [55, 27, 13])
        await expectPool([[plane(length, length, mixed)]], { size: 3, stride: 2, rounding });
  });

  it('leaves out with floor what does not fit: 8 -> 3 [1]', () =>
    expectPool([[plane(8, 8, mixed)]], { size: 3, stride: 2, rounding: 'floor' }));

  it('reaches over the right and the bottom edge with ceil: 8 -> 4 [1]', async () => {
    for (const value of [mixed, integer])
      await expectPool([[plane(8, 10, value)]], { size: 3, stride: 2, rounding: 'ceil' });
  });

  it('of negative numbers is negative, also at the edge [1]', async () => {
    await expectPool([[plane(6, 8, (y, x) => mixed(y, x) - 20)]], { size: 3, stride: 2, rounding: 'ceil' });
    await expectPool([[plane(6, 8, () => integer() - 120)]], { size: 3, stride: 2, rounding: 'ceil' });
  });

  it('has no window that begins outside [1]', () =>
    expectPool([[plane(6, 5, mixed)]], { size: 1, stride: 3, rounding: 'ceil' }));

  it('treats every channel of every image alone, of any size [1]', async () => {
    for (const [size, stride] of [
      [2, 2],
      [3, 1],
      [4, 3],
      [5, 2],
    ])
      for (const rounding of ['floor', 'ceil'] as const) {
        const maps = [0, 1].map(() => [0, 1, 2].map(() => plane(11, 8, integer)));
        await expectPool(maps, { size, stride, rounding });
      }
  });

  describe('hidden', () => {
    it('pools other numbers, of any size and stride [3]', async () => {
      for (let i = 0; i < 3; i++)
        for (const rounding of ['floor', 'ceil'] as const) {
          const [height, width] = [draw.integer(6, 12), draw.integer(6, 12)];
          const maps = [0, 1].map(() => [0, 1].map(() => plane(height, width, integer)));
          await expectPool(maps, { size: draw.integer(2, 5), stride: draw.integer(1, 3), rounding });
        }
    });
  });
});
