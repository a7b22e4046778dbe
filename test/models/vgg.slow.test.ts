import assert from 'node:assert/strict';
import { ready } from '../../src';
import { skeleton } from '../../src/layers';
import { vgg } from '../../src/models/vgg';
import { compare, parameters, reference } from './reference';

describe('vgg against PyTorch (slow)', function () {
  before(ready);

  it("D gives the logits of torchvision's vgg16", function () {
    const theirs = reference('vgg16', this);
    const ours = skeleton(() => vgg('D'));
    assert.equal(parameters(ours), theirs.parameters);
    const { relative } = compare(theirs, ours);
    assert.ok(relative < 1e-4, `the logits differ by ${relative} of the largest`);
  });
});
