/**
 * A function on tensors as one TensorFlow graph. Two calls run as they are and are recorded; where they did the same, the
 * record becomes a graph and later calls run it: TensorFlow then fuses operations, plans memory, and computes branches side
 * by side.
 */
import * as tf from '@tensorflow/tfjs';
import { func, only } from '../base/options';
import { build, isStale } from './graph/build';
import { follow } from './graph/follow';
import { removeFunction } from './graph/functions';
import { merge } from './graph/merge';
import { isUnchanged, type ModelState, stateOf } from './graph/modelState';
import { idOf, isObserved } from './graph/observe';
import { hold, release, restore, settle, start } from './graph/run';
import { separate, trace } from './graph/trace';
import type { Compiled, CompileOptions, Step } from '../base/runtime';
import { type Graph, type Trace, Untraceable } from './graph/types';
import type { TensorflowBackend } from './native/types';

/** Calls that may differ from the one before them until the step runs eagerly for good. */
const MOST_TRACES = 4;
/** Calls that may do something else than the graph until the step runs eagerly for good. */
const MOST_DEPARTURES = 3;
/** Graphs of one step. A step that sees more shapes than this runs eagerly at the others. */
const MOST_GRAPHS = 16;
/** With constant weights, which takes seconds to prepare: so many calls at new shapes run eagerly, as one answer may be all. */
const PATIENCE = 2;

/**
 * Makes `step` run as one graph, for each list of argument shapes from the third call with it. It gives what it would give
 * eagerly, always:
 * - It may read and assign variables, use tensors from outside, and use `tf.dropout`, whose noise is fresh at each call.
 * - Its JavaScript runs at every call, and is compared with the graph before that runs. Where a call does something else
 *   (another branch, number, option, random draw or closure), it runs eagerly; one line says so at the first time, and
 *   after three such calls the step runs eagerly for good.
 * - A step that reads a tensor's data, keeps tensors, or makes tensors whose shape depends on values (`tf.unique`) runs
 *   eagerly for good, with one line that says why. On backends without graphs every call does.
 * - A call that throws changes no variable. An error inside of the graph is thrown where its results are first used.
 *
 * @param step takes tensors and returns a tensor, or a list of tensors; every list of shapes has a graph of its own
 * @example
 * const step = compile((x: tf.Tensor, y: tf.Tensor) => x.mul(y).sum());
 * for (let i = 0; i < 100; i++) step(x, y).print(); // the first two run operation by operation
 */
export function compile<Arguments extends tf.Tensor[], Result extends tf.Tensor | tf.Tensor[]>(
  step: Step<Arguments, Result>,
  options: CompileOptions = {},
): Compiled<Arguments, Result> {
  func('step of compile', step, 'a function of tensors');
  only('compile', options, ['log', 'enabled', 'rehearse']);
  return compiled(step, { freeze: false, confirm: true, ...options });
}

/**
 * As `compile`, for a step that depends on its arguments, on variables, and on what the model's layers are told, but on
 * nothing else in JavaScript: while these are as they were, the graph runs without the step. With layers of classes that
 * are neither tfjs's nor ours, it is as `compile`.
 */
export function compileFor<Arguments extends tf.Tensor[], Result extends tf.Tensor | tf.Tensor[]>(
  model: tf.LayersModel,
  step: Step<Arguments, Result>,
  options: CompileOptions = {},
): Compiled<Arguments, Result> {
  return compiled(step, { freeze: false, confirm: true, model, ...options });
}

/**
 * The inference of a model as one graph, with its weights as constants, so that TensorFlow folds and fuses what it can: from
 * the third call with a list of shapes. Where the weights change, they are read anew, and not frozen again.
 * @param options.freeze false: the weights are about to change, so never take them for constants
 * @returns a function from images [batch, height, width, channels] to the model's outputs
 */
export function compileModel(
  model: tf.LayersModel,
  { freeze = true, ...options }: CompileOptions & { freeze?: boolean } = {},
): Compiled<[tf.Tensor], tf.Tensor | tf.Tensor[]> {
  const infer = (x: tf.Tensor): tf.Tensor | tf.Tensor[] => model.apply(x, { training: false }) as tf.Tensor;
  const name = { value: `The inference of ${model.name}` };
  return compiled(Object.defineProperty(infer, 'name', name), {
    rehearse: true,
    ...options,
    freeze,
    confirm: false,
    model,
  });
}

interface Policy extends CompileOptions {
  freeze: boolean;
  /** Whether two calls must be alike. */
  confirm: boolean;
  /** All that the step depends on in JavaScript. */
  model?: tf.LayersModel;
}

