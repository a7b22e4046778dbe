import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import type { InvertedResidualKernels } from '../../solutions/09-inverted-residual';
import { answers, expectNumber, expectTensor, type Mistake, random as draw } from './answers';

const { invertedResidual, invertedResidualCost } =
  answers<typeof import('../../solutions/09-inverted-residual')>('09-inverted-residual');

const random = (...shape: [number, number, number, number]): tf.Tensor4D => draw.normal<tf.Rank.R4>(shape);
const kernelsOf = (channels: number, outputs: number, t: number): InvertedResidualKernels => ({
  ...(t > 1 ? { expand: random(1, 1, channels, t * channels).mul<tf.Tensor4D>(3) } : {}),
  depthwise: random(3, 3, t * channels, 1),
  project: random(1, 1, t * channels, outputs),
});

type Activation = (x: tf.Tensor4D) => tf.Tensor4D;
const relu6: Activation = x => tf.relu6(x);
const relu: Activation = x => tf.relu(x);
const linear: Activation = x => x;
interface Form {
  first: Activation;
  second: Activation;
  third: Activation;
  last: Activation;
  shortcut: 'right' | 'never' | 'stride' | 'relu';
  strides: [number, number, number];
}

function block(x: tf.Tensor4D, k: InvertedResidualKernels, stride: number, change: Partial<Form> = {}): tf.Tensor4D {
  const form: Form = {
    first: relu6,
    second: relu6,
    third: linear,
    last: linear,
    shortcut: 'right',
    strides: [1, stride, 1],
    ...change,
  };
  const wide = k.expand ? form.first(tf.conv2d(x, k.expand, form.strides[0], 'same')) : x;
  const around = form.second(tf.depthwiseConv2d(wide, k.depthwise, form.strides[1], 'same'));
  const narrow = form.third(tf.conv2d(around, k.project, form.strides[2], 'same'));
  const fits = x.shape[3] === narrow.shape[3];
  if (form.shortcut === 'stride' && fits && stride > 1) return narrow.add(tf.avgPool(x, stride, stride, 'same'));
  const added = form.shortcut !== 'never' && fits && stride === 1;
  return form.last(added ? narrow.add(form.shortcut === 'relu' ? tf.relu6(x) : x) : narrow);
}

async function expectBlock(x: tf.Tensor4D, k: InvertedResidualKernels, stride = 1, byHand?: tf.Tensor): Promise<void> {
  const mistakes: Mistake<tf.Tensor>[] = (
    [
      ['these are ReLUs: MobileNetV2 stops at 6', { first: relu, second: relu }],
      ['the first activation is a ReLU: it stops at 6', { first: relu }],
      ['the second activation is a ReLU: it stops at 6', { second: relu }],
      ['the ReLU6 after `expand` is missing', { first: linear }],
      ['the ReLU6 after the depthwise convolution is missing', { second: linear }],
      ['there is a ReLU6 after `project`: the bottleneck is linear', { third: relu6 }],
      ['there is a ReLU after `project`: the bottleneck is linear', { third: relu }],
      ['there is an activation after the addition: nothing follows it', { last: relu6 }],
      ['there is an activation after the addition: nothing follows it', { last: relu }],
      ['the shortcut is missing: x is added if the stride is 1 and the channels agree', { shortcut: 'never' }],
      ['x was rectified before it was added', { shortcut: 'relu' }],
      ['x was added though the stride is 2: the shapes do not agree', { shortcut: 'stride' }],
      ['the stride is missing', { strides: [1, 1, 1] }],
      ['the stride is in `expand`: it belongs to the depthwise convolution', { strides: [stride, 1, 1] }],
      ['the stride is in `project`: it belongs to the depthwise convolution', { strides: [1, 1, stride] }],
    ] as [string, Partial<Form>][]
  ).map(([message, change]) => [message, () => block(x, k, stride, change)]);
  if (!k.expand)
    mistakes.push([
      'x was rectified though nothing is expanded',
      () => {
        const wide = tf.relu6(x);
        const y = tf.conv2d(
          tf.relu6(tf.depthwiseConv2d(wide, k.depthwise, stride, 'same')) as tf.Tensor4D,
          k.project,
          1,
          'same',
        );
        return stride === 1 && y.shape[3] === x.shape[3] ? y.add(x) : y;
      },
    ]);
  let answer: unknown;
  try {
    answer = await invertedResidual(x, k, stride);
  } catch (error) {
    if (/shape|broadcast/i.test(String(error)) && !/Not written/.test(String(error)))
      assert.fail(
        'x was added though the shapes do not agree: it is added only if the stride is 1 and the channels are the same.',
      );
    throw error;
  }
  expectTensor(answer, byHand ?? block(x, k, stride), mistakes);
}

