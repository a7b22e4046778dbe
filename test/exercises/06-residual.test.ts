import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import type { BlockKernels } from '../../solutions/06-residual';
import { answers, random as draw } from './answers';

const { basicBlock } = answers<typeof import('../../solutions/06-residual')>('06-residual');

interface Form {
  innerRelu: boolean;
  shortcutRelu: boolean;
  /** Which of the strides the two convolutions have. */
  strideIn: 'first' | 'second';
  padding: 'one' | 'same';
  shortcut: (x: tf.Tensor4D, k: BlockKernels, stride: number) => tf.Tensor4D;
  join: (residual: tf.Tensor4D, shortcut: tf.Tensor4D) => tf.Tensor4D;
}

const project = (x: tf.Tensor4D, k: BlockKernels, stride: number): tf.Tensor4D =>
  k.project ? tf.conv2d(x, k.project, stride, 'valid') : x;
const RIGHT: Form = {
  innerRelu: true,
  shortcutRelu: false,
  strideIn: 'first',
  padding: 'one',
  shortcut: project,
  join: (residual, shortcut) => tf.relu(tf.add<tf.Tensor4D>(residual, shortcut)),
};

function block(x: tf.Tensor4D, k: BlockKernels, stride: number, change: Partial<Form> = {}): tf.Tensor4D {
  const form = { ...RIGHT, ...change };
  const side: [number, number] = [1, 1];
  const convolve = (input: tf.Tensor4D, kernel: tf.Tensor4D, step: number): tf.Tensor4D =>
    form.padding === 'same'
      ? tf.conv2d(input, kernel, step, 'same')
      : tf.conv2d(tf.pad4d(input, [[0, 0], side, side, [0, 0]]), kernel, step, 'valid');
  const [one, two] = form.strideIn === 'first' ? [stride, 1] : [1, stride];
  const middle = convolve(x, k.first, one);
  const shortcut = form.shortcut(x, k, stride);
  const residual = convolve(form.innerRelu ? tf.relu(middle) : middle, k.second, two);
  return form.join(residual, form.shortcutRelu ? tf.relu(shortcut) : shortcut);
}

const MISTAKES: [message: string, form: Partial<Form>][] = [
  ['the ReLU was taken before the addition: add the shortcut first', { join: (r, s) => tf.add(tf.relu(r), s) }],
  ['the ReLU after the addition is missing', { join: (r, s) => tf.add<tf.Tensor4D>(r, s) }],
  [
    'there is a ReLU before the addition too: only the sum has one',
    { join: (r, s) => tf.relu(tf.add<tf.Tensor4D>(tf.relu(r), s)) },
  ],
  ['the ReLU between the two convolutions is missing', { innerRelu: false }],
  ['the shortcut has a ReLU of its own: nothing stands in its way', { shortcutRelu: true }],
  ['the shortcut is missing: this is a plain network', { join: r => tf.relu(r) }],
  ['the shortcut was subtracted: add it', { join: (r, s) => tf.relu(tf.sub<tf.Tensor4D>(r, s)) }],
  ['only the shortcut is left: add the two convolutions', { join: (_, s) => tf.relu(s) }],
  ['the sum was halved: it is a plain sum', { join: (r, s) => tf.relu(tf.add(r, s).div<tf.Tensor4D>(2)) }],
  ['the stride is in the second convolution: it belongs to the first', { strideIn: 'second' }],
  ['`same` with stride 2 pads on one side only: pad one zero on each side', { padding: 'same' }],
  [
    'the projection was not used: if it is given, the shortcut goes through it',
    {
      shortcut: (x, k, stride) =>
        stride === 1 && k.project && x.shape[3] === k.project.shape[3] ? x : project(x, k, stride),
    },
  ],
  [
    'the projection averages the pixels that its stride leaves out: skip them',
    {
      shortcut: (x, k, stride) =>
        k.project ? tf.conv2d(tf.avgPool(x, stride, stride, 'same'), k.project, 1, 'valid') : x,
    },
  ],
];

const numbers = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());
const close = (a: number[], b: number[]): boolean =>
  a.length === b.length && a.every((x, i) => Math.abs(x - b[i]) < 1e-4 * Math.max(1, Math.abs(b[i])));
