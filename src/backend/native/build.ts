/**
 * Makes TensorFlow for Node out of two published things: the libraries and headers in the PyPI wheel of TensorFlow, and
 * the N-API binding of @tensorflow/tfjs-node-gpu, compiled unchanged against them (design, section 2). Google's own
 * binary for Node holds TensorFlow 2.9 and comes from a storage bucket that many networks do not reach.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';
import { sha256, writeWhole } from '../../node/files';
import {
  ADDON,
  FAILS,
  hasNvidia,
  LIBRARIES,
  TENSORFLOW_VERSION,
  tensorflowFolder,
  WORKS,
  type Variant,
} from './tensorflow';

interface Wheel {
  package: string;
  platform: string;
  sha256: string;
  size: string;
}

/** Wheels by variant and platform: any Python tag will do, as the libraries inside do not depend on Python. */
const WHEELS: Record<Variant, Record<string, Wheel | undefined>> = {
  cpu: {
    'linux-x64': {
      package: 'tensorflow-cpu',
      platform: 'manylinux_2_27_x86_64',
      sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
      size: '274 MB',
    },
    'linux-arm64': {
      package: 'tensorflow',
      platform: 'manylinux_2_27_aarch64',
      sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
      size: '282 MB',
    },
    'darwin-arm64': {
      package: 'tensorflow',
      platform: 'macosx_12_0_arm64',
      sha256: '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
      size: '223 MB',
    },
  },
  cuda: {
    'linux-x64': {
      package: 'tensorflow',
      platform: 'manylinux_2_27_x86_64',
      sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
      size: '572 MB',
    },
  },
};
const CUDA = path.join(__dirname, 'cuda.txt');
const CUDA_SIZE = '2.8 GB';

const PYTHON_TAG = '3.11';
const INSTEAD = 'the kit uses WebAssembly';

export interface BuildOptions {
  /** The checkout. */
  root: string;
  /** A Python that has pip. */
  python: string;
  /** Runs a command to its end, and throws with the last line it printed when it fails. */
  run(command: string, args: string[], options?: { show?: boolean }): Promise<void>;
  log(line: string): void;
}

/** Whether there is a TensorFlow for this system; where there is none, nothing can be fixed. */
export function hasWheel(platform = `${process.platform}-${process.arch}`): boolean {
  return WHEELS.cpu[platform] !== undefined;
}

/**
 * Downloads, unpacks, compiles and tries out what is missing. A step that was cut is done again; nothing counts as done
 * before it is. Resolves with ok false, not an error, where this machine cannot have TensorFlow: the kit runs on
 * WebAssembly then.
 */
export async function buildTensorflow(options: BuildOptions): Promise<{ ok: boolean; detail: string }> {
  const platform = `${process.platform}-${process.arch}`;
  const wheel = WHEELS.cpu[platform];
  if (!wheel) return { ok: false, detail: `There is no TensorFlow for ${platform}; ${INSTEAD}.` };
  const cuda = hasNvidia() ? WHEELS.cuda[platform] : undefined;
  if (cuda) {
    try {
      return { ok: true, detail: await make('cuda', cuda, options) };
    } catch (error) {
      options.log(`TensorFlow for the GPU could not be set up (${(error as Error).message}); the processor computes.`);
    }
  }
  try {
    return { ok: true, detail: await make('cpu', wheel, options) };
  } catch (error) {
    return { ok: false, detail: `TensorFlow could not be set up (${(error as Error).message}); ${INSTEAD}.` };
  }
}

export function findCompiler(): string | undefined {
  return [process.env.CXX, 'g++', 'clang++', 'c++'].find(name => name && spawnSync(name, ['--version']).status === 0);
}

/** Resolves with what was made, in words. */
async function make(variant: Variant, wheel: Wheel, options: BuildOptions): Promise<string> {
  const folder = tensorflowFolder(options.root, variant);
  await unpackWheel(folder, wheel, options);
  if (variant === 'cuda') await installCuda(folder, options);
  const compiler = await compileBinding(folder, options);
  const kind = await tryOut(folder, wheel, options);
  const binding = kind === 'addon' ? `binding compiled with ${compiler}` : 'called through koffi';
  return `TensorFlow ${TENSORFLOW_VERSION}, ${binding}`;
}