/** What is known of one list of argument shapes. */
interface State {
  last?: Trace;
  calls: number;
  traces: number;
  graph?: Graph;
  /** What the model's layers were told when the graph was made; undefined if the step has to be followed. */
  model?: ModelState;
  freeze: boolean;
  /** Variables that a trace found in use elsewhere. */
  shared: tf.Variable[];
}

function compiled<Arguments extends tf.Tensor[], Result extends tf.Tensor | tf.Tensor[]>(
  step: Step<Arguments, Result>,
  policy: Policy,
): Compiled<Arguments, Result> {
  const runner = new Runner(step, policy);
  const call = (...args: Arguments): Result => runner.call(args);
  return Object.defineProperties(call, {
    reason: { get: () => runner.reason },
    graphs: { get: () => runner.graphs },
    dispose: { value: () => runner.dispose() },
    free: { value: runner.free },
  }) as Compiled<Arguments, Result>;
}

/** Runs a step: eagerly, recorded, beside its graph, or by its graph alone. */
class Runner<Arguments extends tf.Tensor[], Result extends tf.Tensor | tf.Tensor[]> {
  /** Why it runs eagerly for good. */
  reason: string | undefined;
  readonly free: () => void;
  private readonly log: (line: string) => void;
  private readonly title: string;
  private readonly states = new Map<string, State>();
  private readonly names = new Set<string>();
  private isCrowded = false;
  private departures = 0;

  constructor(
    private readonly step: Step<Arguments, Result>,
    private readonly policy: Policy,
  ) {
    const { enabled = process.env.CNN_KIT_COMPILE !== '0', log = (line: string) => console.warn(line) } = policy;
    this.reason = enabled ? undefined : 'it is switched off';
    this.log = log;
    this.title = step.name || 'A step';
    this.free = freeing(this.names);
  }

  get graphs(): number {
    return [...this.states.values()].filter(state => state.graph).length;
  }

  call(args: Arguments): Result {
    // A step inside of a traced step becomes part of its graph.
    if (isObserved() || isRecordingGradients()) return this.step(...args);
    if (this.reason !== undefined) return this.eagerly(args);
    if (tf.getBackend() !== 'tensorflow') {
      this.giveUp(`the backend ${tf.getBackend()} has no graphs`, true);
      return this.eagerly(args);
    }
    settle();
    const state = this.stateFor(args);
    if (!state) return this.eagerly(args);
    if (state.graph) this.dropIfOutdated(state);
    if (!state.graph && state.freeze && state.calls++ < PATIENCE) return this.eagerly(args);
    if (!state.graph && this.policy.rehearse) this.prepare(state, args);
    else if (!state.graph) return this.record(state, args);
    if (!state.graph) return this.eagerly(args);
    // By its number, a variable among the arguments would be taken for the one that the step reads.
    if (!state.model || args.some(tensor => tensor instanceof tf.Variable)) return this.followed(state, args);
    return this.replayed(state.graph, args);
  }

  dispose(): void {
    if (this.reason === undefined) this.giveUp('it was disposed of', true);
  }

  private giveUp(why: string, isSaid = false): void {
    this.reason = why;
    this.free();
    this.states.clear();
    if (!isSaid) this.log(`${this.title} runs eagerly, as ${why}.`);
  }

  private stateFor(args: Arguments): State | undefined {
    const key = args.map(({ shape, dtype }) => `${dtype} ${shape}`).join(', ');
    let state = this.states.get(key);
    if (!state && this.states.size >= MOST_GRAPHS) {
      if (!this.isCrowded) this.log(`${this.title} runs eagerly at new shapes, as it has seen ${MOST_GRAPHS}.`);
      this.isCrowded = true;
    } else if (!state) {
      this.states.set(key, (state = { calls: 0, traces: 0, freeze: this.policy.freeze, shared: [] }));
    }
    return state;
  }

  private dropIfOutdated(state: State): void {
    if (isStale(state.graph!)) {
      // Weights that change once are being trained: constants would be made again and again.
      this.drop(state);
      state.freeze = false;
    } else if (state.model && !isUnchanged(state.model)) this.drop(state);
  }

  private drop(state: State): void {
    removeFunction(state.graph!.name);
    this.names.delete(state.graph!.name);
    Object.assign(state, { graph: undefined, traces: 0 });
  }

  private eagerly(args: Arguments): Result {
    const held = hold();
    try {
      const results = this.step(...args);
      release(held);
      return results;
    } catch (error) {
      restore(held);
      throw error;
    }
  }

