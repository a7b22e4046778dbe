import assert from 'node:assert/strict';
import path from 'node:path';
import { tensorflowMissing } from '../../src/backend/native/tensorflow';
import { runChild } from '../backend/child';
import type { GridResult } from './gridOnBackend';

const BACKENDS = {
  cpu: { CNN_KIT_BACKEND: 'cpu' },
  wasm: { CNN_KIT_BACKEND: 'wasm' },
  'tensorflow (addon)': { CNN_KIT_BACKEND: 'tensorflow', CNN_KIT_BINDING: undefined },
  'tensorflow (koffi)': { CNN_KIT_BACKEND: 'tensorflow', CNN_KIT_BINDING: 'koffi' },
  'tensorflow (addon) without oneDNN': {
    ...{ CNN_KIT_BACKEND: 'tensorflow', CNN_KIT_BINDING: undefined },
    TF_ENABLE_ONEDNN_OPTS: '0',
  },
};

/** CNN_KIT_SEED draws another grid. */
const seed = Number(process.env.CNN_KIT_SEED || 13);

/** Tests `count` settings on every backend; the title ends with their number and the largest errors. */
export function gridOnBackends(count: number): void {
  for (const [name, environment] of Object.entries(BACKENDS)) {
    it(name, async function () {
      this.timeout(7_200_000);
      const missing = name.startsWith('tensorflow') && tensorflowMissing();
      if (missing) {
        console.log(`      skipped: ${missing}`);
        this.skip();
      }
      const file = path.join('..', 'ops', 'gridOnBackend.ts');
      const { message, stderr } = await runChild<GridResult>(file, environment, [String(seed), String(count)]);
      assert.ok(message, stderr);
      const { backend, settings, refused, values, gradients, wrong } = message;
      this.test!.title +=
        `: ${settings} settings of seed ${seed}, ${refused} of them refused, largest relative error ` +
        `${values.toExponential(1)} of values, ${gradients.toExponential(1)} of gradients`;
      assert.ok(name.startsWith(backend), `${backend} computed in place of ${name}`);
      assert.deepEqual(wrong, [], `CNN_KIT_SEED=${seed} repeats it`);
      assert.equal(settings, count);
    });
  }
}
