import { tf } from 'cnn-kit';
import type { ExcitationWeights } from '../../solutions/08-squeeze-excitation';
import { answers, expectNumber, expectTensor, type Mistake, random as draw } from './answers';

const { addedParameters, excitation, seResidual } =
  answers<typeof import('../../solutions/08-squeeze-excitation')>('08-squeeze-excitation');

const random = (...shape: [number, number, number, number]): tf.Tensor4D => draw.normal<tf.Rank.R4>(shape);
/** 1, -1, 1, ... */
const signs = (n: number): tf.Tensor1D => tf.range(0, n).mod(2).mul(-2).add(1);
/**
 * Weights under which every form gives other scales. Of the hidden units every other one works and every other one rests,
 * unless all are to be awake; of the scores every other one is positive.
 */
const weightsOf = (c: number, r: number, { awake = false } = {}): ExcitationWeights => ({
  first: draw.uniform([c, c / r], -0.5, 0.5),
  firstBias: draw.uniform<tf.Rank.R1>([c / r], 3, 4).mul(awake ? 1 : signs(c / r)),
  second: draw.uniform<tf.Rank.R2>([c / r, c], 0.2, 0.4).mul(signs(c)),
  secondBias: draw.uniform<tf.Rank.R1>([c], 0.5, 1).mul(signs(c)),
});

interface Form {
  squeeze: (x: tf.Tensor4D) => tf.Tensor;
  inner: (x: tf.Tensor) => tf.Tensor;
  outer: (x: tf.Tensor) => tf.Tensor;
  biases: 'both' | 'none' | 'first' | 'second';
}
const same = (x: tf.Tensor): tf.Tensor => x;

function scalesOf(x: tf.Tensor4D, w: ExcitationWeights, change: Partial<Form> = {}): tf.Tensor {
  const form: Form = { squeeze: x => x.mean([1, 2]), inner: tf.relu, outer: tf.sigmoid, biases: 'both', ...change };
  const add = (y: tf.Tensor, bias: tf.Tensor1D, which: string): tf.Tensor =>
    ['both', which].includes(form.biases) ? y.add(bias) : y;
  const hidden = form.inner(add(tf.matMul(form.squeeze(x), w.first), w.firstBias, 'first'));
  return form.outer(add(tf.matMul(hidden, w.second), w.secondBias, 'second'));
}

const FORMS: [message: string, change: Partial<Form>][] = [
  ['the sigmoid at the end is missing', { outer: same }],
  ['the end is a ReLU: it is a sigmoid', { outer: tf.relu }],
  ['the end is a tanh: it is a sigmoid', { outer: tf.tanh }],
  [
    'the end is a softmax: channels do not compete, each has its own sigmoid',
    { outer: x => tf.softmax(x as tf.Tensor2D) },
  ],
  ['the ReLU between the two layers is missing', { inner: same }],
  ['a sigmoid stands between the two layers: it is a ReLU', { inner: tf.sigmoid }],
  ['this squeezes by the maximum: take the mean', { squeeze: x => x.max([1, 2]) }],
  ['this squeezes by the sum: take the mean', { squeeze: x => x.sum([1, 2]) }],
  [
    'the mean goes over the batch too: every picture has its own scales',
    { squeeze: x => tf.tile(x.mean([0, 1, 2]).expandDims(0), [x.shape[0], 1]) },
  ],
  ['the biases are missing', { biases: 'none' }],
  ['the first bias is missing', { biases: 'second' }],
  ['the second bias is missing', { biases: 'first' }],
];

async function expectScales(x: tf.Tensor4D, w: ExcitationWeights, byHand?: tf.Tensor): Promise<void> {
  const mistakes: Mistake<tf.Tensor>[] = FORMS.map(([message, change]) => [message, () => scalesOf(x, w, change)]);
  mistakes.push([
    'rows and columns are still there: [batch, channels] is asked',
    () => scalesOf(x, w).expandDims(1).expandDims(1),
  ]);
  expectTensor(await excitation(x, w), byHand ?? scalesOf(x, w), mistakes, 'the scales');
}

