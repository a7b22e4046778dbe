/** `npm start`, `npm test` and `npm run doctor`: set up what is missing, then do it. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { buildTensorflow } from '../backend/build';
import { tensorflowFolder } from '../backend/tensorflow';
import { doctor } from './doctor';
import { configureJupyter, startJupyterLab } from './jupyter';
import { inVenv, setUpPython, VENV } from './python';
import { alone } from './lock.cjs';
import { CACHE, environment, filesBelow, once, ROOT, run } from './steps';
import { test } from './test';

const log = (line: string): void => console.log(line);
const DIST = path.join(ROOT, 'dist');

const LOCK = path.join(CACHE, 'setup.lock');

/** `again`: as if nothing were there, for what was damaged in a way that no stamp tells of. */
async function setUp({ again = false } = {}): Promise<void> {
  await alone(async () => {
    fs.rmSync(path.join(CACHE, 'tmp'), { recursive: true, force: true });
    if (again)
      for (const made of [VENV, tensorflowFolder(ROOT), DIST]) fs.rmSync(made, { recursive: true, force: true });
    await setUpPython(log);
    const { ok, detail } = await buildTensorflow({ root: ROOT, python: inVenv('python'), run, log });
    if (!ok) log(detail);
    await build();
    configureJupyter();
  }, LOCK);
}

/** Compiles src into dist, which notebooks and the kernel load. */
async function build(): Promise<void> {
  const sources = filesBelow(path.join(ROOT, 'src'))
    .filter(file => /\.(ts|json)$/.test(file))
    .sort()
    .map(file => `${file} ${fs.readFileSync(path.join(ROOT, 'src', file), 'utf8')}`);
  await once(path.join(DIST, '.stamp'), sources, path.join(DIST, 'index.js'), async () => {
    log('Library: compiling');
    await run(process.execPath, [path.join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'src']);
  });
}

/** Runs one of our own programs, with its output and its exit status as ours. */
async function program(script: string, args: string[]): Promise<number> {
  const child = spawn(
    process.execPath,
    [...(script.endsWith('.ts') ? ['--require', 'tsx/cjs'] : []), script, ...args],
    {
      cwd: ROOT,
      env: environment(),
      stdio: 'inherit',
    },
  );
  // Ctrl-C reaches the program too; how it ends is its own affair.
  process.on('SIGINT', () => undefined);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal ? 130 : (code ?? 1)));
  });
}

/** Programs of the library; those of `needsAll` compute, or run notebooks. */
const PROGRAMS: Record<string, { script: string; needsAll: boolean }> = {
  data: { script: 'dist/data/command.js', needsAll: false },
  check: { script: 'dist/course/checkCommand.js', needsAll: true },
  generate: { script: 'dist/course/generate.js', needsAll: true },
  execute: { script: 'dist/course/execute.js', needsAll: true },
  book: { script: 'dist/course/book.js', needsAll: false },
  parity: { script: 'dist/weights/parityCommand.js', needsAll: true },
  convert: { script: 'dist/weights/convertCommand.js', needsAll: true },
  release: { script: 'src/grading/release.ts', needsAll: false },
  submit: { script: 'src/grading/handin/submit.ts', needsAll: false },
  grade: { script: 'dist/grading/command.js', needsAll: true },
  experiment: { script: 'dist/experiments/command.js', needsAll: true },
  'grade:worker': { script: 'dist/grading/workerCommand.js', needsAll: true },
  validate: { script: 'src/grading/validate.ts', needsAll: false },
  autograder: { script: 'src/grading/autograder.ts', needsAll: false },
  bench: { script: 'test/bench/main.ts', needsAll: true },
};

const programs = Object.entries(PROGRAMS).map(([name, { script, needsAll }]) => {
  const start = async (args: string[]): Promise<number> => {
    await (needsAll ? setUp() : alone(build, LOCK));
    return program(script, args);
  };
  return [name, start] as const;
});

const COMMANDS: Record<string, (args: string[]) => Promise<number>> = {
  ...Object.fromEntries(programs),
  setup: async args => (await setUp({ again: args.includes('--again') }), 0),
  start: async args => (await setUp(), startJupyterLab(args)),
  test: async args => (await setUp(), test(args)),
  doctor: async args => doctor(args),
};

const [name, ...args] = process.argv.slice(2);
const command = COMMANDS[name];
if (!command) {
  console.error(`There is no command ${name}; right is one of ${Object.keys(COMMANDS).join(', ')}.`);
  process.exit(1);
}
command(args).then(
  status => process.exit(status),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
