import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import { answers, random as draw } from './answers';

const { localResponseNorm } = answers<typeof import('../../solutions/02-lrn')>('02-lrn');

interface Form {
  n: number;
  k: number;
  alpha: number;
  beta: number;
}

/** Section 3.3 for the channels of one pixel, in plain numbers. */
function pixel(a: number[], { n, k, alpha, beta }: Form): number[] {
  const half = (n - 1) / 2;
  return a.map((x, i) => {
    const window = a.slice(Math.max(0, i - half), i + half + 1);
    return x / (k + alpha * sum(window.map(y => y * y))) ** beta;
  });
}

/** What people write instead. `all` has the pixels of an image, for those who sum over the wrong axis. */
const MISTAKES: [message: string, form: (a: number[], f: Form, all: number[][]) => number[]][] = [
  [
    'alpha was divided by n: the paper does not (Caffe and PyTorch do)',
    (a, f) => pixel(a, { ...f, alpha: f.alpha / f.n }),
  ],
  [
    'n was taken as the radius: it is the width of the whole window, n/2 to each side',
    (a, f) => pixel(a, { ...f, n: 2 * f.n + 1 }),
  ],
  ['k was taken as 1: the paper adds k, and its k is 2', (a, f) => pixel(a, { ...f, k: 1 })],
  ['k is missing: add it before the power', (a, f) => pixel(a, { ...f, k: 0 })],
  ['the result was multiplied by the power: divide, or use -beta', (a, f) => pixel(a, { ...f, beta: -f.beta })],
  ['the power beta is missing', (a, f) => pixel(a, { ...f, beta: 1 })],
  ['alpha is missing: multiply the sum by it', (a, f) => pixel(a, { ...f, alpha: 1 })],
  ['alpha multiplies k too: only the sum is scaled', (a, f) => pixel(a, { ...f, k: f.alpha * f.k })],
  [
    'every term is the square of channel i itself: square a_j, the neighbours',
    (a, f) => pixel(a, { ...f, n: 1, alpha: f.alpha * f.n }),
  ],
  [
    'the neighbours were not squared: the sum is of a_j^2',
    (a, f) =>
      pixel(
        a.map(x => Math.sqrt(Math.abs(x))),
        f,
      ).map((b, i) => (b * a[i]) / Math.sqrt(Math.abs(a[i]))),
  ],
  [
    'the window wraps around: at the first and last channels it is cut off',
    (a, f) => pixel([...a, ...a, ...a], f).slice(a.length, 2 * a.length),
  ],
  [
    'the window keeps n channels at the edges: there it is cut off, so fewer channels are summed',
    (a, f) =>
      a.map((x, i) => {
        const start = Math.min(Math.max(0, i - (f.n - 1) / 2), Math.max(0, a.length - f.n));
        return x / (f.k + f.alpha * sum(a.slice(start, start + f.n).map(y => y * y))) ** f.beta;
      }),
  ],
  [
    'the window looks only backwards: it reaches n/2 channels to both sides',
    (a, f) =>
      a.map((x, i) => x / (f.k + f.alpha * sum(a.slice(Math.max(0, i - f.n + 1), i + 1).map(y => y * y))) ** f.beta),
  ],
  [
    'the window looks only forwards: it reaches n/2 channels to both sides',
    (a, f) => a.map((x, i) => x / (f.k + f.alpha * sum(a.slice(i, i + f.n).map(y => y * y))) ** f.beta),
  ],
  [
    'channel i is left out of its own window: j runs over i too',
    (a, f) => a.map((x, i) => x / (x / pixel(a, { ...f, beta: 1 })[i] - f.alpha * x * x) ** f.beta),
  ],
  ['all channels were summed: only the n nearest count', (a, f) => pixel(a, { ...f, n: 2 * a.length + 1 })],
  [
    'the sum runs over the pixels of one channel: it runs over the channels of one pixel',
    (a, f, all) => a.map((x, c) => x / (f.k + f.alpha * sum(all.map(other => other[c] ** 2))) ** f.beta),
  ],
];

const sum = (values: number[]): number => values.reduce((total, x) => total + x, 0);
const close = (a: number[], b: number[]): boolean =>
  a.length === b.length && a.every((x, i) => Math.abs(x - b[i]) < 1e-4 * Math.max(1, Math.abs(b[i])));
