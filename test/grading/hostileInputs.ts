/** What a stranger may send to the trusted side, of at most 1 MB: at random, and of the kinds that are known to cost much. */
import zlib from 'node:zlib';
import { below, type Random } from '../../src/base/random';
import { zip } from '../../src/handin/zip';

export interface HostileInput {
  kind: 'answer' | 'archive' | 'notebook' | 'typescript';
  name: string;
  content: Buffer;
}

const MOST = 1 << 20;
type Make = (random: Random, size: number) => string | Buffer;

const fill = (text: string, size: number): string => text.repeat(Math.max(1, Math.floor(size / text.length)));
const around = (open: string, close: string, size: number, inner = ''): string => {
  const depth = Math.max(1, Math.floor(size / (open.length + close.length)));
  return open.repeat(depth) + inner + close.repeat(depth);
};
const marked = (kind: string, value: unknown): string => JSON.stringify({ $: kind, v: value });
const model = (config: object, weights: unknown[] = [], className = 'Model'): string =>
  marked('model', { className, config: JSON.stringify(config), weights });
const dense = (name: string, from: string) => ({
  ...{ className: 'Dense', name, config: { units: 1, name } },
  inboundNodes: [[[from, 0, 0, {}]]],
});

const ANSWERS: Record<string, Make> = {
  'a list in a list': (_, size) => around('[', ']', size),
  'an object in an object': (_, size) => around('{"$":"object","v":[["a",', ']]}', size, '1'),
  'a Map of Maps': (_, size) => around('{"$":"Map","v":[[1,', ']]}', size, '1'),
  numbers: (_, size) => `[${fill('1,', size)}1]`,
  'empty lists': (_, size) => `[${fill('[],', size)}1]`,
  'one key again and again': (_, size) => `{"$":"object","v":[${fill('["__proto__",1],', size)}["a",1]]}`,
  'a bigint': (_, size) => marked('bigint', '9'.repeat(size)),
  text: (_, size) => JSON.stringify('x'.repeat(size)),
  'a tensor of many ranks': (_, size) =>
    marked('tensor', { dtype: 'float32', shape: Array(size >> 1).fill(1), data: [1] }),
  'a tensor of many numbers': (_, size) =>
    marked('tensor', { dtype: 'float32', shape: [size >> 1], data: Array(size >> 1).fill(0) }),
  'an empty tensor of a huge shape': () => marked('tensor', { dtype: 'float32', shape: [0, 2 ** 40], data: [] }),
  'many tensors': (_, size) => `[${fill(`${marked('tensor', { dtype: 'float32', shape: [], data: [1] })},`, size)}1]`,
  'a model in a circle': () =>
    model({ name: 'm', layers: [dense('a', 'a')], inputLayers: [['a', 0, 0]], outputLayers: [['a', 0, 0]] }),
  'a model of two in a circle': () =>
    model({
      name: 'm',
      layers: [dense('a', 'b'), dense('b', 'a')],
      inputLayers: [['a', 0, 0]],
      outputLayers: [['b', 0, 0]],
    }),
  'a model of many layers': (_, size) =>
    model(
      {
        name: 's',
        layers: Array.from({ length: size >> 7 }, (_, i) => ({
          className: 'Activation',
          config: { activation: 'relu', name: `a${i}`, ...(i ? {} : { batchInputShape: [null, 1] }) },
        })),
      },
      [],
      'Sequential',
    ),
  'models in models': (_, size) => {
    let config: object = { className: 'Dense', config: { units: 1, batchInputShape: [null, 1] } };
    for (let i = 0; i < Math.min(size >> 8, 500); i++)
      config = { className: 'Sequential', config: { name: `s${i}`, layers: [config] } };
    return model(config, [], 'Sequential');
  },
  'a huge layer': () =>
    model(
      { name: 's', layers: [{ className: 'Dense', config: { units: 1e9, batchInputShape: [null, 1e9] } }] },
      [],
      'Sequential',
    ),
  'a huge repetition': () =>
    model(
      { name: 's', layers: [{ className: 'RepeatVector', config: { n: 1e9, batchInputShape: [null, 1e6] } }] },
      [],
      'Sequential',
    ),
  'a config of brackets': (_, size) =>
    marked('model', { className: 'Model', config: around('[', ']', size), weights: [] }),
  bytes: (random, size) => Buffer.from(Array.from({ length: Math.min(size, 5000) }, () => below(random, 256))),
};

