import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import { answers, expectNumber, expectTensor, random as draw } from './answers';

const { depthwise, separableConv, separableCost } =
  answers<typeof import('../../solutions/09-separable-conv')>('09-separable-conv');

const random = <R extends tf.Rank>(...shape: number[]): tf.Tensor<R> => draw.normal(shape as never) as tf.Tensor<R>;
const relu = (x: tf.Tensor4D): tf.Tensor4D => tf.relu(x);

/** By the definition: channel by channel. */
function channelByChannel(
  x: tf.Tensor4D,
  filters: tf.Tensor3D,
  stride: number,
  padding: 'same' | 'valid' = 'same',
): tf.Tensor4D {
  const parts = tf.split<tf.Tensor4D>(x, x.shape[3], 3).map((channel, c) => {
    const filter = filters.slice([0, 0, c], [-1, -1, 1]).expandDims<tf.Tensor4D>(3);
    return tf.conv2d(channel, filter, stride, padding);
  });
  return tf.concat(parts, 3); // prettier-ignore
}

async function expectDepthwise(x: tf.Tensor4D, filters: tf.Tensor3D, stride = 1, byHand?: tf.Tensor): Promise<void> {
  const sum = (): tf.Tensor4D => tf.conv2d(x, filters.expandDims<tf.Tensor4D>(3), stride, 'same');
  expectTensor(await depthwise(x, filters, stride), byHand ?? channelByChannel(x, filters, stride), [
    ['the channels were added up: each stays by itself', sum],
    ['the channels were added up: each stays by itself', () => tf.tile(sum(), [1, 1, 1, x.shape[3]])],
    [
      'every channel has the first filter: each has its own',
      () => channelByChannel(x, tf.tile(filters.slice([0, 0, 0], [-1, -1, 1]), [1, 1, x.shape[3]]), stride),
    ],
    ['the filters are in the wrong order', () => channelByChannel(x, filters.reverse(2), stride)],
    ['the picture shrinks: the padding is `same`', () => channelByChannel(x, filters, stride, 'valid')],
    ['the stride is missing', () => channelByChannel(x, filters, 1)],
    ['there is a ReLU: that comes in separableConv', () => relu(channelByChannel(x, filters, stride))],
    [
      'the filters are turned around: a convolution of TensorFlow does not flip',
      () => channelByChannel(x, filters.reverse([0, 1]), stride),
    ],
  ]);
}

async function expectSeparable(
  x: tf.Tensor4D,
  filters: tf.Tensor3D,
  pointwise: tf.Tensor4D,
  stride = 1,
): Promise<void> {
  const mix = (y: tf.Tensor4D, step = 1): tf.Tensor4D => tf.conv2d(y, pointwise, step, 'same');
  const around = (y: tf.Tensor4D, step = stride): tf.Tensor4D => channelByChannel(y, filters, step);
  expectTensor(await separableConv(x, filters, pointwise, stride), relu(mix(relu(around(x)))), [
    ['both ReLUs are missing', () => mix(around(x))],
    ['the ReLU after the depthwise convolution is missing', () => relu(mix(around(x)))],
    ['the ReLU at the end is missing', () => mix(relu(around(x)))],
    ['the stride is missing', () => relu(mix(relu(around(x, 1))))],
    [
      'the stride is in the 1x1 convolution, which skips pixels: it belongs to the depthwise one',
      () => relu(mix(relu(around(x, 1)), stride)),
    ],
    ['both convolutions have the stride: only the depthwise one has it', () => relu(mix(relu(around(x)), stride))],
    ['the 1x1 convolution comes first: it comes second', () => relu(around(relu(mix(x))))],
    ['the 1x1 convolution is missing', () => relu(around(x))],
    ['the depthwise convolution is missing', () => relu(mix(x, stride))],
    ['the ReLUs stop at 6: that is MobileNetV2', () => tf.relu6(mix(tf.relu6(around(x))))],
  ]);
}

