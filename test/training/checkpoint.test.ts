import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fit, type FitOptions, Interrupted, ready, tf } from '../../src';
import * as L from '../../src/layers';
import { readCheckpoint, writeCheckpoint } from '../../src/training/checkpoint';
import type { Outcome } from './run';
import { tinyModel, tinySet, weightsOf } from './tiny';

function child(file: string, killAt = 0): Promise<{ signal: string | null; outcome?: Outcome }> {
  return new Promise((resolve, reject) => {
    const run = fork(path.join(__dirname, 'run.ts'), [file, String(killAt)], { execArgv: ['--import=tsx'] });
    let outcome: Outcome | undefined;
    run.on('message', (message: Outcome) => {
      outcome = message;
      run.disconnect();
    });
    run.on('error', reject);
    run.on('exit', (_, signal) => resolve({ signal, outcome }));
  });
}

describe('checkpoints', () => {
  let folder: string;
  before(async () => {
    await ready();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'checkpoint-'));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  const options = (file: string, more: FitOptions = {}): FitOptions => ({
    progress: false,
    batchSize: 16,
    checkpoint: { file },
    resume: true,
    ...more,
  });

  it('a run killed twice with SIGKILL ends with the bits of one that was not', async function () {
    const [whole, killed] = ['whole', 'killed'].map(name => path.join(folder, `${name}.checkpoint`));
    // At steps 5 and 11 the last checkpoints are of steps 4 and 10: both in the middle of an epoch of 3.
    assert.equal((await child(killed, 5)).signal, 'SIGKILL');
    assert.equal(readCheckpoint(killed).state.steps, 4);
    assert.equal((await child(killed, 11)).signal, 'SIGKILL');
    assert.equal(readCheckpoint(killed).state.steps, 10);
    const resumed = await child(killed);
    const straight = await child(whole);
    assert.equal(straight.outcome!.losses.length, 15);
    assert.deepEqual(resumed.outcome, straight.outcome);
  });

  it('a run that was interrupted goes on, and an ended one is there at once or goes on for more epochs', async () => {
    const file = path.join(folder, 'interrupted.checkpoint');
    const controller = new AbortController();
    const onStep: FitOptions['onStep'] = ({ steps }) => steps === 2 && controller.abort();
    const interrupted = fit(tinyModel(), tinySet(), options(file, { epochs: 2, signal: controller.signal, onStep }));
    await assert.rejects(interrupted, Interrupted);
    assert.equal(readCheckpoint(file).state.steps, 2);

    const [first, again, longer, whole] = [tinyModel(), tinyModel(), tinyModel(), tinyModel()];
    const history = await fit(first, tinySet(), options(file, { epochs: 2 }));
    assert.deepEqual([history.stopped, history.steps, history.losses.length], ['epochs', 6, 6]);
    const refuseStep = (): void => assert.fail('a step was taken');
    const { losses, epochs } = await fit(again, tinySet(), options(file, { epochs: 2, onStep: refuseStep }));
    assert.deepEqual([losses, epochs], [history.losses, history.epochs]);
    assert.deepEqual(weightsOf(again), weightsOf(first));
    await fit(longer, tinySet(), options(file, { epochs: 4 }));
    await fit(whole, tinySet(), { ...options(file, { epochs: 4 }), checkpoint: undefined, resume: false });
    assert.deepEqual(weightsOf(longer), weightsOf(whole));
  });

  it('leaves no tensors behind', async () => {
    const file = path.join(folder, 'memory.checkpoint');
    const model = tinyModel();
    const before = tf.memory().numTensors;
    await fit(model, tinySet(), options(file, { epochs: 1 }));
    await fit(model, tinySet(), options(file, { epochs: 2 }));
    assert.equal(tf.memory().numTensors, before);
  });

  it('refuses a file that is damaged anywhere, cut off, or something else, and changes nothing', async () => {
    const file = path.join(folder, 'good.checkpoint');
    const bad = path.join(folder, 'bad.checkpoint');
    await fit(tinyModel(), tinySet(), options(file, { maxSteps: 2 }));
    const good = fs.readFileSync(file);
    const model = tinyModel();
    const before = weightsOf(model);
    const refused = async (bytes: Buffer, message: RegExp): Promise<void> => {
      fs.writeFileSync(bad, bytes);
      await assert.rejects(fit(model, tinySet(), options(bad, { maxSteps: 3 })), message);
    };
    for (const place of [25, 55, 400, good.length - 1]) {
      const bytes = Buffer.from(good);
      bytes[place] ^= 1;
      await refused(bytes, /bad\.checkpoint is damaged: its SHA-256 is not/);
    }
    await refused(good.subarray(0, good.length - 4), /bad\.checkpoint is damaged/);
    await refused(Buffer.from('{"a": 1}'), /bad\.checkpoint is no checkpoint/);
    assert.deepEqual(weightsOf(model), before);
  });

  it('refuses the checkpoint of another run, and says what differs', async () => {
    const file = path.join(folder, 'foreign.checkpoint');
    await fit(tinyModel(), tinySet(), options(file, { maxSteps: 2 }));
    const refused = (message: RegExp, more: FitOptions, model = tinyModel(), set = tinySet()): Promise<void> =>
      assert.rejects(fit(model, set, options(file, { maxSteps: 3, ...more })), message);
    await refused(/foreign\.checkpoint is of another run: its batchSize is 16, and here it is 8\./, { batchSize: 8 });
    await refused(/its seed is 0, and here it is 1/, { seed: 1 });
    await refused(/its form is modern, and here it is paper/, { form: 'paper' });
    await refused(/its set of images is 42 of tiny/, {}, tinyModel(), tinySet(42, 8, 2));
    await refused(/its list of layers is/, {}, tinyModel({ rate: 0.4 }));
    const tanh = L.model('tiny', { inputShape: [8, 8, 3] }, L.tanh(), L.flatten(), L.dense(3));
    await refused(/its list of layers is/, {}, tanh);
  });

  it('keeps the old file until the new one is whole', () => {
    const file = path.join(folder, 'atomic.checkpoint');
    const checkpoint = (step: number) => ({
      run: {},
      state: { step },
      arrays: new Map([['a', Float32Array.of(step)]]),
    });
    writeCheckpoint(file, checkpoint(1));
    const { fsyncSync } = fs;
    fs.fsyncSync = () => {
      throw new Error('no space left on device');
    };
    try {
      assert.throws(() => writeCheckpoint(file, checkpoint(2)), /no space/);
    } finally {
      fs.fsyncSync = fsyncSync;
    }
    assert.deepEqual(readCheckpoint(file), checkpoint(1));
    assert.ok(!fs.existsSync(`${file}.part`));
  });
});