async function expectBlock(x: tf.Tensor4D, residual: tf.Tensor4D, w: ExcitationWeights): Promise<void> {
  const scale = (of: tf.Tensor4D): tf.Tensor => scalesOf(of, w).expandDims(1).expandDims(1);
  const right = tf.relu(x.add(residual.mul(scale(residual))));
  expectTensor(await seResidual(x, residual, w), right, [
    [
      'the scales multiply the sum: they multiply the residual, before the addition',
      () => tf.relu(x.add<tf.Tensor4D>(residual).mul(scale(residual))),
    ],
    [
      'the scales multiply the sum and come from it: they multiply the residual, before the addition',
      () => tf.relu(x.add<tf.Tensor4D>(residual).mul(scale(x.add(residual)))),
    ],
    [
      'the sum was rectified and then scaled',
      () => {
        const y = tf.relu(x.add<tf.Tensor4D>(residual));
        return y.mul(scale(y));
      },
    ],
    ['the scales come from the shortcut: they come from the residual', () => tf.relu(x.add(residual.mul(scale(x))))],
    [
      'the scales multiply the shortcut: they multiply the residual',
      () => tf.relu(residual.add(x.mul(scale(residual)))),
    ],
    ['the ReLU after the addition is missing', () => x.add(residual.mul(scale(residual)))],
    ['the ReLU was taken before the addition', () => x.add(tf.relu(residual.mul(scale(residual))))],
    ['the shortcut is missing', () => tf.relu(residual.mul(scale(residual)))],
    ['the scales were added: they multiply', () => tf.relu(x.add(residual).add(scale(residual)))],
    ['the residual is not scaled', () => tf.relu(x.add(residual))],
  ]);
}

describe('08-squeeze-excitation', () => {
  it('squeezes and excites, by hand [1]', () => {
    const x = tf.tensor4d([1, 2, 3, -10], [1, 1, 2, 2]);
    const w = {
      first: tf.tensor2d([[1], [0.25]]),
      firstBias: tf.tensor1d([3]),
      second: tf.tensor2d([[0.5, -0.25]]),
      secondBias: tf.tensor1d([0, 1]),
    };
    // The means are 2 and -4; relu(2 - 1 + 3) = 4; sigmoid(2) and sigmoid(0).
    return expectScales(x, w, tf.tensor2d([[1 / (1 + Math.exp(-2)), 0.5]]));
  });
  it('excites random maps, each picture by itself [2]', async () => {
    await expectScales(random(3, 3, 4, 4), weightsOf(4, 1));
    await expectScales(random(2, 2, 2, 8), weightsOf(8, 4));
    await expectScales(random(2, 5, 1, 6), weightsOf(6, 1));
  });
  it('scales the residual before the addition [2]', async () => {
    await expectBlock(random(2, 3, 4, 4), random(2, 3, 4, 4), weightsOf(4, 2, { awake: true }));
    await expectBlock(random(3, 2, 2, 6), random(3, 2, 2, 6), weightsOf(6, 3, { awake: true }));
  });

  it('adds 2,530,992 parameters to ResNet-50 with r = 16 [1]', () =>
    expectAdded([{ blocks: 3, channels: 256 }, { blocks: 4, channels: 512 }, { blocks: 6, channels: 1024 }, { blocks: 3, channels: 2048 }], 16)); // prettier-ignore
  it('adds parameters to any network, with any r [1]', async () => {
    await expectAdded([{ blocks: 2, channels: 12 }], 4);
    for (const reduction of [2, 4, 8])
      await expectAdded(
        [
          { blocks: 1 + reduction, channels: 16 },
          { blocks: 3, channels: 40 },
        ],
        reduction,
      );
  });

  describe('hidden', () => {
    it('does all of that in other sizes [4]', async () => {
      const reduction = draw.integer(1, 3);
      const channels = reduction * draw.integer(2, 4);
      const maps = (): tf.Tensor4D => random(2, 3, 4, channels);
      await expectScales(maps(), weightsOf(channels, reduction));
      await expectBlock(maps(), maps(), weightsOf(channels, reduction, { awake: true }));
      const stages = [5, 7, 9].map(blocks => ({ blocks, channels: 8 * draw.integer(2, 99) }));
      await expectAdded(stages, 4);
    });
  });
});

async function expectAdded(stages: { blocks: number; channels: number }[], r: number): Promise<void> {
  const sum = (each: (c: number) => number, blocks = true): number =>
    stages.reduce((all, s) => all + (blocks ? s.blocks : 1) * each(s.channels), 0);
  expectNumber(
    await addedParameters(stages, r),
    sum(c => (2 * c * c) / r + c / r + c),
    [
      ['the biases are missing: C / r and C', () => sum(c => (2 * c * c) / r)],
      ['the bias of the first layer is missing: C / r', () => sum(c => (2 * c * c) / r + c)],
      ['the bias of the second layer is missing: C', () => sum(c => (2 * c * c) / r + c / r)],
      ['one dense layer is missing: there are two', () => sum(c => (c * c) / r + c / r)],
      ['one dense layer is missing: there are two', () => sum(c => (c * c) / r + c / r + c)],
      [
        'every stage has several blocks, each with its own two layers',
        () => sum(c => (2 * c * c) / r + c / r + c, false),
      ],
      ['the hidden layer is C / r wide: divide once for each of the two layers', () => sum(c => 2 * c * c + 2 * c)],
      ['divided twice: a layer has C times C / r weights', () => sum(c => (2 * c * c) / r ** 2 + c / r + c)],
    ],
    'the number of parameters',
  );
}
