/**
 * The .safetensors format: eight bytes with the length of the header (little-endian), a JSON header that gives each
 * tensor's type, shape and place, then the bytes of the tensors without holes.
 *
 * Files of ours have a checksum of each tensor among the header's metadata, and one of the header, in which itself counts
 * as zeros: a damaged byte is noticed wherever it is, and the tensor named. Files from elsewhere have none.
 */
import { isPlain, refuse, text } from '../base/options';
import { filesFor, runtime } from '../base/runtime';
import { refuseDict, type StateDict, type TorchTensor } from './stateDict';

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

export interface SafetensorsFile {
  /** Each is decoded when it is read. */
  tensors: Map<string, TorchTensor>;
  metadata: Record<string, string>;
  /** Whether it has checksums; they are right then. */
  isVerified: boolean;
}

/**
 * The tensors of a file, or of all files that a `.safetensors.index.json` names; each is decoded when it is read.
 * @throws when a file is not of this format, or damaged, with the reason
 */
export function readSafetensors(file: string): Map<string, TorchTensor> {
  text('file of readSafetensors', file);
  return file.endsWith('.index.json') ? readShards(file) : readSafetensorsFile(file).tensors;
}

export function readSafetensorsFile(file: string): SafetensorsFile {
  return decodeFile(readBytes(file), file);
}

const readBytes = (file: string): Uint8Array => filesFor('weights').read(file);

