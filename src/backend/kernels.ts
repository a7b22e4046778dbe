/**
 * TensorFlow's own operations where tfjs composes many: gradients of tfjs's operations, better forms of kernels that
 * tfjs-node has, and the kernels that src/ops looks for by name. All through tfjs's public registration.
 */
import * as tf from '@tensorflow/tfjs';
import { assertLabels } from '../ops/loss';
import { borrowMissing } from './borrowing';
import { type Inputs, type Kernel as AnyKernel, registerKernel, replaceGradient, replaceKernel, run } from './registration'; // prettier-ignore
import { isObserved } from './graph/observe';
import { correctWindows, trustsOfTensorflow } from './windows';
import type { Attribute, Binding, TensorflowBackend } from './native/types';

type Kernel = AnyKernel<TensorflowBackend>;

interface Window {
  filterSize?: number | [number, number];
  strides: number | [number, number];
  /** Padding; for convolutions also numbers of rows and columns on each side. */
  pad: 'same' | 'valid' | readonly [number, number];
  dilations?: number | [number, number];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

const NAME = 'tensorflow';

/** Registers them for the backend `tensorflow`, whose kernels of tfjs-node must be there already. */
export function registerKernels(binding: Binding): void {
  const float: Attribute = { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
  const format: Attribute = { name: 'data_format', type: binding.TF_ATTR_STRING, value: 'NHWC' };
  const type = (name: string, value: number): Attribute => ({ name, type: binding.TF_ATTR_TYPE, value });
  const ints = (name: string, value: number[]): Attribute => ({ name, type: binding.TF_ATTR_INT, value });
  const int = (name: string, value: number): Attribute => ({ name, type: binding.TF_ATTR_INT, value });
  const text = (name: string, value: string): Attribute => ({ name, type: binding.TF_ATTR_STRING, value });
  const flag = (name: string, value: boolean): Attribute => ({ name, type: binding.TF_ATTR_BOOL, value });
  const real = (name: string, value: number): Attribute => ({ name, type: binding.TF_ATTR_FLOAT, value });
  const sizes = (strides: number | [number, number]): number[] =>
    typeof strides === 'number' ? [1, strides, strides, 1] : [1, ...strides, 1];
  const shapeTensor = (shape: number[]): tf.Tensor1D => tf.tensor1d(shape, 'int32');

  // Activations: the output tells the gradient as well as the input would, and something else needs it anyway.
  for (const [name, composed] of [
    ['Relu', (dy: tf.Tensor, y: tf.Tensor) => dy.mul(tf.step(y))],
    ['Relu6', (dy: tf.Tensor, y: tf.Tensor) => dy.mul(tf.step(y)).mul(y.less(6).toFloat())],
  ] as const) {
    kernel(`${name}Grad`, ({ dy, y }, _, backend) => backend.executeSingleOutput(`${name}Grad`, [float], [dy, y]));
    replaceGradient(name, {
      outputsToSave: [true],
      gradFunc: (dy, [y]) => ({ x: () => (onTensorflow() ? run(`${name}Grad`, { dy, y }) : composed(dy, y)) }),
    });
  }

  // A bias is an addition that tfjs does not know from others.
  const isBias = (a: tf.TensorInfo, b: tf.TensorInfo): boolean =>
    b.shape.length === 1 &&
    a.shape.length >= 2 &&
    a.shape.at(-1) === b.shape[0] &&
    a.dtype === 'float32' &&
    b.dtype === 'float32';
  replace('Add', previous => (inputs, attributes, backend) => {
    const { a, b } = inputs;
    return isBias(a, b)
      ? backend.executeSingleOutput('BiasAdd', [float, format], [a, b])
      : previous(inputs, attributes, backend);
  });
  kernel('BiasAddGrad', ({ dy }, _, backend) => backend.executeSingleOutput('BiasAddGrad', [float, format], [dy]));
  const add = tf.getGradient('Add');
  replaceGradient('Add', {
    inputsToSave: ['a', 'b'],
    gradFunc: (dy, [a, b], attributes) => {
      const composed = add.gradFunc(dy, [a, b], attributes);
      if (!onTensorflow() || dy.dtype !== 'float32') return composed;
      const sameShape = (t: tf.Tensor): boolean => tf.util.arraysEqual(t.shape, dy.shape);
      return {
        a: sameShape(a) ? () => dy.clone() : composed.a,
        b: sameShape(b)
          ? () => dy.clone()
          : isBias(a, b) && sameShape(a)
            ? () => run('BiasAddGrad', { dy })
            : composed.b,
      };
    },
  });

  // tfjs multiplies with as many ones, which come from JavaScript.
  kernel('BroadcastTo', ({ x }, { shape }, backend) => {
    const to = shapeTensor(shape as number[]);
    const y = backend.executeSingleOutput('BroadcastTo', [float, type('Tidx', binding.TF_INT32)], [x, to]);
    to.dispose();
    return y;
  });
  for (const name of ['Sum', 'Mean'] as const) {
    const previous = tf.getGradient(name);
    replaceGradient(name, {
      inputsToSave: ['x'],
      gradFunc: (dy, saved, attributes) => {
        const [x] = saved;
        if (!onTensorflow() || dy.dtype !== 'float32') return previous.gradFunc(dy, saved, attributes);
        const axes = tf.util.parseAxisParam((attributes as unknown as { axis: number | number[] }).axis, x.shape);
        const shape = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
        const share = name === 'Mean' ? dy.div(x.size / dy.size) : dy;
        return { x: () => run('BroadcastTo', { x: share.reshape(shape) }, { shape: x.shape }) };
      },
    });
  }

  // To the shape that it has already: nothing to compute.
  replace('Reshape', previous => (inputs, attributes, backend) => {
    const { x } = inputs;
    const shape = attributes.shape as number[];
    if (!tf.util.arraysEqual(x.shape, shape)) return previous(inputs, attributes, backend);
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype } as tf.Tensor;
  });

  replace('BatchMatMul', previous => (inputs, attributes, backend) => {
    const { a, b } = inputs;
    if (a.shape.length !== 2 || b.shape.length !== 2 || a.dtype !== 'float32' || b.dtype !== 'float32') {
      return previous(inputs, attributes, backend);
    }
    const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean };
    const product = (a: tf.TensorInfo, b: tf.TensorInfo, transposeA: boolean, transposeB: boolean): tf.Tensor => {
      const options = [float, flag('transpose_a', transposeA), flag('transpose_b', transposeB)];
      return backend.executeSingleOutput('MatMul', options, [a, b]);
    };
    // The gradient of a large dense layer's input: oneDNN would put all of b in another order first. (b a^T)^T takes a
    // fifth of the time.
    if (!transposeA && transposeB && a.shape[0] < b.shape[0] && b.shape[0] * b.shape[1] >= 2 ** 20) {
      const turned = product(b, a, false, true);
      const y = tf.transpose(turned);
      turned.dispose();
      return y;
    }
    return product(a, b, !!transposeA, !!transposeB);
  });

