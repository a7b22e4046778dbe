/**
 * Compares our networks and operations with the reference files of PyTorch's answers.
 *
 * An error is the largest difference as a share of the largest of PyTorch's numbers: of the logits, of a technique's output,
 * of its gradient; a loss is compared with itself. Limit: 1e-4.
 *
 * The norm of a gradient may differ by 2e-3 of itself plus 1e-4 of the largest norm of its step (the reference's own "about
 * 1e-4 of the largest logit (or norm)"): the error is the difference as a share of the norm plus a twentieth of the largest,
 * with the limit 2e-3. As a share of itself alone a small norm says less: where a rounding moves one value across zero, its
 * ReLU flips, and GoogLeNet's smallest norms in PyTorch itself move by 0.5 % between float32 and float64. The shares of
 * itself and of the largest are printed beside it.
 *
 * A reference is best made in float64, by test/parity/reference.py: in float32, PyTorch's sum of a norm is off by 1.2e-3
 * in AlexNet, where ours is within 1e-6 of the float64 one, and its logits by 7e-4 in seresnext50_32x4d and by half in
 * seresnet101, as deep SE networks with the generator's weights amplify roundings in their gates.
 */
import * as tf from '@tensorflow/tfjs';
import { Dropout, skeleton } from '../layers';
import { softmaxCrossEntropy } from '../training/step/loss';
import { generate, uniform } from './generator';
import {
  type LogitsReference,
  type OperationsReference,
  readReference,
  ReferenceFileError,
  type TrainStepReference,
} from './referenceFile';
import { loadStateDict, stateShapes, stateVariables } from '../weights/stateDict';
import { readTechnique } from './techniques';
import { ourStateDict, type TorchModel, torchModel } from '../weights/torchModels';

export const LIMIT = 1e-4;
export const NORM_LIMIT = 2e-3;

/** One line of the report. */
export interface Check {
  /** What is compared. */
  name: string;
  passed: boolean;
  /** As a share of the largest of the reference's numbers; undefined where things are equal or not. */
  error?: number;
  limit?: number;
  /** The figures. */
  text: string;
}

/** A network, a technique or a training step of a file. */
export interface Comparison {
  title: string;
  /** @throws ReferenceFileError when the network cannot be built for the images of the file */
  run(): Check[];
}

/**
 * What a file has to be compared. It is read and checked as a whole here; nothing is computed before `run`.
 * @throws ReferenceFileError
 */
export function comparisons(file: string): Comparison[] {
  const reference = readReference(file);
  return reference.kind === 'logits' ? [network(reference)] : operations(reference);
}

function operations(reference: OperationsReference): Comparison[] {
  const techniques = reference.cases.map((fields, i) => {
    const technique = readTechnique(fields, reference.seed);
    const run = (): Check[] =>
      tidied(technique).map(({ name, ours, theirs }) => numbersCheck(name, ours, theirs, LIMIT));
    return { title: `technique ${i + 1}: ${fields.text('op')}${shownKnobs(fields)}`, run };
  });
  return [...techniques, ...reference.trainSteps.map(trainStep)];
}

/** What tells the cases of one technique apart. */
function shownKnobs(fields: { names: string[]; has(name: string): boolean; number(name: string): number }): string {
  const knobs = ['n', 'alpha', 'beta', 'k', 'groups', 'kernel', 'stride', 'padding'].flatMap(name => {
    try {
      return [`${name} ${fields.number(name)}`];
    } catch {
      return [];
    }
  });
  return knobs.length > 0 ? ` (${knobs.join(', ')})` : '';
}

function network(reference: LogitsReference): Comparison {
  const { file, inputShape, seed } = reference;
  const torch = known(file, 'model', reference.model);
  const [batch, channels, height, width] = inputShape;
  const auxiliary = hasAuxiliary(reference.stateDict.keys());
  const options = {
    inputShape: [height, width, channels] as [number, number, number],
    classes: reference.logits.length / batch,
    ...(auxiliary && { auxiliary }),
  };
  const run = (): Check[] => {
    const model = built(file, 'inputShapeNCHW', torch, options);
    try {
      const state = stateCheck(model, torch, reference);
      const checks = [parametersCheck(model, reference.parameters), state];
      if (!state.passed)
        return [...checks, { name: 'logits', passed: false, text: 'not computed, as weights are wrong' }];
      loadGenerated(model, torch, reference.stateDict, seed);
      const ours = tf.tidy(() => firstOutput(model.predict(picture(seed, 'input', 1, inputShape))).dataSync());
      return [...checks, numbersCheck('logits', ours, reference.logits, LIMIT)];
    } finally {
      model.dispose();
    }
  };
  return { title: `${reference.model} (seed ${seed}, ${inputShape.join(' x ')})`, run };
}

