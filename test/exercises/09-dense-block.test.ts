import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import { answers, expectData, expectTensor, type Mistake, random as draw } from './answers';

const { channelsOfBlocks, denseBlock, transition } =
  answers<typeof import('../../solutions/09-dense-block')>('09-dense-block');

const random = (...shape: [number, number, number, number]): tf.Tensor4D => draw.normal<tf.Rank.R4>(shape);
const conv = (x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D => tf.conv2d(x, kernel, 1, 'same');
const beside = (parts: tf.Tensor4D[]): tf.Tensor4D => tf.concat(parts, 3);

/** All x_l by the definition, with the changes that a mistake makes. */
function layersOf(
  x: tf.Tensor4D,
  kernels: tf.Tensor4D[],
  before: (all: tf.Tensor4D[]) => tf.Tensor4D,
  after = (y: tf.Tensor4D) => y,
): tf.Tensor4D[] {
  const all = [x];
  for (const kernel of kernels) all.push(after(conv(before(all), kernel)));
  return all;
}

async function expectBlock(x: tf.Tensor4D, kernels: tf.Tensor4D[], byHand?: tf.Tensor): Promise<void> {
  const rectified = (all: tf.Tensor4D[]): tf.Tensor4D => tf.relu(beside(all));
  const right = beside(layersOf(x, kernels, rectified));
  const mistakes: Mistake<tf.Tensor>[] = [
    ['this is the last layer only: the block ends with all of them', () => layersOf(x, kernels, rectified).at(-1)!],
    ['x_0 is missing in the result: it is a part of the block', () => beside(layersOf(x, kernels, rectified).slice(1))],
    [
      'x_0 and the last layer only: those between are missing',
      () => beside([x, layersOf(x, kernels, rectified).at(-1)!]),
    ],
    [
      'the newest layer comes first: the order is x_0, x_1 and so on',
      () => beside(layersOf(x, kernels, all => tf.relu(beside([...all].reverse()))).reverse()),
    ],
    ['the layers of the result are in the wrong order', () => beside(layersOf(x, kernels, rectified).reverse())],
    ['the ReLU is missing', () => beside(layersOf(x, kernels, beside))],
    ['the ReLU comes after the convolution: before it', () => beside(layersOf(x, kernels, beside, y => tf.relu(y)))],
    [
      'there is a ReLU before and after the convolution: only before',
      () => beside(layersOf(x, kernels, rectified, y => tf.relu(y))),
    ],
    ['what is kept was rectified: the ReLU is on the way into a convolution only', () => tf.relu(right)],
    [
      'what is kept was rectified: the ReLU is on the way into a convolution only',
      () => beside([tf.relu(x), ...layersOf(x, kernels, rectified).slice(1)]),
    ],
    [
      'every layer sees x_0 only',
      () =>
        beside(
          kernels.reduce<tf.Tensor4D[]>(
            (all, kernel) => [...all, conv(tf.relu(x), kernel.slice([0, 0, 0, 0], [-1, -1, x.shape[3], -1]))],
            [x],
          ),
        ),
    ],
  ];
  let answer: unknown;
  try {
    answer = await denseBlock(x, kernels);
  } catch (error) {
    if (/the image has \d+ channels, the filter/.test(String(error)))
      assert.fail('a layer does not see all that was there before it: concatenate x_0 and all outputs so far.');
    throw error;
  }
  expectTensor(answer, byHand ?? right, mistakes);
}

async function expectTransition(x: tf.Tensor4D, kernel: tf.Tensor4D, byHand?: tf.Tensor): Promise<void> {
  const pool = (y: tf.Tensor4D): tf.Tensor4D => tf.avgPool(y, 2, 2, 'valid');
  expectTensor(await transition(x, kernel), byHand ?? pool(conv(tf.relu(x), kernel)), [
    ['the ReLU is missing', () => pool(conv(x, kernel))],
    ['the ReLU comes first, before the convolution', () => pool(tf.relu(conv(x, kernel)))],
    ['the ReLU comes first, before the convolution', () => tf.relu(pool(conv(x, kernel)))],
    ['the pooling takes the maximum: it takes the average', () => tf.maxPool(conv(tf.relu(x), kernel), 2, 2, 'valid')],
    ['the pooling is missing', () => conv(tf.relu(x), kernel)],
    ['pixels were skipped: average them', () => tf.conv2d(tf.relu(x), kernel, 2, 'valid')],
    ['the pooling has stride 1: it halves height and width', () => tf.avgPool(conv(tf.relu(x), kernel), 2, 1, 'valid')],
    ['the pooling came before the ReLU', () => conv(tf.relu(pool(x)), kernel)],
  ]);
}

async function expectChannels(
  first: number,
  k: number,
  blocks: number[],
  theta: number,
  byHand?: number[],
): Promise<void> {
  const count = (form: {
    rounding?: (x: number) => number;
    add?: (layers: number, c: number) => number;
    keep?: boolean;
  }): number[] => {
    let c = first;
    return blocks.map(layers => {
      const end = (form.add ?? (n => c + n * k))(layers, c);
      c = (form.rounding ?? Math.floor)(theta * end);
      return form.keep ? c : end;
    });
  };
  const right = byHand ?? count({});
  expectData(
    await channelsOfBlocks(first, k, blocks, theta),
    right,
    [
      ['theta * channels must be rounded down', () => count({ rounding: Math.round })],
      ['theta * channels must be rounded down', () => count({ rounding: Math.ceil })],
      ['theta * channels must be rounded down', () => count({ rounding: x => x })],
      ['the compression is missing', () => count({ rounding: x => x / theta })],
      [
        'these are the channels after the transitions: those at the end of the blocks are asked',
        () => count({ keep: true }),
      ],
      [
        'the last block is followed by no transition',
        () => right.map((c, i) => (i === right.length - 1 ? Math.floor(theta * c) : c)),
      ],
      ['only what is new was counted: the channels that went in are still there', () => count({ add: n => n * k })],
      ['every block begins with `first` channels in your answer', () => blocks.map(n => first + n * k)],
      ['one layer too many was counted', () => count({ add: (n, c) => c + (n + 1) * k })],
      ['one layer too few was counted', () => count({ add: (n, c) => c + (n - 1) * k })],
      ['only the last number was returned: one for each block is asked', () => right.slice(-1)],
    ],
    'the channels',
  );
}

describe('09-dense-block', () => {
  it('shows each layer all layers before it, by hand [1]', () => {
    const kernel = (...values: number[]): tf.Tensor4D => tf.pad4d(tf.tensor4d(values, [1, 1, values.length, 1]), [[1, 1], [1, 1], [0, 0], [0, 0]]); // prettier-ignore
    // x_1 = 3 * 2 - 5 = 1; x_2 = 2 + 5 - 10 * 1 = -3; x_3 = 1 * 1 + 100 * relu(-3) = 1
    return expectBlock(
      tf.tensor4d([2, 5], [1, 1, 1, 2]),
      [kernel(3, -1), kernel(1, 1, -10), kernel(0, 0, 1, 100)],
      tf.tensor4d([2, 5, 1, -3, 1], [1, 1, 1, 5]),
    );
  });
  it('grows by growthRate with every layer, on random pictures [2]', async () => {
    await expectBlock(
      random(2, 3, 4, 3),
      [0, 1, 2].map(l => random(3, 3, 3 + 2 * l, 2)),
    );
    await expectBlock(
      random(1, 4, 4, 2),
      [0, 1, 2, 3].map(l => random(3, 3, 2 + 3 * l, 3)),
    );
  });
  it('is x itself without layers [1]', async () => {
    await expectBlock(random(1, 2, 2, 3), []);
    await expectBlock(random(1, 2, 2, 3), [random(3, 3, 3, 2)]);
  });

  it('halves the picture between blocks, by hand [1]', () =>
    expectTransition(
      tf.tensor4d([1, -9, 3, 4], [1, 2, 2, 1]),
      tf.tensor4d([-2], [1, 1, 1, 1]),
      tf.tensor4d([-4], [1, 1, 1, 1]),
    ));
  it('halves random pictures [1]', async () => {
    await expectTransition(random(2, 4, 6, 4), random(1, 1, 4, 2));
    await expectTransition(random(1, 2, 8, 5), random(1, 1, 5, 2));
  });

  it('counts the channels of DenseNet-121 [1]', () =>
    expectChannels(64, 32, [6, 12, 24, 16], 0.5, [256, 512, 1024, 1024]));
  it('counts the channels of other DenseNets, where theta * channels is not whole [1]', async () => {
    await expectChannels(24, 12, [16, 16, 16], 0.5);
    await expectChannels(7, 3, [2, 5, 4], 0.7);
    await expectChannels(16, 12, [12, 12, 12], 1);
  });

  describe('hidden', () => {
    it('does all of that in other sizes [3]', async () => {
      const [channels, growth] = [draw.integer(2, 5), draw.integer(2, 4)];
      const kernels = [0, 1, 2].map(l => random(3, 3, channels + growth * l, growth));
      await expectBlock(random(2, draw.integer(3, 5), draw.integer(3, 5), channels), kernels);
      await expectTransition(random(2, 4, 2 * draw.integer(1, 4), channels), random(1, 1, channels, growth));
      await expectChannels(draw.integer(8, 80), draw.integer(3, 40), [0, 1, 2].map(() => draw.integer(2, 30)), 0.5);
    });
  });
});
