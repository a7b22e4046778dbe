/** Every option of every network, given a wrong value: one sentence, with the value and what was expected, before any work. */
import assert from 'node:assert/strict';
import { tf } from '../../src';
import { shown } from '../../src/base/options';
import { skeleton, squeezeExcite as gate } from '../../src/layers';
import * as models from '../../src/models';

// As a notebook without types would call them.
const { architecture, squeezeExcite } = { ...models, squeezeExcite: gate } as unknown as Record<
  string,
  (...args: unknown[]) => any
>;
const {
  alexnet, alexnetTwoTowers, cifarNet, densenet, densenetCifar, efficientnet, googlenet, inceptionResnetV2, inceptionV3, inceptionV4, mnasnet, mobilenet,
  convnext, nasnet, oneWeirdTrick, preactResnet, preactResnetCifar, regnet, resnet, resnetCifar, resnext, resnextCifar, senet154, seResnet, seResnext,
  shufflenetV2, squeezenet, vgg, wideResnet, zfnet,
} = models as unknown as Record<string, (...args: unknown[]) => tf.LayersModel>; // prettier-ignore

const WRONG: [build: () => tf.LayersModel, message: RegExp][] = [
  [() => alexnet('caffe'), /^The variant of alexnet is 'caffe'; expected one of paper, ungrouped, caffenet, oneWeirdTrick\.$/],
  [() => alexnet({ groups: 3 }), /^The option groups of alexnet is 3; expected one of 1, 2\.$/],
  [() => alexnet({ order: 'norm' }), /^The option order of alexnet is 'norm'; expected one of normPool, poolNorm\.$/],
  [() => alexnet({ alphaMode: 'caffe' }), /^The option alphaMode of alexnet is 'caffe'; expected one of paper, perWindow\.$/],
  [() => alexnet({ inputShape: [32, 32, 3] }), /^The image is too small: pool2\/maxPool gets 2 x 2 and would give 0 x 0; expected a larger inputShape\.$/],
  [() => zfnet('a'), /^The variant of zfnet is 'a'; expected one of figure3, b\.$/],
  [() => zfnet('b', { alphaMode: 1 }), /^The option alphaMode of zfnet is 1; expected one of paper, perWindow\.$/],
  [() => zfnet('b', { dropoutRate: 1 }), /^The option dropoutRate of zfnet is 1; expected a number from 0 and below 1\.$/],
  [() => vgg('F'), /^The configuration of vgg is 'F'; expected one of A, A-LRN, B, C, D, E\.$/],
  [() => vgg('A', { hidden: [0] }), /^The number of units in the option hidden of vgg is 0; expected a whole number from 1\.$/],
  [() => googlenet('v1'), /^The variant of googlenet is 'v1'; expected one of paper, batchNorm, torchvision\.$/],
  [() => googlenet('paper', { stem: 'small' }), /^The option stem of googlenet is 'small'; expected one of imagenet, cifar\.$/],
  [() => googlenet('paper', { auxiliary: true, auxiliaryDropoutRate: -0.1 }), /^The option auxiliaryDropoutRate of googlenet is -0\.1; /],
  [() => resnet(20), /^The depth of resnet is 20; expected one of 18, 26, 34, 50, 101, 152, 200\.$/],
  [() => resnet(50, { depth: 18 }), /^The depth is given as 50 and as 18; expected one of them\.$/],
  [() => resnet(50, { stride: 'v2' }), /^The option stride of resnet is 'v2'; expected one of v1, v1\.5\.$/],
  [() => resnet({ shortcut: 'D' }), /^The option shortcut of resnet is 'D'; expected one of A, B, C\.$/],
  [() => resnet({ width: 0 }), /^The option width of resnet is 0; expected a number above 0\.$/],
  [() => resnet({ stem: 'small' }), /^The option stem of resnet is 'small'; expected one of imagenet, caffe, cifar\.$/],
  [() => resnet('50'), /^The depth of resnet is '50'; expected one of 18, 26, 34, 50, 101, 152, 200\.$/],
  [() => resnet(null), /^The depth of resnet is null; /],
  [() => resnet([]), /^The options of resnet are \[\]; expected an object with /],
  [() => resnet({ depth: '18' }), /^The option depth of resnet is '18'; /],
  [() => resnet(50, { clases: 10 }), /^resnet has no option clases \(given as 10\); did you mean classes\?$/],
  [() => resnet({ residual: 'no' }), /^The option residual of resnet is 'no'; expected true or false\.$/],
  [() => alexnet('oneWeirdTrick', { groups: 1 }), /^oneWeirdTrick has no option groups \(given as 1\); expected inputShape, classes, seed or adaptivePool\.$/],
  [() => alexnet({ first: 1 }), /^alexnet has no option first \(given as 1\); /],
  [() => alexnetTwoTowers({ first: { size: 5, strides: 1 } }), /^the option first of alexnetTwoTowers has no option strides \(given as 1\); did you mean stride\?$/],
  [() => alexnetTwoTowers({ widths: [3, 2, 2, 2, 2, 2] }), /^The option widths of alexnetTwoTowers is \[3,2,2,2,2,2\]; expected 6 whole numbers above 0, multiples of 2\.$/],
  [() => cifarNet({ nonlinearity: 'swish' }), /'swish'; expected one of relu, /],
  [() => mobilenet('v1', { minimal: true }), /^The option minimal of mobilenet v1 is true; expected it with v3-large or v3-small alone\.$/],
  [() => squeezenet(1.1), /^The version of squeezenet is 1\.1; expected one of '1\.0', '1\.1'\.$/],
  [() => squeezeExcite({ reduction: 'x' }), /^The option reduction of squeezeExcite is 'x'; /],
  [() => architecture('resnet-5O'), /^The catalog has no 'resnet-5O'; did you mean 'resnet50'\?$/],
  [() => architecture(50), /^The catalog has no 50; expected one of alexnet, /],
  [() => architecture('resnet50').build({ clases: 10 }), /^resnet has no option clases \(given as 10\); did you mean classes\?$/],
  [() => resnetCifar('20'), /^The depth of resnetCifar is '20'; expected 6n \+ 2 with n from 1\.$/],
  [() => resnetCifar(21), /^The depth of resnetCifar is 21; expected 6n \+ 2 with n from 1\.$/],
  [() => resnetCifar(20, { widths: [8, 0, 32] }), /^The option widths of resnetCifar is \[8,0,32\]; expected 3 whole numbers above 0\.$/],
  [() => resnetCifar(20, { shortcut: 'a' }), /^The option shortcut of resnetCifar is 'a'; expected one of A, B, C\.$/],
  [() => preactResnet(20), /^The depth of preactResnet is 20; expected one of 18, 26, 34, 50, 101, 152, 200\.$/],
  [() => preactResnet({ order: 'fullPreactivation' }), /^The option order of preactResnet is 'fullPreactivation'; expected one of normPool, poolNorm\.$/],
  [() => preactResnetCifar(163), /^The depth of preactResnetCifar with basic blocks is 163; expected 6n \+ 2/],
  [() => preactResnetCifar({ order: 'pre' }), /^The option order of preactResnetCifar is 'pre'; expected one of original, bnAfterAddition, /],
  [() => preactResnetCifar({ block: 'wide' }), /^The option block of preactResnetCifar is 'wide'; expected one of basic, bottleneck\.$/],
  [() => preactResnetCifar({ shortcut: 'C' }), /^The option shortcut of preactResnetCifar is 'C'; expected one of A, B\.$/],
  [() => wideResnet({ width: -2 }), /^The option width of wideResnet is -2; /],
  [() => resnext(18), /^The depth of resnext is 18; expected one of 50, 101, 152\.$/],
  [() => resnext({ form: 'd' }), /^The option form of resnext is 'd'; expected one of a, b, c\.$/],
  [() => resnext({ cardinality: 0 }), /^The option cardinality of resnext is 0; expected a whole number from 1\.$/],
  [() => resnext({ bottleneckWidth: 1.5 }), /^The option bottleneckWidth of resnext is 1\.5; expected a whole number from 1\.$/],
  [() => resnextCifar(28), /^The depth of resnextCifar is 28; expected 9n \+ 2/],
  [() => seResnet(51), /^The depth of seResnet is 51; /],
  [() => seResnet({ placement: 'before' }), /^The option placement of seResnet is 'before'; expected one of standard, pre, post, identity\.$/],
  [() => seResnet({ reduction: 7 }), /^The reduction is 7 for 256 channels; expected a divisor of their number\.$/],
  [() => seResnet({ reduction: -1 }), /^The option reduction of seResnet is -1; expected a number above 0\.$/],
  [() => seResnet({ gate: 'softmax' }), /^The option gate of seResnet is 'softmax'; expected one of sigmoid, tanh, relu\.$/],
  [() => seResnet({ stride: 'v3' }), /^The option stride of seResnet is 'v3'; expected one of v1, v1\.5\.$/],
  [() => seResnext({ cardinality: 0 }), /^The option cardinality of seResnext is 0; /],
  [() => densenet(100), /^The depth of densenet is 100; expected one of 121, 161, 169, 201, 264\.$/],
  [() => densenet({ growthRate: 0 }), /^The option growthRate of densenet is 0; expected a whole number from 1\.$/],
  [() => densenet({ reduction: 2 }), /^The option reduction of densenet is 2; expected a number above 0, up to 1\.$/],
  [() => densenetCifar(41), /^The depth of densenetCifar is 41; expected 3n \+ 4/],
  [() => mobilenet('v4'), /^The version of mobilenet is 'v4'; expected one of v1, v2, v3-large, v3-small\.$/],
  [() => mobilenet('v1', { widthMultiplier: 0 }), /^The option widthMultiplier of mobilenet is 0; expected a number above 0\.$/],
  [() => mobilenet('v1', { resolutionMultiplier: NaN }), /^The option resolutionMultiplier of mobilenet is NaN; expected a number above 0\.$/],
  [() => mobilenet('v2', { stem: 'caffe' }), /^The option stem of mobilenet is 'caffe'; expected one of imagenet, cifar\.$/],
  [() => squeezenet('1.2'), /^The version of squeezenet is '1\.2'; expected one of 1\.0, 1\.1\.$/],
  [() => shufflenetV2({ widthMultiplier: 3 }), /^The option widthMultiplier of shufflenetV2 is 3; expected one of 1, 2, 0\.5, 1\.5\.$/],
  [() => nasnet('small'), /^The variant of nasnet is 'small'; expected one of large, mobile, cifar\.$/],
  [() => mnasnet('A2'), /^The variant of mnasnet is 'A2'; expected one of A1, B1\.$/],
  [() => mnasnet('A1', { depthMultiplier: '1' }), /^The option depthMultiplier of mnasnet is '1'; expected a number above 0\.$/],
  [() => convnext('huge'), /^The variant of convnext is 'huge'; expected one of tiny, small, base, large\.$/],
  [() => convnext('tiny', { stochasticDepthRate: 1 }), /^The option stochasticDepthRate of convnext is 1; expected a number from 0 and below 1\.$/],
  [() => efficientnet('b9'), /^The variant of efficientnet is 'b9'; expected one of b0, b1, /],
  [() => efficientnet('b0', { stem: 3 }), /^The option stem of efficientnet is 3; expected one of imagenet, cifar\.$/],
]; // prettier-ignore

