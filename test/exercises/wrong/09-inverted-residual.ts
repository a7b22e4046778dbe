/** Answers that people give to exercise 09-inverted-residual, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import * as solution from '../../../solutions/09-inverted-residual';
import type { InvertedResidualKernels as Kernels } from '../../../solutions/09-inverted-residual';

type Activation = (x: tf.Tensor4D) => tf.Tensor4D;
const relu6: Activation = x => tf.relu6(x);
const relu: Activation = x => tf.relu(x);
const none: Activation = x => x;
const add: Join = (y, x, stride) => (stride === 1 && y.shape[3] === x.shape[3] ? y.add(x) : y);
type Join = (y: tf.Tensor4D, x: tf.Tensor4D, stride: number) => tf.Tensor4D;
const block = (
  name: string,
  message: RegExp,
  first: Activation,
  second: Activation,
  join: Join = add,
  strideIn = 1,
) => ({
  ...solution,
  name,
  message,
  invertedResidual: (x: tf.Tensor4D, k: Kernels, stride = 1) => {
    const step = (i: number): number => (i === strideIn ? stride : 1);
    const wide = k.expand ? first(tf.conv2d(x, k.expand, step(0), 'same')) : x;
    const around = second(tf.depthwiseConv2d(wide, k.depthwise, step(1), 'same'));
    return join(tf.conv2d(around, k.project, step(2), 'same'), x, stride);
  },
});
const cost = (
  name: string,
  message: RegExp,
  of: (h: number, w: number, c: number, o: number, t: number, s: number) => number,
) => ({ ...solution, name, message, invertedResidualCost: of });
const right = solution.invertedResidualCost;
const after = (h: number, w: number, s: number): number => Math.ceil(h / s) * Math.ceil(w / s);
const wide = (h: number, w: number, c: number, t: number): number => (t === 1 ? 0 : h * w * c * c * t);

export const wrong = [
  block('has ReLUs', /these are ReLUs/, relu, relu),
  block('has a first ReLU', /first activation is a ReLU/, relu, relu6),
  block('has a second ReLU', /second activation is a ReLU/, relu6, relu),
  block('forgets the first', /ReLU6 after `expand` is missing/, none, relu6),
  block('forgets the second', /after the depthwise convolution is missing/, relu6, none),
  block('is not linear', /ReLU6 after `project`/, relu6, relu6, (y, x, s) => add(relu6(y), x, s)),
  block('has a ReLU at its neck', /ReLU after `project`/, relu6, relu6, (y, x, s) => add(relu(y), x, s)),
  block('ends in ReLU6', /nothing follows it/, relu6, relu6, (y, x, s) => relu6(add(y, x, s))),
  block('ends in a ReLU, as ResNet', /nothing follows it/, relu6, relu6, (y, x, s) => relu(add(y, x, s))),
  block('has no shortcut', /the shortcut is missing/, relu6, relu6, y => y),
  block('rectifies the shortcut', /x was rectified before it was added/, relu6, relu6, (y, x, s) =>
    add(y, relu6(x), s),
  ),
  block('always adds', /shapes do not agree/, relu6, relu6, (y, x) => y.add(x)),
  block('pools the shortcut', /though the stride is 2/, relu6, relu6, (y, x, s) =>
    y.shape[3] === x.shape[3] ? y.add(tf.avgPool(x, s, s, 'same')) : y,
  ),
  block('forgets the stride', /the stride is missing/, relu6, relu6, add, 3),
  block('strides in expand', /the stride is in `expand`/, relu6, relu6, add, 0),
  block('strides in project', /the stride is in `project`/, relu6, relu6, add, 2),
  {
    ...solution,
    name: 'rectifies though nothing is expanded',
    message: /though nothing is expanded/,
    invertedResidual: (x: tf.Tensor4D, k: Kernels, stride = 1) => {
      if (k.expand) return solution.invertedResidual(x, k, stride);
      return add(
        tf.conv2d(relu6(tf.depthwiseConv2d(relu6(x), k.depthwise, stride, 'same')), k.project, 1, 'same'),
        x,
        stride,
      );
    },
  },
  {
    ...solution,
    name: 'returns nothing',
    message: /must be a tensor, got undefined/,
    invertedResidual: () => undefined,
  },
  cost('forgets expand', /`expand` is missing/, (h, w, c, o, t, s) => right(h, w, c, o, t, s) - wide(h, w, c, t)),
  cost('always expands', /with t = 1/, (h, w, c, o, t, s) => right(h, w, c, o, t, s) + (t === 1 ? h * w * c * c : 0)),
  cost('forgets project', /`project` is missing/, (h, w, c, _, t, s) => right(h, w, c, 0, t, s)),
  cost(
    'forgets depthwise',
    /depthwise convolution is missing/,
    (h, w, c, o, t, s) => right(h, w, c, o, t, s) - after(h, w, s) * 9 * t * c,
  ),
  cost(
    'has an ordinary 3x3',
    /each filter sees one channel/,
    (h, w, c, o, t, s) => right(h, w, c, o, t, s) + after(h, w, s) * 9 * t * c * (t * c - 1),
  ),
  cost(
    'strides before expand',
    /the stride comes after it/,
    (h, w, c, o, t, s) => right(h, w, c, o, t, s) - wide(h, w, c, t) + (wide(h, w, c, t) * after(h, w, s)) / (h * w),
  ),
  cost('forgets the stride', /the stride is missing/, (h, w, c, o, t) => right(h, w, c, o, t, 1)),
  cost(
    'looks around everywhere',
    /at the places of the output/,
    (h, w, c, o, t, s) => right(h, w, c, o, t, s) + 9 * t * c * (h * w - after(h, w, s)),
  ),
  cost(
    'halves once',
    /in both directions/,
    (h, w, c, o, t, s) => wide(h, w, c, t) + s * (right(h, w, c, o, t, s) - wide(h, w, c, t)),
  ),
  cost('counts two operations', /two operations/, (...v) => 2 * right(...v)),
  cost(
    'rounds down',
    /round up/,
    (h, w, c, o, t, s) => wide(h, w, c, t) + Math.floor(h / s) * Math.floor(w / s) * t * c * (9 + o),
  ),
  cost(
    'expands one channel',
    /from channels to t \* channels/,
    (h, w, c, o, t, s) => right(h, w, c, o, t, s) - wide(h, w, c, t) * (1 - 1 / c),
  ),
];