async function unpackWheel(folder: string, wheel: Wheel, { root, python, run, log }: BuildOptions): Promise<void> {
  const stamp = path.join(folder, 'unpacked.json');
  const isWhole = LIBRARIES.every(name => fs.existsSync(path.join(folder, 'lib', name)));
  if (isWhole && readStamp(stamp) === wheel.sha256) return;
  const download = path.join(root, '.cache', 'wheels');
  fs.rmSync(download, { recursive: true, force: true });
  fs.mkdirSync(download, { recursive: true });
  fs.mkdirSync(folder, { recursive: true });
  const requirement = path.join(download, 'tensorflow.txt');
  fs.writeFileSync(requirement, `${wheel.package}==${TENSORFLOW_VERSION} --hash=sha256:${wheel.sha256}\n`);
  const gpu = hasNvidia() ? ' for the GPU here (CNN_KIT_GPU=0 does without)' : '';
  log(`TensorFlow ${TENSORFLOW_VERSION}: downloading ${wheel.size}${gpu}`);
  const { words, show } = pip('download', root);
  await twice(log, () =>
    run(
      python,
      [
        ...words,
        ...['--python-version', PYTHON_TAG, '--implementation', 'cp', '--platform', wheel.platform],
        ...['-d', download, '-r', requirement],
      ],
      { show },
    ),
  );
  const file = fs.readdirSync(download).find(name => name.endsWith('.whl'));
  if (!file) throw new Error('pip left no wheel');
  log(`TensorFlow ${TENSORFLOW_VERSION}: unpacking libraries and headers (853 MB)`);
  await unpack(path.join(download, file), folder);
  fs.rmSync(download, { recursive: true });
  writeStamp(stamp, wheel.sha256);
}

/** NVIDIA's libraries that the wheel `tensorflow[and-cuda]` names, beside TensorFlow's. */
async function installCuda(folder: string, { root, python, run, log }: BuildOptions): Promise<void> {
  const stamp = path.join(folder, 'cuda.json');
  const key = sha256(fs.readFileSync(CUDA));
  if (readStamp(stamp) === key) return;
  const target = path.join(folder, 'cuda');
  fs.rmSync(target, { recursive: true, force: true });
  log(`CUDA: downloading and unpacking ${CUDA_SIZE}`);
  const { words, show } = pip('install', root);
  await twice(log, () => run(python, [...words, '--target', target, '-r', CUDA], { show }));
  writeStamp(stamp, key);
}

/** On a terminal pip shows how far it is. */
function pip(command: 'download' | 'install', root: string): { words: string[]; show: boolean } {
  const show = process.stdout.isTTY;
  const words = [
    ...['-m', 'pip', command, '--no-deps', '--require-hashes', '--only-binary=:all:', '--disable-pip-version-check'],
    ...(show ? [] : ['--quiet', '--progress-bar', 'off']),
    ...['--cache-dir', path.join(root, '.cache', 'pip')],
  ];
  return { words, show };
}

/** A large download may be cut; what had arrived of it is not trusted. */
async function twice(log: (line: string) => void, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log(`The download failed (${(error as Error).message}); once more.`);
    await work();
  }
}

const INCLUDE = 'tensorflow/include/';
const HEADERS = ['tensorflow/c/', 'tensorflow/core/platform/ctstring', 'tsl/', 'xla/tsl/'];

/** The place in TensorFlow's folder of a file in its wheel: libraries, and the headers that the C API needs. */
function placeOf(name: string): string | undefined {
  const library = LIBRARIES.find(library => name === `tensorflow/${library}`);
  if (library) return path.join('lib', library);
  const header = name.startsWith(INCLUDE) && name.endsWith('.h') ? name.slice(INCLUDE.length) : '';
  return HEADERS.some(start => header.startsWith(start)) ? path.join('include', header) : undefined;
}

/** Takes what is needed out of a wheel, whose hash pip has checked; each file appears whole or not at all. */
export async function unpack(wheel: string, folder: string): Promise<void> {
  const zip = await yauzl.openPromise(wheel);
  for await (const entry of zip.eachEntry()) {
    const place = placeOf(entry.fileName);
    if (place === undefined) continue;
    const target = path.join(folder, place);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    await pipeline(await zip.openReadStreamPromise(entry), fs.createWriteStream(`${target}.part`));
    fs.renameSync(`${target}.part`, target);
  }
}

