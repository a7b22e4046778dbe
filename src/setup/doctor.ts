/** `npm run doctor`: one line for each part, its state, and the one command that fixes what is wrong. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../node/root';
import { findCompiler, hasWheel } from '../backend/native/build';
// BEGIN INSTRUCTOR
import { examineSandbox } from '../sandbox/probes';
// END INSTRUCTOR
import { KERNEL_NAME } from './jupyter';
import { findPython, inVenv, VENV } from './python';
import { environment } from './steps';

export interface Finding {
  part: string;
  /** 'ok', 'slower' or 'missing'; lectures run unless a part is missing. */
  state: 'ok' | 'slower' | 'missing';
  detail: string;
  /** The command that fixes it. */
  fix?: string;
}

const SET_UP = 'npm run setup';
/** For what is there, but broken. */
const AGAIN = 'npm run setup -- --again';

/** How this system installs a package of its own: Debian's name, Fedora's, Arch's, and what macOS and Windows take. */
function install(debian: string, fedora: string, arch: string, mac: string, windows: string): string {
  if (process.platform === 'darwin') return mac;
  if (process.platform === 'win32') return windows;
  const has = (program: string): boolean => fs.existsSync(path.join('/usr/bin', program));
  const root = process.getuid?.() === 0 ? '' : 'sudo ';
  if (has('dnf')) return `${root}dnf install ${fedora}`;
  if (has('pacman')) return `${root}pacman -S ${arch}`;
  return `${root}apt install ${debian}`;
}

/** `json`: the findings as JSON. Resolves with exit status 1 if lectures cannot run. */
export async function doctor({ json = false } = {}): Promise<number> {
  const findings = examineAll();
  // BEGIN INSTRUCTOR
  findings.push(await sandbox());
  // END INSTRUCTOR
  if (json) console.log(JSON.stringify(findings, null, 2));
  else
    for (const { part, state, detail, fix } of findings)
      console.log(`${part.padEnd(12)}${state.padEnd(9)}${detail}${fix ? `: ${fix}` : ''}`);
  return findings.some(finding => finding.state === 'missing') ? 1 : 0;
}

function examineAll(): Finding[] {
  return [
    { part: 'Node', state: 'ok', detail: process.versions.node },
    python(),
    compiler(),
    ...backend(),
    kernel(),
    jupyterLab(),
  ];
}

function python(): Finding {
  try {
    const { command, version } = findPython();
    return { part: 'Python', state: 'ok', detail: `${version} (${command})` };
  } catch (error) {
    const fix = install(
      'python3 python3-venv',
      'python3',
      'python',
      'brew install python',
      'winget install Python.Python.3.12',
    );
    return { part: 'Python', state: 'missing', detail: (error as Error).message.replace(/\.$/, ''), fix };
  }
}

function compiler(): Finding {
  const found = findCompiler();
  if (found) return { part: 'compiler', state: 'ok', detail: found };
  const visualStudio = 'winget install Microsoft.VisualStudio.2022.BuildTools';
  const fix = install('g++', 'gcc-c++', 'gcc', 'xcode-select --install', visualStudio);
  return { part: 'compiler', state: 'slower', detail: 'no C++ compiler', fix };
}

/** In a process of its own: a library that cannot be loaded must not take the doctor with it. */
function backend(): Finding[] {
  const library = path.join(ROOT, 'dist', 'index.js');
  if (!fs.existsSync(library))
    return [{ part: 'TensorFlow', state: 'missing', detail: 'the library is not compiled', fix: SET_UP }];
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', MEASURE, library], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (status !== 0) {
    const reason = /Error: (.*)/.exec(stderr)?.[1] ?? stderr.trim().split('\n').pop() ?? 'it ended without a word';
    const fix = process.env.CNN_KIT_BACKEND ? UNSET : AGAIN;
    return [
      { part: 'TensorFlow', state: 'slower', detail: 'not in use', fix },
      { part: 'backend', state: 'missing', detail: reason.replace(/\.$/, ''), fix },
    ];
  }
  const { info, gigaflops } = JSON.parse(stdout) as { info: import('../backend').BackendInfo; gigaflops: number };
  const speed = `${gigaflops.toFixed(1)} GFLOP/s in a matrix product`;
  return [tensorflow(info), { part: 'backend', state: 'ok', detail: `${info.name} on ${info.device}, ${speed}` }];
}

