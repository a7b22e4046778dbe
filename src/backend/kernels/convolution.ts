/** Convolution whose groups follow from the shapes, or with padding on each side as PyTorch counts it. */
import * as tf from '@tensorflow/tfjs';
import { FLOAT, INT32 } from '../graph/graphDef';
import { float, format, ints, shapeTensor, sizes, text } from './attributes';
import { type Inputs, replaceGradient, run } from '../corrections/registration';
import { kernel } from './onTensorflow';
import type { Attribute, Binding } from '../native/types';

type Window = {
  strides: number | [number, number];
  /** Also numbers of rows and columns on each side. */
  pad: 'same' | 'valid' | readonly [number, number];
  dilations?: number | [number, number];
};

const convolution = ({ strides, pad, dilations = 1 }: Window): Attribute[] => [
  float,
  format,
  ints('strides', sizes(strides)),
  ints('dilations', sizes(dilations)),
  ...(typeof pad === 'string'
    ? [text('padding', pad.toUpperCase())]
    : [text('padding', 'EXPLICIT'), ints('explicit_paddings', [0, 0, pad[0], pad[0], pad[1], pad[1], 0, 0])]),
];

export function registerConvolution(binding: Binding): void {
  const groupsHaveGradients = once(() => hasGradientsOfGroups(binding));
  for (const [name, operation] of [
    ['GroupedConv2D', 'Conv2D'],
    ['PaddedConv2D', 'Conv2D'],
    ['PaddedDepthwiseConv2D', 'DepthwiseConv2dNative'],
  ] as const) {
    kernel(name, ({ x, filter }, attributes, backend) =>
      backend.executeSingleOutput(operation, convolution(attributes as Window), [x, filter]),
    );
    const backprop = (of: 'Input' | 'Filter', inputs: (given: Inputs, size: tf.Tensor) => tf.Tensor[]): void =>
      kernel(`${name}Backprop${of}`, (given, { shape, ...attributes }, backend) => {
        const size = shapeTensor(shape as number[]);
        const options = convolution(attributes as Window);
        const result = backend.executeSingleOutput(`${operation}Backprop${of}`, options, inputs(given, size));
        size.dispose();
        return result;
      });
    backprop('Input', ({ filter, dy }, size) => [size, filter, dy]);
    backprop('Filter', ({ x, dy }, size) => [x, size, dy]);
    replaceGradient(name, {
      inputsToSave: ['x', 'filter'],
      gradFunc: (dy, [x, filter], attributes) => {
        const groups = name === 'GroupedConv2D' ? x.shape[3]! / filter.shape[2]! : 1;
        const parts = groups > 1 && !groupsHaveGradients() ? groups : 1;
        const of = (x: tf.Tensor, filter: tf.Tensor, dy: tf.Tensor) => ({
          x: () => run(`${name}BackpropInput`, { filter, dy }, { ...attributes, shape: x.shape }),
          filter: () => run(`${name}BackpropFilter`, { x, dy }, { ...attributes, shape: filter.shape }),
        });
        if (parts === 1) return of(x, filter, dy);
        const [xs, filters, dys] = [x, filter, dy].map(tensor => tf.split(tensor, parts, 3));
        const each = xs.map((_, g) => of(xs[g], filters[g], dys[g]));
        const join = (name: 'x' | 'filter') => (): tf.Tensor =>
          tf.concat(
            each.map(part => part[name]()),
            3,
          );
        return { x: join('x'), filter: join('filter') };
      },
    });
  }
}

function hasGradientsOfGroups(binding: Binding): boolean {
  if (binding.isUsingGpuDevice()) return true;
  // On the CPU oneDNN has them, and TensorFlow's own kernels do not.
  const [x, sizeOfX, filter] = [
    binding.createTensor([1, 1, 1, 2], FLOAT, new Float32Array(2)),
    binding.createTensor([4], INT32, Int32Array.of(1, 1, 1, 2)),
    binding.createTensor([1, 1, 1, 2], FLOAT, new Float32Array(2)),
  ];
  const options = convolution({ strides: 1, pad: 'valid' });
  try {
    const [dx] = binding.executeOp('Conv2DBackpropInput', options as never, [sizeOfX, filter, x], 1);
    binding.deleteTensor(dx.id);
    return true;
  } catch {
    return false;
  } finally {
    [x, sizeOfX, filter].forEach(id => binding.deleteTensor(id));
  }
}

function once<T>(find: () => T): () => T {
  let found: { value: T } | undefined;
  return () => (found ??= { value: find() }).value;
}