/** Compiles the binding, once; resolves with the compiler, if there is one. Without the addon, koffi calls TensorFlow. */
async function compileBinding(folder: string, { run, log }: BuildOptions): Promise<string | undefined> {
  const addon = path.join(folder, ADDON);
  const compiler = findCompiler();
  const headers = nodeHeaders();
  if (!compiler || !headers) return undefined;
  const sources = bindingSources();
  const theirs = fs.readdirSync(sources).sort();
  const files = [...theirs.map(file => path.join(sources, file)), path.join(__dirname, 'context.cc')];
  const key = sha256(...files.map(file => fs.readFileSync(file)), `${compiler} ${process.arch} ${TENSORFLOW_VERSION}`);
  const stamp = path.join(folder, 'compiled.json');
  const tried = readStamp(stamp);
  if (tried === `${key} failed` || (tried === key && fs.existsSync(addon))) return compiler;
  log(`TensorFlow ${TENSORFLOW_VERSION}: compiling the binding with ${compiler}`);
  const isMac = process.platform === 'darwin';
  try {
    await run(compiler, [
      ...['-std=c++17', '-O2', '-shared', '-fPIC', '-DNAPI_VERSION=8', '-w'],
      // In context.cc.
      ...['-DTFE_NewContext=cnn_kit_new_context', '-DTFE_Execute=cnn_kit_execute'],
      ...['-DTF_NewTensor=cnn_kit_new_tensor', '-DTFE_TensorHandleNumDims=cnn_kit_num_dims'],
      ...['-I', path.join(sources, '..'), '-I', path.join(folder, 'include'), '-I', headers],
      ...files.filter(file => file.endsWith('.cc')),
      ...LIBRARIES.map(name => path.join(folder, 'lib', name)),
      // Node's own functions are found when Node loads the addon.
      ...(isMac ? ['-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path/lib'] : ['-Wl,-rpath,$ORIGIN/lib']),
      ...['-o', `${addon}.part`],
    ]);
    fs.renameSync(`${addon}.part`, addon);
    writeStamp(stamp, key);
  } catch (error) {
    log(`The binding could not be compiled (${(error as Error).message}); TensorFlow is called through koffi.`);
    writeStamp(stamp, `${key} failed`);
  }
  return compiler;
}

/**
 * Loads the libraries once in a process of its own: a processor without AVX, or an old C library, ends that process.
 * @throws with the reason, when neither the addon nor koffi can load them
 */
async function tryOut(folder: string, wheel: Wheel, { run, log }: BuildOptions): Promise<'addon' | 'koffi'> {
  const addon = path.join(folder, ADDON);
  const [works, fails] = [WORKS, FAILS].map(name => path.join(folder, name));
  const kind = (): 'addon' | 'koffi' => (fs.existsSync(addon) ? 'addon' : 'koffi');
  const compiled = readStamp(path.join(folder, 'compiled.json'));
  const keyOf = (kind: string): string => `${wheel.sha256} ${compiled} ${kind}`;
  if (readStamp(works) === keyOf(kind())) return kind();
  if (kind() === 'addon') {
    try {
      await run(process.execPath, ['-e', 'require(process.argv[1])', addon]);
    } catch (error) {
      log(`The binding does not load (${(error as Error).message}); TensorFlow is called through koffi.`);
      fs.rmSync(addon);
    }
  }
  if (kind() === 'koffi') {
    try {
      await run(process.execPath, [
        '-e',
        "require('koffi').load(process.argv[1]).func('const char* TF_Version()')()",
        path.join(folder, 'lib', LIBRARIES[0]),
      ]);
    } catch (error) {
      writeStamp(fails, (error as Error).message);
      throw error;
    }
  }
  fs.rmSync(fails, { force: true });
  writeStamp(works, keyOf(kind()));
  return kind();
}

/** The C++ of tfjs-node-gpu: in dist beside this file, else in the npm package. */
function bindingSources(): string {
  const beside = path.join(__dirname, 'binding');
  if (fs.existsSync(beside)) return beside;
  return path.dirname(require.resolve('@tensorflow/tfjs-node-gpu/binding/tfjs_binding.cc'));
}

/** Node's own headers where the installation has them, else those of the npm package node-api-headers. */
function nodeHeaders(): string | undefined {
  return [
    path.join(fs.realpathSync(process.execPath), '..', '..', 'include', 'node'),
    path.join(path.dirname(require.resolve('node-api-headers')), 'include'),
  ].find(folder => fs.existsSync(path.join(folder, 'node_api.h')));
}

function readStamp(file: string): string | undefined {
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as string) : undefined;
}

function writeStamp(file: string, value: string): void {
  writeWhole(file, JSON.stringify(value));
}
