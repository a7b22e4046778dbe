/** Loads TensorFlow's C library under the JavaScript of @tensorflow/tfjs-node-gpu and registers it as a backend. */
import fs from 'node:fs';
import path from 'node:path';
import type koffi from 'koffi';
import { ROOT } from '../../node/root';
import type { Binding, BindingKind } from './types';

export const TENSORFLOW_VERSION = '2.21.0';
export const ADDON = 'tfjs_binding.node';
export const LIBRARIES =
  process.platform === 'darwin'
    ? ['libtensorflow_cc.2.dylib', 'libtensorflow_framework.2.dylib']
    : ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** TensorFlow for the processor, or with kernels for an NVIDIA GPU. */
export type Variant = 'cpu' | 'cuda';

/** Whether an NVIDIA GPU is here; CNN_KIT_GPU=0 or 1 says it in place of the driver (under WSL, a library of Windows). */
export function hasNvidia(): boolean {
  if (process.env.CNN_KIT_GPU) return process.env.CNN_KIT_GPU !== '0';
  return ['/proc/driver/nvidia/version', '/usr/lib/wsl/lib/libcuda.so.1'].some(file => fs.existsSync(file));
}

/** Where the set-up puts TensorFlow; unless told, the variant that this machine uses. */
export function tensorflowFolder(root = ROOT, variant = variantInUse(root)): string {
  return path.join(
    root,
    '.cache',
    'tensorflow',
    variant === 'cuda' ? `${TENSORFLOW_VERSION}-cuda` : TENSORFLOW_VERSION,
  );
}

function variantInUse(root: string): Variant {
  const works = path.join(tensorflowFolder(root, 'cuda'), WORKS);
  return hasNvidia() && fs.existsSync(works) ? 'cuda' : 'cpu';
}

/** Written in the folder once the libraries were seen to load on this machine, */
export const WORKS = 'works.json';
/** or, with the reason in it, to fail: so they do on processors without AVX, and on systems with an old C library. */
export const FAILS = 'fails.json';

let binding: Binding | undefined;

/** Why TensorFlow cannot be loaded here, in words; undefined if its parts are there. */
export function tensorflowMissing(): string | undefined {
  const folder = tensorflowFolder();
  const missing = LIBRARIES.find(name => !fs.existsSync(path.join(folder, 'lib', name)));
  if (missing) return `${path.join(path.relative(ROOT, folder), 'lib', missing)} is not there`;
  const fails = path.join(folder, FAILS);
  if (fs.existsSync(fails)) return `TensorFlow does not run here: ${JSON.parse(fs.readFileSync(fails, 'utf8'))}`;
  return undefined;
}

/** The compiled binding where there is one; CNN_KIT_BINDING=koffi does without, which is how tests try the other. */
export function bindingKind(): BindingKind {
  const compiled = fs.existsSync(path.join(tensorflowFolder(), ADDON));
  return compiled && process.env.CNN_KIT_BINDING !== 'koffi' ? 'addon' : 'koffi';
}

/** The native library, loaded on the first call, which takes about a second. */
export function loadBinding(): Binding {
  // TensorFlow prints start-up lines even at this level, before any code of ours runs: hence also `quietly`.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  if (binding) return binding;
  binding = quietly(() => {
    loadCuda(path.join(tensorflowFolder(), 'cuda', 'nvidia'));
    if (bindingKind() === 'addon') return require(path.join(tensorflowFolder(), ADDON)) as Binding;
    const { koffiBinding } = require('./koffiBinding') as typeof import('./koffiBinding');
    return koffiBinding(path.join(tensorflowFolder(), 'lib', LIBRARIES[0]));
  });
  if (process.platform === 'linux') letGoOfPages();
  return binding;
}

/**
 * Loading reads most of the library, 250 MB of it, for its relocations and the registration of thousands of kernels. What
 * of this is needed again comes back from the file, or the page cache, by itself.
 */
