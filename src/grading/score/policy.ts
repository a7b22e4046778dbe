/** The one reviewed file of what people decide about grades: deadlines, penalties, overrides and points by hand. */
import fs from 'node:fs';

export interface Policy {
  /** ISO 8601 with a zone; work that came later is late. */
  deadline?: string;
  /** Deadlines of single exercises, and of single students (`"alice"` or `"alice/02-lrn"`); the most particular counts. */
  deadlines?: Record<string, string>;
  extensions?: Record<string, string>;
  /** Minutes after the deadline that cost nothing. */
  graceMinutes?: number;
  /** Share of the reached points that each day begun costs: 0.1 is ten per cent. */
  penaltyPerDay?: number;
  /** The most that lateness costs, as a share; 1 if not given. */
  maximumPenalty?: number;
  /** When work came in, where the platform does not say: by `"alice"` or `"alice/02-lrn"`. */
  submitted?: Record<string, string>;
  /** Believe timestamp.txt in nbgrader trees. */
  nbgraderTimestamps?: boolean;
  /** Points added or taken away by hand. */
  extra?: { student: string; exercise: string; points: number; reason: string }[];
  /** The last word on a score. */
  overrides?: { student: string; exercise: string; score: number; reason: string }[];
}

/** What the policy makes of one score. */
export interface Ruling {
  score: number;
  /** Points lost to lateness. */
  penalty: number;
  due?: string;
  submitted?: string;
  /** One clause for each rule that applied, for the student to read. */
  reasons: string[];
}

const KEYS: Record<keyof Policy, 'time' | 'times' | 'number' | 'flag' | 'list'> = {
  deadline: 'time',
  deadlines: 'times',
  extensions: 'times',
  graceMinutes: 'number',
  penaltyPerDay: 'number',
  maximumPenalty: 'number',
  submitted: 'times',
  nbgraderTimestamps: 'flag',
  extra: 'list',
  overrides: 'list',
};
const DAY = 24 * 60 * 60 * 1000;

/**
 * Reads and checks a policy.
 * @throws one sentence with the place for anything that is not understood: a typo must not pass as no rule.
 */
export function readPolicy(file: string): Policy {
  if (!fs.existsSync(file)) throw new Error(`There is no policy file ${file}; --late names a JSON file.`);
  let policy: Record<string, unknown>;
  try {
    policy = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}.`);
  }
  const wrong = (place: string, value: unknown, right: string): Error =>
    new Error(`${file}: ${place} is ${JSON.stringify(value)}; expected ${right}.`);
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy))
    throw wrong('the file', policy, 'an object');
  const time = (place: string, value: unknown): void => {
    if (typeof value !== 'string' || !/T\d\d:\d\d.*(Z|[+-]\d\d:\d\d)$/.test(value) || Number.isNaN(Date.parse(value)))
      throw wrong(place, value, 'a time with its zone, such as "2026-03-01T23:59:00+01:00"');
  };
  for (const [key, value] of Object.entries(policy)) {
    const kind = Object.hasOwn(KEYS, key) ? KEYS[key as keyof Policy] : undefined;
    if (!kind) throw new Error(`${file} has ${JSON.stringify(key)}; known are ${Object.keys(KEYS).join(', ')}.`);
    if (kind === 'time') time(key, value);
    if (kind === 'flag' && typeof value !== 'boolean') throw wrong(key, value, 'true or false');
    if (kind === 'number') {
      const most = key === 'graceMinutes' ? Infinity : 1;
      if (typeof value !== 'number' || !(value >= 0 && value <= most))
        throw wrong(key, value, most === 1 ? 'a share from 0 to 1' : 'a number of minutes, not negative');
    }
    if (kind === 'times') {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(key, value, 'an object');
      for (const [name, when] of Object.entries(value)) time(`${key}[${JSON.stringify(name)}]`, when);
    }
    if (kind === 'list') {
      if (!Array.isArray(value)) throw wrong(key, value, 'a list');
      const amount = key === 'extra' ? 'points' : 'score';
      value.forEach((entry: Record<string, unknown> | null, i) => {
        for (const name of ['student', 'exercise', 'reason'])
          if (typeof entry?.[name] !== 'string' || !entry[name])
            throw wrong(`${key}[${i}].${name}`, entry?.[name], 'a text that is not empty');
        if (typeof entry![amount] !== 'number' || !Number.isFinite(entry![amount]))
          throw wrong(`${key}[${i}].${amount}`, entry![amount], 'a number');
      });
    }
  }
  return policy as Policy;
}

/** Checks that every student and every exercise that the policy names is in the class. */
export function checkNames(policy: Policy, students: Set<string>, exercises: Set<string>): void {
  const check = (place: string, name: string): void => {
    const exercise = [...exercises].find(e => name.endsWith(`/${e}`));
    const student = exercise ? name.slice(0, -exercise.length - 1) : name;
    if (!students.has(student) && !exercises.has(name))
      throw new Error(`The policy's ${place} names ${JSON.stringify(name)}; the class has no such student.`);
  };
  for (const place of ['deadlines', 'extensions', 'submitted'] as const)
    for (const name of Object.keys(policy[place] ?? {})) check(place, name);
  for (const place of ['extra', 'overrides'] as const) {
    for (const { student, exercise } of policy[place] ?? []) {
      check(place, student);
      if (!exercises.has(exercise))
        throw new Error(`The policy's ${place} names the exercise ${JSON.stringify(exercise)}; there is none.`);
    }
  }
}

/** Applies the policy to the score that the tests gave: lateness first, then points by hand, then overrides. */
export function rule(
  policy: Policy,
  work: { student: string; exercise: string; submitted?: string; late?: boolean; missing?: boolean },
  score: number,
): Ruling {
  const { student, exercise } = work;
  const both = `${student}/${exercise}`;
  const pick = (table: Record<string, string> | undefined, ...names: string[]): string | undefined => {
    const name = names.find(name => table && Object.hasOwn(table, name));
    return name === undefined ? undefined : table![name];
  };
  const due =
    pick(policy.extensions, both, student) ?? pick(policy.deadlines, both, student, exercise) ?? policy.deadline;
  const submitted = pick(policy.submitted, both, student) ?? work.submitted;
  const reasons: string[] = [];
  let penalty = 0;
  if (due !== undefined && !work.missing) {
    const over = submitted === undefined ? 0 : Date.parse(submitted) - Date.parse(due);
    if (over > 60_000 * (policy.graceMinutes ?? 0)) {
      const days = Math.ceil(over / DAY);
      const share = Math.min(policy.maximumPenalty ?? 1, days * (policy.penaltyPerDay ?? 0));
      penalty = round(score * share);
      reasons.push(`${days} ${days === 1 ? 'day' : 'days'} late: ${round(100 * share)} % off`);
    } else if (submitted === undefined && work.late)
      reasons.push('marked late by the platform, which does not say since when: no penalty taken');
  }
  let ruled = score - penalty;
  for (const { points, reason } of (policy.extra ?? []).filter(of)) {
    ruled += points;
    reasons.push(`${points < 0 ? '' : '+'}${points} by hand: ${reason}`);
  }
  for (const { score: set, reason } of (policy.overrides ?? []).filter(of)) {
    ruled = set;
    reasons.push(`set to ${set}: ${reason}`);
  }
  return { score: round(Math.max(0, ruled)), penalty, due, submitted, reasons };

  function of(entry: { student: string; exercise: string }): boolean {
    return entry.student === student && entry.exercise === exercise;
  }
}

/** Sums of decimal points without the tail of binary fractions. */
export function round(points: number): number {
  return Math.round(points * 1e4) / 1e4;
}
