/**
 * Values between the grader and a submission, as JSON that keeps what JSON loses: undefined, NaN, -0, infinities,
 * bigint, typed arrays, Map, Set, Date, tensors and layers models. Decoding never runs code of the sender and never touches a prototype.
 */

/** What the two sides agree a tensor is; `data` has one number per element, row-major. */
export interface TensorData {
  dtype: 'float32' | 'int32' | 'bool';
  shape: number[];
  data: number[];
}

/** A layers model: its configuration as JSON, and its weights in their order. */
export interface ModelData {
  className: string;
  config: string;
  weights: TensorData[];
}

/** How a side turns tensors and models into data and back: only the grader's and the sandbox's TensorFlow.js know how. */
export interface TensorBridge {
  isTensor(value: unknown): boolean;
  isModel(value: unknown): boolean;
  read(tensor: unknown): TensorData;
  readModel(model: unknown): ModelData;
  make(data: TensorData): unknown;
  makeModel(data: ModelData): unknown;
  /** After a decoding that was ended from outside, which runs no `finally`. */
  reset(): void;
}

type Encoded = null | boolean | number | string | Encoded[] | { $: string; v?: unknown };

const TYPED_ARRAYS = {
  Float32Array,
  Float64Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Uint8Array,
  Uint8ClampedArray,
  Uint16Array,
  Uint32Array,
} as const;

export const MAX_DEPTH = 64;
const MAX_ELEMENTS = 4_000_000;
/** Lists and objects of an answer. */
const MAX_CONTAINERS = 1_000_000;
/** Characters of a model's configuration. */
const MAX_CONFIG = 4 << 20;

/** Writes `value` as JSON text. Throws one sentence for what cannot cross: functions, symbols, cycles, too deep, too large. */
export function encode(value: unknown, tensors?: TensorBridge): string {
  const open = new Set<unknown>();
  let elements = 0;

  const write = (value: unknown, depth: number): Encoded => {
    if (depth > MAX_DEPTH) throw new Error(`The value is nested more than ${MAX_DEPTH} deep.`);
    if (++elements > MAX_ELEMENTS) throw new Error(`The value has more than ${MAX_ELEMENTS} elements.`);
    switch (typeof value) {
      case 'undefined':
        return { $: 'undefined' };
      case 'boolean':
      case 'string':
        return value;
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0) ? value : { $: 'number', v: numberName(value) };
      case 'bigint':
        return { $: 'bigint', v: String(value) };
      case 'object':
        break;
      default:
        throw new Error(`A ${typeof value} cannot be an answer; return plain data or a tensor.`);
    }
    if (value === null) return null;
    if (open.has(value)) throw new Error('The value holds itself (a cycle); return plain data or a tensor.');
    open.add(value);
    const encoded = writeObject(value, depth);
    open.delete(value);
    return encoded;
  };

  const writeObject = (value: object, depth: number): Encoded => {
    if (tensors?.isTensor(value)) return { $: 'tensor', v: writeTensor(tensors.read(value)) };
    if (tensors?.isModel(value)) {
      const { className, config, weights } = tensors.readModel(value);
      return { $: 'model', v: { className, config, weights: weights.map(writeTensor) } };
    }
    if (Array.isArray(value)) return Array.from(value, item => write(item, depth + 1));
    if (ArrayBuffer.isView(value)) {
      const name = value.constructor.name;
      if (!Object.hasOwn(TYPED_ARRAYS, name))
        throw new Error(`A ${name} cannot be an answer; return a typed array of numbers.`);
      return { $: name, v: Array.from(value as Float32Array, x => write(x, depth + 1)) };
    }
    if (value instanceof Map) return { $: 'Map', v: Array.from(value, pair => write(pair, depth + 1)) };
    if (value instanceof Set) return { $: 'Set', v: Array.from(value, item => write(item, depth + 1)) };
    if (value instanceof Date) return { $: 'Date', v: value.getTime() };
    return { $: 'object', v: Object.entries(value).map(([key, item]) => [key, write(item, depth + 1)]) };
  };

  const writeTensor = ({ dtype, shape, data }: TensorData): object => {
    if ((elements += data.length) > MAX_ELEMENTS) throw new Error(`The value has more than ${MAX_ELEMENTS} elements.`);
    return { dtype, shape, data: Array.from(data, x => (Number.isFinite(x) ? x : numberName(x))) };
  };

  return JSON.stringify(write(value, 0));
}

/** Reads what `encode` wrote, from a sender who may be hostile. Throws one sentence for anything else. */
export function decode(text: string, tensors?: TensorBridge): unknown {
  if (containers(text) > MAX_CONTAINERS)
    throw new Error(`The value has more than ${MAX_CONTAINERS} lists and objects.`);
  return new Decoder(tensors).read(JSON.parse(text), 0);
}

