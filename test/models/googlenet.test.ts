import assert from 'node:assert/strict';
import { ready, tf } from '../../src';
import { skeleton } from '../../src/layers';
import { googlenet } from '../../src/models/googlenet';
import { stateShapes } from '../../src/weights';
import { compare, outputSizes, parameters, reference } from './reference';

describe('googlenet', function () {
  before(ready);

  // Counted layer by layer from table 1; the last row agrees with torchvision's published figure.
  for (const [variant, alone, withAuxiliary] of [
    ['paper', 6_998_552, 13_378_280],
    ['batchNorm', 7_005_832, 13_385_816],
    ['torchvision', 6_624_904, 13_004_888],
  ] as const) {
    it(`${variant} has ${alone} parameters, ${withAuxiliary} with the auxiliary classifiers`, () => {
      assert.equal(parameters(skeleton(() => googlenet(variant))), alone);
      assert.equal(parameters(skeleton(() => googlenet(variant, { auxiliary: true }))), withAuxiliary);
    });

    it(`${variant} has table 1's output sizes`, () =>
      assert.deepEqual(outputSizes(skeleton(() => googlenet(variant))), {
        image: '224 x 224 x 3',
        conv1: '112 x 112 x 64',
        pool1: '56 x 56 x 64',
        conv2: '56 x 56 x 192',
        pool2: '28 x 28 x 192',
        inception3a: '28 x 28 x 256',
        inception3b: '28 x 28 x 480',
        pool3: '14 x 14 x 480',
        inception4a: '14 x 14 x 512',
        inception4b: '14 x 14 x 512',
        inception4c: '14 x 14 x 512',
        inception4d: '14 x 14 x 528',
        inception4e: '14 x 14 x 832',
        pool4: '7 x 7 x 832',
        inception5a: '7 x 7 x 832',
        inception5b: '7 x 7 x 1024',
        avgpool: '1024',
        linear: '1000',
      }));
  }

  // Facts, section 1.5: each module's weights and biases.
  it('has the parameters of each module', () => {
    const shapes = [...stateShapes(skeleton(() => googlenet()))];
    const count = (module: string): number =>
      shapes
        .filter(([name]) => name.startsWith(`inception${module}.`))
        .reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b), 0);
    const modules = ['3a', '3b', '4a', '4b', '4c', '4d', '4e', '5a', '5b'];
    assert.deepEqual(modules.map(count), [163_696, 388_736, 376_176, 449_160, 510_104, 605_376, 868_352, 1_043_456, 1_444_080]); // prettier-ignore
  });

  it('names a 3 x 3 in place of the 5 x 5 for what it is', () => {
    const names = (variant: 'paper' | 'torchvision'): string[] =>
      skeleton(() => googlenet(variant)).layers.map(layer => layer.name).filter(name => /inception3a\/.*5x5\/conv/.test(name)); // prettier-ignore
    assert.deepEqual(names('paper'), ['inception3a/5x5/conv']);
    assert.deepEqual(names('torchvision'), ['inception3a/3x3for5x5/conv']);
  });

  it('gives the main logits first, then those at 4a and at 4d', () => {
    const { outputs } = skeleton(() => googlenet('paper', { auxiliary: true }));
    const rows = outputs.map(output => output.sourceLayer.name.split('/')[0]);
    assert.deepEqual(rows, ['linear', 'auxiliary1', 'auxiliary2']);
  });

  it('takes 32 x 32 pictures with the stem for them', () => {
    const sizes = outputSizes(skeleton(() => googlenet('batchNorm', { stem: 'cifar', inputShape: [32, 32, 3] })));
    assert.deepEqual([sizes.inception3a, sizes.inception5b], ['32 x 32 x 256', '8 x 8 x 1024']);
  });

  it('refuses what it cannot build, in one sentence', () => {
    assert.throws(
      () => googlenet('bn' as 'paper'),
      /The variant of googlenet is 'bn'; expected one of paper, batchNorm, torchvision\./,
    );
    const small = { inputShape: [32, 32, 3] as [number, number, number], auxiliary: true };
    assert.throws(() => skeleton(() => googlenet('paper', small)), /image is too small: auxiliary1/);
  });

  it("torchvision's gives PyTorch's logits", function () {
    const theirs = reference('googlenet', this);
    const ours = skeleton(() => googlenet('torchvision', { auxiliary: true }));
    assert.equal(parameters(ours), theirs.parameters);
    const { relative } = compare(theirs, ours);
    assert.ok(relative < 1e-4, `the logits differ by ${relative} of the largest`);
    ours.dispose();
  });

  it('leaves no tensor behind when it is disposed of', () => {
    const before = tf.memory().numTensors;
    skeleton(() => googlenet('torchvision')).dispose();
    assert.equal(tf.memory().numTensors, before);
  });
});