async function expectCost(
  h: number,
  w: number,
  c: number,
  o: number,
  t: number,
  s: number,
  byHand?: number,
): Promise<void> {
  const places = h * w;
  const after = Math.ceil(h / s) * Math.ceil(w / s);
  const [expand, depthwise, project] = [t === 1 ? 0 : places * c * t * c, after * 9 * t * c, after * t * c * o];
  expectNumber(
    await invertedResidualCost(h, w, c, o, t, s),
    byHand ?? expand + depthwise + project,
    [
      ['`expand` is missing', () => depthwise + project],
      ['with t = 1 there is no `expand`', () => places * c * t * c + depthwise + project],
      ['`project` is missing', () => expand + depthwise],
      ['the depthwise convolution is missing', () => expand + project],
      ['the 3x3 convolution is depthwise: each filter sees one channel', () => expand + depthwise * t * c + project],
      [
        '`expand` works at all places: the stride comes after it',
        () => (expand * after) / places + depthwise + project,
      ],
      [
        'the stride is missing: the depthwise convolution makes the maps smaller',
        () => expand + ((depthwise + project) * places) / after,
      ],
      [
        'the depthwise convolution works at the places of the output',
        () => expand + (depthwise * places) / after + project,
      ],
      ['the maps are halved in both directions', () => expand + (depthwise + project) * s],
      ['a multiply-add was counted as two operations: count it once', () => 2 * (expand + depthwise + project)],
      [
        'round up: ceil(height / stride)',
        () => expand + (depthwise + project) * ((Math.floor(h / s) * Math.floor(w / s)) / after),
      ],
      ['`expand` goes from channels to t * channels', () => expand / c + depthwise + project],
    ],
    'the multiply-adds',
  );
}

describe('09-inverted-residual', () => {
  it('expands, looks around, projects and adds, by hand [1]', () => {
    const middle = tf.pad4d(tf.tensor4d([1, 1], [1, 1, 2, 1]), [[1, 1], [1, 1], [0, 0], [0, 0]]); // prettier-ignore
    const k = {
      expand: tf.tensor4d([1, -1], [1, 1, 1, 2]),
      depthwise: middle,
      project: tf.tensor4d([-1, 2], [1, 1, 2, 1]),
    };
    // 9 -> (6, 0) -> -6 + 9 = 3; -2 -> (0, 2) -> 4 - 2 = 2
    return expectBlock(tf.tensor4d([9, -2], [1, 1, 2, 1]), k, 1, tf.tensor4d([3, 2], [1, 1, 2, 1]));
  });
  it('adds x where the shapes agree [2]', async () => {
    await expectBlock(random(2, 4, 3, 3), kernelsOf(3, 3, 4));
    await expectBlock(random(1, 3, 5, 4), kernelsOf(4, 4, 6));
  });
  it('adds nothing where the channels change [1]', () => expectBlock(random(2, 4, 3, 3), kernelsOf(3, 5, 4)));
  it('adds nothing where the stride is 2, even if the channels agree [1]', async () => {
    await expectBlock(random(1, 6, 4, 3), kernelsOf(3, 3, 4), 2);
    await expectBlock(random(1, 5, 7, 2), kernelsOf(2, 4, 3), 2);
  });
  it('does without `expand` [1]', async () => {
    await expectBlock(random(1, 4, 4, 4).mul(4), kernelsOf(4, 2, 1));
    await expectBlock(random(1, 4, 4, 3).mul(4), kernelsOf(3, 3, 1));
  });

  it('costs what the first rows of table 2 cost [1]', async () => {
    await expectCost(112, 112, 32, 16, 1, 1, 12_544 * (9 * 32 + 32 * 16));
    await expectCost(112, 112, 16, 24, 6, 2, 12_544 * 16 * 96 + 3136 * (9 * 96 + 96 * 24));
    await expectCost(56, 56, 24, 24, 6, 1, 3136 * (24 * 144 + 9 * 144 + 144 * 24));
  });
  it('costs of all 17 blocks add up, for any sizes [1]', async () => {
    await expectCost(7, 9, 5, 8, 3, 2);
    await expectCost(5, 6, 4, 4, 2, 1);
    let [sum, size, c] = [0, 112, 32];
    for (const [t, o, n, s] of [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]])
      for (let i = 0; i < n; i++) {
        const stride = i ? 1 : s;
        sum += await invertedResidualCost(size, size, c, o, t, stride);
        [size, c] = [size / stride, o];
      } // prettier-ignore
    // The whole network has 300,774,272: less the stem, the last 1x1 convolution and the dense layer.
    assert.equal(sum, 300_774_272 - 112 * 112 * 27 * 32 - 49 * 320 * 1280 - 1280 * 1000, 'the sum over MobileNetV2');
  });

  describe('hidden', () => {
    it('does all of that in other sizes [4]', async () => {
      const size = (): number => draw.integer(3, 6);
      const channels = draw.integer(2, 5);
      await expectBlock(random(2, size(), size(), channels), kernelsOf(channels, channels, draw.integer(2, 5)));
      await expectBlock(random(2, size(), size(), channels), kernelsOf(channels, channels, draw.integer(2, 5)), 2);
      await expectBlock(random(2, size(), size(), channels), kernelsOf(channels, channels + 1, draw.integer(2, 5)));
      for (const stride of [1, 2])
        await expectCost(2 * size(), 2 * size(), draw.integer(8, 99), draw.integer(8, 99), draw.integer(2, 7), stride);
    });
  });
});