/** Each with its first arguments, where it takes any before its options. */
const BUILDERS: Record<string, (options: unknown) => tf.LayersModel> = {
  alexnet, alexnetTwoTowers, oneWeirdTrick, cifarNet, resnet, resnetCifar, preactResnet, preactResnetCifar, wideResnet, resnext, resnextCifar, seResnet, seResnext,
  senet154, densenet, densenetCifar, inceptionV3, inceptionV4, inceptionResnetV2, shufflenetV2,
  zfnet: options => zfnet('figure3', options),
  vgg: options => vgg('D', options),
  googlenet: options => googlenet('paper', options),
  mobilenet: options => mobilenet('v1', options),
  squeezenet: options => squeezenet('1.0', options),
  nasnet: options => nasnet('mobile', options),
  mnasnet: options => mnasnet('B1', options),
  efficientnet: options => efficientnet('b0', options),
  regnet: options => regnet('X-200MF', options),
  convnext: options => convnext('tiny', options),
}; // prettier-ignore

describe('what a network cannot be built for', () => {
  for (const [build, message] of WRONG) {
    it(String(build).replace('() => ', ''), () => {
      const before = tf.memory().numTensors;
      assert.throws(
        () => skeleton(build),
        (error: Error) => {
          assert.match(error.message, message);
          return true;
        },
      );
      assert.equal(tf.memory().numTensors, before, 'nothing stays behind');
    });
  }

  it('has every builder in its table', () => {
    const others = ['architecture', 'transferWeights'];
    const functions = Object.entries(models).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    assert.deepEqual(Object.keys(BUILDERS).sort(), functions.filter(name => !others.includes(name)).sort());
  });

  for (const [name, build] of Object.entries(BUILDERS)) {
    it(`${name}: options that there are not, classes, images and seeds that cannot be`, () => {
      const before = tf.memory().numTensors;
      const refuses = (options: unknown, expected: string): void => {
        const message = (error: Error): boolean => {
          assert.ok(error.message.includes(name) && error.message.endsWith(expected), error.message);
          return true;
        };
        assert.throws(() => skeleton(() => build(options as object)), message, JSON.stringify(options));
      };
      refuses({ clases: 10 }, 'has no option clases (given as 10); did you mean classes?');
      refuses({ inputShap: 10 }, 'has no option inputShap (given as 10); did you mean inputShape?');
      for (const classes of [0, 2.5, '10', NaN, null, true, -1]) {
        refuses({ classes }, `is ${shown(classes)}; expected a whole number from 1.`);
      }
      for (const seed of [NaN, 'x', 0.5, null, '1', Infinity]) {
        refuses({ seed }, `is ${shown(seed)}; expected a whole number.`);
      }
      for (const inputShape of [[224, 224], [224, 224, 0], [224.5, 224, 3], [null, 224, 3], [-224, 224, 3], 224, '224']) {
        refuses({ inputShape }, `is ${shown(inputShape)}; expected [height, width, channels], whole and positive.`);
      } // prettier-ignore
      for (const options of [[], 'x', () => 1, new Map()]) {
        assert.throws(() => skeleton(() => build(options)), /^Error: The .* (is|are) .*; expected [^\n]*\.$/);
      }
      assert.equal(tf.memory().numTensors, before, 'nothing stays behind');
    });
  }
});

