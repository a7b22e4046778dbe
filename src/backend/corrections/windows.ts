/**
 * Convolution and pooling as they have to be, on every backend: tfjs's own kernels take some settings wrong, each backend
 * others (numbers as padding of oblong windows, 'same' with strides beyond the window, rounding up, gradients of means,
 * dilation), or refuse them. What a backend takes right goes to its kernel as it is. All else goes there without padding,
 * on an image that has been padded and cut to what the windows cover.
 */
import * as tf from '@tensorflow/tfjs';
import { assertWindowFits, everyNth, spread } from '../../ops/window';
import { type Attributes, type Inputs, type Kernel, replaceGradient, replaceKernel, run } from './registration';

type Word = 'same' | 'valid';

type WindowAttributes = {
  filterSize?: number | number[];
  filterShape?: number[];
  inputShape?: number[];
  strides: number | number[];
  dilations?: number | number[] | null;
  pad: Word | number | [number, number][];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  dataFormat?: string;
};

/** Windows on the axes of an image, with the padding in numbers. */
interface Plan {
  image: number[];
  window: number[];
  stride: number[];
  dilation: number[];
  out: number[];
  /** Places to add before and after each axis; negative ones are to be cut off. */
  before: number[];
  after: number[];
}

function planOf(image: number[], window: number[], attributes: WindowAttributes, isPool: boolean): Plan {
  const { pad, dimRoundingMode = 'floor' } = attributes;
  const each = (lengths: number | number[] | null | undefined): number[] =>
    Array.isArray(lengths) ? lengths.slice(0, image.length) : image.map(() => lengths ?? 1);
  const [stride, dilation] = [each(attributes.strides), each(attributes.dilations)];
  const plan: Plan = { image, window, stride, dilation, out: [], before: [], after: [] };
  image.forEach((length, axis) => {
    const extent = dilation[axis] * (window[axis] - 1) + 1;
    const [before, after] =
      pad === 'valid' || pad === 'same' ? [0, 0] : typeof pad === 'number' ? [pad, pad] : pad[1 + axis];
    const free = length + before + after - extent;
    const rounded = pad === 'valid' ? Math.floor(free / stride[axis]) : Math[dimRoundingMode](free / stride[axis]);
    let out = pad === 'same' ? Math.ceil(length / stride[axis]) : free < 0 ? 0 : rounded + 1;
    // Caffe and PyTorch: a window that would begin after the image and the padding before it is none.
    if (isPool && pad !== 'same' && (out - 1) * stride[axis] >= length + before) out--;
    const covered = (out - 1) * stride[axis] + extent;
    const first = pad === 'same' ? Math.floor(Math.max(covered - length, 0) / 2) : before;
    plan.out.push(out);
    plan.before.push(first);
    plan.after.push(covered - length - first);
  });
  return plan;
}

/** What the windows cover of the image and the padding around it. */
function framed(x: tf.Tensor, { before, after }: Plan, value = 0): tf.Tensor {
  const around = [[0, 0], ...before.map((b, axis) => [b, after[axis]]), [0, 0]];
  return padOrCut(x, around as [number, number][], value);
}

/** The gradient of `framed`. */
function unframed(dx: tf.Tensor, { before, after }: Plan): tf.Tensor {
  const around = [[0, 0], ...before.map((b, axis) => [-b, -after[axis]]), [0, 0]];
  return padOrCut(dx, around as [number, number][], 0);
}

function padOrCut(x: tf.Tensor, around: [number, number][], value: number): tf.Tensor {
  if (around.flat().some(n => n < 0)) {
    const begin = around.map(([before]) => Math.max(-before, 0));
    x = x.slice(
      begin,
      x.shape.map((length, axis) => length - begin[axis] - Math.max(-around[axis][1], 0)),
    );
  }
  const added = around.map(([before, after]) => [Math.max(before, 0), Math.max(after, 0)] as [number, number]);
  return added.flat().some(n => n > 0) ? x.pad(added, value) : x;
}

/** One over the share of each window's places that lie in the image: [1, ...out, 1]. */
function meanCorrection({ image, window, stride, dilation, out, before }: Plan): tf.Tensor | undefined {
  const shares = out.map((count, axis) =>
    Array.from({ length: count }, (_, i) => {
      const start = i * stride[axis] - before[axis];
      const places = Array.from({ length: window[axis] }, (_, k) => start + k * dilation[axis]);
      return places.filter(place => place >= 0 && place < image[axis]).length / window[axis];
    }),
  );
  if (shares.flat().every(share => share === 1)) return undefined;
  const all = shares.reduce((product, axis) => product.flatMap(a => axis.map(b => a * b)), [1]);
  return tf.tensor(all, [1, ...out, 1]).reciprocal();
}

