/** Operations of TensorFlow's, run one by one in its eager context. */
import { CONSTANTS as C, type Context, longs, type Pointer } from './capi';
import type { Tensors } from './tensors';
import type { Attribute } from './types';

/** The longest list of outputs that an operation of tfjs may have. */
const MOST_OUTPUTS = 1024;

interface Metadata {
  id: number;
  shape: number[];
  dtype: number;
}

export class Operations {
  // As in context.cc.
  private placedOn = '';
  private readonly executed = new Map<string, number>();
  private readonly results = new BigUint64Array(MOST_OUTPUTS);
  private readonly resultCount = new Int32Array(1);
  private isDeferred = false;
  private executors: { immediate: Pointer; background: Pointer } | undefined;

  constructor(
    private readonly context: Context,
    private readonly tensors: Tensors,
  ) {}

  /** Where operations run from now on; '' leaves it to TensorFlow. */
  place(device: string): void {
    this.placedOn = device;
  }

  /** Operations since the start that were placed on the device, and ran there. */
  executedOn(device: string): number {
    return this.executed.get(device) ?? 0;
  }

  /** Whether operations only begin from now on. */
  defer(on: boolean): void {
    const { c, pointer } = this.context;
    this.isDeferred = on;
    this.executors ??= {
      immediate: c.executorOfThread(pointer) as Pointer,
      background: c.newExecutor(true, false, 2) as Pointer,
    };
    c.setExecutorOfThread(pointer, on ? this.executors.background : this.executors.immediate);
  }

  execute(name: string, attributes: Attribute[], inputs: number[], outputs: number): Metadata[] {
    const { context, results, resultCount } = this;
    const { c, status } = context;
    if (outputs > MOST_OUTPUTS) throw new Error(`${name} has ${outputs} outputs; expected at most ${MOST_OUTPUTS}.`);
    const op = c.newOp(context.pointer, name, status) as Pointer;
    context.check();
    try {
      for (const id of inputs) {
        c.addInput(op, this.tensors.handleOf(id), status);
        context.check();
      }
      for (const attribute of attributes) this.setAttribute(op, attribute);
      if (this.placedOn !== '') {
        c.setDevice(op, this.placedOn, status);
        context.check();
      }
      resultCount[0] = outputs;
      c.execute(op, results, resultCount, status);
      context.check();
      if (this.placedOn !== '' && !this.isDeferred && resultCount[0] > 0) {
        const where = c.handleDevice(results[0], status) as string;
        this.executed.set(where, this.executedOn(where) + 1);
      }
    } finally {
      c.deleteOp(op);
    }
    return Array.from(results.subarray(0, resultCount[0]), handle => this.metadata(handle));
  }

  private metadata(handle: Pointer): Metadata {
    const { c, status } = this.context;
    const rank = this.isDeferred ? 0 : (c.rank(handle, status) as number);
    const shape = Array.from({ length: rank }, (_, i) => Number(c.dimension(handle, i, status)));
    return { id: this.tensors.keep(handle), shape, dtype: c.dtype(handle) as number };
  }

  private setAttribute(op: Pointer, { name, type, value }: Attribute): void {
    const { c, status } = this.context;
    switch (type) {
      case C.TF_ATTR_STRING:
        return void c.setString(op, name, value, Buffer.byteLength(value as string));
      case C.TF_ATTR_INT:
        if (Array.isArray(value)) return void c.setInts(op, name, longs(value), value.length);
        return void c.setInt(op, name, value);
      case C.TF_ATTR_FLOAT:
        if (Array.isArray(value)) return void c.setFloats(op, name, Float32Array.from(value), value.length);
        return void c.setFloat(op, name, value);
      case C.TF_ATTR_BOOL:
        if (Array.isArray(value)) return void c.setBools(op, name, Uint8Array.from(value), value.length);
        return void c.setBool(op, name, value ? 1 : 0);
      case C.TF_ATTR_TYPE:
        return void c.setType(op, name, value);
      case C.TF_ATTR_SHAPE:
        c.setShape(op, name, longs(value as number[]), (value as number[]).length, status);
        return this.context.check();
      default:
        throw new Error(`Attribute ${name} has type ${type}, which TensorFlow's C API does not know.`);
    }
  }
}
