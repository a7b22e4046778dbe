import assert from 'node:assert/strict';
import path from 'node:path';
import { tensorflowMissing } from '../../src/backend/native/tensorflow';
import { runChild } from '../backend/child';

describe("corners: values and gradients are PyTorch's where a derivative jumps, and NaN stays NaN", function () {
  for (const backend of ['cpu', 'wasm', 'tensorflow']) {
    it(backend, async function () {
      const missing = backend === 'tensorflow' && tensorflowMissing();
      if (missing) {
        console.log(`      skipped: ${missing}`);
        this.skip();
      }
      const file = path.join('..', 'ops', 'cornersOnBackend.ts');
      const { message, stderr } = await runChild<{ backend: string; wrong: string[] }>(file, {
        CNN_KIT_BACKEND: backend,
      });
      assert.deepEqual(message, { backend, wrong: [] }, stderr);
    });
  }
});
