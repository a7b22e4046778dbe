/**
 * Which device computes what, by TensorFlow's own placement (TFE_OpSetDevice): AlexNet's two towers had a graphics card
 * each. Without graphics cards, CNN_KIT_CPU_DEVICES=2 in the environment makes TensorFlow count one processor as two
 * devices, between which it copies as it would between cards.
 */
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { func, network, wholeNumber } from '../../base/options';
import { ADDON, loadBinding, openLibrary, tensorflowFolder } from './tensorflow';

interface Placement {
  names: string[];
  place(device: string): void;
  executed(device: string): number;
}

let current = '';
let placement: Placement | undefined;

/** The device that `onDevice` names just now; '' outside of it. */
export const placedOn = (): string => current;

/**
 * Those that can be computed on: all graphics cards, or all processors where there are none. Backends without placement
 * have one.
 */
export function devices(): string[] {
  return tf.getBackend() === 'tensorflow' ? [...(placement ??= load()).names] : [tf.getBackend()];
}

/**
 * Runs `compute`, its operations on this device and, later, those of their gradients, too. Tensors from elsewhere are
 * copied there. Where there are fewer devices, they share: device 1 of one is device 0.
 * @param device 0, 1, ...
 */
export function onDevice<T>(device: number, compute: () => T): T {
  wholeNumber('device of onDevice', device, 0);
  func('second argument of onDevice', compute);
  if (tf.getBackend() !== 'tensorflow') return compute();
  const { names } = (placement ??= load());
  const name = names[device % names.length];
  const tape = tf.engine().state.activeTape as TapeNode[] | null;
  const first = tape?.length ?? 0;
  const result = on(name, compute);
  for (const node of tape?.slice(first) ?? []) placeGradient(node, name);
  return result;
}

/** How many operations `onDevice` has run on each device so far. A graph counts where it was started. */
export function operationsByDevice(): number[] {
  if (tf.getBackend() !== 'tensorflow') return [0];
  const { names, executed } = (placement ??= load());
  return names.map(executed);
}

/**
 * Puts the layers of a model on devices: they compute there whenever the model does.
 * @param deviceOf the device of a layer by its name; undefined leaves it to TensorFlow
 */
export function placeLayers(model: tf.LayersModel, deviceOf: (name: string) => number | undefined): void {
  network('model of placeLayers', model);
  func('second argument of placeLayers', deviceOf, "a function of a layer's name");
  for (const layer of model.layers) {
    const device = deviceOf(layer.name);
    if (device === undefined) continue;
    wholeNumber(`device of ${layer.name}`, device, 0);
    const call = layer.call.bind(layer);
    layer.call = (inputs, kwargs) => onDevice(device, () => call(inputs, kwargs));
  }
}

function on<T>(name: string, compute: () => T): T {
  const before = current;
  placement!.place((current = name));
  try {
    return compute();
  } finally {
    placement!.place((current = before));
  }
}

/** What tfjs keeps of an operation for its gradient. */
interface TapeNode {
  gradient?(dy: unknown): Record<string, () => tf.Tensor>;
  placed?: boolean;
}

function placeGradient(node: TapeNode, name: string): void {
  const { gradient } = node;
  // A device within a device has placed its own.
  if (!gradient || node.placed) return;
  node.placed = true;
  node.gradient = dy => {
    const parts = on(name, () => gradient(dy));
    return Object.fromEntries(Object.entries(parts).map(([input, part]) => [input, () => on(name, part)]));
  };
}

function load(): Placement {
  const { library, context } = openLibrary();
  const status = library.func('void* TF_NewStatus()')() as bigint;
  const list = library.func('void* TFE_ContextListDevices(void*, void*)')(context, status) as bigint;
  const nameOf = library.func('const char* TF_DeviceListName(void*, int, void*)');
  const typeOf = library.func('const char* TF_DeviceListType(void*, int, void*)');
  const found = Array.from({ length: library.func('int TF_DeviceListCount(void*)')(list) as number }, (_, i) => ({
    name: nameOf(list, i, status) as string,
    type: typeOf(list, i, status) as string,
  }));
  library.func('void TF_DeleteDeviceList(void*)')(list);
  library.func('void TF_DeleteStatus(void*)')(status);
  const type = found.some(({ type }) => type === 'GPU') ? 'GPU' : 'CPU';
  const names = found.filter(device => device.type === type).map(({ name }) => name);

  const { place, executed } = loadBinding();
  if (place && executed) return { names, place, executed };
  const { load: open } = require('koffi') as typeof import('koffi');
  const addon = open(path.join(tensorflowFolder(), ADDON));
  const count = addon.func('int64_t cnn_kit_executed(const char*)');
  return {
    names,
    place: addon.func('void cnn_kit_place(const char*)') as (device: string) => void,
    executed: name => Number(count(name)),
  };
}
