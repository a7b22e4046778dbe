/** What a run is made of, taken out of a model and its optimizer for a checkpoint, and put back. */
import * as tf from '@tensorflow/tfjs';
import { filesFor } from '../../base/runtime';
import type { ImageSet } from '../../data';
import { standardization } from '../../data/imageSet';
import type { TorchTensor } from '../../weights/stateDict';
import { layersOf, variableOf } from '../network/variables';
import { type Checkpoint, readCheckpoint, refuseForeign, writeCheckpoint } from './checkpoint';
import type { Epoch, Log } from './history';
import type { Learner } from './learner';
import type { Settings } from './settings';

/** Keeps a run in a file. */
export class RunFile {
  private readonly run: Checkpoint['run'];
  /** The step after which it was written last. */
  private savedAt = 0;

  constructor(
    private readonly file: string,
    private readonly learner: Learner,
    set: ImageSet,
    settings: Settings,
  ) {
    this.run = describeRun(learner.model, set, settings);
  }

  exists(): boolean {
    return filesFor('a checkpoint').exists(this.file);
  }

  /** Writes the run unless it is there as it is now. */
  async finish(log: Log): Promise<void> {
    if (this.savedAt !== log.history.steps) await this.save(log);
  }

  /** @throws when a weight is no longer a number; the file stays as it was */
  async save({ history: { losses, averaged: _averaged, ...history }, lastPass }: Log): Promise<void> {
    const arrays = new Map<string, TorchTensor>();
    for (const [name, variable] of this.variables()) {
      const data = Float32Array.from(await variable.data());
      if (!data.every(Number.isFinite)) {
        throw new Error(`After step ${history.steps}, ${name} is no longer a number; ${this.file} stays as it was.`);
      }
      arrays.set(name, { shape: variable.shape, data });
    }
    const vector = (name: string, values: number[]): void => {
      arrays.set(name, { shape: [values.length], data: Float32Array.from(values) });
    };
    // All of these came out of float32 tensors.
    vector('losses', losses);
    const lastPassNumbers = lastPass.flatMap(({ size, loss, wrong }) => [size, loss, wrong]);
    vector('last pass', lastPassNumbers);
    const epochs = history.epochs.map(epoch => Object.entries(epoch).map(([name, value]) => [name, String(value)]));
    writeCheckpoint(this.file, { run: this.run, state: { ...history, epochs }, arrays });
    this.savedAt = history.steps;
  }

  /**
   * Puts everything back, in the model, the optimizer, and the log.
   * @throws when the file is damaged or of another run; nothing is changed then
   */
  load({ history, lastPass }: Log): void {
    const { run, state, arrays } = readCheckpoint(this.file);
    refuseForeign(this.file, run, this.run);
    const variables = this.variables();
    for (const [name, { shape }] of variables) {
      const found = arrays.get(name)?.shape;
      if (String(found) === String(shape)) continue;
      throw new Error(
        `${this.file} is of another run: its ${name} is [${found ?? 'missing'}], and here it is [${shape}].`,
      );
    }
    for (const [name, variable] of variables) {
      tf.tidy(() => variable.assign(tf.tensor(arrays.get(name)!.data, variable.shape, variable.dtype)));
    }
    const { epochs, ...rest } = state as { epochs: [keyof Epoch, string][][] };
    // As text, since JSON has no NaN and a validation loss may be one.
    const rows = epochs.map(row => Object.fromEntries(row.map(([name, value]) => [name, Number(value)])));
    Object.assign(history, rest, { epochs: rows, losses: [...arrays.get('losses')!.data], stopped: 'epochs' });
    const seen = [...arrays.get('last pass')!.data];
    while (seen.length) {
      const [size, loss, wrong] = seen.splice(0, 3);
      lastPass.push({ size, loss, wrong });
    }
    this.savedAt = history.steps;
  }

  private variables(): [name: string, variable: tf.Variable][] {
    const { model, optimizer, average } = this.learner;
    const weights = model.weights.map((weight, i): [string, tf.Variable] => [`weight ${i}`, variableOf(weight)]);
    return [...weights, ...optimizer.state, ...(average?.state ?? [])];
  }
}

function describeRun(model: tf.LayersModel, set: ImageSet, settings: Settings): Checkpoint['run'] {
  const { batchSize, seed, labelSmoothing, auxiliaryWeight, accumulate, dropLast, optimizer, augment } = settings;
  const architecture = layersOf(model).map(layer => {
    // tfjs numbers the names that it makes up on through the life of a process.
    const { name: _name, ...config } = layer.getConfig();
    return [layer.getClassName(), config, layer.weights.map(({ shape, dtype }) => [shape, dtype])];
  });
  const { sha256 } = filesFor('a checkpoint');
  const sum = (...pieces: (string | Uint8Array)[]): string => sha256(...pieces).slice(0, 16);
  const { mean, std } = standardization(set);
  return {
    'list of layers': sum(JSON.stringify(architecture)),
    'list of trainable weights': sum(JSON.stringify(model.weights.map(({ trainable }) => trainable))),
    'set of images': `${set.length} of ${set.name} (${sum(set.images, Int32Array.from(set.labels).join())})`,
    'mean and deviation of the images': `${mean} and ${std}`,
    batchSize,
    dropLast,
    accumulate,
    seed,
    optimizer: optimizer.name,
    ...optimizer.settings,
    labelSmoothing,
    auxiliaryWeight,
    clipNorm: settings.clipNorm ?? 'none',
    clipValue: settings.clipValue ?? 'none',
    ema: settings.ema ?? 'none',
    // Functions cannot be compared.
    learningRate: settings.learningRate ?? 'a schedule',
    augment: augment ? 'a function' : 'none',
  };
}