  // Convolution whose groups follow from the shapes, or with padding on each side as PyTorch counts it.
  const convolution = ({ strides, pad, dilations = 1 }: Window): Attribute[] => [
    float,
    format,
    ints('strides', sizes(strides)),
    ints('dilations', sizes(dilations)),
    ...(typeof pad === 'string'
      ? [text('padding', pad.toUpperCase())]
      : [text('padding', 'EXPLICIT'), ints('explicit_paddings', [0, 0, pad[0], pad[0], pad[1], pad[1], 0, 0])]),
  ];
  const groupsHaveGradients = once(() => {
    if (binding.isUsingGpuDevice()) return true;
    // On the CPU oneDNN has them, and TensorFlow's own kernels do not.
    const [x, sizeOfX, filter] = [
      binding.createTensor([1, 1, 1, 2], binding.TF_FLOAT, new Float32Array(2)),
      binding.createTensor([4], binding.TF_INT32, Int32Array.of(1, 1, 1, 2)),
      binding.createTensor([1, 1, 1, 2], binding.TF_FLOAT, new Float32Array(2)),
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
  });
  for (const [name, operation] of [
    ['GroupedConv2D', 'Conv2D'],
    ['PaddedConv2D', 'Conv2D'],
    ['PaddedDepthwiseConv2D', 'DepthwiseConv2dNative'],
  ] as const) {
    kernel(name, ({ x, filter }, attributes, backend) =>
      backend.executeSingleOutput(operation, convolution(attributes as unknown as Window), [x, filter]),
    );
    const backprop = (of: 'Input' | 'Filter', inputs: (given: Inputs, size: tf.Tensor) => tf.Tensor[]): void =>
      kernel(`${name}Backprop${of}`, (given, { shape, ...attributes }, backend) => {
        const size = shapeTensor(shape as number[]);
        const options = convolution(attributes as unknown as Window);
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
        const join = (name: 'x' | 'filter') => (): tf.Tensor => tf.concat(each.map(part => part[name]()), 3); // prettier-ignore
        return { x: join('x'), filter: join('filter') };
      },
    });
  }

