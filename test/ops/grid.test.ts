import assert from 'node:assert/strict';
import { answer, CORNERS } from './grid';
import { pinned } from './pinned';
import { gridOnBackends } from './gridOnBackends';

describe('the grid of convolution and pooling', () => {
  it("the direct loops give PyTorch's values and gradients in float64", () => {
    const all = pinned();
    assert.ok(all.length >= 24);
    for (const { setting, numbers, y, dx, dFilter } of all) {
      const own = answer(setting, numbers);
      for (const [name, expected] of Object.entries({ y, dx, dFilter })) {
        const actual = own[name as 'y' | 'dx' | 'dFilter'];
        const isNear = actual.length === expected.length && expected.every((n, i) => Math.abs(n - actual[i]) < 1e-10);
        assert.ok(isNear, `${name} of ${JSON.stringify(setting)} is [${actual}], in PyTorch [${expected}].`);
      }
    }
  });

  gridOnBackends(CORNERS.length + pinned().length + 250);
});
