/**
 * Settings of convolution and pooling, drawn from a seed or picked for a corner, and what each gives in float64 by direct
 * loops: values, and gradients of the sum of the values times given weights.
 */
import { type Padding } from '../../src/ops';
import { seeded } from '../../src/data';

export type Call =
  | 'ops.conv2d'
  | 'ops.maxPool'
  | 'ops.avgPool'
  | 'tf.conv1d'
  | 'tf.conv2d'
  | 'tf.conv3d'
  | 'tf.depthwiseConv2d'
  | 'tf.conv2dTranspose'
  | 'tf.maxPool'
  | 'tf.avgPool'
  | 'tf.maxPool3d'
  | 'tf.avgPool3d'
  | 'tf.pool max'
  | 'tf.pool avg';

export interface Setting {
  call: Call;
  batch: number;
  /** Lengths of one, two or three axes; of a transposed convolution, those of its output. */
  image: number[];
  channels: number;
  window: number[];
  stride: number[];
  padding: Padding;
  dilation: number[];
  groups: number;
  /** Filters of a convolution. */
  out: number;
  ceilMode: boolean;
  countIncludePad: boolean;
}

/** The numbers that a setting is computed with. */
export interface Given {
  x: Float64Array;
  filter: Float64Array;
  dy: Float64Array;
}

export interface Answer {
  shape: number[];
  y: Float64Array;
  dx: Float64Array;
  /** Empty for pooling. */
  dFilter: Float64Array;
}

export const isConvolution = ({ call }: Setting): boolean => call.includes('conv') || call.includes('Conv');
const isTransposed = ({ call }: Setting): boolean => call === 'tf.conv2dTranspose';
const isOurs = ({ call }: Setting): boolean => call.startsWith('ops');
const product = (lengths: readonly number[]): number => lengths.reduce((a, b) => a * b, 1);

/** One axis: how many windows there are, where the first one begins, and how long the window is with its gaps. */
interface Axis {
  out: number;
  before: number;
  extent: number;
}

function axes(setting: Setting): Axis[] {
  const { image, window, stride, padding, dilation, ceilMode } = setting;
  return image.map((length, i) => {
    const extent = dilation[i] * (window[i] - 1) + 1;
    if (padding === 'same') {
      const out = Math.ceil(length / stride[i]);
      const total = Math.max((out - 1) * stride[i] + extent - length, 0);
      return { out, before: Math.floor(total / 2), extent };
    }
    const before = padding === 'valid' ? 0 : typeof padding === 'number' ? padding : padding[i];
    const free = length + 2 * before - extent;
    // Of ours, as of PyTorch's, the only window may end outside.
    if (free < 0 && !setting.call.startsWith('ops.')) return { out: 0, before, extent };
    let out = (ceilMode ? Math.ceil(free / stride[i]) : Math.floor(free / stride[i])) + 1;
    // PyTorch: the last window begins inside the image or the padding before it.
    if (ceilMode && (out - 1) * stride[i] >= length + before) out--;
    return { out, before, extent };
  });
}

/** Whether the window does not fit into the image with its padding. */
export const isTooLarge = (setting: Setting): boolean => axes(setting).some(({ out }) => out < 1);

/** Lengths [x, filter, y] of the arrays. */
export function shapes(setting: Setting): { x: number[]; filter: number[]; y: number[] } {
  const { call, batch, image, channels, window, groups, out } = setting;
  const lengths = axes(setting).map(axis => Math.max(axis.out, 0));
  const filter = call === 'tf.depthwiseConv2d' ? [channels, out / channels] : [channels / groups, out];
  const [small, large] = [
    [batch, ...lengths, isConvolution(setting) ? out : channels],
    [batch, ...image, channels],
  ];
  return {
    x: isTransposed(setting) ? small : large,
    filter: isConvolution(setting) ? [...window, ...filter] : [0],
    y: isTransposed(setting) ? large : small,
  };
}

