/** The npm package in an empty folder, outside of any checkout: it installs, compiles and trains. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from '../../src/node/root';
import { failure } from '../../src/setup/failure.cjs';

const NAMES = `import { backend, fit, layers, offlineImages, ready, subset, tf } from 'cnn-kit';`;
const TRAIN = `
  await ready();
  const set = subset(offlineImages({ split: 'train' }), 64);
  const net = layers.model('tiny', { inputShape: [32, 32, 3] }, layers.convRelu(4, 3), layers.globalAvgPool(), layers.dense(10));
  const { losses } = await fit(net, set, { epochs: 5, batchSize: 64, seed: 1 });
  console.log(JSON.stringify({ backend: backend(), losses }));
`;
const ESM = `${NAMES}\n${TRAIN}`;
const COMMONJS = `${NAMES.replace('import', 'const').replace(" from 'cnn-kit'", " = require('cnn-kit')")}\n(async () => {${TRAIN}})();`;
const TYPED = `${NAMES}
export const losses = async (): Promise<number[]> =>
  (await fit(layers.model('tiny', { inputShape: [32, 32, 3] }, layers.dense(10)), offlineImages({ split: 'train' }))).losses;
export const ones: tf.Tensor = tf.ones([1]);
// @ts-expect-error: the types are those of cnn-kit, not any.
fit(1);
`;
/** A program that imports tfjs itself, too: both are the same types. */
const MIXED = `${TYPED}
import type * as own from '@tensorflow/tfjs';
export const theirs = (model: tf.LayersModel): own.LayersModel => model;
`;

interface Trained {
  backend: { name: string; faster?: string };
  losses: number[];
}

describe('the npm package, installed in an empty folder', function () {
  let folder: string;
  // Without what npm tells its own children.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|CNN_KIT_)/i.test(name)));

  const run = (
    command: string,
    args: string[],
    cwd = folder,
  ): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(command, args, { cwd, encoding: 'utf8', env, shell: process.platform === 'win32' });

  const trained = (file: string, text: string): Trained => {
    fs.writeFileSync(path.join(folder, file), text);
    const { status, stdout, stderr } = run(process.execPath, [file]);
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as Trained;
  };

  before(function () {
    this.timeout(600_000);
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-package-'));
    const built = run('npm', ['run', 'build'], ROOT);
    assert.equal(built.status, 0, built.stderr);
    const packed = run('npm', ['pack', '--pack-destination', folder], ROOT);
    assert.equal(packed.status, 0, packed.stderr);
    const words = ['--prefer-offline', '--no-audit', '--no-fund', '--cache', path.join(ROOT, '.cache/npm')];
    // With the scripts of its packages, as npm does by default.
    const { status, stderr } = run('npm', ['install', packed.stdout.trim().split('\n').at(-1)!, ...words]);
    if (status !== 0 && /cannot be reached/.test(failure('It', stderr, folder))) {
      console.log(`      skipped: ${failure('the package', stderr, folder)}`);
      return this.skip();
    }
    assert.equal(status, 0, stderr);
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('brings neither tfjs-node-gpu nor the parts for checkouts', () => {
    const installed = fs.readdirSync(path.join(folder, 'node_modules'));
    for (const name of ['tslab', 'zeromq', 'mocha', 'typescript', 'bullmq']) assert.ok(!installed.includes(name), name);
    assert.ok(!fs.existsSync(path.join(folder, 'node_modules/@tensorflow/tfjs-node-gpu')));
    const kit = path.join(folder, 'node_modules/cnn-kit');
    for (const name of ['solutions', 'exercises', 'test', 'src', 'dist/grading'])
      assert.ok(!fs.existsSync(path.join(kit, name)), name);
  });

  it('trains on WebAssembly at once, as an ES module and in CommonJS', () => {
    const results = [trained('esm.mjs', ESM), trained('common.cjs', COMMONJS)];
    for (const { backend, losses } of results) {
      assert.equal(backend.name, 'wasm');
      assert.equal(backend.faster, 'npx cnn-kit setup');
      assert.ok(losses.every(Number.isFinite) && losses.at(-1)! < losses[0], String(losses));
    }
    assert.deepEqual(results[0].losses, results[1].losses);
  });

  for (const [name, flags] of Object.entries({
    nodenext: ['--module', 'nodenext'],
    node10: ['--module', 'commonjs', '--moduleResolution', 'node10'],
    bundler: ['--module', 'esnext', '--moduleResolution', 'bundler', '--exactOptionalPropertyTypes'],
    'nodenext without the types of browsers': ['--module', 'nodenext', '--lib', 'es2022'],
  }))
    it(`compiles in strict TypeScript without skipLibCheck, resolved as ${name}`, () => {
      const files = { 'typed.ts': TYPED, 'mixed.ts': MIXED };
      for (const [file, text] of Object.entries(files)) fs.writeFileSync(path.join(folder, file), text);
      const compiler = path.join(ROOT, 'node_modules/typescript/bin/tsc');
      const words = ['--noEmit', '--strict', '--target', 'es2022', ...flags, ...Object.keys(files)];
      assert.equal(run(process.execPath, [compiler, ...words]).stdout, '');
    });

  it('says what it can do, and refuses the rest in one sentence', () => {
    const npx = (...words: string[]) => run('npx', ['--no-install', 'cnn-kit', ...words]);
    assert.match(npx('--help').stdout, /setup .*\n.*doctor .*\n.*data /);
    assert.match(npx('doctor').stdout, /^backend +wasm .*\n(.*\n)*faster +npx cnn-kit setup$/m);
    for (const [words, said] of [
      [['wat'], 'There is no command wat; expected one of setup, doctor, data.\n'],
      [['setup', '--wat'], "Unknown option '--wat'; expected npx cnn-kit setup [--again], and --help says more.\n"],
    ] as const) {
      const { status, stdout, stderr } = npx(...words);
      assert.deepEqual([status, stdout, stderr], [2, '', said]);
    }
    const question = run(process.execPath, ['-e', "require('cnn-kit').question('01-1')"]);
    assert.match(question.stderr, /Error: The questions of the lectures are not in the npm package; expected .*\.$/m);
  });

  it('trains on TensorFlow after one command, to the same losses', function () {
    this.timeout(600_000);
    const { status, stdout } = run('npx', ['--no-install', 'cnn-kit', 'setup']);
    const reason =
      /There is no TensorFlow for .*|TensorFlow could not be set up \((.*)\); the kit uses WebAssembly\./.exec(stdout);
    if (reason && (!reason[1] || /cannot be reached/.test(failure('It', reason[1], folder)))) {
      console.log(`      skipped: ${reason[0]}`);
      return this.skip();
    }
    assert.equal(status, 0, stdout);
    const { backend, losses } = trained('esm.mjs', ESM);
    assert.equal(backend.name, 'tensorflow');
    env.CNN_KIT_BACKEND = 'wasm';
    const wasm = trained('esm.mjs', ESM);
    assert.equal(wasm.backend.name, 'wasm');
    losses.forEach((loss, i) => assert.ok(Math.abs(loss - wasm.losses[i]) < 1e-4, `${losses} and ${wasm.losses}`));
  });
});
