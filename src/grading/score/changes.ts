/** Who got another grade than in the run before, and why. */
import fs from 'node:fs';

/** What a run leaves for the next one to compare with: the grade and the hashes of all that it came of. */
export interface State {
  student: string;
  exercise: string;
  score: number;
  max: number;
  status: string;
  reason: string;
  /** Score of the tests, before any policy. */
  raw: number;
  source: string;
  tests: string;
  /** Absent in what earlier versions of the kit left. */
  sandbox?: string;
}

export interface Change {
  student: string;
  exercise: string;
  /** Null where there was no grade before, or is none now. */
  from: { score: number; max: number; status: string } | null;
  to: { score: number; max: number; status: string } | null;
  /** One clause. */
  why: string;
}

/** The state by `student/exercise`; empty before the first run, and where the file cannot be read. */
export function readState(file: string): Map<string, State> {
  try {
    const states = JSON.parse(fs.readFileSync(file, 'utf8')) as State[];
    return new Map(states.map(state => [`${state.student}/${state.exercise}`, state]));
  } catch {
    return new Map();
  }
}

/** The grades that differ from the run before; empty after a first run. */
export function changesBetween(before: Map<string, State>, now: State[]): Change[] {
  if (before.size === 0) return [];
  const gone = new Map(before);
  const changes = now.flatMap((state): Change[] => {
    const { student, exercise } = state;
    const key = `${student}/${exercise}`;
    const old = before.get(key);
    gone.delete(key);
    if (!old) return [{ student, exercise, from: null, to: show(state), why: 'was not in the run before' }];
    if (old.score === state.score && old.max === state.max && old.status === state.status) return [];
    return [{ student, exercise, from: show(old), to: show(state), why: why(old, state) }];
  });
  const left = [...gone.values()].map(({ student, exercise, ...old }): Change => ({
    ...{ student, exercise, from: show(old), to: null },
    why: 'is not in this run',
  }));
  return [...changes, ...left];
}

function why(old: State, now: State): string {
  if (now.status === 'not graded') return now.reason;
  const reasons: string[] = [];
  if (old.source !== now.source)
    reasons.push(!old.source ? 'was handed in' : !now.source ? 'is gone' : 'the submission changed');
  if (old.tests !== now.tests) reasons.push('the tests changed');
  if (old.sandbox && old.sandbox !== now.sandbox)
    reasons.push(`the sandbox changed from ${old.sandbox} to ${now.sandbox}`);
  if (old.raw - old.score !== now.raw - now.score) reasons.push('the policy changed');
  if (old.status === 'not graded') reasons.push('the grader failed in the run before');
  return reasons.join(', ') || 'another outcome of the same tests';
}

function show({ score, max, status }: Omit<State, 'student' | 'exercise'>): Change['from'] {
  return { score, max, status };
}