/** Calls `visit` with each output place of a convolution or pooling, and each place of the image that it meets. */
function eachMeeting(
  setting: Setting,
  visit: (meeting: { place: number; batch: number; from: number; at: number }) => void,
): void {
  const three = (lengths: number[], fill: number): number[] => [...Array(3 - lengths.length).fill(fill), ...lengths];
  const along = axes(setting);
  const [image, window, stride, dilation, out, before] = [
    three(setting.image, 1),
    three(setting.window, 1),
    three(setting.stride, 1),
    three(setting.dilation, 1),
    three(
      along.map(axis => axis.out),
      1,
    ),
    three(
      along.map(axis => axis.before),
      0,
    ),
  ];
  for (let batch = 0; batch < setting.batch; batch++)
    for (let a = 0; a < out[0]; a++)
      for (let b = 0; b < out[1]; b++)
        for (let c = 0; c < out[2]; c++)
          for (let i = 0; i < window[0]; i++)
            for (let j = 0; j < window[1]; j++)
              for (let k = 0; k < window[2]; k++) {
                const at = [
                  a * stride[0] + i * dilation[0] - before[0],
                  b * stride[1] + j * dilation[1] - before[1],
                  c * stride[2] + k * dilation[2] - before[2],
                ];
                if (at.some((place, axis) => place < 0 || place >= image[axis])) continue;
                visit({
                  batch,
                  place: ((batch * out[0] + a) * out[1] + b) * out[2] + c,
                  from: ((batch * image[0] + at[0]) * image[1] + at[1]) * image[2] + at[2],
                  at: (i * window[1] + j) * window[2] + k,
                });
              }
}

export function answer(setting: Setting, given: Given): Answer {
  return isConvolution(setting) ? convolution(setting, given) : pooling(setting, given);
}

function convolution(setting: Setting, { x, filter, dy }: Given): Answer {
  const { channels, groups, out } = setting;
  const shape = shapes(setting).y;
  const [y, dx, dFilter] = [
    new Float64Array(product(shape)),
    new Float64Array(x.length),
    new Float64Array(filter.length),
  ];
  const [inGroup, outGroup] = [channels / groups, out / groups];
  eachMeeting(setting, ({ place, from, at }) => {
    for (let o = 0; o < out; o++) {
      for (let i = 0; i < inGroup; i++) {
        const large = from * channels + Math.floor(o / outGroup) * inGroup + i;
        const weight = (at * inGroup + i) * out + o;
        const small = place * out + o;
        const [source, target] = isTransposed(setting) ? [small, large] : [large, small];
        y[target] += x[source] * filter[weight];
        dx[source] += dy[target] * filter[weight];
        dFilter[weight] += x[source] * dy[target];
      }
    }
  });
  return { shape, y, dx, dFilter };
}

function pooling(setting: Setting, { x, dy }: Given): Answer {
  const { channels } = setting;
  const shape = shapes(setting).y;
  const [y, dx] = [new Float64Array(product(shape)), new Float64Array(x.length)];
  const isMax = setting.call.includes('max');
  const met = Array.from({ length: y.length / channels }, () => [] as number[]);
  eachMeeting(setting, ({ place, from }) => void met[place].push(from));
  const counts = isMax ? [] : divisors(setting);
  met.forEach((places, place) => {
    for (let channel = 0; channel < channels; channel++) {
      const target = place * channels + channel;
      const sources = places.map(from => from * channels + channel);
      if (isMax) {
        // PyTorch: NaN counts as the largest; of equal ones the first has the gradient.
        const best = sources.reduce((a, b) => (x[b] > x[a] || Number.isNaN(x[b]) ? b : a));
        y[target] = x[best];
        dx[best] += dy[target];
      } else {
        const count = counts[place % counts.length];
        for (const source of sources) {
          y[target] += x[source] / count;
          dx[source] += dy[target] / count;
        }
      }
    }
  });
  return { shape, y, dx, dFilter: new Float64Array(0) };
}

/** What the sum of each window of one image is divided by. */
function divisors(setting: Setting): number[] {
  const { image, window, stride, dilation, padding, countIncludePad } = setting;
  const counts = axes(setting).map(({ out, before, extent }, axis) =>
    Array.from({ length: out }, (_, i) => {
      const start = i * stride[axis] - before;
      const isCounted = isOurs(setting) && typeof padding !== 'string' && countIncludePad;
      if (isCounted) return Math.min(start + extent, image[axis] + before) - start;
      return Array.from({ length: window[axis] }, (_, k) => start + k * dilation[axis]).filter(
        place => place >= 0 && place < image[axis],
      ).length;
    }),
  );
  return counts.reduce((all, axis) => all.flatMap(a => axis.map(b => a * b)), [1]);
}

