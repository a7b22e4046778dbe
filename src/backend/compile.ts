/**
 * A function on tensors as one TensorFlow graph. Two calls run as they are and are recorded; where they did the same, the
 * record becomes a graph and later calls run it: TensorFlow then fuses operations, plans memory, and computes branches side
 * by side, and no time goes into JavaScript.
 */
import * as tf from '@tensorflow/tfjs';
import { foldBatchNorm } from './batchNormFolding';
import { constant, DTYPES, FLOAT, graphDef, INT32, operation, placeholder } from './graphDef';
import { addFunction, removeFunction } from './graphFunctions';
import type { TensorflowBackend } from './kernels';
import { deferring } from './tensorflow';
import { isTracing, type Reference, type Trace, trace, type TracedNode, Untraceable } from './tracing';

export type Step<Arguments extends tf.Tensor[], Result> = (...tensors: Arguments) => Result;

export interface CompileOptions {
  /** Where the line goes that says why a step runs eagerly. */
  log?(line: string): void;
  /** false: run eagerly, always. The default is true, unless CNN_KIT_COMPILE is 0. */
  enabled?: boolean;
  /**
   * true: at new shapes the step is called twice without computing anything, and graphs do all the work, the first too: what
   * they compute then is the same to the bit wherever a run begins. A step that draws random numbers in JavaScript runs
   * eagerly.
   */
  rehearse?: boolean;
}

export type Compiled<Arguments extends tf.Tensor[], Result> = Step<Arguments, Result> & {
  /** Why it runs eagerly; undefined while it is compiled, or may still be. */
  readonly reason: string | undefined;
  /** How many graphs it has: one for each list of shapes that it was given often enough. */
  readonly graphs: number;
  /** Frees the graphs. Later calls run eagerly. */
  dispose(): void;
  /** Frees the graphs, and refers to nothing else: for a FinalizationRegistry of what the step holds on to. */
  readonly free: () => void;
};

/** So many calls may differ from the one before them until the step runs eagerly for good. */
const MOST_TRACES = 4;
/** Graphs of one step. A step that sees more shapes than this runs eagerly at the others. */
const MOST_GRAPHS = 16;
/** TensorFlow refuses graphs of 2 GB. */
const MOST_FROZEN_BYTES = 1 << 30;
/** With constant weights, which takes seconds to prepare: so many calls at new shapes run eagerly, as one answer may be all. */
const PATIENCE = 2;
/**
 * What TensorFlow's optimizer is to do: ConfigProto { graph_options { rewrite_options { memory_optimization: NO_MEM_OPT
 * meta_optimizer_iterations: ONE } } }. In training, in place of the latter, arithmetic_optimization and remapping are OFF:
 * sums of many gradients in one place, and normalization that keeps what it gave the ReLU behind it, take memory that a step
 * has no use for.
 */
const INFERENCE = '\x52\x06\x52\x04\x20\x01\x60\x01';
const TRAINING = '\x52\x08\x52\x06\x20\x01\x38\x02\x70\x02';

/**
 * Makes `step` run as one graph, for each list of argument shapes from the third call with it.
 *
 * The step may read and assign variables, use tensors from outside, and draw dropout's random numbers, fresh at each call.
 * What it reads from JavaScript (numbers, options) is as it was in the first two calls: what changes must be an argument or
 * a variable. A step that reads a tensor's data, keeps tensors, or does other operations from call to call is found out and
 * runs eagerly, with one line saying so. On backends without graphs every call runs eagerly.
 */
export function compile<Arguments extends tf.Tensor[], Result extends tf.Tensor | tf.Tensor[]>(
  step: Step<Arguments, Result>,
  options: CompileOptions = {},
): Compiled<Arguments, Result> {
  return compiled(step, { freeze: false, confirm: true, ...options });
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
  return compiled(infer, { rehearse: true, ...options, freeze, confirm: false });
}

interface Policy extends CompileOptions {
  freeze: boolean;
  /** Whether two calls must be alike. */
  confirm: boolean;
}

interface Graph {
  name: string;
  variables: tf.Variable[];
  captured: number[];
  /** What the variables were when they became constants; undefined where they are arguments. */
  frozen: object[] | undefined;
  /** The shapes of the tensors that it returns, and whether it does as a list. */
  outputs: number[][];
  isList: boolean;
  assigned: tf.Variable[];
  proven: boolean;
}

/** Of one list of argument shapes. */
interface State {
  last?: Trace;
  calls: number;
  traces: number;
  graph?: Graph;
  freeze: boolean;
}

