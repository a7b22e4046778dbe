/** Answers that people give to exercise 05-inception, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import type { InceptionKernels } from '../../../solutions/05-inception';

const plain = (x: tf.Tensor4D, kernel: tf.Tensor4D) => tf.conv2d(x, kernel, 1, 'same');
const relu = (x: tf.Tensor4D, kernel: tf.Tensor4D) => tf.relu(plain(x, kernel));
const pool = (x: tf.Tensor4D) => tf.maxPool(x, 3, 1, 'same');
const padded = (x: tf.Tensor4D) =>
  tf.pad4d(x, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);

/** The four branches as they should be. */
const branches = (x: tf.Tensor4D, k: InceptionKernels): tf.Tensor4D[] => [
  relu(x, k.one),
  relu(relu(x, k.threeReduce), k.three),
  relu(relu(x, k.fiveReduce), k.five),
  relu(pool(x), k.poolProject),
];

type Inception = (x: tf.Tensor4D, k: InceptionKernels) => unknown;

export const wrong: { name: string; message: RegExp; inception: Inception }[] = [
  {
    name: 'has no ReLU after the reductions',
    message: /reductions have no ReLU/,
    inception: (x, k) =>
      tf.concat(
        [
          relu(x, k.one),
          relu(plain(x, k.threeReduce), k.three),
          relu(plain(x, k.fiveReduce), k.five),
          relu(pool(x), k.poolProject),
        ],
        3,
      ),
  },
  {
    name: 'has a ReLU after the reductions only',
    message: /ReLU at the end of the branches is missing/,
    inception: (x, k) =>
      tf.concat(
        [
          plain(x, k.one),
          plain(relu(x, k.threeReduce), k.three),
          plain(relu(x, k.fiveReduce), k.five),
          plain(pool(x), k.poolProject),
        ],
        3,
      ),
  },
  {
    name: 'has no ReLU',
    message: /no convolution has a ReLU/,
    inception: (x, k) =>
      tf.concat(
        [
          plain(x, k.one),
          plain(plain(x, k.threeReduce), k.three),
          plain(plain(x, k.fiveReduce), k.five),
          plain(pool(x), k.poolProject),
        ],
        3,
      ),
  },
  {
    name: 'has no ReLU after the pool projection',
    message: /pool projection has no ReLU/,
    inception: (x, k) => tf.concat([...branches(x, k).slice(0, 3), plain(pool(x), k.poolProject)], 3),
  },
  {
    name: 'projects, then pools',
    message: /projection was done before the pooling/,
    inception: (x, k) => tf.concat([...branches(x, k).slice(0, 3), pool(relu(x, k.poolProject))], 3),
  },
  {
    name: 'pools by the average',
    message: /average pooling was taken/,
    inception: (x, k) =>
      tf.concat([...branches(x, k).slice(0, 3), relu(tf.avgPool(x, 3, 1, 'same'), k.poolProject)], 3),
  },
  {
    name: 'does not pool',
    message: /pooling is missing/,
    inception: (x, k) => tf.concat([...branches(x, k).slice(0, 3), relu(x, k.poolProject)], 3),
  },
  {
    name: 'pools with a frame of zeros',
    message: /pooling takes zeros from outside/,
    inception: (x, k) =>
      tf.concat([...branches(x, k).slice(0, 3), relu(tf.maxPool(padded(x), 3, 1, 'valid'), k.poolProject)], 3),
  },
  {
    name: 'swaps 3x3 and 5x5',
    message: /3x3 and the 5x5 branch are swapped/,
    inception: (x, k) => {
      const [one, three, five, pooled] = branches(x, k);
      return tf.concat([one, five, three, pooled], 3);
    },
  },
  {
    name: 'has the pool branch first',
    message: /pool branch is first/,
    inception: (x, k) => {
      const [one, three, five, pooled] = branches(x, k);
      return tf.concat([pooled, one, three, five], 3);
    },
  },
  {
    name: 'reverses the order',
    message: /branches are in reverse/,
    inception: (x, k) => tf.concat(branches(x, k).reverse(), 3),
  },
  {
    name: 'joins along the height',
    message: /joined along another axis/,
    inception: (x, k) => tf.concat(branches(x, k), 1),
  },
  {
    name: 'adds the branches',
    message: /branches were added/,
    inception: (x, k) => tf.addN(branches(x, k)),
  },
  {
    name: 'leaves a branch out',
    message: /the shape is .*all channels side by side/,
    inception: (x, k) => tf.concat(branches(x, k).slice(0, 3), 3),
  },
  { name: 'returns the branches', message: /must return a tensor, got object/, inception: branches },
];
