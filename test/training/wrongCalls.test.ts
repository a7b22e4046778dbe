/** Wrong calls of training, data, ensembles and weights: each is refused before any work, by one sentence with the value. */
import assert from 'node:assert/strict';
import * as kit from '../../src';
import { type ImageSet, ready, tf } from '../../src';
import * as L from '../../src/layers';
import * as optimizers from '../../src/training/optimizers/sgd';
import { tinyModel, tinySet, weightsOf } from './tiny';

/** As a notebook without types calls them. */
const {
  adam,
  adamW,
  allMasks,
  augmentedImages,
  averageOverMasks,
  averageProbabilities,
  batches,
  centreCrop,
  channelStatistics,
  cifar10,
  compareCrops,
  compareEnsemble,
  compareModels,
  compose,
  cropTo,
  cutout,
  dropout2012,
  dropoutMask,
  evaluate,
  fit,
  gradientNorms,
  horizontalFlip,
  images,
  invertedDropout,
  lectureImages,
  loadStateDict,
  loadWeights,
  monteCarloDropout,
  offlineImages,
  pcaColour,
  predict,
  predictCrops,
  predictSnapshots,
  predictTenCrop,
  randomCrop,
  rmsProp,
  saveWeights,
  sgd,
  softmaxCrossEntropy,
  split,
  standardized,
  subset,
  takeSnapshot,
  tenCrops,
  torchNetwork,
} = kit as any;
const cosine = kit.schedules.cosine as any;
const Sgd = optimizers.Sgd as any;

const set = tinySet();
const bytes = set.images.length;
const other = (more: object): ImageSet => ({ ...set, ...more });
const small = (): tf.LayersModel => L.model('small', { inputShape: [8, 8, 3] }, L.flatten(), L.dense(3));
const disposed = (): tf.LayersModel => {
  const model = small();
  model.dispose();
  return model;
};
const frozen = (): tf.LayersModel => Object.assign(small(), { trainable: false });
const softmax = (): tf.LayersModel =>
  L.model('probable', { inputShape: [8, 8, 3] }, L.flatten(), L.dense(3), L.activation('softmax' as never));
const tfjs = (): tf.LayersModel =>
  tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [8, 8, 3] }),
      tf.layers.dense({ units: 3, activation: 'softmax', name: 'last' }),
    ],
  });
const one = (): tf.Variable[] => [tf.variable(tf.zeros([2]))];
const vector = (): tf.LayersModel => L.model('maps', { inputShape: [8, 8, 3] }, L.conv(3, 1));

