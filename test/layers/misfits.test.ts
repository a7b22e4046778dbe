/** What a network says that cannot be built: the sizes, where in the network, and what was expected. */
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend';
import * as L from '../../src/layers';

const build = (...blocks: L.Block[]): tf.LayersModel => L.model('net', { inputShape: [32, 32, 64] }, ...blocks);
const three = (block: L.Block): tf.LayersModel =>
  build(
    L.relu(),
    L.convBnRelu(64, 3),
    L.repeat(2, () => block),
  );
const wrong = (value: unknown): never => value as never;

const MISFITS: [string, () => unknown, string][] = [
  ['a residual block with a stride', () => three(L.residual(L.conv(64, 3, { stride: 2 }))),
    'add: the shortcut gives 32 x 32 x 64, the body 16 x 16 x 64 (row 3, block 1); expected the same shape.'],
  ['a residual block with other filters', () => build(L.named('conv2', L.residual(L.conv(32, 3)))),
    'add: the shortcut gives 32 x 32 x 64, the body 32 x 32 x 32 (row 1, conv2); expected the same shape.'],
  ['a sum of three', () => build(L.add(L.identity, L.relu(), L.globalAvgPool())),
    'add: block 1 gives 32 x 32 x 64, block 2 32 x 32 x 64, block 3 64 values (row 1); expected the same shape.'],
  ['joined maps of other sizes', () => build(L.concat(L.conv(8, 3), L.conv(8, 3, { stride: 2 }))),
    'concat: block 1 gives 32 x 32 x 8, block 2 16 x 16 x 8 (row 1); expected the same height and width.'],
  ['a dense block with a stride', () => build(L.denselyConnected(L.conv(8, 3, { stride: 2 }))),
    'concat: the input gives 32 x 32 x 64, the body 16 x 16 x 8 (row 1); expected the same height and width.'],
  ['a gate of other channels', () => build(L.multiply(L.identity, L.chain(L.globalAvgPool({ keepDims: true }), L.conv(8, 1)))),
    'multiply: block 1 gives 32 x 32 x 64, block 2 1 x 1 x 8 (row 1); expected the same shape, or 1 x 1 in one of them.'],
  ['one block to add', () => build(L.add(L.relu())), 'add (row 1) has 1 blocks to join; expected at least 2.'],
  ['convolution after flatten', () => build(L.flatten(), L.conv(4, 3)),
    'conv takes a feature map of height x width x channels and gets 65536 values (row 2); expected it before flatten() or globalAvgPool().'],
  ['pooling after flatten', () => build(L.flatten(), L.maxPool(2)),
    'maxPool takes a feature map of height x width x channels and gets 65536 values (row 2); expected it before flatten() or globalAvgPool().'],
  ['dense on maps', () => build(L.relu(), L.dense(10)),
    'dense takes a vector and gets 32 x 32 x 64 (row 2); expected flatten() or globalAvgPool() before it.'],
  ['a window larger than the map', () => build(L.conv(4, 65, { padding: 0 })),
    'The image is too small: conv gets 32 x 32 and would give -32 x -32; expected a larger inputShape.'],
  ['groups that do not divide', () => build(L.conv(9, 3, { groups: 3 })),
    'conv has 3 groups for 64 channels and 9 filters; expected a divisor of both.'],
  ['a block that was not called', () => build(wrong(L.relu)),
    "relu (row 1) gives the block activation('relu'); expected a block, such as relu(...)."],
  ['something else than a block', () => build(wrong('relu')), "The block is 'relu'; expected a block, such as relu()."],
  ['no blocks', () => L.model('net', { inputShape: [8, 8, 3] }), "The network net has no blocks; expected one at least."],
  ['no options', () => L.model('net', wrong(L.relu())),
    "The options of net are the block activation('relu'); expected an object with inputShape, classes or seed."],
  ['a seed that is none', () => L.model('net', { inputShape: [8, 8, 3], seed: NaN }, L.relu()),
    'The option seed of net is NaN; expected a whole number.'],
]; // prettier-ignore

