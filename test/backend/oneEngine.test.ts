import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const root = path.join(__dirname, '..', '..');

describe('one engine', function () {
  this.timeout(120_000);

  /** What a program prints that imports both, in the order given, as a module or as CommonJS. */
  const printed = (lines: string[], kind: 'module' | 'commonjs', environment: NodeJS.ProcessEnv = {}): string =>
    execFileSync(process.execPath, [`--input-type=${kind}`, '--eval', lines.join('\n')], {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: undefined, ...environment },
      encoding: 'utf8',
    }).trim();

  before(function () {
    if (!fs.existsSync(path.join(root, 'dist', 'index.js'))) {
      console.log('      skipped: dist is not built; `npm run build` does it');
      this.skip();
    }
  });

  const USE = [
    'await kit.ready();',
    'const mine = tf.tensor2d([[1, 2]]), theirs = kit.tf.tensor2d([[3], [4]]);',
    'console.log([tf.engine() === kit.tf.engine(), tf.getBackend() === kit.backend().name,',
    '  theirs instanceof tf.Tensor, kit.tf.matMul(mine, theirs).dataSync()[0], tf.matMul(mine, theirs).dataSync()[0]].join());',
  ];
  const RIGHT = 'true,true,true,11,11';
  const tfFirst = ["import * as tf from '@tensorflow/tfjs';", "import * as kit from 'cnn-kit';"];

  for (const backend of ['cpu', 'wasm', undefined]) {
    it(`of tfjs and cnn-kit imported side by side, on ${backend ?? 'the default backend'}`, () => {
      const environment = { CNN_KIT_BACKEND: backend };
      assert.equal(printed([...tfFirst, ...USE], 'module', environment), RIGHT);
      assert.equal(printed([...tfFirst.slice().reverse(), ...USE], 'module', environment), RIGHT);
      const required = [
        "const tf = require('@tensorflow/tfjs'), kit = require('cnn-kit');",
        '(async () => {',
        ...USE,
        '})();',
      ];
      assert.equal(printed(required, 'commonjs', environment), RIGHT);
    });
  }

  it('backend() says in one sentence that ready() was not awaited, or that another was set', () => {
    const said = (lines: string[], backend: string): string =>
      printed(
        [
          "const { backend, ready, tf } = require('cnn-kit');",
          '(async () => {',
          ...lines,
          'try { console.log(backend().name); } catch (error) { console.log(error.message); } })();',
        ],
        'commonjs',
        { CNN_KIT_BACKEND: backend },
      );
    assert.equal(said([], 'wasm'), 'The backend wasm is not ready; expected `await ready()` before backend().');
    assert.equal(said(['await ready();'], 'wasm'), 'wasm');
    assert.equal(said([], 'cpu'), 'cpu');
    assert.equal(
      said(['await ready();', "await tf.setBackend('cpu');"], 'wasm'),
      'The backend in use is cpu, which was set with tf.setBackend; expected wasm after `await ready()`.',
    );
  });
});