function trainStep(step: TrainStepReference): Comparison {
  const { file, field, seed, batch, size, labels, auxiliaryWeight } = step;
  const torch = known(file, `${field}.model`, step.model);
  const names = [...step.gradientNorms.keys()];
  const auxiliary = hasAuxiliary(names);
  const options = { inputShape: [size, size, 3] as [number, number, number], ...(auxiliary && { auxiliary }) };
  const run = (): Check[] => {
    const model = built(file, `${field}.size`, torch, options);
    try {
      withoutDropout(model);
      const classes = firstOutputShape(model).at(-1)!;
      if (labels.some(label => label >= classes)) {
        throw new ReferenceFileError(
          `${file}: ${field}.labels is ${JSON.stringify(labels)}; expected below ${classes}.`,
        );
      }
      const theirNames = torch.names?.(names);
      const ourNames = new Map(names.map(name => [theirNames?.get(name) ?? name, name]));
      const variables = [...stateVariables(model)].filter(([, variable]) => variable.trainable);
      const missing = variables.map(([name]) => name).filter(name => !ourNames.has(name));
      const extra = [...ourNames]
        .filter(([name]) => !variables.some(([ours]) => ours === name))
        .map(([, name]) => name);
      const matched = entriesCheck('gradients', names.length, missing, extra, []);
      if (!matched.passed) return [matched];
      loadGenerated(model, torch, theirShapes(model, ourNames), seed);
      const [loss, norms] = tidied((): [number, Map<string, number>] => {
        const images = picture(seed, step.input.name, step.input.scale, [batch, 3, size, size]);
        const { value, grads } = tf.variableGrads(
          () => lossOf(model, images, labels, auxiliaryWeight),
          variables.map(([, variable]) => variable),
        );
        const norm = (variable: tf.Variable): number => euclideanNorm(grads[variable.name].dataSync());
        return [
          value.dataSync()[0],
          new Map(variables.map(([name, variable]) => [ourNames.get(name)!, norm(variable)])),
        ];
      });
      return [matched, numbersCheck('loss', [loss], [step.loss], LIMIT), normsCheck(norms, step.gradientNorms)];
    } finally {
      model.dispose();
    }
  };
  return { title: `training step of ${step.model} (seed ${seed}, ${batch} x 3 x ${size} x ${size})`, run };
}

function known(file: string, field: string, name: string): TorchModel {
  try {
    return torchModel(name);
  } catch (error) {
    throw new ReferenceFileError(`${file}: ${field} is of an unknown network: ${(error as Error).message}`);
  }
}

function built(
  file: string,
  field: string,
  torch: TorchModel,
  options: Parameters<TorchModel['build']>[0],
): tf.LayersModel {
  try {
    return skeleton(() => torch.build(options));
  } catch (error) {
    throw new ReferenceFileError(`${file}: ${field} does not fit: ${(error as Error).message}`);
  }
}

const hasAuxiliary = (names: Iterable<string>): boolean => [...names].some(name => /^(aux\d|AuxLogits)\./.test(name));

/** The mean loss of the batch; each auxiliary classifier's counts a share. */
function lossOf(model: tf.LayersModel, images: tf.Tensor4D, labels: number[], auxiliaryWeight: number): tf.Scalar {
  const outputs = [model.apply(images, { training: true }) as tf.Tensor2D | tf.Tensor2D[]].flat();
  const [main, ...others] = outputs.map(logits => softmaxCrossEntropy(logits, tf.tensor1d(labels, 'int32')));
  return others.reduce((sum, loss) => sum.add(loss.mul(auxiliaryWeight)), main);
}

/** The references have no dropout, as two programs do not draw the same units. */
function withoutDropout(model: tf.LayersModel): void {
  for (const layer of model.layers) {
    if (layer instanceof Dropout) layer.rate = 0;
    if (Number(layer.getConfig().rate ?? 0) !== 0)
      throw new Error(`The dropout of ${layer.name} cannot be switched off.`);
  }
}

/** Shapes that a training step's file does not give: those of our layers, under their names. */
function theirShapes(model: tf.LayersModel, theirNames: ReadonlyMap<string, string>): [string, readonly number[]][] {
  return [...stateShapes(model)].map(([name, shape]) => [theirNames.get(name) ?? name, shape]);
}

/** (2 uniform - 1) * scale, NCHW in the rule and NHWC here. */
function picture(seed: number, name: string, scale: number, shape: [number, number, number, number]): tf.Tensor4D {
  const numbers = uniform(seed, name, product(shape));
  return tf.tidy(() =>
    tf
      .tensor4d(
        Float32Array.from(numbers, u => (2 * u - 1) * scale),
        shape,
      )
      .transpose([0, 2, 3, 1]),
  );
}

