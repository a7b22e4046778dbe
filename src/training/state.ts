/** What a run is made of, taken out of a model and its optimizer for a checkpoint, and put back. */
import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs';
import { seeded, type ImageSet } from '../data';
import { Dropout } from '../layers';
import { type Checkpoint, type Numbers, readCheckpoint, refuseForeign, writeCheckpoint } from './checkpoint';
import type { Epoch, FitOptions, History } from './fit';
import type { Sgd } from './sgd';

/** Of one batch of the last whole pass. */
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
    private readonly optimizer: Sgd,
    set: ImageSet,
    options: FitOptions,
  ) {
    this.run = describeRun(model, set, options);
  }

  async save({ losses, ...history }: History, lastPass: Seen[]): Promise<void> {
    const arrays = new Map<string, Numbers>();
    for (const [name, variable] of this.variables()) arrays.set(name, (await variable.data()) as Numbers);
    // All of these came out of float32 tensors.
    arrays.set('losses', Float32Array.from(losses));
    arrays.set('last pass', Float32Array.from(lastPass.flatMap(({ size, loss, wrong }) => [size, loss, wrong])));
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
    for (const [name, variable] of this.variables()) {
      tf.tidy(() => variable.assign(tf.tensor(arrays.get(name)!, variable.shape, variable.dtype)));
    }
    const { epochs, ...rest } = state as { epochs: [keyof Epoch, string][][] };
    // As text, since JSON has no NaN and a validation loss may be one.
    const rows = epochs.map(row => Object.fromEntries(row.map(([name, value]) => [name, Number(value)])));
    Object.assign(history, rest, { epochs: rows, losses: [...arrays.get('losses')!], stopped: 'epochs' });
    const seen = [...arrays.get('last pass')!];
    while (seen.length) {
      const [size, loss, wrong] = seen.splice(0, 3);
      lastPass.push({ size, loss, wrong });
    }
  }

  private variables(): [name: string, variable: tf.Variable][] {
    const weights = this.model.weights.map((weight, i): [string, tf.Variable] => [`weight ${i}`, variableOf(weight)]);
    const velocities = this.optimizer.velocities.map((variable, i): [string, tf.Variable] => [
      `velocity ${i}`,
      variable,
    ]);
    return [...weights, ...velocities];
  }
}

function describeRun(model: tf.LayersModel, set: ImageSet, options: FitOptions): Checkpoint['run'] {
  const { batchSize = 128, seed = 0, momentum = 0.9, weightDecay = 0, form = 'modern' } = options;
  const { labelSmoothing = 0, auxiliaryWeight = 0.3, learningRate = 0.01, augment } = options;
  const architecture = layersOf(model).map(layer => {
    // tfjs numbers the names that it makes up on through the life of a process.
    const { name: _name, ...config } = layer.getConfig();
    return [layer.getClassName(), config, layer.weights.map(({ shape, dtype }) => [shape, dtype])];
  });
  const sha256 = (...pieces: (string | Uint8Array)[]): string => {
    const hash = createHash('sha256');
    for (const piece of pieces) hash.update(piece);
    return hash.digest('hex').slice(0, 16);
  };
  return {
    'list of layers': sha256(JSON.stringify(architecture)),
    'list of trainable weights': sha256(JSON.stringify(model.weights.map(({ trainable }) => trainable))),
    'set of images': `${set.length} of ${set.name} (${sha256(set.images, set.labels)})`,
    batchSize,
    seed,
    momentum,
    weightDecay,
    form,
    labelSmoothing,
    auxiliaryWeight,
    // Functions cannot be compared.
    learningRate: typeof learningRate === 'number' ? learningRate : 'a schedule',
    augment: augment ? 'a function' : 'none',
  };
}
