/**
 * The native side that the JavaScript of tfjs-node-gpu expects (its `TFJSBinding`), written over TensorFlow's C API with
 * koffi: the second choice, where no C++ compiler can make the addon. Names and behaviour are those of the addon's
 * binding/tfjs_backend.cc.
 */
import koffi from 'koffi';
import { call } from '../../node/root';
import type { Binding } from './types';

type Pointer = bigint;
type StringData = Uint8Array[];
/** What tfjs hands over and takes back; BigInt64Array is TensorFlow's answer only. */
type Values = Float32Array | Int32Array | Uint8Array | BigInt64Array | StringData;

interface Metadata {
  id: number;
  shape: number[];
  dtype: number;
}

interface Attribute {
  name: string;
  type: number;
  value: unknown;
}

/** Enumerations of tf_datatype.h and tf_attrtype.h. */
const CONSTANTS = {
  TF_FLOAT: 1,
  TF_INT32: 3,
  TF_UINT8: 4,
  TF_STRING: 7,
  TF_COMPLEX64: 8,
  TF_INT64: 9,
  TF_BOOL: 10,
  TF_RESOURCE: 20,
  TF_ATTR_STRING: 0,
  TF_ATTR_INT: 1,
  TF_ATTR_FLOAT: 2,
  TF_ATTR_BOOL: 3,
  TF_ATTR_TYPE: 4,
  TF_ATTR_SHAPE: 5,
  TF_ATTR_RESOURCE: 9,
} as const;
const C = CONSTANTS;

/** sizeof(TF_TString) */
const STRING_BYTES = 24;

/** The longest list of outputs that an operation of tfjs may have. */
const MOST_OUTPUTS = 1024;

