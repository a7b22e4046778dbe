/** Runs a graph in the background, and takes back what it assigned if it fails there. */
import * as tf from '@tensorflow/tfjs';
import { deferring, forgetFailure } from '../native/tensorflow';
import { type Graph, type Output } from './types';
import type { TensorflowBackend } from '../native/types';
import { explain } from '../words/explain';

/**
 * What TensorFlow's optimizer is to do: ConfigProto { graph_options { rewrite_options { memory_optimization: NO_MEM_OPT
 * meta_optimizer_iterations: ONE } } }. In training, in place of the latter, arithmetic_optimization and remapping are OFF:
 * sums of many gradients in one place, and normalization that keeps what it gave the ReLU after it, take memory that a step
 * has no use for.
 */
const INFERENCE = '\x52\x06\x52\x04\x20\x01\x60\x01';
const TRAINING = '\x52\x08\x52\x06\x20\x01\x38\x02\x70\x02';

/** Values of variables, held so that they can be put back. */
export type Held = Map<tf.Variable, { dataId: object; shape: number[]; dtype: tf.DataType }>;

/** A graph that may still be running: TensorFlow's number of its `done`, and what to put back if it fails. */
let running: { done: number; held: Held } | undefined;
const guarded = new WeakSet<object>();

/** Also while another backend is in use. */
const tensorflow = (): TensorflowBackend => tf.findBackend('tensorflow') as TensorflowBackend;

/**
 * Starts the graph, the first time waiting for it.
 * @param ids TensorFlow's numbers of the arguments, of the variables unless they are constants, and of what it captured
 * @param held values of the variables that it assigns; released once it is known to have succeeded
 * @returns outputs and assigned values
 * @throws when it cannot be started; what is held is the caller's then
 */
export function start({ name, frozen, proven, trace }: Graph, ids: number[], held: Held): Output[] {
  guard();
  const { binding } = tensorflow();
  const text = binding.TF_ATTR_STRING;
  // Without both attributes TensorFlow runs a function as it was given, and its graph optimizer never sees it.
  const attributes = [
    { name: 'executor_type', type: text, value: '' },
    { name: 'config_proto', type: text, value: frozen ? INFERENCE : TRAINING },
  ];
  const ends = [...trace.outputs, ...trace.assigned];
  const execute = () => binding.executeOp(name, attributes, ids, ends.length + 1) as Output[];
  const results = told(() => (proven ? deferring(execute) : execute()));
  const { id: done } = results.pop()!;
  if (proven) running = { done, held };
  else {
    binding.deleteTensor(done);
    release(held);
  }
  // In the background the shapes are not known yet.
  return results.map((output, i) => ({ ...output, shape: shapeOf(ends[i]) }));
}

const shapeOf = (end: Graph['trace']['outputs'][number] | Graph['trace']['assigned'][number]): number[] =>
  'shape' in end ? end.shape : end.variable.shape;

/**
 * Waits for the graph that runs in the background.
 * @throws the error that ended it, after its variables have their values from before it
 */
export function settle(): void {
  if (!running) return;
  const { done, held } = running;
  running = undefined;
  const { binding } = tensorflow();
  try {
    told(() => binding.tensorDataSync(done));
    release(held);
  } catch (error) {
    forgetFailure();
    restore(held);
    throw error;
  } finally {
    binding.deleteTensor(done);
  }
}

/** What `work` gives; its error in the field's words. */
function told<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error) explain(error, { operation: 'the compiled step', inputs: [], values: [] });
    throw error;
  }
}

/** Before anything else is computed or read, the graph in the background is waited for. */
function guard(): void {
  const backend = tensorflow();
  const { binding } = backend;
  if (guarded.has(binding)) return;
  // The addon's own properties cannot be written to.
  backend.binding = Object.setPrototypeOf(
    {
      executeOp(...args: Parameters<typeof binding.executeOp>) {
        settle();
        return binding.executeOp(...args);
      },
      tensorDataSync(id: number) {
        settle();
        return binding.tensorDataSync(id);
      },
    },
    binding,
  ) as typeof binding;
  guarded.add(backend.binding);
}

/** Keeps the values of variables, whatever they are assigned, until `release` or `restore`. */
export function hold(variables: Iterable<tf.Variable> = Object.values(tf.engine().registeredVariables)): Held {
  const held: Held = new Map();
  for (const variable of variables) {
    const { dataId, shape, dtype } = variable;
    backendOf(dataId).incRef(dataId);
    held.set(variable, { dataId, shape, dtype });
  }
  return held;
}

export function release(held: Held): void {
  for (const { dataId } of held.values()) {
    const backend = backendOf(dataId);
    if (backend.disposeData(dataId)) tf.engine().removeDataId(dataId, backend);
  }
}

/** Gives the variables back the values that were held. */
export function restore(held: Held): void {
  for (const [variable, info] of held) {
    if (variable.isDisposed || variable.dataId === info.dataId) {
      release(new Map([[variable, info]]));
      continue;
    }
    // The tensor takes over what was held.
    const value = tf.engine().makeTensorFromTensorInfo(info, backendOf(info.dataId));
    variable.assign(value);
    value.dispose();
  }
}

const backendOf = (dataId: object): tf.KernelBackend => tf.engine().state.tensorInfo.get(dataId)!.backend;
