/**
 * Odd, honest answers: notebooks and files as students hand them in, made at random from right, wrong and missing
 * functions, each with the points that its functions are worth.
 */
import { below, type Random } from '../../src/base/random';
import { zip } from '../../src/handin/zip';
import { exerciseCells, toExercise } from '../../src/harness/stub';

export const EXERCISE = '01-points';

/** Three functions, worth 2, 3 and 5 points. */
export const SOLUTION = `/** Exercise. Points: 10. */
export interface Point {
  x: number;
  y: number;
}

const ORIGIN: Point = { x: 0, y: 0 };

/** The distance of two points. */
export function distance(a: Point, b: Point = ORIGIN): number {
  // BEGIN SOLUTION: take the root
  return Math.hypot(a.x - b.x, a.y - b.y);
  // END SOLUTION
}

/** The mean of the numbers. */
export function mean(list: number[]): number {
  // BEGIN SOLUTION: add them
  return list.reduce((a, b) => a + b, 0) / list.length;
  // END SOLUTION
}

/** The numbers with one digit and their unit. */
export function label(list: number[], unit: string): string {
  // BEGIN SOLUTION: join them
  return list.map(x => x.toFixed(1)).join(' ') + ' ' + unit;
  // END SOLUTION
}
`;
const STUB = toExercise(SOLUTION, 'solutions/01-points.ts');

export const TEST = `
import assert from 'node:assert/strict';
const { call } = (globalThis as any)[Symbol.for('cnn-kit.answers')];
const ask = (name: string, ...values: unknown[]) => call('01-points', name, values);
describe('points', () => {
  it('measures [2]', async () => {
    assert.strictEqual(await ask('distance', { x: 3, y: 4 }), 5);
    assert.strictEqual(await ask('distance', { x: 3, y: 4 }, { x: 3, y: 0 }), 4);
  });
  describe('hidden', () => {
    it('takes the mean [3]', async () => assert.strictEqual(await ask('mean', [1, 2, 6]), 3));
  });
  it('writes [5]', async () => assert.strictEqual(await ask('label', [1, 2.25, 3], 'cm'), '1.0 2.3 3.0 cm'));
});
`;

const POINTS = { distance: 2, mean: 3, label: 5 } as const;
type Name = keyof typeof POINTS;
const NAMES = Object.keys(POINTS) as Name[];

/** A local file that some answers import. */
export const TOOLS =
  'export const total = (list: number[]): number => list.reduce((a, b) => a + b, 0);\nexport default total;\n';

/** How a right function is written: what it needs in cells before it, and itself. */
interface Style {
  before?: string[];
  main: string;
  /** Cells later in the notebook, which make it right. */
  later?: string[];
  tools?: true;
  /** Only a notebook can hold it. */
  notebook?: true;
}

const signatures: Record<Name, string> = {
  distance: 'distance(a: Point, b: Point = ORIGIN): number',
  mean: 'mean(list: number[]): number',
  label: 'label(list: number[], unit: string): string',
};
const arrow = (name: Name, body: string): string => `const ${signatures[name].replace('(', ' = (')} => ${body};`;
const plain = (name: Name, body: string): string => `function ${signatures[name]} {\n  ${body}\n}`;

const DISTANCE = 'Math.hypot(a.x - b.x, a.y - b.y)';
const MEAN = 'list.reduce((a, b) => a + b, 0) / list.length';
const LABEL = "list.map(x => x.toFixed(1)).join(' ') + ' ' + unit";