/** In float64: a sum of tens of millions of float32 is right to three digits only. */
function euclideanNorm(numbers: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < numbers.length; i++) sum += numbers[i] * numbers[i];
  return Math.sqrt(sum);
}

/** `tf.tidy` for a function whose result has no tensors. */
function tidied<T>(compute: () => T): T {
  let result: T;
  tf.tidy(() => {
    result = compute();
  });
  return result!;
}

const firstOutput = (outputs: tf.Tensor | tf.Tensor[]): tf.Tensor => [outputs].flat()[0];
const firstOutputShape = (model: tf.LayersModel): number[] => model.outputs[0].shape as number[];
const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

function parametersCheck(model: tf.LayersModel, theirs: number): Check {
  const ours = model.trainableWeights.reduce((sum, weight) => sum + product(weight.shape as number[]), 0);
  const passed = ours === theirs;
  return {
    name: 'parameters',
    passed,
    text: passed ? shownCount(ours) : `${shownCount(ours)}, not ${shownCount(theirs)}`,
  };
}

function stateCheck(model: tf.LayersModel, torch: TorchModel, { stateDict: theirs }: LogitsReference): Check {
  const ours = stateShapes(model);
  const counted = [...theirs].filter(([name]) => !name.endsWith('num_batches_tracked'));
  const shapes = ourStateDict(model, new Map(counted.map(([name, shape]) => [name, { shape, data: NO_DATA }])), torch);
  const missing = [...ours.keys()].filter(name => !shapes.has(name));
  const extra = [...shapes.keys()].filter(name => !ours.has(name));
  const wrong = [...shapes]
    .filter(([name, { shape }]) => ours.has(name) && `${ours.get(name)!}` !== `${shape}`)
    .map(([name, { shape }]) => `${name} is [${ours.get(name)!}] here and [${shape}] there`);
  return entriesCheck('state dict', counted.length, missing, extra, wrong);
}

const NO_DATA = new Float32Array(0);

function entriesCheck(name: string, count: number, missing: string[], extra: string[], wrong: string[]): Check {
  const faults = [
    ...missing.map(entry => `${entry} is not in the file`),
    ...extra.map(entry => `${entry} has no place here`),
    ...wrong,
  ];
  const [first] = faults;
  if (first === undefined)
    return { name, passed: true, text: `all ${count} entries match, none missing, none left over` };
  return { name, passed: false, text: `${first}${faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''}` };
}

function numbersCheck(name: string, ours: ArrayLike<number>, theirs: ArrayLike<number>, limit: number): Check {
  const { error, largest } = relativeError(ours, theirs);
  return { name, passed: error <= limit, error, limit, text: `${shownError(error)} of the largest, ${shown(largest)}` };
}

/** NaN where a number of ours is none. */
export function relativeError(ours: ArrayLike<number>, theirs: ArrayLike<number>): { error: number; largest: number } {
  let [difference, largest] = [ours.length === theirs.length ? 0 : NaN, 0];
  for (let i = 0; i < theirs.length; i++) {
    // Math.max keeps a NaN.
    difference = Math.max(difference, Math.abs(ours[i] - theirs[i]));
    largest = Math.max(largest, Math.abs(theirs[i]));
  }
  return { error: largest > 0 ? difference / largest : difference, largest };
}

function normsCheck(ours: ReadonlyMap<string, number>, theirs: ReadonlyMap<string, number>): Check {
  const largest = Math.max(...theirs.values());
  const differences = [...theirs].map(([name, norm]) => ({ name, norm, difference: Math.abs(ours.get(name)! - norm) }));
  const most = (share: (difference: number, norm: number) => number): number =>
    Math.max(...differences.map(({ difference, norm }) => share(difference, norm)));
  const itself = most((difference, norm) => difference / norm);
  const { name } = differences.find(({ difference, norm }) => difference / norm === itself) ?? { name: '' };
  const error = most((difference, norm) => difference / (norm + (LIMIT / NORM_LIMIT) * largest));
  const text =
    `${theirs.size} norms: ${shownError(error)}; of the largest norm ${shownError(most(d => d / largest))}, ` +
    `of the norm itself at most ${shownError(itself)} (${name})`;
  return { name: 'gradient norms', passed: error <= NORM_LIMIT, error, limit: NORM_LIMIT, text };
}

const shown = (value: number): string => String(Number(value.toPrecision(6)));
const shownError = (error: number): string => (error === 0 ? '0' : error.toExponential(1));
const shownCount = (count: number): string => count.toLocaleString('en-US');

/** Gives the network the weights that the generator makes of their names and shapes. */
function loadGenerated(
  model: tf.LayersModel,
  torch: TorchModel,
  shapes: Iterable<readonly [string, readonly number[]]>,
  seed: number,
): void {
  loadStateDict(model, ourStateDict(model, generate(shapes, seed), torch));
}
