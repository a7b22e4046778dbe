import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import type { Norm, PreactivationWeights } from '../../solutions/06-preactivation';
import { answers, random as draw } from './answers';

const { preactivation } = answers<typeof import('../../solutions/06-preactivation')>('06-preactivation');

type Layer = (x: tf.Tensor4D) => tf.Tensor4D;
/** The layers by name: n1 and n2 normalize, c1 and c2 convolve, p projects if there is a projection. */
type Layers = Record<'n1' | 'n2' | 'c1' | 'c2' | 'p' | 'relu', Layer>;
type Form = (x: tf.Tensor4D, layers: Layers) => tf.Tensor4D;

const right: Form = (x, { n1, n2, c1, c2, p, relu }) => {
  const ready = relu(n1(x));
  return tf.add(p === same ? x : p(ready), c2(relu(n2(c1(ready)))));
};
const same: Layer = x => x;

const MISTAKES: [message: string, form: Form][] = [
  ['there is a ReLU after the addition: nothing follows it', (x, l) => l.relu(right(x, l))],
  ['the shortcut is missing', (x, { n1, n2, c1, c2, relu }) => c2(relu(n2(c1(relu(n1(x))))))],
  [
    'the identity takes the activated input: without a projection the shortcut is x itself',
    (x, { n1, n2, c1, c2, p, relu }) => {
      const ready = relu(n1(x));
      return tf.add(p(ready), c2(relu(n2(c1(ready)))));
    },
  ],
  [
    'the projection takes x: it shares relu(norm1(x)) with the convolutions',
    (x, { n1, n2, c1, c2, p, relu }) => tf.add(p(x), c2(relu(n2(c1(relu(n1(x))))))),
  ],
  [
    'the projection takes norm1(x) without the ReLU',
    (x, { n1, n2, c1, c2, p, relu }) => tf.add(p === same ? x : p(n1(x)), c2(relu(n2(c1(relu(n1(x))))))),
  ],
  [
    'the ReLU comes before the normalization: normalize first',
    (x, { n1, n2, c1, c2, p, relu }) => {
      const ready = n1(relu(x));
      return tf.add(p === same ? x : p(ready), c2(n2(relu(c1(ready)))));
    },
  ],
  [
    'this is the original block, activated after the convolutions: activate before them',
    (x, { n1, n2, c1, c2, p, relu }) => relu(tf.add(p(x), n2(c2(relu(n1(c1(x))))))),
  ],
  [
    'normalization and ReLU come after the convolutions: they come before',
    (x, { n1, n2, c1, c2, p, relu }) => tf.add(p(x), relu(n2(c2(relu(n1(c1(x))))))),
  ],
  [
    'the second normalization is missing',
    (x, { n1, c1, c2, p, relu }) => {
      const ready = relu(n1(x));
      return tf.add(p === same ? x : p(ready), c2(relu(c1(ready))));
    },
  ],
  [
    'the ReLUs are missing: one after each normalization',
    (x, { n1, n2, c1, c2, p }) => tf.add(p === same ? x : p(n1(x)), c2(n2(c1(n1(x))))),
  ],
  [
    'the second ReLU is missing',
    (x, { n1, n2, c1, c2, p, relu }) => {
      const ready = relu(n1(x));
      return tf.add(p === same ? x : p(ready), c2(n2(c1(ready))));
    },
  ],
  [
    'the normalizations are missing: only the ReLUs come before the convolutions',
    (x, { c1, c2, p, relu }) => tf.add(p === same ? x : p(relu(x)), c2(relu(c1(relu(x))))),
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
const list = (channels: number, low: number, high: number) => draw.uniform<tf.Rank.R1>([channels], low, high);
const norm = (n: number): Norm => ({
  mean: list(n, -1, 1),
  variance: list(n, 0.5, 2),
  scale: list(n, 0.5, 2),
  offset: list(n, -1, 1),
});
const weights = (channels: number, outputs: number): PreactivationWeights => ({
  norm1: norm(channels),
  first: random(3, 3, channels, outputs),
  norm2: norm(outputs),
  second: random(3, 3, outputs, outputs),
});

function layersOf(w: PreactivationWeights): Layers {
  const convolve = (kernel: tf.Tensor4D) => (x: tf.Tensor4D) => tf.conv2d(x, kernel, 1, 'same');
  const normalize = (n: Norm) => (x: tf.Tensor4D) =>
    tf.add(tf.mul(tf.div(tf.sub(x, n.mean), tf.sqrt(tf.add(n.variance, 1e-5))), n.scale), n.offset) as tf.Tensor4D;
  const p = w.project ? convolve(w.project) : same;
  return {
    n1: normalize(w.norm1),
    n2: normalize(w.norm2),
    c1: convolve(w.first),
    c2: convolve(w.second),
    p,
    relu: x => tf.relu(x),
  };
}

async function expectBlock(x: tf.Tensor4D, w: PreactivationWeights): Promise<void> {
  const answer: unknown = await preactivation(x, w);
  assert.ok(answer instanceof tf.Tensor, `preactivation must return a tensor, got ${typeof answer}.`);
  const expected = right(x, layersOf(w));
  assert.deepEqual(answer.shape, expected.shape, `the shape is [${answer.shape}]; expected [${expected.shape}].`);
  const actual = numbers(answer);
  if (close(actual, numbers(expected))) return;
  // A block that normalizes after its convolutions has norm1 for the channels that come out of the first.
  const possible =
    w.first.shape[2] === w.first.shape[3] ? MISTAKES : MISTAKES.filter(([m]) => !/original|come after/.test(m));
  const mistake = possible.find(([, form]) => close(actual, numbers(form(x, layersOf(w)))));
  assert.fail(mistake ? `${mistake[0]}.` : `expected ${show(numbers(expected))}, got ${show(actual)}.`);
}

describe('06-preactivation', () => {
  it('is the identity where the second kernel is zero, negative numbers included [2]', async () => {
    const [x, w] = [random(2, 3, 4, 2), weights(2, 2)];
    await expectBlock(x, { ...w, second: tf.zeros([3, 3, 2, 2]) });
    await expectBlock(x, w);
  });

  it('keeps x and adds two activated convolutions [2]', async () => {
    for (let i = 0; i < 3; i++) await expectBlock(random(2, 3 + i, 5, 2 + i), weights(2 + i, 2 + i));
  });

  it('projects the activated input where a projection is given [2]', async () => {
    await expectBlock(random(1, 4, 4, 3), { ...weights(3, 5), project: random(1, 1, 3, 5) });
    await expectBlock(random(2, 3, 4, 3), { ...weights(3, 3), project: random(1, 1, 3, 3) });
  });

  it('works on a single pixel [1]', () => expectBlock(random(3, 1, 1, 4), weights(4, 4)));

  describe('hidden', () => {
    it('works on other sizes [3]', async () => {
      const size = (): number => draw.integer(2, 5);
      const [inputs, outputs] = [size(), size()];
      await expectBlock(random(2, size(), size(), inputs), weights(inputs, inputs));
      const projected = { ...weights(inputs, outputs), project: random(1, 1, inputs, outputs) };
      await expectBlock(random(2, size(), size(), inputs), projected);
    });
  });
});