const RIGHT: Record<Name, Style[]> = {
  distance: [
    { main: plain('distance', `return ${DISTANCE};`) },
    { main: arrow('distance', DISTANCE) },
    { main: plain('distance', `console.log('distance', a, b);\n  return ${DISTANCE};`) },
    {
      before: ['const square = (x: number): number => x * x;'],
      main: plain('distance', 'return Math.sqrt(square(a.x - b.x) + square(a.y - b.y));'),
    },
    {
      before: [
        'class Vector {\n  constructor(readonly dx: number, readonly dy: number) {}\n  get length() { return Math.hypot(this.dx, this.dy); }\n}',
      ],
      main: plain('distance', 'return new Vector(a.x - b.x, a.y - b.y).length;'),
    },
    {
      before: ['let power = 1;', 'power = 2;'],
      main: plain('distance', 'return ((a.x - b.x) ** power + (a.y - b.y) ** power) ** (1 / power);'),
    },
    {
      before: ['function apart(a: number, b: number): number { return 0; }'],
      main: plain('distance', 'return Math.hypot(apart(a.x, b.x), apart(a.y, b.y));'),
      later: ['function apart(a: number, b: number): number { return a - b; }'],
      notebook: true,
    },
  ],
  mean: [
    { main: plain('mean', `return ${MEAN};`) },
    { main: plain('mean', `let sum = 0;\n  for (const x of list) sum += x;\n  return sum / list.length;`) },
    {
      before: [
        'const table: Record<string, (list: number[]) => number> = {};',
        'table.sum = list => list.reduce((a, b) => a + b, 0);',
      ],
      main: plain('mean', 'return table.sum(list) / list.length;'),
    },
    { main: `import { total } from './tools';\n${plain('mean', 'return total(list) / list.length;')}`, tools: true },
    {
      before: ["import total, { total as same } from './tools';"],
      main: plain('mean', 'return (total(list) + same(list)) / 2 / list.length;'),
      tools: true,
    },
    {
      before: ['const zero = await Promise.resolve(0);'],
      main: plain('mean', 'return list.reduce((a, b) => a + b, zero) / list.length;'),
      notebook: true,
    },
    {
      before: ['const sums: number[] = [];', 'for (const x of [1, 2, 3]) sums.push(x);'],
      main: plain('mean', `if (sums.length !== 3) return -1;\n  return ${MEAN};`),
    },
    { main: plain('mean', 'return -1;'), later: [plain('mean', `return ${MEAN};`)], notebook: true },
    {
      main: `${plain('mean', `return ${MEAN};`)}\nconst shown = await Promise.resolve(mean([1, 2]));\nshown`,
      notebook: true,
    },
    {
      before: ["import assert from 'node:assert/strict';"],
      main: plain('mean', `assert.ok(list);\n  return ${MEAN};`),
    },
    { before: ["import * as os from 'node:os';"], main: plain('mean', `void os.EOL;\n  return ${MEAN};`) },
  ],
  label: [
    { main: plain('label', `return ${LABEL};`) },
    { main: arrow('label', LABEL) },
    {
      before: [
        'class Base { #gap = " "; get gap() { return this.#gap; } }',
        'class Own extends Base { readonly more = 1; }',
      ],
      main: plain('label', `return ${LABEL.replaceAll("' '", 'new Own().gap')};`),
    },
    {
      before: ['const enum Places { One = 1 }'],
      main: plain('label', `return ${LABEL.replace('1)', 'Places.One)')};`),
    },
    { before: ['const größe = 1, 자리 = 0;'], main: plain('label', `return ${LABEL.replace('1)', 'größe + 자리)')};`) },
    {
      before: ['const id = 1, live = 0, scope = 0, load = 0;'],
      main: plain('label', `return ${LABEL.replace('1)', 'id + live + scope + load)')};`),
    },
    {
      before: ['declare const process: { version: string };'],
      main: plain('label', `void process.version;\n  return ${LABEL};`),
    },
    {
      before: ["const util = require('node:util');"],
      main: plain('label', `return ${LABEL.replace('unit', "util.format('%s', unit)")};`),
    },
    {
      before: ['const shape = { digits: 1 };', 'const both = { shape, unit: "" };'],
      main: plain('label', `return ${LABEL.replace('1)', 'both.shape.digits)')};`),
    },
    {
      before: ['function* gaps() { for (;;) yield " "; }', 'const source = gaps();'],
      main: plain('label', `return ${LABEL.replaceAll("' '", '(source.next().value as string)')};`),
    },
    { main: `'use strict';\n${plain('label', `return ${LABEL};`)}\n// export { no }; import './nothing'` },
    {
      main: plain(
        'label',
        `const text = \`\${"import './nothing';\\nexport default 1;"}\`;\n  void text;\n  return ${LABEL};`,
      ),
    },
    { main: plain('label', `const begun = Date.now();\n  while (Date.now() - begun < 300);\n  return ${LABEL};`) },
    { main: plain('label', `for (let i = 0; i < 50; i++) console.log('x'.repeat(1e5));\n  return ${LABEL};`) },
    { main: `type Label = (list: number[], unit: string) => string;\nconst label: Label = (list, unit) => ${LABEL};` },
    { main: `const { label } = { label: (list: number[], unit: string): string => ${LABEL} };` },
    {
      main: `class Labels { static write(list: number[], unit: string): string { return ${LABEL}; } }\nconst label = Labels.write;`,
    },
    { main: `function label(list: number[], unit: string): string;\n${plain('label', `return ${LABEL};`)}` },
    {
      main: 'let label: (list: number[], unit: string) => string = () => "";',
      later: [`label = (list, unit) => ${LABEL};`],
      notebook: true,
    },
    { main: `async function label(list: number[], unit: string): Promise<string> {\n  return ${LABEL};\n}` },
    {
      before: ['enum Digits { One = 1 }'],
      main: plain('label', `return ${LABEL.replace('1)', 'Digits.One)')};`),
    },
    {
      before: ['type Text = string;\nconst gap: Text = " ";'],
      main: plain('label', `return ${LABEL.replaceAll("' '", 'gap')};`),
    },
    {
      main: plain(
        'label',
        `if (list.length === 1) return list[0].toFixed(1) + ' ' + unit;\n  return list[0].toFixed(1) + ' ' + label(list.slice(1), unit);`,
      ),
    },
    {
      before: ['const parts = { gap: "", end: "" };', 'Object.assign(parts, { gap: " ", end: " " });'],
      main: plain('label', 'return list.map(x => x.toFixed(1)).join(parts.gap) + parts.end + unit;'),
    },
    {
      before: ['var made = "";\nfor (var i = 0; i < 1; i++) made += " ";'],
      main: plain('label', `return ${LABEL.replaceAll("' '", 'made')};`),
    },
  ],
};
const WRONG: Record<Name, string> = {
  distance: plain('distance', 'return a === b ? 0 : -1;'),
  mean: plain('mean', 'return -list.length;'),
  label: plain('label', 'return unit + list.join();'),
};

