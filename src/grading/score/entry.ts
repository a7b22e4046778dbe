/** The grade of one piece of work: what its tests came to, under the policy. */
import type { TestResult } from '../../harness/run';
import type { Collected } from '../collect/collect';
import type { JobResult } from '../run/worker';
import type { State } from './changes';
import { type Policy, round, rule } from './policy';
import type { Entry, Grade } from './results';

/** @param previous what the run before came to: its score is kept where our own side fails */
export function entryOf(
  work: Collected,
  outcome: JobResult | undefined,
  tests: TestResult[],
  policy: Policy,
  previous: State | undefined,
  fault?: string,
): Entry {
  const { student, exercise, problem, note } = work;
  const exam = outcome?.exam;
  const max = round(tests.reduce((sum, { points }) => sum + points, 0));
  const entry = (status: Grade['status'], raw: number, ...reasons: (string | undefined)[]): Entry => {
    const ruling = rule(policy, { ...work, missing: status === 'missing' }, raw);
    const reason = sentence(...reasons, note, ...(exam?.notes ?? []), ...ruling.reasons);
    return {
      ...{
        work,
        raw,
        ruling,
        tests: exam?.tests ?? tests,
        compileError: outcome?.compileError,
        failure: exam?.failure,
        ...(exam?.notes ? { notes: exam.notes } : {}),
      },
      grade: { student, exercise, score: ruling.score, max, status, reason },
    };
  };
  if (!outcome && (work.work !== undefined || fault)) {
    const failed = `the grader failed: ${fault ?? 'interrupted'}`;
    if (!previous || previous.max === 0) return entry('not graded', 0, failed);
    const kept = entry('not graded', previous.raw, `${failed}; the score of the run before is kept`);
    return { ...kept, grade: { ...kept.grade, max: previous.max } };
  }
  if (!outcome) return entry('missing', 0, problem);
  if (outcome.compileError) return entry('not compiled', 0, outcome.compileError);
  return entry(exam!.failure ? 'stopped' : 'graded', round(exam!.score), exam!.failure);
}

/** Clauses as one, without those that are empty. */
export function sentence(...parts: (string | undefined)[]): string {
  return parts.filter(Boolean).join('; ');
}
