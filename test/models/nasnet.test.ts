import assert from 'node:assert/strict';
import { ready } from '../../src';
import { skeleton } from '../../src/layers';
import { nasnet } from '../../src/models/nasnet';
import { stateShapes } from '../../src/weights';
import { outputSizes, parameters } from './reference';

describe('nasnet', () => {
  before(ready);

  it('has the published parameters: 88.9, 5.3 and 3.3 million in the paper', () => {
    assert.equal(parameters(skeleton(() => nasnet('large'))), 88_753_150); // timm's nasnetalarge
    assert.equal(parameters(skeleton(() => nasnet('mobile'))), 5_289_978); // the authors' and Keras's NASNetMobile
    assert.equal(parameters(skeleton(() => nasnet('cifar'))), 3_328_234);
  });

  it('has 6 @ 4032 in stages of 42, 21 and 11', () => {
    const sizes = outputSizes(skeleton(() => nasnet('large')));
    assert.deepEqual(
      [sizes.conv0, sizes.cell_stem_0, sizes.cell_stem_1, sizes.cell_5, sizes.reduction_cell_0, sizes.cell_11],
      ['165 x 165 x 96', '83 x 83 x 168', '42 x 42 x 336', '42 x 42 x 1008', '21 x 21 x 1344', '21 x 21 x 2016'],
    );
    assert.deepEqual(
      [sizes.reduction_cell_1, sizes.cell_17, sizes.avgpool],
      ['11 x 11 x 2688', '11 x 11 x 4032', '4032'],
    );
  });

  it('has 4 @ 1056 in stages of 28, 14 and 7', () => {
    const sizes = outputSizes(skeleton(() => nasnet('mobile')));
    assert.deepEqual([sizes.cell_3, sizes.cell_7, sizes.cell_11], ['28 x 28 x 264', '14 x 14 x 528', '7 x 7 x 1056']);
  });

  it("calls its weights as timm's does", () => {
    const shapes = stateShapes(skeleton(() => nasnet('large')));
    assert.deepEqual(shapes.get('cell_stem_0.comb_iter_0_right.separable_1.depthwise_conv2d.weight'), [96, 1, 7, 7]);
    assert.deepEqual(shapes.get('cell_stem_1.path_2.conv.weight'), [42, 96, 1, 1]);
    // The first cell after a reduction sees what was before it: 1008 maps of twice the size.
    assert.deepEqual(shapes.get('cell_6.path_1.conv.weight'), [168, 1008, 1, 1]);
    assert.deepEqual(shapes.get('cell_17.conv_prev_1x1.bn.running_var'), [672]);
  });

  it('refuses an unknown variant, in one sentence', () =>
    assert.throws(
      () => nasnet('tiny' as 'large'),
      /The variant of nasnet is 'tiny'; expected one of large, mobile, cifar\./,
    ));
});
