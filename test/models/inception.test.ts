import assert from 'node:assert/strict';
import { ready } from '../../src';
import { skeleton } from '../../src/layers';
import { inceptionV3 } from '../../src/models/inceptionV3';
import { inceptionResnetV2, inceptionV4 } from '../../src/models/inceptionV4';
import { stateShapes } from '../../src/weights';
import { outputSizes, parameters, reference } from './reference';

describe('inception', () => {
  before(ready);

  it("v3 has torchvision's parameters, with and without the auxiliary classifier", () => {
    assert.equal(parameters(skeleton(() => inceptionV3())), 23_834_568);
    assert.equal(parameters(skeleton(() => inceptionV3({ auxiliary: true }))), 27_161_264);
  });

  it('v3 has the published sizes', () => {
    const sizes = outputSizes(skeleton(() => inceptionV3({ auxiliary: true })));
    assert.deepEqual(
      [sizes.Conv2d_2b_3x3, sizes.maxpool1, sizes.Conv2d_4a_3x3, sizes.maxpool2, sizes.Mixed_5b, sizes.Mixed_5d],
      ['147 x 147 x 64', '73 x 73 x 64', '71 x 71 x 192', '35 x 35 x 192', '35 x 35 x 256', '35 x 35 x 288'],
    );
    assert.deepEqual(
      [sizes.Mixed_6a, sizes.Mixed_6e, sizes.Mixed_7a, sizes.Mixed_7c, sizes.avgpool, sizes.linear, sizes.AuxLogits],
      ['17 x 17 x 768', '17 x 17 x 768', '8 x 8 x 1280', '8 x 8 x 2048', '2048', '1000', '1000'],
    );
  });

  it("v4 has timm's parameters and state dict", function () {
    const ours = skeleton(() => inceptionV4());
    assert.equal(parameters(ours), 42_679_816);
    const theirs = reference('timm-inception_v4', this).stateDict;
    assert.deepEqual(Object.fromEntries(stateShapes(ours)), theirs);
  });

  it('v4 has the sizes of figures 3 and 9', () => {
    const sizes = outputSizes(skeleton(() => inceptionV4()));
    assert.deepEqual(
      [sizes.stem4, sizes.stem5, sizes.stem6, sizes.inceptionA4, sizes.reductionA, sizes.inceptionB7, sizes.reductionB],
      ['73 x 73 x 160', '71 x 71 x 192', '35 x 35 x 384', '35 x 35 x 384', '17 x 17 x 1024', '17 x 17 x 1024', '8 x 8 x 1536'],
    ); // prettier-ignore
    assert.deepEqual([sizes.inceptionC3, sizes.avgpool, sizes.linear], ['8 x 8 x 1536', '1536', '1000']);
  });

  it("Inception-ResNet-v2 has timm's parameters and sizes", () => {
    const ours = skeleton(() => inceptionResnetV2());
    assert.equal(parameters(ours), 55_843_464);
    const sizes = outputSizes(ours);
    assert.deepEqual(
      [sizes.mixed_5b, sizes.repeat, sizes.mixed_6a, sizes.repeat_1, sizes.mixed_7a, sizes.block8, sizes.conv2d_7b],
      ['35 x 35 x 320', '35 x 35 x 320', '17 x 17 x 1088', '17 x 17 x 1088', '8 x 8 x 2080', '8 x 8 x 2080', '8 x 8 x 1536'],
    ); // prettier-ignore
    const shapes = stateShapes(ours);
    assert.deepEqual(shapes.get('repeat.0.conv2d.weight'), [320, 128, 1, 1]);
    assert.deepEqual(shapes.get('repeat_1.19.branch1.1.conv.weight'), [160, 128, 1, 7]);
    assert.deepEqual(shapes.get('block8.branch0.conv.weight'), [192, 2080, 1, 1]);
  });

  it('refuses pictures that are too small, in one sentence', () => {
    for (const build of [inceptionV3, inceptionV4, inceptionResnetV2]) {
      assert.throws(() => skeleton(() => build({ inputShape: [74, 74, 3] })), /^Error: The image is too small/);
      skeleton(() => build({ inputShape: [75, 75, 3] }));
    }
  });
});
