import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  adam,
  adamW,
  fit,
  type FitOptions,
  horizontalFlip,
  Interrupted,
  ready,
  rmsProp,
  saveWeights,
  seeded,
  sgd,
  tf,
} from '../../src';
import * as L from '../../src/layers';
import { readCheckpoint, writeCheckpoint } from '../../src/training/fit/checkpoint';
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
    const file = path.join(folder, 'good.safetensors');
    const bad = path.join(folder, 'bad.safetensors');
    await fit(tinyModel(), tinySet(), options(file, { maxSteps: 2 }));
    const good = fs.readFileSync(file);
    const model = tinyModel();
    const before = weightsOf(model);
    const refused = async (bytes: Uint8Array, message: RegExp): Promise<void> => {
      fs.writeFileSync(bad, bytes);
      await assert.rejects(fit(model, tinySet(), options(bad, { maxSteps: 3 })), message);
    };
    const seed = Number(process.env.CNN_KIT_TEST_SEED ?? Date.now() % 1e6);
    const random = seeded(seed);
    const everywhere = Array.from({ length: 300 }, () => Math.floor(random() * good.length));
    for (const place of [...Array(16).keys(), ...everywhere, good.length - 1]) {
      const bytes = Buffer.from(good);
      bytes[place] ^= 1 << Math.floor(random() * 8);
      fs.writeFileSync(bad, bytes);
      assert.throws(
        () => readCheckpoint(bad),
        /bad\.safetensors is no (checkpoint|readable)/,
        `byte ${place}, CNN_KIT_TEST_SEED=${seed}`,
      );
    }
    const bytes = Buffer.from(good);
    bytes[good.length - 1] ^= 1;
    await refused(
      bytes,
      /bad\.safetensors is no readable .*: it is damaged: the tensor last pass has another checksum\.$/,
    );
    for (const length of [0, 7, 100, good.length - 4, good.length - 1]) {
      await refused(good.subarray(0, length), /bad\.safetensors is no readable/);
    }
    await refused(Buffer.from('{"a": 1}'), /bad\.safetensors is no readable/);
    saveWeights(model, bad);
    await refused(fs.readFileSync(bad), /bad\.safetensors is no checkpoint of a training run/);
    assert.deepEqual(weightsOf(model), before);
  });

  it('does not go on from weights that are no numbers, and does not write them over those that are', async () => {
    const file = path.join(folder, 'nan.safetensors');
    await fit(tinyModel(), tinySet(), options(file, { maxSteps: 2 }));
    const good = fs.readFileSync(file);
    const model = tinyModel();
    const spoil = (): void => {
      const [weight] = model.trainableWeights;
      tf.tidy(() => void weight.write(tf.fill(weight.shape as number[], NaN)));
    };
    const spoiled = fit(model, tinySet(), options(file, { maxSteps: 3, onStep: spoil }));
    await assert.rejects(spoiled, /After step 3, weight 0 is no longer a number; .*nan\.safetensors stays as it was/);
    assert.deepEqual(fs.readFileSync(file), good);

    const checkpoint = readCheckpoint(file);
    const [name, { shape, data }] = [...checkpoint.arrays][0];
    const holed = Float32Array.from(data);
    holed[3] = NaN;
    writeCheckpoint(file, { ...checkpoint, arrays: new Map(checkpoint.arrays).set(name, { shape, data: holed }) });
    await assert.rejects(
      fit(tinyModel(), tinySet(), options(file, { maxSteps: 3 })),
      /nan\.safetensors: weight 0 holds NaN at 3/,
    );
  });

  const VARIANTS: Record<string, FitOptions> = {
    'sgd with Nesterov': { optimizer: sgd({ nesterov: true, weightDecay: 1e-3 }) },
    'rmsProp with momentum': { optimizer: rmsProp({ momentum: 0.9 }), learningRate: 1e-3 },
    adam: { optimizer: adam() },
    'adamW with clipping and an average': { optimizer: adamW(), clipNorm: 0.5, ema: 0.9 },
    'accumulation, with smaller steps at the end': { batchSize: 8, accumulate: 4, ema: 0.5, clipValue: 0.1 },
    'dropLast and accumulation': { batchSize: 8, accumulate: 2, dropLast: true },
  };
  for (const [name, variant] of Object.entries(VARIANTS)) {
    it(`${name}: a run in three parts ends with the bits of one`, async () => {
      const file = path.join(folder, `${name}.safetensors`);
      const more = { ...variant, augment: horizontalFlip() };
      const [model, whole] = [tinyModel(), tinyModel()];
      const before = tf.memory().numTensors;
      for (const maxSteps of [2, 5]) {
        (await fit(model, tinySet(), options(file, { ...more, maxSteps }))).averaged?.dispose();
      }
      const resumed = await fit(model, tinySet(), options(file, { ...more, maxSteps: 7 }));
      const straight = await fit(whole, tinySet(), {
        ...options(file, { ...more, maxSteps: 7 }),
        checkpoint: undefined,
        resume: false,
      });
      assert.deepEqual(resumed.losses, straight.losses);
      assert.deepEqual(weightsOf(model), weightsOf(whole));
      const averages = [resumed, straight].map(({ averaged }) =>
        averaged?.weights.map(weight => [...weight.dataSync()]),
      );
      assert.deepEqual(averages[0], averages[1]);
      assert.equal(averages[0] !== undefined, 'ema' in variant);
      for (const { averaged } of [resumed, straight]) averaged?.dispose();
      assert.equal(tf.memory().numTensors, before);
    });
  }

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
      arrays: new Map([['a', { shape: [1], data: Float32Array.of(step) }]]),
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
    const { state, arrays } = readCheckpoint(file);
    assert.deepEqual([state, arrays.get('a')!.data], [{ step: 1 }, Float32Array.of(1)]);
    assert.ok(!fs.existsSync(`${file}.part`));
  });
});
