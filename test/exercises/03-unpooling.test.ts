import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import { answers, random as draw } from './answers';

const { poolWithSwitches, unpool } = answers<typeof import('../../solutions/03-unpooling')>('03-unpooling');

/** A place in a pooled map: image n, window (row, column), channel c. */
type Index = [n: number, row: number, column: number, c: number];
type Sizes = { height: number; width: number; channels: number; size: number; stride: number };

const count = (length: number, { size, stride }: Sizes): number => Math.floor((length - size) / stride) + 1;
const indices = (batch: number, rows: number, columns: number, channels: number): Index[] =>
  Array.from({ length: batch * rows * columns * channels }, (_, i) => {
    const [c, pixel] = [i % channels, Math.floor(i / channels)];
    return [Math.floor(pixel / columns / rows), Math.floor(pixel / columns) % rows, pixel % columns, c];
  });
const show = (values: number[]): string => `${values.slice(0, 9).map(x => Number(x.toFixed(3)))}`;

function numbers(answer: unknown, shape: number[], name: string): number[] {
  assert.ok(answer instanceof tf.Tensor, `${name} must be a tensor, got ${typeof answer}.`);
  assert.deepEqual(answer.shape, shape, `the shape of ${name} is [${answer.shape}]; expected [${shape}].`);
  return Array.from(answer.dataSync());
}

/** The offset in the window of its maximum: the first, or the last one. */
function largest(get: (y: number, x: number) => number, size: number, last = false): [y: number, x: number] {
  const offsets = Array.from({ length: size * size }, (_, i): [number, number] => [Math.floor(i / size), i % size]);
  const best = Math.max(...offsets.map(([y, x]) => get(y, x)));
  const found = offsets.filter(([y, x]) => get(y, x) === best);
  return last ? found[found.length - 1] : found[0];
}

/** What people store as a switch: (y, x) is the right place, (dy, dx) its offset in the window. */
const SWITCHES: [message: string, (y: number, x: number, s: Sizes, i: Index, dy: number, dx: number) => number][] = [
  [
    'a switch counts inside its window: it is a place in the whole map, y * width + x',
    (_y, _x, s, _i, dy, dx) => dy * s.size + dx,
  ],
  [
    "a switch has the channels in it, as tfjs's maxPoolWithArgmax: it is y * width + x",
    (y, x, s, [, , , c]) => (y * s.width + x) * s.channels + c,
  ],
  [
    'a switch has the image in it: it is y * width + x in its own image',
    (y, x, s, [n]) => (n * s.height + y) * s.width + x,
  ],
  ['rows and columns are exchanged: a switch is y * width + x', (y, x, s) => x * s.height + y],
  ['a switch was multiplied by the height: it is y * width + x', (y, x, s) => y * s.height + x],
  [
    'a switch counts in the pooled map: it is a place in the map before pooling',
    (y, x, s) => y * count(s.width, s) + x,
  ],
];

async function expectPooled(batch: number, s: Sizes, value: (i: number) => number): Promise<void> {
  const { height, width, channels, size, stride } = s;
  const x = Array.from({ length: batch * height * width * channels }, (_, i) => value(i));
  const answer = await poolWithSwitches(tf.tensor4d(x, [batch, height, width, channels]), size, stride);
  const shape = [batch, count(height, s), count(width, s), channels];
  const pooled = numbers(answer?.pooled, shape, 'pooled');
  const switches = numbers(answer?.switches, shape, 'switches');
  const at =
    ([n, row, column, c]: Index) =>
    (dy: number, dx: number): number =>
      x[((n * height + row * stride + dy) * width + column * stride + dx) * channels + c];
  const all = indices(...(shape as [number, number, number, number]));
  const maxima = all.map(i => at(i)(...largest(at(i), size)));
  const isZeroed = String(pooled) !== String(maxima) && String(pooled) === String(maxima.map(m => Math.max(0, m)));
  assert.ok(!isZeroed, 'the maximum of negative numbers came out as 0: begin with -Infinity.');
  assert.equal(show(pooled), show(maxima), `pooled should be ${show(maxima)}, got ${show(pooled)}.`);
  assert.deepEqual(pooled, maxima, 'pooled differs from the maxima of the windows.');
  const by = (f: (typeof SWITCHES)[0][1], last = false): string =>
    String(
      all.map(i => {
        const [dy, dx] = largest(at(i), size, last);
        return f(i[1] * stride + dy, i[2] * stride + dx, s, i, dy, dx);
      }),
    );
  const right = (y: number, column: number): number => y * width + column;
  const got = String(switches);
  if (got === by(right)) return;
  assert.ok(got !== by(right, true), 'of two equal maxima the last one was taken: the first counts, row by row.');
  const mistake = SWITCHES.find(([, f]) => got === by(f));
  assert.fail(
    mistake ? `${mistake[0]}.` : `the switches should begin with ${by(right).slice(0, 30)}, got ${show(switches)}.`,
  );
}

type Put = (output: number[], place: number, value: number) => void;
const overwrite: Put = (output, place, value) => {
  output[place] = value;
};

