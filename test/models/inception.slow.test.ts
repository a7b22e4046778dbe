import assert from 'node:assert/strict';
import { ready } from '../../src';
import { skeleton } from '../../src/layers';
import { inceptionV4 } from '../../src/models/inceptionV4';
import { compare, reference } from './reference';

describe('inception against PyTorch (slow)', function () {
  before(ready);

  it("v4 gives the logits of timm's inception_v4", function () {
    const { relative } = compare(
      reference('timm-inception_v4', this),
      skeleton(() => inceptionV4()),
    );
    assert.ok(relative < 1e-4, `the logits differ by ${relative} of the largest`);
  });
});
