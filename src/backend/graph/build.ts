/** A trace as a function of TensorFlow's. */
import * as tf from '@tensorflow/tfjs';
import { foldBatchNorm } from './fold';
import { addFunction } from './functions';
import { constant, DTYPES, FLOAT, graphDef, INT32, operation, placeholder } from './graphDef';
import { dependsOnValues, isUnused, nodeOutput } from './imagined';
import { type Graph, type Reference, type Trace, Untraceable } from './types';
import type { TensorflowBackend } from '../native/types';

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
  const { nodes, outputs, assigned, arguments: signature } = isFrozen ? foldBatchNorm(traced) : traced;
  const { binding } = tf.backend() as TensorflowBackend;
  const typeAttribute = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value });
  const written: Buffer[] = [];
  const captured = new Map<number, string>();
  const dtypeOf = (dtype: string): number => {
    if (dtype in DTYPES) return DTYPES[dtype];
    throw new Error(`a graph here has no tensors of type ${dtype}`);
  };
  signature.forEach(({ dtype, shape }, i) => written.push(placeholder(`argument${i}`, dtypeOf(dtype), shape)));
  const names = new Map(variables.map((variable, i) => [variable, `variable${i}`]));
  const taken = new Set<tf.Variable>();
  const named = (reference: Reference): string => {
    if ('node' in reference) return nodeOutput(reference);
    if ('argument' in reference) return `argument${reference.argument}`;
    if ('variable' in reference) {
      taken.add(reference.variable);
      return names.get(reference.variable)!;
    }
    if (!captured.has(reference.captured)) {
      captured.set(reference.captured, `captured${captured.size}`);
      written.push(placeholder(`captured${captured.size - 1}`, dtypeOf(reference.dtype), reference.shape));
    }
    return captured.get(reference.captured)!;
  };
  nodes.forEach(({ operation: op, attributes, inputs, constant: value, device }, i) => {
    if (!value) written.push(operation(`node${i}`, op!, inputs.map(named), attributes, device));
    else if (!value.isNoise) written.push(constant(`node${i}`, value.dtype, value.shape, value.data));
    else {
      const shape = new Uint8Array(Int32Array.from(value.shape).buffer);
      written.push(constant(`shape${i}`, INT32, [value.shape.length], shape));
      const types = [typeAttribute('T', INT32), typeAttribute('dtype', FLOAT)];
      written.push(operation(`node${i}`, 'RandomUniform', [`shape${i}`], types));
    }
  });
  // By way of a node each, as an output may be a placeholder or the same as another.
  const ends = [...outputs, ...assigned].map(({ reference, dtype }, i) => {
    written.push(operation(`output${i}`, 'Identity', [named(reference)], [typeAttribute('T', dtypeOf(dtype))]));
    return `output${i}`;
  });
  // Who reads it waits for the whole function, or gets the error that ended it.
  written.push(constant('done', FLOAT, [], new Uint8Array(4)));
  for (const [variable, name] of names) {
    const { shape, dtype } = variable;
    if (!isFrozen) written.push(placeholder(name, dtypeOf(dtype), shape));
    else if (taken.has(variable)) written.push(constant(name, dtypeOf(dtype), shape, bytesOf(variable)));
  }
  const name = `cnn_kit_step${process.pid}_${graphCount++}`;
  const inputs = [...signature.keys()].map(i => `argument${i}`);
  if (!isFrozen) inputs.push(...names.values());
  addFunction(name, graphDef(written), [...inputs, ...captured.values()], [...ends, 'done'], shapeOf =>
    nodes.forEach(({ operation: op, outputs: made }, node) =>
      made.forEach((_, output) => {
        if (op && !isUnused(op, output) && !shapeOf(`node${node}`, output)) throw new Untraceable(dependsOnValues(op));
      }),
    ),
  );
  return {
    name,
    trace: traced,
    variables,
    captured: [...captured.keys()],
    frozen: isFrozen ? variables.map(variable => variable.dataId) : undefined,
    proven: false,
  };
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