async function expectCost(h: number, w: number, i: number, o: number, k: number): Promise<void> {
  const cost = (await separableCost(h, w, i, o, k)) as unknown as Record<string, unknown> | undefined;
  const standard = h * w * k * k * i * o;
  const separable = h * w * (k * k * i + i * o);
  expectNumber(
    cost?.standard,
    standard,
    [
      ['the places are missing: every filter works at height * width places', () => standard / h / w],
      ['a multiply-add was counted as two operations: count it once', () => 2 * standard],
      ['the kernel was not squared', () => standard / k],
      ['biases were counted', () => standard + h * w * o],
    ],
    'standard',
  );
  expectNumber(
    cost?.separable,
    separable,
    [
      ['the 1x1 convolution is missing', () => h * w * k * k * i],
      ['the depthwise filters are missing', () => h * w * i * o],
      ['the two were multiplied: they follow each other, so their costs are added', () => h * w * k * k * i * i * o],
      ['the depthwise convolution has `inputs` filters, not `outputs`', () => h * w * (k * k * o + i * o)],
      ['the depthwise filters see one channel each', () => h * w * (k * k * i * i + i * o)],
      ['the places are missing: every filter works at height * width places', () => separable / h / w],
      ['the kernel was not squared', () => h * w * (k * i + i * o)],
      ['a multiply-add was counted as two operations: count it once', () => 2 * separable],
    ],
    'separable',
  );
  const ratio = separable / standard;
  expectNumber(
    cost?.ratio,
    ratio,
    [
      ['turn it around: separable / standard', () => 1 / ratio],
      ['this is what is saved: separable / standard is asked', () => 1 - ratio],
      ['these are percents: 0.1, not 10', () => 100 * ratio],
      ['1 / outputs is missing', () => 1 / k ** 2],
    ],
    'ratio',
  );
}

describe('09-separable-conv', () => {
  it('convolves each channel with its own filter, by hand [1]', () =>
    expectDepthwise(
      tf.tensor4d([1, 10, 2, 20], [1, 1, 2, 2]),
      tf.tensor3d([2, 3], [1, 1, 2]),
      1,
      tf.tensor4d([2, 30, 4, 60], [1, 1, 2, 2]),
    ));
  it('convolves random pictures, with and without a stride [2]', async () => {
    await expectDepthwise(random<tf.Rank.R4>(2, 4, 5, 3), random<tf.Rank.R3>(3, 3, 3));
    await expectDepthwise(random<tf.Rank.R4>(1, 6, 6, 4), random<tf.Rank.R3>(3, 3, 4), 2);
    await expectDepthwise(random<tf.Rank.R4>(1, 5, 5, 2), random<tf.Rank.R3>(5, 5, 2));
  });
  it('then mixes the channels, with a ReLU after each [2]', async () => {
    await expectSeparable(
      random<tf.Rank.R4>(2, 4, 3, 3).mul(3),
      random<tf.Rank.R3>(3, 3, 3),
      random<tf.Rank.R4>(1, 1, 3, 5).mul(3),
    );
    await expectSeparable(
      random<tf.Rank.R4>(1, 6, 4, 4).mul(3),
      random<tf.Rank.R3>(3, 3, 4),
      random<tf.Rank.R4>(1, 1, 4, 4).mul(3),
      2,
    );
  });
  it('costs 52.3 M instead of 462.4 M multiply-adds on 14 x 14 x 512 [1]', async () => {
    const { standard, separable } = await separableCost(14, 14, 512, 512, 3);
    await expectCost(14, 14, 512, 512, 3);
    assert.deepEqual([(standard / 1e6).toFixed(1), (separable / 1e6).toFixed(1)], ['462.4', '52.3']);
  });
  it('costs 1 / outputs + 1 / kernel^2 of it, for any sizes [1]', async () => {
    for (const [h, w, i, o, k] of [[7, 5, 3, 8, 3], [112, 112, 32, 64, 3], [9, 4, 10, 6, 5]]) {
      await expectCost(h, w, i, o, k);
      expectNumber((await separableCost(h, w, i, o, k)).ratio, 1 / o + 1 / k ** 2, [], 'ratio');
    } // prettier-ignore
  });

  describe('hidden', () => {
    it('does all of that in other sizes [4]', async () => {
      const size = (): number => draw.integer(3, 6);
      const [inputs, outputs] = [size(), size()];
      const x = (): tf.Tensor4D => random<tf.Rank.R4>(2, size(), size(), inputs);
      for (const stride of [1, 2]) await expectDepthwise(x(), random<tf.Rank.R3>(3, 3, inputs), stride);
      await expectSeparable(x().mul(3), random<tf.Rank.R3>(3, 3, inputs), random<tf.Rank.R4>(1, 1, inputs, outputs).mul(3));
      await expectCost(size(), size(), draw.integer(8, 99), draw.integer(8, 99), 3);
    });
  });
});
