/**
 * The walk itself, in a process of its own, as a call may hang or take the process down: each public function gets values of
 * the wrong kind in each place, with right ones in the others, and each call is told to the parent before it is made.
 */
import path from 'node:path';
import * as kit from '../src';
import { tf } from '../src';
import { tinyModel, tinySet } from './training/tiny';
import { variableOf } from '../src/training/network/variables';

const SRC = path.join(__dirname, '..', 'src') + path.sep;
const MILLISECONDS = 20_000;

export type Message = { call: string } | { done: string; faults: string[] } | { end: true };

/** Never what a place is for, but where PLACES or ACCEPTS say so. */
const WRONG: Record<string, () => unknown> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  NaN: () => NaN,
  '-1': () => -1,
  '0.5': () => 0.5,
  "'x'": () => 'x',
  "''": () => '',
  '{}': () => ({}),
  '{ wrong }': () => ({ wrong: 1 }),
  '[]': () => [],
  "['x']": () => ['x'],
  '() => {}': () => () => undefined,
  symbol: () => Symbol('wrong'),
  'tensor of rank 5': () => tf.zeros([1, 2, 1, 2, 1]),
  'disposed tensor': () => {
    const x = tf.zeros([1, 8, 8, 3]);
    x.dispose();
    return x;
  },
  model: () => model(),
  'disposed model': () => {
    const gone = tinyModel();
    gone.dispose();
    return gone;
  },
  set: () => tinySet(6),
  'set of other images': () => tinySet(6, 4),
};

let living: tf.LayersModel | undefined;
function model(): tf.LayersModel {
  const isGone = !living || living.weights.some(weight => variableOf(weight).isDisposed);
  return isGone ? (living = tinyModel()) : living!;
}

const ones =
  (...shape: number[]) =>
  (): tf.Tensor =>
    tf.ones(shape);

/** What is right in a place, by the name of the parameter; and which of WRONG mean something there. */
const PLACES: Record<string, [right: () => unknown, ...meaningful: string[]]> = {
  model: [model, 'model'],
  net: [model, 'model'],
  child: [model, 'model'],
  from: [model, 'model'],
  to: [model, 'model'],
  models: [() => [model()]],
  set: [() => tinySet(6), 'set', 'set of other images'],
  train: [() => tinySet(6), 'set', 'set of other images'],
  validation: [() => tinySet(6), 'set', 'set of other images'],
  x: [ones(1, 8, 8, 3)],
  options: [() => ({}), '{}'],
  more: [() => ({}), '{}'],
  layer: [() => 'conv'],
  seed: [() => 1, '-1'],
  random: [() => kit.seeded(1)],
  cell: [() => kit.search.allCells()[5]],
  labels: [() => tf.tensor1d([0], 'int32')],
  logits: [ones(1, 3)],
  gamma: [ones(3)],
  beta: [ones(3)],
  mean: [ones(3)],
  variance: [ones(3)],
  filter: [ones(3, 3, 3, 2)],
  size: [() => 2],
  stride: [() => 1],
  count: [() => 1],
  first: [() => 18, 'undefined', '{}'],
  name: [() => 'a name', "'x'"],
  file: [() => 'a.safetensors', "'x'"],
  block: [() => kit.layers.relu()],
  blocks: [() => kit.layers.relu()],
  body: [() => kit.layers.relu()],
  rate: [() => 0.5, '0.5'],
  learningRate: [() => 0.1, '0.5'],
  text: [() => 'text', "'x'", "''"],
  title: [() => 'title', "'x'", "''"],
  training: [() => ({}), '{}'],
  evaluate: [() => () => 1, '() => {}'],
  row: [() => 'conv1', "'x'"],
  column: [() => 'MFLOP', "'x'"],
  items: [() => ['x'], "['x']"],
  epsilon: [() => 1e-5, '0.5'],
  peak: [() => 0.1, '0.5'],
  labelSmoothing: [() => 0, '0.5'],
  factor: [() => 2, '-1', '0.5'],
  steps: [() => kit.horizontalFlip(), '() => {}'],
  step: [() => (x: tf.Tensor) => x, '() => {}'],
};