const CALLS: readonly Call[] = [
  ...Array<Call>(7).fill('ops.conv2d'),
  ...Array<Call>(4).fill('ops.maxPool'),
  ...Array<Call>(4).fill('ops.avgPool'),
  ...Array<Call>(2).fill('tf.conv2d'),
  ...Array<Call>(3).fill('tf.depthwiseConv2d'),
  ...Array<Call>(3).fill('tf.conv2dTranspose'),
  ...Array<Call>(2).fill('tf.maxPool'),
  ...Array<Call>(2).fill('tf.avgPool'),
  'tf.conv1d',
  'tf.conv3d',
  'tf.maxPool3d',
  'tf.avgPool3d',
  'tf.pool max',
  'tf.pool avg',
];

/** The setting with this number of the grid of this seed: any part of a grid can be had alone. */
export function drawn(seed: number, number: number): Setting {
  const random = seeded(seed, number);
  const whole = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
  const oneOf = <T>(choices: readonly T[]): T => choices[whole(0, choices.length - 1)];
  const call = oneOf(CALLS);
  const rank = call.endsWith('1d') ? 1 : call.endsWith('3d') ? 3 : 2;
  const each = (draw: () => number): number[] => Array.from({ length: rank }, draw);
  const isSquare = random() < 0.4;
  const equal = (lengths: number[]): number[] => (isSquare ? lengths.map(() => lengths[0]) : lengths);

  const isConv = call.includes('onv');
  const isPool = !isConv;
  const channels = oneOf([1, 2, 3, 4, 6]);
  const groups =
    call === 'ops.conv2d'
      ? oneOf([1, 1, channels, oneOf([1, 2, 3].filter(g => channels % g === 0))])
      : call === 'tf.depthwiseConv2d'
        ? channels
        : 1;
  const out = isConv ? groups * whole(1, 3) : channels;
  let [window, stride] = [equal(each(() => whole(1, 4))), equal(each(() => whole(1, 4)))];
  let dilation = each(() => 1);
  const isDilated =
    random() < 0.3 &&
    (call === 'ops.conv2d' || /tf\.(conv|depthwiseConv)\dd$/.test(call) || call.startsWith('tf.pool'));
  if (isDilated) {
    dilation = equal(each(() => whole(1, 3)));
    // tfjs has no strides of dilated windows.
    if (!call.startsWith('ops')) stride = stride.map(() => 1);
  }
  let padding: Padding = oneOf(['same', 'same', 'valid', 0, 1, 2, 'pair']) as Padding;
  if ((padding as string) === 'pair') padding = call.startsWith('ops') ? [whole(0, 2), whole(0, 2)] : 1;
  // Half a window at most, as in PyTorch.
  if (isPool && typeof padding === 'number')
    padding = Math.min(padding, ...window.map(length => Math.floor(length / 2)));
  if (isPool && Array.isArray(padding))
    padding = padding.map((p, i) => Math.min(p, Math.floor(window[i] / 2))) as [number, number];
  // tfjs's pool fills with zeros around dilated windows.
  if (call.startsWith('tf.pool')) padding = isDilated || random() < 0.5 ? 'valid' : 'same';
  if (call.endsWith('1d') || call === 'tf.conv3d') padding = oneOf(['same', 'valid']);
  const ceilMode = isPool && typeof padding !== 'string' && random() < 0.4 && !call.startsWith('tf.pool');
  const setting: Setting = {
    ...{ call, batch: whole(1, 2), image: each(() => whole(1, rank === 3 ? 5 : 8)), channels, window, stride, padding },
    ...{ dilation, groups, out, ceilMode, countIncludePad: random() < 0.5 },
  };
  // Of windows that do not fit, one in four.
  if (isTooLarge(setting) && (isTransposed(setting) || call.startsWith('tf.pool') || random() < 0.75)) {
    setting.image = setting.image.map((length, i) => Math.max(length, dilation[i] * (window[i] - 1) + 1));
  }
  return setting;
}