type Quality = 'right' | 'wrong' | 'missing';

export interface HonestWork {
  student: string;
  /** By path below the student's folder. */
  files: Record<string, Buffer | string>;
  points: number;
  /** What was done to it, for the failure's message. */
  odd: string[];
  /** Something in it has to be noted. */
  isNoted: boolean;
  /** What the kernel would run, in its order; undefined where the kernel shows less than is graded. */
  cells?: string[];
}

/** One student's work. */
export function honestWork(random: Random, student: string): HonestWork {
  const quality = Object.fromEntries(
    NAMES.map(name => [name, pick<Quality>(random, ['right', 'right', 'right', 'right', 'wrong', 'missing'])]),
  ) as Record<Name, Quality>;
  // What is as it was handed out has no file of its own to be found by.
  if (NAMES.every(name => quality[name] === 'missing')) quality.mean = 'right';
  const points = NAMES.reduce((sum, name) => sum + (quality[name] === 'right' ? POINTS[name] : 0), 0);
  const made = below(random, 4) ? notebookWork(random, quality) : moduleWork(random, quality);
  return { student, points, ...made };
}

type Made = Omit<HonestWork, 'student' | 'points'>;

interface Cell {
  kind: 'code' | 'markdown' | 'raw';
  id?: string;
  source: string;
  /** Which part of the notebook it belongs to, and whether it is the answer itself. */
  part: Name | 'given' | 'noise';
  isAnswer?: boolean;
  /** The parts of which it was merged. */
  merged?: Cell['part'][];
}

