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
    const tests = await run(testFile, 1000 * (options.totalSeconds ?? 120) + 1000);
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

async function run(testFile: string, timeout: number): Promise<TestResult[]> {
  // A file that mocha has seen is in require's cache and would register no test a second time.
  delete require.cache[require.resolve(testFile)];
  const mocha = new Mocha({ timeout, reporter: class {} as unknown as Mocha.ReporterConstructor });
  mocha.addFile(testFile);
  const tests: TestResult[] = [];
  const add = (test: Mocha.Test, passed: boolean, message?: string): void => {
    const path = test.titlePath();
    const { title, points } = pointsOf(path[path.length - 1]);
    tests.push({ title, points, hidden: path.slice(0, -1).includes('hidden'), passed, message });
  };
  await new Promise<void>(resolve => {
    const runner = mocha.run(() => resolve());
    runner.on('pass', test => add(test, true));
    runner.on('fail', (test, error: Error) => add(test as Mocha.Test, false, firstLine(error)));
    runner.on('pending', test => add(test, false, 'This test is skipped; the grader counts it as not passed.'));
  });
  mocha.dispose();
  return tests;
}

function firstLine(error: Error): string {
  return String(error?.message ?? error)
    .split('\n')[0]
    .slice(0, 500);
}
