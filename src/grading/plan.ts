/** What a class handed in, and which of it has to be examined. */
import fs from 'node:fs';
import { bundleTest } from '../harness/bundle';
import { exercisesOf, testFileOf, TESTS } from '../harness/exercises';
import type { Work } from '../harness/program';
import { stubOf } from '../harness/stub';
import { LIMITS } from '../sandbox/limits';
import { chooseSandbox, type Sandbox, type SandboxOptions } from '../sandbox/sandbox';
import { hash } from '../setup/steps';
import { type Collected, collectClass } from './collect/collect';
import { checkNames, type Policy } from './score/policy';

/** Raise it when the grader itself comes to other scores: everything is then graded again. */
const GRADER = 4;

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
  /** What holds the run up, in one sentence. */
  onHeldUp?(sentence: string): void;
}

/** The test of an exercise, as it is now. */
interface PlannedTest {
  file: string;
  hash: string;
  /** Why it cannot run: then nobody gets a grade for it. */
  fault?: string;
}

export interface Plan {
  exercises: string[];
  tests: Map<string, PlannedTest>;
  collected: Collected[];
  /** Files that end in no grade, one sentence each. */
  warnings: string[];
  sandbox: Pick<Sandbox, 'name' | 'description'>;
  /** The hash of all that decides what comes of a piece of work; without work, of the list of the exercise's tests. */
  keyOf(piece: { exercise: string; work?: Work }): string;
}

/**
 * Reads the submissions and the tests; runs nothing.
 * @throws one sentence for a folder, an exercise or a name in the policy that does not exist
 */
export async function planOf(options: GradeOptions): Promise<Plan> {
  const { submissions, testFolder = TESTS, policy = {}, answerSeconds } = options;
  const known = options.exercises ?? exercisesOf(testFolder);
  const sandbox = options.queue ? sandboxOfWorkers(options.sandbox) : chooseSandbox(options.sandbox);
  const files = new Map(known.map(exercise => [exercise, testFileOf(exercise, testFolder)]));
  const stubs = new Map(known.map(exercise => [exercise, stubOf(exercise, options.solutionFolder)]));
  const { works: all, warnings } = await collectClass(submissions, known, {
    stub: exercise => stubs.get(exercise),
    timestamps: policy.nbgraderTimestamps,
  });
  const exercises = options.exercises ?? exercisesIn(all, known);
  const collected = all.filter(({ exercise }) => exercises.includes(exercise));
  checkNames(policy, new Set(collected.map(({ student }) => student)), new Set(known));
  const tests = new Map(exercises.map(exercise => [exercise, plannedTest(files.get(exercise)!)]));
  const sandboxKey = [sandbox.name, options.sandbox?.tensorflow ? 'tensorflow' : '', answerSeconds ?? ''].join(' ');
  const keyOf: Plan['keyOf'] = ({ work, exercise }) =>
    hash([
      work === undefined ? 'outline' : `work ${JSON.stringify(work)}`,
      ...[exercise, tests.get(exercise)!.hash, sandboxKey, JSON.stringify(LIMITS), String(GRADER)],
    ]);
  return { exercises, tests, collected, warnings, sandbox, keyOf };
}

/** All that can be examined, each once, by its key: the list of every exercise's tests, and what was handed in. */
export function workOf({ exercises, tests, collected, keyOf }: Plan): Map<string, { exercise: string; work?: Work }> {
  const outlines = exercises.map(exercise => ({ exercise, work: undefined }));
  const handedIn = collected.filter(({ work }) => work !== undefined);
  return new Map(
    [...outlines, ...handedIn]
      .filter(({ exercise }) => tests.get(exercise)!.fault === undefined)
      .map(({ exercise, work }) => [keyOf({ exercise, work }), { exercise, work }]),
  );
}

function plannedTest(file: string): PlannedTest {
  try {
    return { file, hash: bundleTest(file).hash };
  } catch (error) {
    return { file, hash: hash([fs.readFileSync(file, 'utf8')]), fault: (error as Error).message };
  }
}

/** The exercises of which somebody handed in something; all where nobody handed in anything. */
function exercisesIn(collected: Collected[], known: string[]): string[] {
  const found = new Set(collected.filter(({ absent }) => !absent).map(({ exercise }) => exercise));
  return found.size ? known.filter(exercise => found.has(exercise)) : known;
}

/** Over a queue the workers have the sandboxes; their own terminals say which. */
function sandboxOfWorkers({ name = 'bubblewrap' }: SandboxOptions = {}): Pick<Sandbox, 'name' | 'description'> {
  const sandboxed = name !== 'none';
  return { name, description: `the workers of the queue${sandboxed ? ', each with a sandbox of its own' : ''}` };
}
