/** A trusted process that examines submissions one after the other, as `grade` tells it over IPC. */
import { transform } from 'esbuild';
import { type ExamResult, type ExamTest, examine, outline, type TestResult } from './exam';
import { Hosts } from './hosts';
import { bundleTest } from './tests';
import { LIMITS, wall, type WallOptions } from './wall';

export interface Job {
  /** Number that comes back with the result. */
  id: number;
  exercise: string;
  /** The student's TypeScript; without it, only the tests are listed. */
  source?: string;
  testFile: string;
  /** Hash of the test that is to be run: a file that was changed meanwhile, or is another one here, gives no grade. */
  testHash: string;
}

export interface JobResult {
  id: number;
  /** The student's file could not be compiled: the compiler's message. */
  compileError?: string;
  exam?: ExamResult;
  outline?: TestResult[];
  /** A fault of ours: no grade may come of it. */
  fault?: string;
}

/** What examines jobs, with hosts of its own; `slot` is its number on this machine. */
export function examiner(slot: number, options: WallOptions): { work(job: Job): Promise<JobResult>; close(): void } {
  const hosts = new Hosts(wall(options), slot, LIMITS);
  const tests = new Map<string, ExamTest>();

  const testOf = ({ testFile, testHash }: Job): ExamTest => {
    const known = tests.get(testHash);
    if (known) return known;
    const test = { ...bundleTest(testFile), file: testFile };
    if (test.hash !== testHash) throw new Error('the test file is not the one that the class is graded with');
    tests.set(testHash, test);
    return test;
  };

  const examined = async (job: Job): Promise<JobResult> => {
    const { id, exercise, source } = job;
    const test = testOf(job);
    if (source === undefined) return { id, outline: outline(test) };
    let code: string;
    try {
      ({ code } = await transform(source, { loader: 'ts', format: 'cjs', target: 'node20', logLevel: 'silent' }));
    } catch (error) {
      const { text, location } = (error as import('esbuild').TransformFailure).errors[0];
      return { id, compileError: `line ${location?.line ?? '?'}: ${text}` };
    }
    return { id, exam: await examine(test, { hosts, modules: { [exercise]: code } }) };
  };

  return {
    work: job => examined(job).catch((error: Error): JobResult => ({ id: job.id, fault: error.message })),
    close: () => hosts.close(),
  };
}

if (process.send) {
  const [slot, options] = process.argv.slice(2);
  const { work, close } = examiner(Number(slot), JSON.parse(options) as WallOptions);
  process.on('disconnect', () => {
    close();
    process.exit(0);
  });
  process.on('SIGTERM', () => {
    close();
    process.exit(0);
  });
  process.on('message', (job: Job) => {
    void work(job).then(result => process.send!(result));
  });
}