const TYPESCRIPT: Record<string, Make> = Object.fromEntries(
  Object.entries({
    brackets: ['(', ')', '1'],
    'square brackets': ['[', ']', ''],
    braces: ['{', '}', ''],
    'only open': ['(', '', ''],
    generics: ['a<', '', ''],
    'closed generics': ['a<', '>', 'b'],
    templates: ['`${', '}`', '1'],
    'open templates': ['`${', '', ''],
    sums: ['1+', '', '1'],
    arrows: ['(a=', ')=>1', '1'],
    'open arrows': ['(a=>', '', ''],
    questions: ['a?', ':b', 'c'],
    'open questions': ['a?(b):', '', 'c'],
    negations: ['!', '', 'a'],
    powers: ['a**', '', 'a'],
    members: ['.a', '', ''],
    calls: ['f(', ')', ''],
    functions: ['function f(){', '}', ''],
    classes: ['class A{static{', '}}', ''],
    'type brackets': ['type A=(', ')', '1'],
    casts: ['<a>', '', 'b'],
    'JSX-like': ['<a>(', ')', 'b'],
    else: ['if(a){}else ', '', ';'],
    'blocks of a loop': ['for(;;){', '}', ''],
    'imports of what is not there': ["import './a';\n", '', ''],
    declarations: ['let a;\n', '', ''],
    'async arrows': ['async(a=', '', ''],
    'regular expressions': ['/(', '', ''],
    comments: ['/*', '', ''],
    'a token': ['x', '', ''],
    'an escape': ['\\u{', '', ''],
    awaits: ['await ', '', 'a'],
    spreads: ['[...', ']', 'a'],
    bindings: ['var {a:', '', ''],
    decorators: ['@a(', '', ''],
    'conditional types': ['type A<T>=T extends ', '', ''],
  }).map(([name, [open, close, inner]]): [string, Make] => [name, (_, size) => around(open, close, size, inner)]),
);
TYPESCRIPT['tokens at random'] = (random, size) => {
  const tokens = [
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '<',
    '>',
    '=>',
    '`',
    '${',
    '?',
    ':',
    ',',
    ';',
    'a',
    ' async ',
    ' function ',
    ' class ',
    '=',
    '+',
    '/',
    '"',
    '\n',
    '@',
    '.',
    ' import ',
    ' export ',
  ];
  return Array.from({ length: Math.min(size >> 1, 100_000) }, () => tokens[below(random, tokens.length)]).join('');
};

const book = (sources: string[], kind = 'code'): string =>
  JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: sources.map(source => ({ cell_type: kind, metadata: {}, source })),
  });

const NOTEBOOKS: Record<string, Make> = {
  'many cells': (_, size) => book(Array(Math.min(2000, size >> 6)).fill('const sum = 1;')),
  'too many cells': (_, size) => book(Array(size >> 6).fill('')),
  'many names': (_, size) => book(Array.from({ length: Math.min(2000, size >> 6) }, (_, i) => `let a${i} = b${i};`)),
  'many lines of one cell': (_, size) =>
    JSON.stringify({ nbformat: 4, cells: [{ cell_type: 'code', source: Array(size >> 2).fill('') }] }),
  'brackets in place of cells': (_, size) => `{"nbformat":4,"cells":${around('[', ']', size)}}`,
  'cells of Markdown that may be code': (_, size) =>
    book(Array(Math.min(500, size >> 11)).fill(`function sum(${'('.repeat(1000)}`), 'markdown'),
  'outputs in outputs': (_, size) =>
    `{"nbformat":4,"cells":[{"cell_type":"code","source":"","outputs":${around('{"a":', '}', size, '1')}}]}`,
  'a cell of typescript': (random, size) => {
    const makes = Object.values(TYPESCRIPT);
    return book([String(makes[below(random, makes.length)](random, size >> 1))]);
  },
};

const ARCHIVES: Record<string, Make> = {
  'a gzip of zeros': () => zlib.gzipSync(Buffer.alloc(64 << 20)),
  'gzip in gzip': () => zlib.gzipSync(zlib.gzipSync(zlib.gzipSync(Buffer.alloc(64 << 20)))),
  'a zip of zeros': () => zip([{ name: '01-sum.ts', content: Buffer.alloc(32 << 20) }]),
  'a zip of many files': (_, size) =>
    zip(Array.from({ length: Math.min(size >> 8, 4000) }, (_, i) => ({ name: `${i}/01-sum.ts`, content: '' }))),
  'zips in zips': () => {
    let inner: Buffer = Buffer.from('x');
    for (let i = 0; i < 20; i++)
      inner = zip(Array.from({ length: 3 }, (_, k) => ({ name: `${k}.zip`, content: inner })));
    return inner;
  },
  'a truncated zip': (random, size) => {
    const whole = zip([{ name: '01-sum.ts', content: Buffer.alloc(size, 'x') }]);
    return whole.subarray(0, below(random, whole.length));
  },
  'a zip with bits turned': (random, size) => {
    const whole = Buffer.from(
      zip(Array.from({ length: 20 }, (_, i) => ({ name: `${i}.ts`, content: Buffer.alloc(size >> 5, i) }))),
    );
    for (let i = 0; i < 20; i++) whole[below(random, whole.length)] ^= 1 << below(random, 8);
    return whole;
  },
  'bytes after a mark': (random, size) =>
    Buffer.concat([
      Buffer.from(['PK\x03\x04', '\x1f\x8b\x08\x00', 'PK\x05\x06'][below(random, 3)], 'latin1'),
      Buffer.from(Array.from({ length: Math.min(size, 5000) }, () => below(random, 256))),
    ]),
};

const KINDS = { answer: ANSWERS, archive: ARCHIVES, notebook: NOTEBOOKS, typescript: TYPESCRIPT };

/** Every kind once at its largest, then others of a random size. */
export function* hostileInputs(random: Random, count: number): Generator<HostileInput> {
  const all = Object.entries(KINDS).flatMap(([kind, makes]) =>
    Object.entries(makes).map(([name, make]) => ({ kind: kind as HostileInput['kind'], name, make })),
  );
  for (let i = 0; i < count; i++) {
    const { kind, name, make } = all[i < all.length ? i : below(random, all.length)];
    const size = i < all.length ? MOST - 1000 : 1 << (5 + below(random, 15));
    yield { kind, name: `${name} of ${size}`, content: Buffer.from(make(random, size)).subarray(0, MOST) };
  }
}
