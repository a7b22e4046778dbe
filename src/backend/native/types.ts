/** What TensorFlow's native side and the JavaScript of tfjs-node are to each other. */
import type * as tf from '@tensorflow/tfjs';
import type { TFJSBinding } from '@tensorflow/tfjs-node-gpu/dist/tfjs_binding';

/** What the JavaScript of tfjs-node asks of its native side; the addon has it, and so has our koffi binding. */
export type Binding = Omit<TFJSBinding, 'TensorMetadata' | 'TFEOpAttr' | 'tensorDataSync'> & {
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array | BigInt64Array | Uint8Array[];
  /** Address of the TFE_Context in which it runs operations; only koffi's binding tells it by itself. */
  context?(): bigint;
  /** Where operations run from now on; '' leaves it to TensorFlow. Of koffi's binding, as the next one. */
  place?(device: string): void;
  /** Operations since the start that were placed on the device, and ran there. */
  executed?(device: string): number;
  /** See `deferring`; only koffi's binding does it by itself. */
  defer?(on: boolean): void;
};
export type BindingKind = 'addon' | 'koffi';

export interface Attribute {
  name: string;
  type: number;
  value: unknown;
}

/** What we use of NodeJSKernelBackend. */
export interface TensorflowBackend extends tf.KernelBackend {
  binding: Binding;
  executeSingleOutput(operation: string, attributes: Attribute[], inputs: tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(
    operation: string,
    attributes: Attribute[],
    inputs: tf.TensorInfo[],
    count: number,
  ): tf.Tensor[];
  getInputTensorIds(tensors: tf.TensorInfo[]): number[];
  incRef(dataId: object): void;
  refCount(dataId: object): number;
  disposeData(dataId: object): boolean;
  tensorMap: { get(dataId: object): TensorEntry; set(dataId: object, entry: TensorEntry): void };
  readSync(dataId: object): tf.backend_util.BackendValues;
  write(values: unknown, shape: number[], dtype: tf.DataType): object;
  createOutputTensor(metadata: { id: number; shape: number[]; dtype: number }): tf.Tensor;
}

/** tfjs-node's entry of a tensor's data: TensorFlow's number of it, or the values that TensorFlow has not seen yet. */
export interface TensorEntry {
  id: number;
  shape: number[];
  dtype: number;
  values: unknown;
}
