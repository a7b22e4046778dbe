/**
 * Runs one exercise's test file, the same that students run, against a submission. Mocha, assertions and expected
 * values live in this trusted process; each call of the student's function goes to the sandbox as data.
 */
import { createHash } from 'node:crypto';
import type * as TF from '@tensorflow/tfjs';
import { Fault } from '../../sandbox/processes';
import { seededRandom } from '../../base/random';
import { Submission, type SubmissionOptions, TOTAL_SECONDS } from '../../sandbox/submission';
import { tensorBridge } from '../../sandbox/values/tensors';
import type { TestBundle } from '../../harness/bundle';
import { runTests, startBackend, type TestResult } from '../../harness/run';

export interface ExamResult {
  tests: TestResult[];
  score: number;
  max: number;
  /** What went wrong with the sandbox, if anything did. */
  failure?: string;
  /** What was odd while the cells of a notebook ran. */
  notes?: string[];
}

/** The kit's own, with its layers registered; loaded when the first tensor comes, or a test asks for it. */
const tensorflow = (): typeof TF => (require('cnn-kit') as { tf: typeof TF }).tf;
const isLoaded = (): boolean => Object.hasOwn(require.cache, require.resolve('@tensorflow/tfjs'));
const tensors = tensorBridge(tensorflow);

/**
 * Runs `test` against the submission that `options` describe.
 * @throws only for faults of ours: a broken test file, a sandbox that does not start.
 */
export async function examine(test: TestBundle, options: SubmissionOptions): Promise<ExamResult> {
  // The same work gets the same inputs in every run, and another work others.
  const digest = createHash('sha256')
    .update(test.hash + JSON.stringify([options.modules, options.notebook?.cells, options.files]))
    .digest();
  const seed = digest.readUInt32LE();
  await startBackend(test.code);
  // Another seed, or its Math.random would foretell the inputs of hidden tests.
  const submission = new Submission({ ...options, tensors, seed: digest.readUInt32LE(4) });
  const { random } = Math;
  Math.random = seededRandom(seed);
  // Tests make tensors freely; all of them end with the exam.
  const scoped = isLoaded();
  if (scoped) tensorflow().engine().startScope();
  const examiner = {
    seed,
    call: (module: string, name: string, values: unknown[]) => submission.call(module, name, values),
    probe: (module: string, look: unknown, values: unknown[]) => submission.probe(module, String(look), values),
  };
  let wasHidden = false;
  const onTurn = (hidden: boolean): void => {
    // What a hidden test has asked must not come back in the failure of a visible one, which the student reads.
    if (wasHidden && !hidden) submission.close();
    wasHidden = hidden;
  };
  try {
    const timeout = 1000 * (options.totalSeconds ?? TOTAL_SECONDS) + 600_000;
    const tests = await runTests(test, examiner, { timeout, onTurn });
    if (submission.fault) throw new Fault(submission.fault.message);
    const points = (list: TestResult[]): number => list.reduce((sum, test) => sum + test.points, 0);
    return {
      tests,
      score: points(tests.filter(test => test.passed)),
      max: points(tests),
      failure: submission.failure,
      ...(submission.notes.length ? { notes: submission.notes } : {}),
    };
  } finally {
    Math.random = random;
    submission.close();
    if (scoped) tensorflow().engine().endScope();
  }
}
