/** A trusted process that examines submissions one after the other, as `grade` tells it over IPC. */
import { type ExamResult, examine } from './exam';
import { LIMITS } from '../../sandbox/limits';
import { SandboxProcesses } from '../../sandbox/processes';
import { chooseSandbox, type SandboxOptions } from '../../sandbox/sandbox';
import { cutShort, limited, LimitError } from '../../node/limited';
import { bundleTest, type TestBundle } from '../../harness/bundle';
import { CompileError, compileWork, neededCells, type Program, type Work } from '../../harness/program';
import { outline, type TestResult } from '../../harness/run';

export interface Job {
  exercise: string;
  /** What the student handed in; without it, only the tests are listed. */
  work?: Work;
  testFile: string;
  /** Hash of the test that is to be run: a file that was changed meanwhile, or is another one here, gives no grade. */
  testHash: string;
  /** Seconds one answer may take; 10 if not given. */
  answerSeconds?: number;
}

export interface JobResult {
  /** The student's file could not be compiled: the compiler's message. */
  compileError?: string;
  exam?: ExamResult;
  outline?: TestResult[];
  /** A fault of ours: no grade may come of it. */
  fault?: string;
}

/** What a worker says: its process may ask to be replaced. */
export type Said = JobResult & { isLast?: true };

/** What examines jobs, with sandboxed processes of its own. */
function examiner(options: SandboxOptions): { work(job: Job): Promise<JobResult>; close(): void } {
  // Workers of other runs on this machine have other numbers.
  const processes = new SandboxProcesses(chooseSandbox(options), process.pid % 4096, LIMITS);
  const tests = new Map<string, TestBundle>();

  const testOf = ({ testFile, testHash }: Job): TestBundle => {
    const known = tests.get(testHash);
    if (known) return known;
    const test = bundleTest(testFile);
    if (test.hash !== testHash) throw new Error('the test file is not the one that the class is graded with');
    tests.set(testHash, test);
    return test;
  };

  const examined = async (job: Job): Promise<JobResult> => {
    const { exercise, work, answerSeconds } = job;
    const test = testOf(job);
    if (work === undefined) return { outline: outline(test) };
    let program: Program;
    let needed: Set<string>;
    try {
      program = await compileWork(work);
      needed = limited(2000, 'the notebook', () => neededCells(work.cells ?? [], work.asked ?? []));
    } catch (error) {
      if (error instanceof CompileError || error instanceof LimitError) return { compileError: error.message };
      throw error;
    }
    const { module, cells, files } = program;
    const modules = module === undefined ? {} : { [exercise]: module };
    const notebook = cells && { module: exercise, cells, isNeeded: (label: string) => needed.has(label) };
    return { exam: await examine(test, { processes, modules, notebook, files, answerSeconds }) };
  };

  return {
    work: job => examined(job).catch((error: Error): JobResult => ({ fault: error.message })),
    close: () => processes.close(),
  };
}

if (process.send) {
  const { work, close } = examiner(JSON.parse(process.argv[2]) as SandboxOptions);
  const end = (): void => {
    close();
    process.exit(0);
  };
  process.on('disconnect', end).on('SIGTERM', end);
  process.on('message', (job: Job) => {
    // What was ended in the middle of TensorFlow.js may have left its scopes open: the next job gets another process.
    void work(job).then(result => process.send!(cutShort() ? { ...result, isLast: true } : result));
  });
}
