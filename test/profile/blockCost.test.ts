import assert from 'node:assert/strict';
import { blockCost, layers as L, ready, reductionCosts } from '../../src';

describe('the cost of a block', () => {
  before(ready);

  // MobileNets (arXiv 1704.04861), table 4's layer: 14 x 14 x 512 with 512 filters.
  it('is 8 to 9 times less for a depthwise separable convolution', () => {
    const dense = blockCost([14, 14, 512], L.conv(512, 3, { bias: false }));
    const separable = blockCost(
      [14, 14, 512],
      L.chain(L.depthwiseConv(3, { bias: false }), L.conv(512, 1, { bias: false })),
    );
    assert.deepEqual([dense.parameters, dense.multiplyAdds], [2_359_296, 462_422_016]);
    assert.deepEqual([separable.parameters, separable.multiplyAdds], [266_752, 52_283_392]);
    // Equation 5: 1/N + 1/D_K^2.
    assert.ok(Math.abs(separable.multiplyAdds / dense.multiplyAdds - (1 / 512 + 1 / 9)) < 1e-12);
  });

  it('tells what comes out', () =>
    assert.deepEqual(blockCost([8, 8, 3], L.conv(4, 3, { stride: 2 })).outputShape, [4, 4, 4]));
});

describe("GoogLeNet's modules", () => {
  before(ready);
  const all = reductionCosts();

  it('cost with reductions what table 1 gives, counted layer by layer', () => {
    assert.deepEqual(
      all.map(({ module }) => module),
      ['3a', '3b', '4a', '4b', '4c', '4d', '4e', '5a', '5b'],
    );
    const [parameters, multiplyAdds] = [all.map(({ reduced }) => reduced.parameters), all.map(({ reduced }) => reduced.multiplyAdds)]; // prettier-ignore
    assert.deepEqual(parameters, [163_696, 388_736, 376_176, 449_160, 510_104, 605_376, 868_352, 1_043_456, 1_444_080]);
    const millions = multiplyAdds.map(count => (count / 1e6).toFixed(1));
    assert.deepEqual(millions, ['128.0', '304.3', '73.6', '87.9', '99.9', '118.5', '170.0', '51.1', '70.7']);
  });

  it('cost without them what a hand counts at 5b, with the same output', () => {
    const { inputShape, reduced, direct, naive } = all.at(-1)!;
    assert.deepEqual(inputShape, [7, 7, 832]);
    // 49 places, 832 channels: 384 of 1 x 1, 384 of 3 x 3, 128 of 5 x 5, and 128 of 1 x 1 after the pooling.
    assert.equal(direct.multiplyAdds, 49 * 832 * (384 + 9 * 384 + 25 * 128 + 128));
    assert.equal(direct.multiplyAdds, 292_225_024);
    assert.equal(direct.parameters, 832 * (384 + 9 * 384 + 25 * 128 + 128) + 1024);
    assert.deepEqual([reduced.outputShape, direct.outputShape], [[7, 7, 1024], [7, 7, 1024]]); // prettier-ignore
    // Figure 2 (a): the 832 pooled maps stay.
    assert.deepEqual(naive.outputShape, [7, 7, 384 + 384 + 128 + 832]);
    assert.equal(naive.multiplyAdds, 49 * 832 * (384 + 9 * 384 + 25 * 128));
  });

  it('grow without the projection of the pooled maps, every one', () => {
    for (const { module, reduced, naive, inputShape } of all) {
      assert.ok(naive.outputShape[2] > inputShape[2], module);
      assert.ok(naive.outputShape[2] > reduced.outputShape[2], module);
    }
  });
});
