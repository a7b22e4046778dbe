/** Attributes of TensorFlow's operations, and the shapes that they take as tensors. */
import * as tf from '@tensorflow/tfjs';
import { AttributeType, FLOAT } from '../graph/graphDef';
import type { Attribute } from '../native/types';

export const type = (name: string, value: number): Attribute => ({ name, type: AttributeType.Type, value });
export const ints = (name: string, value: number[]): Attribute => ({ name, type: AttributeType.Int, value });
export const int = (name: string, value: number): Attribute => ({ name, type: AttributeType.Int, value });
export const text = (name: string, value: string): Attribute => ({ name, type: AttributeType.String, value });
export const flag = (name: string, value: boolean): Attribute => ({ name, type: AttributeType.Bool, value });
export const real = (name: string, value: number): Attribute => ({ name, type: AttributeType.Float, value });

export const float = type('T', FLOAT);
export const format = text('data_format', 'NHWC');

export const sizes = (strides: number | [number, number]): number[] =>
  typeof strides === 'number' ? [1, strides, strides, 1] : [1, ...strides, 1];

export const shapeTensor = (shape: number[]): tf.Tensor1D => tf.tensor1d(shape, 'int32');