/** Opens TensorFlow's C library at `path` (its framework library beside it) and starts an eager context in it. */
export function koffiBinding(path: string): Binding {
  const lib = koffi.load(path);
  const c = {
    newStatus: lib.func('void* TF_NewStatus()'),
    code: lib.func('int TF_GetCode(void*)'),
    message: lib.func('const char* TF_Message(void*)'),
    version: lib.func('const char* TF_Version()'),
    newContextOptions: lib.func('void* TFE_NewContextOptions()'),
    newContext: lib.func('void* TFE_NewContext(void*, void*)'),
    setConfig: lib.func('void TFE_ContextOptionsSetConfig(void*, const uint8_t*, size_t, void*)'),
    deleteContextOptions: lib.func('void TFE_DeleteContextOptions(void*)'),
    listDevices: lib.func('void* TFE_ContextListDevices(void*, void*)'),
    deviceCount: lib.func('int TF_DeviceListCount(void*)'),
    deviceType: lib.func('const char* TF_DeviceListType(void*, int, void*)'),
    deviceName: lib.func('const char* TF_DeviceListName(void*, int, void*)'),
    deleteDevices: lib.func('void TF_DeleteDeviceList(void*)'),
    allocateTensor: lib.func('void* TF_AllocateTensor(int, int64_t*, int, size_t)'),
    tensorData: lib.func('void* TF_TensorData(void*)'),
    tensorBytes: lib.func('size_t TF_TensorByteSize(void*)'),
    deleteTensor: lib.func('void TF_DeleteTensor(void*)'),
    stringInit: lib.func('void TF_StringInit(void*)'),
    stringCopy: lib.func('void TF_StringCopy(void*, const uint8_t*, size_t)'),
    stringData: lib.func('void* TF_StringGetDataPointer(void*)'),
    stringSize: lib.func('size_t TF_StringGetSize(void*)'),
    newHandle: lib.func('void* TFE_NewTensorHandle(void*, void*)'),
    deleteHandle: lib.func('void TFE_DeleteTensorHandle(void*)'),
    copyToDevice: lib.func('void* TFE_TensorHandleCopyToDevice(void*, void*, const char*, void*)'),
    rank: lib.func('int TFE_TensorHandleNumDims(void*, void*)'),
    dimension: lib.func('int64_t TFE_TensorHandleDim(void*, int, void*)'),
    dtype: lib.func('int TFE_TensorHandleDataType(void*)'),
    resolve: lib.func('void* TFE_TensorHandleResolve(void*, void*)'),
    newOp: lib.func('void* TFE_NewOp(void*, const char*, void*)'),
    setDevice: lib.func('void TFE_OpSetDevice(void*, const char*, void*)'),
    handleDevice: lib.func('const char* TFE_TensorHandleDeviceName(void*, void*)'),
    deleteOp: lib.func('void TFE_DeleteOp(void*)'),
    addInput: lib.func('void TFE_OpAddInput(void*, void*, void*)'),
    setString: lib.func('void TFE_OpSetAttrString(void*, const char*, const char*, size_t)'),
    setInt: lib.func('void TFE_OpSetAttrInt(void*, const char*, int64_t)'),
    setInts: lib.func('void TFE_OpSetAttrIntList(void*, const char*, int64_t*, int)'),
    setFloat: lib.func('void TFE_OpSetAttrFloat(void*, const char*, float)'),
    setFloats: lib.func('void TFE_OpSetAttrFloatList(void*, const char*, float*, int)'),
    setBool: lib.func('void TFE_OpSetAttrBool(void*, const char*, uint8_t)'),
    setBools: lib.func('void TFE_OpSetAttrBoolList(void*, const char*, uint8_t*, int)'),
    setType: lib.func('void TFE_OpSetAttrType(void*, const char*, int)'),
    setShape: lib.func('void TFE_OpSetAttrShape(void*, const char*, int64_t*, int, void*)'),
    execute: lib.func('void TFE_Execute(void*, void*, void*, void*)'),
    newExecutor: lib.func('void* TFE_NewExecutor(bool, bool, int)'),
    executorOfThread: lib.func('void* TFE_ContextGetExecutorForThread(void*)'),
    setExecutorOfThread: lib.func('void TFE_ContextSetExecutorForThread(void*, void*)'),
  };

  const status = c.newStatus() as Pointer;
  const check = (): void => {
    if (c.code(status) !== 0) throw new Error(`TensorFlow: ${c.message(status)}`);
  };

  const options = c.newContextOptions() as Pointer;
  const config = contextConfig();
  if (config) c.setConfig(options, config, config.length, status);
  const context = c.newContext(options, status) as Pointer;
  c.deleteContextOptions(options);
  check();
  const { device, gpu } = pickDevice();

  const handles = new Map<number, Pointer>();
  let nextId = 0;
  const keep = (handle: Pointer): number => {
    handles.set(nextId, handle);
    return nextId++;
  };
  const handleOf = (id: number): Pointer => {
    const handle = handles.get(id);
    if (handle === undefined) throw new Error(`Tensor ${id} is not there; it was deleted or never made.`);
    return handle;
  };
  // As in context.cc.
  let placedOn = '';
  const executed = new Map<string, number>();
  const results = new BigUint64Array(MOST_OUTPUTS);
  const resultCount = new Int32Array(1);

  function pickDevice(): { device: string; gpu: boolean } {
    const list = c.listDevices(context, status) as Pointer;
    check();
    const devices = Array.from({ length: c.deviceCount(list) as number }, (_, i) => ({
      name: c.deviceName(list, i, status) as string,
      type: c.deviceType(list, i, status) as string,
    }));
    c.deleteDevices(list);
    const graphics = devices.find(({ type }) => type === 'GPU');
    return { device: (graphics ?? devices[0]).name, gpu: graphics !== undefined };
  }

  function stringTensor(shape: number[], values: StringData): Pointer {
    const tensor = c.allocateTensor(C.TF_STRING, longs(shape), shape.length, values.length * STRING_BYTES) as Pointer;
    const data = c.tensorData(tensor) as Pointer;
    values.forEach((bytes, i) => {
      const place = data + BigInt(i * STRING_BYTES);
      c.stringInit(place);
      c.stringCopy(place, bytes, bytes.byteLength);
    });
    return tensor;
  }

  function numberTensor(shape: number[], dtype: number, values: Exclude<Values, StringData>): Pointer {
    const wanted = shape.reduce((a, b) => a * b, 1) * (BYTES[dtype] ?? NaN);
    if (values.byteLength !== wanted) {
      throw new Error(`A tensor [${shape}] of type ${dtype} takes ${wanted} bytes, not ${values.byteLength}.`);
    }
    const tensor = c.allocateTensor(dtype, longs(shape), shape.length, wanted) as Pointer;
    if (wanted > 0) view(c.tensorData(tensor) as Pointer, wanted).set(bytesOf(values));
    return tensor;
  }

  let isDeferred = false;
  let executors: { immediate: Pointer; background: Pointer } | undefined;

  function metadata(handle: Pointer): Metadata {
    const rank = isDeferred ? 0 : (c.rank(handle, status) as number);
    const shape = Array.from({ length: rank }, (_, i) => Number(c.dimension(handle, i, status)));
    return { id: keep(handle), shape, dtype: c.dtype(handle) as number };
  }

  function setAttribute(op: Pointer, { name, type, value }: Attribute): void {
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
        return check();
      default:
        throw new Error(`Attribute ${name} has type ${type}, which TensorFlow's C API does not know.`);
    }
  }

  const savedModels = (): never => {
    throw new Error(`SavedModels need the compiled binding; install a C++ compiler and run \`${call('setup')}\`.`);
  };

  return {
    ...CONSTANTS,
    context: () => context,
    place: name => void (placedOn = name),
    executed: name => executed.get(name) ?? 0,
    defer(on: boolean): void {
      isDeferred = on;
      executors ??= {
        immediate: c.executorOfThread(context) as Pointer,
        background: c.newExecutor(true, false, 2) as Pointer,
      };
      c.setExecutorOfThread(context, on ? executors.background : executors.immediate);
    },
    TF_Version: c.version() as string,
    isUsingGpuDevice: () => gpu,
    getNumOfTensors: () => handles.size,
    getNumOfSavedModels: () => 0,
    loadSavedModel: savedModels,
    deleteSavedModel: savedModels,
    runSavedModel: savedModels,

    createTensor(shape: number[], dtype: number, values: Values): number {
      const tensor = Array.isArray(values) ? stringTensor(shape, values) : numberTensor(shape, dtype, values);
      let handle = c.newHandle(tensor, status) as Pointer;
      c.deleteTensor(tensor);
      check();
      // As in the addon: integers stay on the host, where most GPU kernels want them.
      if (gpu && dtype !== C.TF_INT32 && dtype !== C.TF_STRING) {
        const moved = c.copyToDevice(handle, context, device, status) as Pointer;
        c.deleteHandle(handle);
        check();
        handle = moved;
      }
      return keep(handle);
    },

    deleteTensor(id: number): void {
      c.deleteHandle(handleOf(id));
      handles.delete(id);
    },

    tensorDataSync(id: number) {
      const handle = handleOf(id);
      const tensor = c.resolve(handle, status) as Pointer;
      check();
      try {
        const data = c.tensorData(tensor) as Pointer;
        const size = Number(c.tensorBytes(tensor));
        const dtype = c.dtype(handle) as number;
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
      } finally {
        c.deleteTensor(tensor);
      }
    },

    executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): Metadata[] {
      if (outputs > MOST_OUTPUTS) throw new Error(`${name} has ${outputs} outputs; at most ${MOST_OUTPUTS} are right.`);
      const op = c.newOp(context, name, status) as Pointer;
      check();
      try {
        for (const id of inputs) {
          c.addInput(op, handleOf(id), status);
          check();
        }
        for (const attribute of attributes) setAttribute(op, attribute);
        if (placedOn !== '') {
          c.setDevice(op, placedOn, status);
          check();
        }
        resultCount[0] = outputs;
        c.execute(op, results, resultCount, status);
        check();
        if (placedOn !== '' && !isDeferred && resultCount[0] > 0) {
          const where = c.handleDevice(results[0], status) as string;
          executed.set(where, (executed.get(where) ?? 0) + 1);
        }
      } finally {
        c.deleteOp(op);
      }
      return Array.from(results.subarray(0, resultCount[0]), metadata);
    },
  };
}

/** As in context.cc: ConfigProto { device_count { key: "CPU" value: count } }. */
function contextConfig(): Uint8Array | undefined {
  const count = Number(process.env.CNN_KIT_CPU_DEVICES);
  return count > 1 && count < 128 ? Uint8Array.of(10, 7, 10, 3, ...Buffer.from('CPU'), 16, count) : undefined;
}

const BYTES: Record<number, number> = {
  [C.TF_FLOAT]: 4,
  [C.TF_INT32]: 4,
  [C.TF_UINT8]: 1,
  [C.TF_COMPLEX64]: 8,
  [C.TF_INT64]: 8,
  [C.TF_BOOL]: 1,
};

function longs(values: number[]): BigInt64Array {
  return BigInt64Array.from(values, BigInt);
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
