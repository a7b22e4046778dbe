/** The one runner of an exercise's tests: mocha, in this process, against an examiner that has the student's answers. */
import { createRequire } from 'node:module';
import path from 'node:path';
import type Mocha from 'mocha';
import type { TestBundle } from './bundle';

export interface TestResult {
  /** The title without its mark of points. */
  title: string;
  /** Whether it is in a `describe('hidden', ...)`: its text never reaches a student. */
  hidden: boolean;
  points: number;
  passed: boolean;
  /** The first line of the failure: the likely mistake. */
  message?: string;
  /** The line of the student's that threw, with its text. */
  line?: string;
  /** What the student's function was given last. */
  call?: string;
}

/** What test/exercises/answers.ts asks: it calls the student's functions, or runs `look` beside them. */
export interface Examiner {
  /** Seed for the inputs that the tests draw. */
  seed?: number;
  call(module: string, name: string, values: unknown[]): Promise<unknown>;
  probe(module: string, look: Look, values: unknown[]): Promise<unknown>;
}

export type Look = (functions: unknown, kit: unknown, ...values: unknown[]) => unknown;

export interface RunOptions {
  /** Milliseconds that one test may take. */
  timeout: number;
  /** A suite or a test begins, within `describe('hidden', ...)` or not. */
  onTurn?(hidden: boolean): void;
  /** A test begins. */
  onTest?(test: TestResult): void;
  onResult?(result: TestResult): void;
  /** The failure in one line; its first line if not given. */
  messageOf?(error: Error): string;
  /** What more is known of the failure. */
  detailsOf?(error: Error): Pick<TestResult, 'line' | 'call'>;
}

/** How test/exercises/answers.ts finds the examiner. */
const EXAMINER = Symbol.for('cnn-kit.answers');

/**
 * Runs all tests of a bundle in their order.
 * @throws only if the test file itself fails while it is loaded, or holds no test
 */
export async function runTests(test: TestBundle, examiner: Examiner, options: RunOptions): Promise<TestResult[]> {
  return withExaminer(examiner, async () => {
    const { mocha, tests } = load(test, options.timeout);
    await run(mocha, tests, options);
    mocha.dispose();
    return [...tests.values()];
  });
}

/** The tests of a bundle in their order, without running them: what they are worth when nobody has handed in anything. */
export function outline(test: TestBundle): TestResult[] {
  const nobody = (): never => {
    throw new Error('The test asks while it is loaded; ask within it().');
  };
  return withExaminer({ call: nobody, probe: nobody }, () => {
    const { mocha, tests } = load(test, 1000);
    mocha.dispose();
    return [...tests.values()];
  });
}

/** Waits for WebAssembly, which computes where there is no TensorFlow, if one of the `sources` may make a tensor. */
export async function startBackend(...sources: string[]): Promise<void> {
  // Packed tests, of a student's edition, do not show what they import.
  if (!sources.some(source => /from 'cnn-kit'|require\("cnn-kit"\)|inflateRawSync/.test(source))) return;
  await (require('cnn-kit') as { ready(): Promise<unknown> }).ready();
}

function withExaminer<T>(examiner: Examiner, work: () => T): T {
  const hooks = globalThis as { [EXAMINER]?: Examiner };
  const end = (): void => void delete hooks[EXAMINER];
  hooks[EXAMINER] = examiner;
  let result: T | undefined;
  try {
    return (result = work());
  } finally {
    if (result instanceof Promise) void result.then(end, end);
    else end();
  }
}

async function run(mocha: Mocha, tests: Map<Mocha.Test, TestResult>, options: RunOptions): Promise<void> {
  const { onTurn, onTest, onResult, messageOf = firstLine, detailsOf } = options;
  const set = (test: Mocha.Test, passed: boolean, message?: string, details = {}): void => {
    const result = Object.assign(tests.get(test)!, { passed }, message === undefined ? {} : { message }, details);
    onResult?.(result);
  };
  const isHidden = (path: string[]): boolean => path.includes('hidden');
  await new Promise<void>(resolve => {
    const runner = mocha.run(() => resolve());
    runner.on('suite', suite => onTurn?.(isHidden(suite.titlePath())));
    runner.on('test', test => {
      onTurn?.(isHidden(test.titlePath().slice(0, -1)));
      onTest?.(tests.get(test)!);
    });
    runner.on('pass', test => set(test, true));
    runner.on('pending', test => set(test, false, 'This test is skipped, which counts as not passed.'));
    runner.on('fail', (test: Mocha.Runnable, error: Error) => {
      if (tests.has(test as Mocha.Test)) return set(test as Mocha.Test, false, messageOf(error), detailsOf?.(error));
      // A hook is no test: those that it keeps from running are not passed.
      const kept = testsOf(test.parent!).filter(below => !tests.get(below)!.passed && !tests.get(below)!.message);
      for (const below of kept) set(below, false, messageOf(error));
    });
  });
}

function load({ file, code }: TestBundle, timeout: number): { mocha: Mocha; tests: Map<Mocha.Test, TestResult> } {
  const MochaClass = require('mocha') as typeof Mocha;
  const mocha = new MochaClass({ timeout, reporter: class {} as unknown as Mocha.ReporterConstructor });
  const words: Record<string, unknown> = {};
  mocha.suite.emit('pre-require', words as never, file, mocha);
  const module = { exports: {} };
  // In a scope of its own, or a name of the test's would meet mocha's: `run`, say.
  const body = `return (require, module, exports, __filename, __dirname) => {\n${code}\n};`;
  const evaluate = new Function(...Object.keys(words), body)(...Object.values(words)) as (...values: unknown[]) => void;
  evaluate(createRequire(file), module, module.exports, file, path.dirname(file));
  const entries = testsOf(mocha.suite).map((test): [Mocha.Test, TestResult] => {
    const path = test.titlePath();
    const { title, points } = pointsOf(path[path.length - 1]);
    return [test, { title, points, hidden: path.slice(0, -1).includes('hidden'), passed: false }];
  });
  if (entries.length === 0) throw new Error(`The test file ${file} holds no test; it would give everyone 0 of 0.`);
  return { mocha, tests: new Map(entries) };
}

/** Points of a test: its title ends in `[2]`; without a mark, 1. */
function pointsOf(title: string): { title: string; points: number } {
  const mark = /^(.*?)\s*\[(\d+(?:\.\d+)?)\]$/.exec(title);
  return mark ? { title: mark[1], points: Number(mark[2]) } : { title, points: 1 };
}

function testsOf(suite: Mocha.Suite): Mocha.Test[] {
  return [...suite.tests, ...suite.suites.flatMap(testsOf)];
}

/** The first line of what an error says, at most 500 characters. */
export function firstLine(error: Error): string {
  return String(error?.message ?? error)
    .split('\n')[0]
    .slice(0, 500);
}
