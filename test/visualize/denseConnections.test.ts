import assert from 'node:assert/strict';
import { denseConnections, densenetCifar, tf } from '../../src';
import { skeleton } from '../../src/layers';
import { tinyModel } from '../training/tiny';
import { onBackends } from './onBackends';

onBackends('the connections of a DenseNet', () => {
  for (const bottleneck of [false, true]) {
    it(`are the mean magnitudes of the weights by source and target${bottleneck ? ', with bottlenecks' : ''}`, () => {
      // Blocks of two layers that add four maps each.
      const model = skeleton(() => densenetCifar({ depth: bottleneck ? 16 : 10, growthRate: 4, bottleneck, reduction: 1, inputShape: [8, 8, 3] })); // prettier-ignore
      // Weights on the input channels 0 .. c - 1 of every layer: the number of the channel, with alternating signs.
      for (const layer of model.layers) {
        for (const weight of layer.weights.filter(({ shape }) => shape.length >= 2)) {
          const shape = weight.shape as number[];
          const channels = shape.at(-2)!;
          const ramp = tf.range(0, channels).mul(tf.tensor1d(Array.from({ length: channels }, (_, c) => (-1) ** c)));
          weight.write(tf.ones(shape).mul(ramp.reshape([channels, 1])));
        }
      }
      const blocks = denseConnections(model);
      assert.deepEqual(
        blocks.map(({ block }) => block),
        ['denseBlock1', 'denseBlock2', 'denseBlock3'],
      );
      // 16 maps enter the first block: the channels 0 .. 15, mean 7.5; layer 1 adds 16 .. 19, layer 2 adds 20 .. 23.
      assert.deepEqual(blocks[0].strengths, [
        [7.5, 7.5, 7.5],
        [undefined, 17.5, 17.5],
        [undefined, undefined, 21.5],
      ]);
      // 24 enter the second, 32 the third, whose last target is the dense layer.
      assert.deepEqual(blocks[1].strengths[0], [11.5, 11.5, 11.5]);
      assert.deepEqual(blocks[2].strengths[0], [15.5, 15.5, 15.5]);
      assert.deepEqual(blocks[2].strengths[2], [undefined, undefined, 37.5]);
      model.dispose();
    });
  }

  it('are those of a DenseNet', () => {
    const model = tinyModel();
    assert.throws(() => denseConnections(model), /tiny has no dense block; expected a DenseNet/);
    model.dispose();
  });
});