type Kind = 'convolution' | 'depthwise' | 'maximum' | 'mean';
type Part = 'forward' | 'inputGradient' | 'filterGradient';

/** Whether the backend takes the word right by itself. */
export type Trust = (setting: Plan & { pad: Word; kind: Kind; part: Part }) => boolean;

const KERNELS: Record<string, { operation: string; kind: Kind; part: Part }> = {
  Conv2D: { operation: 'conv2d', kind: 'convolution', part: 'forward' },
  FusedConv2D: { operation: 'conv2d', kind: 'convolution', part: 'forward' },
  Conv2DBackpropInput: { operation: 'conv2d', kind: 'convolution', part: 'inputGradient' },
  Conv2DBackpropFilter: { operation: 'conv2d', kind: 'convolution', part: 'filterGradient' },
  DepthwiseConv2dNative: { operation: 'depthwiseConv2d', kind: 'depthwise', part: 'forward' },
  FusedDepthwiseConv2D: { operation: 'depthwiseConv2d', kind: 'depthwise', part: 'forward' },
  DepthwiseConv2dNativeBackpropInput: { operation: 'depthwiseConv2d', kind: 'depthwise', part: 'inputGradient' },
  DepthwiseConv2dNativeBackpropFilter: { operation: 'depthwiseConv2d', kind: 'depthwise', part: 'filterGradient' },
  MaxPool: { operation: 'maxPool', kind: 'maximum', part: 'forward' },
  MaxPoolGrad: { operation: 'maxPool', kind: 'maximum', part: 'inputGradient' },
  AvgPool: { operation: 'avgPool', kind: 'mean', part: 'forward' },
  AvgPoolGrad: { operation: 'avgPool', kind: 'mean', part: 'inputGradient' },
  Conv3D: { operation: 'conv3d', kind: 'convolution', part: 'forward' },
  Conv3DBackpropInputV2: { operation: 'conv3d', kind: 'convolution', part: 'inputGradient' },
  Conv3DBackpropFilterV2: { operation: 'conv3d', kind: 'convolution', part: 'filterGradient' },
};

/** Puts the corrections between tfjs and the kernels that are registered for this backend. */
export function correctWindows(backendName: string, trusts: Trust): void {
  for (const [name, { operation, kind, part }] of Object.entries(KERNELS)) {
    replaceKernel(backendName, name, previous => (inputs, attributes, backend) => {
      const given = attributes as WindowAttributes;
      const spatial = (shape: number[]): number[] => shape.slice(1, -1);
      const image = spatial(given.inputShape ?? (inputs.x ?? inputs.input).shape);
      const filter = given.filterShape ?? inputs.filter?.shape;
      const size = given.filterSize;
      const window = filter
        ? filter.slice(0, image.length)
        : Array.isArray(size)
          ? size.slice(0, image.length)
          : image.map(() => size!);
      // Channels first: nothing of ours is so.
      if (/^NC/.test(given.dataFormat ?? '')) return previous(inputs, attributes, backend);
      const plan = planOf(image, window, given, kind === 'maximum' || kind === 'mean');
      assertWindowFits(operation, image, window, plan.dilation, plan.out);
      const { pad } = given;
      const isWord = pad === 'valid' || pad === 'same';
      if (isWord && trusts({ ...plan, pad, kind, part })) return previous(inputs, attributes, backend);
      return tf.tidy(() => without(previous, inputs, attributes, backend, plan, kind, part));
    });
  }
  poolThreeAxesInTwoSteps(backendName, 'MaxPool');
  poolThreeAxesInTwoSteps(backendName, 'AvgPool');
}

/**
 * Pooling over three axes as pooling over the last two and then over the first, with the gradients that follow: of equal
 * largest numbers the first has it here too, while the backends' own kernels give it to the last or to all, and one takes
 * the largest of negative numbers for zero.
 */
