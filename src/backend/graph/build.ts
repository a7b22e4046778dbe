/** A trace as a function of TensorFlow's. */
import type * as tf from '@tensorflow/tfjs';
import { foldBatchNorm } from './fold';
import { addFunction } from './functions';
import {
  AttributeType,
  constant,
  DTYPES,
  FLOAT,
  graphDef,
  INT32,
  type NodeAttribute,
  operation,
  placeholder,
} from './graphDef';
import { dependsOnValues, isUnused, nodeOutput } from './imagined';
import { type Graph, type Reference, type Trace, type TracedNode, Untraceable } from './types';

/** TensorFlow refuses graphs of 2 GB. */
const MOST_FROZEN_BYTES = 1 << 30;

let graphCount = 0;

/**
 * @param freeze whether variables become constants, so that TensorFlow folds what it can
 * @throws Untraceable when the shape of a result depends on values, and an Error when TensorFlow refuses the graph
 */
export function build(traced: Trace, freeze: boolean): Graph {
  const variables = variablesOf(traced);
  const bytes = variables.reduce((sum, { size }) => sum + 4 * size, 0);
  const isFrozen = freeze && traced.assigned.length === 0 && bytes <= MOST_FROZEN_BYTES;
  const written = isFrozen ? foldBatchNorm(traced) : traced;
  const writer = new Writer(written, variables, isFrozen);
  const name = `cnn_kit_step${process.pid}_${graphCount++}`;
  addFunction(name, graphDef(writer.nodes), writer.inputs, [...writer.ends, 'done'], shapeOf =>
    written.nodes.forEach(({ operation: op, outputs: made }, node) =>
      made.forEach((_, output) => {
        if (op && !isUnused(op, output) && !shapeOf(`node${node}`, output)) throw new Untraceable(dependsOnValues(op));
      }),
    ),
  );
  return {
    name,
    trace: traced,
    variables,
    captured: [...writer.captured.keys()],
    frozen: isFrozen ? variables.map(variable => variable.dataId) : undefined,
    proven: false,
  };
}

/** Writes a trace's nodes one by one, and what they take and give by name. */
class Writer {
  readonly nodes: Buffer[] = [];
  /** Nodes of the results. */
  readonly ends: string[];
  /** Tensors from outside, by their numbers. */
  readonly captured = new Map<number, string>();
  private readonly arguments: string[];
  private readonly variables: Map<tf.Variable, string>;
  private readonly taken = new Set<tf.Variable>();

  constructor(
    { nodes, outputs, assigned, arguments: signature }: Trace,
    variables: tf.Variable[],
    private readonly isFrozen: boolean,
  ) {
    this.variables = new Map(variables.map((variable, i) => [variable, `variable${i}`]));
    this.arguments = signature.map(({ dtype, shape }, i) => this.placeholder(`argument${i}`, dtype, shape));
    nodes.forEach((node, i) => this.write(node, i));
    // By way of a node each, as an output may be a placeholder or the same as another.
    this.ends = [...outputs, ...assigned].map(({ reference, dtype }, i) => {
      this.nodes.push(operation(`output${i}`, 'Identity', [this.named(reference)], [type('T', dtypeOf(dtype))]));
      return `output${i}`;
    });
    // Who reads it waits for the whole function, or gets the error that ended it.
    this.nodes.push(constant('done', FLOAT, [], new Uint8Array(4)));
    for (const [variable, name] of this.variables) {
      const { shape, dtype } = variable;
      if (!isFrozen) this.placeholder(name, dtype, shape);
      else if (this.taken.has(variable)) this.nodes.push(constant(name, dtypeOf(dtype), shape, bytesOf(variable)));
    }
  }

  get inputs(): string[] {
    return [...this.arguments, ...(this.isFrozen ? [] : this.variables.values()), ...this.captured.values()];
  }

  private write({ operation: op, attributes, inputs, constant: value, device }: TracedNode, i: number): void {
    if (!value) {
      const names = inputs.map(input => this.named(input));
      this.nodes.push(operation(`node${i}`, op!, names, attributes, device));
    } else if (!value.isNoise) this.nodes.push(constant(`node${i}`, value.dtype, value.shape, value.data));
    else {
      const shape = new Uint8Array(Int32Array.from(value.shape).buffer);
      this.nodes.push(constant(`shape${i}`, INT32, [value.shape.length], shape));
      const types = [type('T', INT32), type('dtype', FLOAT)];
      this.nodes.push(operation(`node${i}`, 'RandomUniform', [`shape${i}`], types));
    }
  }

  private named(reference: Reference): string {
    if ('node' in reference) return nodeOutput(reference);
    if ('argument' in reference) return `argument${reference.argument}`;
    if ('variable' in reference) {
      this.taken.add(reference.variable);
      return this.variables.get(reference.variable)!;
    }
    const { captured: id, dtype, shape } = reference;
    if (!this.captured.has(id)) this.captured.set(id, this.placeholder(`captured${this.captured.size}`, dtype, shape));
    return this.captured.get(id)!;
  }

  private placeholder(name: string, dtype: string, shape: number[]): string {
    this.nodes.push(placeholder(name, dtypeOf(dtype), shape));
    return name;
  }
}

const type = (name: string, value: number): NodeAttribute => ({ name, type: AttributeType.Type, value });

function dtypeOf(dtype: string): number {
  if (dtype in DTYPES) return DTYPES[dtype];
  throw new Error(`a graph here has no tensors of type ${dtype}`);
}

/** Whether a value that the graph holds, or a variable that it takes, is no longer there. */
export function isStale({ variables, frozen }: Graph): boolean {
  return variables.some((variable, i) => variable.isDisposed || (frozen && frozen[i] !== variable.dataId));
}

function variablesOf({ nodes, outputs, assigned }: Trace): tf.Variable[] {
  const references = [...nodes.flatMap(({ inputs }) => inputs), ...[...outputs, ...assigned].map(end => end.reference)];
  return [...new Set(references.flatMap(reference => ('variable' in reference ? [reference.variable] : [])))];
}

function bytesOf(tensor: tf.Tensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = tensor.dataSync();
  return new Uint8Array(buffer, byteOffset, byteLength);
}
