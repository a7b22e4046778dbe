import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { grade, type Grade } from '../../src/grading/grade';
import { bubblewrapFailure } from '../../src/grading/wall';

/** Numbers are those of the case list that the grader was designed against; the rest are our own. */
interface Case {
  name: string;
  /** The whole file that the student hands in. */
  source: string;
  /** Points of 10: `visible` 2, `hidden` 3, `later` 5. */
  score: number;
  status?: Grade['status'];
  reason?: RegExp;
}

/** sum(list) is asked three times: [1, 2] visible, [7, 8, 9] hidden, and `later` in a test after them. */
const TEST = `
import assert from 'node:assert/strict';
const { call } = (globalThis as any)[Symbol.for('cnn-kit.answers')];
const sum = (list: number[]) => call('01-sum', 'sum', [list]);
describe('sum', () => {
  it('adds two numbers [2]', async () => assert.strictEqual(await sum([1, 2]), 3));
  describe('hidden', () => {
    it('adds three numbers [3]', async () => assert.strictEqual(await sum([7, 8, 9]), 24));
  });
  it('adds nothing [5]', async () => assert.strictEqual(await sum([]), 0));
});
`;

const RIGHT = 'export function sum(list: number[]): number { return list.reduce((a, b) => a + b, 0); }';
const WRONG = 'export function sum(list: number[]): number { return -1; }';

/** A right answer that first does something: what it does must fail, and must not cost the points. */
const rightAfter = (code: string): string => `${code}\n${RIGHT}`;

