/** Images in JSON: bytes, deflated, in base64. */
import { deflateSync, inflateSync } from 'fflate';
import { fromBase64, toBase64 } from '../base/bytes';
import type { Image } from '../display';

/** A type and no interface, as what tf.tidy returns must be. */
export type PackedImage = {
  width: number;
  height: number;
  channels: 1 | 3;
  /** [height, width, channels], bytes, deflated. */
  base64: string;
};

/** Values of a Float32Array are shares of white. */
export function pack({ data, width, height, channels }: Image): PackedImage {
  if (channels !== 1 && channels !== 3) throw new Error(`The image has ${channels} channels; expected 1 or 3.`);
  const bytes =
    data instanceof Float32Array
      ? Uint8Array.from(data, value => Math.round(255 * Math.min(1, Math.max(0, value))))
      : Uint8Array.from(data as ArrayLike<number>);
  return { width, height, channels, base64: toBase64(deflateSync(bytes, { level: 9 })) };
}

export function unpack({ base64, ...image }: PackedImage): Image {
  return { ...image, data: inflateSync(fromBase64(base64)) };
}
