/** Grades a class over all cores: resumes after a kill, runs again only what changed, and writes grades.json. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { exercisesOf, testFileOf, TESTS } from '../harness/exercises';
import type { TestResult } from '../harness/run';
import { stubOf } from '../harness/stub';
import { type Change, changesBetween, readState, type State } from './changes';
import { type Collected, collect } from './collect';
import type { ExamResult } from './exam';
import { checkNames, type Policy, round, rule, type Ruling } from './policy';
import { bundleTest } from '../harness/bundle';
import { runOverQueue } from './queue';
import type { JobResult } from './worker';
import { Workers } from './workers';
import { LIMITS } from '../sandbox/limits';
import { chooseSandbox, type Sandbox, type SandboxOptions } from '../sandbox/sandbox';

/** Raise it when the grader itself comes to other scores: everything is then graded again. */
const GRADER = 3;

/** One line of grades.json. */
export interface Grade {
  student: string;
  exercise: string;
  score: number;
  max: number;
  status: 'graded' | 'missing' | 'not compiled' | 'stopped' | 'not graded';
  /** What is not plain about the grade, in one sentence; else empty. */
  reason: string;
}

export interface GradeOptions {
  submissions: string;
  out: string;
  exercises?: string[];
  sandbox?: SandboxOptions;
  /** Seconds one answer may take; 10 if not given. All tests of an exercise together have 120. */
  answerSeconds?: number;
  /** Address of a Redis or Valkey, whose workers examine instead of ours. */
  queue?: string;
  jobs?: number;
  testFolder?: string;
  /** Folder of the solutions, of which the stubs are made that notebooks are put together after. */
  solutionFolder?: string;
  policy?: Policy;
  /** Run everything again, also what has not changed. */
  fresh?: boolean;
  onProgress?(done: number, total: number): void;
}

/** A grade with all that reports are made of. */
export interface Entry {
  grade: Grade;
  work: Collected;
  /** Score of the tests alone. */
  raw: number;
  ruling: Ruling;
  /** In the order of the test file; empty where nothing ran. */
  tests: TestResult[];
  compileError?: string;
  /** What stopped the sandbox, in the grader's words and perhaps the student's: for the instructor only. */
  failure?: string;
}

export interface ClassResult {
  entries: Entry[];
  exercises: string[];
  /** All tests of each exercise, in their order. */
  outlines: Map<string, TestResult[]>;
  changes: Change[];
  /** How many submissions ran, and how many were known from before. */
  ran: number;
  known: number;
  /** The sandbox of the submissions, in words; `sandboxed` is false for --no-sandbox. */
  sandbox: string;
  sandboxed: boolean;
}

interface Outcome {
  key: string;
  compileError?: string;
  exam?: ExamResult;
  outline?: TestResult[];
}

/** Grades every student's every exercise and returns what stands in grades.json. */
export async function grade(options: GradeOptions): Promise<Grade[]> {
  return (await gradeClass(options)).entries.map(({ grade }) => grade);
}

/**
 * Grades every student's every exercise. What was graded before with the same source and the same tests is not run
 * again; where our own side fails, the score of the run before is kept.
 */
