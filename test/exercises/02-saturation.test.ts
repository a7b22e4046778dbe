import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import type { Activation } from '../../solutions/02-saturation';
import { answers, random as draw } from './answers';

const { activationGradient, saturatedShare } = answers<typeof import('../../solutions/02-saturation')>('02-saturation');

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const VALUE: Record<Activation, (x: number) => number> = { relu: x => Math.max(0, x), tanh: Math.tanh, sigmoid };
const GRADIENT: Record<Activation, (x: number) => number> = {
  relu: x => Number(x > 0),
  tanh: x => 1 - Math.tanh(x) ** 2,
  sigmoid: x => sigmoid(x) * (1 - sigmoid(x)),
};

/** What people write instead. */
const MISTAKES: [message: string, activation: Activation | undefined, f: (x: number, f: Activation) => number][] = [
  ['the activation itself was returned: its gradient is asked', undefined, (x, f) => VALUE[f](x)],
  ['the gradient of relu at 0 is 0 here', 'relu', x => Number(x >= 0)],
  ['relu has the gradient 1 where x is above 0, else 0', 'relu', x => Math.sign(x)],
  ['the square is missing: tanh has the gradient 1 - tanh(x)^2', 'tanh', x => 1 - Math.tanh(x)],
  ['the formula was fed with x: put tanh(x) into it', 'tanh', x => 1 - x * x],
  [
    "this is tanh(x) * (1 - tanh(x)), which is sigmoid's form: tanh has 1 - tanh(x)^2",
    'tanh',
    x => Math.tanh(x) * (1 - Math.tanh(x)),
  ],
  ['the formula was fed with x: put sigmoid(x) into it', 'sigmoid', x => x * (1 - x)],
  [
    "this is 1 - sigmoid(x)^2, which is tanh's form: sigmoid has sigmoid(x) * (1 - sigmoid(x))",
    'sigmoid',
    x => 1 - sigmoid(x) ** 2,
  ],
  ['one factor is missing: sigmoid has the gradient sigmoid(x) * (1 - sigmoid(x))', 'sigmoid', x => 1 - sigmoid(x)],
  ['this is the gradient of relu', undefined, GRADIENT.relu],
  ['this is the gradient of tanh', undefined, GRADIENT.tanh],
  ['this is the gradient of sigmoid', undefined, GRADIENT.sigmoid],
];

const close = (a: number[], b: number[]): boolean => a.every((x, i) => Math.abs(x - b[i]) < 1e-4);
const show = (values: number[]): string =>
  values
    .slice(0, 6)
    .map(x => x.toFixed(4))
    .join(', ');

async function expectGradient(activation: Activation, x: number[], shape: number[]): Promise<void> {
  const answer: unknown = await activationGradient(activation, tf.tensor(x, shape));
  assert.ok(answer instanceof tf.Tensor, `activationGradient must return a tensor, got ${typeof answer}.`);
  assert.deepEqual(
    answer.shape,
    shape,
    `the shape is [${answer.shape}], but the gradients have that of x, [${shape}].`,
  );
  const actual = Array.from(answer.dataSync());
  assert.ok(actual.every(Number.isFinite), `${activation} has a gradient at every x, also where exp(x) is too large.`);
  const right = x.map(GRADIENT[activation]);
  if (close(actual, right)) return;
  const mistake = MISTAKES.find(
    ([, of, f]) =>
      (of ?? activation) === activation &&
      close(
        actual,
        x.map(y => f(y, activation)),
      ),
  );
  assert.fail(mistake ? `${mistake[0]}.` : `${activation}: expected ${show(right)}, got ${show(actual)}.`);
}

async function expectShare(activation: Activation, x: number[], threshold?: number): Promise<void> {
  const limit = threshold ?? 0.01;
  const share: unknown = await saturatedShare(activation, tf.tensor1d(x), threshold);
  assert.ok(typeof share === 'number', `saturatedShare must return a number, got ${typeof share}.`);
  const among = (isSaturated: (y: number) => boolean): number => x.filter(isSaturated).length / x.length;
  const gradient = GRADIENT[activation];
  const right = among(y => gradient(y) < limit);
  const mistakes: [string, number][] = [
    ['the threshold is not always 0.01: use the one that is given', among(y => gradient(y) < 0.01)],
    ['the units were counted: divide by how many there are', right * x.length],
    ['this is the share of the others: those below the threshold are saturated', 1 - right],
    [
      'the threshold was held against the activation: hold it against the gradient',
      among(y => VALUE[activation](y) < limit),
    ],
    ['the threshold was held against x: hold it against the gradient', among(y => y < limit)],
    [
      'this is the mean gradient: count the units below the threshold',
      x.map(gradient).reduce((a, b) => a + b) / x.length,
    ],
    ['only a gradient of 0 was counted: every one below the threshold is saturated', among(y => gradient(y) === 0)],
  ];
  if (close([share], [right])) return;
  const mistake = mistakes.find(([, wrong]) => close([share], [wrong]));
  assert.fail(mistake ? `${mistake[0]}.` : `${activation}: expected a share of ${right}, got ${share}.`);
}

const X = [-3, -1.5, -0.2, 0, 0.3, 0.9, 2.5, 4];
const random = (): number[] => Array.from({ length: 12 }, () => 6 * draw() - 3);

describe('02-saturation', () => {
  for (const activation of ['relu', 'tanh', 'sigmoid'] as const)
    it(`has the gradient of ${activation}, in any shape [1]`, async () => {
      await expectGradient(activation, X, [8]);
      await expectGradient(activation, random(), [2, 3, 1, 2]);
    });

  it('is 0, not NaN, far out [1]', async () => {
    for (const activation of ['tanh', 'sigmoid'] as const)
      await expectGradient(activation, [-1000, -200, 0, 200, 1000], [5]);
  });

  it('counts the saturated units below 0.01 [1]', async () => {
    await expectShare('sigmoid', [-6, -5, -2, 0, 1, 2, 3, 5.5]);
    await expectShare('tanh', [-6, -3.5, -2, 0, 1, 2, 3.2, 5]);
    await expectShare('relu', [-6, -0.5, 0.001, 2, 3]);
  });

  it('counts with any threshold [1]', async () => {
    await expectShare('sigmoid', [-6, -5, -2, 0, 1, 2, 3, 5.5, 7], 0.15);
    await expectShare('tanh', [-6, -3.5, -2, 0, 1, 2, 3.2, 0.1], 0.5);
  });

  describe('hidden', () => {
    it('does all of that with other numbers [2]', async () => {
      for (const activation of ['relu', 'tanh', 'sigmoid'] as const) {
        await expectGradient(activation, random(), [2, 2, 3]);
        await expectShare(activation, [...random(), ...random().map(x => 3 * x)], 0.02 + 0.1 * draw());
      }
    });
  });
});