const show = (values: number[]): string =>
  values
    .slice(0, 6)
    .map(x => x.toFixed(4))
    .join(', ');

/** Fails with the likely mistake: the one whose numbers the answer has. */
async function expectLrn(images: number[][], shape: [number, number, number, number], form: Form, expected?: number[]) {
  const answer: unknown = await localResponseNorm(
    tf.tensor4d(images.flat(), shape),
    form.n,
    form.k,
    form.alpha,
    form.beta,
  );
  const actual = values(answer, shape);
  const right = expected ?? images.flatMap(a => pixel(a, form));
  if (close(actual, right)) return;
  const mistake = MISTAKES.find(([, wrong]) =>
    close(
      actual,
      images.flatMap(a => wrong(a, form, images)),
    ),
  );
  assert.fail(mistake ? `${mistake[0]}.` : `expected ${show(right)}, got ${show(actual)}.`);
}

function values(answer: unknown, shape: number[]): number[] {
  assert.ok(answer instanceof tf.Tensor, `localResponseNorm must return a tensor, got ${typeof answer}.`);
  assert.deepEqual(answer.shape, shape, `the shape is ${answer.shape}, but b has the shape of a, ${shape}.`);
  return Array.from(answer.dataSync());
}

const drawn = (pixels: number, channels: number): number[][] =>
  Array.from({ length: pixels }, () => Array.from({ length: channels }, () => 10 * draw() - 5));

describe('02-lrn', () => {
  it('keeps the shape [1]', async () => {
    const ones = values(await localResponseNorm(tf.ones([2, 3, 4, 6])), [2, 3, 4, 6]);
    // By hand, as alpha is small: (2 + 3e-4)^-0.75 = 0.5945 at the edges, (2 + 5e-4)^-0.75 = 0.5945 elsewhere.
    const far = ones.find(x => !(Math.abs(x - 0.5945) < 1e-3));
    assert.equal(far, undefined, `ones become ${far}; expected 1 / (2 + alpha * count)^0.75, about 0.5945.`);
  });

  it('equals the formula on six channels, by hand [1]', () =>
    expectLrn(
      [[1, 2, 3, 4, 5, 6]],
      [1, 1, 1, 6],
      { n: 5, k: 2, alpha: 0.1, beta: 0.75 },
      [0.39938, 0.59814, 0.66195, 0.66224, 0.85112, 1.09162],
    ));

  it('takes every n, k, alpha and beta that it is given [1]', async () => {
    await expectLrn([[3, 1, 4, 1, 5, 9, 2, 6]], [1, 1, 1, 8], { n: 3, k: 1.5, alpha: 0.2, beta: 0.5 });
    await expectLrn(drawn(1, 8), [1, 1, 1, 8], { n: 5, k: 1 + draw(), alpha: 0.3, beta: 0.6 });
  });

  it('treats every pixel of every image alone [1]', async () => {
    const pixels = Array.from({ length: 8 }, (_, p) =>
      Array.from({ length: 6 }, (_, c) => ((p * 7 + c * 5) % 11) - 4.5),
    );
    await expectLrn(pixels, [2, 2, 2, 6], { n: 3, k: 2, alpha: 0.1, beta: 0.75 });
    await expectLrn(drawn(8, 6), [2, 2, 2, 6], { n: 3, k: 2, alpha: 0.1, beta: 0.75 });
  });

  it("has the paper's constants as defaults: n = 5, k = 2, alpha = 1e-4, beta = 0.75 [1]", async () => {
    const a = [100, -200, 300, -400, 500, -600];
    const actual = values(await localResponseNorm(tf.tensor4d(a, [1, 1, 1, 6])), [1, 1, 1, 6]);
    const right = pixel(a, { n: 5, k: 2, alpha: 1e-4, beta: 0.75 });
    assert.ok(close(actual, right), `with the defaults expected ${show(right)}, got ${show(actual)}.`);
  });

  describe('hidden', () => {
    it('equals the formula on other numbers, with other constants [3]', async () => {
      for (const n of [3, 5, 7])
        await expectLrn(drawn(4, 8), [2, 2, 1, 8], { n, k: 1 + draw(), alpha: 0.1 + draw() / 5, beta: 0.5 + draw() / 2 });
    });
  });
});
