/** How a gradient becomes a step. Each is PyTorch's of the same name, and remembers what it needs in variables. */
import * as tf from '@tensorflow/tfjs';
import { between, boolean, check, type Checks, oneOf, positive, refuse } from '../base/options';

/** Changes a fixed list of variables, step by step. `dispose` frees what it remembers. */
export abstract class Optimizer {
  /** What it remembers of earlier steps, by name: what a checkpoint keeps. */
  readonly state = new Map<string, tf.Variable>();

  constructor(readonly variables: tf.Variable[]) {
    const isList = Array.isArray(variables) && variables.every(variable => variable instanceof tf.Variable);
    if (!isList) refuse('first argument of an optimizer', variables, 'an array of variables');
  }

  /**
   * Updates every variable once.
   * @param gradients one for each variable, of its shape
   * @param learningRate a scalar tensor where a step is recorded as a graph, so that it can change
   * @throws before anything is changed, unless they are such
   */
  apply(gradients: tf.Tensor[], learningRate: tf.Scalar | number): void {
    this.refuseGradients(gradients);
    if (typeof learningRate === 'number') between('learning rate of apply', learningRate, 0);
    else if (!(learningRate instanceof tf.Tensor) || learningRate.size !== 1) {
      refuse('learning rate of apply', learningRate, 'a number or a scalar tensor');
    }
    tf.tidy(() => {
      const rate = typeof learningRate === 'number' ? tf.scalar(learningRate) : learningRate;
      const update = this.update(rate);
      this.variables.forEach((variable, i) => update(variable, gradients[i], i));
    });
  }

  dispose(): void {
    tf.dispose([...this.state.values()]);
  }

  /** Begins a step; the function changes one variable. */
  protected abstract update(learningRate: tf.Scalar): (variable: tf.Variable, gradient: tf.Tensor, i: number) => void;

  /** Zeros of each variable's shape. */
  protected remembered(name: string): tf.Variable[] {
    return this.variables.map((variable, i) => {
      const made = tf.tidy(() => tf.variable(tf.zerosLike(variable), false));
      this.state.set(`${name} ${i}`, made);
      return made;
    });
  }

  private refuseGradients(gradients: tf.Tensor[]): void {
    if (!Array.isArray(gradients) || gradients.length !== this.variables.length) {
      refuse('list of gradients', gradients, `one gradient for each of ${this.variables.length} variables`);
    }
    this.variables.forEach(({ name, shape }, i) => {
      const gradient = gradients[i] as tf.Tensor | undefined | null;
      if (!gradient) throw new Error(`The gradient of ${name} is ${gradient}; expected a tensor of [${shape}].`);
      if (String(gradient.shape) === String(shape)) return;
      throw new Error(`The gradient of ${name} has the shape [${gradient.shape}]; expected [${shape}].`);
    });
  }
}

/** An optimizer that `fit` is to use, with its options: what `sgd`, `rmsProp`, `adam` and `adamW` give. */
export interface OptimizerChoice {
  name: string;
  /** Every option with its value. */
  settings: Record<string, number | string | boolean>;
  /** Used where `fit` is given none. */
  learningRate: number;
  create(variables: tf.Variable[]): Optimizer;
}

export interface SgdOptions {
  /** Share of the last velocity that is kept; 0.9 if not given. */
  momentum?: number;
  /** Added to every gradient times its weight: an L2 penalty of half of this. */
  weightDecay?: number;
  /**
   * How the velocity v, the gradient g and the learning rate meet. They differ only while the learning rate changes.
   * - `modern` (PyTorch): v = momentum v + g + weightDecay w; w = w - learningRate v.
   * - `paper` (AlexNet, section 5): v = momentum v - weightDecay learningRate w - learningRate g; w = w + v.
   */
  form?: 'modern' | 'paper';
  /** Nesterov's momentum in PyTorch's form: w = w - learningRate (g + momentum v), with the new v. */
  nesterov?: boolean;
}

const share = (what: string, value: number): void => between(what, value, 0, 1);
const penalty = (what: string, value: number): void => between(what, value, 0);

export const SGD_OPTIONS: Checks<SgdOptions> = {
  momentum: share,
  weightDecay: penalty,
  form: (what, value) => oneOf<unknown>(what, value, 'modern', 'paper'),
  nesterov: boolean,
};

/** Stochastic gradient descent with momentum. */
export class Sgd extends Optimizer {
  readonly velocities: tf.Variable[];
  private readonly options: Required<SgdOptions>;

