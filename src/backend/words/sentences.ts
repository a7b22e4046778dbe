/**
 * What tfjs and TensorFlow say of an operation that failed, in the field's words: the operation, what is wrong, the shapes.
 * The texts are those of tfjs 4.22 and TensorFlow 2.21; one that is not known is shown as it is.
 */

/** An operation that failed. */
export interface Call {
  /** As tfjs calls it, `conv2d`. */
  operation: string;
  /** What it was given. */
  inputs: { shape: number[]; dtype: string; isDisposed: boolean }[];
  /** Its other arguments, by their place among all. */
  values: unknown[];
}

type Rule = [pattern: RegExp, sentence: (found: string[], call: Call) => string | undefined];

const NAMES: Record<string, string> = {
  conv1d: 'convolution over one axis',
  conv2d: 'convolution',
  conv2dTranspose: 'transposed convolution',
  conv3d: 'convolution over three axes',
  depthwiseConv2d: 'depthwise convolution',
  separableConv2d: 'separable convolution',
  fusedConv2d: 'convolution',
  fusedDepthwiseConv2d: 'depthwise convolution',
  fusedMatMul: 'matrix product',
  matMul: 'matrix product',
  dot: 'dot product',
  maxPool: 'max pooling',
  avgPool: 'average pooling',
  batchNorm: 'batch normalization',
  batchNorm4d: 'batch normalization',
  localResponseNormalization: 'local response normalization',
  concat: 'concatenation',
  stack: 'stacking',
  add: 'addition',
  addN: 'addition',
  sub: 'subtraction',
  mul: 'multiplication',
  div: 'division',
  pow: 'power',
  maximum: 'maximum',
  minimum: 'minimum',
  softmaxCrossEntropy: 'cross entropy',
  oneHot: 'one-hot coding',
  pad: 'padding',
};

const IMAGE = /conv|pool|batchNorm|localResponse|resize|crop/i;
const LAYOUT: Record<string, string> = {
  image: '[batch, height, width, channels]',
  filter: '[height, width, in, out]',
};

/** A shape as it is written: `[2,3]`. */
const shown = (shape: readonly unknown[] | string): string => `[${shape.toString().replace(/\s/g, '')}]`;

const named = (operation: string): string => NAMES[operation] ?? operation;

/** How a sentence calls an argument of tfjs's. */
function argument(name: string, { operation }: Call): string {
  if (/^(x|input|images?)$/.test(name)) return IMAGE.test(operation) ? 'image' : 'tensor';
  const matrix = /matMul/i.test(operation) ? 'matrix' : 'tensor';
  if (name === 'a' || name === '$a') return `first ${matrix}`;
  if (name === 'b' || name === '$b') return `second ${matrix}`;
  return name;
}

/** The last axis in which two shapes do not go together; counted from the end where their ranks differ. */
function misfit(a: number[], b: number[]): { axis: number; sizes: [number, number] } | undefined {
  for (let back = 1; back <= Math.min(a.length, b.length); back++) {
    const sizes: [number, number] = [a.at(-back)!, b.at(-back)!];
    if (sizes[0] !== sizes[1] && !sizes.includes(1))
      return { axis: a.length === b.length ? a.length - back : -back, sizes };
  }
  return undefined;
}

function broadcast(found: string[], { inputs }: Call): string {
  const [a, b] = inputs.length >= 2 ? inputs.map(({ shape }) => shape) : found.slice(1, 3).map(numbers);
  const { axis, sizes } = misfit(a, b) ?? { axis: -1, sizes: [a.at(-1), b.at(-1)] };
  return `the shapes ${shown(a)} and ${shown(b)} differ in axis ${axis}, ${sizes.join(' and ')}; expected the same sizes, or 1`;
}

const numbers = (text: string): number[] => (text.match(/-?\d+/g) ?? []).map(Number);

