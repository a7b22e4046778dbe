import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import { answers, random as draw } from './answers';

const { globalAverage, flattenWeights, headParameters } =
  answers<typeof import('../../solutions/05-global-average')>('05-global-average');

const AVERAGE_MISTAKES: [message: string, form: (x: tf.Tensor4D) => tf.Tensor][] = [
  ['the maximum was taken: take the mean', x => tf.max(x, [1, 2])],
  ['the sum was not divided by the number of pixels', x => tf.sum(x, [1, 2])],
  ['the sum was divided by the height only', x => tf.sum(x, [1, 2]).div(x.shape[1])],
  ['the sum was divided by the channels too', x => tf.mean(x, [1, 2]).div(x.shape[3])],
  ['one picture was averaged with the others: every picture stands alone', x => tf.mean(x, [0, 1, 2])],
  ['the channels were averaged away: average over height and width', x => tf.mean(x, 3)],
  ['only one direction was averaged: take height and width', x => tf.mean(x, 1)],
  ['only one direction was averaged: take height and width', x => tf.mean(x, 2)],
];

/** All forms get the right number of rows in the right order unless they say otherwise. */
const WEIGHT_MISTAKES: [message: string, form: (w: tf.Tensor2D, pixels: number) => tf.Tensor][] = [
  ['the weights were not divided by the number of pixels', (w, pixels) => tf.tile(w, [pixels, 1])],
  ['the weights were divided by the pixels twice', (w, pixels) => tf.tile(w, [pixels, 1]).div(pixels ** 2)],
  [
    'the rows are in the order channel, pixel: flattening puts the channels of one pixel side by side',
    (w, pixels) => tf.concat(w.split(w.shape[0]).map(row => tf.tile(row, [pixels, 1]))).div(pixels),
  ],
  [
    'only one pixel has weights: every pixel has its share of the average',
    (w, pixels) =>
      tf.pad(w, [
        [0, (pixels - 1) * w.shape[0]],
        [0, 0],
      ]),
  ],
];

const numbers = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());
const close = (a: number[], b: number[]): boolean =>
  a.length === b.length && a.every((x, i) => Math.abs(x - b[i]) < 1e-5 * Math.max(1, Math.abs(b[i])));
const show = (values: number[]): string =>
  values
    .slice(0, 6)
    .map(x => x.toFixed(4))
    .join(', ');
const random = (...shape: [number, number, number, number]) => draw.normal<tf.Rank.R4>(shape);

/** Fails with the likely mistake: the one whose numbers the answer has. */
function expectTensor(answer: unknown, right: tf.Tensor, mistakes: [message: string, wrong: () => tf.Tensor][]): void {
  assert.ok(answer instanceof tf.Tensor, `a tensor must be returned, got ${typeof answer}.`);
  const sameShape = String(answer.shape) === String(right.shape);
  if (sameShape && close(numbers(answer), numbers(right))) return;
  const mistake = mistakes.find(([, wrong]) => close(numbers(answer), numbers(wrong())));
  assert.ok(mistake || sameShape, `the shape is [${answer.shape}]; expected [${right.shape}].`);
  assert.fail(mistake ? `${mistake[0]}.` : `expected ${show(numbers(right))}, got ${show(numbers(answer))}.`);
}

async function expectAverage(x: tf.Tensor4D, right: tf.Tensor = tf.mean(x, [1, 2])): Promise<void> {
  const answer = await globalAverage(x);
  expectTensor(
    answer,
    right,
    AVERAGE_MISTAKES.map(([message, form]) => [message, () => form(x)]),
  );
}

async function expectWeights(weights: tf.Tensor2D, height: number, width: number): Promise<void> {
  const pixels = height * width;
  const answer = await flattenWeights(weights, height, width);
  const right = tf.div(tf.tile(weights, [pixels, 1]), pixels);
  expectTensor(
    answer,
    right,
    WEIGHT_MISTAKES.map(([message, form]) => [message, () => form(weights, pixels)]),
  );
}

async function expectParameters(h: number, w: number, c: number, classes: number): Promise<void> {
  const answer = (await headParameters(h, w, c, classes)) as { flatten?: unknown; average?: unknown } | undefined;
  const { flatten, average } = answer ?? {};
  const isNumbers = typeof flatten === 'number' && typeof average === 'number';
  assert.ok(isNumbers, 'headParameters must return { flatten, average }, two numbers.');
  if (flatten === (h * w * c + 1) * classes && average === (c + 1) * classes) return;
  if (flatten === (c + 1) * classes && average === (h * w * c + 1) * classes) assert.fail('the two are swapped.');
  const forgotten = flatten === h * w * c * classes || average === c * classes;
  assert.ok(!forgotten, 'the biases were forgotten: one for each class.');
  const one = flatten === h * w * c * classes + 1 || average === c * classes + 1;
  assert.ok(!one, 'there is one bias for each class, not one alone.');
  assert.ok(flatten !== (c + 1) * classes, 'flatten: the pixels were forgotten, each has weights of its own.');
  assert.ok(average !== (h * w * c + 1) * classes, 'average: the dense layer sees the channels only, not the pixels.');
  assert.ok(average !== 0, 'average: the pooling has no parameters, but the dense layer after it has.');
  assert.fail(`expected ${(h * w * c + 1) * classes} and ${(c + 1) * classes}, got ${flatten} and ${average}.`);
}

describe('05-global-average', () => {
  it('averages two channels of 2 x 3 pixels, by hand [1]', () =>
    expectAverage(tf.tensor4d([1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -12], [1, 2, 3, 2]), tf.tensor2d([[3.5, -4.5]])));

  it('averages every picture alone [1]', async () => {
    for (let i = 0; i < 3; i++) await expectAverage(random(3, 4 + i, 5, 2 + i));
  });

  it('averages a picture of one pixel [1]', () => expectAverage(random(2, 1, 1, 4)));

  it('finds the weights that do the same after flattening [2]', async () => {
    await expectWeights(draw.normal([3, 2]), 2, 4);
    await expectWeights(draw.normal([2, 5]), 3, 3);
    await expectWeights(draw.normal([4, 3]), 1, 1);
  });

  it("counts GoogLeNet's head: 7 x 7 x 1024 to 1000 classes, and others [1]", async () => {
    await expectParameters(7, 7, 1024, 1000);
    await expectParameters(4, 6, 10, 3);
  });

  describe('hidden', () => {
    it('does all of that in other sizes [4]', async () => {
      const size = (): number => draw.integer(2, 7);
      await expectAverage(random(2, size(), size(), size()));
      await expectWeights(draw.normal([size(), size()]), size(), size());
      await expectParameters(size(), size(), draw.integer(10, 500), draw.integer(10, 500));
    });
  });
});
