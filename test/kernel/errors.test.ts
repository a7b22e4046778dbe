/** Errors as a student sees them: the student's own line first, and nothing that cannot be shown. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { seeded } from '../../src/base/random';
import '../../src/node';
import { newSeed } from '../../src/harness/functions';
import { toCellError } from '../../src/kernel/evaluation/errors';
import { showOriginalPlaces } from '../../src/kernel/evaluation/stack';
import { nodePlatform as platform } from '../../src/kernel/node/platform';
import { ROOT } from '../../src/node/root';
import { hostile, hostileFormat } from './hostileErrors';
import { printed, Session, type Shown } from './session';

const bare = (text: string): string => text.replace(/\x1b\[\d+m/g, '');
/** What compilers, the kernel and the folders of packages are called inside. */
const INSIDE = /\$\$|cnn_kit_1|import_cnn_kit|tsLastExpr|__tslab__|node_modules|\bdist\/|node:internal|evalmachine/;
const folder = path.join(ROOT, '.cache', 'kernel-errors');

const deep = (depth: number): string => 'tf.tidy(() => '.repeat(depth) + 'fail()' + ')'.repeat(depth);

/** Each marked place is to be the first that is shown. */
const CASES: [what: string, code: string][] = [
  [
    '40 calls deep in TensorFlow.js',
    `const fail = () => {\n  return tf.matMul(tf.ones([2, 3]), tf.ones([4, 5])); // here\n};\n${deep(40)};`,
  ],
  [
    'an assertion of TensorFlow.js',
    'const x = 1;\ntf.conv2d(tf.ones<tf.Rank.R4>([1, 8, 8, 3]), tf.ones<tf.Rank.R4>([3, 3, 64, 8]), 1, "same"); // here',
  ],
  ['a status of TensorFlow', '\n\ntf.ones([2, 3]).reshape([7]); // here'],
  ['a refusal of the kit', 'profile(\n  7 as any); // below'],
  ['a gradient', 'const f = (x: tf.Tensor) =>\n  x.reshape([5]); // here\ntf.grad(f)(tf.ones([2, 2]));'],
  [
    'a recursion',
    'function down(n: number): number {\n  if (!n) throw new Error("x"); // here\n  return down(n - 1) + 1;\n}\ndown(200);',
  ],
  ['a recursion without an end', 'function on(n: number): number {\n  return on(n + 1) + 1; // around\n}\non(0);'],
  ["a sort's comparison", '\n[3, 1].sort(() => { throw new Error("x"); }); // here'],
  ["JSON's toJSON", 'JSON.stringify({\n  toJSON() { throw new Error("x"); }, // here\n});'],
  ['an assertion', "import assert from 'node:assert/strict';\nassert.deepEqual({ a: 1 }, { a: 2 }); // here"],
  [
    'an event emitter',
    "import { EventEmitter } from 'node:events';\nconst emitter = new EventEmitter();\nemitter.on('x', () => {\n  throw new RangeError('x'); // here\n});\nemitter.emit('x');",
  ],
  [
    "an emitter's error event",
    "import { EventEmitter } from 'node:events';\nnew EventEmitter().emit('error',\n  new Error('x')); // here",
  ],
  ['after an await', 'async function late() {\n  await null;\n  throw new Error("x"); // here\n}\nawait late();'],
  ['a file that is not there', "import fs from 'node:fs';\nawait 1;\nawait fs.promises.readFile('/nowhere'); // here"],
  [
    'a promise of several',
    'const slow = new Promise((_, reject) => setTimeout(() => {\n  reject(new Error("x")); // here\n}, 5));\nawait Promise.all([slow]);',
  ],
  ['any of several promises', 'await Promise.any([\n  Promise.reject(new Error("one"))]); // here'],
  ['a text', 'const a = 1;\nthrow "a text"; // here'],
  ['an object', 'const a = 1;\nthrow { code: 7 }; // here'],
  ['a rejection of nothing', '\nawait Promise.reject(undefined); // here'],
  ['a template', 'const s = `one\n${(null as any).foo} // here\n`;'],
  ['a chain of calls', 'const x7: any = null;\nx7\n  .foo // here\n  .bar();'],
  ['a field of a class', 'class A {\n  b = (null as any).c; // here\n}\nnew A();'],
  ['a getter', 'const o = {\n  get b(): number {\n    throw new Error("x"); // here\n  },\n};\no.b'],
  ['a generator', 'function* g() {\n  yield 1;\n  throw new Error("x"); // here\n}\nfor (const v of g()) void v;'],
  ['a namespace', 'enum E { A = 1 }\nnamespace N {\n  export const q = (null as any).z; // here\n}'],
  ['a member that is not there', '\n(tf as any).conv3000(1); // here'],
  ['a name without a value', 'const set = 1;\nconsole.log(unset); // here'],
  ['how a value shows itself', "({\n  [Symbol.for('Jupyter.display')]() { throw new Error('x'); }, // here\n})"],
  ['the last expression', 'const last: any = null;\nlast.foo // here'],
];