const partsOf = ({ part, merged }: Cell): Cell['part'][] => merged ?? [part];

function notebookWork(random: Random, quality: Record<Name, Quality>): Made {
  const odd: string[] = [];
  let isNoted = false;
  let isKernels = true;
  let tools = false;
  const note = (what: string): void => {
    odd.push(what);
    isNoted = true;
  };
  const given = exerciseCells(STUB, EXERCISE);
  const chance = (n: number): boolean => below(random, n) === 0;
  const later: Cell[] = [];
  /** Functions that a later cell has to do with: their own cell is not moved after it. */
  const isSet = new Set<string>();
  let blocks = NAMES.map(name => {
    const { id, source } = given.find(cell => cell.id.endsWith(name))!;
    if (quality[name] !== 'right') {
      const text = quality[name] === 'wrong' ? WRONG[name] : source;
      return [{ kind: 'code', id, source: text, part: name, isAnswer: quality[name] === 'wrong' } as Cell];
    }
    const style = pick(random, RIGHT[name]);
    odd.push(`${name}: ${JSON.stringify(style.main.slice(0, 60))}`);
    tools ||= style.tools === true;
    const main = chance(4) && style.main.startsWith('function') ? `export ${style.main}` : style.main;
    for (const text of style.later ?? []) {
      const isAgain = text.includes(`function ${name}(`);
      isSet.add(name);
      if (isAgain) note(`${name} defined again`);
      later.push({ kind: 'code', source: text, part: name, isAnswer: isAgain });
    }
    return [
      ...(style.before ?? []).map((text): Cell => ({ kind: 'code', source: text, part: name })),
      { kind: 'code', id, source: main, part: name, isAnswer: true } as Cell,
    ];
  });

  if (chance(5)) {
    odd.push('reordered');
    blocks = shuffled(random, blocks);
    const order = blocks.map(block => NAMES.indexOf(block[0].part as Name));
    if (order.join() !== '0,1,2') isNoted = true;
  }
  let cells: Cell[] = [
    ...given.filter(cell => cell.given).map(({ id, source }): Cell => ({ kind: 'code', id, source, part: 'given' })),
    ...blocks.flat(),
    ...later,
  ];
  const answers = (): Cell[] => cells.filter(cell => cell.isAnswer && cell.kind === 'code');
  const again = new Set<string>(isSet);

  if (chance(5)) {
    const cell = pick(random, answers());
    note(`${cell.part} doubled`);
    cells.splice(cells.indexOf(cell) + 1, 0, { ...cell });
    if (cell.id === undefined) cells[cells.indexOf(cell) + 1].id = undefined;
    again.add(cell.part);
  }
  if (chance(6)) {
    const cell = pick(random, answers());
    if (!again.has(cell.part) && cell.id) {
      note(`${cell.part} written before as something wrong`);
      cells.splice(cells.indexOf(cell), 0, { ...cell, source: WRONG[cell.part as Name] });
      again.add(cell.part);
    }
  }
  if (chance(7)) {
    const cell = pick(random, answers());
    if (!again.has(cell.part)) {
      const kind = pick(random, ['markdown', 'raw'] as const);
      note(`${cell.part} turned to ${kind}`);
      Object.assign(cell, { kind });
      isKernels = false;
    }
  }
  if (chance(8) && quality.distance === 'right') {
    note('given deleted');
    cells = cells.filter(({ part }) => part !== 'given');
    isKernels = false;
  } else if (chance(8)) {
    const at = cells.findIndex(({ part }) => part === 'given');
    const [types, values] = cells[at].source.split(/\n(?=const)/);
    note('given split');
    cells.splice(at, 1, { ...cells[at], source: types }, { kind: 'code', source: values, part: 'given' });
  }
  for (let merges = below(random, 3); merges > 0; merges--) {
    const at = below(random, cells.length - 1);
    const [one, two] = [cells[at], cells[at + 1]];
    // In one cell a function holds on to the helper beside it, whatever a later cell defines.
    const isSame = partsOf(one).some(part => again.has(part) && partsOf(two).includes(part));
    const imports = /^import /m;
    // What comes after its error in one cell would not run.
    if (/halfway|after it|= fails\(\)/.test(one.source)) continue;
    if (one.kind !== 'code' || two.kind !== 'code' || isSame || (imports.test(one.source) && imports.test(two.source)))
      continue;
    // Its own last expression may be the value that is shown: it ends in no semicolon.
    const merged: Cell = { ...one, source: `${one.source};\n\n${two.source}`, isAnswer: one.isAnswer || two.isAnswer };
    merged.merged = [...partsOf(one), ...partsOf(two)];
    odd.push('merged');
    if (two.isAnswer && two.id) isNoted = true;
    cells.splice(at, 2, merged);
  }
  const lostIds = pick(random, ['none', 'none', 'none', 'all', 'some', 'renamed'] as const);
  for (const cell of cells) {
    if (cell.id === undefined || lostIds === 'none' || (lostIds === 'some' && chance(2))) continue;
    cell.id = lostIds === 'renamed' ? `cell-${below(random, 1e6)}` : undefined;
    if (cell.isAnswer && cell.kind === 'code') isNoted = true;
    odd.push(`ids ${lostIds}`);
  }
  for (let count = below(random, 4); count > 0; count--) {
    const right = NAMES.filter(name => quality[name] === 'right');
    const noise = pick<Partial<Cell>>(random, [
      { kind: 'markdown', source: '# My notes\nThe function `mean` is a function of const numbers.' },
      { kind: 'raw', source: 'Kim Minsu 김민수' },
      { source: '' },
      { source: '// nothing here yet' },
      { source: "throw new Error('scratch');" },
      { source: 'const = 3' },
      { source: 'function broken( {' },
      { source: "console.log('x'.repeat(1000)); console.error('warning'); process.stdout.write('y');" },
      { source: 'for (let n = 0; n < 300; n++) console.log(n);' },
      { source: 'await new Promise(resolve => setTimeout(resolve, 5));' },
      { source: 'interface Extra { a?: number }\nconst extra: Extra = {};' },
      ...(right.includes('mean') ? [{ source: 'const tried = [1, 2, 3];\nmean(tried)' }] : []),
      { source: 'const late = setTimeout(() => undefined, 1); clearTimeout(late);' },
    ]);
    odd.push(`noise ${JSON.stringify(noise.source?.slice(0, 20))}`);
    const cell: Cell = { kind: 'code', part: 'noise', source: '', ...noise };
    if (/mean\(tried\)/.test(cell.source)) cells.push(cell);
    else cells.splice(below(random, cells.length + 1), 0, cell);
  }

  const declaresAll = NAMES.every(name =>
    cells.some(
      ({ kind, source }) => kind === 'code' && new RegExp(`(function|const|let) (\\{ )?${name}\\b`).test(source),
    ),
  );
  const hasIds = cells.some(({ id }) => id?.startsWith(`${EXERCISE}-`));
  const text = notebookText(random, cells, odd);
  const ownName = hasIds ? 'ids' : declaresAll ? 'content' : undefined;
  const placed = placeFile(random, 'ipynb', text, odd, ownName, tools);
  return {
    ...{ odd, files: placed.files, isNoted: isNoted || placed.isNoted },
    cells: isKernels
      ? cells.filter(({ kind, source }) => kind === 'code' && source.trim()).map(({ source }) => source)
      : undefined,
  };
}

