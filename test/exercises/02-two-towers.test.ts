import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import { answers, random as draw } from './answers';

const { groupedConv, twoTowers } = answers<typeof import('../../solutions/02-two-towers')>('02-two-towers');

type Conv = (x: tf.Tensor4D, filters: tf.Tensor4D) => tf.Tensor4D;

const conv: Conv = (x, filters) => tf.conv2d(x, filters, 1, 'same');
const halves = (x: tf.Tensor4D): tf.Tensor4D[] => tf.split(x, 2, 3);
const join = (parts: tf.Tensor4D[]): tf.Tensor4D => tf.concat(parts, 3);
const grouped: Conv = (x, f) => join([0, 1].map(i => conv(halves(x)[i], halves(f)[i])));
/** Every second channel, then the others. */
const sorted = (x: tf.Tensor4D): tf.Tensor4D => {
  const channels = Array.from({ length: x.shape[3] }, (_, i) => i);
  return tf.gather(
    x,
    tf.tensor1d([...channels.filter(i => i % 2 === 0), ...channels.filter(i => i % 2 === 1)], 'int32'),
    3,
  );
};

/** What people write for a grouped convolution. */
const GROUPED: [message: string, conv: Conv][] = [
  [
    'the towers are exchanged in the output: the first half of the filters comes first',
    (x, f) => join(halves(grouped(x, f)).reverse()),
  ],
  ['each half of the filters sees the other half of the channels', (x, f) => grouped(join(halves(x).reverse()), f)],
  [
    'the channels were dealt out in turn: a tower has the first or the second half of them',
    (x, f) => grouped(sorted(x), f),
  ],
  ['both towers use the first half of the filters', (x, f) => grouped(x, join([halves(f)[0], halves(f)[0]]))],
  ['both towers see the first half of the channels', (x, f) => grouped(join([halves(x)[0], halves(x)[0]]), f)],
  ['every filter sees all channels: this is no grouped convolution', (x, f) => conv(x, tf.concat([f, f], 2))],
  [
    'the results stand channel by channel in turn: put one whole tower after the other',
    (x, f) => {
      const [a, b] = halves(grouped(x, f));
      return tf.stack([a, b], 4).reshape(grouped(x, f).shape as [number, number, number, number]);
    },
  ],
];

/** conv2 to conv5 with the kinds of convolution given. */
function net(
  x: tf.Tensor4D,
  filters: tf.Tensor4D[],
  kinds: Conv[] = [grouped, conv, grouped, grouped],
  after: (x: tf.Tensor4D) => tf.Tensor4D = tf.relu,
): tf.Tensor4D {
  return kinds.reduce((y, kind, i) => after(kind(y, filters[i])), x);
}

/** A dense filter used in two groups: a tower loses what its filters have for the other one. */
const apart: Conv = (x, f) => {
  const inside = tf.split(f, 2, 2) as tf.Tensor4D[];
  return join([0, 1].map(i => conv(halves(x)[i], halves(inside[i])[i])));
};
const dense: Conv = (x, f) => conv(x, tf.concat([f, f], 2));
const noRelu = (x: tf.Tensor4D): tf.Tensor4D => x;

/** What people write for the four layers. */
const TOWERS: [message: string, net: (x: tf.Tensor4D, filters: tf.Tensor4D[]) => tf.Tensor4D][] = [
  ['conv3 stays in its tower: it is the one that sees both', (x, f) => net(x, f, [grouped, apart, grouped, grouped])],
  ['the ReLUs are missing: one after each convolution', (x, f) => net(x, f, undefined, noRelu)],
  ['the ReLU after conv5 is missing', (x, f) => grouped(net(x, f, [grouped, conv, grouped]), f[3])],
  ['only conv5 has a ReLU: one after each convolution', (x, f) => tf.relu(net(x, f, undefined, noRelu))],
  ['conv2 sees both towers: only conv3 does', (x, f) => net(x, f, [dense, conv, grouped, grouped])],
  ['conv4 sees both towers: only conv3 does', (x, f) => net(x, f, [grouped, conv, dense, grouped])],
  ['every layer sees both towers: only conv3 does', (x, f) => net(x, f, [dense, conv, dense, dense])],
  ['conv5 is missing', (x, f) => net(x, f, [grouped, conv, grouped])],
  [
    'the towers are exchanged after conv3: tower 1 has the first half',
    (x, f) => net(join(halves(net(x, f, [grouped, conv])).reverse()), f.slice(2), [grouped, grouped]),
  ],
];