function product(_: string[], { operation, inputs, values }: Call): string | undefined {
  const [a, b] = inputs;
  if (!a || !b) return undefined;
  const flat = [a, b].find(({ shape }) => shape.length < 2);
  if (flat) return `a matrix has the shape ${shown(flat.shape)}; expected two axes at least`;
  const options = operation === 'fusedMatMul' ? (values[0] as Record<string, unknown>) : undefined;
  const [turnedA, turnedB] = options ? [options.transposeA, options.transposeB] : values.slice(2);
  const columns = a.shape.at(turnedA ? -2 : -1);
  const rows = b.shape.at(turnedB ? -1 : -2);
  const turned = [turnedA && 'the first', turnedB && 'the second'].filter(Boolean).join(' and ');
  const shapes = `${shown(a.shape)} and ${shown(b.shape)}${turned ? `, ${turned} transposed` : ''}`;
  if (columns !== rows)
    return `the first matrix has ${columns} columns, the second ${rows} rows; the shapes are ${shapes}`;
  return `the batches differ in the shapes ${shapes}; expected the same axes before the last two`;
}

function concatenation(_: string[], { operation, inputs, values }: Call): string | undefined {
  const [first, ...others] = inputs;
  const axis = typeof values[1] === 'number' ? values[1] : 0;
  const place = axis < 0 ? axis + first.shape.length : axis;
  const free = operation === 'concat' ? place : -1;
  const wrong = others.findIndex(
    ({ shape }) =>
      shape.length !== first.shape.length || shape.some((size, i) => i !== free && size !== first.shape[i]),
  );
  if (wrong < 0) return undefined;
  const where = operation === 'concat' ? `the same sizes in every axis but ${axis}` : 'the same shape';
  return `tensor ${wrong + 2} of ${inputs.length} has the shape ${shown(others[wrong].shape)}, the first ${shown(first.shape)}; expected ${where}`;
}

function bytes(shape: number[]): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const size = 4 * shape.reduce((product, n) => product * n, 1);
  const unit = Math.min(Math.max(0, Math.floor(Math.log10(size) / 3)), units.length - 1);
  return `${Number((size / 1000 ** unit).toPrecision(3))} ${units[unit]}`;
}

function outOfMemory(shape: number[] | undefined): string {
  const what = shape?.length ? ` for a tensor of shape ${shown(shape)}, ${bytes(shape)}` : '';
  return `out of memory${what}; expected a smaller batch or image`;
}

/** The shape among the arguments of what makes tensors, `tf.zeros(shape)`. */
const shapeAmong = ({ values }: Call): number[] | undefined =>
  values.find((value): value is number[] => Array.isArray(value) && value.every(n => typeof n === 'number'));