/** Right arguments of a function whose places have other meanings than their names have elsewhere. */
const ARGUMENTS: Record<string, () => unknown[]> = {
  answer: () => ['01-1', 1],
  question: () => ['01-1', 'en'],
  onDevice: () => [0, () => 1],
  placeLayers: () => [model(), () => undefined],
  densenet: () => [121, {}],
  densenetCifar: () => [40, {}],
  preactResnetCifar: () => [20, {}],
  resnetCifar: () => [20, {}],
  resnext: () => [50, {}],
  resnextCifar: () => [29, {}],
  seResnext: () => [50, {}],
  blockCost: () => [[8, 8, 3], kit.layers.relu()],
  blockDiagram: () => [model(), 'conv', {}],
  erratum: () => ['AlexNet', 'conv4', 'MFLOP'],
  'search.logProbabilityGradient': () => [
    kit.search.CHOICES.map(choices => choices.map(() => 0)),
    kit.search.allCells()[5],
  ],
  'search.randomSearch': () => [() => 1, { trials: 2, seed: 1 }],
  loadStateDict: () => [model(), kit.stateDict(model()), {}],
  torchNetwork: () => ['squeezenet1_1', { inputShape: [32, 32, 3] }],
  writeSafetensors: () => ['a.safetensors', kit.stateDict(model()), {}],
  augmentedImages: () => [tinySet(6), 0, kit.horizontalFlip(), {}],
  images: () => [tinySet(6), [0]],
  split: () => [tinySet(6), 0.5, 1],
  subset: () => [tinySet(6), 2],
  Figure: () => ['text', () => ({ bundle: {} })],
  barChart: () => [[{ label: 'a', value: 1 }], {}],
  heatmap: () => [
    [
      [1, 2],
      [3, 4],
    ],
    {},
  ],
  imageGrid: () => [kit.images(tinySet(6), [0]), {}],
  lineChart: () => [[{ name: 'a', values: [1, 2] }], {}],
  scatterChart: () => [[{ x: 1, y: 2 }], {}],
  svgFigure: () => [['<g/>'], 10, 10, 'text'],
  table: () => [[{ a: 1 }], {}],
  vegaLite: () => [{ mark: 'bar', data: { values: [] } }, {}],
  averageOverMasks: () => [tf.ones([2]), tf.ones([2, 2]), tf.ones([2]), {}],
  compareEnsemble: () => [[tf.tensor2d([[0.5, 0.5]])], [0], {}],
  'schedules.cosineCycles': () => [0.1, 2],
  dropoutMask: () => [[2], {}],
  gradientNorms: () => [model(), tf.ones([1, 8, 8, 3]), tf.tensor1d([0], 'int32'), {}],
  predictSnapshots: () => [model(), [], tinySet(6), {}],
  'schedules.warmUp': () => [2, kit.schedules.cosine(0.1)],
  deconvnet: () => [model(), tf.ones([1, 8, 8, 3]), { layer: 'conv', map: 0 }],
  occlusionMap: () => [model(), tf.ones([8, 8, 3]), { classIndex: 0 }],
  receptiveField: () => [model(), 'conv', [0, 0]],
  saliency: () => [model(), tf.ones([1, 8, 8, 3]), { map: 0 }],
  saliencyByRule: () => [model(), tf.ones([1, 8, 8, 3]), { map: 0 }],
  topPatchImages: () => [[], 3],
  topPatches: () => [model(), tinySet(6), { layer: 'conv', maps: [0] }],
  transposedConv2d: () => [tf.ones([1, 2, 2, 2]), tf.ones([3, 3, 3, 2]), [1, 4, 4, 3], {}],
  unpool: () => [tf.ones([1, 2, 2, 1]), tf.zeros([1, 2, 2, 1], 'int32'), [4, 4], 'add'],
  maxPoolSwitches: () => [tf.ones([1, 8, 8, 3]), 2, {}],
  experiment: () => ['occlusion', { seed: 1 }],
  'layers.model': () => ['net', { inputShape: [8, 8, 3] }, kit.layers.relu()],
  'layers.modelOf': () => ['net', { inputShape: [8, 8, 3] }, (x: kit.layers.Node) => [kit.layers.relu()(x)]],
  'layers.named': () => ['name', kit.layers.relu()],
  'layers.torch': () => ['name', kit.layers.relu()],
  'layers.repeat': () => [1, () => kit.layers.relu()],
  'layers.conv': () => [2, 3, {}],
  'layers.convBn': () => [2, 3, {}],
  'layers.convBnRelu': () => [2, 3, {}],
  'layers.convRelu': () => [2, 3, {}],
  'layers.dense': () => [2, {}],
  'layers.depthwiseConv': () => [3, {}],
  'layers.pad': () => [1, [0, 1]],
  'layers.sliceChannels': () => [0, 2],
};

