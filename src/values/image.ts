/** What plain data show that are an image: a file's bytes, and pixels as `imageGrid` takes them. */
import { toBase64 } from '../base/bytes';
import { imageFormat } from '../data/sources';
import { type Figure, type Image, imageGrid, type MimeBundle } from '../display';

/** Files of more bytes than these would make the notebook as large. */
const MOST_BYTES = 8 << 20;

/** The bytes of an image file, as the image; undefined for all other values. */
export function imageOfFile(value: unknown): MimeBundle | undefined {
  if (!(value instanceof Uint8Array) || value.length > MOST_BYTES) return undefined;
  const format = imageFormat(value);
  if (!format) return undefined;
  const text = `${format} image, ${value.length.toLocaleString('en')} bytes`;
  const source = `data:image/${format.toLowerCase()};base64,${toBase64(value)}`;
  return { 'text/plain': text, 'text/html': `<img src="${source}" alt="${text}">` };
}

/** An object with data, width, height and channels, as the image; undefined for all other values. */
export function imageOfPixels(value: unknown): Figure | undefined {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 4) return undefined;
  const { data, width, height, channels } = value as Partial<Image>;
  const isData = data instanceof Uint8Array || data instanceof Uint8ClampedArray || data instanceof Float32Array;
  if (!isData || !data.length || data.length !== width! * height! * channels!) return undefined;
  return imageGrid([value as Image], width! * height! > 128 * 128 ? { scale: 1 } : {});
}