function poolThreeAxesInTwoSteps(backendName: string, name: 'MaxPool' | 'AvgPool'): void {
  const operation = name === 'MaxPool' ? 'maxPool3d' : 'avgPool3d';
  const steps = (shape: number[], attributes: Attributes) => {
    const given = attributes as WindowAttributes;
    const [batch, depth, height, width, channels] = shape;
    const image = [depth, height, width];
    const window = Array.isArray(given.filterSize) ? given.filterSize : image.map(() => given.filterSize as number);
    const { stride, dilation, out, before, after } = planOf(image, window, given, true);
    assertWindowFits(operation, image, window, dilation, out);
    const around = (axis: number): [number, number] => [before[axis], after[axis]];
    const step = (axes: number[]): Attributes => ({
      filterSize: axes.map(axis => window[axis] ?? 1),
      strides: axes.map(axis => stride[axis] ?? 1),
      pad: [[0, 0], ...axes.map(axis => (axis < 3 ? around(axis) : [0, 0])), [0, 0]],
    });
    const [NONE, flat] = [3, [batch * depth, height, width, channels]];
    const between = [batch, depth, out[1] * out[2], channels];
    return { first: step([1, 2]), second: step([0, NONE]), flat, between, whole: [batch, ...out, channels] };
  };
  const forward = ({ x }: Inputs, attributes: Attributes): tf.Tensor =>
    tf.tidy(() => {
      const { first, second, flat, between, whole } = steps(x.shape, attributes);
      const pictures = run(name, { x: x.reshape(flat) }, first);
      return run(name, { x: pictures.reshape(between) }, second).reshape(whole);
    });
  const backward = ({ dy, input }: Inputs, attributes: Attributes): tf.Tensor =>
    tf.tidy(() => {
      const { first, second, flat, between } = steps(input.shape, attributes);
      const pictures = run(name, { x: input.reshape(flat) }, first);
      const middle = pictures.reshape(between);
      const y = run(name, { x: middle }, second);
      const back = run(`${name}Grad`, { dy: dy.reshape(y.shape), input: middle, output: y }, second);
      const images = { dy: back.reshape(pictures.shape), input: input.reshape(flat), output: pictures };
      return run(`${name}Grad`, images, first).reshape(input.shape);
    });
  replaceKernel(backendName, `${name}3D`, () => forward);
  replaceKernel(backendName, `${name}3DGrad`, () => backward);
}

/** The kernel on the framed image, with no padding, no dilation, and of depthwise convolution one stride for both axes. */
function without(
  previous: Kernel,
  inputs: Inputs,
  attributes: Attributes,
  backend: tf.KernelBackend,
  plan: Plan,
  kind: Kind,
  part: Part,
): tf.Tensor {
  const { image, dilation, before, after } = plan;
  const stride = evened(plan);
  const sample = kind === 'depthwise' && isUneven(stride) ? stride : stride.map(() => 1);
  const valid: Attributes = {
    ...attributes,
    ...{ pad: 'valid', dimRoundingMode: undefined, dilations: dilation.map(() => 1) },
    strides: stride.map((length, axis) => length / sample[axis]),
  };
  const call = (changed: Inputs, more: Attributes = {}): tf.Tensor =>
    previous({ ...inputs, ...changed }, { ...valid, ...more }, backend) as tf.Tensor;
  const correction = kind === 'mean' ? meanCorrection(plan) : undefined;
  const corrected = (y: tf.Tensor): tf.Tensor => (correction ? y.mul(correction) : y);
  const padding = kind === 'maximum' ? -Infinity : 0;
  if (part === 'forward') {
    const filter: Inputs = inputs.filter ? { filter: spread(inputs.filter, dilation) } : {};
    return everyNth(corrected(call({ x: framed(inputs.x, plan, padding), ...filter })), sample, 1);
  }
  const dy = spread(corrected(inputs.dy), sample, 1);
  if (part === 'filterGradient') return call({ x: framed(inputs.x, plan), dy });
  const shape = attributes.inputShape as number[] | undefined;
  if (!shape) return unframed(call({ dy, input: framed(inputs.input, plan, padding) }), plan);
  const inputShape = [shape[0], ...image.map((length, axis) => length + before[axis] + after[axis]), shape.at(-1)!];
  return unframed(call({ dy }, { inputShape }), plan);
}

/** Where there is one window, its stride says nothing: it takes that of the nearest axis that has several. */
function evened({ stride, out }: Plan): number[] {
  const several = out.flatMap((length, axis) => (length > 1 ? [axis] : []));
  return stride.map((_, axis) => {
    const nearest = several.reduce((a, b) => (Math.abs(b - axis) < Math.abs(a - axis) ? b : a), several[0]);
    return stride[nearest] ?? 1;
  });
}

const isWithin = (stride: number[], window: number[]): boolean =>
  stride.every((length, axis) => length <= window[axis]);

const isUneven = (stride: number[]): boolean => stride.some(length => length !== stride[0]);

