import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import { answers, random as draw } from './answers';

const { shortcutA } = answers<typeof import('../../solutions/06-shortcut-a')>('06-shortcut-a');

/** The first row and column that are kept, and the number of zero channels in front of those of x. */
interface Form {
  start: number;
  before: (missing: number) => number;
  /** What is read in place of x. */
  read: (x: tf.Tensor4D, stride: number) => tf.Tensor4D;
}

const RIGHT: Form = { start: 0, before: () => 0, read: x => x };

/** The formula, number by number. */
function formula(picture: tf.Tensor4D, outputs: number, stride: number, change: Partial<Form> = {}): number[] {
  const { start, before, read } = { ...RIGHT, ...change };
  const x = read(picture, stride).arraySync();
  const [, height, width, channels] = picture.shape;
  const zeros = before(outputs - channels);
  const steps = (length: number): number[] =>
    Array.from({ length: Math.ceil(length / stride) }, (_, i) => Math.min(start + stride * i, length - 1));
  return x.flatMap(image =>
    steps(height).flatMap(i =>
      steps(width).flatMap(j => Array.from({ length: outputs }, (_, c) => image[i][j][c - zeros] ?? 0)),
    ),
  );
}

const smear = (x: tf.Tensor4D, stride: number, pool: (x: tf.Tensor4D) => tf.Tensor4D): tf.Tensor4D =>
  tf.image.resizeNearestNeighbor(pool(x), [x.shape[1] + (x.shape[1] % stride), x.shape[2] + (x.shape[2] % stride)]);

const MISTAKES: [message: string, form: Partial<Form>][] = [
  ['the rows and columns 1, 3, 5 were kept: begin with 0', { start: 1 }],
  ['half of the zeros are in front of the channels of x: all of them come after', { before: n => Math.floor(n / 2) }],
  ['the zeros are in front of the channels of x: they come after', { before: n => n }],
  [
    'the pixels were averaged: a stride skips them',
    { read: (x, stride) => smear(x, stride, p => tf.avgPool(p, stride, stride, 'same')) },
  ],
  [
    'the largest pixel was taken: a stride skips them',
    { read: (x, stride) => smear(x, stride, p => tf.maxPool(p, stride, stride, 'same')) },
  ],
  ['the channels were repeated: the new ones are zero', { read: x => tf.tile(x, [1, 1, 1, 4]) }],
  ['there is a ReLU: a shortcut lets negative numbers through', { read: x => tf.relu(x) }],
  [
    'the first pixels were kept: every stride-th one is, over the whole picture',
    {
      read: (x, stride) =>
        tf.tidy(() => {
          const [, height, width] = x.shape;
          const at = (length: number) =>
            tf.tensor1d(
              Array.from({ length }, (_, i) => Math.floor(i / stride)),
              'int32',
            );
          return tf.gather(tf.gather(x, at(height), 1), at(width), 2);
        }),
    },
  ],
];

const close = (a: number[], b: number[]): boolean =>
  a.length === b.length && a.every((x, i) => Math.abs(x - b[i]) < 1e-5 * Math.max(1, Math.abs(b[i])));
const show = (values: number[]): string =>
  values
    .slice(0, 6)
    .map(x => x.toFixed(3))
    .join(', ');
const random = (...shape: [number, number, number, number]) => draw.normal<tf.Rank.R4>(shape);

async function expectShortcut(x: tf.Tensor4D, outputs: number, stride = 2, byHand?: number[]): Promise<void> {
  const answer: unknown = await (stride === 2 ? shortcutA(x, outputs) : shortcutA(x, outputs, stride));
  assert.ok(answer instanceof tf.Tensor, `shortcutA must return a tensor, got ${typeof answer}.`);
  const [batch, height, width] = x.shape;
  const shape = [batch, Math.ceil(height / stride), Math.ceil(width / stride), outputs];
  const unpadded = answer.shape[3] === x.shape[3] && x.shape[3] !== outputs;
  assert.ok(!unpadded, 'the channels are those of x: append channels of zeros.');
  const floored = answer.shape[1] === Math.floor(height / stride) && height % stride > 0;
  assert.ok(!floored, 'the last row was lost: a picture of odd height has (height + 1) / 2 rows to keep.');
  assert.deepEqual(answer.shape, shape, `the shape is [${answer.shape}]; expected [${shape}].`);
  const actual = Array.from(answer.dataSync());
  const right = byHand ?? formula(x, outputs, stride);
  if (close(actual, right)) return;
  const mistake = MISTAKES.find(([, form]) => close(actual, formula(x, outputs, stride, form)));
  assert.fail(mistake ? `${mistake[0]}.` : `expected ${show(right)}, got ${show(actual)}.`);
}

describe('06-shortcut-a', () => {
  it('keeps four of sixteen pixels and adds a channel of zeros, by hand [1]', () => {
    const x = tf.tensor4d(
      Array.from({ length: 16 }, (_, i) => i - 5),
      [1, 4, 4, 1],
    );
    return expectShortcut(x, 2, 2, [-5, 0, -3, 0, 3, 0, 5, 0]);
  });

  it('doubles the channels of random pictures [1]', async () => {
    await expectShortcut(random(2, 4, 6, 2), 4);
    await expectShortcut(random(1, 8, 8, 4), 8);
  });

  it('keeps the last row and column of odd sizes [1]', async () => {
    await expectShortcut(random(2, 5, 7, 2), 4);
    await expectShortcut(random(1, 1, 3, 2), 6);
  });

  it('changes only what it must: equal channels, stride 1, stride 3 [2]', async () => {
    await expectShortcut(random(1, 4, 4, 3), 3);
    await expectShortcut(random(1, 3, 4, 2), 5, 1);
    await expectShortcut(random(1, 7, 6, 2), 4, 3);
  });

  describe('hidden', () => {
    it('works on other sizes [3]', async () => {
      for (const stride of [1, 2, 3]) {
        const channels = draw.integer(2, 4);
        const x = random(2, draw.integer(4, 9), draw.integer(4, 9), channels);
        await expectShortcut(x, channels + draw.integer(1, 5), stride);
      }
    });
  });
});