function notebookText(random: Random, cells: Cell[], odd: string[]): string {
  const form = pick(random, ['jupyterlab', 'vscode', 'colab', 'nbformat 3', 'nbformat 4.0', 'nbformat 4.4', 'bare']);
  odd.push(form);
  const asList = below(random, 2) === 0;
  const breaks = pick(random, ['\n', '\n', '\n', '\r\n', '\r']);
  const source = (text: string): string | string[] => {
    const lines = text.replace(/\n/g, breaks);
    return asList ? lines.split(/(?<=\n)/) : lines;
  };
  const metadata = (cell: Cell): object => ({
    ...(form === 'jupyterlab' ? { trusted: true, jupyter: { source_hidden: false }, tags: ['x'] } : {}),
    ...(form === 'vscode' ? { vscode: { languageId: 'typescript' } } : {}),
    ...(form === 'colab' ? { id: 'aB3xY', colab: { base_uri: 'https://localhost:8080/' } } : {}),
    ...(cell.id && form !== 'bare' ? { nbgrader: { grade_id: cell.id, schema_version: 3, solution: true } } : {}),
  });
  if (form === 'nbformat 3')
    return JSON.stringify({
      ...{ nbformat: 3, nbformat_minor: 0, metadata: { name: '' } },
      worksheets: [
        {
          metadata: {},
          cells: cells.map(cell => ({
            ...{ cell_type: cell.kind, metadata: metadata(cell), outputs: [], language: 'typescript' },
            [cell.kind === 'code' ? 'input' : 'source']: source(cell.source),
          })),
        },
      ],
    });
  const hasId = !/4\.|colab/.test(form);
  return JSON.stringify(
    {
      ...{ nbformat: 4, nbformat_minor: hasId ? 5 : Number(form.slice(-1)) || 0 },
      metadata: form === 'bare' ? {} : { kernelspec: { name: 'cnn-kit', display_name: 'x' } },
      cells: cells.map((cell, i) => ({
        ...{ cell_type: cell.kind, metadata: metadata(cell), source: source(cell.source) },
        ...(hasId ? { id: cell.id ?? `x${i}` } : {}),
        ...(cell.kind === 'code' ? { execution_count: null, outputs: [{ output_type: 'stream', text: ['old'] }] } : {}),
      })),
    },
    null,
    below(random, 3),
  );
}

