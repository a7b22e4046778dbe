import assert from 'node:assert/strict';
import type { Convolution } from '../../solutions/01-count-conv';
import { answers, random as draw } from './answers';

const { countConv } = answers<typeof import('../../solutions/01-count-conv')>('01-count-conv');

type Full = Required<Convolution>;
type Counts = [parameters: number, multiplyAdds: number];

const outputLength = (n: number, c: Full): number => Math.floor((n + 2 * c.padding - c.kernel) / c.stride) + 1;
const places = (c: Full): number => outputLength(c.height, c) * outputLength(c.width, c);
const filters = (c: Full): number => (c.kernel ** 2 * c.inputChannels * c.outputChannels) / c.groups;
const biases = (c: Full): number => (c.bias ? c.outputChannels : 0);
const count = (c: Full): Counts => [filters(c) + biases(c), places(c) * filters(c)];

/** The two numbers that people get instead. */
const MISTAKES: [message: string, counts: (c: Full, right: Counts) => Counts][] = [
  ['the groups were forgotten: a filter sees only inputChannels / groups channels', c => count({ ...c, groups: 1 })],
  [
    'it was divided by the groups twice: only the input channels are split, not the filters too',
    c => count({ ...c, groups: c.groups ** 2 }),
  ],
  ['the groups were forgotten in the multiply-adds', (c, right) => [right[0], right[1] * c.groups]],
  ['the groups were forgotten in the parameters', (c, right) => [filters(c) * c.groups + biases(c), right[1]]],
  ['the biases were forgotten: one for each output channel', (c, right) => [filters(c), right[1]]],
  ['biases were counted though bias is false', (c, right) => [filters(c) + c.outputChannels, right[1]]],
  [
    'there is one bias for each output channel, not for each input channel',
    (c, right) => [filters(c) + c.inputChannels, right[1]],
  ],
  ['there is one bias for each filter, not one alone', (c, right) => [filters(c) + 1, right[1]]],
  [
    'the biases were divided by the groups: every output channel has one',
    (c, right) => [filters(c) + c.outputChannels / c.groups, right[1]],
  ],
  [
    'adding the bias was counted: multiply-adds are of the filters only',
    (c, right) => [right[0], places(c) * right[0]],
  ],
  ['a multiply-add was counted as two operations: count it once', (c, right) => [right[0], 2 * right[1]]],
  ['the stride was forgotten', c => count({ ...c, stride: 1 })],
  ['the padding was forgotten', c => count({ ...c, padding: 0 })],
  ['the padding was added on one side: it is on both', c => count({ ...c, padding: c.padding / 2 })],
  [
    'the output length was rounded up: a filter that does not fit is left out',
    (c, right) => {
      const up = (n: number): number => Math.ceil((n + 2 * c.padding - c.kernel) / c.stride) + 1;
      return [right[0], up(c.height) * up(c.width) * filters(c)];
    },
  ],
  [
    'the "+ 1" of the output length is missing',
    (c, right) => [right[0], (outputLength(c.height, c) - 1) * (outputLength(c.width, c) - 1) * filters(c)],
  ],
  [
    'the places of the input were counted: take those of the output',
    (c, right) => [right[0], c.height * c.width * filters(c)],
  ],
  ['the height was taken for the width too', (c, right) => [right[0], outputLength(c.height, c) ** 2 * filters(c)]],
  [
    'the kernel was not squared: filters have kernel x kernel places',
    c => [filters(c) / c.kernel + biases(c), (places(c) * filters(c)) / c.kernel],
  ],
];

async function expectCounts(convolution: Convolution, byHand?: Counts): Promise<void> {
  const c: Full = { stride: 1, padding: 0, groups: 1, bias: true, ...convolution };
  const answer = (await countConv(convolution)) as unknown as Record<string, unknown> | undefined;
  const counts = [answer?.parameters, answer?.multiplyAdds];
  const isNumbers = counts.every(n => typeof n === 'number');
  assert.ok(isNumbers, 'countConv must return { parameters, multiplyAdds }, two numbers.');
  const right = byHand ?? count(c);
  const same = (other: Counts): boolean => other.every((n, i) => n === counts[i]);
  if (same(right)) return;
  const mistake = MISTAKES.find(([, wrong]) => same(wrong(c, right)));
  assert.fail(mistake ? `${mistake[0]}.` : `expected ${right.join(' and ')}, got ${counts.join(' and ')}.`);
}

const random = draw.integer;

function randomConvolution(bias: boolean): Convolution {
  const groups = random(1, 4);
  return {
    height: random(7, 40),
    width: random(7, 40),
    inputChannels: groups * random(1, 8),
    outputChannels: groups * random(1, 8),
    kernel: random(1, 7),
    stride: random(1, 4),
    padding: random(0, 3),
    groups,
    bias,
  };
}

describe('01-count-conv', () => {
  it('counts three 3x3 filters on a picture of 4 x 6, by hand [1]', () =>
    expectCounts({ height: 4, width: 6, inputChannels: 2, outputChannels: 3, kernel: 3 }, [57, 432]));

  it("counts AlexNet's conv1: 11x11, stride 4 [1]", () =>
    expectCounts(
      { height: 227, width: 227, inputChannels: 3, outputChannels: 96, kernel: 11, stride: 4 },
      [34_944, 105_415_200],
    ));

  it("counts ResNet's first convolution: padding, no bias, and a stride that does not divide [1]", () =>
    expectCounts(
      { height: 224, width: 224, inputChannels: 3, outputChannels: 64, kernel: 7, stride: 2, padding: 3, bias: false },
      [9_408, 118_013_952],
    ));

  it("counts AlexNet's conv2 on two graphics cards: groups [1]", () =>
    expectCounts(
      { height: 27, width: 27, inputChannels: 96, outputChannels: 256, kernel: 5, padding: 2, groups: 2 },
      [307_456, 223_948_800],
    ));

  it('counts a depthwise convolution: as many groups as channels [1]', async () => {
    for (const [height, width, channels] of [
      [15, 9, 32],
      [random(8, 40), random(8, 40), 8 * random(1, 8)],
    ])
      await expectCounts({
        height,
        width,
        inputChannels: channels,
        outputChannels: channels,
        kernel: 3,
        stride: 2,
        padding: 1,
        groups: channels,
      });
  });

  it('counts convolutions of random sizes [1]', async () => {
    for (let i = 0; i < 6; i++) await expectCounts(randomConvolution(i % 2 === 0));
  });

  describe('hidden', () => {
    it('counts convolutions of other sizes [4]', async () => {
      for (let i = 0; i < 6; i++) await expectCounts(randomConvolution(i % 2 === 1));
    });
  });
});
