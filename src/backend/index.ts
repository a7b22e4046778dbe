/**
 * Which engine computes: TensorFlow where it could be built, else WebAssembly, else plain JavaScript. This folder is the
 * only one that knows their names. Importing it is cheap: the engine is loaded at the first use of a tensor.
 */
import * as tf from '@tensorflow/tfjs';
import { bindingKind, loadBinding, tensorflowMissing } from './native/tensorflow';
import { devices, operationsByDevice, placeLayers } from './native/devices';
import { registerKernels } from './kernels/register';
import { registerCornerGradients } from './corrections/cornerGradients';
import { registerFiles } from './files';
import { transformEveryImage } from './corrections/borrowing';
import { isObserved } from './graph/observe';
import { registerWasm } from './wasm';
import { compileFor, compileModel } from './compile';
import { explainErrors } from './words/explain';
import { runtime } from '../base/runtime';
import '../cifar10';
import '../node';
import '../values';
import { call } from '../node/root';
import { correctWindows, keepNaNInMaxima, registerWindowGradients, trustsOfTfjs } from './corrections/windows';
import type { BindingKind } from './native/types';

export { type Compiled, type CompileOptions, type Step } from '../base/runtime';
export { compile, compileModel } from './compile';
export { devices, onDevice, operationsByDevice, placeLayers } from './native/devices';

export type BackendName = 'tensorflow' | 'wasm' | 'cpu';

export interface BackendInfo {
  name: BackendName;
  device: 'cpu' | 'gpu';
  /** Version of the engine. */
  version: string;
  /** How TensorFlow is called. */
  binding?: BindingKind;
  /** Why this one. */
  reason: string;
  /** What to do to make it faster. */
  faster?: string;
}

runtime.graphs = { compileFor, compileModel, isObserved };
runtime.engine = backend;
runtime.devices = { names: devices, operations: operationsByDevice, place: placeLayers };

const NAMES: readonly BackendName[] = ['tensorflow', 'wasm', 'cpu'];
const SET_UP = call('setup');

const asked = process.env.CNN_KIT_BACKEND || undefined;
const missing = tensorflowMissing();
const chosen = asked ?? (missing ? 'wasm' : 'tensorflow');
const reason = asked ? 'CNN_KIT_BACKEND asks for it' : (missing ?? 'the fastest that is installed');

// tfjs starts a registered backend at the first tensor: with TensorFlow and plain JavaScript, nobody has to call `ready`.
if (chosen === 'tensorflow' && !missing) registerTensorflow();
if (chosen === 'wasm') registerWasm();
if (chosen === 'cpu') void tf.setBackend('cpu');
registerFiles();
explainErrors();
registerCornerGradients();
registerWindowGradients();
// After WebAssembly has borrowed tfjs's own.
keepNaNInMaxima('cpu');
transformEveryImage('cpu');
correctWindows('cpu', trustsOfTfjs);
// Else it greets on stderr at its first use, in a notebook or a test log.
(tf.findBackend('cpu') as { firstUse?: boolean }).firstUse = false;

/**
 * Makes the backend ready and says which it is. Needed before the first tensor only where WebAssembly computes (the
 * notebooks' kernel does it for you); a second call costs nothing.
 *
 * @example (await ready()).name
 * @throws when CNN_KIT_BACKEND names a backend that is unknown or not there.
 */
export async function ready(): Promise<BackendInfo> {
  refuseImpossible();
  await tf.setBackend(chosen);
  await tf.ready();
  return backend();
}

/**
 * Which backend computes, and why.
 * @throws when CNN_KIT_BACKEND names a backend that is unknown or not there, or `ready()` has not been awaited where it has
 * to be, or another backend was set with `tf.setBackend`.
 */
export function backend(): BackendInfo {
  refuseImpossible();
  // TensorFlow starts at its first use.
  const current = tf.getBackend() ?? (chosen === 'tensorflow' ? chosen : undefined);
  if (current !== chosen) {
    throw new Error(
      current === undefined
        ? `The backend ${chosen} is not ready; expected \`await ready()\` before backend().`
        : `The backend in use is ${current}, which was set with tf.setBackend; expected ${chosen} after \`await ready()\`.`,
    );
  }
  if (chosen === 'tensorflow') {
    const { TF_Version: version, isUsingGpuDevice } = loadBinding();
    const binding = bindingKind();
    return { name: 'tensorflow', device: isUsingGpuDevice() ? 'gpu' : 'cpu', version, binding, reason };
  }
  return { name: chosen as BackendName, device: 'cpu', version: tf.version.tfjs, reason, faster: missing && SET_UP };
}

function refuseImpossible(): void {
  if (!(NAMES as readonly string[]).includes(chosen)) {
    throw new Error(`CNN_KIT_BACKEND is '${chosen}'; expected one of ${NAMES.join(', ')}.`);
  }
  if (chosen === 'tensorflow' && missing) {
    throw new Error(`CNN_KIT_BACKEND asks for TensorFlow, but ${missing}; run \`${SET_UP}\`.`);
  }
}

/** Makes tfjs load TensorFlow by itself at the first tensor, and prefer it to every other backend. */
function registerTensorflow(): void {
  tf.registerBackend(
    'tensorflow',
    () => {
      const native = loadBinding();
      const { NodeJSKernelBackend } = require('./native/tfjsNode/backend');
      // 'plain' is tfjs-node as it comes: what benchmarks compare with.
      if (process.env.CNN_KIT_KERNELS !== 'plain') registerKernels(native);
      return new NodeJSKernelBackend(native, 'tfjs-node-gpu') as tf.KernelBackend;
    },
    3,
  );
}
