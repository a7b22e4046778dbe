/**
 * The .safetensors format: eight bytes with the length of the header (little-endian), a JSON header that gives each
 * tensor's type, shape and place, then the bytes of the tensors without holes.
 */
import fs from 'node:fs';
import type { StateDict, TorchTensor } from './stateDict';

/** The format's own limit. */
const LONGEST_HEADER = 100_000_000;

interface NumberType {
  size: number;
  decode(bytes: Uint8Array): Float32Array;
}

const TYPES: Record<string, NumberType> = {
  F32: { size: 4, decode: bytes => new Float32Array(copy(bytes)) },
  F64: { size: 8, decode: bytes => Float32Array.from(new Float64Array(copy(bytes))) },
  F16: { size: 2, decode: bytes => Float32Array.from(new Uint16Array(copy(bytes)), float16) },
  BF16: { size: 2, decode: bfloat16 },
  // Only counters, such as num_batches_tracked.
  I64: { size: 8, decode: bytes => Float32Array.from(Array.from(new BigInt64Array(copy(bytes)), Number)) },
};

interface Place extends NumberType {
  name: string;
  shape: number[];
  begin: number;
  end: number;
}

/**
 * The tensors of a file; each is decoded when it is read.
 * @throws when the file is not of this format, with the reason
 */
export function readSafetensors(file: string): Map<string, TorchTensor> {
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = { ENOENT: 'there is no such file', EISDIR: 'it is a folder' }[code ?? ''] ?? code;
    throw new Error(`${file} cannot be read: ${reason}.`);
  }
  return decodeSafetensors(bytes, file);
}

export function decodeSafetensors(bytes: Uint8Array, file = 'The file'): Map<string, TorchTensor> {
  try {
    return decode(bytes);
  } catch (error) {
    const convert = /\.(pth|pt|bin)$/.test(file)
      ? `; \`npm run convert -- ${file} OUT.safetensors\` makes one of it`
      : '';
    throw new Error(`${file} is no readable .safetensors file: ${(error as Error).message}${convert}.`);
  }
}

function decode(bytes: Uint8Array): Map<string, TorchTensor> {
  if (bytes.length < 8) throw new Error(`it has ${bytes.length} bytes, and 8 are needed for the length of the header`);
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  const longest = Math.min(LONGEST_HEADER, bytes.length - 8);
  if (headerLength > longest) {
    throw new Error(`its header is said to have ${headerLength} bytes, and at most ${longest} are possible`);
  }
  const data = bytes.subarray(8 + headerLength);
  const places = parseHeader(bytes.subarray(8, 8 + headerLength));
  checkPlaces(places, data.length);
  return new Map(
    places.map(({ name, shape, begin, end, decode: decodeNumbers }) => [
      name,
      {
        shape,
        get data() {
          return decodeNumbers(data.subarray(begin, end));
        },
      },
    ]),
  );
}

function parseHeader(bytes: Uint8Array): Place[] {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Error('its header is not JSON');
  }
  if (!isObject(header)) throw new Error('its header is not a JSON object');
  return Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => parsePlace(name, entry));
}

function parsePlace(name: string, entry: unknown): Place {
  const { dtype, shape, data_offsets: offsets } = (isObject(entry) ? entry : {}) as Record<string, unknown>;
  const type = typeof dtype === 'string' && Object.hasOwn(TYPES, dtype) ? TYPES[dtype] : undefined;
  if (!type) throw new Error(`${name} has the type ${dtype}, and readable are ${Object.keys(TYPES).join(', ')}`);
  if (!isCounts(shape)) throw new Error(`${name} has no shape of whole numbers`);
  if (!isCounts(offsets) || offsets.length !== 2) throw new Error(`${name} has no two data_offsets`);
  const [begin, end] = offsets;
  const needed = shape.reduce((a, b) => a * b, type.size);
  if (end - begin !== needed) {
    throw new Error(`${name} of shape [${shape}] needs ${needed} bytes and has ${end - begin}`);
  }
  return { name, shape, begin, end, ...type };
}

/** The tensors must fill the data exactly: nothing behind its end, no overlap, no hole. */
function checkPlaces(places: Place[], size: number): void {
  let previous = { name: 'the header', end: 0 };
  for (const place of [...places].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (place.end > size) throw new Error(`${place.name} ends at byte ${place.end} of ${size}`);
    if (place.begin < previous.end) throw new Error(`${place.name} overlaps ${previous.name}`);
    if (place.begin > previous.end) throw new Error(`there is a hole between ${previous.name} and ${place.name}`);
    previous = place;
  }
  if (previous.end !== size) throw new Error(`${size - previous.end} bytes follow its last tensor`);
}

/** Writes the tensors as F32. The file appears under its name only when it is complete. */
export function writeSafetensors(file: string, dict: StateDict, metadata: Record<string, string> = {}): void {
  const partial = `${file}.part`;
  const descriptor = fs.openSync(partial, 'w');
  try {
    for (const piece of encode(dict, metadata)) fs.writeFileSync(descriptor, piece);
  } catch (error) {
    fs.closeSync(descriptor);
    fs.rmSync(partial);
    throw error;
  }
  fs.closeSync(descriptor);
  fs.renameSync(partial, file);
}

function* encode(dict: StateDict, metadata: Record<string, string>): Generator<Uint8Array> {
  const entries: Record<string, unknown> = { __metadata__: { format: 'pt', ...metadata } };
  let begin = 0;
  for (const [name, { shape }] of dict) {
    const end = begin + shape.reduce((a, b) => a * b, 4);
    entries[name] = { dtype: 'F32', shape, data_offsets: [begin, end] };
    begin = end;
  }
  const json = Buffer.from(JSON.stringify(entries));
  // Spaces, so that the tensors begin at a multiple of eight.
  const header = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  yield length;
  yield header;
  for (const [name, { shape, data }] of dict) {
    const count = shape.reduce((a, b) => a * b, 1);
    if (data.length !== count) throw new Error(`${name} of shape [${shape}] has ${data.length} numbers, not ${count}.`);
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every(n => Number.isSafeInteger(n) && n >= 0);

/** A buffer of its own, as typed arrays of two bytes and more need an aligned one (`slice` of a Node buffer copies nothing). */
function copy(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

/** The upper half of a float32. */
function bfloat16(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint32Array.from(new Uint16Array(copy(bytes)), bits => bits << 16).buffer);
}

/** IEEE 754 half precision. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