/** What tfjs's own backends take right: of 'same', strides within the window, and means' values but not their gradients. */
export const trustsOfTfjs: Trust = ({ pad, kind, part, window, stride }) =>
  pad === 'valid' || (isWithin(stride, window) && !(kind === 'mean' && part === 'inputGradient'));

/**
 * What TensorFlow takes right: not depthwise convolution with two strides or with dilation, nor, over three axes,
 * dilation or 'same' with strides beyond the window. One channel, two strides and one column of windows are too much for oneDNN.
 */
export const trustsOfTensorflow: Trust = ({ kind, stride, dilation, out, pad, window }) => {
  const isPlain = dilation.every(d => d === 1);
  if (kind === 'depthwise') return isPlain && !isUneven(stride);
  if (kind === 'convolution' && isUneven(stride) && out.includes(1)) return false;
  if (stride.length < 3) return true;
  return isPlain && (pad === 'valid' || isWithin(stride, window));
};

/** Whether a float tensor of a backend that computes at once has NaN in it; or infinities of both signs, maybe. */
export function hasNaN(x: tf.Tensor): boolean {
  return x.dtype === 'float32' && tf.tidy(() => Number.isNaN(x.sum().dataSync()[0]));
}

/** Makes NaN the largest of its window, as in PyTorch, on a backend that computes at once. */
export function keepNaNInMaxima(backendName: string): void {
  replaceKernel(backendName, 'MaxPool', previous => ({ x }, attributes, backend) => {
    if (!hasNaN(x)) return previous({ x }, attributes, backend);
    return tf.tidy(() => {
      const call = (x: tf.Tensor): tf.Tensor => previous({ x }, attributes, backend) as tf.Tensor;
      const isNaN = x.isNaN();
      const y = call(tf.where(isNaN, tf.onesLike(x).mul(-Infinity), x));
      return tf.where(call(isNaN.toFloat()).greater(0), tf.onesLike(y).mul(NaN), y);
    });
  });
}

/** The fused convolution of tfjs's layers refuses dilation under a gradient; its parts, one after the other, do not. */
function unfuseDilated(): void {
  const fused = tf.fused as { conv2d: typeof tf.fused.conv2d };
  const { conv2d } = fused;
  fused.conv2d = options => {
    const {
      x,
      filter,
      strides,
      pad,
      dataFormat,
      dilations = 1,
      dimRoundingMode,
      bias,
      activation = 'linear',
    } = options;
    const isPlain = [dilations].flat().every(dilation => dilation === 1);
    if (isPlain || activation !== 'linear' || tf.engine().state.gradientDepth === 0) return conv2d(options);
    return tf.tidy(() => {
      const y = tf.conv2d(x, filter, strides, pad, dataFormat, dilations, dimRoundingMode) as tf.Tensor;
      return (bias ? y.add(bias) : y) as ReturnType<typeof conv2d>;
    }) as never;
  };
}

/** Gradients that tfjs lacks (of dilated convolution) or takes without the rounding (of pooling), on all backends. */
export function registerWindowGradients(): void {
  unfuseDilated();
  for (const [name, input, filter] of [
    ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
    ['DepthwiseConv2dNative', 'DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter'],
    ['Conv3D', 'Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2'],
  ]) {
    replaceGradient(name, {
      inputsToSave: ['x', 'filter'],
      gradFunc: (dy, [x, w], attributes) => {
        const { dilations } = attributes as WindowAttributes;
        const rank = x.rank - 2;
        const gaps = Array.isArray(dilations) ? dilations.slice(0, rank) : Array<number>(rank).fill(dilations ?? 1);
        // A filter with zeros between its numbers does what a dilated one does.
        const wide = spread(w, gaps);
        const plain = { ...attributes, dilations: Array<number>(rank).fill(1) };
        return {
          x: () => run(input, { dy, filter: wide }, { ...plain, inputShape: x.shape }),
          filter: () => everyNth(run(filter, { x, dy }, { ...plain, filterShape: wide.shape }), gaps),
        };
      },
    });
  }
  for (const name of ['MaxPool', 'MaxPool3D']) {
    replaceGradient(name, {
      inputsToSave: ['x'],
      outputsToSave: [true],
      gradFunc: (dy, [input, output], attributes) => ({
        x: () => run(`${name}Grad`, { dy, input, output }, attributes as Attributes),
      }),
    });
  }
  for (const name of ['AvgPool', 'AvgPool3D']) {
    replaceGradient(name, {
      inputsToSave: ['x'],
      gradFunc: (dy, [input], attributes) => ({ x: () => run(`${name}Grad`, { dy, input }, attributes as Attributes) }),
    });
  }
}
