import assert from 'node:assert/strict';
import { answers, expectNumber, type Mistake, random as draw } from './answers';

const { blockCost, bottlenecksFor, firstBlock } =
  answers<typeof import('../../solutions/06-bottleneck')>('06-bottleneck');

type Kind = 'basic' | 'bottleneck';

async function expectCost(kind: Kind, h: number, w: number, c: number, byHand?: [number, number]): Promise<void> {
  const answer = (await blockCost(kind, h, w, c)) as unknown as Record<string, unknown> | undefined;
  const [parameters, multiplyAdds] = byHand ?? [
    (kind === 'basic' ? 18 : 17) * c * c,
    (kind === 'basic' ? 18 : 17) * c * c * h * w,
  ];
  const convolutions = kind === 'basic' ? 2 : 3;
  const biases = kind === 'basic' ? 2 * c : 6 * c;
  const mistakes: Mistake<number>[] = [
    ['biases were counted: batch normalization makes them needless', () => parameters + biases],
    ['batch normalization was counted', () => parameters + 2 * biases],
    ['one 3x3 convolution only was counted: the basic block has two', () => (kind === 'basic' ? 9 * c * c : NaN)],
    [
      'the 1x1 convolutions go between channels and 4 * channels: each has 4 C^2 numbers',
      () => (kind === 'basic' ? NaN : 11 * c * c),
    ],
    ['this is a bottleneck that is `channels` wide outside: it is 4 * channels', () => (c * c) / 8 + (9 * c * c) / 16],
    [
      'the 3x3 convolution works on `channels`, not on 4 * channels',
      () => (kind === 'basic' ? NaN : 8 * c * c + 144 * c * c),
    ],
    [
      'the shortcut has a cost in your count: an identity has none',
      () => parameters + (kind === 'basic' ? c * c : 16 * c * c),
    ],
    ['the channels were not squared: each filter has all channels', () => parameters / c],
  ];
  expectNumber(answer?.parameters, parameters, mistakes, `parameters of the ${kind} block`);
  expectNumber(
    answer?.multiplyAdds,
    multiplyAdds,
    [
      ['the places are missing: every filter works at height * width places', () => parameters],
      ['a multiply-add was counted as two operations: count it once', () => 2 * multiplyAdds],
      ['the height was taken for the width too', () => parameters * h * h],
      ['the addition of the shortcut was counted', () => multiplyAdds + h * w * c * (kind === 'basic' ? 1 : 4)],
      ['the places were counted for each convolution: they are in the sum already', () => convolutions * multiplyAdds],
    ],
    `multiply-adds of the ${kind} block`,
  );
}

async function expectFirst(h: number, w: number, i: number, c: number, byHand?: [number, number]): Promise<void> {
  const places = (h * w) / 4;
  const rest = places * (13 * c * c + 4 * i * c);
  const early = places * i * c + rest;
  const late = 4 * places * i * c + rest;
  const common = (all: number): Mistake<number>[] => [
    ['the projection is missing: the shortcut changes its shape', () => all - places * 4 * i * c],
    ['the projection works at all places in your count: it has the stride too', () => all + 3 * places * 4 * i * c],
    [
      'the maps are halved in one direction only: a quarter of the places is left',
      () => all + places * (13 * c * c + 4 * i * c) + (all === early ? places * i * c : 0),
    ],
    ['nothing is halved in your count: the stride is 2', () => 4 * places * (i * c + 13 * c * c + 4 * i * c)],
    ['the 3x3 convolution works at all places in your count', () => all + 3 * places * 9 * c * c],
    [
      'the first 1x1 convolution sees `inputs` channels, not 4 * channels',
      () => all + (all === early ? 1 : 4) * places * (4 * c * c - i * c),
    ],
  ];
  expectNumber(
    await firstBlock(h, w, i, c, '1x1'),
    byHand?.[0] ?? early,
    [["the first 1x1 convolution has the stride if it stands in '1x1'", () => late], ...common(early)],
    "the stride in '1x1'",
  );
  expectNumber(
    await firstBlock(h, w, i, c, '3x3'),
    byHand?.[1] ?? late,
    [["the first 1x1 convolution works at all places if the stride stands in '3x3'", () => early], ...common(late)],
    "the stride in '3x3'",
  );
}

async function expectBottlenecks(blocks: number): Promise<void> {
      const right = Math.floor((18 * blocks) / 17);
      expectNumber(
        await bottlenecksFor(blocks),
        right,
        [
          ['a part of a block is no block: round down', () => (18 * blocks) / 17],
          ['this costs more than the basic blocks: round down', () => Math.ceil((18 * blocks) / 17)],
          ['turn it around: a bottleneck costs less than a basic block', () => Math.floor((17 * blocks) / 18)],
          ['the ratio is 18 to 17: both costs are given by blockCost', () => blocks],
          ['the layers were compared, 2 to 3: compare the multiply-adds', () => Math.floor((2 * blocks) / 3)],
        ],
        `for ${blocks} basic blocks`,
      );
}

describe('06-bottleneck', () => {
  it('counts a basic block: 73,728 numbers with 64 channels [1]', () =>
    expectCost('basic', 56, 56, 64, [73_728, 231_211_008]));
  it('counts a bottleneck: 69,632 numbers with 64 channels inside [1]', () =>
    expectCost('bottleneck', 56, 56, 64, [69_632, 218_365_952]));
  it('counts blocks of any size [1]', async () => {
    for (const kind of ['basic', 'bottleneck'] as const)
      for (let i = 0; i < 4; i++) {
        const [h, w, c] = [3, 5, 2].map(least => least + Math.floor(20 * draw()));
        await expectCost(kind, h, w + 20, c);
      }
  });

  it('counts the first block of the second stage, by hand [1]', () =>
    expectFirst(56, 56, 256, 128, [
      784 * (256 * 128 + 13 * 128 * 128 + 4 * 256 * 128),
      784 * (4 * 256 * 128 + 13 * 128 * 128 + 4 * 256 * 128),
    ]));
  it('counts first blocks of any size [1]', async () => {
    for (let i = 0; i < 4; i++) await expectFirst(2 * (i + 3), 2 * (i + 1), 10 + 7 * i, 3 + i);
    await expectFirst(2 * draw.integer(2, 40), 2 * draw.integer(2, 40), draw.integer(3, 99), draw.integer(3, 99));
  });
  it('explains why torchvision’s ResNet-50 has 4.09 G multiply-adds and the paper’s 3.86 G [1]', async () => {
    let difference = 0;
    for (const [size, inputs, channels] of [
      [56, 256, 128],
      [28, 512, 256],
      [14, 1024, 512],
    ])
      // prettier-ignore
      difference += (await firstBlock(size, size, inputs, channels, '3x3')) - (await firstBlock(size, size, inputs, channels, '1x1'));
    assert.equal(
      (difference / 1e9).toFixed(3),
      '0.231',
      `over the three stages the difference is ${difference / 1e9} G; expected 0.231 G.`,
    );
  });

  it('says how many bottlenecks cost what basic blocks cost [1]', async () => {
    for (const blocks of [8, 1, 16, 17, 34, 100, draw.integer(100, 9999)]) await expectBottlenecks(blocks);
  });

  describe('hidden', () => {
    it('does all of that in other sizes [3]', async () => {
      const even = (): number => 2 * draw.integer(2, 40);
      for (const kind of ['basic', 'bottleneck'] as const) await expectCost(kind, even(), even() + 1, draw.integer(3, 99));
      await expectFirst(even(), even(), draw.integer(3, 99), draw.integer(3, 99));
      await expectBottlenecks(draw.integer(100, 9999));
    });
  });
});
