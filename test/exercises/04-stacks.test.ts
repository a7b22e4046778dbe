import assert from 'node:assert/strict';
import type { Stack } from '../../solutions/04-stacks';
import { answers, random as draw } from './answers';

const { depthFor, moreThanStack, stackCost } = answers<typeof import('../../solutions/04-stacks')>('04-stacks');

type Costs = [parameters: number, receptiveField: number, multiplyAdds: number];

const KEYS = ['parameters', 'receptiveField', 'multiplyAdds'] as const;
const cost = ({ kernel: k, depth: d, channels: c, height, width }: Stack): Costs => {
  const parameters = d * k * k * c * c;
  return [parameters, d * (k - 1) + 1, parameters * height * width];
};

/** What people get for one of the three. */
const MISTAKES: [key: (typeof KEYS)[number], message: string, cost: (s: Stack, right: Costs) => number][] = [
  [
    'parameters',
    'the channels were counted once: every filter has `channels` inputs, and there are `channels` filters',
    (s, [p]) => p / s.channels,
  ],
  ['parameters', 'biases were counted: these layers have none', (s, [p]) => p + s.depth * s.channels],
  ['parameters', 'this is one layer: multiply by the depth', (s, [p]) => p / s.depth],
  ['parameters', 'the kernel was not squared', (s, [p]) => p / s.kernel],
  ['parameters', 'the channels are missing: multiply by channels^2', (s, [p]) => p / s.channels ** 2],
  [
    'parameters',
    'the power is the depth: layers are added, not multiplied',
    s => (s.kernel * s.channels) ** (2 * s.depth),
  ],
  [
    'receptiveField',
    'the kernels were added: the pixels in the middle are shared, each layer adds kernel - 1',
    s => s.depth * s.kernel,
  ],
  ['receptiveField', 'the kernels were multiplied: each layer adds kernel - 1', s => s.kernel ** s.depth],
  ['receptiveField', 'the + 1 is missing: a unit sees its own pixel', (_, [, field]) => field - 1],
  ['receptiveField', 'this is the field of one layer', s => s.kernel],
  ['receptiveField', 'this is the area: the width is asked', (_, [, field]) => field ** 2],
  ['multiplyAdds', 'the places are missing: every filter works at height * width places', (_, [p]) => p],
  ['multiplyAdds', 'a multiply-add was counted as two operations: count it once', (_, [, , m]) => 2 * m],
  [
    'multiplyAdds',
    'the picture shrinks in your count: the padding keeps height and width',
    (s, [p]) => p * (s.height - s.kernel + 1) * (s.width - s.kernel + 1),
  ],
  [
    'multiplyAdds',
    'the picture shrinks from layer to layer in your count: the padding keeps height and width',
    (s, [p]) =>
      Array.from(
        { length: s.depth },
        (_, i) => (s.height - (i + 1) * (s.kernel - 1)) * (s.width - (i + 1) * (s.kernel - 1)),
      ).reduce((sum, places) => sum + (places * p) / s.depth, 0),
  ],
  ['multiplyAdds', 'the height was taken for the width too', (s, [p]) => p * s.height ** 2],
  ['multiplyAdds', 'this is one layer: multiply by the depth', (s, [, , m]) => m / s.depth],
];

async function expectCost(stack: Stack, byHand?: Costs): Promise<void> {
  const answer = (await stackCost(stack)) as unknown as Record<string, unknown> | undefined;
  const got = KEYS.map(key => answer?.[key]);
  const isNumbers = got.every(n => typeof n === 'number');
  assert.ok(isNumbers, `stackCost must return { ${KEYS.join(', ')} }, three numbers.`);
  const right = byHand ?? cost(stack);
  const first = got.findIndex((n, i) => n !== right[i]);
  if (first < 0) return;
  const mistake = MISTAKES.find(([key, , wrong]) => key === KEYS[first] && wrong(stack, right) === got[first]);
  assert.fail(`${KEYS[first]}: ${mistake ? mistake[1] : `expected ${right[first]}, got ${got[first]}`}.`);
}