  const normalization = (epsilon: number, isTraining: boolean): Attribute[] => [
    float,
    type('U', binding.TF_FLOAT),
    format,
    real('epsilon', epsilon),
    flag('is_training', isTraining),
  ];
  kernel('FusedBatchNormV3', ({ x, scale, offset }, { epsilon }, backend) => {
    const empty = tf.tensor1d([]);
    const options = [...normalization(epsilon as number, true), real('exponential_avg_factor', 1)];
    const outputs = backend.executeMultipleOutputs('FusedBatchNormV3', options, [x, scale, offset, empty, empty], 6);
    empty.dispose();
    return outputs;
  });
  kernel('FusedBatchNormGradV3', ({ dy, x, scale, reserved1, reserved2, reserved3 }, { epsilon }, backend) => {
    const inputs = [dy, x, scale, reserved1, reserved2, reserved3];
    const options = normalization(epsilon as number, true);
    const [dx, dScale, dOffset, ...unused] = backend.executeMultipleOutputs('FusedBatchNormGradV3', options, inputs, 5);
    tf.dispose(unused);
    return [dx, dScale, dOffset];
  });
  replace('FusedBatchNorm', previous => (inputs, attributes, backend) => {
    const { x, mean, variance, scale, offset } = inputs;
    if (x.shape.length !== 4 || mean.shape.length !== 1 || !scale || !offset) {
      return previous(inputs, attributes, backend);
    }
    const options = normalization(attributes.varianceEpsilon as number, false);
    const given = [x, scale, offset, mean, variance];
    const [y, ...unused] = backend.executeMultipleOutputs('FusedBatchNormV3', options, given, 6);
    tf.dispose(unused);
    return y;
  });

  // NaN is the largest in PyTorch and the least in TensorFlow's windows: zeros of what is a number, NaN of what is none.
  let plainMaxPool: Kernel;
  replace('MaxPool', previous => {
    plainMaxPool = previous;
    return (inputs, attributes, backend) =>
      tf.tidy(() => {
        const y = previous(inputs, attributes, backend) as tf.Tensor;
        if (inputs.x.dtype !== 'float32') return y;
        const zeros = run('ClipByValue', { x: inputs.x }, { clipValueMin: 0, clipValueMax: 0 });
        return y.add(run('AvgPool', { x: zeros }, attributes));
      });
  });

  replace('MaxPoolGrad', previous => {
    // oneDNN's pair of kernels is several times faster, though the forward one runs again; a graph finds it by itself.
    let oneDnn = !binding.isUsingGpuDevice() && process.env.TF_ENABLE_ONEDNN_OPTS !== '0';
    return (inputs, attributes, backend) => {
      const { dy, input } = inputs;
      if (!oneDnn || isObserved() || dy.dtype !== 'float32') {
        return tf.tidy(() => {
          const output = plainMaxPool({ x: input }, attributes, backend) as tf.Tensor;
          return previous({ dy, input, output }, attributes, backend) as tf.Tensor;
        });
      }
      const { filterSize, strides, pad } = attributes as unknown as Window;
      const options = [
        ...[float, format, ints('ksize', sizes(filterSize!)), ints('strides', sizes(strides))],
        ...[text('padding', String(pad).toUpperCase()), flag('workspace_enabled', true)],
        text('_kernel', 'MklNameChangeOp'),
      ];
      let forward: tf.Tensor[];
      try {
        forward = backend.executeMultipleOutputs('_MklNativeMaxPool', options, [input], 2);
      } catch {
        oneDnn = false;
        return previous(inputs, attributes, backend);
      }
      const [y, workspace] = forward;
      const dx = backend.executeSingleOutput('_MklNativeMaxPoolGrad', options, [input, y, dy, workspace]);
      tf.dispose(forward);
      return dx;
    };
  });

