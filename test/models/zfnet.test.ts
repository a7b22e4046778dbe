import assert from 'node:assert/strict';
import { ready } from '../../src';
import { skeleton } from '../../src/layers';
import { zfnet } from '../../src/models/zfnet';
import { outputSizes, parameters } from './reference';

describe('zfnet', () => {
  before(ready);

  it('has the parameters of figure 3, and of variant (b)', () => {
    assert.equal(parameters(skeleton(() => zfnet())), 62_357_608);
    assert.equal(parameters(skeleton(() => zfnet('b'))), 107_627_624);
  });

  it("has figure 3's output sizes", () =>
    assert.deepEqual(outputSizes(skeleton(() => zfnet())), {
      image: '224 x 224 x 3',
      layer1: '110 x 110 x 96',
      pool1: '55 x 55 x 96',
      layer2: '26 x 26 x 256',
      pool2: '13 x 13 x 256',
      layer3: '13 x 13 x 384',
      layer4: '13 x 13 x 384',
      layer5: '13 x 13 x 256',
      pool5: '6 x 6 x 256',
      layer6: '4096',
      layer7: '4096',
      output: '1000',
    }));

  it('refuses what it cannot build, in one sentence', () => {
    assert.throws(() => zfnet('c' as 'b'), /The variant of zfnet is 'c'; expected one of figure3, b\./);
    assert.throws(() => skeleton(() => zfnet('b', { inputShape: [32, 32, 3] })), /image is too small: pool5/);
  });
});
