/** The image that a tensor may be: [height, width, 1 or 3], or the first ones of a batch of them. */
import * as tf from '@tensorflow/tfjs';
import type { Image } from '../display';

const SMALLEST = 8;
const LARGEST = 1024;
const MOST = 16;

/** Images of numbers in [0, 1] or of bytes; undefined for a tensor that is none. */
export function tensorImages(tensor: tf.Tensor): Image[] | undefined {
  if (tensor.isDisposed || (tensor.rank !== 3 && tensor.rank !== 4) || tensor.size === 0) return undefined;
  const [height, width, channels] = tensor.shape.slice(-3);
  const isSized = [height, width].every(side => side >= SMALLEST && side <= LARGEST);
  if (!isSized || (channels !== 1 && channels !== 3) || !['float32', 'int32'].includes(tensor.dtype)) return undefined;
  const count = tensor.rank === 4 ? Math.min(MOST, tensor.shape[0]) : 1;
  if (count * height * width > LARGEST * LARGEST) return undefined;
  const values = tf.tidy(() => {
    const batch = tensor.reshape([-1, height, width, channels]);
    return batch.slice([0, 0, 0, 0], [count, -1, -1, -1]).dataSync();
  });
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) return undefined;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const isBytes = most > 1;
  if (least < 0 || most > 255 || (tensor.dtype === 'float32' && isBytes && !values.every(Number.isInteger)))
    return undefined;
  const size = height * width * channels;
  return Array.from({ length: count }, (_, i) => ({
    data: Uint8Array.from(values.subarray(i * size, (i + 1) * size), value =>
      Math.round(isBytes ? value : 255 * value),
    ),
    ...{ width, height, channels: channels as 1 | 3 },
  }));
}
