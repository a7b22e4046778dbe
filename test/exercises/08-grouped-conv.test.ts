import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import { answers, expectNumber, expectTensor, type Mistake, random as draw } from './answers';

const { asDense, groupedConv, groupedParameters } =
  answers<typeof import('../../solutions/08-grouped-conv')>('08-grouped-conv');

const random = (...shape: [number, number, number, number]): tf.Tensor4D => draw.normal<tf.Rank.R4>(shape);
const channels = (x: tf.Tensor4D, begin: number, size: number): tf.Tensor4D =>
  x.slice([0, 0, 0, begin], [-1, -1, -1, size]);

interface Form {
  input: (g: number) => number;
  filters: (g: number) => number;
  join: (parts: tf.Tensor4D[]) => tf.Tensor4D;
  padding: 'same' | 'valid';
  stride: number;
}

function grouped(x: tf.Tensor4D, filters: tf.Tensor4D, groups: number, change: Partial<Form> = {}): tf.Tensor4D {
  const form: Form = {
    input: g => g,
    filters: g => g,
    join: parts => tf.concat(parts, 3),
    padding: 'same',
    stride: 1,
    ...change,
  };
  const [width, out] = [filters.shape[2], filters.shape[3] / groups];
  return form.join(
    Array.from({ length: groups }, (_, g) =>
      tf.conv2d(
        channels(x, form.input(g) * width, width),
        channels(filters, form.filters(g) * out, out),
        form.stride,
        form.padding,
      ),
    ),
  );
}

/** Channel c of group g at place c * groups + g: what is left after a shuffle. */
const interleaved = (x: tf.Tensor4D, groups: number): tf.Tensor4D => {
  const [n, h, w, c] = x.shape;
  return x
    .reshape([n * h * w, groups, c / groups])
    .transpose([0, 2, 1])
    .reshape([n, h, w, c]);
};

async function expectConv(x: tf.Tensor4D, filters: tf.Tensor4D, groups: number, stride = 1): Promise<void> {
  const [width, out] = [filters.shape[2], filters.shape[3]];
  const last = groups - 1;
  const unshuffled = (y: tf.Tensor4D): tf.Tensor4D => interleaved(y, y.shape[3] / groups);
  const mistakes: Mistake<tf.Tensor>[] = [
    [
      'the groups of the filters are in the wrong order',
      () => grouped(x, filters, groups, { stride, filters: g => last - g }),
    ],
    [
      'the groups stand in the wrong order in the output',
      () => grouped(x, filters, groups, { stride, join: parts => tf.concat(parts.reverse(), 3) }),
    ],
    [
      'every group sees the first channels: group g sees group g',
      () => grouped(x, filters, groups, { stride, input: () => 0 }),
    ],
    [
      'every group has the first filters: group g has group g',
      () => grouped(x, filters, groups, { stride, filters: () => 0 }),
    ],
    [
      'the groups were added up: they stand side by side',
      () => grouped(x, filters, groups, { stride, join: parts => parts.reduce((a, b) => a.add(b)) }),
    ],
    ['the picture shrinks: the padding is `same`', () => grouped(x, filters, groups, { stride, padding: 'valid' })],
    ['the stride is missing', () => grouped(x, filters, groups)],
    ['there are always two groups in your answer', () => grouped(x, filters, 2, { stride })],
    [
      'the outputs of the groups are shuffled: group 1 comes first, as a whole',
      () => interleaved(grouped(x, filters, groups, { stride }), groups),
    ],
    [
      'every group sees every `groups`-th channel: the first group sees the first channels',
      () => grouped(unshuffled(x), filters, groups, { stride }),
    ],
    [
      'all filters see all channels: this is an ordinary convolution',
      () => tf.conv2d(x, tf.tile(filters, [1, 1, groups, 1]), stride, 'same'),
    ],
  ];
  let answer: unknown;
  try {
    answer = await groupedConv(x, filters, groups, stride);
  } catch (error) {
    if (/the image has \d+ channels, the filter/.test(String(error)))
      assert.fail(
        `a convolution got ${x.shape[3]} channels for filters that see ${width}, or the other way round: split both, x along its channels and the filters along their outputs.`,
      );
    throw error;
  }
  expectTensor(
    answer,
    grouped(x, filters, groups, { stride }),
    mistakes,
    `with ${groups} groups and ${out} outputs, the answer`,
  );
}

