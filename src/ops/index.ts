export { conv2d, type ConvOptions } from './convolution';
export { dropout } from './dropout';
export { sparseSoftmaxCrossEntropy } from './loss';
export { avgPool, type AvgPoolOptions, maxPool, type PoolOptions } from './pooling';
export { batchNorm, batchNormTraining, localResponseNorm, type LocalResponseNormOptions } from './normalization';
export type { Padding } from './window';