const WRONG_OPTIONS: [() => unknown, string][] = [
  [() => build(L.conv(0, 3)), 'The number of filters of conv is 0; expected a whole number from 1.'],
  [() => L.conv(4, 0), 'The size of conv is 0; expected a whole number from 1, or [height, width].'],
  [() => L.conv(4, 2.5), 'The size of conv is 2.5; expected a whole number from 1, or [height, width].'],
  [() => L.conv(4, wrong([3])), 'The size of conv is [3]; expected a whole number from 1, or [height, width].'],
  [() => L.conv(4, 2), 'The size of conv is 2; expected an odd number, as no padding keeps the size under an even window, or a padding.'],
  [() => L.conv(4, 3, { stride: 0 }), 'The option stride of conv is 0; expected a whole number from 1.'],
  [() => L.conv(4, 3, { stride: wrong([2, 2]) }), 'The option stride of conv is [2,2]; expected a whole number from 1.'],
  [() => L.conv(4, 3, { padding: -1 }), "The option padding of conv is -1; expected a whole number from 0, [rows, columns], 'same' or 'valid'."],
  [() => L.conv(4, 3, { padding: wrong('SAME') }), "The option padding of conv is 'SAME'; expected a whole number from 0, [rows, columns], 'same' or 'valid'."],
  [() => L.conv(4, 3, { dilation: -1 }), 'The option dilation of conv is -1; expected a whole number from 1.'],
  [() => L.conv(4, 3, { groups: 0 }), 'The option groups of conv is 0; expected a whole number from 1.'],
  [() => L.conv(4, 3, wrong({ pading: 0 })), 'conv has no option pading (given as 0); did you mean padding?'],
  [() => L.conv(4, 3, { init: wrong('kaiming') }), "The option init of conv is 'kaiming'; expected 'he', 'glorot', 'zeros', 'ones', { deviation } or { constant }."],
  [() => L.maxPool(0), 'The size of maxPool is 0; expected a whole number from 1.'],
  [() => L.maxPool(2, 0), 'The stride of maxPool is 0; expected a whole number from 1.'],
  [() => L.maxPool(2, wrong({ stride: 1 })), 'The stride of maxPool is {"stride":1}; expected a whole number from 1.'],
  [() => L.avgPool(3, 2, { padding: 2 }), 'The padding of avgPool is 2; expected at most half of the window of 3.'],
  [() => L.dropout(1), 'The dropout rate is 1; expected a number from 0 and below 1.'],
  [() => L.dropout(50), 'The dropout rate is 50; expected a number from 0 and below 1.'],
  [() => L.activation(wrong('swish')), "The kind of activation is 'swish'; expected one of relu, relu6, leakyRelu, elu, gelu, silu, tanh, sigmoid, hardSigmoid, hardSwish, softmax."],
  [() => L.batchNorm({ epsilon: -2 }), 'The option epsilon of batchNorm is -2; expected a number from 0.'],
  [() => L.batchNorm(wrong({ eps: 1 })), 'batchNorm has no option eps (given as 1); did you mean epsilon?'],
  [() => L.localResponseNorm({ size: 0 }), 'The option size of localResponseNorm is 0; expected a whole number from 1.'],
  [() => L.pad(1.5), 'The padding of pad is 1.5; expected a whole number, or [above, below, left, right].'],
  [() => build(L.sliceChannels(60, 8)), 'slice takes channels 60 to 67 of 64; expected less.'],
  [() => build(L.channelShuffle(5)), 'shuffle has 5 groups for 64 channels; expected a divisor.'],
  [() => L.scale(NaN), 'The factor of scale is NaN; expected a number.'],
]; // prettier-ignore

describe('a network that cannot be built', () => {
  before(() => ready());

  for (const [name, make, message] of MISFITS) {
    it(`${name} says which sizes, where, and what was expected`, () => {
      const before = tf.memory().numTensors;
      assert.throws(make, { message });
      assert.equal(tf.memory().numTensors, before, 'it leaves weights behind');
    });
  }

  for (const [make, message] of WRONG_OPTIONS) {
    it(message.split(';')[0], () => {
      const before = tf.memory().numTensors;
      assert.throws(make, { message });
      assert.equal(tf.memory().numTensors, before, 'it leaves weights behind');
    });
  }
});
