import { types } from 'node:util';
import zlib from 'node:zlib';
import crc32 from 'buffer-crc32';
import { refuse, shown } from '../base/options';

/** Pixels in rows from the top, channels innermost: grey, RGB or RGBA; bytes, or floats from 0 to 1. */
export interface Image {
  data: Uint8Array | Uint8ClampedArray | Float32Array;
  width: number;
  height: number;
  channels: 1 | 3 | 4;
}

const COLOUR_TYPES = { 1: 0, 3: 2, 4: 6 };

function chunk(type: string, data: Uint8Array): Buffer {
  const result = Buffer.alloc(data.length + 12);
  result.writeUInt32BE(data.length, 0);
  result.write(type, 4, 'latin1');
  result.set(data, 8);
  result.writeUInt32BE(crc32.unsigned(result.subarray(4, -4)), data.length + 8);
  return result;
}

/**
 * The image as the bytes of a PNG file, 8 bits per channel. Floats outside of 0 to 1 are clipped.
 *
 * @throws an Error when the sizes do not fit the data
 */
export function encodePng(image: Image): Buffer {
  refuseImage('image of encodePng', image);
  const { width, height, channels } = image;
  const bytes = bytesOf(image);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, COLOUR_TYPES[channels], 0, 0, 0], 8);
  // Every row starts with the number of its filter; 0 is none.
  const stride = width * channels;
  const rows = Buffer.alloc(height * (stride + 1));
  for (let y = 0; y < height; y++) rows.set(bytes.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', zlib.deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** @throws unless it is an image whose sizes fit its data */
export function refuseImage(what: string, image: Image): void {
  const isImage = typeof image === 'object' && image !== null && 'data' in image;
  if (!isImage) refuse(what, image, 'an image, as an object of data, width, height and channels');
  const { data, width, height, channels } = image;
  const isSize = [width, height].every(side => Number.isSafeInteger(side) && side >= 1);
  if (!isSize || ![1, 3, 4].includes(channels)) {
    const sizes = [width, height, channels].map(shown).join(' x ');
    throw new Error(`The ${what} is of ${sizes}; expected whole sizes from 1, and 1, 3 or 4 channels.`);
  }
  const isData = types.isUint8Array(data) || types.isUint8ClampedArray(data) || types.isFloat32Array(data);
  if (!isData) refuse(`data of the ${what}`, data, 'a Uint8Array, or a Float32Array of values from 0 to 1');
  const count = width * height * channels;
  if (data.length !== count) {
    throw new Error(`The ${what} has ${data.length} values; expected ${count} for ${width} x ${height} x ${channels}.`);
  }
}

/** The pixels of an image as bytes. */
export function bytesOf({ data }: Image): Uint8Array | Uint8ClampedArray {
  return types.isFloat32Array(data) ? Uint8ClampedArray.from(data, value => value * 255) : data;
}
