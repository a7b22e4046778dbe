/** TensorFlow's C API, as far as the koffi binding calls it: c_api.h, eager/c_api.h, eager/c_api_experimental.h, tf_tensor.h. */
import koffi from 'koffi';

export type Pointer = bigint;

/** Enumerations of tf_datatype.h and tf_attrtype.h. */
export const CONSTANTS = {
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

/** The functions of the library at `path`. */
export function open(path: string) {
  const lib = koffi.load(path);
  return {
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
}

export type CApi = ReturnType<typeof open>;

/** TensorFlow's eager context, and the status that its functions leave. */
export class Context {
  readonly status: Pointer;
  readonly pointer: Pointer;
  /** Where numbers go that are not integers. */
  readonly device: string;
  readonly hasGpu: boolean;

  constructor(readonly c: CApi) {
    this.status = c.newStatus() as Pointer;
    const options = c.newContextOptions() as Pointer;
    const config = contextConfig();
    if (config) c.setConfig(options, config, config.length, this.status);
    this.pointer = c.newContext(options, this.status) as Pointer;
    c.deleteContextOptions(options);
    this.check();
    const devices = this.devices();
    const graphics = devices.find(({ type }) => type === 'GPU');
    this.device = (graphics ?? devices[0]).name;
    this.hasGpu = graphics !== undefined;
  }

  /** @throws what the last function has left in the status */
  check(): void {
    if (this.c.code(this.status) !== 0) throw new Error(`TensorFlow: ${this.c.message(this.status)}`);
  }

  private devices(): { name: string; type: string }[] {
    const { c, status } = this;
    const list = c.listDevices(this.pointer, status) as Pointer;
    this.check();
    const devices = Array.from({ length: c.deviceCount(list) as number }, (_, i) => ({
      name: c.deviceName(list, i, status) as string,
      type: c.deviceType(list, i, status) as string,
    }));
    c.deleteDevices(list);
    return devices;
  }
}

/** As in context.cc: ConfigProto { device_count { key: "CPU" value: count } }. */
function contextConfig(): Uint8Array | undefined {
  const count = Number(process.env.CNN_KIT_CPU_DEVICES);
  return count > 1 && count < 128 ? Uint8Array.of(10, 7, 10, 3, ...Buffer.from('CPU'), 16, count) : undefined;
}

export function longs(values: number[]): BigInt64Array {
  return BigInt64Array.from(values, BigInt);
}
