/**
 * Makes TensorFlow for Node out of two published things: the libraries and headers in the PyPI wheel of TensorFlow, and
 * the N-API binding of @tensorflow/tfjs-node-gpu, compiled unchanged against them (design, section 2). Google's own
 * binary for Node holds TensorFlow 2.9 and comes from a storage bucket that many networks do not reach.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { ADDON, LIBRARIES, TENSORFLOW_VERSION, tensorflowFolder } from './tensorflow';

/** Wheels by platform: any Python tag will do, as the libraries inside do not depend on Python. */
const WHEELS: Record<string, { package: string; platform: string; sha256: string; size: string }> = {
  'linux-x64': {
    package: 'tensorflow-cpu',
    platform: 'manylinux_2_27_x86_64',
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    size: '274 MB',
  },
};

const PYTHON_TAG = '3.11';

export interface BuildOptions {
  /** The checkout. */
  root: string;
  /** A Python that has pip. */
  python: string;
  log(line: string): void;
}

/**
 * Downloads, unpacks and compiles what is missing. A step that was cut is done again; nothing counts as done before it
 * is. Resolves with ok false, not an error, where this machine cannot have TensorFlow: the kit runs on WebAssembly then.
 */
export async function buildTensorflow({ root, python, log }: BuildOptions): Promise<{ ok: boolean; detail: string }> {
  const key = `${process.platform}-${process.arch}`;
  const wheel = WHEELS[key];
  if (!wheel) return { ok: false, detail: `There is no TensorFlow wheel for ${key}; the kit uses WebAssembly.` };
  const folder = tensorflowFolder(root);
  try {
    await unpackWheel(folder, wheel, { root, python, log });
  } catch (error) {
    return {
      ok: false,
      detail: `TensorFlow could not be fetched (${(error as Error).message}); the kit uses WebAssembly.`,
    };
  }
  const compiler = findCompiler();
  if (!compiler)
    return { ok: true, detail: `TensorFlow ${TENSORFLOW_VERSION}, called through koffi (no C++ compiler here)` };
  try {
    await compileBinding(folder, compiler, { root, log });
  } catch (error) {
    log(`The binding could not be compiled (${(error as Error).message}); TensorFlow is called through koffi.`);
    return { ok: true, detail: `TensorFlow ${TENSORFLOW_VERSION}, called through koffi` };
  }
  return { ok: true, detail: `TensorFlow ${TENSORFLOW_VERSION}, binding compiled with ${compiler}` };
}

export function findCompiler(): string | undefined {
  return [process.env.CXX, 'g++', 'clang++', 'c++'].find(name => name && spawnSync(name, ['--version']).status === 0);
}

async function unpackWheel(
  folder: string,
  wheel: (typeof WHEELS)[string],
  { root, python, log }: BuildOptions,
): Promise<void> {
  const stamp = path.join(folder, 'unpacked.json');
  if (readStamp(stamp) === wheel.sha256) return;
  const download = path.join(root, '.cache', 'wheels');
  fs.mkdirSync(download, { recursive: true });
  fs.mkdirSync(folder, { recursive: true });
  const requirement = path.join(download, 'tensorflow.txt');
  fs.writeFileSync(requirement, `${wheel.package}==${TENSORFLOW_VERSION} --hash=sha256:${wheel.sha256}\n`);
  log(`TensorFlow ${TENSORFLOW_VERSION}: downloading ${wheel.size}`);
  await run(python, [
    ...['-m', 'pip', 'download', '--no-deps', '--require-hashes', '--only-binary=:all:', '--progress-bar', 'off'],
    ...['--disable-pip-version-check', '--quiet', '--cache-dir', path.join(root, '.cache', 'pip')],
    ...[
      '--python-version',
      PYTHON_TAG,
      '--implementation',
      'cp',
      '--platform',
      wheel.platform,
      '-d',
      download,
      '-r',
      requirement,
    ],
  ]);
  const file = fs
    .readdirSync(download)
    .find(name => name.startsWith(wheel.package.replace('-', '_')) && name.endsWith('.whl'));
  if (!file) throw new Error('pip left no wheel');
  log(`TensorFlow ${TENSORFLOW_VERSION}: unpacking libraries and headers (853 MB)`);
  await run(python, ['-c', UNPACK, path.join(download, file), folder, ...LIBRARIES.map(name => `tensorflow/${name}`)]);
  fs.rmSync(download, { recursive: true });
  writeStamp(stamp, wheel.sha256);
}