let graphCount = 0;

function compiled<Arguments extends tf.Tensor[], Result extends tf.Tensor | tf.Tensor[]>(
  step: Step<Arguments, Result>,
  policy: Policy,
): Compiled<Arguments, Result> {
  const { freeze, confirm, rehearse = false } = policy;
  const { enabled = process.env.CNN_KIT_COMPILE !== '0', log = (line: string) => console.warn(line) } = policy;
  const states = new Map<string, State>();
  const names = new Set<string>();
  let reason: string | undefined = enabled ? undefined : 'it is switched off';
  let many = false;

  const free = freeing(names);
  const drop = (state: State): void => {
    removeFunction(state.graph!.name);
    names.delete(state.graph!.name);
    Object.assign(state, { graph: undefined, traces: 0 });
  };

  const giveUp = (why: string, isExpected = false): void => {
    reason = why;
    free();
    states.clear();
    if (!isExpected) log(`${step.name || 'A step'} runs eagerly, as ${why}.`);
  };

  const stateOf = (args: Arguments): State | undefined => {
    const key = args.map(({ shape, dtype }) => `${dtype} ${shape}`).join(', ');
    let state = states.get(key);
    if (!state && states.size >= MOST_GRAPHS) {
      if (!many) log(`${step.name || 'A step'} runs eagerly at new shapes, as it has seen ${MOST_GRAPHS}.`);
      many = true;
    } else if (!state) states.set(key, (state = { calls: 0, traces: 0, freeze }));
    return state;
  };

  /** Runs the step for real, and builds its graph when enough is known. */
  const record = (state: State, args: Arguments): Result => {
    const { results, recorded } = trace(step as never, args, 'compute');
    if (recorded instanceof Untraceable) {
      giveUp(recorded.message);
      return results as Result;
    }
    state.traces++;
    let usable: Trace | undefined;
    let difference: string | undefined;
    if (!confirm) usable = recorded;
    else if (state.last) {
      const merged = merge(state.last, recorded);
      if (typeof merged === 'string') difference = merged;
      else usable = merged;
    }
    state.last = usable ? undefined : recorded;
    if (usable) finish(state, usable);
    else if (state.traces >= MOST_TRACES) giveUp(difference!);
    return results as Result;
  };

  const finish = (state: State, trace: Trace): void => {
    try {
      state.graph = build(trace, state.freeze);
      names.add(state.graph.name);
    } catch (error) {
      giveUp(`its graph cannot be built (${(error as Error).message.split('\n')[0]})`);
    }
  };

  /** Builds the graph of a step that has not run yet. */
  const prepare = (state: State, args: Arguments): void => {
    let usable: Trace | undefined;
    for (let i = 0; i < (confirm ? 2 : 1); i++) {
      const { recorded } = trace(step as never, args, 'rehearse');
      if (recorded instanceof Untraceable) return giveUp(recorded.message);
      if (confirm && recorded.nodes.some((node, i) => node.constant && isNoise(i, recorded))) {
        return giveUp('its dropout draws random numbers in JavaScript; layers.dropout does not');
      }
      const merged = usable ? merge(usable, recorded) : recorded;
      if (typeof merged === 'string') return giveUp(merged);
      usable = merged;
    }
    finish(state, usable!);
  };

  const call = (...args: Arguments): Result => {
    // A step inside of a traced step becomes part of its graph.
    if (reason !== undefined || isTracing() || isRecordingGradients()) return step(...args);
    if (tf.getBackend() !== 'tensorflow') {
      giveUp(`the backend ${tf.getBackend()} has no graphs`, true);
      return step(...args);
    }
    const state = stateOf(args);
    if (!state) return step(...args);
    if (state.graph && isStale(state.graph)) {
      // Weights that change once are being trained: constants would be made again and again.
      drop(state);
      state.freeze = false;
    }
    if (!state.graph && state.freeze && state.calls++ < PATIENCE) return step(...args);
    if (!state.graph && rehearse) prepare(state, args);
    else if (!state.graph) return record(state, args);
    if (!state.graph) return step(...args);
    try {
      const results = replay(state.graph, args);
      state.graph.proven = true;
      return (state.graph.isList ? results : results[0]) as Result;
    } catch (error) {
      if (state.graph.captured.length > 0 && state.graph.proven) {
        // A tensor from outside may be gone, and another in its place.
        drop(state);
        return rehearse ? call(...args) : record(state, args);
      }
      if (state.graph.proven) throw error;
      giveUp(`its graph cannot be run (${(error as Error).message.split('\n')[0]})`);
      return step(...args);
    }
  };

  return Object.defineProperties(call, {
    reason: { get: () => reason },
    graphs: { get: () => [...states.values()].filter(state => state.graph).length },
    dispose: { value: () => reason === undefined && giveUp('it was disposed of', true) },
    free: { value: free },
  }) as unknown as Compiled<Arguments, Result>;
}

