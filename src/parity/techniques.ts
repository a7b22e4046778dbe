/** The single techniques of a reference file: each reads its case, and then computes what the case has PyTorch's values of. */
import * as tf from '@tensorflow/tfjs';
import { colourComponents } from '../data/colour';
import type { ImageSet } from '../data/imageSet';
import { batchNorm, model } from '../layers';
import * as ops from '../ops';
import { fill, uniform } from './generator';
import { type Expected, type Fields, ReferenceFileError } from './referenceFile';
import { loadStateDict, stateDict, stateVariables } from '../weights/stateDict';

/** A result of ours in PyTorch's order, beside PyTorch's. */
export interface Result {
  name: string;
  ours: ArrayLike<number>;
  theirs: ArrayLike<number>;
}

/** Computes the results; nothing is computed before. */
export type Technique = () => Result[];

const TECHNIQUES: Record<string, (fields: Fields, seed: number) => Technique> = {
  lrn,
  groupedConv2d,
  maxUnpool,
  deconv,
  pcaColour,
  batchNormTrain,
};

/** @throws ReferenceFileError when the technique is unknown or a field is missing or of the wrong type */
export function readTechnique(fields: Fields, seed: number): Technique {
  const op = fields.text('op');
  if (Object.hasOwn(TECHNIQUES, op)) return TECHNIQUES[op](fields, seed);
  throw new ReferenceFileError(
    `${fields.file}: ${fields.path}.op is the unknown technique ${op}; known are ${Object.keys(TECHNIQUES).join(', ')}.`,
  );
}

function lrn(fields: Fields, seed: number): Technique {
  const options = {
    size: fields.count('n'),
    alpha: fields.number('alpha'),
    beta: fields.number('beta'),
    bias: fields.number('k'),
    alphaMode: 'paper' as const,
  };
  const [x, y] = [fields.generated('x', seed, { rank: 4 }), fields.expected('y', 4)];
  const gradient = fields.has('w') && { w: fields.generated('w', seed, y), dx: fields.expected('dx', 4) };
  return () => {
    const run = (input: tf.Tensor): tf.Tensor => ops.localResponseNorm(input as tf.Tensor4D, options);
    const results = [result('y', run(image(x)), y)];
    if (gradient) results.push(result('dx', tf.grad(run)(image(x), image(gradient.w)), gradient.dx));
    return results;
  };
}

function groupedConv2d(fields: Fields, seed: number): Technique {
  const options = {
    groups: fields.count('groups'),
    stride: fields.count('stride'),
    padding: fields.integer('padding'),
  };
  const [x, w] = [fields.generated('x', seed, { rank: 4 }), fields.generated('w', seed, { rank: 4 })];
  const y = fields.expected('y', 4);
  const gradients = fields.has('v') && {
    v: fields.generated('v', seed, y),
    dx: fields.expected('dx', 4),
    dw: fields.expected('dw', 4),
  };
  return () => {
    const run = (input: tf.Tensor, filter: tf.Tensor): tf.Tensor =>
      ops.conv2d(input as tf.Tensor4D, filter as tf.Tensor4D, options);
    const filter = tensor(w).transpose([2, 3, 1, 0]);
    const results = [result('y', run(image(x), filter), y)];
    if (!gradients) return results;
    const [dx, dw] = tf.grads(run)([image(x), filter], image(gradients.v));
    return [...results, result('dx', dx, gradients.dx), flat('dw', dw.transpose([3, 2, 0, 1]), gradients.dw)];
  };
}

/** Unpooling puts each value where the maximum was: where the gradient of pooling goes, but there values add up. */
function maxUnpool(fields: Fields, seed: number): Technique {
  const [size, stride] = [fields.count('kernel'), fields.count('stride')];
  const x = fields.generated('x', seed, { rank: 4 });
  const [pooled, unpooled] = [fields.expected('pooled', 4), fields.expected('unpooled', 4)];
  return () => {
    const pool = (input: tf.Tensor): tf.Tensor => ops.maxPool(input as tf.Tensor4D, size, { stride });
    const maxima = pool(image(x));
    const toPlaces = (values: tf.Tensor): tf.Tensor => tf.grad(pool)(image(x), values);
    const chosen = toPlaces(tf.onesLike(maxima));
    const back = toPlaces(maxima).div(tf.maximum(chosen, 1));
    return [result('pooled', maxima, pooled), result('unpooled', back, unpooled)];
  };
}

function deconv(fields: Fields, seed: number): Technique {
  const [stride, padding] = [fields.count('stride'), fields.integer('padding')];
  const [w, y] = [fields.generated('w', seed, { rank: 4 }), fields.generated('y', seed, { rank: 4 })];
  const out = fields.expected('out', 4);
  return () => {
    const [batch, channels, height, width] = out.shape as [number, number, number, number];
    const filter = tensor(w).transpose<tf.Tensor4D>([2, 3, 1, 0]);
    const framed: [number, number, number, number] = [batch, height + 2 * padding, width + 2 * padding, channels];
    const whole = tf.conv2dTranspose(tf.relu(image(y)), filter, framed, stride, 'valid');
    return [result('out', whole.slice([0, padding, padding, 0], [batch, height, width, channels]), out)];
  };
}