  kernel('SparseSoftmaxCrossEntropyWithLogits', ({ logits, labels }, _, backend) => {
    // In a graph it is TensorFlow that names the label, on graphics cards by a loss of NaN.
    if (!isObserved()) assertLabels(backend.readSync(labels.dataId) as Int32Array, logits.shape[1]!);
    const options = [float, type('Tlabels', binding.TF_INT32)];
    return backend.executeMultipleOutputs('SparseSoftmaxCrossEntropyWithLogits', options, [logits, labels], 2);
  });

  kernel('RandomUniform', (_, { shape }, backend) => {
    const size = shapeTensor(shape as number[]);
    const options = [type('T', binding.TF_INT32), type('dtype', binding.TF_FLOAT), int('seed', 0), int('seed2', 0)];
    const noise = backend.executeSingleOutput('RandomUniform', options, [size]);
    size.dispose();
    return noise;
  });

  // tfjs means a seed to draw the same at each call; an operation of TensorFlow's with a seed goes on with its sequence.
  // Without a seed tfjs passes a fraction.
  replace(
    'Multinomial',
    () =>
      ({ logits }, { numSamples, seed, normalized }, backend) =>
        tf.tidy(() => {
          const inputs = [normalized ? logits.log() : logits, tf.scalar(numSamples as number, 'int32')];
          const types = [type('T', binding.TF_FLOAT), type('output_dtype', binding.TF_INT32)];
          if (!Number.isInteger(seed)) {
            return backend.executeSingleOutput('Multinomial', [...types, int('seed', 0), int('seed2', 0)], inputs);
          }
          const seeds = tf.tensor1d([seed as number, 0], 'int32');
          return backend.executeSingleOutput('StatelessMultinomial', [...types, type('Tseed', binding.TF_INT32)], [...inputs, seeds]); // prettier-ignore
        }),
  );

  kernel('BitwiseAnd', ({ a, b }, _, backend) =>
    backend.executeSingleOutput('BitwiseAnd', [type('T', binding.TF_INT32)], [a, b]),
  );
  kernel('SearchSorted', ({ sortedSequence, values }, { side }, backend) => {
    const dtype = sortedSequence.dtype === 'int32' ? binding.TF_INT32 : binding.TF_FLOAT;
    const options = [type('T', dtype), type('out_type', binding.TF_INT32)];
    const operation = side === 'left' ? 'LowerBound' : 'UpperBound';
    return backend.executeSingleOutput(operation, options, [sortedSequence, values]);
  });
  kernel('DenseBincount', ({ x, weights }, { size, binaryOutput }, backend) => {
    const length = tf.scalar(size as number, 'int32');
    const dtype = weights.dtype === 'int32' ? binding.TF_INT32 : binding.TF_FLOAT;
    const options = [type('Tidx', binding.TF_INT32), type('T', dtype), flag('binary_output', !!binaryOutput)];
    const counts = backend.executeSingleOutput('DenseBincount', options, [x, length, weights]);
    length.dispose();
    return counts;
  });
  kernel('Transform', ({ image, transforms }, attributes, backend) => {
    const { interpolation, fillMode, fillValue, outputShape } = attributes as unknown as tf.TransformAttrs;
    const size = shapeTensor(outputShape ?? image.shape.slice(1, 3));
    const fill = tf.scalar(fillValue);
    const dtype = type('dtype', image.dtype === 'int32' ? binding.TF_INT32 : binding.TF_FLOAT);
    const words = [text('interpolation', interpolation.toUpperCase()), text('fill_mode', fillMode.toUpperCase())];
    const given = [image, transforms, size, fill];
    const y = backend.executeSingleOutput('ImageProjectiveTransformV3', [dtype, ...words], given);
    tf.dispose([size, fill]);
    return y;
  });
  borrowMissing(NAME);

  correctWindows(NAME, trustsOfTensorflow);
}

function once<T>(find: () => T): () => T {
  let found: { value: T } | undefined;
  return () => (found ??= { value: find() }).value;
}

/** Gradients belong to all backends at once, so each asks where it is. */
const onTensorflow = (): boolean => tf.getBackend() === NAME;

const kernel = (kernelName: string, body: Kernel): void => registerKernel(NAME, kernelName, body);
const replace = (kernelName: string, body: (previous: Kernel) => Kernel): void => replaceKernel(NAME, kernelName, body);
