import assert from 'node:assert/strict';
import { tensorflowMissing } from '../../src/backend/native/tensorflow';
import { runChild } from './child';
import type { Run } from './network';

const CONFIGURATIONS = {
  wasm: { CNN_KIT_BACKEND: 'wasm' },
  'tensorflow (addon)': { CNN_KIT_BACKEND: 'tensorflow', CNN_KIT_BINDING: undefined },
  'tensorflow (koffi)': { CNN_KIT_BACKEND: 'tensorflow', CNN_KIT_BINDING: 'koffi' },
};
const TOLERANCE = 1e-4;

describe('backends', function () {
  let reference: Run;

  before(async () => {
    const { code, stdout, stderr, message } = await runChild<Run>('network.ts', { CNN_KIT_BACKEND: 'cpu' });
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '', stderr: '' });
    reference = message!;
  });

  it('train: the reference on plain JavaScript makes the loss move and stays finite', () => {
    assert.equal(reference.backend, 'cpu');
    assert.ok(reference.losses.every(Number.isFinite));
    assert.equal(new Set(reference.losses).size, 3);
  });

  for (const [name, environment] of Object.entries(CONFIGURATIONS)) {
    it(`${name} trains the small CIFAR network as plain JavaScript does, and prints nothing`, async function () {
      const missing = name.startsWith('tensorflow') && tensorflowMissing();
      if (missing) {
        console.log(`      skipped: ${missing}`);
        this.skip();
      }
      const { code, stdout, stderr, message } = await runChild<Run>('network.ts', environment);
      assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '', stderr: '' });
      assert.equal(message!.backend, name);
      assertClose(message!.losses, reference.losses, 'losses');
      for (const [key, weights] of Object.entries(reference.weights)) assertClose(message!.weights[key], weights, key);
    });
  }

  it('a backend that does not exist is refused by name', async () => {
    const { code, stderr } = await runChild('network.ts', { CNN_KIT_BACKEND: 'cuda' });
    assert.equal(code, 1);
    assert.match(stderr, /CNN_KIT_BACKEND is 'cuda'; expected one of tensorflow, wasm, cpu\./);
  });

  it('TensorFlow computes with no call to ready, also in two worker threads of one process', async function () {
    const missing = tensorflowMissing();
    if (missing) {
      console.log(`      skipped: ${missing}`);
      this.skip();
    }
    const { code, stdout, stderr, message } = await runChild('threads.ts', { CNN_KIT_BACKEND: 'tensorflow' });
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '', stderr: '' });
    assert.deepEqual(message, [6, 6, 6]);
  });
});

function assertClose(actual: number[], expected: number[], what: string): void {
  assert.equal(actual.length, expected.length, what);
  actual.forEach((value, i) => {
    assert.ok(
      Math.abs(value - expected[i]) <= TOLERANCE,
      `${what}[${i}] is ${value}, on plain JavaScript ${expected[i]}`,
    );
  });
}
