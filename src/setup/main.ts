/** Every command of package.json: sets up what it needs, then does it. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../node/root';
import { buildTensorflow } from '../backend/native/build';
import { tensorflowFolder } from '../backend/native/tensorflow';
import { asksForHelp, help, parse, UsageError } from '../cli/command';
import { type CommandName, COMMANDS, type Declaration } from '../cli/commands';
import { doctor } from './doctor';
import { registerKernel } from './kernel';
import { configureJupyter, startJupyterLab, takeLanguage } from './jupyter';
import { inVenv, setUpPython, VENV } from './python';
import { failure, isFull } from './failure.cjs';
import { compileLibrary } from './library';
import { alone } from './lock.cjs';
import { CACHE, environment, filesBelow, once, run } from './steps';
import { test, testFolder } from './test';

const log = (line: string): void => console.log(line);
const DIST = path.join(ROOT, 'dist');

const LOCK = path.join(CACHE, 'setup.lock');

/** `again`: as if nothing were there, for what was damaged in a way that no stamp tells of. */
async function setUp({ again = false } = {}): Promise<void> {
  const stop = (): void => {
    console.error('The set-up was interrupted; run the same command again, which continues there.');
    process.exit(130);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
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
  process.off('SIGINT', stop).off('SIGTERM', stop);
}

/** Compiles src into dist, which notebooks and the kernel load. */
async function build(): Promise<void> {
  const sources = filesBelow(path.join(ROOT, 'src'))
    .filter(file => /\.(ts|json)$/.test(file))
    .sort()
    .map(file => `${file} ${fs.readFileSync(path.join(ROOT, 'src', file), 'utf8')}`);
  await once(path.join(DIST, '.stamp'), sources, path.join(DIST, 'index.js'), async () => {
    log('Library: compiling');
    await compileLibrary(DIST);
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

/** The programs of set-up itself. */
const OWN: Partial<Record<string, (args: string[]) => Promise<number>>> = {
  setup: async args => {
    await setUp({ again: parse('setup', args).values.again });
    log('The kit is ready; `npm start` opens the lectures, and `npm test` runs the tests.');
    return 0;
  },
  build: async args => {
    parse('build', args);
    return (await alone(build, LOCK), 0);
  },
  start: async args => {
    takeLanguage(args);
    await setUp();
    log('The kit is ready; JupyterLab opens the lectures in your browser, and Ctrl-C ends it.');
    return startJupyterLab(args);
  },
  test: async args => {
    const { values, positionals } = parse('test', args);
    const folders = positionals.map(testFolder);
    return (await setUp(), test({ all: values.all, folders }));
  },
  kernel: async args => {
    const given = parse('kernel', args);
    if (given.positionals[0] === 'install') await setUp();
    return (log(registerKernel(given)), 0);
  },
  doctor: args => doctor(parse('doctor', args).values),
};

async function main([name, ...args]: string[]): Promise<number> {
  if (!isCommand(name)) {
    throw new UsageError(`There is no command ${name}; expected one of ${Object.keys(COMMANDS).join(', ')}.`);
  }
  if (asksForHelp(args)) return (log(help(name)), 0);
  const own = OWN[name];
  if (own) return own(args);
  // Before the set-up, which may take minutes.
  parse(name, args);
  const { script, needsAll }: Declaration = COMMANDS[name];
  await (needsAll ? setUp() : alone(build, LOCK));
  return program(script!, args);
}

const isCommand = (name: string): name is CommandName => Object.hasOwn(COMMANDS, name);

main(process.argv.slice(2)).then(
  status => process.exit(status),
  (error: Error) => {
    const said = error.message.startsWith('The ') || !isFull(error.message);
    console.error(said ? error.message : failure('The kit', error.message, ROOT));
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