function pcaColour(fields: Fields, seed: number): Technique {
  const [mix, alpha] = [fields.matrix('M', 3, 3), fields.numbers('alpha', 3)];
  const [eigenvalues, shift] = [fields.numbers('eigenvalues', 3), fields.numbers('shift', 3)];
  const eigenvectors = fields.matrix('eigenvectors', 3, 3);
  return () => {
    const [images, places] = [20, 64];
    const numbers = uniform(seed, 'pca.images', images * 3 * places);
    const pixels = Array.from({ length: images * places }, (_, p) => {
      const first = Math.floor(p / places) * 3 * places + (p % places);
      const colour = [0, 1, 2].map(channel => numbers[first + channel * places]);
      return [0, 1, 2].map(j => 255 * colour.reduce((sum, value, i) => sum + value * mix[i][j], 0));
    });
    // Bytes would round the colours.
    const set = {
      name: 'pca.images',
      shape: [1, 1, 3],
      length: pixels.length,
      images: Float64Array.from(pixels.flat()),
    };
    // The reference's pixels are numbers in float64, which no set of images holds.
    const ours = colourComponents(set as unknown as ImageSet);
    const moved = [0, 1, 2].map(channel =>
      ours.eigenvalues.reduce((sum, value, i) => sum + alpha[i] * value * ours.eigenvectors[i][channel], 0),
    );
    const columns = [0, 1, 2].flatMap(channel => ours.eigenvectors.map(vector => vector[channel]));
    return [
      { name: 'eigenvalues', ours: ours.eigenvalues, theirs: eigenvalues },
      { name: 'eigenvectors', ours: columns, theirs: eigenvectors.flat() },
      { name: 'shift', ours: moved, theirs: shift },
    ];
  };
}

function batchNormTrain(fields: Fields, seed: number): Technique {
  const options = { epsilon: fields.number('eps'), momentum: fields.number('momentum') };
  const [x, y] = [fields.generated('x', seed, { rank: 4 }), fields.expected('y', 4)];
  const channels = x.shape[1];
  const parameter = (name: string): Float32Array => {
    const source = /^fill (\S+) \[(\d+)\]$/.exec(fields.text(name));
    if (!source || Number(source[2]) !== channels) throw fields.wrong(name, `"fill NAME [${channels}]"`);
    return fill(seed, source[1], [channels]);
  };
  const [gamma, beta] = [parameter('gamma'), parameter('beta')];
  const statistics = { mean: fields.expected('runningMean', 1), variance: fields.expected('runningVar', 1) };
  const gradients = fields.has('v') && {
    v: fields.generated('v', seed, y),
    dx: fields.expected('dx', 4),
    dgamma: fields.expected('dgamma', 1),
    dbeta: fields.expected('dbeta', 1),
  };
  return () => {
    const [, , height, width] = x.shape;
    const layer = model('batchNorm', { inputShape: [height, width, channels] }, batchNorm({ ...options, torch: 'bn' }));
    const vector = (data: Float32Array): { shape: number[]; data: Float32Array } => ({ shape: [channels], data });
    loadStateDict(
      layer,
      new Map([
        ['bn.weight', vector(gamma)],
        ['bn.bias', vector(beta)],
        ['bn.running_mean', vector(new Float32Array(channels))],
        ['bn.running_var', vector(new Float32Array(channels).fill(1))],
      ]),
    );
    const run = (input: tf.Tensor): tf.Tensor => layer.apply(input, { training: true }) as tf.Tensor;
    const results = [result('y', run(image(x)), y)];
    const state = stateDict(layer);
    if (gradients) {
      const v = image(gradients.v);
      const { grads } = tf.variableGrads(() => run(image(x)).mul(v).sum().asScalar());
      const variables = stateVariables(layer);
      results.push(
        result('dx', tf.grad(run)(image(x), v), gradients.dx),
        flat('dgamma', grads[variables.get('bn.weight')!.name], gradients.dgamma),
        flat('dbeta', grads[variables.get('bn.bias')!.name], gradients.dbeta),
      );
    }
    layer.dispose();
    return [
      ...results,
      { name: 'runningMean', ours: state.get('bn.running_mean')!.data, theirs: statistics.mean.values },
      { name: 'runningVar', ours: state.get('bn.running_var')!.data, theirs: statistics.variance.values },
    ];
  };
}

const tensor = ({ shape, values }: Expected): tf.Tensor => tf.tensor(Float32Array.from(values), shape);

/** NCHW in the file, NHWC here. */
const image = (numbers: Expected): tf.Tensor4D => tensor(numbers).transpose<tf.Tensor4D>([0, 2, 3, 1]);

const result = (name: string, ours: tf.Tensor, theirs: Expected): Result =>
  flat(name, ours.transpose([0, 3, 1, 2]), theirs);

function flat(name: string, ours: tf.Tensor, { shape, values }: Expected): Result {
  // Of another shape, no number is PyTorch's.
  const isAlike = `${ours.shape}` === `${shape}`;
  return { name, ours: isAlike ? ours.dataSync() : values.map(() => NaN), theirs: values };
}
