/**
 * Runs one exercise's test file, the same that students run, against a submission. Mocha, assertions and expected
 * values live in this trusted process; each call of the student's function crosses the wall as data.
 */
import fs from 'node:fs';
import Mocha from 'mocha';
import * as tf from '@tensorflow/tfjs';
import type { TensorBridge, TensorData } from './codec';
import { Submission, type SubmissionOptions } from './submission';

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
  output: string;
}

/** How test/exercises/answers.ts finds the grader: a function from exercise name to the student's functions. */
export const ANSWERS_KEY = Symbol.for('cnn-kit.answers');

const tensors: TensorBridge = {
  isTensor: value => value instanceof tf.Tensor,
  read: value => {
    const tensor = value as tf.Tensor;
    return { dtype: tensor.dtype as TensorData['dtype'], shape: tensor.shape, data: Array.from(tensor.dataSync()) };
  },
  make: ({ data, shape, dtype }) => tf.tensor(data, shape, dtype),
};

/** Points of a test: its title ends in `[2]`; without a mark, 1. */
export function pointsOf(title: string): { title: string; points: number } {
  const mark = /^(.*?)\s*\[(\d+(?:\.\d+)?)\]$/.exec(title);
  return mark ? { title: mark[1], points: Number(mark[2]) } : { title, points: 1 };
}

/**
 * Runs `testFile` against the submission that `options` describes.
 * @throws only for faults of ours: a missing or broken test file.
 */
export async function examine(testFile: string, options: SubmissionOptions): Promise<ExamResult> {
  if (!fs.existsSync(testFile)) throw new Error(`The test file ${testFile} is missing; each exercise has one.`);
  const submission = new Submission({ ...options, tensors });
  submission.start();
  // Tests make tensors freely; all of them end with the exam.
  tf.engine().startScope();
  const hooks = globalThis as { [ANSWERS_KEY]?: unknown };
  hooks[ANSWERS_KEY] = {
    call: (module: string, name: string, values: unknown[]) => submission.call(module, name, values),
    probe: (module: string, source: string, values: unknown[]) => submission.probe(module, source, values),
  };
  try {
    // What a hidden test has asked must not come back in the failure of a visible one, which the student reads.
    const renew = (): void => submission.close();
    const tests = await run(testFile, 1000 * (options.totalSeconds ?? 120) + 1000, renew);
    const points = (list: TestResult[]): number => list.reduce((sum, test) => sum + test.points, 0);
    return {
      tests,
      score: points(tests.filter(test => test.passed)),
      max: points(tests),
      failure: submission.failure,
      output: submission.output,
    };
  } finally {
    delete hooks[ANSWERS_KEY];
    submission.close();
    tf.engine().endScope();
  }
}

/** The tests of a file in their order, without running them: what they are worth when nobody has handed in anything. */
export function outline(testFile: string): TestResult[] {
  const nobody = (): never => {
    throw new Error('The test asks while it is loaded; ask within it().');
  };
  const hooks = globalThis as { [ANSWERS_KEY]?: unknown };
  hooks[ANSWERS_KEY] = { call: nobody, probe: nobody };
  try {
    const { mocha, tests } = load(testFile, 1000);
    mocha.dispose();
    return [...tests.values()];
  } finally {
    delete hooks[ANSWERS_KEY];
  }
}

async function run(testFile: string, timeout: number, renew: () => void): Promise<TestResult[]> {
  const { mocha, tests } = load(testFile, timeout);
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

function load(testFile: string, timeout: number): { mocha: Mocha; tests: Map<Mocha.Test, TestResult> } {
  // A file that mocha has seen is in require's cache and would register no test a second time.
  delete require.cache[require.resolve(testFile)];
  const mocha = new Mocha({ timeout, reporter: class {} as unknown as Mocha.ReporterConstructor });
  mocha.addFile(testFile);
  // Loaded before the run, so that a test that never comes to run still counts; the types do not know of it.
  const loader = mocha as unknown as { lazyLoadFiles(lazy: boolean): void; loadFiles(): void };
  loader.lazyLoadFiles(true);
  loader.loadFiles();
  const entries = testsOf(mocha.suite).map((test): [Mocha.Test, TestResult] => {
    const path = test.titlePath();
    const { title, points } = pointsOf(path[path.length - 1]);
    return [test, { title, points, hidden: path.slice(0, -1).includes('hidden'), passed: false }];
  });
  if (entries.length === 0) throw new Error(`The test file ${testFile} holds no test; it would give everyone 0 of 0.`);
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