const UNSET = process.platform === 'win32' ? 'set CNN_KIT_BACKEND=' : 'unset CNN_KIT_BACKEND';

function tensorflow({ name, version, binding, reason }: import('../backend').BackendInfo): Finding {
  if (name === 'tensorflow') return { part: 'TensorFlow', state: 'ok', detail: `${version} through ${binding}` };
  const finding = { part: 'TensorFlow', state: 'slower', detail: `not in use (${reason})` } as const;
  if (process.env.CNN_KIT_BACKEND) return { ...finding, fix: UNSET };
  if (hasWheel()) return { ...finding, fix: SET_UP };
  return process.platform === 'win32' ? { ...finding, fix: 'wsl --install' } : finding;
}

/** Best of five products of two 1024 x 1024 matrices (2 * 1024^3 operations each); 256 x 256 for plain JavaScript. */
const MEASURE = `
const { backend, ready, tf } = require(process.argv[1]);
ready().then(info => {
  const n = info.name === 'cpu' ? 256 : 1024;
  const a = tf.ones([n, n]);
  tf.matMul(a, a).dataSync();
  let best = Infinity;
  for (let i = 0; i < 5; i++) {
    const start = performance.now();
    tf.matMul(a, a).dataSync();
    best = Math.min(best, performance.now() - start);
  }
  console.log(JSON.stringify({ info, gigaflops: (2 * n ** 3) / best / 1e6 }));
}).catch(error => { console.error(String(error)); process.exit(1); });
`;

function kernel(): Finding {
  const missing = (detail: string, fix = SET_UP): Finding => ({ part: 'kernel', state: 'missing', detail, fix });
  const spec = path.join(VENV, 'share', 'jupyter', 'kernels', KERNEL_NAME, 'kernel.json');
  let argv: string[];
  try {
    ({ argv } = JSON.parse(fs.readFileSync(spec, 'utf8')) as { argv: string[] });
  } catch {
    return missing('not registered');
  }
  const absent = argv.slice(0, 2).find(file => !fs.existsSync(file));
  if (absent) return missing(`${path.relative(ROOT, absent)} is not there`);
  const parts = "for (const part of ['zeromq', 'typescript', 'tslab/dist/converter']) require(part)";
  const { status, stderr } = spawnSync(argv[0], ['-e', parts], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) return missing(/Error: (.*)/.exec(stderr)?.[1] ?? 'it does not load', AGAIN);
  return { part: 'kernel', state: 'ok', detail: `TypeScript (cnn-kit) on ${path.basename(argv[0])}` };
}

function jupyterLab(): Finding {
  const { status, stdout } = spawnSync(inVenv('python'), ['-m', 'jupyterlab', '--version'], {
    encoding: 'utf8',
    env: environment(),
  });
  if (status === 0) return { part: 'JupyterLab', state: 'ok', detail: stdout.trim() };
  return { part: 'JupyterLab', state: 'missing', detail: 'not in .venv, or broken', fix: AGAIN };
}

// BEGIN INSTRUCTOR
/** Needed to grade, not to learn. Tried out on the spot: a sandbox that is installed may still not hold. */
async function sandbox(): Promise<Finding> {
  const { holds, detail } = await examineSandbox();
  if (holds) return { part: 'sandbox', state: 'ok', detail };
  const finding = { part: 'sandbox', state: 'slower', detail: `grading needs one (${detail})` } as const;
  if (process.platform !== 'linux') return finding;
  return { ...finding, fix: install('bubblewrap', 'bubblewrap', 'bubblewrap', '', '') };
}
// END INSTRUCTOR