  constructor(variables: tf.Variable[], options: SgdOptions = {}) {
    super(variables);
    this.options = sgdSettings(options);
    this.velocities = this.remembered('velocity');
  }

  protected update(learningRate: tf.Scalar) {
    const { momentum, weightDecay, form, nesterov } = this.options;
    return (w: tf.Variable, gradient: tf.Tensor, i: number): void => {
      const v = this.velocities[i];
      const g = decayed(gradient, w, weightDecay);
      if (form === 'modern') {
        v.assign(v.mul(momentum).add(g));
        w.assign(w.sub((nesterov ? g.add(v.mul(momentum)) : v).mul(learningRate)));
      } else {
        v.assign(v.mul(momentum).sub(g.mul(learningRate)));
        w.assign(w.add(v));
      }
    };
  }
}

function sgdSettings(options: SgdOptions): Required<SgdOptions> {
  check('sgd', options, SGD_OPTIONS);
  const { momentum = 0.9, weightDecay = 0, form = 'modern', nesterov = false } = options;
  if (nesterov && (form === 'paper' || momentum === 0)) {
    throw new Error(
      `nesterov is given with the form '${form}' and momentum ${momentum}; expected the form 'modern' and momentum above 0.`,
    );
  }
  return { momentum, weightDecay, form, nesterov };
}

/** Stochastic gradient descent with momentum, of the learning rate 0.01 if `fit` is given none. */
export function sgd(options: SgdOptions = {}): OptimizerChoice {
  const settings = sgdSettings(options);
  return { name: 'sgd', settings, learningRate: 0.01, create: variables => new Sgd(variables, settings) };
}

export interface RmsPropOptions {
  /** Share of the mean of squared gradients that is kept: PyTorch's alpha; 0.99 if not given. */
  smoothing?: number;
  /** Added to the root of the mean; 1e-8 if not given. */
  epsilon?: number;
  /** Share of the last step that is kept; 0 if not given. */
  momentum?: number;
  weightDecay?: number;
}

class RmsProp extends Optimizer {
  private readonly squares = this.remembered('square');
  private readonly steps: tf.Variable[] | undefined;

  constructor(
    variables: tf.Variable[],
    private readonly options: Required<RmsPropOptions>,
  ) {
    super(variables);
    this.steps = options.momentum > 0 ? this.remembered('step') : undefined;
  }

  protected update(learningRate: tf.Scalar) {
    const { smoothing, epsilon, momentum, weightDecay } = this.options;
    return (w: tf.Variable, gradient: tf.Tensor, i: number): void => {
      const g = decayed(gradient, w, weightDecay);
      let step: tf.Tensor = g.div(moved(this.squares[i], g.square(), smoothing).sqrt().add(epsilon));
      if (this.steps) {
        this.steps[i].assign(this.steps[i].mul(momentum).add(step));
        step = this.steps[i];
      }
      w.assign(w.sub(step.mul(learningRate)));
    };
  }
}

/**
 * Gradients divided by the root of the running mean of their squares, of the learning rate 0.01 if `fit` is given none:
 * Hinton, "Neural Networks for Machine Learning", 2012, lecture 6e.
 */
export function rmsProp(options: RmsPropOptions = {}): OptimizerChoice {
  check('rmsProp', options, { smoothing: share, epsilon: positive, momentum: share, weightDecay: penalty });
  const { smoothing = 0.99, epsilon = 1e-8, momentum = 0, weightDecay = 0 } = options;
  const settings = { smoothing, epsilon, momentum, weightDecay };
  return { name: 'rmsProp', settings, learningRate: 0.01, create: variables => new RmsProp(variables, settings) };
}

export interface AdamOptions {
  /** Share of the mean of gradients that is kept; 0.9 if not given. */
  beta1?: number;
  /** Share of the mean of squared gradients that is kept; 0.999 if not given. */
  beta2?: number;
  /** Added to the root of the mean; 1e-8 if not given. */
  epsilon?: number;
  /** In `adam`, added to the gradient times its weight (0 if not given); in `adamW`, apart from it (0.01). */
  weightDecay?: number;
}

class Adam extends Optimizer {
  private readonly means = this.remembered('mean');
  private readonly squares = this.remembered('square');
  /** A variable, as a number of JavaScript's would stay in a graph as it was. */
  private readonly count = tf.tidy(() => tf.variable(tf.scalar(0), false));

  constructor(
    variables: tf.Variable[],
    private readonly options: Required<AdamOptions>,
    private readonly decoupled: boolean,
  ) {
    super(variables);
    this.state.set('count', this.count);
  }