/** Options of `fit`. */
const OPTIONS: [options: object, message: RegExp][] = [
  [{ epochs: 0 }, /epochs of fit is 0; expected a whole number from 1/],
  [{ epochs: -1 }, /epochs of fit is -1;/],
  [{ epochs: 1.5 }, /epochs of fit is 1\.5;/],
  [{ epochs: '2' }, /epochs of fit is '2';/],
  [{ maxSteps: 0 }, /maxSteps of fit is 0;/],
  [{ maxSteps: 2.5 }, /maxSteps of fit is 2\.5;/],
  [{ batchSize: '20' }, /batchSize of fit is '20';/],
  [{ batchSize: 0 }, /batchSize of fit is 0;/],
  [{ seed: 'x' }, /seed of fit is 'x'; expected a whole number/],
  [{ seed: NaN }, /seed of fit is NaN;/],
  [{ momentum: 2 }, /momentum of fit is 2; expected a number from 0 and below 1/],
  [{ momentum: 1 }, /momentum of fit is 1;/],
  [{ momentum: '0.9' }, /momentum of fit is '0\.9';/],
  [{ weightDecay: -1 }, /weightDecay of fit is -1; expected a number from 0/],
  [{ weightDecay: Infinity }, /weightDecay of fit is Infinity;/],
  [{ labelSmoothing: 2 }, /labelSmoothing of fit is 2; expected a number from 0 to 1/],
  [{ auxiliaryWeight: -0.3 }, /auxiliaryWeight of fit is -0\.3;/],
  [{ learningRate: -0.1 }, /learningRate of fit is -0\.1; expected a number from 0/],
  [{ learningRate: '0.1' }, /learningRate of fit is '0\.1';/],
  [{ learningRate: NaN }, /learningRate of fit is NaN;/],
  [{ learningRate: null }, /learningRate of fit is null;/],
  [
    { learningRate: cosine },
    /learning rate at step 0 of \d+ is a function; expected a number from 0, as of cosine\(0\.1\)/,
  ],
  [{ learningRate: () => undefined }, /learning rate at step 0 of \d+ is undefined;/],
  [{ learningRate: (step: number) => (step ? -1 : 1), maxSteps: 4 }, /learning rate at step 3 of 4 is -1;/],
  [{ form: 'pytorch' }, /form of fit is 'pytorch'; expected one of modern, paper/],
  [{ nesterov: 1 }, /nesterov of fit is 1; expected true or false/],
  [{ nesterov: true, form: 'paper' }, /nesterov is given with the form 'paper'/],
  [{ nesterov: true, momentum: 0 }, /nesterov is given with .* momentum 0;/],
  [{ optimizer: 'adam' }, /optimizer of fit is 'adam'; expected sgd\(\.\.\.\), rmsProp/],
  [{ optimizer: adam }, /optimizer of fit is .*; expected sgd\(\.\.\.\)/],
  [{ optimizer: new (class AdamOptimizer {})() }, /optimizer of fit is a AdamOptimizer; expected sgd\(\.\.\.\)/],
  [{ optimizer: adam?.(), momentum: 0.5 }, /momentum \(0\.5\) beside it; expected it among the options of adam/],
  [{ clipNorm: 0 }, /clipNorm of fit is 0; expected a number above 0/],
  [{ clipValue: -1 }, /clipValue of fit is -1;/],
  [{ clipNorm: 1, clipValue: 2 }, /clipNorm \(1\) and clipValue \(2\); expected one of them/],
  [{ accumulate: 0 }, /accumulate of fit is 0; expected a whole number from 1/],
  [{ accumulate: 1.5 }, /accumulate of fit is 1\.5;/],
  [{ ema: 1 }, /ema of fit is 1; expected a number from 0 and below 1/],
  [{ ema: true }, /ema of fit is true;/],
  [{ dropLast: 'yes' }, /dropLast of fit is 'yes'; expected true or false/],
  [{ dropLast: true, batchSize: 64 }, /dropLast leaves no batch of 64 in the 42 images of tiny/],
  [{ augment: 'flip' }, /augment of fit is 'flip'; expected an augmentation such as/],
  [{ stopWhen: true }, /stopWhen of fit is true; expected a function/],
  [{ onStep: 1 }, /onStep of fit is 1; expected a function/],
  [{ signal: new AbortController() }, /signal of fit is a AbortController; expected the signal/],
  [{ progress: true }, /progress of fit is true; expected a title, or false/],
  [{ compile: 'no' }, /compile of fit is 'no';/],
  [{ checkpoint: 'file' }, /checkpoint of fit is 'file'; expected an object such as \{ file: /],
  [{ checkpoint: {} }, /checkpoint of fit is \{\}; expected an object/],
  [{ checkpoint: { file: 'x', every: 0 } }, /every of option checkpoint of fit is 0;/],
  [{ checkpoint: { file: 'x', evry: 2 } }, /checkpoint has no option evry \(given as 2\); did you mean every\?/],
  [{ resume: true }, /resume without a checkpoint/],
  [{ lr: 0.5 }, /fit has no option lr \(given as 0\.5\); did you mean learningRate\?/],
  [{ batchsize: 4 }, /fit has no option batchsize \(given as 4\); did you mean batchSize\?/],
  [{ weight_decay: 1e-4 }, /no option weight_decay .* did you mean weightDecay\?/],
  [{ shuffle: false }, /fit has no option shuffle \(given as false\); expected .*momentum/],
  [{ validation: set.images }, /option validation of fit is a Uint8Array of 8064; expected an ImageSet/],
  [{ validation: tinySet(0) }, /tiny has no images/],
  [{ validation: tinySet(6, 4) }, /takes images of 8 x 8 x 3, but tiny has 4 x 4 x 3/],
  [{ validation: other({ labels: new Uint8Array(42).fill(9) }) }, /Label 0 of tiny is 9; expected 0 to 2/],
  [{ validation: other({ classes: ['a', 'b', 'c', 'd'] }) }, /tells 3 classes apart, but tiny has 4/],
];

/** Sets that are none; `fit`, `evaluate` and the others refuse them alike. */
const SETS: [what: string, set: unknown, message: RegExp][] = [
  ['nothing', undefined, /is undefined; expected an ImageSet/],
  ['null', null, /is null; expected an ImageSet/],
  ['a path', 'cifar10', /is 'cifar10'; expected an ImageSet/],
  [
    'labels out of range',
    other({ labels: new Uint8Array(42).fill(7) }),
    /Label 0 of tiny is 7; expected 0 to 2, as it has 3 classes/,
  ],
  ['a negative label', other({ labels: new Int32Array(42).fill(-1) }), /Label 0 of tiny is -1; expected 0 to 2/],
  [
    'labels that are numbers of JavaScript',
    other({ labels: [...set.labels] }),
    /array of labels of tiny is an array of 42; expected a Uint8Array/,
  ],
  ['labels that are texts', other({ labels: Array(42).fill('left') }), /array of labels of tiny is an array of 42;/],
  [
    'labels with fractions',
    other({ labels: new Float32Array(42).fill(0.5) }),
    /array of labels of tiny is a Float32Array of 42;/,
  ],
  ['too few labels', other({ labels: new Uint8Array(10) }), /tiny has 10 labels for 42 images; expected one for each/],
  [
    'too few images',
    other({ images: new Uint8Array(10) }),
    /tiny has 10 bytes; expected 8064 for 42 images of 8 x 8 x 3/,
  ],
  ['another length', other({ length: 100 }), /tiny has 8064 bytes; expected 19200 for 100 images/],
  ['a length that is none', other({ length: NaN }), /length of tiny is NaN; expected a whole number/],
  [
    'images in 0 .. 1',
    other({ images: Float32Array.from(set.images, byte => byte / 255) }),
    /array of images of tiny is a Float32Array of 8064; expected a Uint8Array of bytes/,
  ],
  ['images of NaN', other({ images: new Float32Array(bytes).fill(NaN) }), /array of images of tiny is a Float32Array/],
  ['a shape of two', other({ shape: [8, 24] }), /shape of tiny is \[8,24\]; expected \[height, width, channels\]/],
  ['no classes', other({ classes: [] }), /list of classes of tiny is \[\]; expected an array/],
  ['a number of classes', other({ classes: 3 }), /list of classes of tiny is 3; expected an array/],
  [
    'bytes for 300 classes',
    other({ classes: Array.from({ length: 300 }, String) }),
    /labels of tiny are bytes, and it has 300 classes/,
  ],
  [
    'a mean of two channels',
    other({ mean: [0.5, 0.5] }),
    /mean of tiny is \[0\.5,0\.5\]; expected a finite number, or one for each of 3/,
  ],
  ['a deviation of 0', other({ std: 0 }), /std of tiny is 0; expected a finite number above 0/],
  ['a mean that is none', other({ mean: NaN }), /mean of tiny is NaN;/],
];

const ONLY_WITH_IMAGES = ['no images', tinySet(0), /tiny has no images; expected a set with at least one/] as const;

/** Everything else: a call, its sentence. */
const CALLS: Record<string, [call: () => unknown, message: RegExp][]> = {
  models: [
    [() => fit(set, small()), /model of fit is an object; expected a network/],
    [() => fit(), /model of fit is undefined; expected a network/],
    [() => fit(disposed(), set), /weights of small are disposed of/],
    [() => fit(frozen(), set), /small has no trainable weights/],
    [() => fit(softmax(), set), /probable ends in .*, a softmax, and fit applies one/],
    [() => fit(tfjs(), set), /ends in last, a softmax, and fit applies one/],
    [() => fit(vector(), set), /maps gives outputs of \[batch, 8, 8, 3\]; expected \[batch, classes\]/],
    [() => fit(small(), tf.zeros([4, 8, 8, 3]), tf.zeros([4])), /options of fit are a Tensor; expected an object/],
    [() => fit(small(), tf.zeros([4, 8, 8, 3])), /set of fit is a Tensor; expected an ImageSet/],
    [() => fit(small(), set, 5), /options of fit are 5; expected an object/],
    [() => predict(small(), tf.zeros([2, 8, 8, 3])), /set of predict is a Tensor; expected an ImageSet/],
    [() => predict(small(), tinySet(3, 4)), /takes images of 8 x 8 x 3, but tiny has 4 x 4 x 3/],
    [() => predict(small(), set, { batchSize: 0 }), /batchSize of predict is 0/],
    [() => predict(small(), set, { mean: 0.4 }), /predict has no option mean \(given as 0\.4\); expected batchSize/],
    [() => predict(disposed(), set), /weights of small are disposed of/],
    [() => predict(softmax(), set), /a softmax, and predict applies one/],
    [() => evaluate(disposed(), set), /disposed of/],
    [() => evaluate(small(), set, { batchsize: 3 }), /evaluate has no option batchsize .* did you mean batchSize/],
    [() => evaluate(small(), other({ classes: ['a', 'b', 'c', 'd'] })), /tells 3 classes apart, but tiny has 4/],
    [
      () => gradientNorms(small(), tf.zeros([2, 4, 4, 3]), tf.zeros([2], 'int32')),
      /images of gradientNorms is \[2,4,4,3\]; expected a tensor of \[batch, 8, 8, 3\]/,
    ],
    [
      () => gradientNorms(small(), tf.zeros([2, 8, 8, 3]), tf.tensor1d([0, 5], 'int32')),
      /label 1 of softmaxCrossEntropy is 5/,
    ],
    [
      () => gradientNorms(small(), tf.zeros([2, 8, 8, 3]), tf.zeros([2], 'int32'), { auxWeight: 1 }),
      /no option auxWeight/,
    ],
    [() => takeSnapshot(disposed()), /disposed of/],
    [
      () => predictSnapshots(tinyModel(), [takeSnapshot(small())], set),
      /Snapshot 0 is of another network than tiny: its weight 0 is \[192,3\]; expected \[3,3,3,4\]/,
    ],
    [() => predictSnapshots(small(), [small()], set), /snapshot 0 is .*; expected what takeSnapshot gives/],
    [() => predictCrops(small(), tinySet(3, 4)), /takes images of 8 x 8 x 3; expected crops of tiny's 4 x 4 x 3/],
    [() => predictTenCrop(small(), set, { size: 4 }), /predictCrops has no option size/],
    [() => compareCrops(small(), set, { sample: 4 }), /compareCrops has no option sample/],
    [() => monteCarloDropout(small(), tf.zeros([1, 8, 8, 3])), /has no dropout/],
    [() => monteCarloDropout(tinyModel(), tf.zeros([1, 4, 4, 3])), /images of monteCarloDropout is \[1,4,4,3\]/],
    [() => monteCarloDropout(tinyModel(), tf.zeros([1, 8, 8, 3]), { samples: 0 }), /samples of monteCarloDropout is 0/],
  ],
  ensembles: [
    [() => averageProbabilities([]), /list of members is \[\]/],
    [
      () => averageProbabilities([tf.fill([2, 2], 0.5), tf.fill([2, 4], 0.25)]),
      /Member 1 of the ensemble is \[2,4\]; expected \[2,2\]/,
    ],
    [() => averageProbabilities([tf.zeros([2, 3])]), /Member 0 gives image 0 \[0, 0, 0\]; expected probabilities/],
    [() => averageProbabilities([set]), /member 0 of the ensemble is an object; expected a tensor/],
    [() => compareEnsemble([tf.tensor2d([[5, -3]])], [0]), /Member 0 gives image 0 \[5, -3\]; expected probabilities/],
    [() => compareEnsemble([tf.tensor2d([[2, -1]])], [0]), /Member 0 gives image 0 \[2, -1\];/],
    [
      () =>
        compareEnsemble(
          [
            tf.tensor2d([
              [0.5, 0.5],
              [NaN, 1],
            ]),
          ],
          [0, 1],
        ),
      /Member 0 gives image 1 \[NaN, 1\];/,
    ],
    [() => compareEnsemble([tf.fill([1, 2], 0.5)], [9]), /Label 0 is 9; expected a whole number from 0 to 1/],
    [() => compareEnsemble([tf.fill([1, 2], 0.5)], [0.5]), /Label 0 is 0\.5;/],
    [() => compareEnsemble([tf.fill([1, 2], 0.5)], [0, 1]), /2 labels are given for answers to 1 images/],
    [() => compareEnsemble([tf.fill([1, 2], 0.5)]), /No labels are given/],
    [() => compareEnsemble([tf.fill([1, 2], 0.5)], [0], { confidence: 95 }), /confidence of compareEnsemble is 95/],
    [() => compareEnsemble([tf.fill([1, 2], 0.5)], [0], { resamples: 0 }), /resamples of compareEnsemble is 0/],
    [() => compareModels([], set), /list of models of compareModels is \[\]/],
    [() => compareModels([small(), disposed()], set), /disposed of/],
  ],
  loss: [
    [
      () => softmaxCrossEntropy(tf.zeros([2, 3]), tf.tensor1d([9, 0], 'int32')),
      /label 0 of softmaxCrossEntropy is 9; expected a whole number from 0 to 2/,
    ],
    [
      () => softmaxCrossEntropy(tf.zeros([2, 3]), tf.tensor1d([0, -1], 'int32')),
      /label 1 of softmaxCrossEntropy is -1/,
    ],
    [() => softmaxCrossEntropy(tf.zeros([2, 3]), tf.tensor1d([1.5, 0])), /label 0 of softmaxCrossEntropy is 1\.5/],
    [
      () => softmaxCrossEntropy(tf.zeros([2, 3]), tf.tensor1d([1, 0, 2], 'int32')),
      /logits of \[2,3\] and labels of \[3\]/,
    ],
    [
      () => softmaxCrossEntropy(tf.zeros([2, 3]), tf.tensor1d([1, 0], 'int32'), 5),
      /labelSmoothing of softmaxCrossEntropy is 5/,
    ],
  ],
  optimizers: [
    [() => new Sgd([], { momentum: -1 }), /momentum of sgd is -1/],
    [() => sgd({ beta1: 0.9 }), /sgd has no option beta1/],
    [() => sgd({ lr: 0.1 }), /sgd has no option lr/],
    [() => rmsProp({ smoothing: 1 }), /smoothing of rmsProp is 1/],
    [() => rmsProp({ eps: 1 }), /rmsProp has no option eps \(given as 1\); did you mean epsilon\?/],
    [() => adam({ beta2: 1 }), /beta2 of adam is 1; expected a number from 0 and below 1/],
    [() => adam({ epsilon: 0 }), /epsilon of adam is 0/],
    [() => adamW({ weightDecay: -0.1 }), /weightDecay of adamW is -0\.1/],
    [() => new Sgd(one()).apply([], 0.1), /list of gradients is \[\]; expected one gradient for each of 1 variables/],
    [() => new Sgd(one()).apply([tf.zeros([3])], 0.1), /gradient of .* has the shape \[3\]; expected \[2\]/],
    [() => new Sgd(one()).apply([null], 0.1), /gradient of .* is null/],
    [() => new Sgd(one()).apply([tf.zeros([2])], -1), /learning rate of apply is -1/],
    [() => new Sgd(one()).apply([tf.zeros([2])], '0.1'), /learning rate of apply is '0\.1'/],
    [() => new Sgd(one()).apply([tf.zeros([2])], tf.zeros([2])), /learning rate of apply is a Tensor/],
  ],
  data: [
    [() => batches(set, { batchSize: 0 }), /batchSize of batches is 0/],
    [() => batches(set, { batch: 4 }), /batches has no option batch \(given as 4\)/],
    [() => batches(set, { mean: [1, 2] }), /mean of tiny is \[1,2\]/],
    [() => batches(tf.zeros([1, 8, 8, 3])), /set of images is a Tensor; expected an ImageSet/],
    [() => subset(set, -1), /no images 0 to before -1 in tiny; it has 42/],
    [() => subset(set, 100), /no images 0 to before 100/],
    [() => subset(set, 1.5), /no images 0 to before 1\.5/],
    [() => subset(set, [99]), /no image 99 in tiny; expected 0 to 41/],
    [() => subset(set, ['1']), /no image '1' in tiny/],
    [() => subset(set, { start: 1 }), /subset has no option start/],
    [() => subset(set), /choice of images of tiny is undefined; expected a count/],
    [() => split(set, 0), /share of tiny is 0/],
    [() => split(set, 1.5), /share of tiny is 1\.5; expected a number above 0 and below 1/],
    [() => split(set, '0.5'), /share of tiny is '0\.5'/],
    [() => split(set, 0.5, NaN), /seed is NaN/],
    [() => standardized(tinySet(0)), /tiny has no images/],
    [() => channelStatistics(tinySet(0)), /tiny has no images/],
    [() => images(set, [42]), /no image 42 in tiny; expected 0 to 41/],
    [() => lectureImages(), /split of lectureImages is undefined; expected one of train, test/],
    [() => lectureImages({ split: 'val' }), /split of lectureImages is 'val'|option split of lectureImages is 'val'/],
    [() => lectureImages({ split: 'train', count: -1 }), /count of lectureImages is -1/],
    [() => lectureImages({ split: 'train', length: 5 }), /lectureImages has no option length/],
    [() => offlineImages({ split: 'train', count: 0 }), /count of offlineImages is 0/],
    [() => offlineImages({ split: 'train', seed: 'x' }), /seed of offlineImages is 'x'/],
    [() => cifar10({ split: 'both' }), /split of cifar10 is 'both'/],
    [() => cifar10({ split: 'test', dir: '/tmp' }), /cifar10 has no option dir/],
  ],
  augmentation: [
    [() => randomCrop({ padding: -4 }), /padding of randomCrop is -4/],
    [() => randomCrop({ pad: 4 }), /randomCrop has no option pad/],
    [() => randomCrop({ fill: 256 }), /fill of randomCrop is 256; expected a whole number from 0 to 255/],
    [() => cutout({ size: 0 }), /size of cutout is 0/],
    [
      () => fit(small(), set, { augment: cutout({ size: 100 }), progress: false }),
      /cutout's size is 100; expected at most 8/,
    ],
    [() => horizontalFlip({ probability: 5 }), /probability of horizontalFlip is 5; expected a number from 0 to 1/],
    [() => horizontalFlip(0.5), /options of horizontalFlip are 0\.5/],
    [() => pcaColour({ deviation: 0.1 }), /first argument of pcaColour is \{"deviation":0\.1\}/],
    [() => pcaColour(undefined, { deviation: -1 }), /deviation of pcaColour is -1/],
    [() => cropTo('8'), /size of cropTo is '8'/],
    [() => centreCrop(set, 9), /crop of 9 x 9 does not fit into images of 8 x 8/],
    [
      () => fit(small(), set, { augment: horizontalFlip, progress: false }),
      /options of horizontalFlip are a Uint8Array of 192; expected an object with probability/,
    ],
    [() => compose(horizontalFlip(), 'x'), /step of compose is 'x'/],
    [() => augmentedImages(set, 99, horizontalFlip()), /no image 99/],
    [() => augmentedImages(set, 0, horizontalFlip(), { n: 2 }), /augmentedImages has no option n/],
    [() => tenCrops(tf.zeros([1, 8, 8, 3]), 9), /size of tenCrops is 9; expected a whole number from 1 to 8/],
  ],
  dropout: [
    [() => dropoutMask([2], { rate: 1 }), /rate of dropoutMask is 1/],
    [() => dropoutMask(5), /shape of dropoutMask is 5/],
    [() => dropoutMask([2], { p: 0.5 }), /dropoutMask has no option p/],
    [() => dropout2012(tf.zeros([2]), undefined, { rate: -1 }), /rate of dropout2012 is -1/],
    [() => invertedDropout(tf.zeros([2]), undefined, { rate: 50 }), /rate of invertedDropout is 50/],
    [() => allMasks(20), /number of units of allMasks is 20/],
    [
      () => averageOverMasks(tf.zeros([2]), tf.zeros([2, 2]), tf.zeros([2]), { rate: NaN }),
      /rate of averageOverMasks is NaN/,
    ],
  ],
  weights: [
    [() => loadWeights(small(), '/nope.safetensors'), /\/nope\.safetensors cannot be read: there is no such file/],
    [() => loadWeights(small()), /file of loadWeights is undefined/],
    [() => loadWeights(small(), 'x', { strict: false }), /loadWeights has no option strict/],
    [() => loadWeights(small(), 'x', { head: 'no' }), /head of loadWeights is 'no'/],
    [
      () => loadWeights(small(), 'x', { ignore: 'aux' }),
      /ignore of loadWeights is 'aux'; expected a regular expression/,
    ],
    [
      () => loadWeights(small(), 'x', { from: 'timm/resnet5O' }),
      /no network 'timm\/resnet5O' here; did you mean 'timm\/resnet50'/,
    ],
    [() => loadStateDict(small(), {}), /state dict of loadStateDict is \{\}; expected a Map/],
    [() => saveWeights(small(), ''), /file of saveWeights is ''/],
    [() => torchNetwork('alexnot'), /no network 'alexnot' here; did you mean 'alexnet'/],
  ],
};

/** Refused, by one sentence. */
async function refused(call: () => unknown, message: RegExp): Promise<void> {
  let error: unknown;
  try {
    const value = await call();
    assert.fail(`it was accepted, and gave ${String(value).slice(0, 80)}`);
  } catch (thrown) {
    error = thrown;
  }
  assert.ok(error instanceof Error && !(error instanceof TypeError), String((error as Error).stack));
  assert.match(error.message, message);
  assert.match(error.message, /^[^\n]{10,400}[.?]$/);
}

describe('wrong calls', () => {
  const saved = process.env.CNN_KIT_DATA;
  before(async () => {
    await ready();
    process.env.CNN_KIT_DATA = 'offline';
  });
  after(() => {
    if (saved === undefined) delete process.env.CNN_KIT_DATA;
    else process.env.CNN_KIT_DATA = saved;
  });

  for (const [options, message] of OPTIONS) {
    it(`fit with ${Object.keys(options).join(' and ')}: ${message.source.slice(0, 60)}`, async () => {
      const model = tinyModel();
      const before = [weightsOf(model), tf.memory().numTensors];
      await refused(() => fit(model, set, { progress: false, ...options }), message);
      assert.deepEqual([weightsOf(model), tf.memory().numTensors], before);
      model.dispose();
    });
  }

  const TAKERS: Record<string, (model: tf.LayersModel, set: unknown) => unknown> = {
    fit: (model, wrong) => fit(model, wrong, { progress: false, maxSteps: 1 }),
    evaluate,
    predict,
    predictCrops,
    predictTenCrop,
    compareCrops,
    predictSnapshots: (model, wrong) => predictSnapshots(model, [], wrong),
    compareModels: (model, wrong) => compareModels([model], wrong),
  };
  for (const [taker, call] of Object.entries(TAKERS)) {
    it(`${taker} with sets that are none`, async () => {
      const model = tinyModel();
      const before = tf.memory().numTensors;
      for (const [what, wrong, message] of [...SETS, ONLY_WITH_IMAGES]) {
        await refused(() => call(model, wrong), message).catch((error: Error) =>
          assert.fail(`${what}: ${error.message}`),
        );
      }
      assert.equal(tf.memory().numTensors, before);
      model.dispose();
    });
  }
  for (const [taker, call] of Object.entries({
    batches,
    subset: (wrong: unknown) => subset(wrong, 1),
    split: (wrong: unknown) => split(wrong, 0.5),
    images: (wrong: unknown) => images(wrong, [0]),
    standardized,
    centreCrop: (wrong: unknown) => centreCrop(wrong, 2),
    augmentedImages: (wrong: unknown) => augmentedImages(wrong, 0, horizontalFlip()),
  })) {
    it(`${taker} with sets that are none`, async () => {
      for (const [what, wrong, message] of SETS) {
        await refused(() => call(wrong), message).catch((error: Error) => assert.fail(`${what}: ${error.message}`));
      }
    });
  }

  for (const [group, calls] of Object.entries(CALLS)) {
    for (const [call, message] of calls) {
      it(`${group}: ${String(call)
        .replace(/^\(\)\s*=>\s*/, '')
        .slice(0, 90)}`, () => refused(call, message));
    }
  }
});
