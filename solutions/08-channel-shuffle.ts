/**
 * Exercise 8: channel shuffle, without which grouped convolutions never exchange what they see (Zhang, Zhou, Lin & Sun,
 * "ShuffleNet: An Extremely Efficient Convolutional Neural Network for Mobile Devices", CVPR 2018, sections 3.1 and 3.2).
 *
 * Points: 12. About 25 minutes. Difficulty: 2 of 3.
 */
import { tf } from 'cnn-kit';

/**
 * Figure 1 (c): the channels are `groups` groups of the same size; first come the first channels of all groups, in the order
 * of the groups, then the second channels of all groups, and so on. No pixel moves.
 *
 * @param x [batch, height, width, channels]; channels is a multiple of `groups`
 * @returns [batch, height, width, channels]
 */
export function channelShuffle(x: tf.Tensor4D, groups: number): tf.Tensor4D {
  // BEGIN SOLUTION: see the channels as a table of groups x channels of a group, turn the table, and make it a row again
  // HINT: The channels are [groups, channels / groups] where the last axis is read row by row; the shuffle transposes that.
  // HINT: reshape to [batch * height * width, groups, channels / groups], transpose [0, 2, 1], reshape to the shape of x.
  const [batch, height, width, channels] = x.shape;
  return x
    .reshape([batch * height * width, groups, channels / groups])
    .transpose([0, 2, 1])
    .reshape(x.shape);
  // END SOLUTION
}

/** From which channel each channel of the shuffled image comes: entry c is the place in the image before the shuffle. */
export function shuffleOrder(channels: number, groups: number): number[] {
  // BEGIN SOLUTION: channel c of the output belongs to group c modulo groups
  // HINT: It is the channel number Math.floor(c / groups) of that group; each group has channels / groups of them.
  // HINT: (c % groups) * (channels / groups) + Math.floor(c / groups)
  return Array.from({ length: channels }, (_, c) => (c % groups) * (channels / groups) + Math.floor(c / groups));
  // END SOLUTION
}

/**
 * Two grouped convolutions of the same groups and as many channels, with a shuffle between them or without: which groups of
 * the first each group of the second sees. Entry g is of group g, its groups ascending, each once.
 */
export function groupsSeen(channels: number, groups: number, shuffled: boolean): number[][] {
  // BEGIN SOLUTION: for each group of the second, look up where its channels come from, and which groups those are in
  // HINT: Without a shuffle, channel c comes from channel c; with it, from shuffleOrder(channels, groups)[c].
  // HINT: Channel c is in group Math.floor(c / (channels / groups)). A Set keeps each once; sort with (a, b) => a - b.
  const width = channels / groups;
  const order = shuffled ? shuffleOrder(channels, groups) : Array.from({ length: channels }, (_, c) => c);
  return Array.from({ length: groups }, (_, g) => {
    const seen = order.slice(g * width, (g + 1) * width).map(c => Math.floor(c / width));
    return [...new Set(seen)].sort((a, b) => a - b);
  });
  // END SOLUTION
}

/**
 * Multiply-adds of one unit without biases on a map of height x width x channels (section 3.2): a 1 x 1 convolution to
 * `bottleneck` channels, a 3 x 3 convolution that keeps them, and a 1 x 1 convolution back to `channels`.
 * resnet: no groups. resnext: the 3 x 3 convolution in groups. shufflenet: both 1 x 1 convolutions in groups, and the 3 x 3
 * convolution depthwise.
 */
export function unitCost(
  height: number,
  width: number,
  channels: number,
  bottleneck: number,
  groups: number,
): { resnet: number; resnext: number; shufflenet: number } {
  // BEGIN SOLUTION: add up the three convolutions; each of a filter's numbers is used at every place
  // HINT: Two 1 x 1 convolutions have 2 * channels * bottleneck numbers, the 3 x 3 has 9 * bottleneck ** 2; groups divide.
  // HINT: shufflenet: places * ((2 * channels * bottleneck) / groups + 9 * bottleneck)
  const places = height * width;
  const ones = 2 * channels * bottleneck;
  return {
    resnet: places * (ones + 9 * bottleneck ** 2),
    resnext: places * (ones + (9 * bottleneck ** 2) / groups),
    shufflenet: places * (ones / groups + 9 * bottleneck),
  };
  // END SOLUTION
}