/** A number, which may be one of those that people get. */
function expectNumber(answer: unknown, right: number, mistakes: [message: string, wrong: number][]): void {
  assert.ok(typeof answer === 'number', `the answer must be a number, got ${typeof answer}.`);
  const close = (x: number): boolean => Math.abs(answer - x) < 1e-6;
  if (close(right)) return;
  const mistake = mistakes.find(([, wrong]) => close(wrong));
  assert.fail(mistake ? `${mistake[0]}.` : `expected ${right}, got ${answer}.`);
}

async function expectDepth(field: number, kernel: number): Promise<void> {
  const exact = (field - 1) / (kernel - 1);
  expectNumber(await depthFor(field, kernel), Math.ceil(exact), [
    ['a stack sees too little: round up', Math.floor(exact)],
    ['the depth is not whole: round up', exact],
    ['each layer adds kernel - 1, not kernel', Math.ceil(field / kernel)],
    ['each layer adds kernel - 1, not kernel', field / kernel],
    ['each layer adds kernel - 1, not kernel', Math.floor(field / kernel)],
    ['the first pixel is there without a layer: take 1 from the field', Math.ceil(field / (kernel - 1))],
    ['the kernel is not always 3', Math.ceil((field - 1) / 2)],
  ]);
}

async function expectMore(size: number): Promise<void> {
  const ratio = size ** 2 / (9 * ((size - 1) / 2));
  expectNumber(await moreThanStack(size), ratio - 1, [
    ['this is the ratio: "81% more" is a ratio of 1.81', ratio],
    ['this is what the stack saves, a share of the large filter: take the share of the stack', 1 - 1 / ratio],
    ['this is the ratio of the stack to the large filter: turn it around', 1 / ratio],
    ['these are percents: 0.81 is asked', 100 * (ratio - 1)],
    ['this is the difference: divide it by the numbers of the stack', size ** 2 - 9 * ((size - 1) / 2)],
    ['only one 3x3 layer was taken: the stack must see as much', size ** 2 / 9 - 1],
    ['three layers were taken: the depth follows from the size', size ** 2 / 27 - 1],
  ]);
}

const random = draw.integer;

function randomStack(): Stack {
  const [side, few] = [() => random(14, 60), () => random(1, 4)];
  return { kernel: 1 + 2 * few(), depth: few(), channels: side(), height: side(), width: side() };
}

describe('04-stacks', () => {
  it('counts two 3x3 layers against one 5x5: 18 C^2 against 25 C^2 [1]', async () => {
    await expectCost({ kernel: 3, depth: 2, channels: 10, height: 8, width: 6 }, [1_800, 5, 86_400]);
    await expectCost({ kernel: 5, depth: 1, channels: 10, height: 8, width: 6 }, [2_500, 5, 120_000]);
  });

  it('counts three 3x3 layers against one 7x7: 27 C^2 against 49 C^2 [1]', async () => {
    await expectCost({ kernel: 3, depth: 3, channels: 256, height: 56, width: 56 }, [1_769_472, 7, 5_549_064_192]);
    await expectCost({ kernel: 7, depth: 1, channels: 256, height: 56, width: 56 }, [3_211_264, 7, 10_070_523_904]);
  });

  it('counts random stacks [1]', async () => {
    for (let i = 0; i < 6; i++) await expectCost(randomStack());
  });

  it('finds the depth for a receptive field [1]', async () => {
    for (const field of [3, 5, 7, 11, 33]) await expectDepth(field, 3);
  });

  it('finds it for other kernels, and where it does not come out even [1]', async () => {
    for (const [field, kernel] of [
      [9, 5],
      [11, 5],
      [8, 3],
      [20, 7],
      [1, 3],
      [random(30, 400), 5],
      [random(30, 400), 9],
    ])
      await expectDepth(field, kernel);
  });

  it('says how many parameters more a 5x5, 7x7 or 11x11 layer has [1]', async () => {
    for (const size of [7, 5, 3, 11]) await expectMore(size);
  });

  describe('hidden', () => {
    it('does all of that in other sizes [4]', async () => {
      for (let i = 0; i < 4; i++) {
        await expectCost(randomStack());
        await expectDepth(random(10, 200), 3 + 2 * random(0, 4));
        await expectMore(1 + 2 * random(3, 200));
      }
    });
  });
});
