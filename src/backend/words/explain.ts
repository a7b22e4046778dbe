/** Has errors of operations, layers and networks say what failed in the field's words, wherever they are caught. */
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { type Call, networkSentenceOf, sentenceOf } from './sentences';

type Work = (this: unknown, ...values: unknown[]) => unknown;

/** Where an error that was caught on its way arose. */
interface Origin {
  layer?: string;
  network?: string;
  text: string;
}

const origins = new WeakMap<Error, Origin>();

/** Explains all of tfjs's operations, methods of tensors, layers and networks. A second call does nothing. */
export function explainErrors(): void {
  if (origins.has(MARK)) return;
  origins.set(MARK, { text: '' });
  // tfjs-core is a dependency of tfjs's, whose own exports only look it up.
  const core = createRequire(require.resolve('@tensorflow/tfjs'))('@tensorflow/tfjs-core') as Record<string, unknown>;
  for (const group of [core, core.image, core.linalg, core.losses, core.fused, core.signal] as Record<
    string,
    unknown
  >[])
    for (const [name, work] of Object.entries(group))
      if (typeof work === 'function' && work.name.endsWith('__op'))
        group[name] = explaining(work as Work, asOperation(work.name.slice(0, -4)));
  const makers = ['tensor', 'tensor1d', 'tensor2d', 'tensor3d', 'tensor4d', 'zeros', 'ones', 'fill'];
  for (const name of makers)
    if (typeof core[name] === 'function' && !core[name].name.endsWith('__op'))
      core[name] = explaining(core[name] as Work, asOperation(name));
  replaceMethods(tf.Tensor.prototype, name =>
    /^(constructor|dispose|throwIfDisposed|bytes|toString|print)$/.test(name) ? undefined : asOperation(name),
  );
  Object.assign(tf.Tensor.prototype, {
    throwIfDisposed(this: tf.Tensor) {
      if (this.isDisposed)
        throw new Error(`A tensor of shape [${this.shape}] is disposed of; expected one that is still there.`);
    },
  });
  replaceMethods(tf.Variable.prototype, name => (name === 'assign' ? asOperation(name) : undefined));
  replaceMethods(tf.layers.Layer.prototype, name => (name === 'apply' ? inNetwork : undefined));
  const calls = ['predict', 'predictOnBatch', 'evaluate', 'fit', 'fitDataset', 'trainOnBatch'];
  for (const { prototype } of [tf.LayersModel, tf.Sequential])
    replaceMethods(prototype, name => (calls.includes(name) ? inNetwork : undefined));
}

const MARK = new Error();

/** Tells of an error on its way out of a call. */
type Tell = (error: Error, receiver: unknown, values: unknown[]) => void;

function replaceMethods(prototype: object, tellOf: (name: string) => Tell | undefined): void {
  for (const [name, { value, writable }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    const tell = typeof value === 'function' && writable ? tellOf(name) : undefined;
    if (tell) Object.assign(prototype, { [name]: explaining(value as Work, tell) });
  }
}

function explaining(work: Work, tell: Tell): Work {
  const told = (error: unknown, receiver: unknown, values: unknown[]): unknown => {
    try {
      if (error instanceof Error) tell(error, receiver, values);
    } catch {
      // The error itself matters more than its words.
    }
    return error;
  };
  const explained: Work = function (...values) {
    let result: unknown;
    try {
      result = work.apply(this, values);
    } catch (error) {
      throw told(error, this, values);
    }
    if (!(result instanceof Promise)) return result;
    return result.catch((error: unknown) => {
      throw told(error, this, values);
    });
  };
  for (const name of ['name', 'length'] as const) Object.defineProperty(explained, name, { value: work[name] });
  return explained;
}

const asOperation =
  (operation: string): Tell =>
  (error, receiver, values) => {
    const all = receiver instanceof tf.Tensor ? [receiver, ...values] : values;
    const inputs = inputsAmong(all);
    // The outermost knows which of its inputs is gone, the innermost all else.
    if (!origins.has(error) || inputs.some(({ isDisposed }) => isDisposed))
      explain(error, { operation, inputs, values: all });
  };

/** Has an error of an operation say what failed, where its text is known. */
export function explain(error: Error, call: Call): void {
  const sentence = sentenceOf(error.message, call);
  if (sentence) say(error, { text: sentence });
}

/** Tensors among arguments, also within lists and options, and lists of numbers as the tensors that they stand for. */
function inputsAmong(values: unknown[]): Call['inputs'] {
  return values.flatMap(value => {
    if (value instanceof tf.Tensor) return value;
    if (Array.isArray(value)) return value.some(item => item instanceof tf.Tensor) ? inputsAmong(value) : [];
    const isOptions = value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
    return isOptions ? inputsAmong(Object.values(value).filter(item => item instanceof tf.Tensor)) : [];
  });
}

/** The innermost layer and the outermost network that an error passes are where it arose. */
const inNetwork: Tell = (error, receiver) => {
  // A tf.Sequential hands all over to a network of its own.
  const name = (receiver as tf.layers.Layer).name.replace(/_model$/, '');
  const origin = origins.get(error) ?? { text: error.message };
  const isNetwork = receiver instanceof tf.LayersModel;
  const sentence = networkSentenceOf(origin.text, name);
  if (sentence) return say(error, { ...origin, text: sentence });
  if (!isNetwork && !origin.layer && !origin.network) return say(error, { ...origin, layer: name });
  if (isNetwork) say(error, { ...origin, network: name });
};

/** Where the stack has not been read, its first line follows. */
function say(error: Error, origin: Origin): void {
  origins.set(error, origin);
  const { text, layer, network } = origin;
  const within = network && !text.includes(network) ? ` of ${network}` : '';
  const place = layer && !text.includes(layer) ? ` (layer ${layer}${within})` : within && ` (in ${network})`;
  error.message = place ? text.replace(/\.?$/, `${place}.`) : text;
}
