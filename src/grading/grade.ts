/** `npm run grade -- SUBMISSIONS --out REPORTS`: grades a class over all cores, resumes, and writes grades.json. */
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Collected, collect } from './collect';
import type { ExamResult } from './exam';
import type { Job, JobResult } from './worker';
import { wall } from './wall';

const ROOT = path.join(__dirname, '..', '..');
const TESTS = path.join(ROOT, 'test', 'exercises');

/** One line of grades.json. */
export interface Grade {
  student: string;
  exercise: string;
  score: number;
  max: number;
  status: 'graded' | 'missing' | 'not compiled' | 'stopped' | 'not graded';
  /** One sentence where `status` is not plainly 'graded'; empty otherwise. */
  reason: string;
}

export interface GradeOptions {
  submissions: string;
  out: string;
  exercises?: string[];
  sandbox?: boolean;
  jobs?: number;
  testFolder?: string;
  onProgress?(done: number, total: number): void;
}

interface Outcome {
  key: string;
  compileError?: string;
  exam?: ExamResult;
}

/** Grades every student's every exercise. What was graded before with the same source and the same tests is not run again. */
export async function grade(options: GradeOptions): Promise<Grade[]> {
  const { submissions, out, sandbox = true, testFolder = TESTS } = options;
  const exercises = options.exercises ?? exercisesOf(testFolder);
  const testFiles = new Map(exercises.map(exercise => [exercise, testFileOf(testFolder, exercise)]));
  const holds = wall(sandbox);
  const collected = collect(submissions, exercises);
  fs.mkdirSync(out, { recursive: true });

  const journal = new Journal(path.join(out, 'journal.jsonl'));
  const keyOf = ({ source, exercise }: Collected): string =>
    hash(source ?? '', exercise, fs.readFileSync(testFiles.get(exercise)!, 'utf8'), String(holds.name));
  const todo = new Map(collected.filter(item => item.source !== undefined).map(item => [keyOf(item), item]));
  for (const key of journal.outcomes.keys()) todo.delete(key);

  const faults = new Map<string, string>();
  let done = 0;
  options.onProgress?.(done, todo.size);
  await runJobs([...todo], testFiles, sandbox, options.jobs ?? os.availableParallelism(), (key, result) => {
    if (result.fault) faults.set(key, result.fault);
    else journal.add({ key, compileError: result.compileError, exam: result.exam });
    options.onProgress?.(++done, todo.size);
  });
  journal.close();

  const maximum = new Map<string, number>();
  for (const item of collected) {
    const exam = journal.outcomes.get(keyOf(item))?.exam;
    if (exam) maximum.set(item.exercise, exam.max);
  }
  const grades = collected.map(item => {
    const outcome = item.source === undefined ? undefined : journal.outcomes.get(keyOf(item));
    return gradeOf(item, outcome, maximum.get(item.exercise) ?? 0, faults.get(keyOf(item)));
  });
  writeAtomically(path.join(out, 'grades.json'), JSON.stringify(grades, null, 2) + '\n');
  return grades;
}

/** The exercises that have a test file, in their order. */
export function exercisesOf(testFolder: string): string[] {
  return fs
    .readdirSync(testFolder)
    .flatMap(file => /^(\d\d-[\w-]+)\.test\.ts$/.exec(file)?.[1] ?? [])
    .sort();
}

function testFileOf(folder: string, exercise: string): string {
  const file = path.join(folder, `${exercise}.test.ts`);
  if (fs.existsSync(file)) return file;
  throw new Error(`There is no exercise ${exercise}; the exercises are ${exercisesOf(folder).join(', ')}.`);
}

function gradeOf(
  { student, exercise, source, problem }: Collected,
  outcome: Outcome | undefined,
  max: number,
  fault?: string,
): Grade {
  const grade = (status: Grade['status'], score: number, reason: string): Grade => ({
    student,
    exercise,
    score,
    max,
    status,
    reason,
  });
  if (source === undefined) return grade('missing', 0, problem!);
  if (!outcome) return grade('not graded', 0, `the grader failed: ${fault ?? 'interrupted'}`);
  if (outcome.compileError) return grade('not compiled', 0, outcome.compileError);
  const { score, failure } = outcome.exam!;
  return grade(failure ? 'stopped' : 'graded', score, failure ?? '');
}

/** Outcomes by content, appended as they come: what a killed run has graded is there for the next one. */
class Journal {
  readonly outcomes = new Map<string, Outcome>();
  private readonly descriptor: number;

  constructor(file: string) {
    const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
    // A last line without its end was cut by a kill: that submission is graded again.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole !== text) writeAtomically(file, whole);
    for (const line of whole.split('\n').filter(Boolean)) {
      const outcome = JSON.parse(line) as Outcome;
      this.outcomes.set(outcome.key, outcome);
    }
    this.descriptor = fs.openSync(file, 'a');
  }

  add(outcome: Outcome): void {
    fs.writeSync(this.descriptor, JSON.stringify(outcome) + '\n');
    this.outcomes.set(outcome.key, outcome);
  }

  close(): void {
    fs.fsyncSync(this.descriptor);
    fs.closeSync(this.descriptor);
  }
}

/** Hands the jobs to `count` workers; a worker that dies is replaced, and its job is a fault of ours, not a zero. */
async function runJobs(
  jobs: [key: string, item: Collected][],
  testFiles: Map<string, string>,
  sandbox: boolean,
  count: number,
  onResult: (key: string, result: JobResult) => void,
): Promise<void> {
  let next = 0;
  const serve = (slot: number): Promise<void> =>
    new Promise(resolve => {
      let worker: ChildProcess;
      let current: number | undefined;
      const give = (): void => {
        current = next < jobs.length ? next++ : undefined;
        if (current === undefined) {
          worker.disconnect();
          return resolve();
        }
        const { exercise, source } = jobs[current][1];
        worker.send({ id: current, exercise, source: source!, testFile: testFiles.get(exercise)! } satisfies Job);
      };
      const launch = (): void => {
        worker = fork(path.join(ROOT, 'dist', 'grading', 'worker.js'), [String(slot), String(sandbox)], { execArgv: [] });
        worker.on('message', (result: JobResult) => {
          onResult(jobs[result.id][0], result);
          give();
        });
        worker.on('exit', () => {
          if (current === undefined) return;
          onResult(jobs[current][0], { id: current, fault: 'its worker ended' });
          if (next < jobs.length) launch();
          else resolve();
        });
        give();
      };
      launch();
    });
  await Promise.all(Array.from({ length: Math.min(count, jobs.length) }, (_, slot) => serve(slot)));
}

function writeAtomically(file: string, text: string): void {
  fs.writeFileSync(`${file}.new`, text, { flush: true } as fs.WriteFileOptions);
  fs.renameSync(`${file}.new`, file);
}

function hash(...parts: string[]): string {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(`${part.length}:${part}`);
  return sum.digest('hex');
}
