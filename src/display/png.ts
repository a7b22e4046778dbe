import { types } from 'node:util';
import zlib from 'node:zlib';
import crc32 from 'buffer-crc32';

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

/**
 * The image's pixels as bytes.
 *
 * @throws an Error when the sizes do not fit the data
 */
export function bytesOf({ data, width, height, channels }: Image): Uint8Array | Uint8ClampedArray {
  const sizes = `${width} x ${height} x ${channels}`;
  if (!(width >= 1 && height >= 1) || width % 1 || height % 1 || !(channels in COLOUR_TYPES)) {
    throw new Error(`An image of ${sizes} cannot be drawn; it needs whole sizes from 1 on and 1, 3 or 4 channels.`);
  }
  if (data.length !== width * height * channels) {
    throw new Error(`The image has ${data.length} values; ${sizes} needs ${width * height * channels}.`);
  }
  return types.isFloat32Array(data) ? Uint8ClampedArray.from(data, value => value * 255) : data;
}
