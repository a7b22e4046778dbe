/** `npm run doctor`: one line for each part, its state, and the one command that mends what is amiss. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { findCompiler } from '../backend/build';
import { examineSandbox } from '../grading/probes';
import { KERNEL_NAME } from './jupyter';
import { findPython, inVenv, VENV } from './python';
import { environment, ROOT } from './steps';

export interface Finding {
  part: string;
  /** 'ok', 'slower' or 'missing'; lectures run unless a part is missing. */
  state: 'ok' | 'slower' | 'missing';
  detail: string;
  /** The command that mends it. */
  mend?: string;
}

const SET_UP = 'npm start';

export async function doctor(args: string[]): Promise<number> {
  const findings = [...examineAll(), await sandbox()];
  if (args.includes('--json')) console.log(JSON.stringify(findings, null, 2));
  else
    for (const { part, state, detail, mend } of findings)
      console.log(`${part.padEnd(12)}${state.padEnd(9)}${detail}${mend ? `: ${mend}` : ''}`);
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
    return { part: 'Python', state: 'missing', detail: (error as Error).message };
  }
}

function compiler(): Finding {
  const found = findCompiler();
  if (found) return { part: 'compiler', state: 'ok', detail: found };
  return { part: 'compiler', state: 'slower', detail: 'no C++ compiler', mend: 'apt install g++' };
}

/** In a process of its own: a library that cannot be loaded must not take the doctor with it. */
function backend(): Finding[] {
  const library = path.join(ROOT, 'dist', 'index.js');
  if (!fs.existsSync(library))
    return [{ part: 'TensorFlow', state: 'missing', detail: 'the library is not compiled', mend: SET_UP }];
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', MEASURE, library], {
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (status !== 0) {
    const reason = /Error: (.*)/.exec(stderr)?.[1] ?? stderr.trim().split('\n').pop() ?? 'it ended without a word';
    return [{ part: 'TensorFlow', state: 'missing', detail: reason, mend: SET_UP }];
  }
  const { info, gigaflops } = JSON.parse(stdout) as { info: import('../backend').BackendInfo; gigaflops: number };
  const binding = info.binding ? ` through ${info.binding}` : '';
  return [
    info.name === 'tensorflow'
      ? { part: 'TensorFlow', state: 'ok', detail: `${info.version}${binding}` }
      : { part: 'TensorFlow', state: 'slower', detail: `not in use (${info.reason})`, mend: SET_UP },
    {
      part: 'backend',
      state: 'ok',
      detail: `${info.name} on ${info.device}, ${gigaflops.toFixed(1)} GFLOP/s in a matrix product`,
    },
  ];
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
  const spec = path.join(VENV, 'share', 'jupyter', 'kernels', KERNEL_NAME, 'kernel.json');
  if (!fs.existsSync(spec)) return { part: 'kernel', state: 'missing', detail: 'not registered', mend: SET_UP };
  const { argv, display_name: name } = JSON.parse(fs.readFileSync(spec, 'utf8')) as {
    argv: string[];
    display_name: string;
  };
  const absent = argv.slice(0, 2).find(file => !fs.existsSync(file));
  if (absent)
    return { part: 'kernel', state: 'missing', detail: `${path.relative(ROOT, absent)} is not there`, mend: SET_UP };
  return { part: 'kernel', state: 'ok', detail: name };
}

function jupyterLab(): Finding {
  const { status, stdout } = spawnSync(inVenv('python'), ['-m', 'jupyterlab', '--version'], {
    encoding: 'utf8',
    env: environment(),
  });
  if (status === 0) return { part: 'JupyterLab', state: 'ok', detail: stdout.trim() };
  return { part: 'JupyterLab', state: 'missing', detail: 'not installed in .venv', mend: SET_UP };
}

/** Needed to grade, not to learn. Tried out on the spot: a sandbox that is installed may still not hold. */
async function sandbox(): Promise<Finding> {
  const { holds, detail } = await examineSandbox();
  if (holds) return { part: 'sandbox', state: 'ok', detail };
  return { part: 'sandbox', state: 'slower', detail: `grading needs one (${detail})`, mend: 'apt install bubblewrap' };
}
