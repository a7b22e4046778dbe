import assert from 'node:assert/strict';
import { cropTo, evaluate, fit, type History, horizontalFlip, Interrupted, ready, tf } from '../../src';
import { steps } from '../../src/training';
import { Dropout } from '../../src/layers';
import { withKernel } from '../display/kernel';
import { assertNear, linearModel, tinyModel, tinySet, weightsOf } from './tiny';

const quiet = { progress: false, batchSize: 16, learningRate: 0.05 } as const;

describe('fit', () => {
  before(ready);

  it('learns: the loss falls and the validation is what evaluate says', async () => {
    const model = tinyModel();
    const validation = tinySet(30, 8, 2);
    const history = await fit(model, tinySet(), { ...quiet, epochs: 12, validation });
    assert.equal(history.stopped, 'epochs');
    assert.equal(history.steps, 36);
    assert.equal(history.losses.length, 36);
    assert.equal(history.epochs.length, 12);
    assert.ok(history.trainLoss < 0.5 * history.epochs[0].trainLoss, `${history.trainLoss}`);
    const { loss, accuracy } = await evaluate(model, validation);
    const { validationLoss, validationError } = history.epochs[11];
    assertNear([validationLoss!, validationError!], [loss, 1 - accuracy]);
  });

  it('takes the step that a hand takes', async () => {
    // Black: x = -2. Equal logits, so the gradient of the logits is [-1/2, 1/2], and of the kernel's rows -2 times that.
    const set = { ...tinySet(1, 1), images: new Uint8Array(3), labels: new Uint8Array(1), classes: ['a', 'b'] };
    const model = linearModel(
      [
        [0, 0],
        [0, 0],
        [0, 0],
      ],
      [0, 0],
    );
    const history = await fit(model, set, { progress: false, maxSteps: 1, learningRate: 0.1 });
    assertNear(history.losses, [Math.log(2)]);
    assertNear(weightsOf(model).flat(), [-0.1, 0.1, -0.1, 0.1, -0.1, 0.1, 0.05, -0.05]);
  });

  it('takes images that the augmentation cuts to the size of the model, and refuses those that it does not', async () => {
    const larger = tinySet(30, 10);
    const history = await fit(tinyModel(), larger, { ...quiet, epochs: 1, augment: cropTo(8) });
    assert.equal(history.steps, 2);
    await assert.rejects(fit(tinyModel(), larger, quiet), /takes images of 8 x 8 x 3, but .* has 10 x 10 x 3/);
  });

  it('stops after maxSteps within an epoch', async () => {
    const history = await fit(tinyModel(), tinySet(), { ...quiet, maxSteps: 4 });
    assert.deepEqual([history.stopped, history.steps, history.epochs.length], ['maxSteps', 4, 1]);
  });

  it('asks stopWhen after every step once it has seen all images', async () => {
    const asked: number[] = [];
    const stopWhen = ({ steps }: History): boolean => asked.push(steps) > 0 && steps === 5;
    const history = await fit(tinyModel(), tinySet(), { ...quiet, epochs: 9, stopWhen });
    assert.deepEqual([history.stopped, asked], ['stopWhen', [3, 4, 5]]);
  });

  it('counts the training error over the last pass', async () => {
    const history = await fit(tinyModel(), tinySet(), {
      ...quiet,
      epochs: 40,
      stopWhen: ({ trainError }) => trainError <= 0.25,
    });
    assert.equal(history.stopped, 'stopWhen');
    assert.ok(history.trainError <= 0.25 && Number.isInteger(Math.round(history.trainError * 42 * 1e6) / 1e6));
  });

  it('follows the schedule', async () => {
    const history = await fit(tinyModel(), tinySet(), { ...quiet, epochs: 4, learningRate: steps(0.1, { at: [0.5] }) });
    assertNear(
      history.epochs.map(({ learningRate }) => learningRate),
      [0.1, 0.1, 0.01, 0.01],
    );
  });

  it('repeats to the bit from its seed, and not from another', async () => {
    const run = async (seed: number): Promise<number[][]> => {
      const model = tinyModel();
      await fit(model, tinySet(), { ...quiet, epochs: 2, seed, augment: horizontalFlip() });
      return weightsOf(model);
    };
    const first = await run(1);
    assert.deepEqual(await run(1), first);
    assert.notDeepEqual(await run(2), first);
  });

  it('repeats a model with tfjs’s own dropout, too', async () => {
    const run = async (seed: number): Promise<number[]> => {
      const model = tf.sequential({
        layers: [
          tf.layers.flatten({ inputShape: [8, 8, 3] }),
          tf.layers.dropout({ rate: 0.5 }),
          tf.layers.dense({ units: 3, kernelInitializer: 'zeros' }),
        ],
      });
      // In one batch only dropout depends on the seed.
      return (await fit(model, tinySet(), { ...quiet, batchSize: 42, maxSteps: 3, seed })).losses;
    };
    const first = await run(1);
    assert.deepEqual(await run(1), first);
    assert.ok(Math.abs((await run(2))[2] - first[2]) > 1e-4);
  });

  it('drops other units at every step', async () => {
    const model = tinyModel();
    const layer = model.layers.find(candidate => candidate instanceof Dropout)!;
    const kept = new Set<string>();
    await fit(model, tinySet(), {
      ...quiet,
      batchSize: 14,
      maxSteps: 3,
      onStep: () =>
        void kept.add(
          String(((layer as Dropout).apply(tf.ones([14, 4, 4, 4]), { training: true }) as tf.Tensor).dataSync()),
        ),
    });
    assert.equal(kept.size, 3);
  });

  it('keeps the weights when it is interrupted, and tells the history', async () => {
    const model = tinyModel();
    const controller = new AbortController();
    const run = fit(model, tinySet(), {
      ...quiet,
      epochs: 9,
      signal: controller.signal,
      onStep: ({ steps }) => steps === 4 && controller.abort(),
    });
    await assert.rejects(run, (error: Interrupted) => {
      assert.ok(error instanceof Interrupted);
      assert.deepEqual([error.history.stopped, error.history.steps], ['interrupted', 4]);
      return true;
    });
    const other = tinyModel();
    await fit(other, tinySet(), { ...quiet, epochs: 9, maxSteps: 4 });
    assert.deepEqual(weightsOf(model), weightsOf(other));
  });

  it('is interrupted by the kernel, through the signal of the running cell', () => {
    const controller = new AbortController();
    controller.abort();
    return withKernel(() => assert.rejects(fit(tinyModel(), tinySet(), quiet), Interrupted), {
      signal: () => controller.signal,
    });
  });

  it('refuses a loss that is no number', () =>
    assert.rejects(
      fit(tinyModel(), tinySet(), { ...quiet, epochs: 50, learningRate: 1e25 }),
      /^Error: The loss became (NaN|Infinity) at step \d+; try a learning rate below 1e\+25\.$/,
    ));

  it('refuses what does not fit together', async () => {
    const refused = (set: ReturnType<typeof tinySet>, options: object, message: RegExp): Promise<void> =>
      assert.rejects(fit(tinyModel(), set, { ...quiet, ...options }), message);
    await refused(tinySet(6, 4), {}, /tiny takes images of 8 x 8 x 3, but tiny has 4 x 4 x 3/);
    await refused({ ...tinySet(), classes: ['a', 'b', 'c', 'd'] }, {}, /tells 3 classes apart, but tiny has 4/);
    await refused(tinySet(0), {}, /no images/);
    await refused(tinySet(), { batchSize: 0 }, /batchSize of fit is 0/);
    await refused(tinySet(), { resume: true }, /resume without a checkpoint/);
    await refused(tinySet(), { checkpoint: { file: 'x', every: 0 } }, /every of option checkpoint of fit is 0/);
  });

  it('has as many tensors after every epoch as after the first, and none of its own at the end', async () => {
    const model = tinyModel();
    const before = tf.memory().numTensors;
    const counts: number[] = [];
    await fit(model, tinySet(), {
      ...quiet,
      epochs: 5,
      validation: tinySet(20),
      onStep: ({ steps }) => steps % 3 === 0 && counts.push(tf.memory().numTensors),
    });
    assert.equal(counts.length, 5);
    // The two of the next batch are made ahead; after the last step there is none.
    counts[4] += 2;
    assert.equal(new Set(counts).size, 1, String(counts));
    assert.equal(tf.memory().numTensors, before);
  });

  it('shows its progress in a notebook', () =>
    withKernel(async shown => {
      await fit(tinyModel(), tinySet(), { epochs: 1, batchSize: 16, progress: 'my run' });
      assert.equal(new Set(shown.map(({ id }) => id)).size, 1);
      const { bundle } = shown.at(-1)!;
      assert.match(bundle['text/plain'] as string, /^my run: 3 of 3 steps in .*, loss from .* to .*, .* images\/s$/);
      assert.match(bundle['text/html'] as string, /<svg/);
    }));

  it('shows its progress as one line on a terminal', async () => {
    const { isTTY, write } = process.stdout;
    let text = '';
    process.stdout.isTTY = true;
    process.stdout.write = ((piece: string) => Boolean((text += piece))) as typeof write;
    try {
      await fit(tinyModel(), tinySet(), { epochs: 1, batchSize: 16 });
    } finally {
      Object.assign(process.stdout, { isTTY, write });
    }
    assert.match(text, /^\rtiny: 0%, 0 of 3 steps.*\rtiny: 3 of 3 steps in [^\n]*\n$/s);
  });
});
