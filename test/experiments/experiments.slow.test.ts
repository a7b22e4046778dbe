import assert from 'node:assert/strict';
import { experiment, offlineImages, ready, tf } from '../../src';
import { EXPERIMENTS } from '../../src/experiments';

describe('every experiment at its smallest scale', () => {
  before(ready);

  for (const [name, { figure }] of Object.entries(EXPERIMENTS)) {
    it(`${name} gives the same result again, leaves no tensor behind, and draws`, async function () {
      const setting = { seed: 3, scale: 'quick', images: offlineImages } as const;
      const before = tf.memory().numTensors;
      const first = await experiment(name, setting);
      assert.equal(tf.memory().numTensors, before);
      const second = await experiment(name, setting);
      // What was taken by the clock is under `measured`.
      const again = ({ measured: _, ...result }: Record<string, unknown>): object => result;
      assert.deepEqual(again(first.result), again(second.result));
      for (const drawn of [figure(first.result)].flat()) assert.ok((await drawn.bundle)['image/png']);
    });
  }
});