/** Apart, as a function made in `compiled` would hold on to all that is there. */
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

/** The second trace, with dropout's noise drawn by TensorFlow; or in words what differs from the first. */
function merge(first: Trace, second: Trace): Trace | string {
  const changing = 'what it does changes from call to call';
  if (first.nodes.length !== second.nodes.length) return changing;
  const nodes = [...second.nodes];
  for (const [i, a] of first.nodes.entries()) {
    const b = second.nodes[i];
    if (!sameOperation(a, b)) return changing;
    if (!a.constant || !b.constant || Buffer.compare(a.constant.data, b.constant.data) === 0) continue;
    if (!isNoise(i, first) || !isNoise(i, second)) {
      return `a number or array that it makes in JavaScript changes from call to call (its shape is [${b.constant.shape}])`;
    }
    nodes.push({ attributes: [], inputs: [], constant: shapeConstant(b.constant.shape) });
    nodes[i] = uniformNoise(nodes.length - 1);
  }
  const ends = ({ outputs, assigned }: Trace): Reference[] => [...outputs, ...assigned].map(end => end.reference);
  const isSame =
    ends(first).length === ends(second).length &&
    ends(first).every((reference, i) => sameReference(reference, ends(second)[i])) &&
    first.assigned.every(({ variable }, i) => variable === second.assigned[i]?.variable);
  return isSame ? { ...second, nodes } : changing;
}

function sameOperation(a: TracedNode, b: TracedNode): boolean {
  return (
    a.operation === b.operation &&
    a.device === b.device &&
    a.constant?.dtype === b.constant?.dtype &&
    String(a.constant?.shape) === String(b.constant?.shape) &&
    a.inputs.length === b.inputs.length &&
    a.inputs.every((reference, i) => sameReference(reference, b.inputs[i])) &&
    JSON.stringify(a.attributes) === JSON.stringify(b.attributes)
  );
}

function sameReference(a: Reference, b: Reference): boolean {
  if ('node' in a) return 'node' in b && a.node === b.node && a.output === b.output;
  if ('argument' in a) return 'argument' in b && a.argument === b.argument;
  if ('variable' in a) return 'variable' in b && a.variable === b.variable;
  return 'captured' in b && a.captured === b.captured;
}

/** tfjs draws the noise of dropout in JavaScript. It is known by its use: numbers in [0, 1), plus a scalar, rounded down. */
function isNoise(index: number, { nodes }: Trace): boolean {
  const { dtype, data } = nodes[index].constant!;
  if (dtype !== FLOAT) return false;
  const users = (i: number): TracedNode[] =>
    nodes.filter(({ inputs }) => inputs.some(input => 'node' in input && input.node === i));
  const [sum, ...others] = users(index);
  if (others.length > 0 || !['Add', 'AddV2'].includes(sum?.operation ?? '')) return false;
  const isScalar = sum.inputs.some(input => 'node' in input && nodes[input.node].constant?.shape.length === 0);
  const roundings = users(nodes.indexOf(sum));
  return (
    isScalar &&
    roundings.length > 0 &&
    roundings.every(({ operation }) => operation === 'Floor') &&
    new Float32Array(data.buffer).every(value => value >= 0 && value < 1)
  );
}

function shapeConstant(shape: number[]): TracedNode['constant'] {
  return { dtype: INT32, shape: [shape.length], data: new Uint8Array(Int32Array.from(shape).buffer) };
}

function uniformNoise(shape: number): TracedNode {
  const { binding } = tf.backend() as TensorflowBackend;
  const attributes = [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: INT32 },
    { name: 'dtype', type: binding.TF_ATTR_TYPE, value: FLOAT },
  ];
  return { operation: 'RandomUniform', attributes, inputs: [{ node: shape, output: 0 }] };
}