const random = (shape: [number, number, number, number], low = -1): tf.Tensor4D => draw.uniform(shape, low, 1);
const close = (a: tf.Tensor, b: tf.Tensor): boolean =>
  String(a.shape) === String(b.shape) && a.sub(b).abs().max().dataSync()[0] < 1e-4 * (1 + b.abs().max().dataSync()[0]);

function tensor(answer: unknown, name: string): tf.Tensor4D {
  assert.ok(answer instanceof tf.Tensor, `${name} must return a tensor, got ${typeof answer}.`);
  assert.ok(tf.isFinite(answer).all().dataSync()[0], `${name} has numbers that are not finite.`);
  return answer as tf.Tensor4D;
}

function judge(answer: unknown, right: tf.Tensor, name: string, mistakes: [string, tf.Tensor][]): void {
  const y = tensor(answer, name);
  if (close(y, right)) return;
  const mistake = mistakes.find(([, wrong]) => close(y, wrong));
  if (mistake) assert.fail(`${mistake[0]}.`);
  assert.deepEqual(y.shape, right.shape, `the shape of ${name} is [${y.shape}]; expected [${right.shape}].`);
  assert.fail(`${name} differs from the right numbers by up to ${y.sub(right).abs().max().dataSync()[0].toFixed(3)}.`);
}

async function expectGrouped(x: tf.Tensor4D, filters: tf.Tensor4D): Promise<void> {
  judge(
    await groupedConv(x, filters),
    grouped(x, filters),
    'groupedConv',
    GROUPED.map(([text, f]) => [text, f(x, filters)]),
  );
}

async function expectTowers(x: tf.Tensor4D, filters: tf.Tensor4D[]): Promise<void> {
  const mistakes = [
    ...TOWERS,
    ...GROUPED.map(([text, kind]): (typeof TOWERS)[0] => [text, (y, f) => net(y, f, [kind, conv, kind, kind])]),
  ];
  judge(
    await twoTowers(x, filters),
    net(x, filters),
    'twoTowers',
    mistakes.map(([text, f]) => [text, f(x, filters)]),
  );
}

/** Filters between -0.4 and 1, so that many but not all sums are above 0. */
const layers = (): tf.Tensor4D[] =>
  [
    [5, 2, 6],
    [3, 6, 8],
    [3, 4, 4],
    [3, 2, 4],
  ].map(([k, i, o]) => random([k, k, i, o], -0.9));

describe('02-two-towers', () => {
  it('convolves each half with its own filters: 1x1, by hand [1]', () =>
    expectGrouped(tf.tensor4d([1, 2, 3, 4], [1, 1, 1, 4]), tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 2, 4])));

  it('convolves any picture, kernel and batch in two groups [1]', async () => {
    await expectGrouped(random([2, 5, 6, 4]), random([3, 3, 2, 6]));
    await expectGrouped(random([1, 4, 7, 8]), random([5, 5, 4, 4]));
  });

  it('keeps tower 1 blind for tower 2 [2]', async () => {
    const [own, filters] = [random([1, 4, 4, 3]), random([3, 3, 3, 4])];
    const ask = async (other: tf.Tensor4D): Promise<tf.Tensor4D[]> =>
      halves(tensor(await groupedConv(join([own, other]), filters), 'groupedConv'));
    const [a, b] = [await ask(random([1, 4, 4, 3])), await ask(random([1, 4, 4, 3]))];
    assert.deepEqual(a[0].shape, [1, 4, 4, 2], `half of the output is [${a[0].shape}]; expected [1,4,4,2].`);
    assert.ok(close(a[0], b[0]), 'the first half of the output changes with the second half of the input.');
    assert.ok(!close(a[1], b[1]), 'the second half of the output does not change with the second half of the input.');
  });

  it('goes from conv2 to conv5 [2]', async () => {
    for (let i = 0; i < 3; i++) await expectTowers(random([2, 6, 5, 4]), layers());
  });

  it('lets the towers meet [1]', async () => {
    const [own, other] = [random([1, 4, 4, 2], 0), random([1, 4, 4, 2], 0)];
    const filters = layers().map(filter => filter.abs());
    const ask = async (scale: number): Promise<tf.Tensor4D> =>
      halves(tensor(await twoTowers(join([own, other.mul(scale)]), filters), 'twoTowers'))[0];
    const isBlind = close(await ask(1), await ask(2));
    assert.ok(!isBlind, 'tower 1 never learns of tower 2: conv3 must see all channels of both.');
  });

  describe('hidden', () => {
    it('does both with pictures of other sizes [3]', async () => {
      const [height, width] = [draw.integer(4, 8), draw.integer(4, 8)];
      await expectGrouped(random([2, height, width, 6]), random([3, 3, 3, 8]));
      await expectTowers(random([2, width, height, 4]), layers());
    });
  });
});