  protected update(learningRate: tf.Scalar) {
    const { beta1, beta2, epsilon, weightDecay } = this.options;
    this.count.assign(this.count.add(1));
    const rate = learningRate.div(this.correction(beta1));
    const root = this.correction(beta2).sqrt();
    return (w: tf.Variable, gradient: tf.Tensor, i: number): void => {
      const g = this.decoupled ? gradient : decayed(gradient, w, weightDecay);
      const mean = moved(this.means[i], g, beta1);
      const square = moved(this.squares[i], g.square(), beta2);
      const kept = this.decoupled && weightDecay ? w.sub(w.mul(learningRate.mul(weightDecay))) : w;
      w.assign(kept.sub(mean.mul(rate).div(square.sqrt().div(root).add(epsilon))));
    };
  }

  /** 1 - beta ** count, without the rounding of numbers near 1. */
  private correction(beta: number): tf.Tensor {
    return beta === 0 ? tf.scalar(1) : this.count.mul(Math.log(beta)).expm1().neg();
  }
}

/** Adam (Kingma and Ba, arXiv 1412.6980), of the learning rate 0.001 if `fit` is given none. */
export const adam = (options: AdamOptions = {}): OptimizerChoice => adamChoice('adam', options, 0);

/** Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101), of the learning rate 0.001 if `fit` is given none. */
export const adamW = (options: AdamOptions = {}): OptimizerChoice => adamChoice('adamW', options, 0.01);

function adamChoice(name: 'adam' | 'adamW', options: AdamOptions, decay: number): OptimizerChoice {
  check(name, options, { beta1: share, beta2: share, epsilon: positive, weightDecay: penalty });
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = decay } = options;
  const settings = { beta1, beta2, epsilon, weightDecay };
  const create = (variables: tf.Variable[]): Optimizer => new Adam(variables, settings, name === 'adamW');
  return { name, settings, learningRate: 0.001, create };
}

const decayed = (gradient: tf.Tensor, w: tf.Variable, weightDecay: number): tf.Tensor =>
  weightDecay ? gradient.add(w.mul(weightDecay)) : gradient;

/** Moves a running mean towards a value; `kept` is the share of the mean that stays. */
function moved(mean: tf.Variable, value: tf.Tensor, kept: number): tf.Variable {
  mean.assign(mean.mul(kept).add(value.mul(1 - kept)));
  return mean;
}

/** @throws when both are given: which comes first would have to be guessed */
export interface ClipOptions {
  /** Scales all gradients of a step together so that their common L2 norm is at most this. */
  clipNorm?: number;
  /** Limits each number of a gradient to this, up and down. */
  clipValue?: number;
}

/** The gradients within the limits; see PyTorch's `clip_grad_norm_` and `clip_grad_value_`. */
export function clipped(gradients: tf.Tensor[], { clipNorm, clipValue }: ClipOptions): tf.Tensor[] {
  if (clipValue !== undefined) return gradients.map(gradient => gradient.clipByValue(-clipValue, clipValue));
  if (clipNorm === undefined) return gradients;
  const norm = tf.addN(gradients.map(gradient => gradient.square().sum())).sqrt();
  // 1e-6 is PyTorch's.
  const factor = tf.minimum(1, tf.scalar(clipNorm).div(norm.add(1e-6)));
  return gradients.map(gradient => gradient.mul(factor));
}

/** The exponential moving average of weights, over the steps: after the first it is the weights themselves. */
export class WeightAverage {
  readonly state = new Map<string, tf.Variable>();
  private readonly averages: tf.Variable[];
  /** The share that is kept: 0 at the first step. */
  private readonly kept = tf.tidy(() => tf.variable(tf.scalar(0), false));

  constructor(
    private readonly weights: tf.Variable[],
    private readonly decay: number,
  ) {
    this.averages = weights.map(weight => tf.tidy(() => tf.variable(tf.zerosLike(weight), false)));
    this.averages.forEach((average, i) => this.state.set(`average ${i}`, average));
    this.state.set('average kept', this.kept);
  }

  update(): void {
    tf.tidy(() => {
      this.averages.forEach((average, i) => {
        average.assign(average.mul(this.kept).add(this.weights[i].mul(tf.sub(1, this.kept))));
      });
      this.kept.assign(tf.scalar(this.decay));
    });
  }

  /** Copies, in the order of `model.weights`. */
  copies(): tf.Tensor[] {
    return this.averages.map(average => tf.keep(average.clone()));
  }

  dispose(): void {
    tf.dispose([...this.state.values()]);
  }
}
