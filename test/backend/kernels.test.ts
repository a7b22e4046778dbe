import assert from 'node:assert/strict';
import { tensorflowMissing } from '../../src/backend/native/tensorflow';
import { runChild } from './child';
import type { Results } from './kernelCases';

const ENGINES = {
  wasm: { CNN_KIT_BACKEND: 'wasm' },
  tensorflow: { CNN_KIT_BACKEND: 'tensorflow' },
  'tensorflow without oneDNN': { CNN_KIT_BACKEND: 'tensorflow', TF_ENABLE_ONEDNN_OPTS: '0' },
};

describe('kernels and gradients', function () {
  let reference: Results;

  before(async () => {
    reference = (await runChild<Results>('kernelCases.ts', { CNN_KIT_BACKEND: 'cpu' })).message!;
  });

  for (const [name, environment] of Object.entries(ENGINES)) {
    it(`${name}: values and gradients are those of plain JavaScript`, async function () {
      if (name.startsWith('tensorflow') && tensorflowMissing()) this.skip();
      const { message, stderr } = await runChild<Results>('kernelCases.ts', environment);
      assert.equal(stderr, '');
      const wrong: string[] = [];
      for (const [key, arrays] of Object.entries(reference)) {
        arrays.forEach((expected, i) => {
          const actual = message![key][i];
          assert.equal(actual.length, expected.length, key);
          const worst = Math.max(
            ...expected.map((value, j) => Math.abs(value - actual[j]) / Math.max(1, Math.abs(value))),
          );
          if (!(worst < 1e-4)) wrong.push(`${key}: array ${i} is off by ${worst}`);
        });
      }
      assert.deepEqual(wrong, []);
    });
  }
});