/** The tensors of the files beside the index, `{ weight_map: { tensor: file } }`, as Hugging Face writes it. */
function readShards(index: string): Map<string, TorchTensor> {
  let map: unknown;
  try {
    map = (JSON.parse(decoder.decode(readBytes(index))) as { weight_map?: unknown } | null)?.weight_map;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const isNames = isObject(map) && Object.values(map).every(name => typeof name === 'string');
  if (!isNames)
    throw new Error(`${index} is no index of weights; expected JSON with a weight_map of tensors to files.`);
  const shards = new Map<string, Map<string, TorchTensor>>();
  return new Map(
    Object.entries(map as Record<string, string>).map(([name, shard]) => {
      if (/[/\\]/.test(shard) || !shard.endsWith('.safetensors')) {
        throw new Error(`${index} has ${name} in ${shard}; expected a .safetensors file beside the index.`);
      }
      const file = index.replace(/[^/\\]*$/, shard);
      if (!shards.has(shard)) shards.set(shard, readSafetensorsFile(file).tensors);
      const found = shards.get(shard)!.get(name);
      if (!found) throw new Error(`${file} has no tensor ${name}, which ${index} says is there.`);
      return [name, found];
    }),
  );
}

export function decodeSafetensors(bytes: Uint8Array, file = 'The file'): Map<string, TorchTensor> {
  if (!(bytes instanceof Uint8Array)) refuse('first argument of decodeSafetensors', bytes, 'a Uint8Array');
  text('file of decodeSafetensors', file);
  return decodeFile(bytes, file).tensors;
}

function decodeFile(bytes: Uint8Array, file: string): SafetensorsFile {
  try {
    return decode(bytes);
  } catch (error) {
    const convert = /\.(pth|pt|bin)$/.test(file)
      ? `; \`npm run convert -- ${file} OUT.safetensors\` makes one of it`
      : '';
    throw new Error(`${file} is no readable .safetensors file: ${(error as Error).message}${convert}.`);
  }
}

function decode(bytes: Uint8Array): SafetensorsFile {
  if (bytes.length < 8) throw new Error(`it has ${bytes.length} bytes, and 8 are needed for the length of the header`);
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  const longest = Math.min(LONGEST_HEADER, bytes.length - 8);
  if (headerLength > longest) {
    throw new Error(`its header is said to have ${headerLength} bytes, and at most ${longest} are possible`);
  }
  const data = bytes.subarray(8 + headerLength);
  const header = bytes.subarray(8, 8 + headerLength);
  const { places, metadata } = parseHeader(header);
  checkPlaces(places, data.length);
  const isVerified = verify(header, metadata, places, data);
  const tensors = new Map(
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
  return { tensors, metadata, isVerified };
}

const HEADER_SUM = 'cnn-kit.sha256';
const TENSOR_SUMS = 'cnn-kit.tensors.sha256';
const NO_SUM = '0'.repeat(64);

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const sha256 = (bytes: Uint8Array): string => filesFor('checksums').sha256(bytes);

/** The header's checksum, with zeros in its place. */
const headerSum = (header: string): string =>
  sha256(encoder.encode(header.replace(new RegExp(`("${HEADER_SUM}":")[^"]*`), `$1${NO_SUM}`)));

/** Whether there are checksums. @throws when one is wrong */
function verify(header: Uint8Array, metadata: Record<string, string>, places: Place[], data: Uint8Array): boolean {
  const sum = metadata[HEADER_SUM];
  if (sum === undefined || !runtime.files) return false;
  if (headerSum(decoder.decode(header)) !== sum) throw new Error('it is damaged: its header has another checksum');
  const sums = JSON.parse(metadata[TENSOR_SUMS]) as Record<string, string>;
  for (const { name, begin, end } of places) {
    if (sha256(data.subarray(begin, end)) === sums[name]) continue;
    throw new Error(`it is damaged: the tensor ${name} has another checksum`);
  }
  return true;
}

function parseHeader(bytes: Uint8Array): { places: Place[]; metadata: Record<string, string> } {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Error('its header is not JSON');
  }
  if (!isObject(header)) throw new Error('its header is not a JSON object');
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isObject(metadata) || !Object.values(metadata).every(value => typeof value === 'string')) {
    throw new Error('its metadata is no map of names to texts');
  }
  return {
    places: Object.entries(entries).map(([name, entry]) => parsePlace(name, entry)),
    metadata: metadata as Record<string, string>,
  };
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

/** Writes the tensors as F32, with checksums. The file appears under its name only when it is complete. */
export function writeSafetensors(file: string, dict: StateDict, metadata: Record<string, string> = {}): void {
  text('file of writeSafetensors', file);
  refuseDict('writeSafetensors', dict);
  if (!isPlain(metadata) || !Object.values(metadata).every(value => typeof value === 'string')) {
    refuse('metadata of writeSafetensors', metadata, 'an object of texts');
  }
  filesFor('weights').writeWhole(file, encode(dict, metadata));
}

function* encode(dict: StateDict, metadata: Record<string, string>): Generator<Uint8Array> {
  const entries: Record<string, unknown> = {};
  const sums: Record<string, string> = {};
  let begin = 0;
  for (const [name, { shape, data }] of dict) {
    const count = shape.reduce((a, b) => a * b, 1);
    if (data.length !== count) throw new Error(`${name} of shape [${shape}] has ${data.length} numbers, not ${count}.`);
    const end = begin + 4 * count;
    entries[name] = { dtype: 'F32', shape, data_offsets: [begin, end] };
    sums[name] = sha256(bytesOf(data));
    begin = end;
  }
  const own = { format: 'pt', ...metadata, [HEADER_SUM]: NO_SUM, [TENSOR_SUMS]: JSON.stringify(sums) };
  const json = JSON.stringify({ __metadata__: own, ...entries });
  // Spaces, so that the tensors begin at a multiple of eight.
  const padded = json + ' '.repeat((8 - (encoder.encode(json).length % 8)) % 8);
  const header = encoder.encode(padded.replace(`"${HEADER_SUM}":"${NO_SUM}`, `"${HEADER_SUM}":"${headerSum(padded)}`));
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(header.length), true);
  yield new Uint8Array(length.buffer);
  yield header;
  for (const { data } of dict.values()) yield bytesOf(data);
}

const bytesOf = (data: Float32Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

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