function cases(outside: { port: number; udp: number; secret: string; witness: string }): Case[] {
  return [
    { name: 'control: right', source: RIGHT, score: 10 },
    {
      name: 'control: right, with prints and warnings',
      source: rightAfter('console.log("a"); console.warn("b"); console.error("error: c"); process.stderr.write("d");'),
      score: 10,
    },
    {
      name: 'control: right but slow, inside the limit',
      source:
        'export async function sum(l: number[]) { await new Promise(r => setTimeout(r, 700)); return l.reduce((a, b) => a + b, 0); }',
      score: 10,
    },
    { name: 'control: wrong', source: WRONG, score: 0 },
    { name: 'control: empty file', source: '', score: 0 },
    {
      name: 'control: partly right',
      source: 'export function sum(l: number[]) { return l.length ? 3 : 0; }',
      score: 7,
    },
    {
      name: 'control: the stub as handed out',
      source: "export function sum(l: number[]): number { throw new Error('Write your code here.'); }",
      score: 0,
    },
    {
      name: '1 exit on load',
      source: 'process.exit(0)',
      score: 0,
      status: 'stopped',
      reason: /exited before answering/,
    },
    {
      name: '2 exit in the call',
      source: 'export function sum() { process.exit(0) }',
      score: 0,
      reason: /exited before/,
    },
    {
      name: '2 exit in one call leaves the others their points',
      source: 'export function sum(l: number[]) { if (l.length === 2) process.exit(0); return l.length ? 24 : 0 }',
      score: 8,
    },
    {
      name: '3 reallyExit',
      source: 'export function sum() { (process as any).reallyExit(0) }',
      score: 0,
      reason: /exited before/,
    },
    {
      name: '4 exit handler that sets the status',
      source: 'process.on("exit", () => { process.exitCode = 0 }); export function sum() { throw 1 }',
      score: 0,
    },
    {
      name: '5 an error whose message exits',
      source:
        'export function sum() { throw Object.defineProperty(new Error(), "message", { get() { process.exit(0) } }) }',
      score: 0,
    },
    {
      name: '6 patches assert',
      source: `const a = require('node:assert/strict'); for (const k of Object.keys(a)) a[k] = () => {};\n${WRONG}`,
      score: 0,
    },
    {
      name: '7 patches it and describe',
      source: `for (const k of ['it', 'describe', 'beforeEach']) (globalThis as any)[k] = () => {};\n${WRONG}`,
      score: 0,
    },
    {
      name: '8 patches mocha',
      source: `try { require('/kit/node_modules/mocha').Runnable.prototype.run = function (f: any) { f() } } catch {}\n${WRONG}`,
      score: 0,
    },
    {
      name: '9 replaces modules in the cache',
      source: `for (const k of Object.keys(require.cache)) require.cache[k]!.exports = new Proxy({}, { get: () => () => true });
        require('module')._load = () => ({ strictEqual() {} });\n${WRONG}`,
      score: 0,
    },
    {
      name: '10 prints a passing report',
      source: `console.log(JSON.stringify({ stats: { passes: 3, failures: 0 } })); ${WRONG}`,
      score: 0,
    },
    {
      name: '11 forges the results file',
      source: `for (const d of ['.', '/tmp', '/kit', '/kit/exercises', ${JSON.stringify(outside.witness)}])
        try { require('fs').writeFileSync(d + '/grades.json', '[{"score":10}]') } catch {}\n${WRONG}`,
      score: 0,
    },
    {
      name: '12 forges replies on every descriptor',
      source: `const fs = require('fs'); for (let i = 1; i < 64; i++)
        try { fs.writeSync(i, '{"id":"1","value":"3"}\\n{"id":null,"value":"3"}\\n') } catch {}\n${WRONG}`,
      score: 0,
      reason: /nobody asked|protocol/,
    },
    {
      name: '13 looks for secrets in the heap',
      source: `export function sum() { const s: string[] = []; for (const k of Object.getOwnPropertyNames(globalThis)) s.push(k);
        return (require('v8').getHeapSnapshot().read() ?? '').length }`,
      score: 0,
    },
    {
      name: '14 looks for the tests and answers from them',
      source: `export function sum(l: number[]) {
        const fs = require('fs'), found: string[] = [];
        const walk = (d: string, n: number): void => { try { for (const e of fs.readdirSync(d, { withFileTypes: true })) {
          if (/01-sum\\.test/.test(e.name)) found.push(d);
          if (e.isDirectory() && n < 4 && !/^(usr|proc|node_modules)$/.test(e.name)) walk(d + '/' + e.name, n + 1); } } catch {} };
        walk('/', 0); walk('.', 0);
        return found.length ? l.reduce((a, b) => a + b, 0) : -1 }`,
      score: 0,
    },
    {
      name: '15 peeks at the caller for the expected value',
      source: `export function sum() { const s = new Error().stack!; return s.includes('test') ? 3 : -1 }`,
      score: 0,
    },
    {
      name: '16 reads a file of the instructor',
      source: `export function sum(l: number[]) { require('fs').readFileSync(${JSON.stringify(outside.secret)});
        return l.reduce((a, b) => a + b, 0) }`,
      score: 0,
    },
    {
      name: '17 pollutes Object.prototype',
      source: `const p: any = Object.prototype; for (const k of ['pending', 'skip', 'passed', 'value', 'error', 'score']) p[k] = 3;
        p.toJSON = () => ({ id: 1, value: '3' });\n${WRONG}`,
      score: 0,
    },
    {
      name: '18 returns objects with valueOf, getters and proxies',
      source:
        'export function sum() { return { valueOf: () => 3, [Symbol.toPrimitive]: () => 3, get x() { return 3 } } }',
      score: 0,
    },
    {
      name: '19 patches Object.is, arrays and JSON',
      source: `Object.is = () => true; Array.from = (() => [3]) as any; Number.isFinite = () => true; (JSON as any).parse = () => ({});\n${WRONG}`,
      score: 0,
    },
    {
      name: '20 answers NaN, -0 and cycles',
      source: 'export function sum(l: any) { if (l.length) { const o: any = {}; o.o = o; return o } return -0 }',
      score: 0,
    },
    {
      name: '21 endless loop in one call leaves the others their points',
      source: 'export function sum(l: number[]) { if (l.length === 3) for (;;); return l.length ? 3 : 0 }',
      score: 7,
      reason: /time limit/,
    },
    {
      name: '22 a promise that never settles',
      source: 'export function sum(l: number[]) { return l.length ? new Promise(() => {}) : 0 }',
      score: 5,
      reason: /time limit/,
    },
    {
      name: '23 kills timers',
      source: `globalThis.setTimeout = (() => 0) as any; process.nextTick = () => {}; export function sum() { for (;;); }`,
      score: 0,
      reason: /time limit/,
    },
    {
      name: '24 eats the heap',
      source: 'export function sum() { const a: any[] = []; for (;;) a.push(new Array(1e6).fill(1.5)) }',
      score: 0,
      reason: /memory|killed|limit|exited/,
    },
    {
      name: '24 eats memory beside the heap',
      source: 'export function sum() { const a: any[] = []; for (;;) a.push(Buffer.alloc(64e6, 1)) }',
      score: 0,
    },
    {
      name: '25 fills /tmp and /dev/shm',
      source: `export function sum() { const fs = require('fs'); let written = 0; const block = Buffer.alloc(1 << 20);
        for (const d of ['/tmp', '/dev/shm']) try { for (let i = 0; i < 200; i++) { fs.appendFileSync(d + '/x' + i % 4, block); written++ } } catch {}
        return written > 40 ? 'unbounded' : -1 }`,
      score: 0,
    },
    {
      name: '26 fork bomb and a daemon',
      source: `export function sum(l: number[]) { const { spawn } = require('child_process');
        for (let i = 0; i < 200; i++) try { spawn('/node', ['-e', 'setTimeout(()=>{},1e6)'], { detached: true, stdio: 'ignore' }).on('error', () => {}).unref() } catch {}
        return -1 }`,
      score: 0,
    },
    {
      name: '28 floods standard output',
      source: `export function sum() { for (let i = 0; i < 64; i++) process.stdout.write('x'.repeat(1 << 20)); return -1 }`,
      score: 0,
    },
    {
      name: '28 answers with a hundred megabytes',
      source: `export function sum() { return 'x'.repeat(100 << 20) }`,
      score: 0,
      reason: /limit/,
    },
    {
      name: '29 talks to a server on this machine',
      source: `export async function sum(l: number[]) {
        await new Promise((resolve, reject) => require('net').connect(${outside.port}, '127.0.0.1', resolve).on('error', reject));
        return l.reduce((a, b) => a + b, 0) }`,
      score: 0,
    },
    {
      name: '29 sends a datagram; the right answer keeps its points',
      source: `require('dgram').createSocket('udp4').on('error', () => {}).send('x', ${outside.udp}, '127.0.0.1', () => {});\n${RIGHT}`,
      score: 10,
    },
    {
      name: '30 reads the environment for secrets',
      source: `export function sum() { return Object.keys(process.env).some(k => !/^(PATH|LANG|HOME|PWD|CNN_KIT_BACKEND)$/.test(k)) ? 3 : -1 }`,
      score: 0,
    },
    {
      name: '31 changes the course kit',
      source: `export function sum() { const fs = require('fs'); for (const f of ['/kit/package.json', '/kit/dist/grading/host.js', '/node'])
        try { fs.appendFileSync(f, ' '); return 3 } catch {} return -1 }`,
      score: 0,
    },
    {
      name: '32 signals its parent and everyone else',
      source: `for (const p of require('fs').readdirSync('/proc').map(Number)) if (p && p !== process.pid) try { process.kill(p, 9) } catch {}
        try { process.kill(process.ppid, 9) } catch {}\n${RIGHT}`,
      score: 10,
    },
    {
      name: '33 makes a user namespace of its own',
      source: `export function sum() { return require('child_process').spawnSync('unshare', ['-Ur', 'true']).status === 0 ? 3 : -1 }`,
      score: 0,
    },
    {
      name: '40 answers only what it saw',
      source: 'export function sum(l: number[]) { return [1, 2].every((x, i) => l[i] === x) ? 3 : -1 }',
      score: 2,
    },
    { name: '44 syntax error', source: 'export function sum( {', score: 0, status: 'not compiled', reason: /line 1/ },
    {
      name: '44 switches the type-checker off',
      source: `// @ts-nocheck\nconst x: string = 1 as any;\n${RIGHT}`,
      score: 10,
    },
    {
      name: '46 throws after the answer',
      source: `export function sum(l: number[]) { if (l.length === 3) setTimeout(() => { throw new Error('late') }, 1); return l.reduce((a, b) => a + b, 0) }`,
      score: 10,
    },
    {
      name: 'a thenable that answers many times',
      source: 'export function sum() { return { then(f: any) { f(-1); f(3); f(3) } } }',
      score: 0,
    },
    {
      name: 'an async error that nobody handles, on load',
      source: `Promise.reject(new Error('load'));\n${WRONG}`,
      score: 0,
    },
    {
      name: 'exports a getter that exits',
      source: 'Object.defineProperty(exports, "sum", { get() { process.exit(0) } })',
      score: 0,
    },
    { name: 'exports a number', source: 'export const sum = 3;', score: 0 },
    {
      name: 'patches the encoder by Array.prototype',
      source: `Array.prototype.map = function () { return [3] as any };\n${WRONG}`,
      score: 0,
    },
    {
      name: 'WebAssembly memory',
      source: `export function sum() { const m: any[] = []; for (;;) m.push(new WebAssembly.Memory({ initial: 1000, maximum: 60000 }).grow(20000)) }`,
      score: 0,
    },
    {
      name: 'ten thousand workers',
      source: `export function sum() { const { Worker } = require('worker_threads'); for (let i = 0; i < 1e4; i++) new Worker('for(;;);', { eval: true }); return -1 }`,
      score: 0,
    },
    { name: 'inspector', source: `require('inspector').open(0, '127.0.0.1');\n${WRONG}`, score: 0 },
    { name: 'a million-digit BigInt', source: 'export function sum() { return 10n ** 1000000n }', score: 0 },
    {
      name: 'a reply whose value is a getter on Object.prototype',
      source: `for (const k of ['id', 'value', '$', 'v', 'shape', 'data', 'dtype'])
        Object.defineProperty(Object.prototype, k, { get() { return k === 'value' ? '3' : 3 }, set() {}, configurable: true });\n${WRONG}`,
      score: 0,
    },
    {
      name: 'a reply with an own key __proto__ and a toJSON',
      source:
        'export function sum() { return JSON.parse(\'{"__proto__": {"valueOf": 3}, "constructor": {"prototype": {"pass": true}}, "toJSON": 3}\') }',
      score: 0,
    },
    {
      name: 'a Proxy that answers 3 to everything',
      source:
        'export function sum() { return new Proxy(function () {}, { get: () => 3, apply: () => 3, has: () => true }) }',
      score: 0,
    },
    {
      name: 'an object that poses as a tensor with the wrong count of numbers',
      source: 'export function sum() { return { shape: [1], dtype: "float32", dataSync: () => [3, 3, 3] } }',
      score: 0,
    },
    {
      name: 'an object that poses as a tensor of negative, huge and broken shapes',
      source:
        'export function sum(l: number[]) { return { shape: l.length === 2 ? [-1, -3] : l.length ? [1e9, 1e9] : ["__proto__"], dtype: "int32", dataSync: () => [3] } }',
      score: 0,
    },
    {
      name: 'a Number object and a boxed answer',
      source: 'export function sum(l: number[]) { return Object(l.reduce((a, b) => a + b, 0)) }',
      score: 0,
    },
    {
      name: 'an array whose length lies',
      source: 'export function sum() { return new Proxy([], { get: (t, k) => (k === "length" ? 4e9 : 3) }) }',
      score: 0,
    },
    {
      name: 'a reply with a newline and a second reply inside',
      source: `export function sum() { return '3"}\\n{"id":"0","value":"3"}\\n' }`,
      score: 0,
    },
    {
      name: 'patched String.prototype.split and JSON.stringify in the host',
      source: `String.prototype.split = function () { return ['{"value":"3"}'] as any }; (JSON as any).stringify = () => '3';\n${WRONG}`,
      score: 0,
    },
    {
      name: 'patched tf: what the host computes counts for nothing',
      source: `const tf = require('@tensorflow/tfjs'); tf.Tensor.prototype.dataSync = () => [3]; tf.tensor = () => ({ shape: [], dtype: 'int32', dataSync: () => [3] });
        export function sum() { return tf.tensor(-1) }`,
      score: 0,
    },
    {
      name: 'an error whose stack and name are getters that throw',
      source:
        'export function sum() { throw Object.defineProperties(new Error(), { name: { get() { throw 1 } }, message: { get() { throw 2 } }, stack: { get() { throw 3 } } }) }',
      score: 0,
    },
    {
      name: 'honest: a tensor kernel warms up and prints a progress bar',
      source: `for (let i = 0; i < 1000; i++) process.stdout.write('\\r' + i + ' of 1000');\n${RIGHT}`,
      score: 10,
    },
    {
      name: 'honest: answers by a promise, a default export beside it, and an error that is caught',
      source: `export default class Sum {}\ntry { null!.x } catch {}\nexport async function sum(l: number[]) { await null; return l.reduce((a, b) => a + b, 0) }`,
      score: 10,
    },
    {
      name: 'a string that looks like the number',
      source: 'export function sum(l: number[]) { return String(l.reduce((a, b) => a + b, 0)) }',
      score: 0,
    },
  ];
}

