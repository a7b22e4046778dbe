/** Tensors of TensorFlow's, by the numbers under which tfjs knows them. */
import koffi from 'koffi';
import { CONSTANTS as C, type Context, longs, type Pointer } from './capi';

type StringData = Uint8Array[];
/** What tfjs hands over and takes back; BigInt64Array is TensorFlow's answer only. */
export type Values = Float32Array | Int32Array | Uint8Array | BigInt64Array | StringData;

/** sizeof(TF_TString) */
const STRING_BYTES = 24;

const BYTES: Record<number, number> = {
  [C.TF_FLOAT]: 4,
  [C.TF_INT32]: 4,
  [C.TF_UINT8]: 1,
  [C.TF_COMPLEX64]: 8,
  [C.TF_INT64]: 8,
  [C.TF_BOOL]: 1,
};

export class Tensors {
  private readonly handles = new Map<number, Pointer>();
  private nextId = 0;

  constructor(private readonly context: Context) {}

  get count(): number {
    return this.handles.size;
  }

  keep(handle: Pointer): number {
    this.handles.set(this.nextId, handle);
    return this.nextId++;
  }

  handleOf(id: number): Pointer {
    const handle = this.handles.get(id);
    if (handle === undefined) throw new Error(`Tensor ${id} is not there; it was deleted or never made.`);
    return handle;
  }

  create(shape: number[], dtype: number, values: Values): number {
    const { c, status, hasGpu, device } = this.context;
    const tensor = Array.isArray(values) ? this.strings(shape, values) : this.numbers(shape, dtype, values);
    let handle = c.newHandle(tensor, status) as Pointer;
    c.deleteTensor(tensor);
    this.context.check();
    // As in the addon: integers stay on the host, where most GPU kernels want them.
    if (hasGpu && dtype !== C.TF_INT32 && dtype !== C.TF_STRING) {
      const moved = c.copyToDevice(handle, this.context.pointer, device, status) as Pointer;
      c.deleteHandle(handle);
      this.context.check();
      handle = moved;
    }
    return this.keep(handle);
  }

  delete(id: number): void {
    this.context.c.deleteHandle(this.handleOf(id));
    this.handles.delete(id);
  }

  read(id: number): Values {
    const { c, status } = this.context;
    const handle = this.handleOf(id);
    const tensor = c.resolve(handle, status) as Pointer;
    this.context.check();
    try {
      return this.values(tensor, c.dtype(handle) as number);
    } finally {
      c.deleteTensor(tensor);
    }
  }

  private values(tensor: Pointer, dtype: number): Values {
    const { c } = this.context;
    const data = c.tensorData(tensor) as Pointer;
    const size = Number(c.tensorBytes(tensor));
    if (dtype === C.TF_STRING) {
      return Array.from({ length: size / STRING_BYTES }, (_, i) => {
        const place = data + BigInt(i * STRING_BYTES);
        return copy(c.stringData(place) as Pointer, Number(c.stringSize(place)));
      });
    }
    const buffer = copy(data, size).buffer as ArrayBuffer;
    if (dtype === C.TF_FLOAT || dtype === C.TF_COMPLEX64) return new Float32Array(buffer);
    if (dtype === C.TF_INT32) return new Int32Array(buffer);
    if (dtype === C.TF_INT64) return new BigInt64Array(buffer);
    if (dtype === C.TF_BOOL || dtype === C.TF_UINT8) return new Uint8Array(buffer);
    throw new Error(`JavaScript has no numbers of TensorFlow's type ${dtype}.`);
  }

  private strings(shape: number[], values: StringData): Pointer {
    const { c } = this.context;
    const tensor = c.allocateTensor(C.TF_STRING, longs(shape), shape.length, values.length * STRING_BYTES) as Pointer;
    const data = c.tensorData(tensor) as Pointer;
    values.forEach((bytes, i) => {
      const place = data + BigInt(i * STRING_BYTES);
      c.stringInit(place);
      c.stringCopy(place, bytes, bytes.byteLength);
    });
    return tensor;
  }

  private numbers(shape: number[], dtype: number, values: Exclude<Values, StringData>): Pointer {
    const { c } = this.context;
    const wanted = shape.reduce((a, b) => a * b, 1) * (BYTES[dtype] ?? NaN);
    if (values.byteLength !== wanted) {
      throw new Error(`A tensor [${shape}] of type ${dtype} takes ${wanted} bytes, not ${values.byteLength}.`);
    }
    const tensor = c.allocateTensor(dtype, longs(shape), shape.length, wanted) as Pointer;
    if (wanted > 0) view(c.tensorData(tensor) as Pointer, wanted).set(bytesOf(values));
    return tensor;
  }
}

function bytesOf(values: Exclude<Values, StringData>): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function view(pointer: Pointer, bytes: number): Uint8Array {
  return new Uint8Array(koffi.view(pointer, bytes));
}

/** The bytes at a pointer, in memory of JavaScript's own. */
function copy(pointer: Pointer, bytes: number): Uint8Array {
  const own = new Uint8Array(bytes);
  if (bytes > 0) own.set(view(pointer, bytes));
  return own;
}