/** Functions, or calls, that take what is in WRONG for a reason: names of calls, such as "display('x')". */
const ACCEPTS: Record<string, string> = {
  display: 'shows any value',
  'layers.identity': 'is a block: gives what it gets',
  Interrupted: 'is what fit throws',
  Optimizer: 'is the base of optimizers',
  'answer(id, -1, language)': 'is an answer',
  'answer(id, 0.5, language)': 'is an answer',
  'onDevice(device, () => {})': 'is right',
  'placeLayers(disposed model, deviceOf)': 'changes the graph, which outlives its weights',
  'blockDiagram(disposed model, scope, options)': 'draws the graph, which outlives its weights',
  'writeSafetensors(file, dict, {})': 'has no metadata',
  'augmentedImages(set, index, () => {}, options)': 'changes nothing',
  'svgFigure([], width, height, text)': 'is empty',
  "svgFigure(['x'], width, height, text)": 'is markup',
  'svgFigure(elements, 0.5, height, text)': 'is a width',
  'svgFigure(elements, width, 0.5, text)': 'is a height',
  'layers.convBnRelu(filters, size, undefined)': 'has no options',
  'layers.convRelu(filters, size, undefined)': 'has no options',
  'layers.convBn(filters, size, {})': 'has no options',
  'layers.pad(sides, undefined)': 'pads no channels',
  'schedules.steps(learningRate, NaN)': 'is what fit says was not called',
  'schedules.steps(learningRate, -1)': 'is what fit says was not called',
  'schedules.steps(learningRate, 0.5)': 'is what fit says was not called',
  'schedules.cosine(learningRate, NaN)': 'is what fit says was not called',
  'schedules.cosine(learningRate, -1)': 'is what fit says was not called',
  'schedules.cosine(learningRate, 0.5)': 'is what fit says was not called',
  'schedules.oneCycle(peak, NaN)': 'is what fit says was not called',
  'schedules.oneCycle(peak, -1)': 'is what fit says was not called',
  'schedules.oneCycle(peak, 0.5)': 'is what fit says was not called',
  installCifar10: 'fetches from the network',
  'profile(disposed model, options)': 'counts the graph, which outlives its weights',
  'architectureDiagram(disposed model, options)': 'draws the graph, which outlives its weights',
  'stateShapes(disposed model)': 'reads the graph, which outlives its weights',
  'layers.torchNames(disposed model)': 'reads the graph, which outlives its weights',
  'layers.torchNames(model)': 'is right',
  'layers.describe(model)': 'is a layer, too',
  'layers.describe(disposed model)': 'is a layer, too',
  'placeLayers(model, () => {})': 'leaves each layer to TensorFlow',
  'compareNetworks({})': 'compares none',
  'compareFirstLayers([], set, options)': 'compares none',
  'search.lookUp({})': 'is looked into where a cell is given',
  'search.lookUp({ wrong })': 'is looked into where a cell is given',
  'search.lookUp(set)': 'is looked into where a cell is given',
  'search.lookUp(set of other images)': 'is looked into where a cell is given',
  'layers.graphOnly(() => {})': 'gives what the function gives',
  'layers.skeleton(() => {})': 'gives what the function gives',
  "layers.torch('', blocks)": 'adds no scope',
  'search.bestSoFar([])': 'has no trial yet',
  'search.policyProbabilities([])': 'has no edge',
  'topPatchImages([], columns)': 'shows none',
  'dropoutMask([], options)': 'is a scalar',
  'images(set, [])': 'takes none',
  'subset(set, [])': 'takes none',
  'subset(set, {})': 'takes all',
  'split(set, 0.5, seed)': 'is right',
  'standardized(set, set)': 'is right',
  'standardized(set, set of other images)': 'takes the colours of any set',
  'Figure(text, () => {})': 'draws when it is shown',
  'dropout2012(tensor of rank 5, mask, options)': 'takes any shape',
  'dropout2012(x, undefined, options)': 'is at test time',
  'invertedDropout(tensor of rank 5, mask, options)': 'takes any shape',
  'invertedDropout(x, undefined, options)': 'is at test time',
  'ops.dropout(tensor of rank 5, rate)': 'takes any shape',
  'predictSnapshots(model, [], set, options)': 'asks none',
  'predictTenCrop(model, set, undefined)': 'has no options',
  'featureMapImages(model, x, layer, undefined)': 'shows all maps',
  'featureMapImages(model, x, layer, [])': 'shows none',
  'filterImages(model, undefined)': 'takes the first convolution',
  'layers.pad(-1, channels)': 'crops',
};

type Callable = (...args: unknown[]) => unknown;

export function publicFunctions(): [name: string, value: Callable][] {
  const of = (scope: string, names: object): [string, Callable][] =>
    Object.entries(names).flatMap(([name, value]) =>
      typeof value === 'function' ? [[scope + name, value as Callable] as [string, Callable]] : [],
    );
  return [
    ...of('', kit),
    ...of('layers.', kit.layers),
    ...of('ops.', kit.ops),
    ...of('schedules.', kit.schedules),
    ...of('search.', kit.search),
  ];
}

