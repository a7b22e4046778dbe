import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import dgram from 'node:dgram';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { grade } from '../../src/grading/grade';
import type { Grade } from '../../src/grading/score/results';
import { bubblewrapFailure } from '../../src/sandbox/bubblewrap';

/** `case N` is that of the list which the grader was designed against (cases.test.ts); the rest are our own. */
interface Case {
  name: string;
  /** 01-sum, if not given. */
  exercise?: '02-line';
  /** The whole file that the student hands in. */
  source: string;
  /** Points of 10: of 01-sum `visible` 2, `hidden` 3, `later` 5; of 02-line `tensor` 2, `model` 8. */
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

/** Asks for a tensor and for a trained layers model, whose loss is measured on this side. */
const LINE_TEST = `
import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
const { call } = (globalThis as any)[Symbol.for('cnn-kit.answers')];
describe('line', () => {
  it('doubles a tensor [2]', async () => {
    const y = await call('02-line', 'twice', [tf.tensor2d([[1, 2], [3, 4]])]);
    assert.deepEqual([y.shape, y.dtype, [...y.dataSync()]], [[2, 2], 'float32', [2, 4, 6, 8]]);
  });
  it('fits a line [8]', async () => {
    const x = tf.linspace(-1, 1, 20).reshape([20, 1]);
    const y = x.mul(3).add(1);
    const model = await call('02-line', 'line', [x, y]);
    const loss = tf.losses.meanSquaredError(y, model.predict(x)).dataSync()[0];
    assert.ok(loss < 0.01, 'the loss is ' + loss);
  });
});
`;

const TWICE = `import { tf } from 'cnn-kit';\nexport const twice = (x: any) => x.mul(2);\n`;
const LINE = `${TWICE}
export async function line(x: any, y: any) {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
  model.compile({ optimizer: tf.train.sgd(0.3), loss: 'meanSquaredError' });
  await model.fit(x, y, { epochs: 60, verbose: 0 });
  return model;
}`;
/** A model with other weights than trained ones, in some disguise. */
const badLine = (disguise: string): string => `${TWICE}
export function line(x: any, y: any): any {
  const model: any = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
  ${disguise}
  return model;
}`;

const RIGHT = 'export function sum(list: number[]): number { return list.reduce((a, b) => a + b, 0); }';
const WRONG = 'export function sum(list: number[]): number { return -1; }';

/** Stands in the command line of a process that must not be left. */
const DAEMON = 'cnn-kit-test-daemon';

/** A right answer that first does something: what it does must fail, and must not cost the points. */
const rightAfter = (code: string): string => `${code}\n${RIGHT}`;

/** Answers rightly if the attack, the body of an async function, returns true; so it must not. */
const ifIt = (attack: string): string => `export async function sum(l: number[]) {
  const worked = await (async () => { ${attack} })();
  return worked ? l.reduce((a, b) => a + b, 0) : -1 }`;

function cases(outside: { port: number; udp: number; secret: string; witness: string; unshare: string }): Case[] {
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
      name: 'case 1: exit on load',
      source: 'process.exit(0)',
      score: 0,
      status: 'stopped',
      reason: /exited before answering/,
    },
    {
      name: 'case 2: exit in the call',
      source: 'export function sum() { process.exit(0) }',
      score: 0,
      reason: /exited before/,
    },
    {
      name: 'case 2: exit in one call leaves the others their points',
      source: 'export function sum(l: number[]) { if (l.length === 2) process.exit(0); return l.length ? 24 : 0 }',
      score: 8,
    },
    {
      name: 'case 3: reallyExit',
      source: 'export function sum() { (process as any).reallyExit(0) }',
      score: 0,
      reason: /exited before/,
    },
    {
      name: 'case 4: exit handler that sets the status',
      source: 'process.on("exit", () => { process.exitCode = 0 }); export function sum() { throw 1 }',
      score: 0,
    },
    {
      name: 'case 5: an error whose message exits',
      source:
        'export function sum() { throw Object.defineProperty(new Error(), "message", { get() { process.exit(0) } }) }',
      score: 0,
    },
    {
      name: 'case 6: patches assert',
      source: `const a = require('node:assert/strict'); for (const k of Object.keys(a)) a[k] = () => {};\n${WRONG}`,
      score: 0,
    },
    {
      name: 'case 7: patches it and describe',
      source: `for (const k of ['it', 'describe', 'beforeEach']) (globalThis as any)[k] = () => {};\n${WRONG}`,
      score: 0,
    },
    {
      name: 'case 8: patches mocha',
      source: `try { require('/kit/node_modules/mocha').Runnable.prototype.run = function (f: any) { f() } } catch {}\n${WRONG}`,
      score: 0,
    },
    {
      name: 'case 9: replaces modules in the cache',
      source: `for (const k of Object.keys(require.cache)) require.cache[k]!.exports = new Proxy({}, { get: () => () => true });
        require('module')._load = () => ({ strictEqual() {} });\n${WRONG}`,
      score: 0,
    },
    {
      name: 'case 10: prints a passing report',
      source: `console.log(JSON.stringify({ stats: { passes: 3, failures: 0 } })); ${WRONG}`,
      score: 0,
    },
    {
      name: 'case 11: forges the results file',
      source: `for (const d of ['.', '/tmp', '/kit', '/kit/exercises', ${JSON.stringify(outside.witness)}])
        try { require('fs').writeFileSync(d + '/grades.json', '[{"score":10}]') } catch {}\n${WRONG}`,
      score: 0,
    },
    {
      name: 'case 12: forges replies on every descriptor',
      source: `const fs = require('fs'); for (let i = 1; i < 64; i++)
        try { fs.writeSync(i, '{"id":"1","value":"3"}\\n{"id":null,"value":"3"}\\n') } catch {}\n${WRONG}`,
      score: 0,
      reason: /nobody asked|protocol/,
    },
    {
      name: 'case 13: looks for expected values and tokens in the heap',
      source: ifIt(`let heap = ''; for await (const part of require('v8').getHeapSnapshot()) heap += part;
        return /add[s] three number[s]|strictEqua[l]\\(await sum/.test(heap)`), // which does not find itself
      score: 0,
    },
    {
      name: 'case 14: looks for the tests and answers from them',
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
      name: 'case 15: peeks at the caller for the expected value',
      source: `export function sum() { const s = new Error().stack!; return s.includes('test') ? 3 : -1 }`,
      score: 0,
    },
    {
      name: 'case 16: reads a file of the instructor',
      source: `export function sum(l: number[]) { require('fs').readFileSync(${JSON.stringify(outside.secret)});
        return l.reduce((a, b) => a + b, 0) }`,
      score: 0,
    },
    {
      name: 'case 17: pollutes Object.prototype',
      source: `const p: any = Object.prototype; for (const k of ['pending', 'skip', 'passed', 'value', 'error', 'score']) p[k] = 3;
        p.toJSON = () => ({ id: 1, value: '3' });\n${WRONG}`,
      score: 0,
    },
    {
      name: 'case 18: returns objects with valueOf, getters and proxies',
      source:
        'export function sum() { return { valueOf: () => 3, [Symbol.toPrimitive]: () => 3, get x() { return 3 } } }',
      score: 0,
    },
    {
      name: 'case 19: patches Object.is, arrays and JSON',
      source: `Object.is = () => true; Array.from = (() => [3]) as any; Number.isFinite = () => true; (JSON as any).parse = () => ({});\n${WRONG}`,
      score: 0,
    },
    {
      name: 'case 20: answers NaN, -0 and cycles',
      source: 'export function sum(l: any) { if (l.length) { const o: any = {}; o.o = o; return o } return -0 }',
      score: 0,
    },
    {
      name: 'case 21: endless loop in one call leaves the others their points',
      source: 'export function sum(l: number[]) { if (l.length === 3) for (;;); return l.length ? 3 : 0 }',
      score: 7,
      reason: /time limit/,
    },
    {
      name: 'case 22: a promise that never settles',
      source: 'export function sum(l: number[]) { return l.length ? new Promise(() => {}) : 0 }',
      score: 5,
      reason: /time limit/,
    },
    {
      name: 'case 23: kills timers',
      source: `globalThis.setTimeout = (() => 0) as any; process.nextTick = () => {}; export function sum() { for (;;); }`,
      score: 0,
      reason: /time limit/,
    },
    {
      name: 'case 24: eats the heap',
      source: 'export function sum() { const a: any[] = []; for (;;) a.push(new Array(1e6).fill(1.5)) }',
      score: 0,
      reason: /memory|killed|limit|exited/,
    },
    {
      name: 'case 24: eats memory beside the heap',
      source: 'export function sum() { const a: any[] = []; for (;;) a.push(Buffer.alloc(64e6, 1)) }',
      score: 0,
    },
    {
      name: 'case 25: fills /tmp, /dev/shm and every other place that takes a file',
      source: ifIt(`const fs = require('fs'); let written = 0; const block = Buffer.alloc(1 << 20);
        for (const d of ['/tmp', '/dev/shm', '/', '/dev', '/kit', '/kit/exercises', '/proc', '/kit/dist'])
          for (let i = 0; i < 200; i++) try { fs.appendFileSync(d + '/x' + i % 40, block); written++ } catch {}
        return written > 40`),
      score: 0,
    },
    {
      name: 'case 26: fork bomb of detached processes',
      source: ifIt(`const { spawn } = require('child_process'); const all: any[] = [];
        for (let i = 0; i < 200; i++) try { const c = spawn('/node', ['-e', 'setTimeout(()=>{},1e6)'], { detached: true, stdio: 'ignore' });
          c.on('error', () => {}).unref(); all.push(c) } catch {}
        await new Promise(r => setTimeout(r, 500));
        return all.filter(c => c.pid && c.exitCode === null && c.signalCode === null).length > 64`),
      score: 0,
    },
    {
      name: 'case 26: a daemon that outlives the submission',
      source: `require('child_process').spawn('/node', ['-e', 'setInterval(() => {}, 1000) // ${DAEMON}'], { detached: true, stdio: 'ignore' }).unref();\n${RIGHT}`,
      score: 10,
    },
    {
      name: 'case 27: many processes with memory that is allowed for each alone',
      source: ifIt(`const { spawn } = require('child_process');
        const hold = 'const b = Buffer.alloc(500e6, 1); process.stdout.write("held"); setInterval(() => b.length, 1000)';
        let held = 0;
        const all = Array.from({ length: 10 }, () => spawn('/node', ['-e', hold], { stdio: ['ignore', 'pipe', 'ignore'] }));
        for (const c of all) c.on('error', () => {}).stdout?.on('data', () => c.killed || held++);
        await new Promise(r => setTimeout(r, 3000));
        return held > 5 && all.filter(c => c.exitCode === null && c.signalCode === null).length > 5`),
      score: 0,
    },
    {
      name: 'case 28: floods standard output',
      source: `export function sum() { for (let i = 0; i < 64; i++) process.stdout.write('x'.repeat(1 << 20)); return -1 }`,
      score: 0,
    },
    {
      name: 'case 28: answers with a hundred megabytes',
      source: `export function sum() { return 'x'.repeat(100 << 20) }`,
      score: 0,
      reason: /limit/,
    },
    {
      name: 'case 29: talks to a server on this machine',
      source: `export async function sum(l: number[]) {
        await new Promise((resolve, reject) => require('net').connect(${outside.port}, '127.0.0.1', resolve).on('error', reject));
        return l.reduce((a, b) => a + b, 0) }`,
      score: 0,
    },
    {
      name: 'case 29: sends a datagram; the right answer keeps its points',
      source: `require('dgram').createSocket('udp4').on('error', () => {}).send('x', ${outside.udp}, '127.0.0.1', () => {});\n${RIGHT}`,
      score: 10,
    },
    {
      name: 'case 30: reads the environment for secrets, its own and of every process',
      source: ifIt(`const fs = require('fs'); const known = /^(PATH|LANG|HOME|PWD|CNN_KIT_BACKEND)$/;
        const all = [Object.keys(process.env)];
        for (const p of fs.readdirSync('/proc')) try { all.push(fs.readFileSync('/proc/' + p + '/environ', 'utf8').split('\\0').filter(Boolean).map((x: string) => x.split('=')[0])) } catch {}
        return all.flat().some(k => !known.test(k))`),
      score: 0,
    },
    {
      name: 'case 31: changes the course kit',
      source:
        ifIt(`const fs = require('fs'); for (const f of ['/kit/package.json', '/kit/dist/sandbox/inside/main.js', '/kit/node_modules/mocha/package.json', '/kit/x', '/node', '/etc/x', '/usr/lib/x'])
        try { fs.appendFileSync(f, ' '); return true } catch {} return false`),
      score: 0,
    },
    {
      name: 'case 32: signals its parent and everyone else; the right answer keeps its points',
      source: `for (const p of require('fs').readdirSync('/proc').map(Number)) if (p && p !== process.pid) try { process.kill(p, 9) } catch {}
        try { process.kill(process.ppid, 9) } catch {}\n${RIGHT}`,
      score: 10,
    },
    {
      name: 'case 32: sees processes that are not its own',
      source: ifIt(`return require('fs').readdirSync('/proc').filter((p: string) => +p > 0).length > 3`),
      score: 0,
    },
    {
      name: 'case 33: makes a user namespace of its own, with a program that it brings along',
      source:
        ifIt(`const fs = require('fs'); fs.writeFileSync('/tmp/unshare', Buffer.from(${JSON.stringify(outside.unshare)}, 'base64'), { mode: 0o755 });
        return require('child_process').spawnSync('/tmp/unshare', ['-Ur', '/node', '-e', '0']).status === 0`),
      score: 0,
    },
    {
      name: 'case 33: finds a shell, an interpreter or a compiler',
      source: ifIt(
        `return ['sh', 'bash', 'python3', 'perl', 'gcc', 'unshare', 'mount'].some(f => !require('child_process').spawnSync(f, ['--version']).error)`,
      ),
      score: 0,
    },
    {
      name: 'case 40: answers only what it saw',
      source: 'export function sum(l: number[]) { return [1, 2].every((x, i) => l[i] === x) ? 3 : -1 }',
      score: 2,
    },
    {
      name: 'case 44: syntax error',
      source: 'export function sum( {',
      score: 0,
      status: 'not compiled',
      reason: /line 1/,
    },
    {
      name: 'case 44: switches the type-checker off',
      source: `// @ts-nocheck\nconst x: string = 1 as any;\n${RIGHT}`,
      score: 10,
    },
    {
      name: 'case 46: throws after the answer',
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
      source: ifIt(`const all: any[] = []; let pages = 0;
        for (let i = 0; i < 40; i++) { const m = new WebAssembly.Memory({ initial: 1600 }); new Uint8Array(m.buffer).fill(1); all.push(m); pages += 1600 }
        return pages > 1e5 * 0.6`),
      score: 0,
    },
    {
      name: 'ten thousand threads',
      source: ifIt(`const { Worker } = require('worker_threads'); let online = 0;
        for (let i = 0; i < 1000; i++) try { new Worker('setInterval(() => {}, 1000)', { eval: true }).on('online', () => online++).on('error', () => {}) } catch {}
        await new Promise(r => setTimeout(r, 2000)); return online > 64`),
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
      name: 'patched tf: what the sandbox computes counts for nothing',
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
      name: 'case 20: answers undefined, a symbol, a function, a class and a WeakMap',
      source: `const all = [undefined, Symbol('x'), () => 3, class {}, new WeakMap()]; let i = 0; export const sum = () => all[i++ % 5];`,
      score: 0,
    },
    {
      name: 'case 45: brings its own assert, mocha and package.json',
      source: `const Module = require('module'); const load = Module._load;
        Module._load = (r: string, ...rest: any[]) => (/assert|mocha|cnn-kit/.test(r) ? new Proxy(() => 3, { get: () => () => 3 }) : load(r, ...rest));
        ${WRONG}`,
      score: 0,
    },
    {
      name: 'case 44: export =',
      source: 'function sum(l: number[]) { return l.reduce((a, b) => a + b, 0) }\nexport = { sum };',
      score: 10,
    },
    {
      name: 'case 44: declaration merging and as any',
      source: `interface Array<T> { last: any }\n${RIGHT}\n(RIGHT as any); var RIGHT: any;`,
      score: 10,
    },
    { name: 'case 44: binary rubbish', source: '\0\x01\x02\ufffd}{', score: 0, status: 'not compiled' },
    {
      name: 'case 46: rejects after the answer; later answers come from a new process',
      source: `export function sum(l: number[]) { if (l.length === 2) setTimeout(() => Promise.reject(new Error('late')), 1); return l.reduce((a, b) => a + b, 0) }`,
      score: 10,
    },
    {
      name: 'honest: trains a layers model and returns a tensor',
      exercise: '02-line',
      source: LINE,
      score: 10,
    },
    {
      name: 'honest: uses tfjs by its own name, prints, and disposes of what it made',
      exercise: '02-line',
      source: LINE.replace("import { tf } from 'cnn-kit'", "import * as tf from '@tensorflow/tfjs'").replace(
        'return model',
        'console.log(tf.memory()); model.summary(); return model',
      ),
      score: 10,
    },
    { name: 'a model that was not trained', exercise: '02-line', source: badLine(''), score: 2 },
    {
      name: 'a model whose predict is right and whose weights are not',
      exercise: '02-line',
      source: badLine('model.predict = () => y; model.call = () => y; model.apply = () => y;'),
      score: 2,
    },
    {
      name: 'losses, metrics and optimizers patched to be perfect',
      exercise: '02-line',
      source: badLine(
        `for (const o of [tf.losses, tf.metrics, tf.train] as any[]) for (const k of Object.keys(o)) try { o[k] = () => tf.scalar(0) } catch {}
        tf.Tensor.prototype.dataSync = function () { return new Float32Array(this.size) as any };`,
      ),
      score: 2,
    },
    {
      name: 'a model that asks for more memory than the grader has',
      exercise: '02-line',
      source: badLine(
        `const config = model.getConfig(); config.layers[0].config.units = 2e9; model.getConfig = () => config;`,
      ),
      score: 2,
    },
    {
      name: 'a model with weights of another shape',
      exercise: '02-line',
      source: badLine('model.getWeights = () => [tf.ones([1000, 1000]), tf.ones([7])];'),
      score: 2,
    },
    {
      name: 'a model of a class that is not one, with __proto__ in its configuration',
      exercise: '02-line',
      source: badLine(
        `model.getClassName = () => 'constructor'; model.getConfig = () => JSON.parse('{"__proto__": {"layers": 3}}');`,
      ),
      score: 2,
    },
    {
      name: 'a model with a layer that the grader does not know',
      exercise: '02-line',
      source: badLine(
        `class Cheat extends tf.layers.Layer { static className = 'Cheat'; call() { return y } }
        tf.serialization.registerClass(Cheat as any); model.add(new Cheat({}));`,
      ),
      score: 2,
    },
    {
      name: 'a tensor of NaN and infinities',
      exercise: '02-line',
      source: `import { tf } from 'cnn-kit'; export const twice = () => tf.tensor2d([[NaN, Infinity], [-Infinity, -0]]); export const line = twice;`,
      score: 0,
    },
    {
      name: 'a tensor of strings and a complex one',
      exercise: '02-line',
      source: `import { tf } from 'cnn-kit'; export const twice = () => tf.tensor(['2', '4']); export const line = () => tf.complex([1], [2]);`,
      score: 0,
    },
    {
      name: 'a kernel of the backend replaced in the sandbox',
      exercise: '02-line',
      source: badLine(
        `tf.registerBackend('mine', () => tf.backend() as any); tf.unregisterKernel('MatMul', 'cpu'); tf.setBackend('mine');`,
      ),
      score: 2,
    },
    {
      name: 'tensors that eat all memory',
      exercise: '02-line',
      source: `${TWICE}export const line = () => { const all: any[] = []; for (;;) all.push(tf.ones([4000, 4000])) };`,
      // Stopped by the limit, or by an error of its own when the limit refuses it memory.
      score: 2,
    },
    {
      name: 'reaches the module system of the grader by the parent of its module',
      source: `for (let p = (module as any).parent; p; p = p.parent) { p.exports = { sum: () => 3 }; p.children = []; }
        (require as any).main && ((require as any).main.exports = { sum: () => 3 });\n${WRONG}`,
      score: 0,
    },
    {
      name: 'answers before it is asked, with ids that it guesses',
      source: `const s = new (require('net').Socket)({ fd: 3 }); for (let i = 0; i < 100; i++) s.write(JSON.stringify({ id: String(i), value: '3' }) + '\\n');\n${WRONG}`,
      score: 0,
    },
    {
      name: 'reads the questions from the channel and answers them itself',
      source: `process.removeAllListeners(); const s = new (require('net').Socket)({ fd: 3 });
        s.on('data', (d: Buffer) => String(d).split('\\n').forEach(l => { try { s.write(JSON.stringify({ id: JSON.parse(l).id, value: '-1' }) + '\\n') } catch {} }));\n${WRONG}`,
      score: 0,
    },
    {
      name: 'closes the channel',
      source: `require('fs').closeSync(3);\n${RIGHT}`,
      score: 0,
      reason: /time limit|exited|protocol/,
    },
    {
      name: 'memory in SharedArrayBuffers and in threads',
      source: ifIt(`const { Worker } = require('worker_threads'); let held = 0;
        for (let i = 0; i < 12; i++) new Worker('const b = new SharedArrayBuffer(4e8); new Uint8Array(b).fill(1); require("worker_threads").parentPort.postMessage(1); setInterval(() => b, 1000)', { eval: true })
          .on('message', () => held++).on('error', () => {});
        await new Promise(r => setTimeout(r, 3000)); return held > 6`),
      score: 0,
    },
    {
      name: 'a regular expression that backtracks for ever, on load',
      source: `/^(a+)+$/.test('a'.repeat(60) + '!');\n${RIGHT}`,
      score: 0,
      reason: /time limit/,
    },
    {
      name: 'honest: an error in a helper that is never called, and a global of its own',
      source: `(globalThis as any).mine = 1; export function broken(): never { throw new Error('x') }\n${RIGHT}`,
      score: 10,
    },
    {
      name: 'brackets nested a million deep, which end the compiler',
      source: `const x = ${'['.repeat(900_000)}`,
      score: 0,
      reason: /900010 bytes; at most 262144/,
    },
    { name: 'brackets nested as deep as is read', source: `const x = ${'('.repeat(262_000)}`, score: 0 },
    {
      name: 'types nested as deep as is read',
      source: `${RIGHT}\ntype X = ${'A<'.repeat(80_000)}1${'>'.repeat(80_000)};`,
      score: 10,
    },
    {
      name: 'three million numbers, which a failing assertion would print',
      source: 'export const sum = () => Array.from({ length: 3_000_000 }, (_, i) => i % 10);',
      score: 0,
      status: 'graded',
    },
    {
      name: 'five million lines, which a failing assertion would compare',
      source: "export const sum = () => 'x\\n'.repeat(5_000_000);",
      score: 0,
      status: 'graded',
    },
    {
      name: 'a thenable that gives itself for ever',
      source: 'export function sum() { return { then(resolve: any) { resolve(this) } } }',
      score: 0,
      reason: /time limit/,
    },
    {
      name: 'stops itself by SIGSTOP',
      source: "export function sum() { process.kill(process.pid, 'SIGSTOP'); return 3 }",
      score: 0,
      reason: /time limit/,
    },
    {
      name: 'waits for an atomic that nobody notifies',
      source: 'export function sum() { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); return 3 }',
      score: 0,
      reason: /time limit/,
    },
    {
      name: 'opens all files that it may, and answers all the same',
      source: rightAfter(`const fs = require('fs'); try { for (;;) fs.openSync('/dev/null') } catch {}`),
      score: 10,
    },
    {
      name: 'a small model that computes eight gigabytes',
      exercise: '02-line',
      source: badLine('model.add(tf.layers.repeatVector({ n: 1e8 }));'),
      score: 2,
      status: 'graded',
    },
    {
      name: 'a small description of fifteen thousand layers',
      exercise: '02-line',
      source: badLine(`const config: any = model.getConfig(); const list = config.layers ?? config;
        for (let i = 0; i < 15000; i++) list.push({ className: 'Activation', config: { activation: 'linear', name: 'a' + i, trainable: true } });
        model.getConfig = () => config;`),
      score: 2,
      status: 'graded',
    },
    {
      name: 'a string that looks like the number',
      source: 'export function sum(l: number[]) { return String(l.reduce((a, b) => a + b, 0)) }',
      score: 0,
    },
  ];
}

