import { tf } from 'cnn-kit';
import { answers, expectData, expectNumber, expectTensor, type Mistake, random } from './answers';

const { channelShuffle, groupsSeen, shuffleOrder, unitCost } =
  answers<typeof import('../../solutions/08-channel-shuffle')>('08-channel-shuffle');

const image = (...shape: [number, number, number, number]): tf.Tensor4D => random.normal<tf.Rank.R4>(shape);

/** By the definition: the channel that stands at each place. */
const order = (channels: number, groups: number): number[] => {
  const size = channels / groups;
  return Array.from({ length: size }, (_, i) => Array.from({ length: groups }, (_, g) => g * size + i)).flat();
};
const taken = (x: tf.Tensor4D, from: number[]): tf.Tensor4D => tf.gather(x, tf.tensor1d(from, 'int32'), 3);
const count = (length: number): number[] => Array.from({ length }, (_, i) => i);

async function expectShuffle(x: tf.Tensor4D, groups: number, byHand?: tf.Tensor): Promise<void> {
  const channels = x.shape[3];
  const size = channels / groups;
  const mistakes: Mistake<tf.Tensor>[] = [
    ['nothing moves in your answer: the table of groups has to be turned', () => x],
    ['this is the way back: the first axis of the table is the groups', () => taken(x, order(channels, size))],
    ['the channels are only turned around', () => x.reverse(3)],
    ['the groups come in the wrong order', () => taken(x, order(channels, groups)).reshape([-1, size, groups]).reverse(2).reshape(x.shape)],
    ['there are always two groups in your answer', () => taken(x, order(channels, 2))],
    ['the groups move as a whole: the first channels of all groups come first', () => x.reshape([-1, groups, size]).reverse(1).reshape(x.shape)],
    ['pixels move: the shuffle is of the channels of each pixel by itself', () => x.reshape([x.shape[0], groups, -1]).transpose([0, 2, 1]).reshape(x.shape)],
    ['images change places: the shuffle is of the channels of each pixel by itself', () => x.reshape([groups, -1]).transpose().reshape(x.shape)],
  ]; // prettier-ignore
  expectTensor(
    await channelShuffle(x, groups),
    byHand ?? taken(x, order(channels, groups)),
    mistakes,
    `with ${groups} groups of ${size}, the answer`,
  );
}

async function expectOrder(channels: number, groups: number): Promise<void> {
  const right = order(channels, groups);
  expectData(
    await shuffleOrder(channels, groups),
    right,
    [
      ['this says where each channel goes: where each comes from is asked', () => order(channels, channels / groups)],
      ['nothing moves in your answer', () => count(channels)],
      ['channels count from 0', () => right.map(c => c + 1)],
      ['the groups come in the wrong order', () => count(channels).map(c => right[c - (c % groups) + groups - 1 - (c % groups)])],
      ['these are the groups of the channels: the channels are asked', () => right.map(c => Math.floor(c / (channels / groups)))],
    ],
    `the order of ${channels} channels in ${groups} groups`,
  ); // prettier-ignore
}

async function expectSeen(channels: number, groups: number, shuffled: boolean): Promise<void> {
  const size = channels / groups;
  const from = shuffled ? order(channels, groups) : count(channels);
  const seen = (g: number): number[] => from.slice(g * size, (g + 1) * size).map(c => Math.floor(c / size));
  const once = (list: number[]): number[] => [...new Set(list)].sort((a, b) => a - b);
  const each = (of: (g: number) => number[]): number[][] => count(groups).map(of);
  expectData(
    await groupsSeen(channels, groups, shuffled),
    each(g => once(seen(g))),
    [
      ['the shuffle changes nothing in your answer', () => each(g => [g])],
      ['every group sees all: a group of few channels cannot, and without a shuffle none does', () => each(() => count(groups))],
      ['the groups ascend', () => each(g => [...new Set(seen(g))])],
      ['each group is named once', () => each(g => [...seen(g)].sort((a, b) => a - b))],
      ['each group is named once', () => each(seen)],
      ['these are channels: the groups that they are in are asked', () => each(g => once(from.slice(g * size, (g + 1) * size)))],
      ['these are numbers of groups: which they are is asked', () => each(g => once(seen(g)).length as never)],
    ],
    `${channels} channels in ${groups} groups, ${shuffled ? 'shuffled' : 'not shuffled'}`,
  ); // prettier-ignore
}

