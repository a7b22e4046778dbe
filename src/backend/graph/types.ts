/** A recorded call, and the graph that is made of it. */
import type * as tf from '@tensorflow/tfjs';
import type { NodeAttribute } from './graphDef';

export interface Output {
  id: number;
  shape: number[];
  dtype: number;
}

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
  /** Drawn by `tf.dropout` without a seed: other values at each call. */
  isNoise: boolean;
}

export interface TracedNode {
  /** Undefined for a constant. */
  operation?: string;
  attributes: NodeAttribute[];
  inputs: Reference[];
  /** Where it was placed; '' leaves it to TensorFlow. */
  device?: string;
  constant?: TracedConstant;
  outputs: Omit<Output, 'id'>[];
}

export interface Trace {
  nodes: TracedNode[];
  arguments: { dtype: tf.DataType; shape: number[] }[];
  /** What the call returned. */
  outputs: { reference: Reference; dtype: tf.DataType; shape: number[] }[];
  isList: boolean;
  /** Variables that the call assigned, and to what. */
  assigned: { variable: tf.Variable; reference: Reference; dtype: tf.DataType }[];
  /**
   * Variables that it takes whose data is that of another tensor too, so that the trace may name the wrong one; after
   * `separate` it can be made again.
   */
  shared: tf.Variable[];
}

/** The call did something that a graph cannot do again. */
export class Untraceable extends Error {}

export interface Graph {
  name: string;
  trace: Trace;
  /** All variables that the step took, also those whose values are in the graph by way of others. */
  variables: tf.Variable[];
  captured: number[];
  /** The data of the variables when their values became constants; undefined where they are arguments. */
  frozen: object[] | undefined;
  /** Whether it ran to its end once. */
  proven: boolean;
}
