/** Records what one call of a function sends to TensorFlow: operations, constants, and what it takes from outside. */
import * as tf from '@tensorflow/tfjs';
import { placedOn } from './devices';
import type { TensorflowBackend } from './kernels';
import { constant, DTYPES, FLOAT, INT32, type NodeAttribute, operation, placeholder } from './graphDef';
import { GrowingGraph } from './graphFunctions';

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
  outputs: { reference: Reference; dtype: tf.DataType; shape: number[] }[];
  isList: boolean;
  /** Variables that the call assigned, and to what. */
  assigned: { variable: tf.Variable; reference: Reference; dtype: tf.DataType }[];
}

/** The call did something that a graph cannot do again. */
export class Untraceable extends Error {}

let active = false;

export const isTracing = (): boolean => active;

/**
 * Calls `step` and records it.
 * @param mode `compute`: the call is like any other. `rehearse`: nothing is computed, no variable changes, and there are no
 * results; TensorFlow only tells the shapes.
 * @returns its results, and the trace or in words why there is none
 */
export function trace(
  step: (...tensors: tf.Tensor[]) => tf.Tensor | tf.Tensor[],
  args: tf.Tensor[],
  mode: 'compute' | 'rehearse',
): { results?: tf.Tensor | tf.Tensor[]; recorded: Trace | Untraceable } {
  const backend = tf.backend() as TensorflowBackend;
  const binding = backend.binding;
  const idOf = (tensor: tf.TensorInfo): number => backend.getInputTensorIds([tensor])[0];
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
  const made = (id: number, node: number, output: number): void => {
    known.set(id, { node, output });
    alive.add(id);
  };

  const recording = {
    createTensor(shape: number[], dtype: number, values: ArrayBufferView): number {
      if (!ArrayBuffer.isView(values)) {
        refuse('it makes strings');
        return binding.createTensor(shape, dtype, values as never);
      }
      const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
      const constant = { dtype, shape: [...shape], data };
      const id = imagined
        ? imagined.constant(nodes.length, constant)
        : binding.createTensor(shape, dtype, values as never);
      made(id, nodes.length, 0);
      nodes.push({ attributes: [], inputs: [], constant });
      return id;
    },
    executeOp(operation: string, attributes: NodeAttribute[], ids: number[], count: number) {
      const inputs = ids.map(referenceOf);
      const node = { operation, attributes: completed(operation, attributes, ids, seen), inputs, device: placedOn() };
      const infos = ids.map(id => seen.get(id));
      const outputs = imagined
        ? imagined.operation(nodes.length, node, infos, count)
        : binding.executeOp(operation, attributes as never, ids, count);
      outputs.forEach(({ id }, output) => made(id, nodes.length, output));
      nodes.push(node);
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
  };
  // The addon's own properties cannot be written to.
  const recorder = Object.setPrototypeOf(recording, binding) as typeof binding;

  const { getInputTensorIds, write } = backend;
  const written = new WeakSet<object>();
  backend.binding = recorder;
  backend.write = (values, shape, dtype) => {
    const dataId = write.call(backend, values, shape, dtype);
    written.add(dataId);
    return dataId;
  };
  backend.getInputTensorIds = tensors => {
    const ids = tensors.map(tensor => {
      // What is older than the call is not its constant, even if TensorFlow gets to see it only now.
      backend.binding = written.has(tensor.dataId) ? recorder : binding;
      return getInputTensorIds.call(backend, [tensor])[0];
    });
    backend.binding = recorder;
    ids.forEach((id, i) => seen.set(id, tensors[i]));
    return ids;
  };
  const originals = imagined && variables.map(variable => variable.clone());
  active = true;
  let results: tf.Tensor | tf.Tensor[] | undefined;
  let isList = false;
  const outputs: Trace['outputs'] = [];
  const assigned: Trace['assigned'] = [];
  try {
    results = tf.tidy(() => step(...args));
    isList = Array.isArray(results);
    const list = [results].flat();
    if (!list.every(result => result instanceof tf.Tensor)) refuse('it returns something else than tensors');
    // Still recording: a result that JavaScript holds becomes a constant here.
    else {
      for (const result of list) {
        const id = idOf(result);
        outputs.push({ reference: referenceOf(id), dtype: result.dtype, shape: result.shape });
        alive.delete(id);
      }
    }
    for (const [variable, id] of before) {
      if (variable.isDisposed) {
        refuse(`it disposes of the variable ${variable.name}`);
        continue;
      }
      const after = idOf(variable);
      alive.delete(after);
      if (after !== id) assigned.push({ variable, reference: referenceOf(after), dtype: variable.dtype });
    }
    if (alive.size > 0) refuse('it keeps tensors that it does not return');
  } catch (error) {
    if (!imagined || !(error instanceof Untraceable)) throw error;
    refusal ??= error.message;
  } finally {
    if (imagined) {
      tf.dispose(results);
      results = undefined;
      variables.forEach((variable, i) => !variable.isDisposed && variable.assign(originals![i]));
      tf.dispose(originals!);
      imagined.dispose();
    }
    active = false;
    backend.binding = binding;
    // The methods of the class show again.
    delete (backend as Partial<TensorflowBackend>).getInputTensorIds;
    delete (backend as Partial<TensorflowBackend>).write;
  }
  if (refusal) return { results, recorded: new Untraceable(refusal) };
  const signature = args.map(({ dtype, shape }) => ({ dtype, shape }));
  return { results, recorded: { nodes, arguments: signature, outputs, isList, assigned } };
}

/** The binding numbers true tensors from 0. */
const FIRST_IMAGINED = 2 ** 30;

/** Tensors that have a shape and a type, but no numbers. */
class Imagined {
  private readonly graph = new GrowingGraph();
  private readonly given = new Set<string>();
  private next = FIRST_IMAGINED;

  constant(node: number, { dtype, shape, data }: TracedConstant): number {
    this.graph.add(`node${node}`, constant(`node${node}`, dtype, shape, data), [], 1);
    return this.next++;
  }

  operation(
    node: number,
    { operation: name, attributes, inputs }: TracedNode,
    infos: (tf.TensorInfo | undefined)[],
    count: number,
  ): { id: number; shape: number[]; dtype: number }[] {
    const names = inputs.map((reference, i) => {
      if ('node' in reference) return `node${reference.node}${reference.output ? `:${reference.output}` : ''}`;
      return this.outside(reference, infos[i]!);
    });
    const added = this.graph.add(`node${node}`, operation(`node${node}`, name!, names, attributes), names, count);
    return added.map(({ shape, dtype }, i) => {
      // Its sixth output is for its gradient alone.
      if (!shape && !(name === 'FusedBatchNormV3' && i === 5)) {
        throw new Untraceable(`the shape of what its ${name} makes depends on numbers`);
      }
      return { id: this.next++, shape: shape ?? [0], dtype };
    });
  }

  dispose(): void {
    this.graph.dispose();
  }

  private outside(reference: Exclude<Reference, { node: number }>, { dtype, shape }: tf.TensorInfo): string {
    const [kind, value] = Object.entries(reference)[0] as [string, number | tf.Variable];
    const name = `${kind}${typeof value === 'number' ? value : value.id}`;
    if (!(dtype in DTYPES)) throw new Untraceable(`it takes a tensor of type ${dtype}`);
    if (!this.given.has(name)) this.graph.add(name, placeholder(name, DTYPES[dtype], shape), [], 1);
    this.given.add(name);
    return name;
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