async function expectUnpooled(
  shape: Index,
  switches: number[],
  height: number,
  width: number,
  pooled: number[],
): Promise<void> {
  const [batch, rows, columns, channels] = shape;
  const answer = await unpool(tf.tensor4d(pooled, shape), tf.tensor4d(switches, shape, 'int32'), height, width);
  const actual = numbers(answer, [batch, height, width, channels], 'unpool');
  const all = indices(...shape);
  const flat = ([n, row, column, c]: Index): number => ((n * rows + row) * columns + column) * channels + c;
  const by = (
    put: Put,
    place = (i: Index) => switches[flat(i)],
    order = all,
    value = (i: Index) => pooled[flat(i)],
  ): string => {
    const output = Array<number>(batch * height * width * channels).fill(0);
    for (const i of order) put(output, (i[0] * height * width + place(i)) * channels + i[3], value(i));
    return rounded(output);
  };
  const [down, right] = [Math.floor(height / rows), Math.floor(width / columns)];
  const mistakes: [string, string][] = [
    [
      'numbers with the same switch were added up: the later overwrites the earlier',
      by((o, p, v) => {
        o[p] += v;
      }),
    ],
    ['the earlier number was kept: the later overwrites it', by(overwrite, undefined, [...all].reverse())],
    [
      'the largest was kept: the later overwrites the earlier, larger or not',
      by((o, p, v) => {
        o[p] = o[p] === 0 ? v : Math.max(o[p], v);
      }),
    ],
    [
      'the switches were not used: every number went to the top left of its window',
      by(overwrite, ([, y, x]) => y * down * width + x * right),
    ],
    [
      'rows and columns are exchanged: the place is y * width + x',
      by(overwrite, i => (switches[flat(i)] % width) * height + Math.floor(switches[flat(i)] / width)),
    ],
    [
      'the switches of channel 0 were used for all: each channel has its own',
      by(overwrite, ([n, y, x]) => switches[flat([n, y, x, 0])]),
    ],
    [
      'the switches of the first image were used for all: each image has its own',
      by(overwrite, ([, y, x, c]) => switches[flat([0, y, x, c])]),
    ],
    [
      'negative numbers were lost: unpooling does not rectify',
      by(overwrite, undefined, all, i => Math.max(0, pooled[flat(i)])),
    ],
  ];
  const got = rounded(actual);
  if (got === by(overwrite)) return;
  const mistake = mistakes.find(([, wrong]) => got === wrong);
  const zeros = `${actual.filter(x => x === 0).length} zeros`;
  assert.fail(
    mistake
      ? `${mistake[0]}.`
      : `${zeros} and ${show(actual.filter(x => x !== 0))} are not right: only the places of the switches are not 0.`,
  );
}

const rounded = (values: number[]): string => String(values.map(x => Math.round(x * 1000) / 1000 + 0));
const integers = (length: number, below: number): number[] => Array.from({ length }, () => Math.floor(draw() * below));

describe('03-unpooling', () => {
  it('pools and remembers where, in maps of any size [2]', async () => {
    await expectPooled(1, { height: 4, width: 6, channels: 1, size: 2, stride: 2 }, i => (i * 7) % 24);
    await expectPooled(2, { height: 5, width: 8, channels: 3, size: 3, stride: 2 }, i => ((i * 37) % 241) - 100);
  });

  it('takes the first of equal maxima, also of negative ones [1]', async () => {
    await expectPooled(1, { height: 4, width: 6, channels: 2, size: 2, stride: 2 }, () => 1);
    await expectPooled(1, { height: 5, width: 7, channels: 2, size: 3, stride: 2 }, i => -1 - (i % 3));
    await expectPooled(2, { height: 6, width: 7, channels: 2, size: 3, stride: 1 }, () => Math.floor(draw() * 9) - 6);
  });

  it('puts numbers back, also negative ones [1]', () =>
    expectUnpooled([1, 2, 3, 1], [6, 1, 11, 12, 20, 16], 4, 6, [5, -2, 3, 4, 1, 7]));

  it('overwrites where two windows have one switch [1]', () =>
    expectUnpooled([1, 2, 2, 1], [12, 12, 12, 14], 5, 5, [3, 7, 5, 2]));

  it('treats every channel of every image alone, in sizes that do not divide [2]', async () => {
    const shape: Index = [2, 2, 3, 3];
    for (let i = 0; i < 3; i++)
      await expectUnpooled(
        shape,
        integers(36, 35),
        5,
        7,
        integers(36, 99).map(x => x - 40.5),
      );
  });

  describe('hidden', () => {
    it('does both with other numbers, in other sizes [4]', async () => {
      for (const size of [2, 3]) {
        const [height, width] = [draw.integer(5, 9), draw.integer(5, 9)];
        const value = (): number => Math.floor(draw() * 401) - 200;
        await expectPooled(2, { height, width, channels: 3, size, stride: draw.integer(1, 2) }, value);
        const pooled = integers(36, 99).map(x => x - 40.5);
        await expectUnpooled([2, 2, 3, 3], integers(36, height * width), height, width, pooled);
      }
    });
  });
});
