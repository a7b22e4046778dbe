/** Records what one call of a function sends to TensorFlow: operations, constants, and what it takes from outside. */
import * as tf from '@tensorflow/tfjs';
import { placedOn } from '../native/devices';
import { DTYPES, FLOAT, INT32, type NodeAttribute } from './graphDef';
import { FIRST_IMAGINED, Imagined } from './imagined';
import { idOf, observe } from './observe';
import { hold, release, restore } from './run';
import { type Output, type Reference, type Trace, type TracedNode, Untraceable } from './types';
import type { TensorflowBackend } from '../native/types';

/**
 * Calls `step` and records it.
 * @param mode `compute`: the call is like any other. `rehearse`: nothing is computed, no variable changes, and there are no
 * results; TensorFlow only tells the shapes.
 * @returns its results, and the trace or in words why there is none
 * @throws what the step throws; variables then have their values from before the call
 */
export function trace(
  step: (...tensors: tf.Tensor[]) => tf.Tensor | tf.Tensor[],
  args: tf.Tensor[],
  mode: 'compute' | 'rehearse',
): { results?: tf.Tensor | tf.Tensor[]; recorded: Trace | Untraceable } {
  const backend = tf.backend() as TensorflowBackend;
  const binding = backend.binding;
  const imagined = mode === 'rehearse' ? new Imagined() : undefined;

  const known = new Map<number, Reference>();
  const seen = new Map<number, tf.TensorInfo>();
  const alive = new Set<number>();
  const nodes: TracedNode[] = [];
  let refusal: string | undefined;
  const refuse = (why: string): void => {
    refusal ??= why;
    // There is nothing to go on with.
    if (imagined) throw new Untraceable(why);
  };
  const variables = Object.values(tf.engine().registeredVariables);
  const before = new Map(variables.map(variable => [variable, idOf(backend, variable)]));
  const holders = new Map<number, tf.Variable[]>();
  const shared = new Set<tf.Variable>();
  before.forEach((id, variable) => {
    known.set(id, { variable });
    if (backend.refCount(variable.dataId) > 1) holders.set(id, [...(holders.get(id) ?? []), variable]);
  });
  args.forEach((tensor, argument) => known.set(idOf(backend, tensor), { argument }));

  const referenceOf = (id: number): Reference => {
    holders.get(id)?.forEach(variable => shared.add(variable));
    let reference = known.get(id);
    if (!reference) {
      const { dtype, shape } = seen.get(id) ?? { dtype: 'unknown', shape: [] };
      reference = { captured: id, dtype, shape };
      known.set(id, reference);
    }
    return reference;
  };
  const made = (id: number, node: number, output: number): void => {
    known.set(id, { node, output });
    alive.add(id);
  };

  const recording = {
    createTensor(shape: number[], dtype: number, values: ArrayBufferView, isNoise: boolean): number {
      if (!ArrayBuffer.isView(values)) {
        refuse('it makes strings');
        return binding.createTensor(shape, dtype, values as never);
      }
      const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
      const constant = { dtype, shape: [...shape], data, isNoise };
      const id = imagined
        ? imagined.constant(nodes.length, constant)
        : binding.createTensor(shape, dtype, values as never);
      made(id, nodes.length, 0);
      nodes.push({ attributes: [], inputs: [], constant, outputs: [{ shape: constant.shape, dtype }] });
      return id;
    },
    executeOp(operation: string, attributes: NodeAttribute[], ids: number[], count: number) {
      const inputs = ids.map(referenceOf);
      const node = { operation, attributes: completed(operation, attributes, ids, seen), inputs, device: placedOn() };
      const infos = ids.map(id => seen.get(id));
      const outputs = imagined
        ? imagined.operation(nodes.length, node, infos, count)
        : (binding.executeOp(operation, attributes as never, ids, count) as Output[]);
      outputs.forEach(({ id }, output) => made(id, nodes.length, output));
      nodes.push({ ...node, outputs: outputs.map(({ shape, dtype }) => ({ shape, dtype })) });
      return outputs;
    },
    tensorDataSync(id: number) {
      refuse("it reads a tensor's data");
      return binding.tensorDataSync(id);
    },
    deleteTensor(id: number): void {
      alive.delete(id);
      const reference = known.get(id);
      if (reference && 'argument' in reference) refuse('it disposes of an argument');
      if (id < FIRST_IMAGINED) binding.deleteTensor(id);
    },
    uses(ids: number[], tensors: tf.TensorInfo[]): void {
      ids.forEach((id, i) => seen.set(id, tensors[i]));
    },
  };

  const held = hold(variables);
  let results: tf.Tensor | tf.Tensor[] | undefined;
  let isList = false;
  const outputs: Trace['outputs'] = [];
  const assigned: Trace['assigned'] = [];
  /** Still recording: a result that JavaScript holds becomes a constant here. */
  const readEnds = (): void => {
    isList = Array.isArray(results);
    const list = [results].flat();
    if (!list.every(result => result instanceof tf.Tensor)) return refuse('it returns something else than tensors');
    for (const result of list) {
      const id = idOf(backend, result);
      outputs.push({ reference: referenceOf(id), dtype: result.dtype, shape: result.shape });
      alive.delete(id);
    }
    for (const [variable, id] of before) {
      if (variable.isDisposed) {
        refuse(`it disposes of the variable ${variable.name}`);
        continue;
      }
      const after = idOf(backend, variable);
      alive.delete(after);
      if (after !== id) assigned.push({ variable, reference: referenceOf(after), dtype: variable.dtype });
    }
    if (alive.size > 0) refuse('it keeps tensors that it does not return');
  };
  try {
    observe(backend, recording, () => {
      try {
        results = tf.tidy(() => step(...args));
        readEnds();
        if (!imagined) release(held);
      } catch (error) {
        if (!imagined) restore(held);
        throw error;
      } finally {
        if (imagined) {
          tf.dispose(results);
          results = undefined;
          restore(held);
        }
      }
    });
  } catch (error) {
    if (!imagined || !(error instanceof Untraceable)) throw error;
    refusal ??= error.message;
  } finally {
    imagined?.dispose();
  }
  if (refusal) return { results, recorded: new Untraceable(refusal) };
  const signature = args.map(({ dtype, shape }) => ({ dtype, shape }));
  return { results, recorded: { nodes, arguments: signature, outputs, isList, assigned, shared: [...shared] } };
}

/** Gives each variable data of its own, so that a trace cannot take one tensor for another. */
export function separate(variables: tf.Variable[]): void {
  const backend = tf.backend() as TensorflowBackend;
  for (const variable of variables) {
    if (variable.isDisposed || backend.refCount(variable.dataId) === 1) continue;
    const type = { name: 'T', type: backend.binding.TF_ATTR_TYPE, value: DTYPES[variable.dtype] };
    tf.tidy(() => variable.assign(backend.executeSingleOutput('Identity', [type], [variable])));
  }
}

/** Attributes that tfjs leaves to the eager context to find out, or sends though the operation has none of the name. */
function completed(
  operation: string,
  attributes: NodeAttribute[],
  ids: number[],
  seen: Map<number, tf.TensorInfo>,
): NodeAttribute[] {
  if (operation === 'ExpandDims') {
    const dtype = DTYPES[seen.get(ids[0])?.dtype as string] ?? FLOAT;
    return [
      { name: 'T', type: 4, value: dtype },
      { name: 'Tdim', type: 4, value: INT32 },
    ];
  }
  return attributes;
}
