/** What a layer tells of itself: whoever counts, draws, visualizes or exchanges networks asks it, and knows no classes. */
import * as tf from '@tensorflow/tfjs';
import type { Overlap } from '../../ops/unpooling';

export type Role = 'input' | 'convolution' | 'pooling' | 'dense' | 'join' | 'normalization' | 'activation' | 'dropout' | 'other'; // prettier-ignore

export interface Description {
  /** What the layer is to a reader of the network. */
  role: Role;
  /** Its first line in a diagram, and its second; the size of its output if not given. */
  label: string;
  detail?: string;
  /** Whether a diagram writes it into the box of the layer before it. */
  follows?: boolean;
  /** Parts that the channels are split into; 1 if not given. */
  groups?: number;
  /** The window that it slides over its input; not given where each value depends on those at its own place alone. */
  window?(input: readonly number[]): Window;
  /** The map at each place of which every weight of two dimensions or more is used once: what operations are counted by. */
  weightsUsedAt?: 'output' | 'input';
  /** Its weights in PyTorch's state dict: the last part of each name, and what to do to get there. */
  torchWeights?(): [name: string, weight: TorchWeight][];
  /** How it joins its inputs. */
  joins?: 'add' | 'concat' | 'multiply';
  /** The function that it is, or ends with. */
  activation?: string;
  /** Whether it is this ReLU and nothing else. */
  rectifier?: 'relu' | 'relu6';
  /** Whether it turns maps into vectors; and whether a vector keeps the order of its units. */
  flattens?: boolean;
  keepsOrder?: boolean;
  /**
   * What it gives to its input for what came back to its output, in a deconvnet; its gradient where it is not given or gives
   * undefined. Called inside of tf.tidy.
   */
  sendBack?(signal: tf.Tensor, input: tf.Tensor, rules: WayBack): tf.Tensor | undefined;
}

export interface Window {
  /** Rows and columns of the input, from the first to the last that one value of the output depends on. */
  size: readonly [number, number];
  /** Rows and columns of the input between the windows of two neighbours. */
  stride: readonly [number, number];
  /** First and last row (axis 0) or column (axis 1) for one of the output's; they may lie outside of the input. */
  reads(axis: 0 | 1, place: number): [first: number, last: number];
}

/** One entry of a state dict: its shape in PyTorch, and how to get from our layout there and back. */
export interface TorchWeight {
  shape: number[];
  variable: tf.LayerVariable;
  toTorch(ours: tf.Tensor): tf.Tensor;
  fromTorch(theirs: tf.Tensor): tf.Tensor;
}

/** The rules of a deconvnet's way back; see src/visualize/gradients/deconvnet.ts. */
export interface WayBack {
  overlap?: Overlap;
  localResponseNorm?: 'identity' | 'gradient';
}

/** Windows of one size, `before` rows and columns of which lie before the input. */
export function sliding(
  size: readonly [number, number],
  stride: readonly [number, number],
  before: readonly [number, number] = [0, 0],
): Window {
  const reads = (axis: 0 | 1, place: number): [number, number] => {
    const first = place * stride[axis] - before[axis];
    return [first, first + size[axis] - 1];
  };
  return { size, stride, reads };
}

/** One window over all of a map, or of a vector. */
export function wholeMap([height, width, channels]: readonly number[]): Window {
  const size = [height, channels === undefined ? 1 : width] as const;
  return { size, stride: [1, 1], reads: axis => [0, size[axis] - 1] };
}

/** A weight that is the same in PyTorch. */
export function sameInTorch(variable: tf.LayerVariable): TorchWeight {
  return { variable, shape: variable.shape as number[], toTorch: x => x, fromTorch: x => x };
}
