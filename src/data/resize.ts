/** Images in other sizes, to the byte as Pillow makes them, and so torchvision's transforms of images. */

/** Rows from the top, channels innermost. */
interface Pixels {
  data: Uint8Array | Uint8ClampedArray;
  width: number;
  height: number;
  channels: number;
}

/** Bits after the point of Pillow's weights (Resample.c: 32 bits less 8 for a byte and 2 for the sum). */
const ONE = 2 ** 22;

/** Bilinear, over as many pixels as one of the result covers: without the aliasing of four neighbours. */
export function resize(image: Pixels, height: number, width: number): Pixels & { data: Uint8Array } {
  const across = width === image.width ? image : alongRows(image, width);
  const both = height === image.height ? across : turned(alongRows(turned(across), height));
  return { ...both, data: both.data instanceof Uint8Array ? both.data : Uint8Array.from(both.data) };
}

/** Each row to `width` pixels. */
function alongRows({ data, width: from, height, channels }: Pixels, width: number): Pixels {
  const result = new Uint8Array(height * width * channels);
  const scale = from / width;
  const support = Math.max(1, scale);
  for (let x = 0; x < width; x++) {
    const centre = (x + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const last = Math.min(from, Math.trunc(centre + support + 0.5));
    const weights: number[] = [];
    for (let at = first; at < last; at++) weights.push(Math.max(0, 1 - Math.abs((at - centre + 0.5) / support)));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const rounded = weights.map(weight => Math.floor((weight / sum) * ONE + 0.5));
    for (let y = 0; y < height; y++) {
      for (let channel = 0; channel < channels; channel++) {
        let total = ONE / 2;
        for (let k = 0; k < rounded.length; k++)
          total += rounded[k] * data[(y * from + first + k) * channels + channel];
        result[(y * width + x) * channels + channel] = Math.min(255, Math.floor(total / ONE));
      }
    }
  }
  return { data: result, width, height, channels };
}

/** Rows as columns. */
function turned({ data, width, height, channels }: Pixels): Pixels {
  const result = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      const to = (x * height + y) * channels;
      for (let channel = 0; channel < channels; channel++) result[to + channel] = data[from + channel];
    }
  }
  return { data: result, width: height, height: width, channels };
}

/**
 * torchvision's Resize and CenterCrop: the shorter side to `size`, or as large as covers [height, width], and its middle.
 */
export function resizeAndCrop(image: Pixels, [height, width]: [number, number]): Pixels & { data: Uint8Array } {
  const scale = Math.max(height / image.height, width / image.width);
  // The longer side is cut off to a whole number, as there.
  const isTall = height / image.height >= width / image.width;
  const [tall, wide] = isTall
    ? [height, Math.max(width, Math.trunc(image.width * scale))]
    : [Math.max(height, Math.trunc(image.height * scale)), width];
  const resized = resize(image, tall, wide);
  const [top, left] = [roundHalfToEven((tall - height) / 2), roundHalfToEven((wide - width) / 2)];
  const { channels } = image;
  const data = new Uint8Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * wide + left) * channels;
    data.set(resized.data.subarray(from, from + width * channels), y * width * channels);
  }
  return { data, width, height, channels };
}

/** As Python's round, by which torchvision places its crop. */
const roundHalfToEven = (x: number): number => (x % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));
