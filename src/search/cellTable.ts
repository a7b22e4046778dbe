/**
 * The reward of every cell, trained once and kept: what makes a search repeatable in a second, as NAS-Bench-101 (Ying et al.,
 * ICML 2019) and NAS-Bench-201 (Dong & Yang, ICLR 2020) do it on a larger scale.
 */
import { between, check, type Checks, isPlain, positive, refuse, wholeNumber } from '../base/options';
import type { ImageSet } from '../data';
import { refuseEmpty } from '../data/imageSet';
import { cosine, evaluate, fit } from '../training';
import { CELL_NETWORK_OPTIONS, cellNetwork, type CellNetworkOptions } from './network';
import { allCells, canonicalName, type Cell, cellOf } from './space';
import type { Evaluate } from './strategies';

export interface CellTraining extends CellNetworkOptions {
  epochs?: number;
  batchSize?: number;
  /** At the first step; falls to 0 by half a cosine. */
  learningRate?: number;
  weightDecay?: number;
}

export interface CellResult {
  /** Share of right answers on the validation images after training. */
  accuracy: number;
  /** Share of wrong answers over the last pass of training. */
  trainError: number;
  /** Trained weights of the whole network. */
  parameters: number;
}

/** Results by the canonical names of the cells. */
export type CellTable = Record<string, CellResult>;

const OPTIONS: Checks<CellTraining> = {
  ...CELL_NETWORK_OPTIONS,
  epochs: (what, value) => wholeNumber(what, value),
  batchSize: (what, value) => wholeNumber(what, value),
  learningRate: (what, value) => positive(what, value),
  weightDecay: (what, value) => between(what, value, 0),
};

/** Trains the network of one cell from its seed, and asks the validation images. */
export async function trainCell(
  cell: Cell,
  train: ImageSet,
  validation: ImageSet,
  training: CellTraining = {},
): Promise<CellResult> {
  check('trainCell', training, OPTIONS);
  refuseEmpty(train, 'training set of trainCell');
  refuseEmpty(validation, 'validation set of trainCell');
  const { epochs = 4, batchSize = 64, learningRate = 0.1, weightDecay = 5e-4, ...options } = training;
  const net = cellNetwork(cell, { inputShape: train.shape, classes: train.classes.length, ...options });
  try {
    const { trainError } = await fit(net, train, {
      epochs,
      batchSize,
      learningRate: cosine(learningRate),
      weightDecay,
      seed: options.seed,
      progress: false,
    });
    const { accuracy } = await evaluate(net, validation);
    const parameters = net.trainableWeights.reduce((n, { shape }) => n + shape.reduce<number>((a, b) => a * b!, 1), 0);
    return { accuracy, trainError, parameters };
  } finally {
    net.dispose();
  }
}

/** One cell for each function that the cells of the space compute: 144. Some are spelled as their mirror image, with a convolution last. */
export function distinctCells(): Cell[] {
  return [...new Set(allCells().map(canonicalName))].map(cellOf);
}

/** The reward that a table has for a cell. */
export function lookUp(table: CellTable): Evaluate {
  if (!isPlain(table)) {
    refuse('table of lookUp', table, 'an object of results by the names of cells');
  }
  return cell => {
    const name = canonicalName(cell);
    if (Object.hasOwn(table, name)) return table[name].accuracy;
    throw new Error(`The table of ${Object.keys(table).length} cells has none that computes ${name}.`);
  };
}
