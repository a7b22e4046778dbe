/** What a run is made of, taken out of a model and its optimizer for a checkpoint, and put back. */
import * as tf from '@tensorflow/tfjs';
import { filesFor } from '../base/runtime';
import { seeded, type ImageSet } from '../data';
import { Dropout } from '../layers';
import { standardization } from '../data/imageSet';
import type { TorchTensor } from '../weights/stateDict';
import { type Checkpoint, readCheckpoint, refuseForeign, writeCheckpoint } from './checkpoint';
import type { Epoch, History } from './fit';
import type { Optimizer, WeightAverage } from './optimizers';
import type { Settings } from './settings';

/** What was seen of one batch of the last whole pass. */
export interface Seen {
  size: number;
  loss: number;
  wrong: number;
}

/** The variable behind a weight: tfjs-layers keeps it one wrapper deep. */
export const variableOf = (weight: tf.LayerVariable): tf.Variable => (weight as unknown as { val: tf.Variable }).val;

/** All layers, also those of models within the model. */
export function layersOf(model: tf.LayersModel): tf.layers.Layer[] {
  return model.layers.flatMap(layer => (layer instanceof tf.LayersModel ? layersOf(layer) : [layer]));
}

/** Streams 0 and 1 are the data's. */
const DROPOUT_STREAM = 2;

/**
 * Draws the masks of every dropout layer from the seed and the number of the step alone: a run that goes on draws those
 * that it would have drawn.
 * @param always whether units are dropped at inference, too
 * @returns how many layers drop units
 */
export function drawMasks(model: tf.LayersModel, batch: number, seed: number, step: number, always = false): number {
  const layers = layersOf(model);
  const mixed = (((seed % 2 ** 32) + 2 ** 32) % 2 ** 32) + (step % 2 ** 20) * 2 ** 32;
  let count = 0;
  for (const [i, layer] of layers.entries()) {
    if (layer instanceof Dropout) {
      if (layer.rate > 0) layer.draw(batch, seeded(mixed, DROPOUT_STREAM + i), always);
    } else if (layer.getClassName() === 'Dropout' && !always) {
      // tfjs's layer reads its seed at each call; 0 would mean none.
      (layer as unknown as { seed: number }).seed = 1 + Math.floor(seeded(mixed, DROPOUT_STREAM + i)() * 2 ** 31);
    } else continue;
    if ((layer as unknown as { rate: number }).rate > 0) count++;
  }
  return count;
}

export function releaseMasks(model: tf.LayersModel): void {
  for (const layer of layersOf(model)) if (layer instanceof Dropout) layer.release();
}

/** Keeps a run in a file. */
export class RunFile {
  private readonly run: Checkpoint['run'];

  constructor(
    private readonly file: string,
    private readonly model: tf.LayersModel,
    private readonly optimizer: Optimizer,
    private readonly average: WeightAverage | undefined,
    set: ImageSet,
    settings: Settings,
  ) {
    this.run = describeRun(model, set, settings);
  }

  /** @throws when a weight is no longer a number; the file stays as it was */
  async save({ losses, averaged: _averaged, ...history }: History, lastPass: Seen[]): Promise<void> {
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
    vector('last pass', lastPass.flatMap(({ size, loss, wrong }) => [size, loss, wrong])); // prettier-ignore
    const epochs = history.epochs.map(epoch => Object.entries(epoch).map(([name, value]) => [name, String(value)]));
    writeCheckpoint(this.file, { run: this.run, state: { ...history, epochs }, arrays });
  }

  /**
   * Puts everything back, in the model, the optimizer, and the two arguments.
   * @throws when the file is damaged or of another run; nothing is changed then
   */
  load(history: History, lastPass: Seen[]): void {
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
  }

  private variables(): [name: string, variable: tf.Variable][] {
    const weights = this.model.weights.map((weight, i): [string, tf.Variable] => [`weight ${i}`, variableOf(weight)]);
    return [...weights, ...this.optimizer.state, ...(this.average?.state ?? [])];
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