  /** Runs the step for real, and builds its graph when enough is known. */
  private record(state: State, args: Arguments): Result {
    separate(state.shared);
    const { results, recorded } = trace(this.step as never, args, 'compute');
    if (recorded instanceof Untraceable) {
      this.giveUp(recorded.message);
      return results as Result;
    }
    const wasSeparated = recorded.shared.every(variable => state.shared.includes(variable));
    state.shared = recorded.shared;
    if (!wasSeparated) return results as Result;
    state.traces++;
    let usable: Trace | undefined;
    let difference: string | undefined;
    if (!this.policy.confirm) usable = recorded;
    else if (state.last) {
      const merged = merge(state.last, recorded);
      if (typeof merged === 'string') difference = merged;
      else usable = merged;
    }
    state.last = usable ? undefined : recorded;
    if (usable) this.finish(state, usable);
    else if (state.traces >= MOST_TRACES) this.giveUp(difference!);
    return results as Result;
  }

  private finish(state: State, trace: Trace): void {
    const { model } = this.policy;
    try {
      state.graph = build(trace, state.freeze);
      state.model = model && stateOf(model);
      this.names.add(state.graph.name);
    } catch (error) {
      if (error instanceof Untraceable) this.giveUp(error.message);
      else this.giveUp(`its graph cannot be built (${(error as Error).message.split('\n')[0]})`);
    }
  }

  /** Builds the graph of a step that has not run yet. */
  private prepare(state: State, args: Arguments): void {
    const { confirm } = this.policy;
    const rehearsed = () => trace(this.step as never, args, 'rehearse').recorded;
    let usable: Trace | undefined;
    for (let i = 0; i < (confirm ? 2 : 1); i++) {
      let recorded = rehearsed();
      if (!(recorded instanceof Untraceable) && recorded.shared.length > 0) {
        separate(recorded.shared);
        recorded = rehearsed();
      }
      if (recorded instanceof Untraceable) return this.giveUp(recorded.message);
      if (confirm && recorded.nodes.some(({ constant }) => constant?.isNoise)) {
        return this.giveUp('its dropout draws random numbers in JavaScript; layers.dropout does not');
      }
      const merged = usable ? merge(usable, recorded) : recorded;
      if (typeof merged === 'string') return this.giveUp(merged);
      usable = merged;
    }
    this.finish(state, usable!);
  }

  /** Runs the step beside its graph. */
  private followed(state: State, args: Arguments): Result {
    const { results, departure } = follow(this.step as never, args, state.graph!);
    if (departure) {
      this.drop(state);
      if (this.departures++ === 0) this.log(`${this.title} runs eagerly, as ${departure}.`);
      if (this.departures >= MOST_DEPARTURES) this.giveUp(departure, true);
    }
    return results as Result;
  }

  private replayed(graph: Graph, args: Arguments): Result {
    try {
      const results = replay(graph, args);
      return (graph.trace.isList ? results : results[0]) as Result;
    } catch (error) {
      if (graph.proven) throw error;
      this.giveUp(`its graph cannot be run (${(error as Error).message.split('\n')[0]})`);
      return this.eagerly(args);
    }
  }
}

/** Apart, as a function made in the runner would hold on to all that is there. */
function freeing(names: Set<string>): () => void {
  return () => {
    names.forEach(removeFunction);
    names.clear();
  };
}

/** A gradient goes through the operations that tfjs sees; it would see none of a graph's. */
function isRecordingGradients(): boolean {
  return tf.engine().state.gradientDepth > 0;
}

/** Starts the graph; its results may be used, and its arguments disposed of, at once. */
function replay(graph: Graph, args: tf.Tensor[]): tf.Tensor[] {
  const backend = tf.backend() as TensorflowBackend;
  const { trace, variables, frozen, captured } = graph;
  const ids = [...args, ...(frozen ? [] : variables)].map(tensor => idOf(backend, tensor));
  const held = hold(trace.assigned.map(({ variable }) => variable));
  let made;
  try {
    made = start(graph, [...ids, ...captured], held);
  } catch (error) {
    release(held);
    throw error;
  }
  graph.proven = true;
  const tensors = made.map(output => backend.createOutputTensor(output));
  trace.assigned.forEach(({ variable }, i) => {
    variable.assign(tensors[trace.outputs.length + i]);
    tensors[trace.outputs.length + i].dispose();
  });
  return tensors.slice(0, trace.outputs.length);
}