describe('the ways to name a variant', () => {
  const parameters = (build: () => tf.LayersModel): number => {
    const net = skeleton(build);
    const count = net.trainableWeights.reduce((sum, weight) => sum + weight.shape.reduce((a, b) => a! * b!, 1)!, 0);
    net.dispose();
    return count;
  };

  it('has the four AlexNets by name and by knob', () => {
    assert.equal(parameters(() => alexnet()), 60_965_224);
    assert.equal(parameters(() => alexnet('paper')), 60_965_224);
    assert.equal(parameters(() => alexnet('ungrouped')), 62_378_344);
    assert.equal(parameters(() => alexnet({ groups: 1 })), 62_378_344);
    assert.equal(parameters(() => alexnet('oneWeirdTrick')), 61_100_840);
    const order = (...args: unknown[]): string[] => {
      const net = skeleton(() => alexnet(...args));
      const kinds = net.layers.filter(layer => layer.name.startsWith('pool1/')).map(layer => layer.name);
      net.dispose();
      return kinds;
    };
    assert.deepEqual(order('paper'), ['pool1/lrn', 'pool1/maxPool']);
    for (const caffenet of [order('caffenet'), order({ order: 'poolNorm' })]) {
      assert.deepEqual(caffenet, ['pool1/maxPool', 'pool1/lrn']);
    }
  }); // prettier-ignore

  it('takes the depth first or among the options', () => {
    const pairs: [(...args: unknown[]) => tf.LayersModel, number, number][] = [
      [resnet, 18, 11_689_512],
      [resnetCifar, 20, 269_722],
      [resnext, 50, 25_028_904],
      [wideResnet, 50, 68_883_240],
      [seResnet, 18, 11_778_592],
      [densenet, 121, 7_978_856],
    ];
    for (const [build, depth, expected] of pairs) {
      assert.equal(parameters(() => build(depth)), expected);
      assert.equal(parameters(() => build({ depth })), expected);
    }
    assert.equal(parameters(() => resnet(18, { classes: 10 })), 11_689_512 - 990 * 513);
  }); // prettier-ignore
});
