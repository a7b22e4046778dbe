import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../src/node/root';
import { toNotebook } from '../../src/course/lectures/notebook';
import { inVenv } from '../../src/setup/python';
import { environment } from '../../src/setup/steps';
import { ended, printed, Session, type Shown } from './session';

const folder = path.join(ROOT, '.cache', 'kernel-test');

/** Colours out. */
const bare = (text: string): string => text.replace(/\x1b\[\d+m/g, '');

describe('the kernel', function () {
  this.timeout(900_000);
  let session: Session;

  before(async () => {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(path.join(folder, 'notebooks'), { recursive: true });
    session = await Session.start(path.join(folder, 'notebooks'));
  });
  after(() => session?.end());

  it("passes all of Jupyter's own tests, with none skipped", () => {
    const { stderr } = spawnSync(inVenv('python'), [path.join(__dirname, 'suite.py')], {
      env: environment(),
      encoding: 'utf8',
    });
    assert.match(stderr, /Ran 12 tests/, stderr);
    assert.match(stderr, /^OK$/m, stderr);
  });

  it('says of its language what the notebooks say, into which JupyterLab writes it', async () => {
    const { language_info } = await session.request<{ language_info: object }>('ask', { method: 'kernel_info' });
    assert.deepEqual(language_info, toNotebook('').metadata.language_info);
  });

  it('gives the value of the last expression, and nothing for undefined', async () => {
    assert.equal(await session.value('const one = 1; one + 1'), '2');
    assert.deepEqual(await session.run('undefined'), []);
  });

  it('shows a function by its type, a class by its name, a promise without what Node writes into it', async () => {
    for (const [code, expected] of [
      ['function plus(a: number, b = 2): number { return a + b; }\nplus', 'plus: (a: number, b?: number) => number'],
      ['(x: string) => x.length', '(x: string) => number'],
      ['class Pair<T> { constructor(readonly one: T) {} }\nPair', 'class Pair'],
      ['Math.max', 'max: (...values: number[]) => number'],
      [
        "import { fit } from 'cnn-kit';\nfit",
        /^fit: \(model: (tf\.)?LayersModel, set: ImageSet, options\?: FitOptions\) => Promise/,
      ],
      ["import { layers } from 'cnn-kit';\nlayers.conv(16, 3)", 'conv(16, 3): layers.Block'],
      ['({ p: Promise.resolve(3), q: new Promise(() => {}) })', '{ p: Promise { 3 }, q: Promise { <pending> } }'],
    ] as const) {
      const value = await session.value(code);
      if (typeof expected === 'string') assert.equal(value, expected);
      else assert.match(String(value), expected);
    }
  });

  it('knows names of earlier cells in { name } too, also as what is assigned to', async () => {
    await session.run('let short = 1; function brief() { return 2; }');
    assert.equal(
      await session.value('JSON.stringify([{ short }, { brief }.brief(), [{ short }].map(({ short }) => short)])'),
      `'[{"short":1},2,[1]]'`,
    );
    await session.run('({ short } = { short: 5 }); ({ nothing: short, short = 6 } = { nothing: 7 } as any);');
    assert.equal(await session.value('short'), '6');
  });

  it('runs the same cell again and again, also when it was just asked about', async () => {
    const code = 'const width = 3; const squared = width * width; squared';
    for (let i = 0; i < 4; i++) assert.equal(await session.value(code), '9');
    const asked = 'const height = 4; let doubled = height * 2; doubled';
    for (let i = 0; i < 3; i++) {
      await session.request('ask', { method: 'inspect', code: asked, cursor_pos: 8 });
      assert.equal(await session.value(asked), '8');
    }
    await session.run('1');
    await session.run('1');
    const { matches } = await session.request<{ matches: string[] }>('ask', {
      method: 'complete',
      code: 'doubled.toFi',
    });
    assert.deepEqual(matches, ['toFixed']);
  });

  // Each at its first and, by names of its own, at a later use.
  for (const [what, cells] of Object.entries({
    'a class decorator of the standard': [
      [
        'function tagged<T extends new (...a: any[]) => {}>(Class: T, context: ClassDecoratorContext) { return class extends Class { tag = context.kind; }; }\n@tagged class Plain {}\n(new Plain() as any).tag',
        "'class'",
      ],
      ['@tagged class Other extends Plain {}\n(new Other() as any).tag', "'class'"],
    ],
    'decorators of a method and an accessor': [
      [
        'const doubled = (method: (n: number) => number, { name }: ClassMethodDecoratorContext) => function (this: unknown, n: number) { return 2 * method.call(this, n) + String(name).length; };\n' +
          'const positive = <V extends number>({ set }: ClassAccessorDecoratorTarget<unknown, V>, _: ClassAccessorDecoratorContext) => ({ set(this: unknown, value: V) { set.call(this, Math.abs(value) as V); } });\n' +
          'class Sides { @positive accessor side = 1; @doubled scale(n: number) { return n * this.side; } }\nconst sides = new Sides(); sides.side = -3; sides.scale(2)',
        '17',
      ],
      ['sides.side', '3'],
    ],
    'using, disposed of when the cell ends': [
      [
        "const order: string[] = []; const resource = (name: string) => ({ name, [Symbol.dispose]() { order.push(name); } });\nusing first = resource('a'); using second = resource('b'); order.length",
        '0',
      ],
      ['order.join() + first.name', "'b,aa'"],
      ["{ using inner = resource('c'); order.push('before'); }\norder.slice(2).join()", "'before,c'"],
    ],
    'await using': [
      ['let closed = 0; await using file = { async [Symbol.asyncDispose]() { await null; closed++; } }; closed', '0'],
      ['closed', '1'],
    ],
    'import attributes': [
      ["import parts from '../parts.json' with { type: 'json' }; parts.layers[1]", '8'],
      ['parts.layers.length', '2'],
    ],
    'const type parameters and satisfies': [
      [
        "const kinds = <const T extends string[]>(...names: T) => names; const kind: 'a' | 'b' = kinds('a', 'b')[1]; kind satisfies string",
        "'b'",
      ],
    ],
  }))
    it(`takes the TypeScript of today: ${what}`, async () => {
      fs.writeFileSync(path.join(folder, 'parts.json'), '{ "layers": [4, 8] }');
      for (const [code, value] of cells) assert.equal(await session.value(code), value);
    });

  it('checks the types of what is disposed of', async () => {
    const { replies } = await session.execute('using nothing = { close() {} };');
    assert.equal(replies[0].ename, 'TS2850');
  });

  it('knows of the types of its library what Node 20 has, and nothing that it lacks', async () => {
    assert.equal(
      await session.value(
        "[[1, 2].findLast(n => n < 2), [2, 1].toSorted()[0], [1].with(0, 3)[0], structuredClone({ a: 4 }).a, 'a'.isWellFormed(), /[a--b]/v.test('b')].join()",
      ),
      "'1,1,3,4,true,false'",
    );
    for (const code of ['new Set([1]).union(new Set([2]))', 'Promise.withResolvers()', 'new DisposableStack()']) {
      const { replies } = await session.execute(code);
      assert.match(replies[0].ename, /^TS(2339|2550|2304|2552|2583)$/, code);
    }
  });

  it('shows a runtime error with cell, line and the line itself', async () => {
    const { replies, messages } = await session.execute(
      'interface Row { a: number }\nfunction deep(row: Row): number {\n  throw new RangeError(`${row.a} is too far`);\n}\ndeep({ a: 7 });',
    );
    const error = messages[0].find(({ type }) => type === 'error')!.content;
    assert.equal(error.ename, 'RangeError');
    assert.equal(error.evalue, '7 is too far');
    assert.equal(replies[0].ename, 'RangeError');
    const traceback = bare(error.traceback.join('\n'));
    assert.match(traceback, /In\[\d+\]:3/);
    assert.match(traceback, /---> 3 {3}throw new RangeError/);
    assert.match(traceback, /In\[\d+\]:5:1/);
    assert.doesNotMatch(traceback, /dist\/kernel|node:/);
  });

  it('shows a type error with its number and line', async () => {
    const { messages } = await session.execute("const fine = 1;\nconst wrong: number = 'text';");
    const error = messages[0].find(({ type }) => type === 'error')!.content;
    assert.equal(error.ename, 'TS2322');
    assert.match(bare(error.traceback.join('\n')), /In\[\d+\]:2:7[^]*---> 2 const wrong: number = 'text';/);
  });

  for (const [what, code, place, words, text] of [
    [
      'a variable',
      "const two = 2;\nconst wrong: number = 'text';",
      '2:7',
      '`wrong` is a string, expected a number',
      /^Type 'string' is/,
    ],
    [
      'a rank',
      "import { tf } from 'cnn-kit';\nconst square: tf.Tensor4D = tf.zeros([2, 3]) as tf.Tensor2D;",
      '2:7',
      '`square` is a tensor of rank 2, expected a tensor of rank 4',
      /^Type 'Tensor2D' is/,
    ],
    [
      'a call',
      'const twice = (a: number) => 2 * a;\ntwice(1, 2);',
      '2:10',
      '`twice` is given 2 arguments, expected 1',
      /^Expected 1 arg/,
    ],
    [
      'an import',
      "import { loadCifar10 } from 'cnn-kit';",
      '1:10',
      'cnn-kit has no `loadCifar10`; did you mean `cifar10`?',
      /^Module '"cnn-kit"' has no/,
    ],
  ] as const)
    it(`says the type error of ${what} in the field's words first, then in TypeScript's`, async () => {
      const { messages } = await session.execute(code);
      const { evalue, traceback } = messages[0].find(({ type }) => type === 'error')!.content;
      assert.equal(evalue, words);
      const [first, second] = bare(traceback.join('\n')).split('\n');
      assert.match(first, /^TypeError TS\d+ In\[\d+\]:/);
      assert.ok(first.endsWith(`:${place}: ${words}`), first);
      assert.match(second, text);
    });

  it('knows the type of a value whose type no cell has named', async () => {
    await session.run("import { profile as count, vgg } from 'cnn-kit';");
    await session.run("const counted = count(() => vgg('A'));");
    assert.equal(await session.value("counted.rows.filter(({ name }) => name === 'fc6').length"), '1');
  });

  it('takes names that its own code has, too', async () => {
    await session.run('let live = 1, stop = 2, box = 3, whole = 4, settle = 5, interrupt = 6, value = 7;');
    await session.run(
      'for (let i = 0; i < 2; i++) { live++; stop++; box++; whole++; settle++; interrupt++; value++; }',
    );
    assert.equal(await session.value('[live, stop, box, whole, settle, interrupt, value].join()'), "'3,4,5,6,7,8,9'");
  });

  it('maps errors within an imported local file, and notices an edit without a restart', async () => {
    const file = path.join(folder, 'shapes.ts');
    const write = (text: string): void => fs.writeFileSync(file, text);
    write(
      'export interface Side { length: number }\n\nexport function area(side: Side): number {\n  throw new Error(`no area of ${side.length}`);\n}\n',
    );
    const { messages } = await session.execute("import { area } from '../shapes';\narea({ length: 2 });");
    const traceback = bare(messages[0].find(({ type }) => type === 'error')!.content.traceback.join('\n'));
    assert.match(traceback, /shapes\.ts:4/);
    assert.match(traceback, /---> 4 {3}throw new Error/);
    assert.match(traceback, /In\[\d+\]:2/);

    write('export function area(side: number): number {\n  return side * side;\n}\n');
    assert.equal(await session.value("import { area } from '../shapes.ts';\narea(3)"), '9');
    write('export function area(side: number): string {\n  return side;\n}\n');
    const broken = await session.execute("import { area } from '../shapes';\narea(3)");
    assert.match(bare(broken.replies[0].traceback.join('\n')), /shapes\.ts:2:3/);
  });

  it('names the place in the TypeScript where a cell catches an error itself, and its name in local files', async () => {
    const stack =
      'interface Row { a: number }\n\nfunction fails(row: Row): void {\n  throw new Error(`on line ${4 * row.a}`);\n}\n';
    const shown = await session.run(
      `${stack}try { fails({ a: 1 }); } catch (error) { console.log((error as Error).stack!.split('\\n').slice(0, 3).join('|')); }`,
    );
    assert.match(printed(shown), /^Error: on line 4\|    at fails \(In\[\d+\]:4:9\)\|    at In\[\d+\]:6:7\n$/);
    fs.writeFileSync(path.join(folder, 'fails.ts'), `export ${stack.replace('\n\n', '\n\nexport ')}`);
    const local = await session.run(
      "import { fails as localFails } from '../fails';\ntry { localFails({ a: 1 }); } catch (error) { console.log((error as Error).stack!.split('\\n')[1]); }",
    );
    assert.match(printed(local), /at fails \(\.\.\/fails\.ts:4:9\)|at .*fails \(\.\.\/fails\.ts:4:9\)/);
  });

  for (const [what, code, ename] of [
    ['a stack that is no text', "throw Object.assign(new Error('x'), { stack: 42 });", 'Error'],
    ['a stack that throws', "throw Object.defineProperty(new Error('x'), 'stack', { get() { throw 1; } });", 'Error'],
    ['a name that is no text', "throw Object.assign(new Error('x'), { name: Symbol('odd') });", 'Symbol(odd)'],
    ['a message that throws', "throw Object.defineProperty(new Error(), 'message', { get() { throw 1; } });", 'Error'],
    ['a proxy that throws', 'throw new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 1; } });', 'Thrown'],
    ['nothing', 'throw undefined;', 'Thrown'],
    [
      'a list of call sites',
      "const before = Error.prepareStackTrace; Error.prepareStackTrace = (_, sites) => sites;\ntry { JSON.parse('{'); } finally { setTimeout(() => (Error.prepareStackTrace = before)); }",
      'SyntaxError',
    ],
  ]) {
    it(`shows an error that has ${what}, thrown now and later, and goes on`, async () => {
      const { replies } = await session.execute(code);
      assert.equal(replies[0].ename, ename);
      const late = await session.run(
        `setTimeout(() => { ${code} }, 5); await new Promise(resolve => setTimeout(resolve, 100));`,
      );
      assert.match(bare(printed(late, 'stderr')), new RegExp(ename.replace(/\W/g, '\\$&')));
      assert.equal(await session.value('1 + 1'), '2');
    });
  }

  it('keeps the names that were declared before an error, and their older values after it', async () => {
    await session.run('let first = 1; const second = [1]; let later = 5; const held = 7; const readHeld = () => held;');
    const { replies } = await session.execute(
      "first = 2; const third = 3; throw new Error('x'); const fourth = 4; const held = 8; const again = () => held;",
    );
    assert.equal(replies[0].status, 'error');
    assert.equal(await session.value('[first, second[0], third]'), '[ 2, 1, 3 ]');
    assert.equal(await session.value('held'), '7');
    const unset = await session.execute('fourth');
    assert.equal(unset.replies[0].ename, 'ReferenceError');
    assert.match(unset.replies[0].evalue, /fourth has no value/);
  });

  it('keeps declarations of every kind over the cells after them', async () => {
    await session.run(
      'namespace Units { export const mega = 1e6; }\nenum Kind { First = 1 }\nclass Held { n = 2; }\ninterface Sized { n: number }\ntype Pair = [Sized, Held];\nfunction three(): number { return 3; }\nconst { four } = { four: 4 };',
    );
    for (let i = 0; i < 3; i++) await session.run(`const between${i} = ${i};`);
    assert.equal(
      await session.value(
        'const pair: Pair = [{ n: 1 }, new Held()]; [Units.mega, Kind.First, pair[1].n, three(), four].join()',
      ),
      "'1000000,1,2,3,4'",
    );
  });

  it('calls functions of earlier cells with the `this` that they have in their own', async () => {
    const own = 'this === undefined || this === globalThis';
    await session.run(
      `const whoami = function (this: unknown, ..._: unknown[]) { return ${own}; }; const holder = { whoami, self() { return this === holder; } };`,
    );
    assert.equal(
      await session.value('[whoami(), whoami?.(), whoami``, holder.whoami(), holder.self()].join()'),
      "'true,true,true,false,true'",
    );
  });

  it('reads a call of require in a text or a comment as what it is', async () => {
    assert.equal(await session.value('const lesson = \'const x = require("no-such-package")\'; lesson.length'), '36');
    assert.equal(await session.value('// once this was require("no-such-package")\n2'), '2');
    assert.equal(await session.value("try { require('no-such-package'); } catch { 'caught' }\n'caught'"), "'caught'");
  });

  for (const [exported, use, value] of [
    ['export function area(side: number): number { return side * side; }', 'area(3)', '9'],
    ['export default class Shape { sides = 3; }', 'new Shape().sides', '3'],
    ['export const edge = 4,\n  corner = 5;', 'edge + corner', '9'],
    ['const inner = 6;\nexport { inner };', 'inner', '6'],
    [
      'export interface Sides { count: number }\nexport type Count = Sides["count"];\nexport enum Way { Up = 7 }',
      'const count: Count = Way.Up; count',
      '7',
    ],
    ['export async function later() { return 8; }', 'await later()', '8'],
    ["export { join as joined } from 'node:path';", "joined('a', 'b')", "'a/b'"],
    ["export * as paths from 'node:path';", "paths.basename('/a/b')", "'b'"],
    ["export * from 'node:path';", '9', '9'],
    ["export import names = require('node:path');", "names.extname('a.b')", "'.b'"],
    ['const original = 10;\nexport { original as renamed };', 'original', '10'],
  ]) {
    it(`takes a pasted ${exported.split(/[ {;]/).slice(0, 3).join(' ')} as a cell's own`, async () => {
      await session.run(exported);
      assert.equal(await session.value(use), value);
    });
  }

  for (const [exported, value] of [
    ['export default class { n = 1 }', 'class (anonymous)'],
    ['export default function () { return 1; }', '() => number'],
    ['export default { a: 1 };', '{ a: 1 }'],
    ['export default (n: number) => n;', '(n: number) => number'],
    ['(n: number) => n', '(n: number) => number'],
    ['#!/usr/bin/env node\n5', '5'],
  ]) {
    it(`gives the value of ${exported.split('\n')[0]}`, async () => assert.equal(await session.value(exported), value));
  }

  it('takes the parameters that papermill writes for Python', async () => {
    await session.run('let rounds = 3, label = "none";');
    await session.run(
      '# Parameters\nrounds = 5\nlabel = "None \\"of\\" True"\nflags = [True, None, 0.5]\nsizes = {"a": [1, 2]}\nlimit = float(\'inf\')\n',
    );
    assert.equal(
      await session.value('JSON.stringify([rounds, label, flags, sizes.a[1], limit > 1e9])'),
      `'[5,"None \\\\"of\\\\" True",[true,null,0.5],2,true]'`,
    );
  });

  it('keeps what is declared to be global, and what var declares in a block', async () => {
    await session.run(
      'declare global { interface Array<T> { second(): T } var tally: number }\nArray.prototype.second = function () { return this[1]; }; globalThis.tally = 4;',
    );
    assert.equal(await session.value('[1, 2].second() + tally'), '6');
    await session.run(
      "for (var turn = 0; turn < 3; turn++) { var inner = { turn }; }\nif (turn) { var text = 'a'; }\ntry { var halves = (n: number) => n / 2; } finally { }",
    );
    await session.run('const between = 1;');
    assert.equal(await session.value('[turn, inner.turn, text.toUpperCase(), halves(8)].join()'), "'3,2,A,4'");
    assert.equal(await session.value('[3, 5].second() + tally'), '9');
  });

  it('knows where it is by import.meta, in cells and files, and in functions of earlier cells', async () => {
    const notebooks = path.join(folder, 'notebooks');
    fs.writeFileSync(path.join(folder, 'place.ts'), 'export const place = [import.meta.dirname, import.meta.url];\n');
    await session.run('const where = () => import.meta.dirname;');
    assert.equal(
      await session.value(
        "import { place } from '../place';\n[where(), ...place, import.meta.resolve('./a b.js'), __dirname].join('|')",
      ),
      `'${[notebooks, folder, `${pathToFileURL(folder).href}/place.ts`, `${pathToFileURL(notebooks).href}/a%20b.js`, notebooks].join('|')}'`,
    );
  });

  it('ends when all jobs that it queued have run', async () => {
    const shown = await session.run(
      '(async () => { for (let i = 0; i < 50; i++) await null; console.log("job"); throw new Error("in a job"); })(); 0',
    );
    assert.deepEqual(
      shown.map(({ type, content }) => content.name ?? type),
      ['stdout', 'stderr', 'execute_result'],
    );
  });

  it('keeps a value whose type has no name that can be written', async () => {
    assert.equal(await session.value("const files = await import('node:fs'); typeof files.readFileSync"), "'function'");
    assert.equal(await session.value("files.existsSync('/no/such/file')"), 'false');
    assert.equal(
      await session.value('const Hidden = class { private n = 1; get() { return this.n; } }; new Hidden().get()'),
      '1',
    );
    assert.equal(await session.value('new Hidden().get()'), '1');
  });

  it('shows what child processes print where they share its streams', async () => {
    await session.run("import * as processes from 'node:child_process';");
    for (const [code, name] of [
      ["processes.execSync('echo shared', { stdio: 'inherit' });", 'stdout'],
      ["processes.spawnSync('echo', ['shared'], { stdio: 'inherit' });", 'stdout'],
      ["processes.execFileSync('sh', ['-c', 'echo shared >&2'], { stdio: ['ignore', 'pipe', 'inherit'] });", 'stderr'],
      [
        "await new Promise(done => processes.spawn('echo', ['shared'], { stdio: [0, 1, 2] }).on('close', done));",
        'stdout',
      ],
      ["processes.execSync('echo shared >&2');", 'stderr'],
    ]) {
      assert.equal(printed(await session.run(code), name), 'shared\n', code);
    }
    assert.equal(await session.value("processes.execSync('echo mine').toString()"), "'mine\\n'");
  });

  it('puts together a character that comes in two pieces', async () => {
    const shown = await session.run(
      'const [first, second] = [[0xed, 0x95], [0x9c, 0x0a]].map(bytes => Uint8Array.from(bytes));\nprocess.stdout.write(first); await new Promise(resolve => setTimeout(resolve, 100)); process.stdout.write(second);',
    );
    assert.equal(printed(shown), '한\n');
  });

  it('shares variables between functions of one cell and code of another', async () => {
    await session.run('let total = 0; function add(n: number) { total += n; return total; }');
    await session.run('add(2); total = 10;');
    assert.equal(await session.value('add(1)'), '11');
    assert.equal(await session.value('total'), '11');
  });

  it('awaits at the top level: parentheses, brackets, for await', async () => {
    const shown = await session.run(
      "await (new Promise(resolve => setTimeout(resolve, 5)));\nawait [1];\nasync function* numbers() { yield 1; yield 2; }\nfor await (const n of numbers()) console.log(n);\nawait (async () => 'done')()",
    );
    assert.equal(printed(shown), '1\n2\n');
    assert.equal(shown.at(-1)!.content.data['text/plain'], "'done'");
  });

  it('delivers 20,000 lines of one cell, in order, and ends it', async () => {
    const shown = await session.run("for (let i = 0; i < 20000; i++) console.log('line', i);");
    const lines = printed(shown).trimEnd().split('\n');
    assert.equal(lines.length, 20_000);
    assert.ok(lines.every((line, i) => line === `line ${i}`));
  });

  it('puts late output into the cell that caused it', async () => {
    const { messages } = await session.execute("setTimeout(() => console.log('late'), 300);", {
      more: ["await new Promise(resolve => setTimeout(resolve, 600)); console.log('second');"],
    });
    assert.equal(printed(messages[0]), 'late\n');
    assert.equal(printed(messages[1]), 'second\n');
  });

  it('survives a throw in a timer and a rejection that no one handles, and shows both', async () => {
    const shown = await session.run(
      "setTimeout(() => { throw new Error('in a timer'); }, 5);\nvoid Promise.reject(new Error('unheard'));\nawait new Promise(resolve => setTimeout(resolve, 100));",
    );
    assert.match(bare(printed(shown, 'stderr')), /in a timer[^]*In\[\d+\]:1/);
    assert.match(bare(printed(shown, 'stderr')), /Unhandled rejection: Error: unheard/);
    assert.equal(await session.value('1 + 1'), '2');
  });

  it('aborts what was queued behind a failing cell, and runs what comes after', async () => {
    const { replies } = await session.execute("await 1; throw new Error('first')", { more: ['console.log(2)', '3'] });
    assert.deepEqual(
      replies.map(({ status }) => status),
      ['error', 'aborted', 'aborted'],
    );
    assert.equal(await session.value('4'), '4');
  });

  it('runs what is queued if the client says so', async () => {
    const { replies } = await session.execute("throw new Error('first')", { more: ['5'], stop_on_error: false });
    assert.deepEqual(
      replies.map(({ status }) => status),
      ['error', 'ok'],
    );
  });

  it('asks for a line, and refuses where no one can answer', async () => {
    await session.run("import { input } from 'cnn-kit';");
    const shown = await session.run("console.log('hello ' + (await input('name? ')))", { answer: 'Ada' });
    assert.equal(printed(shown), 'hello Ada\n');
    const { replies } = await session.execute("await input('name? ')");
    assert.match(replies[0].evalue, /answers no questions/);
  });

  it('shows a bundle of several kinds, updates it in place and clears it', async () => {
    await session.run("import { display } from 'cnn-kit';");
    const shown = await session.run(
      "const handle = display({ 'text/html': '<b>1</b>', 'text/plain': '1' });\nhandle.update({ 'text/plain': '2' });\ndisplay.clear({ wait: true });\nhandle",
    );
    assert.deepEqual(
      shown.map(({ type }) => type),
      ['display_data', 'update_display_data', 'clear_output'],
    );
    assert.deepEqual(shown[0].content.data, { 'text/html': '<b>1</b>', 'text/plain': '1' });
    assert.equal(shown[1].content.transient.display_id, shown[0].content.transient.display_id);
    assert.equal(shown[2].content.wait, true);
  });

  it('opens comms both ways', async () => {
    const shown = await session.run(
      "import { comm } from 'cnn-kit';\nconst widget = comm.open('slider', { data: { value: 1 } });\nwidget.onMessage = ({ data }) => widget.send({ data: { echo: data.value } });",
    );
    const opened = shown.find(({ type }) => type === 'comm_open')!.content;
    assert.equal(opened.target_name, 'slider');
    assert.deepEqual(opened.data, { value: 1 });
    const answers = await session.request<{ type: string; content: Record<string, any> }[]>('comm', {
      type: 'comm_msg',
      content: { comm_id: opened.comm_id, data: { value: 5 } },
    });
    assert.deepEqual(
      answers.map(({ content }) => content.data),
      [{ echo: 5 }],
    );

    await session.run(
      "comm.onOpen('from-browser', (opened, { data }) => { opened.send({ data: { got: data } }); opened.close(); });",
    );
    const both = await session.request<{ type: string; content: Record<string, any> }[]>('comm', {
      type: 'comm_open',
      content: { comm_id: 'abc', target_name: 'from-browser', data: 'x' },
    });
    assert.deepEqual(
      both.map(({ type }) => type),
      ['comm_msg', 'comm_close'],
    );
    const unknown = await session.request<{ type: string }[]>('comm', {
      type: 'comm_open',
      content: { comm_id: 'abd', target_name: 'nobody', data: {} },
    });
    assert.deepEqual(
      unknown.map(({ type }) => type),
      ['comm_close'],
    );
  });

  it('completes and explains our own names', async () => {
    await session.run("import { alexnet, fit } from 'cnn-kit';");
    const { matches } = await session.request<{ matches: string[] }>('ask', {
      method: 'complete',
      code: 'alexnet({ cla',
    });
    assert.ok(matches.includes('classes'), String(matches));
    const page = await session.request<{ data: Record<string, string> }>('ask', {
      method: 'inspect',
      code: 'fit',
      cursor_pos: 2,
    });
    assert.match(page.data['text/markdown'], /Trains `model`/);
    assert.match(page.data['text/plain'], /fit\(model: .*LayersModel/);
  });

  it('explains the call around the cursor, with its current parameter and the name there', async () => {
    await session.run(
      "import { cifarNet, fit, lectureImages } from 'cnn-kit';\nconst small = cifarNet({ widths: [8, 8, 16] }), few = lectureImages({ split: 'train', count: 8 });\n" +
        '/**\n * Scales a number.\n * @param value what is scaled\n * @param by the factor\n */\nfunction scale(value: number, by = 2): number { return value * by; }',
    );
    await session.run('const between2 = 1;');
    for (const [code, ...wanted] of [
      ['scale(|', /▸ value: number/, /what is scaled/, /Scales a number/],
      ['scale(3, |)', /  value: number,\n▸ by\?: number/, /by: the factor/],
      ['scale(between2|, 3)', /▸ value: number/, /const between2: 1/],
      ['fit(small, |', /▸ set: ImageSet/, /Trains `model`/],
      ['fit(small, few, { epo|chs: 1 })', /▸ options/, /epochs/],
      ['[1].map(|', /▸ callbackfn/],
      ['new Map(|', /Map/, /more ways? to call it/],
    ] as [string, ...RegExp[]][]) {
      const position = code.indexOf('|');
      const page = await session.request<{ data: Record<string, string> }>('ask', {
        method: 'inspect',
        code: code.replace('|', ''),
        cursor_pos: position,
      });
      for (const pattern of wanted) assert.match(page.data['text/plain'] ?? '', pattern, code);
    }
  });

  it('shows an example of every function that the lectures use most, and the text of an option', async () => {
    const names = [
      ...['architectureDiagram', 'alexnet', 'barChart', 'check', 'cifarNet', 'display', 'experiment', 'fit'],
      ...['imageGrid', 'images', 'lectureImages', 'lineChart', 'profile', 'provenance', 'question', 'ready', 'resnet'],
      ...['shippedExperiment', 'slideFigure', 'table'],
    ];
    const shown = async (code: string, position: number): Promise<string> => {
      const request = { method: 'inspect', code, cursor_pos: position };
      const { data } = await session.request<{ data: Record<string, string> }>('ask', request);
      return data['text/plain'] ?? '';
    };
    for (const name of names) {
      const code = `import * as kit from 'cnn-kit';\nkit.${name}(`;
      const text = await shown(code, code.length);
      assert.match(text, new RegExp(`@example .*\\b${name}\\(`), text);
    }
    const option = "import * as kit from 'cnn-kit';\nkit.fit(null!, null!, { epochs: 3 })";
    assert.match(await shown(option, option.indexOf('epochs') + 2), /Passes over the set/);
  });

  it('completes options within a call, and names and packages of an import', async () => {
    for (const [code, match] of [
      ['fit(small, few, { ep|', 'epochs'],
      ['fit(small, few, { epochs: 1, lear| })', 'learningRate'],
      ["import { fi| } from 'cnn-kit'", 'fit'],
      ["import fs from 'node:f|'", 'node:fs'],
      ["import { fit } from 'cnn|'", 'cnn-kit'],
    ]) {
      const position = code.indexOf('|');
      const { matches } = await session.request<{ matches?: string[] }>('ask', {
        method: 'complete',
        code: code.replace('|', ''),
        cursor_pos: position,
      });
      assert.ok(matches?.includes(match), `${code}: ${matches?.slice(0, 5).join()}`);
    }
  });

  it('counts code points, not UTF-16 units, in a completion', async () => {
    const code = "'🐈'; Number.isSafeInt";
    const reply = await session.request<Record<string, any>>('ask', { method: 'complete', code });
    assert.deepEqual([reply.matches, reply.cursor_start, reply.cursor_end], [['isSafeInteger'], 12, 21]);
  });

  it('imports packages: CommonJS, and ES modules only', async () => {
    assert.equal(await session.value("import semver from 'semver'; semver.major('3.2.1')"), '3');
    assert.match((await session.value("import { mean } from 'd3-array'; mean([1, 3])"))!, /^2$/);
  });

  it('restarts: names are gone, cells run', async () => {
    await session.run('const before = 1;');
    await session.request('restart');
    const { replies } = await session.execute('before');
    assert.equal(replies[0].ename, 'TS2304');
    assert.equal(await session.value('2'), '2');
  });

  it('ends with the status that a cell asks for, after all that it printed', async () => {
    const other = await Session.start(path.join(folder, 'notebooks'));
    const { messages, status } = await other.request<{ messages: Shown[]; status: number }>('last', {
      code: "console.log('at last'); process.exit(3);",
    });
    assert.deepEqual([printed(messages), status], ['at last\n', 3]);
    const said = messages.find(({ type }) => type === 'error')!.content;
    assert.match(said.evalue, /ended the kernel with process\.exit\(3\)/);
    await other.end();
  });

  it('ends when whoever started it is gone, also while a cell runs', async () => {
    const other = await Session.start(path.join(folder, 'notebooks'));
    const id = await other.request<number>('pid');
    await other.run('setTimeout(() => { for (;;); }, 100);');
    other.kill();
    await ended(id);
  });
});
