/**
 * Calls a step of which a graph is known, without computing anything as long as it does what the graph does; then the graph
 * runs. So a step may depend on JavaScript in any way: where it departs from the graph, what it did so far is computed
 * operation by operation, and so is the rest.
 */
import * as tf from '@tensorflow/tfjs';
import { placedOn } from '../native/devices';
import { FLOAT, INT32, type NodeAttribute } from './graphDef';
import { FIRST_IMAGINED } from './imagined';
import { CHANGING, changingConstant, sameAttributes, sameValues } from './merge';
import { idOf, observe, type Observer } from './observe';
import { type Held, hold, release, restore, start } from './run';
import { type Graph, type Output, type Reference } from './types';
import type { TensorEntry, TensorflowBackend } from '../native/types';

type Results = tf.Tensor | tf.Tensor[];

/**
 * @returns the results, and where the call departed from the graph why it did
 * @throws what the step throws, or what ends the graph; variables then have their values from before the call
 */
export function follow(
  step: (...tensors: tf.Tensor[]) => Results,
  args: tf.Tensor[],
  graph: Graph,
): { results: Results; departure?: string } {
  const call = new FollowedCall(args, graph);
  const held = hold();
  let results: Results | undefined;
  try {
    observe(call.backend, call, () => {
      results = tf.tidy(() => step(...args));
      call.end(results);
    });
    if (!call.departure) call.run(held);
  } catch (error) {
    call.forget();
    if (results) tf.dispose(results);
    restore(held);
    throw error;
  }
  if (call.departure) release(held);
  return { results: results!, departure: call.departure };
}

class FollowedCall implements Observer {
  readonly backend = tf.backend() as TensorflowBackend;
  /** Why it is not the graph's call any more. */
  departure?: string;

  private readonly binding = this.backend.binding;
  private readonly argumentIds: number[];
  private readonly variableIds: Map<tf.Variable, number>;
  private readonly capturedIds = new Map<number, number>();
  private readonly before = new Map<tf.Variable, object>();
  /** The first imagined output of each node that the call has come to; the others follow it. */
  private readonly firstIds: number[] = [];
  private nextId = FIRST_IMAGINED;
  /** The values of noise, should they be needed. */
  private readonly noise = new Map<number, ArrayBufferView>();
  /** Imagined tensors that were disposed of, by how many nodes there were then. */
  private readonly deleted = new Map<number, number>();
  /** What the call made, and what it used. */
  private readonly entries: TensorEntry[] = [];
  private readonly used = new Map<number, tf.TensorInfo>();
  /** After the departure: TensorFlow's number of an imagined tensor. */
  private readonly computed = new Map<number, number>();

  constructor(
    args: tf.Tensor[],
    private readonly graph: Graph,
  ) {
    this.argumentIds = args.map(tensor => idOf(this.backend, tensor));
    this.variableIds = new Map(graph.variables.map(variable => [variable, idOf(this.backend, variable)]));
    for (const variable of Object.values(tf.engine().registeredVariables)) this.before.set(variable, variable.dataId);
  }

  createTensor = (shape: number[], dtype: number, values: ArrayBufferView, isNoise: boolean): number => {
    if (!this.departure) {
      const expected = this.expected()?.constant;
      const isSame =
        expected?.dtype === dtype &&
        ArrayBuffer.isView(values) &&
        tf.util.arraysEqual(expected.shape, shape) &&
        (expected.isNoise ? isNoise : sameValues(expected, values));
      if (isSame) {
        if (isNoise) this.noise.set(this.firstIds.length, values);
        return this.come(1);
      }
      this.depart(expected ? changingConstant(shape) : CHANGING);
    }
    return this.binding.createTensor(shape, dtype, values as never);
  };

  executeOp = (operation: string, attributes: NodeAttribute[], ids: number[], count: number): Output[] => {
    if (!this.departure) {
      const expected = this.expected();
      const isSame =
        expected?.operation === operation &&
        expected.device === placedOn() &&
        expected.outputs.length === count &&
        expected.inputs.length === ids.length &&
        // Its attributes were completed when it was recorded.
        (operation === 'ExpandDims' || sameAttributes(expected.attributes, attributes)) &&
        expected.inputs.every((reference, i) => this.is(reference, ids[i]));
      if (isSame) {
        const first = this.come(count);
        return expected.outputs.map(({ shape, dtype }, i) => ({ id: first + i, shape: [...shape], dtype }));
      }
      this.depart(CHANGING);
    }
    return this.binding.executeOp(operation, attributes as never, ids.map(this.computedId), count) as Output[];
  };

  tensorDataSync = (id: number): unknown => {
    this.depart("it reads a tensor's data");
    return this.binding.tensorDataSync(this.computedId(id));
  };

  deleteTensor = (id: number): void => {
    if (id >= FIRST_IMAGINED && !this.departure) return void this.deleted.set(id, this.firstIds.length);
    // The graph may need it yet.
    if (this.used.has(id) || this.argumentIds.includes(id)) this.depart('it disposes of a tensor from outside');
    const computed = this.computedId(id);
    if (computed < FIRST_IMAGINED) this.binding.deleteTensor(computed);
  };

  uses = (ids: number[], tensors: tf.TensorInfo[]): void =>
    ids.forEach((id, i) => id < FIRST_IMAGINED && this.used.set(id, tensors[i]));

  has = (entry: TensorEntry): void => void this.entries.push(entry);

