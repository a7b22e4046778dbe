/**
 * Runs one exercise's test file, the same that students run, against a submission. Mocha, assertions and expected
 * values live in this trusted process; each call of the student's function goes to the sandbox as data.
 */
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import Mocha from 'mocha';
import type * as TF from '@tensorflow/tfjs';
import { Fault } from '../sandbox/processes';
import { seededRandom } from '../base/random';
import { Submission, type SubmissionOptions } from '../sandbox/submission';
import { tensorBridge } from '../sandbox/tensors';
import type { TestBundle } from './tests';

/** An exercise's test, ready to run; `file` is where it stands. */
export interface ExamTest extends TestBundle {
  file: string;
}

export interface TestResult {
  /** The title without its mark of points. */
  title: string;
  /** Whether it stands in a `describe('hidden', ...)`: its text never reaches a student. */
  hidden: boolean;
  points: number;
  passed: boolean;
  /** The first line of the failure. */
  message?: string;
}

export interface ExamResult {
  tests: TestResult[];
  score: number;
  max: number;
  /** What went wrong with the sandbox, if anything did. */
  failure?: string;
}

/** How test/exercises/answers.ts finds the grader: a function from exercise name to the student's functions. */
export const ANSWERS_KEY = Symbol.for('cnn-kit.answers');

/** The kit's own, with its layers registered; loaded when the first tensor comes, or a test asks for it. */
const tensorflow = (): typeof TF => (require('cnn-kit') as { tf: typeof TF }).tf;
/** WebAssembly, where there is no TensorFlow, has to be started before the first tensor. */
const prepare = async ({ code }: TestBundle): Promise<void> => {
  if (/require\("cnn-kit"\)/.test(code)) await (require('cnn-kit') as { ready(): Promise<unknown> }).ready();
};
const isLoaded = (): boolean => Object.hasOwn(require.cache, require.resolve('@tensorflow/tfjs'));
const tensors = tensorBridge(tensorflow);

/** Points of a test: its title ends in `[2]`; without a mark, 1. */
export function pointsOf(title: string): { title: string; points: number } {
  const mark = /^(.*?)\s*\[(\d+(?:\.\d+)?)\]$/.exec(title);
  return mark ? { title: mark[1], points: Number(mark[2]) } : { title, points: 1 };
}

/**
 * Runs `test` against the submission that `options` describe.
 * @throws only for faults of ours: a broken test file, a sandbox that does not start.
 */
export async function examine(test: ExamTest, options: SubmissionOptions): Promise<ExamResult> {
  // The same work gets the same inputs in every run, and another work others.
  const digest = createHash('sha256')
    .update(test.hash + JSON.stringify(options.modules))
    .digest();
  const seed = digest.readUInt32LE();
  await prepare(test);
  // Another seed, or its Math.random would foretell the inputs of hidden tests.
  const submission = new Submission({ ...options, tensors, seed: digest.readUInt32LE(4) });
  const { random } = Math;
  Math.random = seededRandom(seed);
  // Tests make tensors freely; all of them end with the exam.
  const scoped = isLoaded();
  if (scoped) tensorflow().engine().startScope();
  const hooks = globalThis as { [ANSWERS_KEY]?: unknown };
  hooks[ANSWERS_KEY] = {
    seed,
    call: (module: string, name: string, values: unknown[]) => submission.call(module, name, values),
    probe: (module: string, look: unknown, values: unknown[]) => submission.probe(module, String(look), values),
  };
  try {
    // What a hidden test has asked must not come back in the failure of a visible one, which the student reads.
    const renew = (): void => submission.close();
    const tests = await run(test, 1000 * (options.totalSeconds ?? 120) + 600_000, renew);
    if (submission.fault) throw new Fault(submission.fault.message);
    const points = (list: TestResult[]): number => list.reduce((sum, test) => sum + test.points, 0);
    return {
      tests,
      score: points(tests.filter(test => test.passed)),
      max: points(tests),
      failure: submission.failure,
    };
  } finally {
    Math.random = random;
    delete hooks[ANSWERS_KEY];
    submission.close();
    if (scoped) tensorflow().engine().endScope();
  }
}

/** The tests of a file in their order, without running them: what they are worth when nobody has handed in anything. */
export function outline(test: ExamTest): TestResult[] {
  const nobody = (): never => {
    throw new Error('The test asks while it is loaded; ask within it().');
  };
  const hooks = globalThis as { [ANSWERS_KEY]?: unknown };
  hooks[ANSWERS_KEY] = { call: nobody, probe: nobody };
  try {
    const { mocha, tests } = load(test, 1000);
    mocha.dispose();
    return [...tests.values()];
  } finally {
    delete hooks[ANSWERS_KEY];
  }
}

async function run(test: ExamTest, timeout: number, renew: () => void): Promise<TestResult[]> {
  const { mocha, tests } = load(test, timeout);
  const set = (test: Mocha.Runnable, passed: boolean, message?: string): void => {
    const result = tests.get(test as Mocha.Test);
    // A hook is no test: those that it keeps from running stay not passed.
    if (result) Object.assign(result, { passed, message });
    else if (message) for (const below of testsOf(test.parent!)) tests.get(below)!.message ??= message;
  };
  await new Promise<void>(resolve => {
    let wasHidden = false;
    const turn = (path: string[]): void => {
      const hidden = path.includes('hidden');
      if (wasHidden && !hidden) renew();
      wasHidden = hidden;
    };
    const runner = mocha.run(() => resolve());
    runner.on('suite', suite => turn(suite.titlePath()));
    runner.on('test', test => turn(test.titlePath().slice(0, -1)));
    runner.on('pass', test => set(test, true));
    runner.on('fail', (test, error: Error) => set(test, false, firstLine(error)));
    runner.on('pending', test => set(test, false, 'This test is skipped; the grader counts it as not passed.'));
  });
  mocha.dispose();
  return [...tests.values()];
}

function load({ file, code }: ExamTest, timeout: number): { mocha: Mocha; tests: Map<Mocha.Test, TestResult> } {
  const mocha = new Mocha({ timeout, reporter: class {} as unknown as Mocha.ReporterConstructor });
  const words: Record<string, unknown> = {};
  mocha.suite.emit('pre-require', words as never, file, mocha);
  const names = Object.keys(words);
  const module = { exports: {} };
  const body = new Function('require', 'module', 'exports', '__filename', '__dirname', ...names, code);
  const values = names.map(name => words[name]);
  body(createRequire(file), module, module.exports, file, path.dirname(file), ...values);
  const entries = testsOf(mocha.suite).map((test): [Mocha.Test, TestResult] => {
    const path = test.titlePath();
    const { title, points } = pointsOf(path[path.length - 1]);
    return [test, { title, points, hidden: path.slice(0, -1).includes('hidden'), passed: false }];
  });
  if (entries.length === 0) throw new Error(`The test file ${file} holds no test; it would give everyone 0 of 0.`);
  return { mocha, tests: new Map(entries) };
}

function testsOf(suite: Mocha.Suite): Mocha.Test[] {
  return [...suite.tests, ...suite.suites.flatMap(testsOf)];
}

function firstLine(error: Error): string {
  return String(error?.message ?? error)
    .split('\n')[0]
    .slice(0, 500);
}