function build(traced: Trace, freeze: boolean): Graph {
  const isFrozen = freeze && traced.assigned.length === 0 && bytesOfVariables(traced) <= MOST_FROZEN_BYTES;
  const trace = isFrozen ? foldBatchNorm(traced) : traced;
  const written: Buffer[] = [];
  const argumentNames: string[] = [];
  const variables = new Map<tf.Variable, string>();
  const captured = new Map<number, string>();
  const dtypeOf = (dtype: string): number => {
    if (dtype in DTYPES) return DTYPES[dtype];
    throw new Error(`a graph here has no tensors of type ${dtype}`);
  };
  trace.arguments.forEach(({ dtype, shape }, i) => {
    argumentNames.push(`argument${i}`);
    written.push(placeholder(`argument${i}`, dtypeOf(dtype), shape));
  });
  const named = (reference: Reference): string => {
    if ('node' in reference) return `node${reference.node}${reference.output ? `:${reference.output}` : ''}`;
    if ('argument' in reference) return argumentNames[reference.argument];
    if ('variable' in reference) {
      const { variable } = reference;
      if (!variables.has(variable)) variables.set(variable, `variable${variables.size}`);
      return variables.get(variable)!;
    }
    if (!captured.has(reference.captured)) {
      captured.set(reference.captured, `captured${captured.size}`);
      written.push(placeholder(`captured${captured.size - 1}`, dtypeOf(reference.dtype), reference.shape));
    }
    return captured.get(reference.captured)!;
  };
  trace.nodes.forEach(({ operation: op, attributes, inputs, constant: value, device }, i) => {
    if (value) written.push(constant(`node${i}`, value.dtype, value.shape, value.data));
    else written.push(operation(`node${i}`, op!, inputs.map(named), attributes, device));
  });
  // By way of a node each, as an output may be a placeholder or the same as another.
  const ends = [...trace.outputs, ...trace.assigned].map(({ reference, dtype }, i) => {
    const type = { name: 'T', type: (tf.backend() as TensorflowBackend).binding.TF_ATTR_TYPE, value: dtypeOf(dtype) };
    written.push(operation(`output${i}`, 'Identity', [named(reference)], [type]));
    return `output${i}`;
  });
  const list = [...variables.keys()];
  for (const [variable, name] of variables) {
    const { shape, dtype } = variable;
    if (isFrozen) written.push(constant(name, dtypeOf(dtype), shape, bytesOf(variable)));
    else written.push(placeholder(name, dtypeOf(dtype), shape));
  }
  const name = `cnn_kit_step${process.pid}_${graphCount++}`;
  const inputs = [...argumentNames, ...(isFrozen ? [] : variables.values()), ...captured.values()];
  addFunction(name, graphDef(written), inputs, ends);
  return {
    name,
    variables: list,
    captured: [...captured.keys()],
    frozen: isFrozen ? list.map(variable => variable.dataId) : undefined,
    outputs: trace.outputs.map(({ shape }) => shape),
    isList: trace.isList,
    assigned: trace.assigned.map(({ variable }) => variable),
    proven: false,
  };
}

function bytesOfVariables({ nodes }: Trace): number {
  const inputs = nodes.flatMap(({ inputs }) => inputs);
  const variables = new Set(inputs.flatMap(input => ('variable' in input ? [input.variable] : [])));
  return [...variables].reduce((sum, { size }) => sum + 4 * size, 0);
}

function bytesOf(tensor: tf.Tensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = tensor.dataSync();
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function isStale({ variables, frozen }: Graph): boolean {
  return variables.some((variable, i) => variable.isDisposed || (frozen && frozen[i] !== variable.dataId));
}

/** Starts the graph, the first time waiting for it; its results may be used, and its arguments disposed of, at once. */
function replay(
  { name, variables, captured, frozen, outputs, assigned, proven }: Graph,
  args: tf.Tensor[],
): tf.Tensor[] {
  const backend = tf.backend() as TensorflowBackend;
  const given = backend.getInputTensorIds(frozen ? args : [...args, ...variables]);
  const ids = [...given, ...captured];
  const shapes = [...outputs, ...assigned.map(({ shape }) => shape)];
  const text = backend.binding.TF_ATTR_STRING;
  // Without both attributes TensorFlow runs a function as it was given, and its graph optimizer never sees it.
  const attributes = [
    { name: 'executor_type', type: text, value: '' },
    { name: 'config_proto', type: text, value: frozen ? INFERENCE : TRAINING },
  ];
  const start = () => backend.binding.executeOp(name, attributes, ids, shapes.length);
  const results = proven ? deferring(start) : start();
  const tensors = results.map(({ id, dtype }, i) => backend.createOutputTensor({ id, dtype, shape: shapes[i] }));
  assigned.forEach((variable, i) => {
    variable.assign(tensors[outputs.length + i]);
    tensors[outputs.length + i].dispose();
  });
  return tensors.slice(0, outputs.length);
}
