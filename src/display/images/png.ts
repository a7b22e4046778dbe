import { refuse, shown } from '../../base/options';
import { runtime } from '../../base/runtime';

/** Pixels in rows from the top, channels innermost: grey, RGB or RGBA; bytes, or floats from 0 to 1. */
export interface Image {
  data: Uint8Array | Uint8ClampedArray | Float32Array;
  width: number;
  height: number;
  channels: 1 | 3 | 4;
}

const COLOUR_TYPES = { 1: 0, 3: 2, 4: 6 };

const TABLE = Int32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** The checksum of PNG's chunks: RFC 2083, appendix 15. */
function crc32(bytes: Uint8Array): number {
  let c = -1;
  for (const byte of bytes) c = TABLE[(c ^ byte) & 255] ^ (c >>> 8);
  return ~c >>> 0;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const result = new Uint8Array(data.length + 12);
  const view = new DataView(result.buffer);
  view.setUint32(0, data.length);
  result.set(new TextEncoder().encode(type), 4);
  result.set(data, 8);
  view.setUint32(data.length + 8, crc32(result.subarray(4, -4)));
  return result;
}

/**
 * The image as the bytes of a PNG file, 8 bits per channel. Floats outside of 0 to 1 are clipped.
 *
 * @throws an Error when the sizes do not fit the data
 */
export function encodePng(image: Image): Uint8Array {
  refuseImage('image of encodePng', image);
  const { width, height, channels } = image;
  const bytes = bytesOf(image);
  const header = new Uint8Array(13);
  const sizes = new DataView(header.buffer);
  sizes.setUint32(0, width);
  sizes.setUint32(4, height);
  header.set([8, COLOUR_TYPES[channels], 0, 0, 0], 8);
  // Every row starts with the number of its filter; 0 is none.
  const stride = width * channels;
  const rows = new Uint8Array(height * (stride + 1));
  for (let y = 0; y < height; y++) rows.set(bytes.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  const parts = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header),
    chunk('IDAT', runtime.deflate(rows)),
    chunk('IEND', new Uint8Array(0)),
  ];
  const png = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    png.set(part, at);
    at += part.length;
  }
  return png;
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
  const isData = ['Uint8Array', 'Uint8ClampedArray', 'Float32Array'].includes(kindOf(data));
  if (!isData) refuse(`data of the ${what}`, data, 'a Uint8Array, or a Float32Array of values from 0 to 1');
  const count = width * height * channels;
  if (data.length !== count) {
    throw new Error(`The ${what} has ${data.length} values; expected ${count} for ${width} x ${height} x ${channels}.`);
  }
}

/** The pixels of an image as bytes. */
export function bytesOf({ data }: Image): Uint8Array | Uint8ClampedArray {
  return kindOf(data) === 'Float32Array'
    ? Uint8ClampedArray.from(data, value => value * 255)
    : (data as Uint8Array | Uint8ClampedArray);
}

/** The name of a typed array's class, also of another realm's: cells may run in one of their own. */
const kindOf = (data: object): string => String((data as { [Symbol.toStringTag]?: string })?.[Symbol.toStringTag]);