  /** After the step's last operation, still observed: departs unless the graph stands for the whole call. */
  end(results: Results): void {
    if (this.departure) return;
    const { trace } = this.graph;
    const list = [results].flat();
    const isEnd = (reference: Reference, tensor: tf.Tensor): boolean =>
      tensor instanceof tf.Tensor && this.is(reference, idOf(this.backend, tensor));
    const isSame =
      trace.isList === Array.isArray(results) &&
      trace.outputs.length === list.length &&
      trace.outputs.every(({ reference }, i) => isEnd(reference, list[i]));
    const assigned = new Map(trace.assigned.map(({ variable, reference }) => [variable, reference]));
    const isAssigned = [...this.before].every(([variable, dataId]) => {
      const reference = assigned.get(variable);
      if (variable.isDisposed) return false;
      return reference ? isEnd(reference, variable) : variable.dataId === dataId;
    });
    const left = new Set([...trace.outputs, ...trace.assigned].map(({ reference }) => this.imagined(reference)));
    let isKept = false;
    for (let id = FIRST_IMAGINED; id < this.nextId; id++) isKept ||= !this.deleted.has(id) && !left.has(id);
    // A result that JavaScript held until now may have been one node more.
    if (!isSame || !isAssigned || isKept || this.expected()) this.depart(CHANGING);
  }

  /** Runs the graph, and gives what it made to the tensors that the call left. */
  run(held: Held): void {
    const { frozen, trace, variables, captured, proven } = this.graph;
    const ids = [
      ...this.argumentIds,
      ...(frozen ? [] : variables.map(variable => this.variableIds.get(variable)!)),
      ...captured.map(id => this.capturedIds.get(id)!),
    ];
    let made: Output[];
    try {
      made = start(this.graph, ids, held);
    } catch (error) {
      if (proven) throw error;
      return this.depart(`its graph cannot be run (${(error as Error).message.split('\n')[0]})`);
    }
    this.graph.proven = true;
    const computed = new Map<number, number>();
    [...trace.outputs, ...trace.assigned].forEach(({ reference }, i) => {
      const id = this.imagined(reference);
      if (id === undefined || computed.has(id)) this.binding.deleteTensor(made[i].id);
      else computed.set(id, made[i].id);
    });
    this.replaceImagined(computed);
  }

  /** Leaves nothing imagined, before what the call made is disposed of. */
  forget(): void {
    for (const entry of this.entries) if (entry.id >= FIRST_IMAGINED) entry.id = this.computed.get(entry.id) ?? -1;
  }

  private expected() {
    return this.graph.trace.nodes[this.firstIds.length];
  }

  private come(outputs: number): number {
    const first = this.nextId;
    this.firstIds.push(first);
    this.nextId += outputs;
    return first;
  }

  private imagined(reference: Reference): number | undefined {
    return 'node' in reference ? this.firstIds[reference.node] + reference.output : undefined;
  }

  private is(reference: Reference, id: number): boolean {
    if ('node' in reference) return id === this.imagined(reference);
    if ('argument' in reference) return id === this.argumentIds[reference.argument];
    if ('variable' in reference) return id === this.variableIds.get(reference.variable);
    const bound = this.capturedIds.get(reference.captured);
    if (bound !== undefined) return bound === id;
    // Another tensor from outside may be in the place of the one that was recorded.
    const info = this.used.get(id);
    if (info?.dtype !== reference.dtype || !tf.util.arraysEqual(info.shape, reference.shape)) return false;
    this.capturedIds.set(reference.captured, id);
    return true;
  }

  private readonly computedId = (id: number): number => this.computed.get(id) ?? id;

  /** Computes what the call did so far, operation by operation; the rest is computed as it comes. */
  private depart(why: string): void {
    if (this.departure) return;
    this.departure = why;
    const idOfReference = (reference: Reference): number => {
      if ('node' in reference) return this.computed.get(this.imagined(reference)!)!;
      if ('argument' in reference) return this.argumentIds[reference.argument];
      if ('variable' in reference) return this.variableIds.get(reference.variable)!;
      return this.capturedIds.get(reference.captured)!;
    };
    const deletedAt = new Map<number, number[]>();
    this.deleted.forEach((count, id) => deletedAt.set(count, [...(deletedAt.get(count) ?? []), id]));
    const made = new Set<number>();
    try {
      for (const [i, first] of this.firstIds.entries()) {
        const { operation, attributes, inputs, constant } = this.graph.trace.nodes[i];
        const ids = constant
          ? [
              this.binding.createTensor(
                constant.shape,
                constant.dtype,
                (this.noise.get(i) ?? valuesOf(constant)) as never,
              ),
            ]
          : this.binding
              .executeOp(
                operation!,
                attributes as never,
                inputs.map(idOfReference),
                this.graph.trace.nodes[i].outputs.length,
              )
              .map(({ id }) => id);
        ids.forEach((id, output) => {
          this.computed.set(first + output, id);
          made.add(id);
        });
        for (const imagined of deletedAt.get(i + 1) ?? []) {
          this.binding.deleteTensor(this.computed.get(imagined)!);
          made.delete(this.computed.get(imagined)!);
        }
      }
    } catch (error) {
      made.forEach(id => this.binding.deleteTensor(id));
      this.computed.clear();
      throw error;
    }
    this.replaceImagined(this.computed);
  }

  private replaceImagined(computed: Map<number, number>): void {
    for (const entry of this.entries) entry.id = computed.get(entry.id) ?? entry.id;
  }
}

function valuesOf({ dtype, data }: { dtype: number; data: Uint8Array }): ArrayBufferView {
  const bytes = data.slice();
  if (dtype === FLOAT) return new Float32Array(bytes.buffer);
  return dtype === INT32 ? new Int32Array(bytes.buffer) : bytes;
}