/** The ways in which a module gives its functions away. */
const EXPORTS: Record<string, string> = {
  'export {}': `export { ${NAMES.join(', ')} };`,
  'export default': `export default { ${NAMES.join(', ')} };`,
  'module.exports': `module.exports = { ${NAMES.join(', ')} };`,
  'exports.x': NAMES.map(name => `exports.${name} = ${name};`).join('\n'),
  'module.exports.x': NAMES.map(name => `module.exports.${name} = ${name};`).join('\n'),
  'export =': `export = { ${NAMES.join(', ')} };`,
  'export as': `${NAMES.map(name => `const my_${name} = ${name};\nexport { my_${name} as ${name} };`).join('\n')}`,
};

function moduleWork(random: Random, quality: Record<Name, Quality>): Made {
  const odd: string[] = [];
  let tools = false;
  const given = exerciseCells(STUB, EXERCISE);
  const text = given.filter(cell => cell.given).map(({ source }) => source);
  const style = pick(random, ['export', ...Object.keys(EXPORTS)]);
  odd.push(style);
  let parts = NAMES.map(name => {
    if (quality[name] === 'wrong') return WRONG[name];
    if (quality[name] === 'missing') return given.find(cell => cell.id.endsWith(name))!.source;
    const chosen = pick(
      random,
      RIGHT[name].filter(({ notebook }) => !notebook),
    );
    tools ||= chosen.tools === true;
    odd.push(`${name}: ${JSON.stringify(chosen.main.slice(0, 60))}`);
    return [...(chosen.before ?? []), chosen.main].join('\n');
  });
  if (below(random, 3) === 0) parts = shuffled(random, parts);
  const written = parts.map(part =>
    style === 'export'
      ? part.replace(/^((async )?function|const|let) (?=(\{ )?(distance|mean|label)\b)/gm, 'export $&')
      : part,
  );
  const source = `${[...text, ...written, EXPORTS[style] ?? ''].join('\n\n')}\n`;
  const isNamed = style === 'export' || style === 'export {}';
  const placed = placeFile(random, 'ts', source, odd, isNamed && style === 'export' ? 'content' : undefined, tools);
  return { odd, ...placed };
}

/** Puts a file under a name, in a folder and an archive, as it comes out of browsers, editors and platforms. */
function placeFile(
  random: Random,
  ending: 'ts' | 'ipynb',
  text: string,
  odd: string[],
  ownName: 'ids' | 'content' | undefined,
  tools: boolean,
): { files: HonestWork['files']; isNoted: boolean } {
  const names: [name: string, isOdd: boolean][] = [
    ...[...Array<[string, boolean]>(6)].map((): [string, boolean] => [`${EXERCISE}.${ending}`, false]),
    [`${EXERCISE} - Copy.${ending}`, true],
    [`${EXERCISE}-Copy1.${ending}`, true],
    [`${EXERCISE} (1).${ending}`, true],
    [`${EXERCISE}.${ending} (1)`, true],
    [`01_points.${ending}`, true],
    [`01 Points.${ending}`, true],
    [`points.${ending}`, true],
    [`Kopie von ${EXERCISE}.${ending}`, true],
    [`김민수_${EXERCISE}.${ending}`, true],
    [`Müller ${EXERCISE}.${ending}`.normalize('NFD'), true],
    [`${EXERCISE}.${ending}.txt`, true],
    [`${EXERCISE}.${ending.toUpperCase()}`, true],
    ...(ending === 'ipynb' ? [[`${EXERCISE}.ipynb.json`, true] as [string, boolean]] : []),
    ...(ownName === undefined ? [] : [['homework.' + ending, ownName === 'content'] as [string, boolean]]),
  ];
  const [name, isOdd] = pick(random, names);
  const folder = pick(random, [
    '',
    '',
    'exercises/',
    'hw1/',
    'my work/',
    'solutions/',
    'backup/',
    'Übung/'.normalize('NFD'),
  ]);
  const encoding = pick(random, ['utf8', 'utf8', 'utf8', 'BOM', 'UTF-16LE', 'UTF-16BE', 'UTF-16LE bare', 'CRLF', 'CR']);
  odd.push(name, folder, encoding);
  const content = encoded(text, encoding);
  const inner: Record<string, Buffer | string> = { [folder + name]: content };
  if (tools) inner[`${folder}tools.ts`] = TOOLS;
  // As it was handed out, beside the answer: it must not win.
  if (below(random, 6) === 0 && name !== `${EXERCISE}.ts`) inner[`exercises/${EXERCISE}.ts`] = STUB;
  const packing = pick(random, ['none', 'none', 'none', 'zip', 'zip in zip', 'backslash zip']);
  odd.push(packing);
  if (packing === 'none') return { files: inner, isNoted: isOdd };
  const slash = packing === 'backslash zip' ? '\\' : '/';
  const packed = zip(
    Object.entries(inner).map(([file, data]) => ({ name: file.replaceAll('/', slash), content: data })),
  );
  return {
    files: { 'work.zip': packing === 'zip in zip' ? zip([{ name: 'hw/inner.zip', content: packed }]) : packed },
    isNoted: isOdd,
  };
}

function encoded(text: string, encoding: string): Buffer {
  switch (encoding) {
    case 'BOM':
      return Buffer.from(`\ufeff${text}`);
    case 'UTF-16LE':
      return Buffer.from(`\ufeff${text}`, 'utf16le');
    case 'UTF-16BE':
      return Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
    case 'UTF-16LE bare':
      return Buffer.from(text, 'utf16le');
    case 'CRLF':
      return Buffer.from(text.replace(/\n/g, '\r\n'));
    case 'CR':
      return Buffer.from(text.replace(/\n/g, '\r'));
    default:
      return Buffer.from(text);
  }
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[below(random, list.length)];
}

function shuffled<T>(random: Random, list: T[]): T[] {
  const left = [...list];
  return list.map(() => left.splice(below(random, left.length), 1)[0]);
}
