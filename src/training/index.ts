export { fit } from './fit/fit';
export { type Epoch, type History, Interrupted } from './fit/history';
export type { FitOptions } from './fit/options';
export { evaluate, predict } from './evaluation/evaluate';
export { constant, cosine, cosineCycles, oneCycle, steps, warmUp, type Schedule } from './fit/schedules';
export { type GradientNorm, gradientNorms } from './gradientNorms';
export { softmaxCrossEntropy } from './step/loss';
export { adam, type AdamOptions, adamW } from './optimizers/adam';
export { Optimizer, type OptimizerChoice } from './optimizers/optimizer';
export { rmsProp, type RmsPropOptions } from './optimizers/rmsProp';
export { Sgd, sgd, type SgdOptions } from './optimizers/sgd';
export {
  allMasks,
  averageOverMasks,
  dropout2012,
  dropoutMask,
  invertedDropout,
  type MaskAverages,
  type MonteCarlo,
  monteCarloDropout,
} from './dropout';
export {
  averageProbabilities,
  type BootstrapOptions,
  compareEnsemble,
  compareModels,
  type EnsembleComparison,
} from './evaluation/ensembles';
export { predictSnapshots, type Snapshot, takeSnapshot } from './evaluation/snapshots';
export { compareCrops, predictCrops, predictTenCrop } from './evaluation/multiCrop';
