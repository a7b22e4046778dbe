/** Operations beside those of networks, on the backend of this process, and the kernels that it has. */
import * as tf from '@tensorflow/tfjs';
import { ready } from '../../src/backend';

const image = (batch = 1): tf.Tensor4D => {
  const values = Float32Array.from({ length: batch * 7 * 6 * 3 }, (_, i) => ((i * 37) % 101) / 10);
  return tf.tensor4d(values, [batch, 7, 6, 3]);
};
const m = (): tf.Tensor2D =>
  tf.tensor2d([
    [1, 2, 3],
    [4, 5, 6],
  ]);
const TURN = [0.9, 0.2, 1, -0.1, 1.1, 0.5, 0.01, 0];

const OPERATIONS: Record<string, () => tf.Tensor | tf.Tensor[] | Record<string, tf.Tensor>> = {
  einsum: () => tf.einsum('ij,jk->ik', m(), m().transpose()),
  'einsum of one': () => tf.einsum('ij->ji', m()),
  rgbToGrayscale: () => tf.image.rgbToGrayscale(image()),
  grayscaleToRGB: () => tf.image.grayscaleToRGB(tf.image.rgbToGrayscale(image())),
  rotateWithOffset: () => tf.image.rotateWithOffset(image(2), 0.5),
  'rotateWithOffset, filled': () => tf.image.rotateWithOffset(image(), -0.3, [1, 2, 3], [0.2, 0.7]),
  transform: () => tf.image.transform(image(), tf.tensor2d([TURN])),
  'transform of two': () => tf.image.transform(image(2), tf.tensor2d([TURN, TURN.map(n => n / 2)])),
  'transform, bilinear': () => tf.image.transform(image(2), tf.tensor2d([TURN]), 'bilinear', 'constant', 3, [5, 4]),
  'transform, reflect': () => tf.image.transform(image(), tf.tensor2d([TURN]), 'nearest', 'reflect'),
  'transform, wrap': () =>
    tf.image.transform(image(), tf.tensor2d([[1, 0, -1.25, 0, 1, 2.5, 0, 0]]), 'bilinear', 'wrap'),
  bincount: () => tf.bincount(tf.tensor1d([1, 1, 4, 2], 'int32'), tf.tensor1d([]), 6),
  denseBincount: () => tf.denseBincount(tf.tensor1d([1, 1, 4, 2], 'int32'), tf.tensor1d([1, 2, 3, 4]), 6),
  'denseBincount of rows': () =>
    tf.denseBincount(
      tf.tensor2d(
        [
          [1, 1],
          [0, 2],
        ],
        [2, 2],
        'int32',
      ),
      [],
      3,
    ),
  'denseBincount, binary': () =>
    tf.denseBincount(
      tf.tensor2d(
        [
          [1, 1],
          [0, 2],
        ],
        [2, 2],
        'int32',
      ),
      [],
      3,
      true,
    ),
  searchSorted: () => tf.searchSorted(tf.tensor1d([1, 3, 5, 7]), tf.tensor1d([0, 3, 4, 9])),
  'searchSorted, right': () => tf.searchSorted(tf.tensor1d([1, 3, 5, 7]), tf.tensor1d([0, 3, 4, 9]), 'right'),
  lowerBound: () =>
    tf.lowerBound(
      tf.tensor2d([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      tf.tensor2d([[2], [6]]),
    ),
  bitwiseAnd: () => tf.bitwiseAnd(tf.tensor1d([12, 7, -1], 'int32'), tf.tensor1d([10, 3, 5], 'int32')),
  maxPoolWithArgmax: () => tf.maxPoolWithArgmax(image(), 2, 2, 'valid'),
  'maxPool, number as padding': () => tf.maxPool(image(), 3, 2, 1),
  'avgPool, number as padding': () => tf.avgPool(image(), [3, 2], 2, 1),
  'conv2d, number as padding': () => tf.conv2d(image(), tf.ones([3, 2, 3, 2]), [1, 2], 1, 'NHWC', 1, 'ceil'),
  'sparse.sparseFillEmptyRows': () =>
    tf.sparse.sparseFillEmptyRows(
      tf.tensor2d(
        [
          [0, 0],
          [2, 1],
        ],
        [2, 2],
        'int32',
      ),
      [4, 5],
      [3, 2],
      -1,
    ),
  'sparse.sparseReshape': () =>
    tf.sparse.sparseReshape(
      tf.tensor2d(
        [
          [0, 1],
          [1, 2],
        ],
        [2, 2],
        'int32',
      ),
      tf.tensor1d([2, 3], 'int32'),
      tf.tensor1d([3, 2], 'int32'),
    ),
  'sparse.sparseSegmentMean': () =>
    tf.sparse.sparseSegmentMean(m(), tf.tensor1d([0, 1], 'int32'), tf.tensor1d([0, 0], 'int32')),
  'sparse.sparseSegmentSum': () =>
    tf.sparse.sparseSegmentSum(m(), tf.tensor1d([0, 1], 'int32'), tf.tensor1d([0, 0], 'int32')),
  'string.stringSplit': () => tf.string.stringSplit(['to be or', 'not'], ' '),
  'string.stringToHashBucketFast': () => tf.string.stringToHashBucketFast(['a', 'b'], 10),
  logicalXor: () => tf.logicalXor(tf.tensor1d([1, 0, 1], 'bool'), tf.tensor1d([1, 1, 0], 'bool')),
  resizeBilinear: () => tf.image.resizeBilinear(image(), [4, 9]),
  cropAndResize: () =>
    tf.image.cropAndResize(image(), tf.tensor2d([[0, 0, 0.5, 0.6]]), tf.tensor1d([0], 'int32'), [3, 3]),
  topk: () => tf.topk(m(), 2),
  cumprod: () => tf.cumprod(m(), 1),
  unsortedSegmentSum: () => tf.unsortedSegmentSum(m(), tf.tensor1d([1, 0], 'int32'), 2),
  scatterND: () => tf.scatterND(tf.tensor2d([[1], [3]], [2, 1], 'int32'), tf.tensor1d([5, 6]), [5]),
  mirrorPad: () =>
    tf.mirrorPad(
      m(),
      [
        [1, 1],
        [1, 1],
      ],
      'reflect',
    ),
};

export interface Everything {
  backend: string;
  cpuKernels: string[];
  missing: string[];
  results: Record<string, (number | string)[][] | string>;
  /** The largest difference between a model and itself saved to a file and loaded. */
  saved: number;
}

async function run(folder: string): Promise<Everything> {
  const { name } = await ready();
  const cpuKernels = tf.getKernelsForBackend('cpu').map(kernel => kernel.kernelName);
  // Starts it, where it starts by itself.
  tf.backend();
  const own = new Set(tf.getKernelsForBackend(name).map(kernel => kernel.kernelName));
  const results: Everything['results'] = {};
  for (const [operation, compute] of Object.entries(OPERATIONS)) {
    try {
      const result = compute();
      const list = result instanceof tf.Tensor ? [result] : Object.values(result);
      results[operation] = (list as tf.Tensor[]).map(tensor => [...tensor.shape, ...tensor.dataSync()]);
    } catch (error) {
      results[operation] = (error as Error).message.split('\n')[0];
    }
  }
  const model = tf.sequential({
    layers: [tf.layers.conv2d({ inputShape: [8, 8, 3], filters: 4, kernelSize: 3 }), tf.layers.flatten()],
  });
  await model.save(`file://${folder}`);
  const again = await tf.loadLayersModel(`file://${folder}/model.json`);
  const x = tf.randomNormal([2, 8, 8, 3]);
  const [a, b] = [model, again].map(net => net.predict(x) as tf.Tensor);
  const saved = a.sub(b).abs().max().dataSync()[0];
  return { backend: name, cpuKernels, missing: cpuKernels.filter(kernel => !own.has(kernel)), results, saved };
}

if (require.main === module) void run(process.argv[2]).then(result => process.send!(result));
