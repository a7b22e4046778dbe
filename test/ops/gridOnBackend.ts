/** Computes settings of the grid on the backend of this process, and compares each with the direct loops. */
import { ops, ready, tf } from '../../src';
import {
  answer,
  CORNERS,
  described,
  drawn,
  given,
  type Given,
  isConvolution,
  isTooLarge,
  type Setting,
  shapes,
} from './grid';
import { pinned } from './pinned';

export interface GridResult {
  backend: string;
  settings: number;
  /** Of those, how many were refused because the window does not fit. */
  refused: number;
  /** The largest difference, as a share of the largest number of its array. */
  values: number;
  gradients: number;
  wrong: string[];
}

type Two = [number, number];
type Three = [number, number, number];

function compute(setting: Setting, x: tf.Tensor, filter: tf.Tensor): tf.Tensor {
  const { call, padding, ceilMode, countIncludePad, groups } = setting;
  const [window, stride, dilation] = [setting.window, setting.stride, setting.dilation] as Two[];
  const three = [setting.window, setting.stride, setting.dilation] as Three[];
  const pad = padding as number;
  const word = padding as 'same' | 'valid';
  const rounding = ceilMode ? 'ceil' : typeof padding === 'number' ? 'floor' : undefined;
  const [x4, x5] = [x as tf.Tensor4D, x as tf.Tensor5D];
  switch (call) {
    case 'ops.conv2d':
      return ops.conv2d(x4, filter as tf.Tensor4D, { stride, padding, dilation, groups });
    case 'ops.maxPool':
      return ops.maxPool(x4, window, { stride, padding, ceilMode });
    case 'ops.avgPool':
      return ops.avgPool(x4, window, { stride, padding, ceilMode, countIncludePad });
    case 'tf.conv1d':
      return tf.conv1d(x as tf.Tensor3D, filter as tf.Tensor3D, stride[0], word, 'NWC', dilation[0]);
    case 'tf.conv2d':
      return tf.conv2d(x4, filter as tf.Tensor4D, stride, pad, 'NHWC', dilation, rounding);
    case 'tf.conv3d':
      return tf.conv3d(x5, filter as tf.Tensor5D, three[1], word, 'NDHWC', three[2]);
    case 'tf.depthwiseConv2d':
      return tf.depthwiseConv2d(x4, filter as tf.Tensor4D, stride, pad, 'NHWC', dilation, rounding);
    case 'tf.conv2dTranspose':
      return tf.conv2dTranspose(x4, filter as tf.Tensor4D, shapes(setting).y as never, stride, pad, rounding);
    case 'tf.maxPool':
      return tf.maxPool(x4, window, stride, pad, rounding);
    case 'tf.avgPool':
      return tf.avgPool(x4, window, stride, pad, rounding);
    case 'tf.maxPool3d':
      return tf.maxPool3d(x5, three[0], three[1], pad, rounding);
    case 'tf.avgPool3d':
      return tf.avgPool3d(x5, three[0], three[1], pad, rounding);
    case 'tf.pool max':
      return tf.pool(x4, window, 'max', pad, dilation, stride);
    case 'tf.pool avg':
      return tf.pool(x4, window, 'avg', pad, dilation, stride);
  }
}

/** The largest difference as a share of the largest expected number, or of 0.1 where that is smaller. */
function off(actual: ArrayLike<number>, expected: Float64Array): number {
  if (actual.length !== expected.length) return Infinity;
  let [worst, scale] = [0, 0.1];
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    if (!(difference <= worst)) worst = difference;
    scale = Math.max(scale, Math.abs(expected[i]));
  }
  return Number.isNaN(worst) ? Infinity : worst / scale;
}

const TOLERANCE = 1e-5;
const tensor = (values: Float64Array, shape: number[]): tf.Tensor => tf.tensor(Float32Array.from(values), shape);

function check(setting: Setting, numbers: Given, result: GridResult): void {
  result.settings++;
  const complain = (what: string): void => void result.wrong.push(`${described(setting)}: ${what}`);
  tf.tidy(() => {
    const of = shapes(setting);
    const [x, filter] = [tensor(numbers.x, of.x), tensor(numbers.filter, of.filter)];
    if (isTooLarge(setting)) {
      result.refused++;
      try {
        complain(`gives [${compute(setting, x, filter).shape}]`);
      } catch (error) {
        const { message } = error as Error;
        const isNamed = [setting.window, setting.image].every(lengths => message.includes(lengths.join(' x ')));
        if (!isNamed) complain(`is refused without both sizes: ${message.split('\n')[0]}`);
      }
      return;
    }
    const expected = answer(setting, numbers);
    try {
      const y = compute(setting, x, filter);
      if (`${y.shape}` !== `${expected.shape}`) return complain(`has shape [${y.shape}], expected [${expected.shape}]`);
      const values = off(y.dataSync(), expected.y);
      const inputs = isConvolution(setting) ? [x, filter] : [x];
      const weighted = (...[x, filter]: tf.Tensor[]): tf.Tensor => compute(setting, x, filter);
      const [dx, dFilter] = tf.grads(weighted)(inputs, tensor(numbers.dy, of.y));
      const ofX = off(dx.dataSync(), expected.dx);
      const ofFilter = dFilter ? off(dFilter.dataSync(), expected.dFilter) : 0;
      if (values > TOLERANCE) complain(`values are off by ${values}`);
      if (ofX > TOLERANCE) complain(`the gradient of x is off by ${ofX}`);
      if (ofFilter > TOLERANCE) complain(`the gradient of the filter is off by ${ofFilter}`);
      result.values = Math.max(result.values, values);
      result.gradients = Math.max(result.gradients, ofX, ofFilter);
    } catch (error) {
      complain((error as Error).message.split('\n')[0]);
    }
  });
}

async function run(seed: number, count: number): Promise<GridResult> {
  const { name, binding } = await ready();
  const backend = binding ? `${name} (${binding})` : name;
  const result: GridResult = { backend, settings: 0, refused: 0, values: 0, gradients: 0, wrong: [] };
  for (const { setting, numbers } of pinned()) check(setting, numbers, result);
  CORNERS.forEach((setting, number) => check(setting, given(setting, number), result));
  for (let number = 0; result.settings < count; number++) {
    const setting = drawn(seed, number);
    check(setting, given(setting, number), result);
  }
  return result;
}

if (require.main === module) {
  const [seed, count] = process.argv.slice(2).map(Number);
  void run(seed, count).then(result =>
    process.send ? process.send(result) : console.log(JSON.stringify(result, null, 1)),
  );
}
