export { fit, Interrupted, type Epoch, type FitOptions, type History } from './fit';
export { evaluate, predict } from './evaluate';
export { constant, cosine, cosineCycles, oneCycle, steps, warmUp, type Schedule } from './schedules';
export { type GradientNorm, gradientNorms } from './gradientNorms';
export { softmaxCrossEntropy } from './loss';
export {
  adam,
  type AdamOptions,
  adamW,
  Optimizer,
  type OptimizerChoice,
  rmsProp,
  type RmsPropOptions,
  Sgd,
  sgd,
  type SgdOptions,
} from './optimizers';
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
  predictSnapshots,
  type Snapshot,
  takeSnapshot,
} from './ensembles';
export { compareCrops, predictCrops, predictTenCrop } from './multiCrop';