const plain = { batch: 2, channels: 2, dilation: [1, 1], groups: 1, out: 2, ceilMode: false, countIncludePad: true };
const corner = (
  call: Call,
  image: number[],
  window: number[],
  stride: number[],
  padding: Padding,
  rest: Partial<Setting> = {},
): Setting => ({ ...plain, call, image, window, stride, padding, ...rest });
const depthwise = { channels: 3, groups: 3, out: 6 };

/** What went wrong once, here or elsewhere, and the ends of the ranges. */
export const CORNERS: readonly Setting[] = [
  ...(['ops.conv2d', 'ops.maxPool', 'ops.avgPool', 'tf.conv2d', 'tf.maxPool', 'tf.avgPool'] as const).flatMap(call => [
    // The window is larger than the image, in one axis, or with its padding; as large as the image; stride beyond either.
    corner(call, [2, 2], [3, 3], [1, 1], 0),
    corner(call, [2, 2], [3, 3], [2, 2], 'valid'),
    corner(call, [5, 2], [3, 3], [2, 2], 'valid'),
    corner(call, [1, 1], [4, 4], [1, 1], 1),
    corner(call, [3, 3], [3, 3], [1, 1], 0),
    corner(call, [4, 3], [4, 3], [2, 2], 1),
    corner(call, [5, 4], [2, 1], [5, 2], 'same'),
    corner(call, [5, 5], [1, 1], [3, 3], 'same'),
    corner(call, [5, 5], [2, 2], [4, 4], 0),
    corner(call, [3, 3], [2, 2], [7, 7], 'same'),
    corner(call, [3, 3], [2, 2], [2, 2], 'same'),
    corner(call, [7, 6], [3, 3], [2, 2], 1),
    corner(call, [7, 6], [3, 2], [2, 1], 1),
    corner(call, [1, 1], [1, 1], [1, 1], 0),
    corner(call, [1, 8], [1, 3], [1, 2], 'same'),
  ]),
  ...(['ops.maxPool', 'ops.avgPool', 'tf.maxPool', 'tf.avgPool'] as const).flatMap(call => [
    corner(call, [6, 6], [3, 3], [2, 2], 0, { ceilMode: true }),
    corner(call, [6, 5], [3, 3], [2, 2], 1, { ceilMode: true }),
    corner(call, [7, 7], [2, 2], [2, 2], 1, { ceilMode: true, countIncludePad: false }),
    corner(call, [5, 5], [3, 3], [2, 2], 1, { countIncludePad: false }),
  ]),
  corner('ops.maxPool', [4, 4], [2, 2], [3, 3], 1, { ceilMode: true }),
  corner('ops.maxPool', [2, 2], [3, 3], [2, 2], 0, { ceilMode: true }),
  corner('ops.avgPool', [2, 2], [3, 3], [2, 2], 0, { ceilMode: true }),
  corner('ops.avgPool', [4, 4], [2, 2], [3, 3], 1, { ceilMode: true }),
  corner('ops.avgPool', [6, 6], [3, 2], [2, 3], [1, 0], { ceilMode: true, countIncludePad: false }),
  ...(['ops.conv2d', 'tf.depthwiseConv2d'] as const).flatMap(call => [
    corner(call, [5, 6], [3, 3], [1, 2], 'same', depthwise),
    corner(call, [5, 6], [3, 3], [1, 2], 1, depthwise),
    corner(call, [5, 6], [2, 3], [2, 1], 'valid', { ...depthwise, out: 3 }),
    corner(call, [5, 6], [3, 3], [1, 1], 'same', { ...depthwise, dilation: [2, 2] }),
    corner(call, [7, 7], [3, 3], [1, 1], 2, { ...depthwise, dilation: [2, 2] }),
    corner(call, [7, 7], [3, 2], [1, 1], 'same', { ...depthwise, dilation: [2, 3] }),
    corner(call, [4, 4], [2, 2], [4, 4], 'same', depthwise),
    corner(call, [2, 2], [3, 3], [1, 1], 'valid', depthwise),
  ]),
  corner('ops.conv2d', [6, 6], [3, 3], [1, 1], 'same', { dilation: [2, 2] }),
  corner('ops.conv2d', [6, 6], [3, 3], [1, 1], 2, { dilation: [2, 2] }),
  corner('ops.conv2d', [7, 6], [3, 3], [2, 2], 2, { dilation: [2, 2] }),
  corner('ops.conv2d', [7, 6], [3, 3], [2, 1], 'same', { dilation: [2, 3] }),
  corner('ops.conv2d', [6, 6], [3, 3], [1, 1], [2, 1], { dilation: [2, 1], channels: 4, groups: 2, out: 6 }),
  corner('ops.conv2d', [6, 6], [3, 3], [2, 2], 2, { dilation: [2, 2], channels: 4, groups: 2, out: 4 }),
  corner('ops.conv2d', [6, 6], [3, 3], [1, 2], 1, { channels: 4, groups: 2, out: 4 }),
  corner('ops.conv2d', [4, 4], [3, 3], [1, 1], 'valid', { dilation: [2, 2] }),
  corner('tf.conv2d', [6, 6], [3, 3], [1, 1], 'same', { dilation: [2, 2] }),
  corner('tf.conv1d', [6], [3], [1], 'same', { dilation: [2] }),
  corner('tf.conv1d', [2], [3], [1], 'valid', { dilation: [1] }),
  corner('tf.conv3d', [3, 4, 4], [2, 2, 2], [1, 1, 1], 'same', { dilation: [2, 2, 2] }),
  corner('tf.conv3d', [5, 5, 5], [1, 2, 1], [3, 3, 4], 'same', { dilation: [1, 1, 1] }),
  corner('tf.conv3d', [2, 2, 2], [3, 3, 3], [1, 1, 1], 'valid', { dilation: [1, 1, 1] }),
  corner('tf.maxPool3d', [5, 5, 5], [1, 2, 1], [3, 3, 4], 'same', { dilation: [1, 1, 1] }),
  corner('tf.avgPool3d', [3, 3, 3], [2, 2, 2], [2, 2, 2], 'same', { dilation: [1, 1, 1] }),
  corner('tf.avgPool3d', [5, 4, 3], [3, 2, 2], [2, 2, 1], 1, { dilation: [1, 1, 1], ceilMode: false }),
  corner('tf.maxPool3d', [2, 2, 2], [3, 3, 3], [1, 1, 1], 'valid', { dilation: [1, 1, 1] }),
  ...(['same', 'valid', 1] as const).flatMap(padding => [
    corner('tf.conv2dTranspose', [6, 6], [3, 3], [2, 2], padding),
    corner('tf.conv2dTranspose', [7, 6], [3, 2], [2, 1], padding),
    corner('tf.conv2dTranspose', [5, 5], [2, 2], [4, 4], padding),
  ]),
];

/** Numbers of float32 in -1 .. 1; of every second pooling few different ones, so that there are ties. */
export function given(setting: Setting, number: number): Given {
  const random = seeded(number + 7);
  const values = (shape: number[], round = false): Float64Array =>
    Float64Array.from({ length: product(shape) }, () => {
      const value = 2 * random() - 1;
      return round ? Math.round(value * 2) / 2 : Math.fround(value);
    });
  const { x, filter, y } = shapes(setting);
  return { x: values(x, !isConvolution(setting) && number % 2 === 0), filter: values(filter), dy: values(y) };
}

/** A line that says which setting it is. */
export function described(setting: Setting): string {
  const { call, batch, image, channels, window, stride, padding, dilation, groups, out, ceilMode, countIncludePad } =
    setting;
  const words = [
    `${call} ${window.join('x')} on [${batch},${image},${channels}], stride ${stride}, padding ${padding}`,
  ];
  if (dilation.some(d => d > 1)) words.push(`dilation ${dilation}`);
  if (isConvolution(setting)) words.push(`groups ${groups}, out ${out}`);
  if (ceilMode) words.push('ceil');
  if (call === 'ops.avgPool') words.push(countIncludePad ? 'padding counts' : 'padding does not count');
  return words.join(', ');
}
