/** Grades a class over all cores: resumes after a kill, runs again only what changed, and writes grades.json. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeWhole } from '../node/files';
import { hash } from '../setup/steps';
import { Journal } from './journal';
import { type GradeOptions, type Plan, planOf, workOf } from './plan';
import { runOverQueue } from './run/queue';
import type { JobResult } from './run/worker';
import { Workers } from './run/workers';
import { changesBetween, readState, type State } from './score/changes';
import { entryOf, sentence } from './score/entry';
import type { ClassResult, Entry, Grade } from './score/results';

/** Grades every student's every exercise and returns what grades.json contains. */
export async function grade(options: GradeOptions): Promise<Grade[]> {
  return (await gradeClass(options)).entries.map(({ grade }) => grade);
}

/**
 * Grades every student's every exercise. What was graded before with the same source and the same tests is not run
 * again; where our own side fails, the score of the run before is kept.
 */
export async function gradeClass(options: GradeOptions): Promise<ClassResult> {
  const plan = await planOf(options);
  fs.mkdirSync(options.out, { recursive: true });
  const journal = new Journal(path.join(options.out, 'journal.jsonl'));
  let examined: Examined;
  try {
    examined = await examine(plan, journal, options);
  } finally {
    journal.close();
  }
  return conclude(plan, journal, examined, options);
}

interface Examined {
  /** Why our own side failed, by the key of the work. */
  faults: Map<string, string>;
  /** How many submissions ran, and how many were known from before. */
  ran: number;
  known: number;
}

/** Has everything examined that the journal does not know yet, and notes what comes of it there. */
async function examine({ tests, sandbox, ...plan }: Plan, journal: Journal, options: GradeOptions): Promise<Examined> {
  const faults = new Map<string, string>();
  const all = [...workOf({ tests, sandbox, ...plan })];
  const todo = options.fresh ? all : all.filter(([key]) => !journal.outcomes.has(key));
  const submissionsIn = (list: typeof all): number => list.filter(([, { work }]) => work !== undefined).length;
  let done = 0;
  options.onProgress?.(done, todo.length);
  const onResult = (key: string, { fault, ...outcome }: JobResult): void => {
    if (fault) faults.set(key, fault);
    else journal.add({ key, ...outcome });
    options.onProgress?.(++done, todo.length);
  };
  const jobs = todo.map(([key, { exercise, work }]) => {
    const { file: testFile, hash: testHash } = tests.get(exercise)!;
    const sandboxed = sandbox.name !== 'none';
    return { key, job: { exercise, work, testHash, testFile, sandboxed, answerSeconds: options.answerSeconds } };
  });
  if (options.queue) await runOverQueue(options.queue, jobs, onResult, options.onHeldUp);
  else {
    const workers = new Workers(options.jobs ?? defaultJobs(), { ...options.sandbox, name: sandbox.name });
    await Promise.all(jobs.map(async ({ key, job }) => onResult(key, await workers.run(job))));
    workers.close();
  }
  const ran = submissionsIn(todo);
  return { faults, ran, known: submissionsIn(all) - ran };
}

/** Makes the grades of what was examined, compares them with those of the run before, and writes them. */
function conclude(plan: Plan, journal: Journal, examined: Examined, options: GradeOptions): ClassResult {
  const { exercises, tests, collected, warnings, sandbox, keyOf } = plan;
  const { faults, ran, known } = examined;
  const stateFile = path.join(options.out, 'state.json');
  const before = readState(stateFile);
  const sandboxed = sandbox.name !== 'none';
  // Without its tests listed, an exercise has no maximum: nobody's score in it can be told.
  const faultOf = (exercise: string): string | undefined =>
    tests.get(exercise)!.fault ?? faults.get(keyOf({ exercise }));
  const outlines = new Map(
    exercises.map(exercise => [exercise, journal.outcomes.get(keyOf({ exercise }))?.outline ?? []]),
  );
  const entries = collected.map((work): Entry => {
    const key = keyOf(work);
    const fault = faultOf(work.exercise) ?? faults.get(key);
    const outcome = work.work === undefined || fault ? undefined : journal.outcomes.get(key);
    const previous = before.get(`${work.student}/${work.exercise}`);
    const entry = entryOf(work, outcome, outlines.get(work.exercise)!, options.policy ?? {}, previous, fault);
    if (!sandboxed) entry.grade.reason = sentence(entry.grade.reason, 'graded without a sandbox');
    return entry;
  });
  const now = entries.map(({ grade, work, raw }): State => ({
    ...grade,
    raw,
    source: work.work === undefined ? '' : hash([JSON.stringify(work.work)]),
    tests: tests.get(work.exercise)!.hash,
    sandbox: sandbox.name,
  }));
  const changes = changesBetween(before, now);
  const write = (file: string, value: unknown): void =>
    writeWhole(file, [Buffer.from(JSON.stringify(value, null, 2) + '\n')]);
  write(path.join(options.out, 'grades.json'), entries.map(({ grade }) => grade)); // prettier-ignore
  write(path.join(options.out, 'changes.json'), changes);
  // Last, as it is what the next run compares with.
  write(stateFile, now);
  return { entries, exercises, outlines, changes, warnings, ran, known, sandbox: sandbox.description, sandboxed };
}

/** One more than there are cores: while a submission answers, another worker compiles or compares. */
function defaultJobs(): number {
  return os.availableParallelism() + 1;
}
