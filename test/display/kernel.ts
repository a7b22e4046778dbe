import zlib from 'node:zlib';
import { kernelKey, type KernelHost, type MimeBundle } from '../../src/display';

export interface Shown {
  bundle: MimeBundle;
  id?: string;
  update?: boolean;
  metadata?: Record<string, unknown>;
}

/** Runs `body` with a kernel that keeps what is shown, and takes the kernel away again. */
export async function withKernel<T>(
  body: (shown: Shown[], host: KernelHost) => T | Promise<T>,
  overrides: Partial<KernelHost> = {},
): Promise<T> {
  const shown: Shown[] = [];
  const host: KernelHost = {
    display: (bundle, options) => void shown.push({ bundle, ...options }),
    clear: () => undefined,
    signal: () => undefined,
    input: async () => '',
    ownLine: () => undefined,
    openComm: () => {
      throw new Error('This kernel has no comms.');
    },
    onComm: () => undefined,
    ...overrides,
  };
  const scope = globalThis as Record<symbol, unknown>;
  scope[kernelKey] = host;
  try {
    return await body(shown, host);
  } finally {
    delete scope[kernelKey];
  }
}

interface Decoded {
  width: number;
  height: number;
  channels: number;
  bytes: Uint8Array;
}

/** A PNG of 8 bits per channel, decoded with all five filters: pixels[y][x] is an array of channels. */
export function decodePng(png: Uint8Array): Decoded & { pixels: number[][][] } {
  const decoded = bytesOf(png);
  const { width, height, channels, bytes } = decoded;
  const pixel = (index: number): number[] => [...bytes.subarray(index * channels, (index + 1) * channels)];
  const row = (y: number): number[][] => Array.from({ length: width }, (_, x) => pixel(y * width + x));
  return { ...decoded, pixels: Array.from({ length: height }, (_, y) => row(y)) };
}

function bytesOf(file: Uint8Array): Decoded {
  const png = Buffer.from(file);
  if (png.subarray(0, 8).toString('latin1') !== '\x89PNG\r\n\x1a\n') throw new Error('This is no PNG.');
  const parts: Buffer[] = [];
  let header: Buffer = Buffer.alloc(0);
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    if (type === 'IHDR') header = data;
    if (type === 'IDAT') parts.push(data);
    at += length + 12;
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = { 0: 1, 2: 3, 6: 4 }[header[9]]!;
  const raw = zlib.inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  const bytes = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let i = 0; i < stride; i++) {
      const left = i >= channels ? bytes[y * stride + i - channels] : 0;
      const up = y ? bytes[(y - 1) * stride + i] : 0;
      const corner = y && i >= channels ? bytes[(y - 1) * stride + i - channels] : 0;
      const estimate = left + up - corner;
      const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - corner)];
      const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
      bytes[y * stride + i] = raw[y * (stride + 1) + 1 + i] + [0, left, up, (left + up) >> 1, paeth][filter];
    }
  }
  return { width, height, channels, bytes };
}

export const pngOf = (bundle: MimeBundle): Buffer => Buffer.from(bundle['image/png'] as string, 'base64');

/** How many pixels have about this colour, given as #rrggbb. */
export function countColour(png: Uint8Array, colour: string): number {
  const wanted = [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
  const { channels, bytes } = bytesOf(png);
  let count = 0;
  for (let at = 0; at < bytes.length; at += channels) {
    if (wanted.every((value, channel) => Math.abs(value - bytes[at + channel]) < 12)) count++;
  }
  return count;
}