export async function gradeClass(options: GradeOptions): Promise<ClassResult> {
  const { submissions, out, testFolder = TESTS, policy = {}, answerSeconds } = options;
  const known = options.exercises ?? exercisesOf(testFolder);
  const sandbox = options.queue ? sandboxOfWorkers(options.sandbox) : chooseSandbox(options.sandbox);
  const sandboxed = sandbox.name !== 'none';
  const testFiles = new Map(known.map(exercise => [exercise, testFileOf(exercise, testFolder)]));
  const stubs = new Map(known.map(exercise => [exercise, stubOf(exercise, options.solutionFolder)]));
  const all = await collect(submissions, known, {
    stub: exercise => stubs.get(exercise),
    timestamps: policy.nbgraderTimestamps,
  });
  const exercises = options.exercises ?? exercisesIn(all, known);
  const collected = all.filter(({ exercise }) => exercises.includes(exercise));
  checkNames(policy, new Set(collected.map(({ student }) => student)), new Set(known));
  fs.mkdirSync(out, { recursive: true });

  const faults = new Map<string, string>();
  const testHashes = new Map<string, string>();
  for (const exercise of exercises) {
    const file = testFiles.get(exercise)!;
    try {
      testHashes.set(exercise, bundleTest(file).hash);
    } catch (error) {
      testHashes.set(exercise, hash(fs.readFileSync(file, 'utf8')));
      faults.set(exercise, (error as Error).message);
    }
  }
  const sandboxKey = [sandbox.name, options.sandbox?.tensorflow ? 'tensorflow' : '', answerSeconds ?? ''].join(' ');
  const journal = new Journal(path.join(out, 'journal.jsonl'));
  const keyOf = ({ source, exercise }: { source?: string; exercise: string }): string =>
    hash(
      source === undefined ? 'outline' : `source ${source}`,
      ...[exercise, testHashes.get(exercise)!, sandboxKey, JSON.stringify(LIMITS), String(GRADER)],
    );
  const todo = new Map<string, { exercise: string; source?: string }>();
  const handedIn = collected.filter(({ source }) => source !== undefined);
  for (const { exercise, source } of [...exercises.map(exercise => ({ exercise, source: undefined })), ...handedIn])
    if (!faults.has(exercise)) todo.set(keyOf({ exercise, source }), { exercise, source });
  const submitted = [...todo.values()].filter(({ source }) => source !== undefined).length;
  for (const key of journal.outcomes.keys()) if (!options.fresh) todo.delete(key);
  const ran = [...todo.values()].filter(({ source }) => source !== undefined).length;

  let done = 0;
  options.onProgress?.(done, todo.size);
  try {
    const onResult = (key: string, result: JobResult): void => {
      if (result.fault) faults.set(key, result.fault);
      else journal.add({ key, compileError: result.compileError, exam: result.exam, outline: result.outline });
      options.onProgress?.(++done, todo.size);
    };
    const jobs = [...todo].map(([key, { exercise, source }]) => {
      const testHash = testHashes.get(exercise)!;
      return { key, job: { exercise, source, testHash, testFile: testFiles.get(exercise)!, sandboxed, answerSeconds } };
    });
    if (options.queue) await runOverQueue(options.queue, jobs, onResult);
    else {
      const workers = new Workers(options.jobs ?? defaultJobs(), { ...options.sandbox, name: sandbox.name });
      await Promise.all(jobs.map(async ({ key, job }) => onResult(key, await workers.run(job))));
      workers.close();
    }
  } finally {
    journal.close();
  }

  // Without its tests listed, an exercise has no maximum: nobody's score in it can be told.
  for (const exercise of exercises) {
    const fault = faults.get(keyOf({ exercise }));
    if (fault) faults.set(exercise, fault);
  }
  const before = readState(path.join(out, 'state.json'));
  const outlines = new Map(
    exercises.map(exercise => [exercise, journal.outcomes.get(keyOf({ exercise }))?.outline ?? []]),
  );
  const entries = collected.map(work => {
    const key = keyOf(work);
    const fault = faults.get(work.exercise) ?? faults.get(key);
    const outcome = work.source === undefined || fault ? undefined : journal.outcomes.get(key);
    const previous = before.get(`${work.student}/${work.exercise}`);
    const entry = entryOf(work, outcome, outlines.get(work.exercise)!, policy, previous, fault);
    if (!sandboxed) entry.grade.reason = sentence(entry.grade.reason, 'graded without a sandbox');
    return entry;
  });
  const now: State[] = entries.map(({ grade, work, raw }) => ({
    ...grade,
    raw,
    source: work.source === undefined ? '' : hash(work.source),
    tests: testHashes.get(work.exercise)!,
    sandbox: sandbox.name,
  }));
  const changes = changesBetween(before, now);
  writeAtomically(path.join(out, 'grades.json'), json(entries.map(({ grade }) => grade)));
  writeAtomically(path.join(out, 'changes.json'), json(changes));
  // Last, as it is what the next run compares with.
  writeAtomically(path.join(out, 'state.json'), json(now));
  return {
    ...{ entries, exercises, outlines, changes, ran, known: submitted - ran },
    ...{ sandbox: sandbox.description, sandboxed },
  };
}

/** The exercises of which somebody handed in something; all where nobody handed in anything. */
function exercisesIn(collected: Collected[], known: string[]): string[] {
  const found = new Set(collected.filter(({ absent }) => !absent).map(({ exercise }) => exercise));
  return found.size ? known.filter(exercise => found.has(exercise)) : known;
}

function entryOf(
  work: Collected,
  outcome: Outcome | undefined,
  tests: TestResult[],
  policy: Policy,
  previous: State | undefined,
  fault?: string,
): Entry {
  const { student, exercise, source, problem, note } = work;
  const exam = outcome?.exam;
  const max = round(tests.reduce((sum, { points }) => sum + points, 0));
  const entry = (status: Grade['status'], raw: number, ...reasons: (string | undefined)[]): Entry => {
    const ruling = rule(policy, { ...work, missing: status === 'missing' }, raw);
    const reason = sentence(...reasons, note, ...ruling.reasons);
    return {
      ...{
        work,
        raw,
        ruling,
        tests: exam?.tests ?? tests,
        compileError: outcome?.compileError,
        failure: exam?.failure,
      },
      grade: { student, exercise, score: ruling.score, max, status, reason },
    };
  };
  if (!outcome && (source !== undefined || fault)) {
    const failed = `the grader failed: ${fault ?? 'interrupted'}`;
    if (!previous || previous.max === 0) return entry('not graded', 0, failed);
    const kept = entry('not graded', previous.raw, `${failed}; the score of the run before is kept`);
    return { ...kept, grade: { ...kept.grade, max: previous.max } };
  }
  if (!outcome) return entry('missing', 0, problem);
  if (outcome.compileError) return entry('not compiled', 0, outcome.compileError);
  return entry(exam!.failure ? 'stopped' : 'graded', round(exam!.score), exam!.failure);
}

function sentence(...parts: (string | undefined)[]): string {
  return parts.filter(Boolean).join('; ');
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
      try {
        const outcome = JSON.parse(line) as Outcome;
        this.outcomes.set(outcome.key, outcome);
      } catch {
        // A line that a full disk or a power cut spoiled costs one submission its place in the cache, nothing more.
      }
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

/** Over a queue the workers have the sandboxes; their own terminals say which. */
function sandboxOfWorkers({ name = 'bubblewrap' }: SandboxOptions = {}): Pick<Sandbox, 'name' | 'description'> {
  const sandboxed = name !== 'none';
  return { name, description: `the workers of the queue${sandboxed ? ', each with a sandbox of its own' : ''}` };
}

/** One more than there are cores: while a submission answers, another worker compiles or compares. */
function defaultJobs(): number {
  return os.availableParallelism() + 1;
}

function writeAtomically(file: string, text: string): void {
  fs.writeFileSync(`${file}.new`, text, { flush: true } as fs.WriteFileOptions);
  fs.renameSync(`${file}.new`, file);
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2) + '\n';
}

function hash(...parts: string[]): string {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(`${part.length}:${part}`);
  return sum.digest('hex');
}