/** The names of the parameters, by the source text: a destructured one is `options`; with those from `optional` on optional. */
function parametersOf(call: Callable): { names: string[]; optional: number } {
  const source = Function.prototype.toString.call(call);
  const isClass = source.startsWith('class');
  const start = isClass ? source.search(/constructor\s*\(/) : 0;
  if (start < 0) return { names: [], optional: 0 };
  const list: string[] = [];
  let depth = 0;
  let text = '';
  for (const letter of source.slice(source.indexOf('(', start))) {
    if ('([{'.includes(letter) && ++depth === 1) continue;
    if (')]}'.includes(letter) && --depth === 0) break;
    if (letter === ',' && depth === 1) {
      list.push(text);
      text = '';
    } else text += letter;
  }
  if (text.trim()) list.push(text);
  if (!isClass && !/^(async\s+)?(function)?[\s\w$]*\(/.test(source))
    return { names: [source.split('=>')[0].trim()], optional: 1 };
  const names = list.map(parameter => {
    const name = parameter.trim().replace(/^\.\.\./, '');
    return name.startsWith('{') ? 'options' : name.split('=')[0].trim();
  });
  const firstDefault = list.findIndex(parameter => /^[^{[]*=|^\s*[{[].*[}\]]\s*=/.test(parameter.trim()));
  return { names, optional: firstDefault < 0 ? names.length : firstDefault };
}

/** Why what a call did is no refusal in one sentence of ours; undefined where it is one. */
function faultOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  const place = error.stack?.split('\n').find(line => /^\s+at /.test(line)) ?? '';
  const isSentence = /^[^\n]{10,}[.?]$/.test(error.message);
  if (isSentence && place.includes(SRC) && !(error instanceof TypeError) && !(error instanceof RangeError))
    return undefined;
  return `${String(error).replace(/\n/g, ' ').slice(0, 200)} (${place.trim().replace(SRC, 'src/').slice(0, 90)})`;
}

async function callOf(name: string, call: Callable, args: unknown[]): Promise<unknown> {
  const isClass = Function.prototype.toString.call(call).startsWith('class');
  const value = await (isClass ? Reflect.construct(call, args) : call(...args));
  // A block is made of its arguments where the network is.
  if (!name.startsWith('layers.') || typeof value !== 'function') return value;
  return kit.layers.model('walk', { inputShape: [8, 8, 3] }, value as kit.layers.Block);
}

async function walk(name: string, call: Callable, tell: (call: string) => void): Promise<string[]> {
  const faults: string[] = [];
  const { names, optional } = parametersOf(call);
  for (const [place, parameter] of names.entries()) {
    const [, ...meaningful] = PLACES[parameter] ?? [];
    for (const [wrong, make] of Object.entries(WRONG)) {
      if (meaningful.includes(wrong) || (wrong === 'undefined' && place >= optional)) continue;
      const shown = names.map((other, i) => (i === place ? wrong : other)).join(', ');
      const title = `${name}(${shown})`;
      const args =
        ARGUMENTS[name]?.() ?? names.map((other, i) => (i < optional || i < place ? PLACES[other]?.[0]() : undefined));
      args[place] = make();
      if (ACCEPTS[name] || ACCEPTS[title]) continue;
      tell(title);
      const before = tf.memory().numTensors;
      let timer: NodeJS.Timeout | undefined;
      try {
        const late = new Promise((_, reject) => {
          timer = setTimeout(() => reject(new Error('It did not end')), MILLISECONDS);
        });
        const value = await Promise.race([callOf(name, call, args), late]);
        faults.push(`${title}: gave ${describe(value)}`);
        if (value instanceof tf.LayersModel) value.dispose();
        else tf.dispose(value as tf.TensorContainer);
      } catch (error) {
        const fault = faultOf(error);
        const left = tf.memory().numTensors - before;
        if (fault) faults.push(`${title}: ${fault}`);
        else if (left > 0) faults.push(`${title}: left ${left} tensors undisposed`);
      } finally {
        clearTimeout(timer);
      }
      for (const arg of args) if (arg instanceof tf.Tensor && !arg.isDisposed) arg.dispose();
    }
  }
  return faults;
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name}`;
  return typeof value === 'function' ? 'a function' : String(value).slice(0, 60);
}

async function main(): Promise<void> {
  const send = (message: Message): void => void process.send!(message);
  let rejected: string[] = [];
  process.on('unhandledRejection', error => rejected.push(`out of reach: ${String(error).slice(0, 150)}`));
  await kit.ready();
  const wanted = process.argv.slice(2);
  for (const [name, call] of publicFunctions()) {
    if (!wanted.includes(name)) continue;
    const faults = await walk(name, call, title => send({ call: title }));
    await new Promise(setImmediate);
    send({ done: name, faults: [...faults, ...rejected] });
    rejected = [];
  }
  send({ end: true });
  process.disconnect();
}

if (require.main === module) void main();