const RULES: Rule[] = [
  [/OOM when allocating tensor with shape\[([\d,]*)\]/, ([, shape]) => outOfMemory(numbers(shape))],
  [
    /Invalid typed array length: \d{9}|Array buffer allocation failed|memory access out of bounds|Cannot enlarge memory/,
    (_, call) => outOfMemory(shapeAmong(call)),
  ],
  [
    /depth of input \((\d+)\) must match input depth for filter (\d+)|number of input channels \((\d+)\) must match the inChannels dimension in filter (\d+)/,
    ([, image, filter, image2, filter2], { inputs: [x, f] }) =>
      `the image has ${image ?? image2} channels, the filter ${filter ?? filter2}` +
      (x && f ? `; the shapes are ${shown(x.shape)} and ${shown(f.shape)}` : ''),
  ],
  [
    /depth of output \((\d+)\) must match output depth for filter (\d+)/,
    ([, image, filter], { inputs: [x, f] }) =>
      `the image has ${image} channels, the filter ${filter} to take; the shapes are ${shown(x.shape)} and ${shown(f.shape)}`,
  ],
  [
    /(\$?\w+) must be rank ([\d, or]+?),? but got rank (\d+)/,
    ([, name, wanted, rank], call) => {
      const what = argument(name, call);
      const given = call.inputs.find(({ shape }) => shape.length === Number(rank));
      const layout = wanted === '4' && LAYOUT[what] ? `, ${LAYOUT[what]}` : '';
      return `the ${what} has rank ${rank}${given ? `, the shape ${shown(given.shape)}` : ''}; expected rank ${wanted}${layout}`;
    },
  ],
  [
    /Argument '(\w+)(?:\[(\d+)\])?' passed to '\w+' must be (?:a )?(\w+) tensor, but got (\w+) tensor/,
    ([, name, , wanted, dtype], call) =>
      `the ${argument(name, call)} ${/s$/.test(name) ? 'are' : 'is'} of type ${dtype}; expected ${wanted === 'numeric' ? 'numbers' : wanted}`,
  ],
  [
    /Argument '(\w+)(?:\[(\d+)\])?' passed to '\w+' must be a Tensor or TensorLike, but got '(.*)'/,
    ([, name, , what], call) =>
      `the ${argument(name, call)} is ${what === 'null' || what === 'undefined' ? 'missing' : what}; expected a tensor`,
  ],
  [/Strides should be larger than 0|Stride must be > 0/, () => 'the stride is below 1; expected at least 1'],
  [
    /Matrix size-incompatible|inner shapes \(|compatible batch dimensions|ndims must be >= 2|inner dimensions of inputs must match/,
    product,
  ],
  [
    /must have the same number of elements/,
    (found, call) => (/matMul/i.test(call.operation) ? product(found, call) : undefined),
  ],
  [
    /Incompatible shapes: (\[.*?\]) vs\. (\[.*?\])|Operands could not be broadcast together with shapes (.*?) and (.*?)\.?$/,
    (found, call) =>
      /matMul/i.test(call.operation)
        ? product(found, call)
        : broadcast([found[0], found[1] ?? found[3], found[2] ?? found[4]], call),
  ],
  [
    /All tensors passed to tf\.addN\(\) must have the same shape|All tensors passed to stack must|Shapes of all inputs must match|(ConcatOp : (Dimension|Ranks))|Error in concat\dD: (Shape|rank)/,
    concatenation,
  ],
  [
    /cannot compute ConcatV2 as input #(\d+).* expected to be a (\w+) tensor but is a (\w+) tensor/,
    ([, place, , dtype], { inputs: [first] }) =>
      `tensor ${Number(place) + 1} is of type ${dtype}, the first ${first.dtype}; expected one type`,
  ],
  [
    /(?:dimensions? in the range|axis param must be in range) \[(-?\d+), (\d+)\),? but got (?:axis )?(-?[\d,]+)/,
    ([, from, to, axis]) => `the axis is ${axis}; expected one from ${from} to ${Number(to) - 1}`,
  ],
  [
    /Axis must be <= rank of the tensor/,
    ([], { inputs: [x], values: [, axis] }) => `the axis is ${String(axis)}; expected at most ${x.shape.length}`,
  ],
  [
    /Input to reshape is a tensor with (\d+) values, but the requested shape has (\d+)|Size\((\d+)\) must match the product of shape/,
    ([, size, , size2], call) =>
      `${size ?? size2} values do not fill the shape ${shown(shapeAmong(call) ?? [])}; ` +
      `the tensor has the shape ${shown(call.inputs[0].shape)}`,
  ],
  [
    /requested shape requires a multiple of (\d+)|implicit shape can't be a fractional number\. Got \d+ \/ (\d+)/,
    ([, of, of2], call) =>
      `${call.inputs[0].shape.reduce((product, n) => product * n, 1)} values do not fill the shape ` +
      `${shown(shapeAmong(call) ?? [])}; expected a multiple of ${of ?? of2}`,
  ],
  [
    /Only one input size may be -1|Shapes can only have 1 implicit size/,
    (_, call) => `the shape ${shown(shapeAmong(call) ?? [])} leaves several sizes open; expected one -1 at most`,
  ],
  [
    /mean must have the same number of elements as the channels of x, got (\d+) and (\d+)/,
    ([, mean, channels]) => `the mean has ${mean} numbers, the image ${channels} channels`,
  ],
  [
    /Expected (?:begin|size)\[(\d+)\] in \[0, (-?\d+)\], but got (-?\d+)|(?:begin|size)\[(\d+)\] \+ size\[\d+\] \((\d+)\) would overflow input\.shape\[\d+\] \((\d+)\)/,
    ([, axis, , , axis2], { inputs: [x], values }) =>
      `axis ${axis ?? axis2} of the shape ${shown(x.shape)} has no such part; asked for ${String(values[2] ?? 'all')} from ${String(values[1])}`,
  ],
  [
    /index value (-?\d+) is not in \[0, (\d+)\]|indices\[.*?\] = (-?\d+) is not in \[0, (\d+)\)/,
    ([, index, last, index2, length]) =>
      `the index is ${index ?? index2}; expected one from 0 to ${last ?? Number(length) - 1}`,
  ],
  [
    /Softmax along a non-last dimension is not yet supported\. Logits was rank (\d+) and dim was (-?\d+)/,
    ([, rank, axis]) => `the axis is ${axis}; expected the last, ${Number(rank) - 1}`,
  ],
  [
    /\[([\d,]*)\] cannot be broadcast to \[([\d,]*)\]/,
    ([, from, to]) => `the shape ${shown(from)} does not grow to ${shown(to)}; expected the same sizes, or 1`,
  ],
  [
    /Can't squeeze axis (\d+) since its dim '(\d+)' is not 1/,
    ([, axis, size]) => `axis ${axis} has the size ${size}; expected 1`,
  ],
  [
    /All entries in 'perm' must be between 0 and (\d+) but got (.*)/,
    ([, last, axes]) => `the order of axes is ${shown(axes)}; expected each of 0 to ${last} once`,
  ],
  [
    /Number of splits must evenly divide the axis/,
    (_, { inputs: [x], values: [, parts, axis = 0] }) =>
      `the shape ${shown(x.shape)} has no ${String(parts)} equal parts on axis ${String(axis)}`,
  ],
  [
    /(?:first dimension of paddings must be the rank of inputs|signature mismatch)/,
    (_, { operation, inputs: [x], values: [, paddings] }) =>
      operation === 'pad' && Array.isArray(paddings)
        ? `the shape ${shown(x.shape)} has ${x.shape.length} axes, the paddings are for ${paddings.length}`
        : undefined,
  ],
  [
    /Based on the provided shape, \[(.*)\], the tensor should have (\d+) values but has (\d+)/,
    ([, shape, wanted, size]) => `${size} values do not fill the shape ${shown(shape)}; expected ${wanted}`,
  ],
  [
    /[Ss]hapes ([\d,]+) and ([\d,]+) must match/,
    ([, a, b]) => `the shapes are ${shown(a)} and ${shown(b)}; expected the same`,
  ],
  [
    /shape of the new value \((.*)\) and previous value \((.*)\) must match/,
    ([, next, before]) => `the new value has the shape ${shown(next)}; expected ${shown(before)}`,
  ],
  [
    /dtype of the new value \((.*)\) and previous value \((.*)\) must match/,
    ([, next, before]) => `the new value is of type ${next}; expected ${before}`,
  ],
];

/** Of a network or a layer, which `name`s itself. */
const NETWORK_RULES: [pattern: RegExp, sentence: (found: string[], name: string) => string][] = [
  [
    /expected \S* ?to have shape \[(.*?)\],? but got array with shape \[(.*?)\]/,
    ([, wanted, given], name) => `${name} takes ${shown(anySize(wanted))}; the tensor has the shape ${shown(given)}`,
  ],
  [
    /expected \S* ?to have (\d+) dimension\(s\),? but got array with shape \[(.*?)\]/,
    ([, rank, given], name) =>
      `${name} takes tensors of rank ${rank}, a batch first; the tensor has the shape ${shown(given)}`,
  ],
  [
    /each example has shape \[(.*?)\].* (\d+) examples, each with shape \[(.*?)\]/,
    ([, wanted, , given], name) => `${name} takes ${shown(wanted)} for each example; the tensor has ${shown(given)}`,
  ],
  [
    /Layer '(.*)' is already disposed/,
    ([, layer], name) =>
      `The weights of ${layer === name ? name : `${layer} of ${name}`} are disposed of; expected a network that is still there`,
  ],
  [
    /Input \d+ is incompatible with layer \S+: expected (min_|max_)?ndim=(\d+), found ndim=(\d+)/,
    ([, bound, wanted, given], name) =>
      `${name} takes rank ${wanted}${bound === 'min_' ? ' or more' : bound ? ' or less' : ''}; the tensor has rank ${given}`,
  ],
  [
    /Input \d+ is incompatible with layer \S+: expected axis (-?\d+) of input shape to have value (\d+) but got shape (.*?)\.?$/,
    ([, axis, wanted, given], name) =>
      `${name} takes ${wanted} in axis ${axis}; the tensor has the shape ${shown(anySize(given))}`,
  ],
  [
    /A `Concatenate` layer requires inputs with matching shapes except for the concat axis\. Got input shapes: (.*)/,
    ([, shapes], name) =>
      `${name} joins inputs of the shapes ${anySize(shapes.slice(1, -1))}; expected the same sizes in all axes but one`,
  ],
  [
    /Operands could not be broadcast together with shapes (\[.*?\]) (\[.*?\])/,
    ([, a, b], name) => `${name} adds inputs of the shapes ${a} and ${b}; expected the same`,
  ],
  [
    /The model needs to be compiled before being used/,
    (_, name) => `${name} is not compiled; call compile({ optimizer, loss }) first, or use fit of cnn-kit`,
  ],
];

const anySize = (shape: string): string => shape.replace(/null/g, 'any');

/** What failed, as one sentence; undefined where the text is not tfjs's or TensorFlow's, or not known. */
export function sentenceOf(text: string, call: Call): string | undefined {
  const name = named(call.operation);
  const gone = call.inputs.findIndex(({ isDisposed }) => isDisposed);
  if (gone >= 0) {
    const which = call.inputs.length > 1 ? `tensor ${gone + 1} of ${call.inputs.length}` : 'the tensor';
    return `${name}: ${which}, of shape ${shown(call.inputs[gone].shape)}, is disposed of; expected one that is still there.`;
  }
  for (const [pattern, sentence] of RULES) {
    const found = pattern.exec(text);
    const said = found && attempt(() => sentence(found, call));
    if (said) return `${name}: ${said}.`;
  }
  const plain = withoutStatus(text);
  if (plain === text) return undefined;
  const shapes = call.inputs.map(({ shape }) => shown(shape)).join(' and ');
  return `${name}: ${plain.replace(/\.$/, '')}${shapes ? `; given ${shapes}` : ''}.`;
}

/** Undefined where the call is not of the shape that the text leads to expect. */
function attempt(work: () => string | undefined): string | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** TensorFlow's own text of a status, without where in TensorFlow it came from. */
function withoutStatus(text: string): string {
  return text
    .replace(/^(Invalid TF_Status: \d+\s*Message: |TensorFlow: |Error in \w+: )/, '')
    .replace(/\s*on \/job:\S+( by allocator \w+)?/, '')
    .replace(/\s*\[Op:\w+\]| \[\[\{\{.*?\}\}\]\]/g, '');
}

/** What is wrong with a network's or a layer's input, as one sentence; undefined where the text is not known. */
export function networkSentenceOf(text: string, name: string): string | undefined {
  for (const [pattern, sentence] of NETWORK_RULES) {
    const found = pattern.exec(text);
    if (found) return `${sentence(found, name)}.`;
  }
  return undefined;
}