function letGoOfPages(): void {
  const koffi = require('koffi') as typeof import('koffi');
  const madvise = koffi.load('libc.so.6').func('int madvise(void*, size_t, int)');
  const MADV_DONTNEED = 4;
  const areas = fs.readFileSync('/proc/self/smaps', 'utf8').split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/);
  for (const area of areas) {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) r-.p .*\/libtensorflow_/.exec(area) ?? [];
    // Where nothing was ever written, so that the file has it all.
    if (!from || !/^Anonymous: +0 kB$/m.test(area)) continue;
    madvise(BigInt(`0x${from}`), Number(BigInt(`0x${to}`) - BigInt(`0x${from}`)), MADV_DONTNEED);
  }
}

/** TensorFlow opens CUDA's libraries by name, and finds those that are loaded already, wherever they lie. */
function loadCuda(folder: string): void {
  if (!fs.existsSync(folder)) return;
  const { load } = require('koffi') as typeof koffi;
  const wanted = /^lib(cudart|cublas|cublasLt|cudnn|cufft|cupti|curand|cusolver|cusparse|nccl|nvJitLink|nvrtc)\.so/;
  for (const part of fs.readdirSync(folder)) {
    const libraries = path.join(folder, part, 'lib');
    if (!fs.existsSync(libraries)) continue;
    for (const name of fs.readdirSync(libraries).filter(name => wanted.test(name))) {
      try {
        load(path.join(libraries, name), { lazy: true, global: true });
      } catch {
        // TensorFlow itself finds out, and computes on the processor.
      }
    }
  }
}

/** TensorFlow's C library, for functions that the binding does not call, and the context that the binding computes in. */
export function openLibrary(): { library: ReturnType<typeof koffi.load>; context: bigint } {
  const native = loadBinding();
  const { load, address } = require('koffi') as typeof koffi;
  const library = load(path.join(tensorflowFolder(), 'lib', LIBRARIES[0]));
  if (native.context) return { library, context: native.context() };
  const addon = load(path.join(tensorflowFolder(), ADDON));
  return { library, context: address(addon.func('void* cnn_kit_context()')()) };
}

let defer: ((on: boolean) => void) | undefined;

/**
 * Starts operations that are computed in the background, one after the other, while JavaScript goes on. The shapes that
 * `start` gets with their results are not the true ones. Whoever reads a result
 * waits for it, and gets the error if one failed.
 */
export function deferring<T>(start: () => T): T {
  defer ??= ((native = loadBinding()) => {
    if (native.defer) return native.defer;
    const { load } = require('koffi') as typeof koffi;
    return load(path.join(tensorflowFolder(), ADDON)).func('void cnn_kit_defer(bool)') as (on: boolean) => void;
  })();
  defer(true);
  try {
    return start();
  } finally {
    defer(false);
  }
}

/** After an operation failed in the background: those that are started from now on run again. */
export function forgetFailure(): void {
  const { library, context } = openLibrary();
  const executorOfThread = library.func('void* TFE_ContextGetExecutorForThread(void*)');
  const clearError = library.func('void TFE_ExecutorClearError(void*)');
  const deleteExecutor = library.func('void TFE_DeleteExecutor(void*)');
  deferring(() => {
    const executor = executorOfThread(context);
    clearError(executor);
    // Of what was handed out; the executor itself stays.
    deleteExecutor(executor);
  });
}

/** Runs `load` with the process's stderr (the descriptor, which native code writes to) turned to nothing. */
function quietly<T>(load: () => T): T {
  if (process.platform === 'win32') return load();
  const koffi = require('koffi') as typeof import('koffi');
  const libc = koffi.load(process.platform === 'darwin' ? 'libSystem.dylib' : 'libc.so.6');
  const dup = libc.func('int dup(int)');
  const dup2 = libc.func('int dup2(int, int)');
  const close = libc.func('int close(int)');
  const saved = dup(2) as number;
  const nowhere = fs.openSync('/dev/null', 'w');
  dup2(nowhere, 2);
  try {
    return load();
  } finally {
    dup2(saved, 2);
    fs.closeSync(nowhere);
    // Not through Node, whose worker threads warn of a descriptor that they did not open.
    close(saved);
  }
}
