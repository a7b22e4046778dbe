import assert from 'node:assert/strict';
import { ready, tf } from '../../src';
import { skeleton, torchNames } from '../../src/layers';
import { TABLE_1, vgg, type VggConfiguration } from '../../src/models/vgg';
import { stateShapes } from '../../src/weights';
import { outputSizes, parameters } from './reference';

// Table 2 prints 133, 133, 133, 134, 138 and 144 million; the digits are torchvision's, C's are computed by hand.
const PARAMETERS: Record<VggConfiguration, [plain: number, batchNorm: number]> = {
  A: [132_863_336, 132_868_840],
  'A-LRN': [132_863_336, 132_868_840],
  B: [133_047_848, 133_053_736],
  C: [133_638_952, 133_647_400],
  D: [138_357_544, 138_365_992],
  E: [143_667_240, 143_678_248],
};

describe('vgg', () => {
  before(ready);

  for (const [configuration, [plain, batchNorm]] of Object.entries(PARAMETERS) as [VggConfiguration, number[]][]) {
    it(`${configuration} has ${plain} parameters, ${batchNorm} with batch normalization`, () => {
      assert.equal(parameters(skeleton(() => vgg(configuration))), plain);
      assert.equal(parameters(skeleton(() => vgg(configuration, { batchNorm: true }))), batchNorm);
    });

    it(`${configuration} halves the picture after each stage, as table 1`, () => {
      const sizes = outputSizes(skeleton(() => vgg(configuration)));
      const maps = [64, 128, 256, 512, 512];
      maps.forEach((n, i) => {
        assert.equal(sizes[`conv${i + 1}`], `${224 >> i} x ${224 >> i} x ${n}`);
        assert.equal(sizes[`pool${i + 1}`], `${112 >> i} x ${112 >> i} x ${n}`);
      });
      assert.deepEqual([sizes.flatten, sizes.fc6, sizes.fc7, sizes.fc8], ['25088', '4096', '4096', '1000']);
    });
  }

  it('has the depth that the column of table 1 says', () => {
    const depth = (configuration: VggConfiguration): number =>
      TABLE_1[configuration].flat().filter(row => row.startsWith('conv')).length + 3;
    assert.deepEqual((Object.keys(TABLE_1) as VggConfiguration[]).map(depth), [11, 11, 13, 16, 16, 19]);
  });

  it("calls its layers as torchvision's vgg16_bn does", () => {
    const names = [...torchNames(skeleton(() => vgg('D', { batchNorm: true }))).values()];
    assert.deepEqual(names.slice(0, 6), [0, 1, 3, 4, 7, 8].map(i => `features.${i}`)); // prettier-ignore
    assert.deepEqual(names.slice(-5), ['features.40', 'features.41', 'classifier.0', 'classifier.3', 'classifier.6']);
  });

  it('takes 32 x 32 pictures: with one dense layer (14.7 million parameters), or repeated to 7 x 7 as torchvision', () => {
    const options = { inputShape: [32, 32, 3], classes: 10, batchNorm: true } as {
      inputShape: [number, number, number];
    };
    assert.equal(parameters(skeleton(() => vgg('D', { ...options, hidden: [] }))), 14_728_266);
    const adaptive = skeleton(() => vgg('A', { ...options, adaptivePool: true }));
    assert.deepEqual(stateShapes(adaptive).get('classifier.0.weight'), [4096, 25088]);
  });

  it('refuses what it cannot build, in one sentence', () => {
    assert.throws(
      () => vgg('F' as VggConfiguration),
      /The configuration of vgg is 'F'; expected one of A, A-LRN, B, C, D, E\./,
    );
    assert.throws(() => skeleton(() => vgg('A', { inputShape: [16, 16, 3] })), /image is too small.*larger inputShape/);
  });

  it('trains: every weight of a small one gets a gradient', () => {
    const model = vgg('A', { inputShape: [32, 32, 3], classes: 3, hidden: [8], batchNorm: true });
    const weights = model.trainableWeights.map(weight => weight.read() as tf.Variable);
    const { grads } = tf.variableGrads(
      () => (model.apply(tf.randomNormal([2, 32, 32, 3]), { training: true }) as tf.Tensor).square().mean().asScalar(),
      weights,
    );
    assert.equal(
      Object.values(grads).filter(gradient => gradient.isFinite().all().dataSync()[0]).length,
      weights.length,
    );
  });
});
