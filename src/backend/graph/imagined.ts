/** Tensors that have a shape and a type, but no values: what a call would make is known before anything is computed. */
import type * as tf from '@tensorflow/tfjs';
import { GrowingGraph } from './functions';
import { constant, DTYPES, operation, placeholder } from './graphDef';
import { type Output, type Reference, type TracedConstant, type TracedNode, Untraceable } from './types';

/** TensorFlow's binding numbers true tensors from 0. */
export const FIRST_IMAGINED = 2 ** 30;

export class Imagined {
  private readonly graph = new GrowingGraph();
  private readonly given = new Set<string>();
  private next = FIRST_IMAGINED;

  constant(node: number, { dtype, shape, data }: TracedConstant): number {
    this.graph.add(`node${node}`, constant(`node${node}`, dtype, shape, data), [], 1);
    return this.next++;
  }

  operation(
    node: number,
    { operation: name, attributes, inputs }: Pick<TracedNode, 'operation' | 'attributes' | 'inputs'>,
    infos: (tf.TensorInfo | undefined)[],
    count: number,
  ): Output[] {
    const names = inputs.map((reference, i) =>
      'node' in reference ? nodeOutput(reference) : this.outside(reference, infos[i]!),
    );
    const added = this.graph.add(`node${node}`, operation(`node${node}`, name!, names, attributes), names, count);
    return added.map(({ shape, dtype }, i) => {
      if (!shape && !isUnused(name!, i)) throw new Untraceable(dependsOnValues(name!));
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

/** The name that a GraphDef has for an output of a node. */
export const nodeOutput = ({ node, output }: { node: number; output: number }): string =>
  `node${node}${output ? `:${output}` : ''}`;

/** FusedBatchNormV3's sixth output is for its gradient alone, and has no shape. */
export const isUnused = (operation: string, output: number): boolean =>
  operation === 'FusedBatchNormV3' && output === 5;

export const dependsOnValues = (operation: string): string =>
  `the shape of what its ${operation} makes depends on values`;
