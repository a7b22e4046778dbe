/** Records what one call of a function sends to TensorFlow: operations, constants, and what it takes from outside. */
import * as tf from '@tensorflow/tfjs';
import { placedOn } from './devices';
import type { TensorflowBackend } from './kernels';
import { FLOAT, INT32, type NodeAttribute } from './graphDef';

/** An output of a node of the trace, or something from outside: an argument, a variable, any other tensor. */
export type Reference =
  | { node: number; output: number }
  | { argument: number }
  | { variable: tf.Variable }
  | { captured: number; dtype: string; shape: number[] };

export interface TracedConstant {
  dtype: number;
  shape: number[];
  data: Uint8Array;
}

export interface TracedNode {
  /** Undefined for a constant. */
  operation?: string;
  attributes: NodeAttribute[];
  inputs: Reference[];
  /** Where it was placed; '' leaves it to TensorFlow. */
  device?: string;
  constant?: TracedConstant;
}

export interface Trace {
  nodes: TracedNode[];
  arguments: { dtype: tf.DataType; shape: number[] }[];
  /** What the call returned. */
  outputs: { reference: Reference; dtype: tf.DataType }[];
  isList: boolean;
  /** Variables that the call assigned, and to what. */
  assigned: { variable: tf.Variable; reference: Reference; dtype: tf.DataType }[];
}

/** The call did something that a graph cannot do again. */
export class Untraceable extends Error {}

let active = false;

export const isTracing = (): boolean => active;

/**
 * Calls `step` for real and records it.
 * @returns its results, and the trace or in words why there is none
 */
export function trace(
  step: (...tensors: tf.Tensor[]) => tf.Tensor | tf.Tensor[],
  args: tf.Tensor[],
): { results: tf.Tensor | tf.Tensor[]; recorded: Trace | Untraceable } {
  const backend = tf.backend() as TensorflowBackend;
  const binding = backend.binding;
  const idOf = (tensor: tf.TensorInfo): number => backend.getInputTensorIds([tensor])[0];

  const known = new Map<number, Reference>();
  const seen = new Map<number, tf.TensorInfo>();
  const alive = new Set<number>();
  const nodes: TracedNode[] = [];
  let refusal: string | undefined;
  const variables = Object.values(tf.engine().registeredVariables);
  const before = new Map(variables.map(variable => [variable, idOf(variable)]));
  before.forEach((id, variable) => known.set(id, { variable }));
  args.forEach((tensor, argument) => known.set(idOf(tensor), { argument }));

  const referenceOf = (id: number): Reference => {
    let reference = known.get(id);
    if (!reference) {
      const { dtype, shape } = seen.get(id) ?? { dtype: 'unknown', shape: [] };
      reference = { captured: id, dtype, shape };
      known.set(id, reference);
    }
    return reference;
  };

  const recording = {
    createTensor(shape: number[], dtype: number, values: ArrayBufferView): number {
      const id = binding.createTensor(shape, dtype, values as never);
      if (!ArrayBuffer.isView(values)) refusal ??= 'it makes strings';
      else {
        const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
        known.set(id, { node: nodes.length, output: 0 });
        nodes.push({ attributes: [], inputs: [], constant: { dtype, shape: [...shape], data } });
        alive.add(id);
      }
      return id;
    },
    executeOp(operation: string, attributes: NodeAttribute[], ids: number[], count: number) {
      const outputs = binding.executeOp(operation, attributes as never, ids, count);
      const inputs = ids.map(referenceOf);
      outputs.forEach(({ id }, output) => {
        known.set(id, { node: nodes.length, output });
        alive.add(id);
      });
      nodes.push({ operation, attributes: completed(operation, attributes, ids, seen), inputs, device: placedOn() });
      return outputs;
    },
    tensorDataSync(id: number) {
      refusal ??= "it reads a tensor's data";
      return binding.tensorDataSync(id);
    },
    deleteTensor(id: number): void {
      alive.delete(id);
      const reference = known.get(id);
      if (reference && 'argument' in reference) refusal ??= 'it disposes of an argument';
      binding.deleteTensor(id);
    },
  };
  // The addon's own properties cannot be written to.
  const recorder = Object.setPrototypeOf(recording, binding) as typeof binding;

  const { getInputTensorIds, write } = backend;
  const made = new WeakSet<object>();
  backend.binding = recorder;
  backend.write = (values, shape, dtype) => {
    const dataId = write.call(backend, values, shape, dtype);
    made.add(dataId);
    return dataId;
  };
  backend.getInputTensorIds = tensors => {
    const ids = tensors.map(tensor => {
      // What is older than the call is not its constant, even if TensorFlow gets to see it only now.
      backend.binding = made.has(tensor.dataId) ? recorder : binding;
      return getInputTensorIds.call(backend, [tensor])[0];
    });
    backend.binding = recorder;
    ids.forEach((id, i) => seen.set(id, tensors[i]));
    return ids;
  };
  active = true;
  let results: tf.Tensor | tf.Tensor[];
  const outputs: Trace['outputs'] = [];
  try {
    results = tf.tidy(() => step(...args));
    const list = Array.isArray(results) ? results : [results];
    if (!list.every(result => result instanceof tf.Tensor)) {
      return { results, recorded: new Untraceable('it returns something else than tensors') };
    }
    // Still recording: a result that JavaScript holds becomes a constant here.
    for (const result of list) {
      const id = idOf(result);
      outputs.push({ reference: referenceOf(id), dtype: result.dtype });
      alive.delete(id);
    }
  } finally {
    active = false;
    backend.binding = binding;
    // The methods of the class show again.
    delete (backend as Partial<TensorflowBackend>).getInputTensorIds;
    delete (backend as Partial<TensorflowBackend>).write;
  }

  const assigned: Trace['assigned'] = [];
  for (const [variable, id] of before) {
    if (variable.isDisposed) refusal ??= `it disposes of the variable ${variable.name}`;
    else {
      const after = idOf(variable);
      alive.delete(after);
      if (after !== id) assigned.push({ variable, reference: referenceOf(after), dtype: variable.dtype });
    }
  }
  if (alive.size > 0) refusal ??= 'it keeps tensors that it does not return';
  if (refusal) return { results, recorded: new Untraceable(refusal) };
  const signature = args.map(({ dtype, shape }) => ({ dtype, shape }));
  return { results, recorded: { nodes, arguments: signature, outputs, isList: Array.isArray(results), assigned } };
}

/** Attributes that tfjs leaves to the eager context to find out, or sends though the operation has none of the name. */
function completed(
  operation: string,
  attributes: NodeAttribute[],
  ids: number[],
  seen: Map<number, tf.TensorInfo>,
): NodeAttribute[] {
  if (operation === 'ExpandDims') {
    const dtype = { float32: FLOAT, int32: INT32, bool: 10 }[seen.get(ids[0])?.dtype as string] ?? FLOAT;
    return [
      { name: 'T', type: 4, value: dtype },
      { name: 'Tdim', type: 4, value: INT32 },
    ];
  }
  return attributes;
}