class Decoder {
  private elements = 0;

  constructor(private readonly tensors?: TensorBridge) {}

  read(value: unknown, depth: number): unknown {
    if (depth > 2 * MAX_DEPTH) throw new Error(`The value is nested more than ${MAX_DEPTH} deep.`);
    this.count(1);
    if (Array.isArray(value)) return value.map(item => this.read(item, depth + 1));
    if (typeof value !== 'object' || value === null) return value;
    const { $: kind, v } = value as { $?: unknown; v?: unknown };
    if (kind === 'undefined') return undefined;
    if (kind === 'number') return namedNumber(v);
    if (kind === 'bigint' && typeof v === 'string' && /^-?\d{1,400}$/.test(v)) return BigInt(v);
    if (kind === 'Date' && (typeof v === 'number' || v === null)) return new Date(v ?? NaN);
    if (kind === 'tensor') {
      const tensor = this.readTensor(v);
      return this.tensors ? this.tensors.make(tensor) : tensor;
    }
    if (kind === 'model') return this.readModel((v ?? {}) as Partial<ModelData>);
    return this.readCollection(kind, list(v, `the ${String(kind).slice(0, 40)}`), depth + 1);
  }

  private count(elements: number): void {
    this.elements += elements;
    if (this.elements > MAX_ELEMENTS) throw new Error(`The value has more than ${MAX_ELEMENTS} elements.`);
  }

  private readCollection(kind: unknown, items: unknown[], depth: number): unknown {
    if (kind === 'Map')
      return new Map(items.map(pair => this.read(list(pair, 'a Map entry'), depth) as [unknown, unknown]));
    if (kind === 'Set') return new Set(items.map(item => this.read(item, depth)));
    if (kind === 'object') {
      const result: Record<string, unknown> = {};
      for (const entry of items) {
        const [key, item] = list(entry, 'an entry');
        // defineProperty, as `result[key] =` would set the prototype for the key __proto__.
        const value = this.read(item, depth);
        Object.defineProperty(result, String(key), { value, enumerable: true, writable: true, configurable: true });
      }
      return result;
    }
    if (typeof kind === 'string' && Object.hasOwn(TYPED_ARRAYS, kind))
      return new TYPED_ARRAYS[kind as keyof typeof TYPED_ARRAYS](items.map(item => Number(this.read(item, depth))));
    throw new Error(`The message has a value of unknown kind ${JSON.stringify(kind)?.slice(0, 40)}.`);
  }

  private readModel({ className, config, weights }: Partial<ModelData>): unknown {
    if (typeof className !== 'string' || typeof config !== 'string' || config.length > MAX_CONFIG)
      throw new Error('The model has no configuration that can be read.');
    const read = list(weights, 'the weights').map(tensor => this.readTensor(tensor));
    const model: ModelData = { className, config, weights: read };
    return this.tensors ? this.tensors.makeModel(model) : model;
  }

  private readTensor(v: unknown): TensorData {
    const { dtype, shape, data } = (v ?? {}) as Partial<TensorData>;
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') throw new Error('The tensor has no known dtype.');
    const size = list(shape, 'the shape').reduce<number>((product, n) => product * Number(n), 1);
    if (!shape!.every(n => Number.isInteger(n) && n >= 0) || shape!.length > 8)
      throw new Error('The tensor has no valid shape.');
    if (list(data, 'the data').length !== size) {
      throw new Error(`The tensor of shape [${shape}] has ${data!.length} numbers; expected ${size}.`);
    }
    this.count(size);
    const numbers = data!.map(x => (typeof x === 'number' ? x : namedNumber(x)));
    return { dtype, shape: [...shape!], data: numbers };
  }
}

/** How many lists and objects a JSON text has at most: each takes far more memory than its two letters. */
function containers(text: string): number {
  let count = 0;
  for (let i = text.indexOf('['); i >= 0; i = text.indexOf('[', i + 1)) count++;
  for (let i = text.indexOf('{'); i >= 0; i = text.indexOf('{', i + 1)) count++;
  return count;
}

function numberName(x: number): string {
  return Object.is(x, -0) ? '-0' : String(x);
}

function namedNumber(name: unknown): number {
  if (name === 'NaN' || name === 'Infinity' || name === '-Infinity' || name === '-0') return Number(name);
  throw new Error(
    `The message names a number ${JSON.stringify(name)?.slice(0, 40)}; expected NaN, Infinity, -Infinity or -0.`,
  );
}

function list(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw new Error(`The message has no list where ${what} should be.`);
  return value;
}
