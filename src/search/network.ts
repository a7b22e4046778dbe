/**
 * The network around a cell, after NAS-Bench-201 (Dong & Yang, ICLR 2020, section 2.1 and figure 1): a convolution, stages of
 * equal cells with a halving layer between them, global average pooling, a dense layer. The 3 x 3 convolution of an edge is
 * ReLU-Conv-BN.
 * Differs from the paper: two stages of one cell instead of three of five, on images that the first convolution makes a
 * quarter as high and wide, and a 3 x 3 convolution with stride 2 between the stages instead of a residual block: so two cores
 * train a cell in seconds.
 */
import * as tf from '@tensorflow/tfjs';
import { among, check, type Checks, listOf, wholeNumber } from '../base/options';
import {
  add,
  batchNorm,
  type Block,
  chain,
  conv,
  convBn,
  dense,
  globalAvgPool,
  identity,
  model,
  type ModelOptions,
  named,
  type Node,
  relu,
  repeat,
  scale,
} from '../layers';
import { MODEL_OPTIONS } from '../layers/building/options';
import { type Cell, EDGES, type Operation, refuseCell } from './space';

export interface CellNetworkOptions extends ModelOptions {
  /** How many cells each stage has. */
  cellsPerStage?: readonly number[];
  /** Channels of the first stage; twice as many in each next. */
  channels?: number;
  /** Stride of the first convolution: 2 halves the image before the first stage. Its window is 3 x 3, or 5 x 5 with stride 4. */
  stemStride?: 1 | 2 | 4;
}

export const CELL_NETWORK_OPTIONS: Checks<CellNetworkOptions> = {
  ...MODEL_OPTIONS,
  cellsPerStage: (what, value: readonly number[]) =>
    listOf(what, value, 'an array with the number of cells of each stage', (each, n: number) => wholeNumber(each, n)),
  channels: (what, value) => wholeNumber(what, value),
  stemStride: among(1, 2, 4),
};

/**
 * The network around a cell.
 * @throws when the cell does not have one known operation for each edge
 */
export function cellNetwork(cell: Cell, options: CellNetworkOptions = {}): tf.LayersModel {
  check('cellNetwork', options, CELL_NETWORK_OPTIONS);
  const {
    cellsPerStage = [1, 1],
    channels = 16,
    stemStride = 4,
    inputShape = [32, 32, 3],
    classes = 10,
    seed,
  } = options;
  const block = cellBlock(cell);
  const stages = cellsPerStage.map((count, i) =>
    named(
      `stage${i + 1}`,
      i === 0 ? identity : named('halve', relu(), convBn(channels * 2 ** i, 3, { stride: 2 })),
      repeat(count, () => block),
    ),
  );
  return model(
    `cells-${cellsPerStage.join('-')}`,
    { inputShape, seed },
    named('stem', convBn(channels, stemStride === 4 ? 5 : 3, { stride: stemStride })),
    ...stages,
    named('fc', batchNorm(), relu(), globalAvgPool(), dense(classes)),
  );
}

/** The cell as a block: each node is the sum of what its edges bring, and zero where none does. */
export function cellBlock(cell: Cell): Block {
  refuseCell(cell);
  return x => {
    const nodes: (Node | undefined)[] = [x, undefined, undefined, undefined];
    for (let to = 1; to < nodes.length; to++) {
      const arriving = EDGES.flatMap(([from, into], edge): Node[] => {
        const source = nodes[from];
        if (into !== to || cell[edge] === 'none' || !source) return [];
        return [named(`edge${edge + 1}`, operationBlock(cell[edge]))(source)];
      });
      if (arriving.length === 1) nodes[to] = arriving[0];
      if (arriving.length > 1)
        nodes[to] = add(
          ...arriving.map(
            (node): Block =>
              () =>
                node,
          ),
        )(x);
    }
    return nodes.at(-1) ?? scale(0)(x);
  };
}

function operationBlock(operation: Operation): Block {
  // A layer of its own: tfjs loses a tensor that one sum takes twice.
  return operation === 'skip' ? scale(1) : x => chain(relu(), conv(x.shape[3]!, 3, { bias: false }), batchNorm())(x);
}
