/** Runs an exercise's test file in this process, against functions that answer. */
import fs from 'node:fs';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import type Mocha from 'mocha';

export const ROOT = path.resolve(__dirname, '../..');
/** Loads a package as this kit's own code would. */
export const requireHere = createRequire(path.join(ROOT, 'package.json'));
const ANSWERS = Symbol.for('cnn-kit.answers');

export type Functions = Record<string, (...values: never[]) => unknown>;

export interface TestResult {
  title: string;
  passed: boolean;
  /** The first line of the failure: the likely mistake. */
  message?: string;
}

/** What a run tells while it goes on. */
export interface TestRunOptions {
  /** Of the inputs that the tests draw; another one at each run if not given. */
  seed?: number;
  /** A test begins. */
  onTest?(title: string): void;
  /** A function of the student's is called. */
  onCall?(name: string): void;
  onResult?(result: TestResult): void;
}

/** The names of all exercises: those that have a test. */
export function exercises(): string[] {
  const files = fs.readdirSync(path.join(ROOT, 'test/exercises'));
  return files
    .filter(file => file.endsWith('.test.ts'))
    .map(file => file.replace('.test.ts', ''))
    .sort();
}

/** @throws if there is no exercise of this name */
export function testFileOf(exercise: string): string {
  const testFile = path.join(ROOT, 'test/exercises', `${exercise}.test.ts`);
  if (!/^[\w-]+$/.test(exercise) || !fs.existsSync(testFile))
    throw new Error(`There is no exercise ${exercise}; there are ${exercises().join(', ')}.`);
  return testFile;
}

/** The seed that CNN_KIT_SEED gives, or any other one. */
export const newSeed = (): number => Number(process.env.CNN_KIT_SEED ?? Math.floor(Math.random() * 2 ** 32));

/** Runs all tests of the exercise; each call of `functions` is announced first, so that one that never ends can be named. */
export async function runTests(
  exercise: string,
  functions: Functions,
  options: TestRunOptions = {},
): Promise<TestResult[]> {
  const testFile = testFileOf(exercise);
  const examiner = {
    seed: options.seed ?? newSeed(),
    async call(_: string, name: string, values: never[]): Promise<unknown> {
      const called = functions[name];
      if (typeof called !== 'function') throw new Error(`${name} is missing; export a function of this name.`);
      options.onCall?.(name);
      return called(...values);
    },
    probe: async (_: string, look: (...values: unknown[]) => unknown, values: unknown[]): Promise<unknown> =>
      look(functions, requireHere('cnn-kit'), ...values),
  };
  await startBackend(testFile);
  const holder = globalThis as { [key: symbol]: unknown };
  holder[ANSWERS] = examiner;
  try {
    return await run(exercise, testFile, options);
  } finally {
    delete holder[ANSWERS];
  }
}

/** The functions that exercises/<exercise>.ts exports. @throws if it cannot be compiled, with the line and what stands there */
export async function loadExercise(exercise: string): Promise<Functions> {
  const file = path.join(ROOT, 'exercises', `${exercise}.ts`);
  await startBackend(testFileOf(exercise), file);
  return load(file);
}

/**
 * WebAssembly, which computes where there is no TensorFlow, must be ready before the first tensor. Exercises without tensors
 * need not wait for it.
 */
async function startBackend(...files: string[]): Promise<void> {
  // Packed tests, of a student's edition, do not show what they import.
  const mayCompute = (file: string): boolean => /from 'cnn-kit'|inflateRawSync/.test(fs.readFileSync(file, 'utf8'));
  if (!files.some(file => fs.existsSync(file) && mayCompute(file))) return;
  await (requireHere('cnn-kit') as { ready(): Promise<unknown> }).ready();
}

async function run(exercise: string, testFile: string, options: TestRunOptions): Promise<TestResult[]> {
  const Mocha = requireHere('mocha') as typeof import('mocha');
  const mocha = new Mocha({ timeout: 60_000, reporter: class {} as unknown as Mocha.ReporterConstructor });
  const globals = {} as Record<string, unknown>;
  mocha.suite.emit('pre-require', globals as never, testFile, mocha);
  // Not all that mocha brings: its `run` would meet a test's own function of that name.
  const { describe, it, before, after, beforeEach, afterEach } = globals;
  await load(testFile, { describe, it, before, after, beforeEach, afterEach });
  const tests: TestResult[] = [];
  const titleOf = (test: { title: string }): string => test.title.replace(/\s*\[\d+(\.\d+)?\]$/, '');
  const add = (test: { title: string }, passed: boolean, error?: Error): void => {
    const result = { title: titleOf(test), passed, ...(passed ? {} : { message: messageOf(error, exercise) }) };
    tests.push(result);
    options.onResult?.(result);
  };
  await new Promise<void>(resolve => {
    const runner = mocha.run(() => resolve());
    runner.on('test', test => options.onTest?.(titleOf(test)));
    runner.on('pass', test => add(test, true));
    runner.on('fail', (test, error: Error) => add(test, false, error));
  });
  mocha.dispose();
  return tests;
}

/** The first line of the failure; if the student's own code threw it, with the line that did. */
function messageOf(error: Error | undefined, exercise: string): string {
  const message = String(error?.message ?? error).split('\n')[0];
  if (error?.name === 'AssertionError' || message.startsWith('Not written yet')) return message;
  const line = new RegExp(`exercises[/\\\\]${exercise}\\.ts:(\\d+)`).exec(String(error?.stack))?.[1];
  return line ? `${message} (exercises/${exercise}.ts line ${line})` : message;
}

/** Compiles a TypeScript file with what it imports from its own folder, and runs it with `globals` in scope. */
async function load(file: string, globals: Record<string, unknown> = {}): Promise<Functions> {
  const code = await compile(file, Object.keys(globals));
  const module = Object.assign(new Module(file), { filename: file, globals, require: requireHere });
  (module as unknown as { _compile(code: string, file: string): void })._compile(code, file);
  return module.exports as Functions;
}

/** What was compiled before, and when each of its files was changed last. */
const compiled = new Map<string, { code: string; changed: Map<string, number> }>();
const changeOf = (file: string): number => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? NaN;

async function compile(file: string, globals: string[]): Promise<string> {
  const key = [file, ...globals].join();
  const known = compiled.get(key);
  if (known && [...known.changed].every(([source, time]) => changeOf(source) === time)) return known.code;
  const { build } = requireHere('esbuild') as typeof import('esbuild');
  const start = Date.now();
  const built = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    metafile: true,
    absWorkingDir: ROOT,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    tsconfigRaw: '{}',
    logLevel: 'silent',
    sourcemap: 'inline',
    banner: { js: globals.map(name => `const ${name} = module.globals[${JSON.stringify(name)}];`).join('') },
  }).catch((failure: import('esbuild').BuildFailure) => {
    const [{ text, location }] = failure.errors;
    const name = path.relative(ROOT, file);
    if (!location) throw new Error(`${name}: ${text}`);
    throw new Error(`${name} line ${location.line}: ${text}\n    ${location.lineText.trim()}`);
  });
  const changed = new Map(Object.keys(built.metafile.inputs).map(input => path.join(ROOT, input)).map(input => [input, changeOf(input)])); // prettier-ignore
  const code = built.outputFiles[0].text;
  // What was saved while it was compiled may be in the code, or not.
  if ([...changed.values()].every(time => time < start - 1000)) compiled.set(key, { code, changed });
  return code;
}