/** Takes the named libraries and the headers that the C API needs out of a wheel; each file appears whole or not at all. */
const UNPACK = `
import os, shutil, sys, zipfile
wheel, folder, *libraries = sys.argv[1:]
include = "tensorflow/include/"
wanted = ("tensorflow/c/", "tensorflow/core/platform/ctstring", "tsl/", "xla/tsl/")
with zipfile.ZipFile(wheel) as archive:
    for member in archive.infolist():
        name = member.filename
        if name in libraries:
            target = os.path.join(folder, "lib", os.path.basename(name))
        elif name.startswith(include) and name[len(include):].startswith(wanted) and name.endswith(".h"):
            target = os.path.join(folder, "include", name[len(include):])
        else:
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with archive.open(member) as source, open(target + ".part", "wb") as out:
            shutil.copyfileobj(source, out, 1 << 22)
        os.replace(target + ".part", target)
`;

async function compileBinding(
  folder: string,
  compiler: string,
  { root, log }: Pick<BuildOptions, 'root' | 'log'>,
): Promise<void> {
  const sources = path.join(root, 'node_modules', '@tensorflow', 'tfjs-node-gpu', 'binding');
  const headers = nodeHeaders(root);
  if (!headers) throw new Error('the headers of Node are missing');
  const files = fs.readdirSync(sources).sort().map(file => path.join(sources, file)); // prettier-ignore
  files.push(path.join(root, 'src', 'backend', 'context.cc'));
  const hash = createHash('sha256');
  for (const file of files) hash.update(fs.readFileSync(file));
  const key = hash.update(`${compiler} ${process.arch} ${TENSORFLOW_VERSION}`).digest('hex');
  const stamp = path.join(folder, 'compiled.json');
  const addon = path.join(folder, ADDON);
  if (readStamp(stamp) === key && fs.existsSync(addon)) return;
  log(`TensorFlow ${TENSORFLOW_VERSION}: compiling the binding with ${compiler}`);
  await run(compiler, [
    ...['-std=c++17', '-O2', '-shared', '-fPIC', '-DNAPI_VERSION=8', '-w'],
    // In context.cc.
    ...['-DTFE_NewContext=cnn_kit_new_context', '-DTFE_Execute=cnn_kit_execute'],
    ...['-DTF_NewTensor=cnn_kit_new_tensor', '-DTFE_TensorHandleNumDims=cnn_kit_num_dims'],
    ...['-I', path.join(sources, '..'), '-I', path.join(folder, 'include'), '-I', headers],
    ...files.filter(file => file.endsWith('.cc')),
    ...LIBRARIES.map(name => path.join(folder, 'lib', name)),
    ...['-Wl,-rpath,$ORIGIN/lib', '-o', `${addon}.part`],
  ]);
  fs.renameSync(`${addon}.part`, addon);
  writeStamp(stamp, key);
}

/** Node's own headers where the installation has them, else those of the npm package node-api-headers. */
function nodeHeaders(root: string): string | undefined {
  return [
    path.join(fs.realpathSync(process.execPath), '..', '..', 'include', 'node'),
    path.join(root, 'node_modules', 'node-api-headers', 'include'),
  ].find(folder => fs.existsSync(path.join(folder, 'node_api.h')));
}

function readStamp(file: string): string | undefined {
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as string) : undefined;
}

function writeStamp(file: string, value: string): void {
  fs.writeFileSync(`${file}.part`, JSON.stringify(value));
  fs.renameSync(`${file}.part`, file);
}

/** Runs a command to its end; its last line of error output is the message of a failure. */
function run(command: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-4000)));
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === 0) return resolve();
      const last = errors.trim().split('\n').pop();
      reject(new Error(last || `${command} ended with ${signal ?? `status ${code}`}`));
    });
  });
}
