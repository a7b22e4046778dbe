/** Records what one call of a function sends to TensorFlow: operations, constants, and what it takes from outside. */
import * as tf from '@tensorflow/tfjs';
import { placedOn } from '../native/devices';
import { DTYPES, FLOAT, INT32, type NodeAttribute } from './graphDef';
import { FIRST_IMAGINED, Imagined } from './imagined';
import { idOf, observe, type Observer } from './observe';
import { hold, release, restore } from './run';
import { type Output, type Reference, type Trace, type TracedNode, Untraceable } from './types';
import type { Binding, TensorflowBackend } from '../native/types';

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
  const imagined = mode === 'rehearse' ? new Imagined() : undefined;
  const recorder = new Recorder(backend, args, imagined);
  const held = hold(recorder.variables);
  let results: tf.Tensor | tf.Tensor[] | undefined;
  try {
    observe(backend, recorder, () => {
      try {
        results = tf.tidy(() => step(...args));
        recorder.end(results);
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
    recorder.refusal ??= error.message;
  } finally {
    imagined?.dispose();
  }
  return { results, recorded: recorder.trace() };
}

/** What a call sends to TensorFlow, taken down; it is computed, or imagined. */
class Recorder implements Observer {
  readonly variables = Object.values(tf.engine().registeredVariables);
  /** Why there is no trace. */
  refusal: string | undefined;
  private readonly binding: Binding;
  /** Where each tensor comes from, by its number. */
  private readonly known = new Map<number, Reference>();
  private readonly seen = new Map<number, tf.TensorInfo>();
  /** Made in the call, and not deleted. */
  private readonly alive = new Set<number>();
  private readonly nodes: TracedNode[] = [];
  /** The number of each variable before the call. */
  private readonly before: Map<tf.Variable, number>;
  /** Variables whose data is that of another tensor, too. */
  private readonly holders = new Map<number, tf.Variable[]>();
  private readonly shared = new Set<tf.Variable>();
  private isList = false;
  private readonly outputs: Trace['outputs'] = [];
  private readonly assigned: Trace['assigned'] = [];

  constructor(
    private readonly backend: TensorflowBackend,
    private readonly args: tf.Tensor[],
    private readonly imagined: Imagined | undefined,
  ) {
    this.binding = backend.binding;
    this.before = new Map(this.variables.map(variable => [variable, idOf(backend, variable)]));
    this.before.forEach((id, variable) => {
      this.known.set(id, { variable });
      if (backend.refCount(variable.dataId) > 1) this.holders.set(id, [...(this.holders.get(id) ?? []), variable]);
    });
    args.forEach((tensor, argument) => this.known.set(idOf(backend, tensor), { argument }));
  }

  createTensor(shape: number[], dtype: number, values: ArrayBufferView, isNoise: boolean): number {
    const { binding, imagined, nodes } = this;
    if (!ArrayBuffer.isView(values)) {
      this.refuse('it makes strings');
      return binding.createTensor(shape, dtype, values as never);
    }
    const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
    const constant = { dtype, shape: [...shape], data, isNoise };
    const id = imagined
      ? imagined.constant(nodes.length, constant)
      : binding.createTensor(shape, dtype, values as never);
    this.made(id, nodes.length, 0);
    nodes.push({ attributes: [], inputs: [], constant, outputs: [{ shape: constant.shape, dtype }] });
    return id;
  }

  executeOp(operation: string, attributes: NodeAttribute[], ids: number[], count: number): Output[] {
    const { binding, imagined, nodes, seen } = this;
    const inputs = ids.map(id => this.referenceOf(id));
    const node = { operation, attributes: completed(operation, attributes, ids, seen), inputs, device: placedOn() };
    const infos = ids.map(id => seen.get(id));
    const outputs = imagined
      ? imagined.operation(nodes.length, node, infos, count)
      : (binding.executeOp(operation, attributes as never, ids, count) as Output[]);
    outputs.forEach(({ id }, output) => this.made(id, nodes.length, output));
    nodes.push({ ...node, outputs: outputs.map(({ shape, dtype }) => ({ shape, dtype })) });
    return outputs;
  }

  tensorDataSync(id: number): unknown {
    this.refuse("it reads a tensor's data");
    return this.binding.tensorDataSync(id);
  }

  deleteTensor(id: number): void {
    this.alive.delete(id);
    const reference = this.known.get(id);
    if (reference && 'argument' in reference) this.refuse('it disposes of an argument');
    if (id < FIRST_IMAGINED) this.binding.deleteTensor(id);
  }

  uses(ids: number[], tensors: tf.TensorInfo[]): void {
    ids.forEach((id, i) => this.seen.set(id, tensors[i]));
  }

  /** What the call returns and assigns, while it is observed still: a result that JavaScript holds becomes a constant here. */
  end(results: tf.Tensor | tf.Tensor[]): void {
    this.isList = Array.isArray(results);
    const list = [results].flat();
    if (!list.every(result => result instanceof tf.Tensor))
      return this.refuse('it returns something else than tensors');
    for (const result of list) {
      const id = idOf(this.backend, result);
      this.outputs.push({ reference: this.referenceOf(id), dtype: result.dtype, shape: result.shape });
      this.alive.delete(id);
    }
    for (const [variable, id] of this.before) {
      if (variable.isDisposed) {
        this.refuse(`it disposes of the variable ${variable.name}`);
        continue;
      }
      const after = idOf(this.backend, variable);
      this.alive.delete(after);
      const { dtype } = variable;
      if (after !== id) this.assigned.push({ variable, reference: this.referenceOf(after), dtype });
    }
    if (this.alive.size > 0) this.refuse('it keeps tensors that it does not return');
  }

  trace(): Trace | Untraceable {
    if (this.refusal) return new Untraceable(this.refusal);
    const { nodes, outputs, isList, assigned } = this;
    const signature = this.args.map(({ dtype, shape }) => ({ dtype, shape }));
    return { nodes, arguments: signature, outputs, isList, assigned, shared: [...this.shared] };
  }

  private refuse(why: string): void {
    this.refusal ??= why;
    // There is nothing to go on with.
    if (this.imagined) throw new Untraceable(why);
  }

  private referenceOf(id: number): Reference {
    this.holders.get(id)?.forEach(variable => this.shared.add(variable));
    let reference = this.known.get(id);
    if (!reference) {
      const { dtype, shape } = this.seen.get(id) ?? { dtype: 'unknown', shape: [] };
      reference = { captured: id, dtype, shape };
      this.known.set(id, reference);
    }
    return reference;
  }

  private made(id: number, node: number, output: number): void {
    this.known.set(id, { node, output });
    this.alive.add(id);
  }
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
