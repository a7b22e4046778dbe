import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import type { InceptionKernels } from '../../solutions/05-inception';
import { answers, random as draw } from './answers';

const { inception } = answers<typeof import('../../solutions/05-inception')>('05-inception');

interface Form {
  reduceRelu: boolean;
  branchRelu: boolean;
  projectRelu: boolean;
  pool: 'max' | 'average' | 'none' | 'zeros' | 'after';
  join: (branches: tf.Tensor4D[]) => tf.Tensor;
}

const RIGHT: Form = {
  reduceRelu: true,
  branchRelu: true,
  projectRelu: true,
  pool: 'max',
  join: branches => tf.concat(branches, 3),
};

function module(x: tf.Tensor4D, k: InceptionKernels, change: Partial<Form> = {}): tf.Tensor {
  const form = { ...RIGHT, ...change };
  const convolve = (input: tf.Tensor4D, kernel: tf.Tensor4D, relu: boolean): tf.Tensor4D => {
    const output = tf.conv2d(input, kernel, 1, 'same');
    return relu ? tf.relu(output) : output;
  };
  const side: [number, number] = [1, 1];
  const pooled = {
    max: () => convolve(tf.maxPool(x, 3, 1, 'same'), k.poolProject, form.projectRelu),
    average: () => convolve(tf.avgPool(x, 3, 1, 'same'), k.poolProject, form.projectRelu),
    none: () => convolve(x, k.poolProject, form.projectRelu),
    zeros: () =>
      convolve(tf.maxPool(tf.pad4d(x, [[0, 0], side, side, [0, 0]]), 3, 1, 'valid'), k.poolProject, form.projectRelu),
    after: () => tf.maxPool(convolve(x, k.poolProject, form.projectRelu), 3, 1, 'same'),
  }[form.pool]();
  return form.join([
    convolve(x, k.one, form.branchRelu),
    convolve(convolve(x, k.threeReduce, form.reduceRelu), k.three, form.branchRelu),
    convolve(convolve(x, k.fiveReduce, form.reduceRelu), k.five, form.branchRelu),
    pooled,
  ]);
}

const order =
  (...places: number[]) =>
  (branches: tf.Tensor4D[]): tf.Tensor =>
    tf.concat(
      places.map(i => branches[i]),
      3,
    );

/** Mistakes that only branches with equally many channels allow. */
const equal = (branches: tf.Tensor4D[], join: () => tf.Tensor): tf.Tensor =>
  branches.every(branch => branch.shape[3] === branches[0].shape[3]) ? join() : tf.tensor([]);

const MISTAKES: [message: string, form: Partial<Form>][] = [
  ['the reductions have no ReLU: every 1x1 convolution has one too', { reduceRelu: false }],
  ['the ReLU at the end of the branches is missing', { branchRelu: false, projectRelu: false }],
  ['only the reductions have a ReLU: the pool projection has it, the branches miss it', { branchRelu: false }],
  ['the pool projection has no ReLU', { projectRelu: false }],
  ['no convolution has a ReLU', { reduceRelu: false, branchRelu: false, projectRelu: false }],
  ['the projection was done before the pooling: it comes after', { pool: 'after' }],
  ['average pooling was taken: the module has max pooling', { pool: 'average' }],
  ['the pooling is missing before its projection', { pool: 'none' }],
  ['the pooling takes zeros from outside the picture: pad with minus infinity, as `same` does', { pool: 'zeros' }],
  ['the 3x3 and the 5x5 branch are swapped: the order is 1x1, 3x3, 5x5, pool', { join: order(0, 2, 1, 3) }],
  ['the pool branch is first: the order is 1x1, 3x3, 5x5, pool', { join: order(3, 0, 1, 2) }],
  ['the branches are in reverse: the order is 1x1, 3x3, 5x5, pool', { join: order(3, 2, 1, 0) }],
  [
    'the branches were joined along another axis: the channels are the last one',
    { join: b => equal(b, () => tf.concat(b, 1)) },
  ],
  ['the branches were added: concatenate them', { join: b => equal(b, () => tf.addN(b)) }],
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

/** Kernels with these output channels: 1x1; 3x3 reduction, 3x3; 5x5 reduction, 5x5; pool projection. */
function kernels(input: number, [one, threeReduce, three, fiveReduce, five, pool]: number[]): InceptionKernels {
  return {
    one: random(1, 1, input, one),
    threeReduce: random(1, 1, input, threeReduce),
    three: random(3, 3, threeReduce, three),
    fiveReduce: random(1, 1, input, fiveReduce),
    five: random(5, 5, fiveReduce, five),
    poolProject: random(1, 1, input, pool),
  };
}

async function expectModule(x: tf.Tensor4D, k: InceptionKernels, byHand?: number[]): Promise<void> {
  const answer: unknown = await inception(x, k);
  assert.ok(answer instanceof tf.Tensor, `inception must return a tensor, got ${typeof answer}.`);
  const [actual, right] = [numbers(answer), module(x, k)];
  const sameShape = String(answer.shape) === String(right.shape);
  if (sameShape && close(actual, byHand ?? numbers(right))) return;
  const mistake = MISTAKES.find(([, form]) => close(actual, numbers(module(x, k, form))));
  assert.ok(mistake || sameShape, `the shape is ${answer.shape}; expected ${right.shape}, all channels side by side.`);
  assert.fail(mistake ? `${mistake[0]}.` : `expected ${show(byHand ?? numbers(right))}, got ${show(actual)}.`);
}

describe('05-inception', () => {
  it('counts neighbours on a picture of ones, by hand [1]', () => {
    const ones = (side: number) => tf.ones<tf.Rank.R4>([side, side, 1, 1]);
    const one = ones(1);
    const k = { one, threeReduce: one, three: ones(3), fiveReduce: one, five: ones(5), poolProject: one };
    const corner = [1, 4, 9, 1];
    const edge = [1, 6, 9, 1];
    const centre = [1, 9, 9, 1];
    const rows = [corner, edge, corner, edge, centre, edge, corner, edge, corner];
    return expectModule(tf.ones([1, 3, 3, 1]), k, rows.flat());
  });

  it('joins four branches of two channels each [1]', () =>
    expectModule(random(2, 4, 4, 3), kernels(3, [2, 3, 2, 2, 2, 2])));

  it("has the channels of GoogLeNet's module 3a, an eighth of them [1]", () =>
    expectModule(random(1, 5, 7, 24), kernels(24, [8, 12, 16, 2, 4, 4])));

  it('pools negative pictures without zeros from outside [1]', () =>
    expectModule(tf.neg(tf.abs(random(1, 3, 4, 2))), {
      ...kernels(2, [1, 2, 3, 2, 1, 2]),
      poolProject: tf.fill([1, 1, 2, 2], -1),
    }));

  it('works on pictures smaller than its kernels [1]', async () => {
    await expectModule(random(1, 1, 1, 2), kernels(2, [2, 3, 1, 2, 2, 1]));
    await expectModule(random(2, 2, 1, 2), kernels(2, [2, 3, 1, 2, 2, 1]));
  });

  it('works on random pictures and kernels [1]', async () => {
    for (let i = 0; i < 3; i++) await expectModule(random(2, 3 + i, 6 - i, 2), kernels(2, [1 + i, 2, 3, 2, 2, 1]));
  });

  describe('hidden', () => {
    it('works on other sizes [3]', async () => {
      const size = (): number => draw.integer(2, 5);
      const channels = [size(), size(), size(), size(), size(), size()];
      await expectModule(random(2, size() + 1, size() + 1, 3), kernels(3, channels));
    });
  });
});
