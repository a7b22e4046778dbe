export { fit, Interrupted, type Epoch, type FitOptions, type History } from './fit';
export { evaluate, predict } from './evaluate';
export { constant, cosine, oneCycle, steps, warmUp, type Schedule } from './schedules';
export { softmaxCrossEntropy } from './loss';
export { Sgd, type SgdOptions } from './sgd';
