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
  // YOUR CODE HERE: see the channels as a table of groups x channels of a group, turn the table, and make it a row again
  throw new Error('Not written yet: see the channels as a table of groups x channels of a group, turn the table, and make it a row again.');
}

/** From which channel each channel of the shuffled image comes: entry c is the place in the image before the shuffle. */
export function shuffleOrder(channels: number, groups: number): number[] {
  // YOUR CODE HERE: channel c of the output belongs to group c modulo groups
  throw new Error('Not written yet: channel c of the output belongs to group c modulo groups.');
}

/**
 * Two grouped convolutions of the same groups and as many channels, with a shuffle between them or without: which groups of
 * the first each group of the second sees. Entry g is of group g, its groups ascending, each once.
 */
export function groupsSeen(channels: number, groups: number, shuffled: boolean): number[][] {
  // YOUR CODE HERE: for each group of the second, look up where its channels come from, and which groups those are in
  throw new Error('Not written yet: for each group of the second, look up where its channels come from, and which groups those are in.');
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
  // YOUR CODE HERE: add up the three convolutions; each of a filter's numbers is used at every place
  throw new Error('Not written yet: add up the three convolutions; each of a filter\'s numbers is used at every place.');
}
