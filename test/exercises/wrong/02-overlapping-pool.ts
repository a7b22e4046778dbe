/** Answers that people give to exercise 02-overlapping-pool, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import { maxPool as right } from '../../../solutions/02-overlapping-pool';

type Pool = (x: tf.Tensor4D, size: number, stride: number, rounding: 'floor' | 'ceil') => unknown;

/** Pads for ceil with `value`, at the end or at the beginning. */
function padded(x: tf.Tensor4D, size: number, stride: number, value: number, atEnd = true): tf.Tensor4D {
  const frame = [1, 2].map((axis): [number, number] => {
    const over = Math.ceil((x.shape[axis] - size) / stride) * stride + size - x.shape[axis];
    return atEnd ? [0, over] : [over, 0];
  });
  return tf.pad4d(x, [[0, 0], frame[0], frame[1], [0, 0]], value);
}

const answer = (name: string, message: RegExp, maxPool: Pool) => ({ name, message, maxPool });

export const wrong = [
  answer('always rounds down', /it rounds down/, (x, size, stride) => tf.maxPool(x, size, stride, 'valid')),
  answer('always rounds up', /it rounds up/, (x, size, stride) => right(x, size, stride, 'ceil')),
  answer('pads with zeros', /zeros beyond the edge won/, (x, size, stride, rounding) =>
    tf.maxPool(rounding === 'ceil' ? padded(x, size, stride, 0) : x, size, stride, 'valid'),
  ),
  answer('pads at the beginning', /over the top and the left edge/, (x, size, stride, rounding) =>
    tf.maxPool(rounding === 'ceil' ? padded(x, size, stride, -Infinity, false) : x, size, stride, 'valid'),
  ),
  answer('pads all around', /centred as with padding/, (x, size, stride) =>
    right(
      tf.pad4d(
        x,
        [
          [0, 0],
          [1, 0],
          [1, 0],
          [0, 0],
        ],
        -Infinity,
      ),
      size,
      stride,
      'floor',
    ),
  ),
  answer('averages', /mean of each window/, (x, size, stride) => tf.avgPool(x, size, stride, 'valid')),
  answer('does not overlap', /do not overlap/, (x, size, _, rounding) => right(x, size, size, rounding)),
  answer('has windows as wide as the stride', /as wide as the stride/, (x, _, stride, rounding) =>
    right(x, stride, stride, rounding),
  ),
  answer("has 'same' padding", /padding 'same'/, (x, size, stride) => tf.maxPool(x, size, stride, 'same')),
  answer('keeps a window outside', /the shape is \[1,3,3,1\]; expected \[1,2,2,1\]/, (x, size, stride, rounding) =>
    rounding === 'floor'
      ? right(x, size, stride, rounding)
      : tf.maxPool(padded(x, size, stride, -Infinity), size, stride, 'valid'),
  ),
  answer('pools the channels too', /the shape is .*,1\]; expected .*,3\]/, (x, size, stride, rounding) =>
    right(x, size, stride, rounding).max(3, true),
  ),
  answer('forgets the batch', /four dimensions, got 3/, (x, size, stride, rounding) =>
    right(x, size, stride, rounding).slice(0, 1).squeeze([0]),
  ),
  answer('returns nothing', /must return a tensor/, () => undefined),
];