describe('errors in the kernel', function () {
  this.timeout(300_000);
  let session: Session;

  before(async () => {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(path.join(folder, 'notebooks'), { recursive: true });
    session = await Session.start(path.join(folder, 'notebooks'));
    await session.run("import { fit, profile, tf } from 'cnn-kit';");
    await session.execute("throw new Error('before'); const unset = 1;");
  });
  after(() => session?.end());

  /** The line that the code marks as the one that throws, or the one above the mark. */
  const expectOwnLine = (traceback: string, code: string): void => {
    const lines = code.split('\n');
    const marked = lines.findIndex(line => /\/\/ (here|below|around)/.test(line));
    const line = /\/\/ below/.test(lines[marked]) ? marked : marked + 1;
    const found = /In\[\d+\]:(\d+)\n[^]*?---> \d+ (.*)/.exec(traceback);
    assert.equal(Number(found?.[1]), line, traceback);
    assert.equal(found![2], lines[line - 1], traceback);
    assert.doesNotMatch(traceback, INSIDE);
    assert.ok((traceback.match(/ frames? in /g) ?? []).length <= 1, traceback);
  };

  for (const [what, code] of CASES) {
    it(`shows the line of the cell first: ${what}`, async () => {
      const { messages } = await session.execute(code);
      const error = messages[0].find(({ type }) => type === 'error')!.content;
      expectOwnLine(bare(error.traceback.join('\n')), code);
      assert.doesNotMatch(error.evalue, INSIDE);
    });
  }

  for (const [what, begin, end] of [
    ['a timer', 'setTimeout(() => {', '}, 5);'],
    ['a microtask', 'queueMicrotask(() => {', '});'],
    ['a tick', 'process.nextTick(() => {', '});'],
    ['a promise that no one waits for', 'void Promise.resolve().then(() => {', '});'],
    ['an async function that no one waits for', 'void (async () => {\n  await null;', '})();'],
  ])
    for (const [thrown, call] of [
      ['an error', "throw new Error('late');"],
      ['TensorFlow', 'tf.matMul(tf.ones([2, 3]), tf.ones([4, 5]));'],
      ['a text', "throw 'late';"],
    ])
      it(`shows the line of the cell first, late: ${thrown} in ${what}`, async () => {
        const code = `const late = 1;\n${begin}\n  ${call} // here\n${end}\nawait new Promise(resolve => setTimeout(resolve, 80));`;
        expectOwnLine(bare(printed(await session.run(code), 'stderr')), code);
      });

  it('folds the frames of libraries into one line, and shows them beside it to whoever opens them', async () => {
    const { messages } = await session.execute('tf.matMul(tf.ones([2, 3]), tf.ones([4, 5]));');
    const at = messages[0].findIndex(({ type }) => type === 'error');
    const traceback = bare(messages[0][at].content.traceback.join('\n'));
    assert.match(traceback, /\n {4}… \d+ frames in cnn-kit and TensorFlow\.js$/);
    const html = messages[0][at + 1].content.data['text/html'] as string;
    assert.match(
      html,
      /^<details><summary>.*<\/summary><pre>[^]*@tensorflow\/tfjs-core:\d+:\d+[^]*<\/pre><\/details>$/,
    );
    assert.doesNotMatch(html, INSIDE);
    const plain = await session.execute("throw new Error('<b>');");
    assert.deepEqual(
      plain.messages[0].filter(({ type }) => type === 'display_data'),
      [],
    );
  });

  it('shows causes and errors of several with their own lines, each once, however they hang together', async () => {
    const code = `const first = new Error('first');
const second = new Error('second', { cause: first });
first.cause = second;
throw new AggregateError([second, 'text'], 'several');`;
    const { replies } = await session.execute(code);
    const traceback = bare(replies[0].traceback.join('\n'));
    assert.match(
      traceback,
      /several\nIn\[\d+\]:4\n[^]*error 1 of 2:\nError: second\nIn\[\d+\]:2\n[^]*caused by:\nError: first\nIn\[\d+\]:1\n/,
    );
    assert.match(traceback, /caused by: an error that is shown above[^]*error 2 of 2:\nThrown: 'text'/);
  });

  it('names the line in a local file, also of one in JavaScript', async () => {
    fs.writeFileSync(path.join(folder, 'plain.cjs'), '\nexports.fails = () => {\n  throw new Error("in plain");\n};\n');
    const { replies } = await session.execute("const plain: any = require('../plain.cjs');\nplain.fails();");
    const traceback = bare(replies[0].traceback.join('\n'));
    assert.match(traceback, /\.\.\/plain\.cjs:3\n[^]*---> 3 {3}throw new Error\("in plain"\);[^]*In\[\d+\]:2:7/);
  });

  it('names places of the TypeScript where an error is caught and printed, and the names that were typed', async () => {
    const fails = 'interface Row { a: number }\nfunction fails(): void {\n  (tf as any).conv3000(1);\n}\n';
    for (const print of [
      'console.log(error)',
      'console.error(error)',
      "console.log(require('node:util').inspect(error))",
      'console.log((error as Error).stack)',
      "console.log(new Error('outer', { cause: error }))",
      'console.log({ inside: error })',
      'throw error',
    ]) {
      const { messages } = await session.execute(`${fails}try { fails(); } catch (error) { ${print}; }`);
      const shown = (type: string): Shown[] => messages[0].filter(message => message.type === type);
      const text =
        printed(shown('stream')) +
        printed(shown('stream'), 'stderr') +
        shown('error')
          .map(({ content }) => bare(content.traceback.join('\n')))
          .join('');
      assert.match(text, /tf\.conv3000 is not a function/, print);
      assert.match(text, /at fails \(In\[\d+\]:3:15\)/, print);
      assert.doesNotMatch(text, INSIDE, print);
    }
    assert.equal(
      await session.value(
        'let said = ""; try { (tf as any).no(); } catch (error) { said = (error as Error).message; }\nsaid',
      ),
      "'tf.no is not a function'",
    );
  });

  it("knows the places also of an error whose stack a program writes its own way, and leaves it that program's", async () => {
    const { replies } = await session.execute(
      "const way = Error.prepareStackTrace;\nError.prepareStackTrace = (_, sites) => sites.length;\nconst counted = new Error('x');\nif (typeof counted.stack !== 'number') throw 0;\nthrow counted;",
    );
    assert.match(bare(replies[0].traceback.join('\n')), /Error: x\nIn\[\d+\]:3\n/);
    assert.match(
      String(await session.value("Error.prepareStackTrace = way;\nnew Error('y').stack")),
      /Error: y\\n {4}at In/,
    );
  });

  it('shows the own line in a check, with its text, and what the function was given', async () => {
    await session.run("import { check } from 'cnn-kit/dist/course/check';");
    const result = await session.value(
      "const norm = (x: any) => {\n  return x.nothing.y;\n};\nawait check('02-lrn', { localResponseNorm: norm }, 7)",
    );
    assert.match(
      result!,
      /✗ keeps the shape\n {4}In\[\d+\]:2: return x\.nothing\.y;\n {4}Cannot read .*\n {4}It was given localResponseNorm\(Tensor \[2, 3, 4, 6\] \(1, 1, /,
    );
    const wrong = await session.value("await check('02-lrn', { localResponseNorm: (x: any) => x }, 7)");
    assert.doesNotMatch(wrong!, /In\[/);
    assert.match(wrong!, /again: await check\('02-lrn', \{ localResponseNorm \}, 7\)/);
  });

  const seed = newSeed();
  it(`shows whatever is thrown, and ends (seed ${seed}; CNN_KIT_SEED repeats it)`, async () => {
    fs.copyFileSync(path.join(__dirname, 'hostileErrors.ts'), path.join(folder, 'hostileErrors.ts'));
    await session.run(
      "import { hostile, hostileFormat } from '../hostileErrors';\nconst formatBefore = Error.prepareStackTrace;",
    );
    // Lehmer's: the cell has no generator of ours.
    await session.run(
      `let state = ${(seed % 2147483646) + 1};\nconst draw = () => (state = (state * 48271) % 2147483647) / 2147483647;`,
    );
    for (let round = 0; round < 40; round++) {
      const { replies, messages } = await session.execute(
        'setTimeout(() => { throw hostile(draw); });\nvoid Promise.resolve().then(() => { throw hostile(draw); });\nError.prepareStackTrace = hostileFormat(draw) as any;\nawait new Promise(resolve => setTimeout(resolve, 2));\nthrow hostile(draw);',
      );
      assert.equal(replies[0].status, 'error', `round ${round}`);
      assert.ok(
        messages[0].some(({ type }) => type === 'error'),
        `round ${round}`,
      );
    }
    assert.equal(await session.value('Error.prepareStackTrace = formatBefore;\n1 + 1'), '2');
  });
});

describe('toCellError', () => {
  const source = { name: 'In[1]', maps: [], text: 'the only line', offset: 0 };
  const reader = { sourceOf: (file: string) => (file === 'In[1]' ? source : undefined), platform, cell: 'In[1]' };
  const seed = newSeed();

  it(`gives text of bounded length for whatever is thrown (seed ${seed}; CNN_KIT_SEED repeats it)`, () => {
    const random = seeded(seed);
    const { prepareStackTrace, stackTraceLimit } = Error;
    try {
      showOriginalPlaces(reader.sourceOf, platform);
      for (let round = 0; round < 1000; round++) {
        if (random() < 0.1) Object.assign(Error, { prepareStackTrace: hostileFormat(random) });
        const { ename, evalue, traceback, stacks } = toCellError(hostile(random), reader);
        for (const text of [ename, evalue, ...traceback, ...stacks])
          assert.equal(typeof text, 'string', `round ${round}`);
        assert.notEqual(ename, '', `round ${round}`);
        const { length } = JSON.stringify({ ename, evalue, traceback });
        assert.ok(length < 400_000, `${length} characters in round ${round}`);
      }
    } finally {
      Object.defineProperty(Error, 'prepareStackTrace', {
        value: prepareStackTrace,
        configurable: true,
        writable: true,
      });
      Error.stackTraceLimit = stackTraceLimit;
    }
  });
});
