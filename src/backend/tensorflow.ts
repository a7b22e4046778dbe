/** Loads TensorFlow's C library under the JavaScript of @tensorflow/tfjs-node-gpu and registers it as a backend. */
import fs from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';

export const TENSORFLOW_VERSION = '2.21.0';
export const ADDON = 'tfjs_binding.node';
export const LIBRARIES =
  process.platform === 'darwin'
    ? ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib']
    : ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

const ROOT = path.join(__dirname, '..', '..');

export function tensorflowFolder(root = ROOT): string {
  return path.join(root, '.cache', 'tensorflow', TENSORFLOW_VERSION);
}

/** What the JavaScript of tfjs-node asks of its native side; the addon has it, and so has our koffi binding. */
export interface Binding {
  TF_Version: string;
  isUsingGpuDevice(): boolean;
}

let binding: Binding | undefined;

/** Why TensorFlow cannot be loaded here, in words; undefined if its parts are there. */
export function tensorflowMissing(): string | undefined {
  const folder = tensorflowFolder();
  const missing = [ADDON, ...LIBRARIES.map(name => path.join('lib', name))].find(
    name => !fs.existsSync(path.join(folder, name)),
  );
  return missing && `${path.join('.cache', 'tensorflow', TENSORFLOW_VERSION, missing)} is not there`;
}

/** The native library, loaded on the first call, which takes about a second. */
export function loadBinding(): Binding {
  // TensorFlow prints start-up lines even at this level, before any code of ours runs: hence also `quietly`.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  return (binding ??= quietly(() => require(path.join(tensorflowFolder(), ADDON)) as Binding));
}

/** Makes tfjs load TensorFlow by itself at the first tensor, and prefer it to every other backend. */
export function registerTensorflow(): void {
  tf.registerBackend(
    'tensorflow',
    () => {
      const native = loadBinding();
      const { NodeJSKernelBackend } = require('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend');
      require('@tensorflow/tfjs-node-gpu/dist/register_all_kernels');
      return new NodeJSKernelBackend(native, 'tfjs-node-gpu') as tf.KernelBackend;
    },
    3,
  );
}

/** Runs `load` with the process's stderr (the descriptor, which native code writes to) turned to nothing. */
function quietly<T>(load: () => T): T {
  if (process.platform === 'win32') return load();
  const koffi = require('koffi') as typeof import('koffi');
  const libc = koffi.load(process.platform === 'darwin' ? 'libSystem.dylib' : 'libc.so.6');
  const dup = libc.func('int dup(int)');
  const dup2 = libc.func('int dup2(int, int)');
  const saved = dup(2) as number;
  const nowhere = fs.openSync('/dev/null', 'w');
  dup2(nowhere, 2);
  try {
    return load();
  } finally {
    dup2(saved, 2);
    fs.closeSync(nowhere);
    fs.closeSync(saved);
  }
}