describe('hostile and honest submissions', function () {
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
      unshare: fs.readFileSync('/usr/bin/unshare').toString('base64'),
    });
    fs.mkdirSync(path.join(folder, 'tests'));
    fs.writeFileSync(path.join(folder, 'tests', '01-sum.test.ts'), TEST);
    fs.writeFileSync(path.join(folder, 'tests', '02-line.test.ts'), LINE_TEST);
    all.forEach(({ source, exercise = '01-sum' }, i) => {
      const home = path.join(folder, 'class', studentOf(i), 'exercises');
      fs.mkdirSync(home, { recursive: true });
      fs.writeFileSync(path.join(home, `${exercise}.ts`), source);
    });
    const list = await grade({
      submissions: path.join(folder, 'class'),
      out: path.join(folder, 'out'),
      testFolder: path.join(folder, 'tests'),
      jobs: os.availableParallelism() + 1,
      answerSeconds: 5,
    });
    grades = new Map(list.map(entry => [`${entry.student} ${entry.exercise}`, entry]));
  });

  after(() => {
    server.close();
    datagrams.close();
    if (folder) fs.rmSync(folder, { recursive: true, force: true });
  });

  const studentOf = (i: number): string => `student-${String(i).padStart(3, '0')}`;

  cases({ port: 0, udp: 0, secret: '', witness: '', unshare: '' }).forEach(({ name }, i) =>
    it(name, () => {
      const { score, status, reason, exercise = '01-sum' } = all[i];
      const found = grades.get(`${studentOf(i)} ${exercise}`)!;
      assert.equal(found.score, score, `${name}: ${JSON.stringify(found)}`);
      assert.equal(found.max, 10);
      if (status) assert.equal(found.status, status);
      if (reason) assert.match(found.reason, reason);
    }),
  );

  it('lets nothing out: no connection, no process, no file beside the grades', () => {
    assert.equal(connections, 0);
    const commands = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    assert.ok(!commands.includes(DAEMON), 'a daemon of a submission is still there');
    assert.deepEqual(fs.readdirSync(folder).sort(), ['class', 'out', 'secret.txt', 'tests']);
    assert.deepEqual(fs.readdirSync(path.join(folder, 'out')).sort(), [
      'changes.json',
      'grades.json',
      'journal.jsonl',
      'state.json',
    ]);
  });
});
