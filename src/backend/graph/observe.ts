/** Stands between tfjs and TensorFlow for the time of one call, so that the call can be recorded or followed. */
import * as tf from '@tensorflow/tfjs';
import type { NodeAttribute } from './graphDef';
import { type Output } from './types';
import type { TensorEntry, TensorflowBackend } from '../native/types';

/** What TensorFlow's binding is asked for while a call is observed; each may pass it on to the binding itself. */
export interface Observer {
  /** @param isNoise whether `tf.dropout` drew the values, without a seed */
  createTensor(shape: number[], dtype: number, values: ArrayBufferView, isNoise: boolean): number;
  executeOp(operation: string, attributes: NodeAttribute[], ids: number[], count: number): Output[];
  tensorDataSync(id: number): unknown;
  deleteTensor(id: number): void;
  /** Tensors are about to be inputs; called before `executeOp`. */
  uses(ids: number[], tensors: tf.TensorInfo[]): void;
  /** A tensor is there from now on. */
  has?(entry: TensorEntry): void;
}

let active = false;

/** Whether the running call is recorded or followed. */
export const isObserved = (): boolean => active;

/** Runs `body` with `observer` in place of the binding; tensors older than the call go to the binding directly. */
export function observe<T>(backend: TensorflowBackend, observer: Observer, body: () => T): T {
  const { binding, getInputTensorIds, tensorMap, write } = backend;
  const { set } = tensorMap;
  const written = new WeakSet<object>();
  const noise = new WeakSet<object>();
  const random = Math.random;
  let drawnIn: number | undefined;
  let isNoise = false;
  // The addon's own properties cannot be written to.
  const watching = Object.setPrototypeOf(
    {
      createTensor: (shape: number[], dtype: number, values: ArrayBufferView) =>
        observer.createTensor(shape, dtype, values, isNoise),
      executeOp: (operation: string, attributes: NodeAttribute[], ids: number[], count: number) =>
        observer.executeOp(operation, attributes, ids, count),
      tensorDataSync: (id: number) => observer.tensorDataSync(id),
      deleteTensor: (id: number) => observer.deleteTensor(id),
    },
    binding,
  ) as typeof binding;
  backend.binding = watching;
  backend.write = (values, shape, dtype) => {
    const dataId = write.call(backend, values, shape, dtype);
    written.add(dataId);
    if (isDropoutNoise(drawnIn)) noise.add(dataId);
    return dataId;
  };
  backend.getInputTensorIds = tensors => {
    const ids = tensors.map(tensor => {
      // What is older than the call is not its constant, even if TensorFlow gets to see it only now.
      backend.binding = written.has(tensor.dataId) ? watching : binding;
      isNoise = noise.has(tensor.dataId);
      return getInputTensorIds.call(backend, [tensor])[0];
    });
    backend.binding = watching;
    observer.uses(ids, tensors);
    return ids;
  };
  tensorMap.set = (dataId, entry) => {
    set.call(tensorMap, dataId, entry);
    observer.has?.(entry);
  };
  Math.random = () => {
    drawnIn = tf.engine().state.activeScope?.id;
    return random();
  };
  const wasActive = active;
  active = true;
  try {
    return body();
  } finally {
    active = wasActive;
    Math.random = random;
    backend.binding = binding;
    // The methods of the class show again.
    delete (backend as Partial<TensorflowBackend>).getInputTensorIds;
    delete (backend as Partial<TensorflowBackend>).write;
    delete (tensorMap as Partial<typeof tensorMap>).set;
  }
}

/** tfjs draws dropout's noise by `randomUniform`, which takes its seed from Math.random where it was given none. */
function isDropoutNoise(drawnIn: number | undefined): boolean {
  const { scopeStack, activeScope } = tf.engine().state;
  const names = scopeStack.map(({ name }) => name);
  return activeScope?.name === 'randomUniform__op' && activeScope.id === drawnIn && names.at(-2) === 'dropout__op';
}

/** TensorFlow's number of a tensor; its values go to TensorFlow now if they had not yet. */
export const idOf = (backend: TensorflowBackend, tensor: tf.TensorInfo): number =>
  backend.getInputTensorIds([tensor])[0];
