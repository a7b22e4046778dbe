import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import { answers, random as draw } from './answers';

const { colourCovariance, drawAlphas, shiftColours } =
  answers<typeof import('../../solutions/02-pca-colour')>('02-pca-colour');

type Matrix = number[][];

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const close = (a: number[], b: number[]): boolean =>
  a.length === b.length && a.every((x, i) => Math.abs(x - b[i]) < 1e-4 * Math.max(1, Math.abs(b[i])));
const show = (values: number[]): string =>
  values
    .slice(0, 6)
    .map(x => x.toFixed(3))
    .join(', ');
const random = (): number => 4 * draw() - 2;

function numbers(answer: unknown, shape: number[], name: string): number[] {
  assert.ok(answer instanceof tf.Tensor, `${name} must return a tensor, got ${typeof answer}.`);
  assert.deepEqual(answer.shape, shape, `the shape of ${name} is [${answer.shape}]; expected [${shape}].`);
  return Array.from(answer.dataSync());
}

/** 1/N of the products of colours, without their means. */
function covariance(pixels: Matrix, means = [0, 1, 2].map(c => mean(pixels.map(p => p[c])))): number[] {
  return [0, 1, 2].flatMap(i => [0, 1, 2].map(j => mean(pixels.map(p => (p[i] - means[i]) * (p[j] - means[j])))));
}

/** @param images a list of pixels for each */
async function expectCovariance(images: Matrix[], byHand?: number[]): Promise<void> {
  const x = tf.tensor4d(images.flat(2), [images.length, 1, images[0].length, 3]);
  const actual = numbers(await colourCovariance(x), [3, 3], 'colourCovariance');
  const pixels = images.flat();
  const n = pixels.length;
  const right = byHand ?? covariance(pixels);
  if (close(actual, right)) return;
  const spread = [0, 4, 8].map(i => Math.sqrt(right[i]));
  const mistakes: [string, number[]][] = [
    ['the mean was not subtracted', covariance(pixels, [0, 0, 0])],
    ['it was divided by N - 1: here it is N, the number of pixels', right.map(x => (x * n) / (n - 1))],
    ['it was not divided by the number of pixels', right.map(x => x * n)],
    ['it was divided by the number of images: divide by that of all pixels', right.map(x => (x * n) / images.length)],
    ['every image lost its own mean: subtract the mean of all pixels', covariance(images.flatMap(centred))],
    [
      'the mean of all three colours was subtracted: each has its own',
      covariance(pixels, Array<number>(3).fill(mean(pixels.flat()))),
    ],
    [
      'this is the correlation: do not divide by the standard deviations',
      right.map((x, i) => x / spread[i % 3] / spread[Math.floor(i / 3)]),
    ],
    ['the colours of the first image only', covariance(images[0])],
  ];
  const mistake = mistakes.find(([, wrong]) => close(actual, wrong));
  assert.fail(mistake ? `${mistake[0]}.` : `expected ${show(right)}, got ${show(actual)}.`);
}

const centred = (pixels: Matrix): Matrix => pixels.map(p => p.map((x, c) => x - mean(pixels.map(q => q[c]))));

/** P (alpha * lambda), for a matrix whose columns are the eigenvectors. */
const shift = (P: Matrix, strengths: number[]): number[] =>
  P.map(row => row.reduce((s, p, j) => s + p * strengths[j], 0));
const transposed = (P: Matrix): Matrix => P[0].map((_, c) => P.map(row => row[c]));

/** What people add instead. */
const MISTAKES: [message: string, shift: (P: Matrix, lambda: number[], alphas: Matrix, image: number) => number[]][] = [
  [
    'the rows were taken as eigenvectors: they are the columns',
    (P, l, a, n) =>
      shift(
        transposed(P),
        a[n].map((x, i) => x * l[i]),
      ),
  ],
  [
    'the roots of the eigenvalues were used: the paper multiplies by lambda itself',
    (P, l, a, n) =>
      shift(
        P,
        a[n].map((x, i) => x * Math.sqrt(l[i])),
      ),
  ],
  ['the eigenvalues are missing: multiply each alpha by its lambda', (P, _, a, n) => shift(P, a[n])],
  ['the alphas are missing', (P, l) => shift(P, l)],
  [
    'all images got the alphas of the first: each has its own row',
    (P, l, a) =>
      shift(
        P,
        a[0].map((x, i) => x * l[i]),
      ),
  ],
  [
    'one alpha was used for all three eigenvectors: each has its own',
    (P, l, a, n) =>
      shift(
        P,
        l.map(x => x * a[n][0]),
      ),
  ],
  [
    'the eigenvectors are missing: alpha * lambda is a strength along each of them',
    (_, l, a, n) => a[n].map((x, i) => x * l[i]),
  ],
  [
    'lambda scales the colours: it belongs to the eigenvectors, so multiply before P',
    (P, l, a, n) => shift(P, a[n]).map((x, i) => x * l[i]),
  ],
  [
    'the shift was subtracted: add it',
    (P, l, a, n) =>
      shift(
        P,
        a[n].map((x, i) => -x * l[i]),
      ),
  ],
  ['nothing was added', () => [0, 0, 0]],
];