describe('hostile and honest submissions', function () {
  this.timeout(600_000);
  const cache = path.join(__dirname, '../../.cache');
  let folder: string;
  let grades: Map<string, Grade>;
  let all: Case[];
  let connections = 0;
  const server = net.createServer(socket => (connections++, socket.destroy()));
  const datagrams = dgram.createSocket('udp4').on('message', () => connections++);

  before(async function () {
    const failure = bubblewrapFailure();
    if (failure) {
      console.log(`      skipped: no sandbox here (${failure})`);
      return this.skip();
    }
    fs.mkdirSync(cache, { recursive: true });
    folder = fs.mkdtempSync(path.join(cache, 'attacks-'));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    await new Promise<void>(resolve => datagrams.bind(0, '127.0.0.1', resolve));
    const secret = path.join(folder, 'secret.txt');
    fs.writeFileSync(secret, 'the solution');
    all = cases({
      port: (server.address() as net.AddressInfo).port,
      udp: datagrams.address().port,
      secret,
      witness: folder,
    });
    fs.mkdirSync(path.join(folder, 'tests'));
    fs.writeFileSync(path.join(folder, 'tests', '01-sum.test.ts'), TEST);
    all.forEach(({ source }, i) => {
      const home = path.join(folder, 'class', studentOf(i), 'exercises');
      fs.mkdirSync(home, { recursive: true });
      fs.writeFileSync(path.join(home, '01-sum.ts'), source);
    });
    const list = await grade({
      submissions: path.join(folder, 'class'),
      out: path.join(folder, 'out'),
      testFolder: path.join(folder, 'tests'),
      jobs: Math.max(2, os.availableParallelism()),
    });
    grades = new Map(list.map(entry => [entry.student, entry]));
  });

  after(() => {
    server.close();
    datagrams.close();
    if (folder) fs.rmSync(folder, { recursive: true, force: true });
  });

  const studentOf = (i: number): string => `student-${String(i).padStart(3, '0')}`;

  cases({ port: 0, udp: 0, secret: '', witness: '' }).forEach(({ name }, i) =>
    it(name, () => {
      const { score, status, reason } = all[i];
      const found = grades.get(studentOf(i))!;
      assert.equal(found.score, score, `${name}: ${JSON.stringify(found)}`);
      assert.equal(found.max, 10);
      if (status) assert.equal(found.status, status);
      if (reason) assert.match(found.reason, reason);
    }),
  );

  it('lets nothing out: no connection, no file beside the grades', () => {
    assert.equal(connections, 0);
    assert.deepEqual(fs.readdirSync(folder).sort(), ['class', 'out', 'secret.txt', 'tests']);
    assert.deepEqual(fs.readdirSync(path.join(folder, 'out')).sort(), [
      'changes.json',
      'grades.json',
      'journal.jsonl',
      'state.json',
    ]);
  });
});
