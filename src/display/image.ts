import { runtime } from './runtime';

/** Pixels in rows from the top, channels innermost: grey, RGB or RGBA; bytes, or floats from 0 to 1. */
export interface Image {
  data: Uint8Array | Uint8ClampedArray | Float32Array;
  width: number;
  height: number;
  channels: 1 | 3 | 4;
}

/**
 * The image as the bytes of a PNG file, 8 bits per channel. Floats outside of 0 to 1 are clipped.
 *
 * @throws an Error when the sizes do not fit the data
 */
export function encodePng(image: Image): Uint8Array {
  return runtime().encodePng({ ...image, data: bytesOf(image) });
}

/**
 * The image's pixels as bytes.
 *
 * @throws an Error when the sizes do not fit the data
 */
export function bytesOf({ data, width, height, channels }: Image): Uint8Array | Uint8ClampedArray {
  const sizes = `${width} x ${height} x ${channels}`;
  if (!(width >= 1 && height >= 1) || width % 1 || height % 1 || ![1, 3, 4].includes(channels)) {
    throw new Error(`An image of ${sizes} cannot be drawn; it needs whole sizes from 1 on and 1, 3 or 4 channels.`);
  }
  if (data.length !== width * height * channels) {
    throw new Error(`The image has ${data.length} values; ${sizes} needs ${width * height * channels}.`);
  }
  return isFloats(data) ? Uint8ClampedArray.from(data, value => value * 255) : data;
}

/** Also of another realm, as cells' may be. */
function isFloats(data: Image['data']): data is Float32Array {
  return Object.prototype.toString.call(data) === '[object Float32Array]';
}