async function expectDense(filters: tf.Tensor4D, groups: number): Promise<void> {
  const [k, , width, out] = filters.shape;
  const each = (place: (g: number) => number): tf.Tensor4D =>
    tf.concat(
      Array.from({ length: groups }, (_, g) =>
        tf.pad4d(channels(filters, (g * out) / groups, out / groups), [[0, 0], [0, 0], [place(g) * width, (groups - 1 - place(g)) * width], [0, 0]]),
      ),
      3,
    ); // prettier-ignore
  expectTensor(
    await asDense(filters, groups),
    each(g => g),
    [
      [
        'the filters were repeated: where a filter does not look, it is zero',
        () => tf.tile(filters, [1, 1, groups, 1]),
      ],
      ['all groups look at the first channels', () => each(() => 0)],
      ['the blocks run from the last channels to the first', () => each(g => groups - 1 - g)],
      ['these are the filters as they were: [kernel, kernel, in, out] is asked', () => filters],
      ['the filters were divided by the number of groups: nothing is averaged', () => each(g => g).div(groups)],
    ],
    `the dense filters of ${k}x${k}`,
  );
}

async function expectParameters(k: number, i: number, o: number, g: number): Promise<void> {
  // prettier-ignore
  expectNumber(await groupedParameters(k, i, o, g), (k * k * i * o) / g, [
    ['the groups make no difference in your count: a filter sees inputs / groups channels', () => k * k * i * o],
    ['the groups were counted twice: only the inputs are divided, all outputs remain', () => (k * k * i * o) / g ** 2],
    ['the groups multiply in your count: they divide', () => k * k * i * o * g],
    ['the kernel was not squared', () => (k * i * o) / g],
    ['biases were counted', () => (k * k * i * o) / g + o],
  ], `with ${g} groups`);
}

describe('08-grouped-conv', () => {
  it('lets each filter see its own channels, by hand [1]', () =>
    expectConv(
      tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 2, 4]),
      tf.tensor4d([1, 10, 100, 1000, 1, 10, 100, 1000], [1, 1, 2, 4]),
      2,
    ));
  it('has any number of groups, on random pictures [1]', async () => {
    await expectConv(random(2, 4, 3, 6), random(3, 3, 2, 9), 3);
    await expectConv(random(1, 3, 4, 8), random(3, 3, 2, 4), 4);
  });
  it('is an ordinary convolution with one group, and depthwise with one channel for each [1]', async () => {
    await expectConv(random(1, 4, 4, 3), random(3, 3, 3, 2), 1);
    await expectConv(random(1, 4, 4, 5), random(3, 3, 1, 5), 5);
  });
  it('has a stride [1]', () => expectConv(random(1, 6, 5, 6), random(3, 3, 2, 6), 3, 2));

  it('is an ordinary convolution with zeros [1]', async () => {
    await expectDense(tf.range(1, 9).reshape([1, 1, 2, 4]), 2);
    await expectDense(random(3, 3, 2, 6), 3);
    await expectDense(random(2, 2, 3, 4), 1);
  });
  it('and both give the same picture [1]', async () => {
    const [x, filters] = [random(1, 4, 4, 6), random(3, 3, 2, 6)];
    const dense = (await asDense(filters, 3)) as tf.Tensor4D;
    expectTensor(tf.conv2d(x, dense, 1, 'same'), grouped(x, filters, 3), [], 'the convolution with the dense filters');
  });

  it('divides the numbers of the filters by the groups [1]', async () => {
    for (const [k, i, o, g] of [
      [5, 96, 256, 2],
      [3, 128, 128, 32],
      [3, 64, 64, 64],
      [3, 6, 9, 3],
      [1, 8, 4, 1],
    ])
      await expectParameters(k, i, o, g);
  });

  describe('hidden', () => {
    it('does all of that in other sizes [4]', async () => {
      const [groups, inside, outside] = [draw.integer(2, 5), draw.integer(2, 4), draw.integer(2, 4)];
      const filters = (): tf.Tensor4D => random(3, 3, inside, groups * outside);
      const x = random(2, draw.integer(3, 6), draw.integer(3, 6), groups * inside);
      for (const stride of [1, 2]) await expectConv(x, filters(), groups, stride);
      await expectDense(filters(), groups);
      await expectParameters(3, groups * draw.integer(5, 99), groups * draw.integer(5, 99), groups);
    });
  });
});
