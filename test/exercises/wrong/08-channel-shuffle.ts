/** Answers that people give to exercise 08-channel-shuffle, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import * as solution from '../../../solutions/08-channel-shuffle';

type Shuffle = (x: tf.Tensor4D, groups: number) => unknown;
type Costs = ReturnType<typeof solution.unitCost>;
const shuffle = (name: string, message: RegExp, channelShuffle: Shuffle) => ({
  ...solution,
  name,
  message,
  channelShuffle,
});
const order = (name: string, message: RegExp, shuffleOrder: typeof solution.shuffleOrder) => ({
  ...solution,
  name,
  message,
  shuffleOrder,
});
const seen = (name: string, message: RegExp, groupsSeen: (c: number, g: number, shuffled: boolean) => unknown) => ({
  ...solution,
  name,
  message,
  groupsSeen,
});
const cost = (
  name: string,
  message: RegExp,
  change: (right: Costs, h: number, w: number, c: number, m: number, g: number) => Partial<Costs>,
) => ({
  ...solution,
  name,
  message,
  unitCost: (...v: [number, number, number, number, number]): Costs => {
    const right = solution.unitCost(...v);
    return { ...right, ...change(right, ...v) };
  },
});
const right = solution.channelShuffle;
const from = solution.shuffleOrder;
const count = (length: number): number[] => Array.from({ length }, (_, i) => i);
const parts = (x: tf.Tensor4D, groups: number): tf.Tensor4D[] => tf.split<tf.Tensor4D>(x, groups, 3);
const groupsOf = (c: number, g: number, shuffled: boolean): number[][] =>
  count(g).map(i =>
    (shuffled ? from(c, g) : count(c)).slice((i * c) / g, ((i + 1) * c) / g).map(place => Math.floor((place * g) / c)),
  );

export const wrong = [
  shuffle('does not transpose', /nothing moves/, x => x.clone()),
  shuffle('splits and joins', /nothing moves/, (x, g) => tf.concat(parts(x, g), 3)),
  shuffle('turns the axes of the table around', /way back/, (x, g) => right(x, x.shape[3] / g)),
  shuffle('reverses', /only turned around/, x => x.reverse(3)),
  shuffle('begins with the last group', /wrong order/, (x, g) => tf.stack(parts(x, g).reverse(), 4).reshape(x.shape)),
  shuffle('has two groups', /always two groups/, (x, g) => (x.shape[3] % 2 ? right(x, g) : right(x, 2))),
  shuffle('moves the groups', /as a whole/, (x, g) => tf.concat(parts(x, g).reverse(), 3)),
  shuffle('forgets height and width', /pixels move/, (x, g) =>
    x.reshape([x.shape[0], g, -1]).transpose([0, 2, 1]).reshape(x.shape),
  ),
  shuffle('forgets the batch', /images change places/, (x, g) => x.reshape([g, -1]).transpose().reshape(x.shape)),
  order('says where each goes', /where each comes from/, (c, g) => from(c, c / g)),
  order('is in order', /nothing moves/, c => count(c)),
  order('counts from 1', /count from 0/, (c, g) => from(c, g).map(place => place + 1)),
  order('begins with the last group', /wrong order/, (c, g) =>
    count(c).map(i => (g - 1 - (i % g)) * (c / g) + Math.floor(i / g)),
  ),
  order('gives groups', /groups of the channels/, (c, g) => count(c).map(i => i % g)),
  seen('ignores the shuffle', /changes nothing/, (c, g) => solution.groupsSeen(c, g, false)),
  seen('sees all', /sees all/, (_, g) => count(g).map(() => count(g))),
  seen('repeats groups', /named once/, (c, g, s) => groupsOf(c, g, s).map(list => list.sort((a, b) => a - b))),
  seen('repeats groups as they come', /named once/, groupsOf),
  seen('does not sort', /groups ascend/, (c, g, s) => groupsOf(c, g, s).map(list => [...new Set(list)])),
  seen('gives channels', /these are channels/, (c, g, s) =>
    count(g).map(i => (s ? from(c, g) : count(c)).slice((i * c) / g, ((i + 1) * c) / g).sort((a, b) => a - b)),
  ),
  seen('counts', /numbers of groups/, (c, g, s) => solution.groupsSeen(c, g, s).map(list => list.length)),
  cost('forgets the places', /places are missing/, ({ resnet }, h, w) => ({ resnet: resnet / (h * w) })),
  cost('counts twice', /two operations/, ({ resnet }) => ({ resnet: 2 * resnet })),
  cost('has one 1 x 1', /two 1 x 1/, ({ resnet }, h, w, c, m) => ({ resnet: resnet - h * w * c * m })),
  cost('counts biases', /biases were counted/, ({ resnet }, h, w, c, m) => ({ resnet: resnet + h * w * (2 * m + c) })),
  cost('does not square', /nine numbers/, ({ resnet }, h, w, _, m) => ({ resnet: resnet - h * w * 6 * m * m })),
  cost('forgets the groups of resnext', /resnext are missing/, ({ resnet }) => ({ resnext: resnet })),
  cost('divides all of resnext', /only the 3 x 3 convolution of resnext/, ({ resnet }, h, w, c, m, g) => ({
    resnext: resnet / g,
  })),
  cost('makes resnext depthwise', /resnext are not depthwise/, (_, h, w, c, m) => ({
    resnext: h * w * (2 * c * m + 9 * m),
  })),
  cost('groups the depthwise alone', /1 x 1 convolutions of shufflenet have groups/, (_, h, w, c, m) => ({
    shufflenet: h * w * (2 * c * m + 9 * m),
  })),
  cost('squares the bottleneck', /each filter sees one channel/, (_, h, w, c, m, g) => ({
    shufflenet: h * w * ((2 * c * m) / g + 9 * m * m),
  })),
  cost('groups the 3 x 3', /its groups are its channels/, (_, h, w, c, m, g) => ({
    shufflenet: h * w * ((2 * c * m) / g + (9 * m * m) / g),
  })),
  cost('divides again', /not divided by the groups again/, (_, h, w, c, m, g) => ({
    shufflenet: h * w * ((2 * c * m) / g + (9 * m) / g),
  })),
];