const show = (values: number[]): string =>
  values
    .slice(0, 6)
    .map(x => x.toFixed(3))
    .join(', ');
const random = (...shape: [number, number, number, number]) => draw.normal<tf.Rank.R4>(shape);
const identity = (channels: number, outputs: number): BlockKernels => ({
  first: random(3, 3, channels, outputs),
  second: random(3, 3, outputs, outputs),
});
const projection = (channels: number, outputs: number): BlockKernels => ({
  ...identity(channels, outputs),
  project: random(1, 1, channels, outputs),
});

async function expectBlock(x: tf.Tensor4D, k: BlockKernels, stride: number, byHand?: number[]): Promise<void> {
  let answer: unknown;
  try {
    answer = await basicBlock(x, k, stride);
  } catch (error) {
    const unequal = /shape|broadcast/i.test(String(error)) && !/Not written/.test(String(error));
    if (unequal && stride > 1) assert.fail('the two summands differ in shape: the projection has the stride too.');
    if (unequal)
      assert.fail('the two summands differ in shape: if a projection is given, the shortcut goes through it.');
    throw error;
  }
  assert.ok(answer instanceof tf.Tensor, `basicBlock must return a tensor, got ${typeof answer}.`);
  const right = block(x, k, stride);
  assert.deepEqual(answer.shape, right.shape, `the shape is [${answer.shape}]; expected [${right.shape}].`);
  const actual = numbers(answer);
  if (close(actual, byHand ?? numbers(right))) return;
  const mistake = MISTAKES.find(([, form]) => close(actual, numbers(block(x, k, stride, form))));
  assert.fail(mistake ? `${mistake[0]}.` : `expected ${show(byHand ?? numbers(right))}, got ${show(actual)}.`);
}

describe('06-residual', () => {
  it('is the ReLU of x where the second kernel is zero, so never the identity [1]', () => {
    const k = { ...identity(2, 2), second: tf.zeros<tf.Rank.R4>([3, 3, 2, 2]) };
    return expectBlock(tf.tensor4d([1, -2, -3, 4], [1, 1, 2, 2]), k, 1, [1, 0, 0, 4]);
  });

  it('adds x to two convolutions, then takes the ReLU, by hand [1]', () => {
    const k = { first: tf.ones<tf.Rank.R4>([3, 3, 1, 1]), second: tf.fill<tf.Rank.R4>([3, 3, 1, 1], -1) };
    return expectBlock(tf.tensor4d([1, 2, -9, 40], [1, 1, 4, 1]), k, 1, [0, 0, 0, 0]).then(() =>
      expectBlock(
        tf.tensor4d([1, 2, -9, 40], [1, 2, 2, 1]),
        { ...k, second: tf.ones([3, 3, 1, 1]) },
        1,
        [137, 138, 127, 176],
      ),
    );
  });

  it('passes random pictures through the identity [1]', async () => {
    for (const [height, width] of [
      [4, 4],
      [3, 6],
      [5, 1],
    ])
      await expectBlock(random(2, height, width, 3), identity(3, 3), 1);
  });

  it('projects where the channels change, and where a projection is given anyway [1]', async () => {
    await expectBlock(random(2, 4, 5, 3), projection(3, 4), 1);
    await expectBlock(random(2, 4, 5, 3), projection(3, 3), 1);
  });

  it('halves pictures of even and of odd sizes [2]', async () => {
    for (const [height, width] of [
      [6, 4],
      [5, 7],
      [4, 5],
    ])
      await expectBlock(random(1, height, width, 2), projection(2, 4), 2);
  });

  describe('hidden', () => {
    it('works on other sizes [4]', async () => {
      const size = (): number => draw.integer(3, 7);
      const [inputs, outputs] = [draw.integer(2, 4), draw.integer(2, 5)];
      await expectBlock(random(2, size(), size(), inputs), identity(inputs, inputs), 1);
      for (const stride of [1, 2]) await expectBlock(random(2, size(), size(), inputs), projection(inputs, outputs), stride);
    });
  });
});
