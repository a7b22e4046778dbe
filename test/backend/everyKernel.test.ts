import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { tensorflowMissing } from '../../src/backend/native/tensorflow';
import { runChild } from './child';
import type { Everything } from './everyKernel';

describe('what tf offers', function () {
  this.timeout(120_000);
  let folder: string;
  let reference: Everything;
  const on = async (backend: string): Promise<Everything> => {
    const { message, stderr } = await runChild<Everything>('everyKernel.ts', { CNN_KIT_BACKEND: backend }, [
      path.join(folder, backend),
    ]);
    assert.ok(message, stderr);
    return message;
  };

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-'));
    reference = await on('cpu');
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  it('works on plain JavaScript, files included', () => {
    assert.ok(reference.cpuKernels.length > 150);
    assert.deepEqual(
      Object.entries(reference.results).filter(([, result]) => typeof result === 'string'),
      [],
    );
    assert.equal(reference.saved, 0);
  });

  it('transforms each image of a batch', () => {
    const [[, , , , ...two], [, , , , ...one]] = [
      reference.results['transform of two'],
      reference.results.transform,
    ].map(result => (result as number[][])[0]);
    assert.deepEqual(two.slice(0, two.length / 2), one);
    assert.ok(new Set(two.slice(two.length / 2)).size > 10);
  });

  for (const backend of ['wasm', 'tensorflow']) {
    it(`works on ${backend}: every kernel of plain JavaScript, and its answers`, async function () {
      const missing = backend === 'tensorflow' && tensorflowMissing();
      if (missing) {
        console.log(`      skipped: ${missing}`);
        this.skip();
      }
      const own = await on(backend);
      assert.deepEqual([own.backend, own.missing, own.saved], [backend, [], 0]);
      const wrong = Object.entries(reference.results).filter(([name, expected]) => {
        const actual = own.results[name];
        const flat = (result: typeof actual): (number | string)[] => [result].flat(2);
        return (
          typeof actual === 'string' ||
          flat(actual).length !== flat(expected).length ||
          flat(expected).some((value, i) => {
            const other = flat(actual)[i];
            return typeof value === 'string'
              ? value !== other
              : !(Math.abs(value - Number(other)) <= 1e-4 * Math.max(1, Math.abs(value)));
          })
        );
      });
      const shown = (result: unknown): string => String(result).slice(0, 200);
      assert.deepEqual(
        wrong.map(([name, expected]) => `${name}: ${shown(own.results[name])}, expected ${shown(expected)}`),
        [],
      );
    });
  }
});
