/** The one reviewed file of what people decide about grades: deadlines, penalties, overrides and points by hand. */
import fs from 'node:fs';
import Ajv, { type ErrorObject } from 'ajv';
import { timeOf } from '../../base/times';
import schema from './policy.schema.json';

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

const DAY = 24 * 60 * 60 * 1000;

/**
 * Reads a policy and checks it by policy.schema.json, which editors complete it by.
 * @throws one sentence with the place for anything that is not understood: a typo must not pass as no rule.
 */
export function readPolicy(file: string): Policy {
  if (!fs.existsSync(file)) throw new Error(`There is no policy file ${file}; --late names a JSON file.`);
  let policy: unknown;
  try {
    policy = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}.`);
  }
  const validate = new Ajv({ verbose: true, strict: false }).addFormat('time-with-zone', isTime).compile(schema);
  if (!validate(policy)) throw new Error(`${file}: ${faultOf(validate.errors![0])}`);
  return policy as Policy;
}

function faultOf({ instancePath, keyword, params, data, parentSchema }: ErrorObject): string {
  // A JSON pointer as one would write it: overrides[0].reason.
  const place = instancePath
    .split('/')
    .slice(1)
    .map(part => part.replace(/~1/g, '/').replace(/~0/g, '~'))
    .map((part, i) =>
      /^\d+$/.test(part) ? `[${part}]` : /^\w+$/.test(part) ? `${i ? '.' : ''}${part}` : `[${JSON.stringify(part)}]`,
    )
    .join('');
  const { properties = {}, description } = parentSchema as { properties?: object; description?: string };
  const at = place || 'the file';
  if (keyword === 'additionalProperties')
    return `${at} has ${JSON.stringify(params.additionalProperty)}; known are ${Object.keys(properties).join(', ')}.`;
  if (keyword === 'required') return `${at} has no ${params.missingProperty}; expected ${description}.`;
  return `${at} is ${JSON.stringify(data)}; expected ${description}.`;
}

function isTime(text: string): boolean {
  try {
    return timeOf(text) !== '';
  } catch {
    return false;
  }
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
    const over = submitted === undefined ? 0 : Date.parse(timeOf(submitted)) - Date.parse(timeOf(due));
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
