/** Runs an exercise's public tests, the same file that the grader uses, and says what passes and which mistake the rest looks like. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type Mocha from 'mocha';

const root = path.resolve(__dirname, '../..');
const requireHere = createRequire(path.join(root, 'package.json'));
const ANSWERS = Symbol.for('cnn-kit.answers');

export type Functions = Record<string, (...values: never[]) => unknown>;

export interface TestResult {
  title: string;
  passed: boolean;
  /** The first line of the failure: the likely mistake. */
  message?: string;
}

/** What a check found. Shown by a notebook as a list; `toString()` is the same as text. */
export class CheckResult {
  constructor(
    readonly exercise: string,
    readonly tests: TestResult[],
  ) {}

  get passed(): boolean {
    return this.tests.every(test => test.passed);
  }

  toString(): string {
    const done = this.tests.filter(test => test.passed).length;
    const lines = this.tests.map(
      ({ title, passed, message }) => `${passed ? '✓' : '✗'} ${title}${passed ? '' : `\n    ${message}`}`,
    );
    const verdict = this.passed ? 'Solved.' : 'Mend the first one that fails, then check again.';
    return [...lines, `${this.exercise}: ${done} of ${this.tests.length} tests passed. ${verdict}`].join('\n');
  }

  [Symbol.for('Jupyter.display')](): Record<string, string> {
    return { 'text/plain': this.toString() };
  }
}

/**
 * Checks the functions given, or the ones in exercises/<exercise>.ts.
 *
 * @example await check('02-lrn', { localResponseNorm })
 * @throws if there is no such exercise, or if exercises/<exercise>.ts cannot be compiled
 */
export async function check(exercise: string, functions?: Functions): Promise<CheckResult> {
  const testFile = path.join(root, 'test/exercises', `${exercise}.test.ts`);
  if (!fs.existsSync(testFile)) {
    throw new Error(`There is no exercise ${exercise}; there are ${exercises().join(', ')}.`);
  }
  const answering = functions ?? (await load(path.join(root, 'exercises', `${exercise}.ts`), {}));
  const examiner = {
    async call(_: string, name: string, values: never[]): Promise<unknown> {
      const called = answering[name];
      if (typeof called !== 'function') throw new Error(`${name} is missing; export a function of this name.`);
      return called(...values);
    },
  };
  const holder = globalThis as { [key: symbol]: unknown };
  holder[ANSWERS] = examiner;
  try {
    return new CheckResult(exercise, await run(testFile));
  } finally {
    delete holder[ANSWERS];
  }
}

/** The names of all exercises: those that have a test. */
export function exercises(): string[] {
  const files = fs.readdirSync(path.join(root, 'test/exercises'));
  return files
    .filter(file => file.endsWith('.test.ts'))
    .map(file => file.replace('.test.ts', ''))
    .sort();
}

async function run(testFile: string): Promise<TestResult[]> {
  const Mocha = requireHere('mocha') as typeof import('mocha');
  const mocha = new Mocha({ timeout: 60_000, reporter: class {} as unknown as Mocha.ReporterConstructor });
  const globals = {} as Record<string, unknown>;
  mocha.suite.emit('pre-require', globals as never, testFile, mocha);
  await load(testFile, globals);
  const tests: TestResult[] = [];
  const add = (test: { title: string }, passed: boolean, error?: Error): void => {
    const message = String(error?.message ?? error).split('\n')[0];
    tests.push({ title: test.title.replace(/\s*\[\d+(\.\d+)?\]$/, ''), passed, ...(passed ? {} : { message }) });
  };
  await new Promise<void>(resolve => {
    const runner = mocha.run(() => resolve());
    runner.on('pass', test => add(test, true));
    runner.on('fail', (test, error: Error) => add(test, false, error));
  });
  mocha.dispose();
  return tests;
}

/** Compiles a TypeScript file with what it imports from its own folder, and runs it with `globals` in scope. */
async function load(file: string, globals: Record<string, unknown>): Promise<Functions> {
  const { build } = requireHere('esbuild') as typeof import('esbuild');
  const built = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    tsconfigRaw: '{}',
    logLevel: 'silent',
  }).catch((failure: import('esbuild').BuildFailure) => {
    const [{ text, location }] = failure.errors;
    throw new Error(`${path.relative(root, file)} line ${location?.line ?? '?'}: ${text}`);
  });
  const module = { exports: {} as Functions };
  const names = Object.keys(globals);
  const body = new Function('require', 'module', 'exports', '__dirname', ...names, built.outputFiles[0].text);
  body(requireHere, module, module.exports, path.dirname(file), ...names.map(name => globals[name]));
  return module.exports;
}

async function main([exercise]: string[]): Promise<void> {
  if (!exercise) throw new Error(`Say which exercise: npm run check -- ${exercises()[0]}`);
  const result = await check(path.basename(exercise, '.ts'));
  console.log(String(result));
  process.exitCode = result.passed ? 0 : 1;
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 2;
  });
}