async function expectShift(images: Matrix[], P: Matrix, lambda: number[], alphas: Matrix): Promise<void> {
  const x = tf.tensor4d(images.flat(2), [images.length, 2, images[0].length / 2, 3]);
  const answer = await shiftColours(x, tf.tensor2d(P), tf.tensor1d(lambda), tf.tensor2d(alphas));
  const actual = numbers(answer, x.shape, 'shiftColours');
  const added = (f: (typeof MISTAKES)[number][1]): number[] =>
    images.flatMap((pixels, n) => pixels.flatMap(p => f(P, lambda, alphas, n).map((s, c) => s + p[c])));
  const right = added((P, l, a, n) =>
    shift(
      P,
      a[n].map((x, i) => x * l[i]),
    ),
  );
  if (close(actual, right)) return;
  const mistake = MISTAKES.find(([, f]) => close(actual, added(f)));
  if (mistake) assert.fail(`${mistake[0]}.`);
  const clipped = (low: number, high: number): number[] => right.map(x => Math.min(high, Math.max(low, x)));
  const isClipped = [
    [0, 1],
    [0, 255],
    [-1, 1],
    [0, Infinity],
  ].some(([low, high]) => close(actual, clipped(low, high)));
  assert.ok(!isClipped, 'the colours were clipped: leave them as they are.');
  const difference = actual.map((y, i) => y - images.flat(2)[i]);
  const perImage = images[0].length * 3;
  const isConstant = difference.every((d, i) => Math.abs(d - difference[i - (i % perImage) + (i % 3)]) < 1e-3);
  assert.ok(isConstant, 'the shift differs from pixel to pixel: all pixels of an image get the same three numbers.');
  assert.fail(`expected ${show(right)}, got ${show(actual)}.`);
}

const P = [
  [2, -2, 1],
  [1, 2, 2],
  [2, 1, -2],
].map(row => row.map(x => x / 3));
const pixels = (count: number, pixel = random): Matrix =>
  Array.from({ length: count }, () => [pixel(), pixel(), pixel()]);

describe('02-pca-colour', () => {
  it('computes the covariance, by hand [1]', () =>
    expectCovariance(
      [
        [
          [1, 2, 0],
          [3, 2, 4],
        ],
        [
          [1, 6, 0],
          [3, 6, 4],
        ],
      ],
      [1, 0, 2, 0, 4, 0, 2, 0, 4],
    ));

  it('computes the covariance of random images [1]', async () => {
    for (let i = 0; i < 3; i++) await expectCovariance([pixels(4), pixels(4, () => 3 + random()), pixels(4)]);
  });

  it('draws alphas with the standard deviation 0.1, or any other [2]', async () => {
    for (const deviation of [undefined, 0.1, 2]) {
      const drawn = numbers(await drawAlphas(4000, deviation), [4000, 3], 'drawAlphas');
      const expected = deviation ?? 0.1;
      const found = Math.sqrt(mean(drawn.map(x => x * x)));
      const is = (value: number): boolean => Math.abs(found / value - 1) < 0.05;
      assert.ok(
        is(expected) || !is(Math.sqrt(expected)),
        `the variance is ${expected}: the standard deviation must be.`,
      );
      assert.ok(is(expected), `the standard deviation is ${found.toFixed(3)}; expected ${expected}.`);
      const far = mean(drawn.map(x => Number(Math.abs(x) > 2 * expected)));
      assert.ok(
        far > 0.03 && far < 0.06,
        `${(100 * far).toFixed(1)}% lie beyond two deviations: of normal numbers 4.6% do.`,
      );
      assert.ok(Math.abs(mean(drawn)) < 0.05 * expected, `the mean is ${mean(drawn).toFixed(3)}; expected 0.`);
    }
  });

  it('draws for each image, each eigenvector and each call anew [1]', async () => {
    const [a, b] = [await drawAlphas(4), await drawAlphas(4)].map(answer => numbers(answer, [4, 3], 'drawAlphas'));
    assert.notDeepEqual(a.slice(0, 3), a.slice(3, 6), 'all images have the same alphas: draw for each image.');
    assert.notEqual(a[0], a[1], 'the three alphas of an image are one number: draw for each eigenvector.');
    assert.notDeepEqual(a, b, 'two calls draw the same numbers: use no fixed seed.');
  });

  it('shifts one image along the eigenvectors [1]', () =>
    expectShift(
      [
        [
          [0.1, 0.2, 0.3],
          [0.9, 0.8, 0.7],
        ],
      ],
      P,
      [4, 2, 0.5],
      [[0.1, -0.2, 0.3]],
    ));

  it('shifts every image by its own alphas, and all its pixels alike [2]', () =>
    expectShift(
      [pixels(6), pixels(6), pixels(6)],
      P,
      [9, 4, 0.25],
      [
        [0.1, -0.2, 0.3],
        [-0.5, 0.4, 1],
        [0.3, 0.7, -2],
      ],
    ));

  it('leaves images alone whose alphas are 0 [1]', () =>
    expectShift(
      [pixels(4), pixels(4)],
      P,
      [9, 4, 0.25],
      [
        [0, 0, 0],
        [0.1, 0.2, -1],
      ],
    ));

  describe('hidden', () => {
    it('does all of that with other numbers [3]', async () => {
      await expectCovariance([pixels(5), pixels(5, () => 2 - random())]);
      const [lambda, alphas] = [[9 + draw(), 4 + draw(), draw()], [0, 1].map(() => [0, 1, 2].map(() => 2 * draw() - 1))];
      await expectShift([pixels(6), pixels(6)], P, lambda, alphas);
    });
  });
});
