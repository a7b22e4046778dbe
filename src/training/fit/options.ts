import type { BatchOptions, ImageSet } from '../../data';
import type { OptimizerChoice } from '../optimizers/optimizer';
import type { SgdOptions } from '../optimizers/sgd';
import type { StepOptions } from '../step/step';
import type { History } from './history';
import type { Schedule } from './schedules';

/**
 * Options of `fit`, read once, before the first step: what a callback changes in the object later has no effect.
 * `momentum`, `weightDecay`, `form` and `nesterov` are those of SGD, the optimizer where no other is given.
 *
 * A step runs as one graph where the backend has them, and gives what it would give operation by operation. Layers of
 * tfjs's and of this kit may be told something else between steps, as by `onStep` (another rate of dropout): the step becomes
 * a graph anew. A layer of somebody else's class runs its JavaScript at every step, and twice more before the first step of
 * each batch size: where it does something else than before (`Math.random`, a counter), the step runs operation by
 * operation, and one line says so. `compile: false` does without graphs from the beginning.
 */
export interface FitOptions extends SgdOptions, StepOptions, Pick<BatchOptions, 'augment' | 'dropLast'> {
  /** Passes over the set; 10 if neither these nor `maxSteps` are given. */
  epochs?: number;
  /** Ends the run after this many steps, even within an epoch. */
  maxSteps?: number;
  /** Images in a batch; 128 if not given. */
  batchSize?: number;
  /**
   * So many batches make one step: their gradients are averaged over all their images, and the weights change once. At
   * the end of an epoch there may be fewer. Batch normalization sees one batch at a time. 1 if not given.
   */
  accumulate?: number;
  /** `sgd(...)`, `rmsProp(...)`, `adam(...)` or `adamW(...)`. */
  optimizer?: OptimizerChoice;
  /**
   * The share that an exponential moving average of the weights, running statistics included, keeps at each step, such
   * as 0.999. The average is in the history; the model itself keeps the weights of the last step.
   */
  ema?: number;
  /** A number, or a function of the step: see `constant`, `steps`, `cosine`, `warmUp`, `oneCycle`. */
  learningRate?: number | Schedule;
  /** Seed for the order of the images, the augmentation and dropout. */
  seed?: number;
  /** Evaluated after every epoch. It must be standardized as the training set is. */
  validation?: ImageSet;
  /** Ends the run when true; asked after every step, once a whole pass has been seen. */
  stopWhen?: (history: History) => boolean;
  /** Ends the run with an Interrupted error. The default is the one of the running cell. */
  signal?: AbortSignal;
  /** Called after every step. */
  onStep?: (history: History) => void;
  /** The title over the progress bar; false shows none. */
  progress?: string | false;
  /** Keeps the run in a file: every so many steps (after each epoch, if not given), and when it ends or is interrupted. */
  checkpoint?: { file: string; every?: number };
  /**
   * Goes on with the run in the checkpoint's file, to the same bits as if it had never stopped; without a file, starts
   * it. The model, the set and the options must be those of the run; `epochs` and `maxSteps` may be larger.
   */
  resume?: boolean;
}
