import assert from 'node:assert/strict';
import { ready, tf } from '../../src';
import { devices, onDevice, operationsByDevice } from '../../src/backend';
import { tensorflowMissing } from '../../src/backend/native/tensorflow';
import { runChild } from './child';
import type { TwoDevices } from './twoDevices';

describe('devices', () => {
  before(ready);

  for (const binding of ['addon', 'koffi']) {
    it(`two on one processor train AlexNet's towers, each on its own, as one device does (${binding})`, async function () {
      const missing = tensorflowMissing();
      if (missing) {
        console.log(`      skipped: ${missing}`);
        this.skip();
      }
      const environment = { CNN_KIT_BACKEND: 'tensorflow', CNN_KIT_CPU_DEVICES: '2', CNN_KIT_BINDING: binding };
      const { code, stderr, message } = await runChild<TwoDevices>('twoDevices.ts', environment);
      assert.equal(code, 0, stderr);
      const { devices, product, losses, operations, compiled } = message!;
      assert.deepEqual(
        devices.map(name => name.split('device:')[1]),
        ['CPU:0', 'CPU:1'],
      );
      assert.deepEqual(product[0], [0, 1], 'a product on device 1 is one operation there');
      assert.ok(product[1][0] === 0 && product[1][1] >= 2, `its gradient is there, too: ${product[1]}`);
      // The two towers have the same layers, so the same operations.
      assert.ok(operations[0] > 100 && operations[0] === operations[1], `${operations}`);
      losses.placed.forEach((loss, i) => assert.ok(Math.abs(loss - losses.unplaced[i]) < 1e-4, `step ${i}`));
      assert.deepEqual(compiled, { reason: '', graphs: 1, same: true });
    });
  }

  it('a device that is not there is the one that is, and no number is refused', () => {
    const names = devices();
    assert.ok(names.length >= 1);
    tf.tidy(() => assert.equal(onDevice(5, () => tf.scalar(3).square()).dataSync()[0], 9));
    assert.equal(operationsByDevice().length, names.length);
    for (const wrong of [-1, 0.5, NaN]) assert.throws(() => onDevice(wrong, () => 0), /expected a whole number from 0/);
  });

  it('goes back to where it was, also after an error', () => {
    const before = operationsByDevice();
    assert.throws(() =>
      onDevice(0, () => {
        throw new Error('no');
      }),
    );
    tf.tidy(() => tf.scalar(1).square());
    assert.deepEqual(operationsByDevice(), before);
  });
});