async function expectCost(h: number, w: number, c: number, m: number, g: number): Promise<void> {
  const cost = (await unitCost(h, w, c, m, g)) as unknown as Record<string, unknown> | undefined;
  const ones = 2 * c * m;
  const parts: [string, number, number][] = [
    ['resnet', ones, 9 * m * m],
    ['resnext', ones, (9 * m * m) / g],
    ['shufflenet', ones / g, 9 * m],
  ];
  for (const [name, narrow, wide] of parts) {
    const right = h * w * (narrow + wide);
    const mistakes: Mistake<number>[] = [
      ['the places are missing: every filter works at height * width places', () => right / h / w],
      ['a multiply-add was counted as two operations: count it once', () => 2 * right],
      ['there are two 1 x 1 convolutions', () => h * w * (narrow / 2 + wide)],
      ['biases were counted', () => right + h * w * (2 * m + c)],
      ['the 3 x 3 filters have nine numbers for each channel', () => h * w * (narrow + wide / 3)],
    ];
    if (name === 'resnext') {
      mistakes.unshift(
        ['the groups of resnext are missing', () => h * w * (ones + 9 * m * m)],
        ['only the 3 x 3 convolution of resnext has groups', () => h * w * (ones + 9 * m * m) / g],
        ['the 3 x 3 filters of resnext are not depthwise', () => h * w * (ones + 9 * m)],
      ); // prettier-ignore
    }
    if (name === 'shufflenet') {
      mistakes.unshift(
        ['the 1 x 1 convolutions of shufflenet have groups, too', () => h * w * (ones + 9 * m)],
        ['the 3 x 3 convolution of shufflenet is depthwise: each filter sees one channel', () => h * w * (ones / g + 9 * m * m)],
        ['the 3 x 3 convolution of shufflenet is depthwise: its groups are its channels', () => h * w * (ones / g + (9 * m * m) / g)],
        ['a depthwise convolution is not divided by the groups again', () => h * w * (ones / g + (9 * m) / g)],
      ); // prettier-ignore
    }
    expectNumber(cost?.[name], right, mistakes, name);
  }
}

/** Groups, and more channels in each than there are groups, so that no way back is the way there. */
function sizes(): [channels: number, groups: number] {
  const groups = 3 + Math.floor(3 * random());
  return [groups * (groups + 1 + Math.floor(3 * random())), groups];
}

describe('08-channel-shuffle', () => {
  it('takes the first channel of every group, then the second, by hand [1]', () =>
    expectShuffle(
      tf.tensor4d([0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15], [1, 2, 1, 6]),
      3,
      tf.tensor4d([0, 2, 4, 1, 3, 5, 10, 12, 14, 11, 13, 15], [1, 2, 1, 6]),
    ));
  it('shuffles random images, of any number of groups [2]', async () => {
    const [channels, groups] = sizes();
    await expectShuffle(image(2, 3, 2, channels), groups);
    await expectShuffle(image(2, 2, 3, 12), 4);
    await expectShuffle(image(1, 2, 2, 5), 1);
  });
  it('says which channel stands where [1]', async () => {
    await expectOrder(6, 2);
    await expectOrder(...sizes());
  });
  it('mixes the groups: all of them where a group has channels for all [1]', async () => {
    await expectSeen(8, 2, false);
    await expectSeen(6, 3, true);
    await expectSeen(...sizes(), true);
  });
  it('costs by the formulas of section 3.2 [1]', async () => {
    await expectCost(28, 28, 240, 60, 3);
    await expectCost(7, 5, 24 * (1 + Math.floor(4 * random())), 12 * (1 + Math.floor(4 * random())), 3);
  });

  describe('hidden', () => {
    it('sees fewer groups than there are where the groups are small [2]', async () => {
      await expectSeen(12, 4, true);
      for (let i = 0; i < 6; i++) {
        const groups = random.integer(4, 20);
        await expectSeen(groups * random.integer(2, 3), groups, true);
      }
    });
    it('says what stands where and what it costs, in other sizes [2]', async () => {
      for (let i = 0; i < 4; i++) {
        const groups = random.integer(2, 20);
        await expectOrder(groups * random.integer(2, 20), groups);
        await expectCost(random.integer(5, 99), random.integer(5, 99), 24 * random.integer(1, 9), 12 * random.integer(1, 9), 3);
      }
    });
    it('shuffles what it has shuffled back, with as many groups as a group has channels [2]', async () => {
      const [channels, groups] = sizes();
      const x = image(1, 2, 3, channels);
      await expectShuffle(x, groups);
      const back = await channelShuffle((await channelShuffle(x, groups)) as tf.Tensor4D, channels / groups);
      expectTensor(back, x, [], 'the image that was shuffled there and back');
    });
  });
});
