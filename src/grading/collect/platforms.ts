/** Whose work is whose, by the naming of the platform that exported a class. */
import { parse } from 'yaml';
import { isArchive } from './archive';
import { type Branch, type HandIn, type Identity, isBranch, isIncidental, type StudentFile, type Tree } from './handIn';
import { add } from './read';
import { timeOf } from '../../base/times';

/** Whose a top entry is, and what its name is without what the platform added. */
interface Owned {
  /** Where in the name the platform's mark begins. */
  at: number;
  identities: Identity[];
  /** Of a file: its own name. Of a folder: what its files are put below; two attempts of one student stay apart. */
  rest: string;
}

export interface Collected {
  handIns: HandIn[];
  /** Files that nobody could be found for, one sentence each. */
  warnings: string[];
}

/** Tells whose each top entry is, by the naming of the platform that exported it. */
export async function students(tree: Tree, timestamps = false): Promise<Collected> {
  const found = new Map<string, HandIn>();
  const warnings: string[] = [];
  const of = (identity: Identity): HandIn => {
    const known = found.get(identity.student);
    // Of two attempts, the time of the later one.
    if (known && identity.submitted && !(known.submitted! >= identity.submitted)) known.submitted = identity.submitted;
    if (known && identity.late) known.late = true;
    const handIn = known ?? { ...identity, files: new Map(), refused: new Map(), problems: [] };
    found.set(identity.student, handIn);
    return handIn;
  };
  const metadata = tree.get('submission_metadata.yml');
  const submitters = metadata && !isBranch(metadata) ? gradescopeSubmitters(metadata) : undefined;

  for (const [name, entry] of [...tree].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (isBranch(entry)) {
      const owned = submitters
        ? { identities: submitters.get(name) ?? [{ student: name }] }
        : (moodle(name) ?? brightspace(name) ?? { identities: [{ student: name }] });
      for (const identity of owned.identities) await add(of(identity), '', entry);
      if (timestamps && owned.identities.length === 1 && owned.identities[0].student === name)
        noteTimestamp(of(owned.identities[0]), entry);
      continue;
    }
    if (isIncidental(name) || (submitters && entry === metadata)) continue;
    // What is first is the platform's; further on, a file's own name could pose as another student's number.
    const [owned] = [moodle, blackboard, canvas, brightspace, classroom]
      .flatMap(platform => platform(name) ?? [])
      .sort((a, b) => a.at - b.at);
    if (owned) await add(of(owned.identities[0]), '', { files: new Map([[owned.rest, entry]]), refused: new Map() });
    else if (isArchive(name)) {
      const student = name.replace(/\.(zip|tar|tgz|tar\.gz)$/i, '');
      await add(of({ student }), '', { files: new Map([[name, entry]]), refused: new Map() });
    } else if (name !== 'index.html') warnings.push(`${name} is in the folder of the class and nobody's by its name`);
  }
  return { handIns: [...found.values()].sort((a, b) => (a.student < b.student ? -1 : 1)), warnings };
}

/** Moodle's `Jane Doe_12_assignsubmission_file_` as a folder, or before a file's own name. */
function moodle(name: string): Owned | undefined {
  const match = /^(.+?)_(\d+)_assignsubmission_(?:file|onlinetext)_?(.*)$/s.exec(name);
  if (!match) return undefined;
  const [, owner, id, rest] = match;
  return { at: owner.length, identities: [{ student: `${owner}_${id}`, id, name: owner }], rest };
}

/** Canvas's `doejane_LATE_4711_99_file.ts`: student and attachment by number; `anon_ab12C_99_file.ts` where names are hidden. */
function canvas(name: string): Owned | undefined {
  const anonymous = /^(?:anon|anonymous)_([A-Za-z0-9]{5})(_LATE)?_(\d+)_(.+)$/is.exec(name);
  const match = anonymous ? undefined : /^(.+?)(_LATE)?_(\d+)_(\d+)_(.+)$/s.exec(name);
  if (!match && !anonymous) return undefined;
  const [, owner, late, id, , rest] = match ?? [0, 'anon', anonymous![2], anonymous![1], 0, anonymous![4]];
  const identity: Identity = { student: `${owner}_${id}`, id: String(id), name: String(owner) };
  return { at: String(owner).length, identities: [{ ...identity, late: late ? true : undefined }], rest: String(rest) };
}

/** Blackboard's `Homework 1_jdoe_attempt_2026-03-01-23-30-00_file.ts`; its time is of the server's zone, which it does not say. */
function blackboard(name: string): Owned | undefined {
  const match = /^(?:.*?_)?([^_]+)_attempt_(\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)[_.](.+)$/s.exec(name);
  if (!match) return undefined;
  const [, student, attempt, rest] = match;
  // The receipt that Blackboard adds has no name of its own.
  return {
    at: name.indexOf('_attempt_'),
    identities: [{ student, id: student }],
    rest: rest === 'txt' ? `${attempt}/receipt.txt` : `${attempt}/${rest}`,
  };
}

/** Brightspace's `12345-678 - Jane Doe - Mar 1, 2026 1130 PM` as a folder, or before ` - ` and a file's own name. */
function brightspace(name: string): Owned | undefined {
  const match = /^(\d+)-\d+ - (.+?) - (\w+ \d{1,2}, \d{4} \d{1,2}:?\d\d [AP]M)(?: - (.+))?$/s.exec(name);
  if (!match) return undefined;
  const [, id, owner, , rest = ''] = match;
  return { at: 0, identities: [{ student: `${owner}_${id}`, id, name: owner }], rest };
}

/** Google Classroom's copies, `Jane Doe - 07-pareto.ts`. */
function classroom(name: string): Owned | undefined {
  const match = /^(.+?) - (.+\.(?:ts|ipynb|zip)(?:\.\w+)?)$/is.exec(name);
  // After all others: a dash is in many names.
  return match ? { at: Infinity, identities: [{ student: match[1], name: match[1] }], rest: match[2] } : undefined;
}

/** nbgrader writes when the work came in below the assignment. */
function noteTimestamp(handIn: HandIn, { files }: Branch): void {
  const file = [...files.keys()].find(name => /^[^/]+\/timestamp\.txt$/.test(name));
  if (!file) return;
  try {
    handIn.submitted = timeOf(files.get(file)!.read().toString('utf8'), { bare: true });
  } catch (error) {
    throw new Error(`${handIn.student}/${file}: ${(error as Error).message}.`);
  }
}

interface GradescopeSubmission {
  ':submitters'?: Record<string, unknown>[];
  ':created_at'?: unknown;
}

/** Gradescope's submission_metadata.yml: for each folder, who handed it in and when. */
function gradescopeSubmitters(file: StudentFile): Map<string, Identity[]> {
  let folders: Record<string, GradescopeSubmission> | null;
  try {
    // Failsafe: every value is a text, so that the student number 007 stays one.
    folders = parse(file.read().toString('utf8'), { schema: 'failsafe' });
  } catch (error) {
    throw new Error(`submission_metadata.yml cannot be read: ${(error as Error).message.split('\n')[0]}`);
  }
  // In YAML's other schemas these are no texts.
  const text = (value: unknown): string | undefined =>
    typeof value !== 'string' || /^(null|~|)$/i.test(value.trim()) ? undefined : value.trim();
  return new Map(
    Object.entries(folders ?? {}).map(([folder, submission]): [string, Identity[]] => {
      const { ':submitters': people, ':created_at': created } = submission ?? {};
      const when = text(created);
      let submitted: string | undefined;
      try {
        submitted = when === undefined ? undefined : timeOf(when, { bare: true });
      } catch (error) {
        throw new Error(`submission_metadata.yml, ${folder}: ${(error as Error).message}.`);
      }
      const identities = (Array.isArray(people) ? people : []).map((person): Identity => {
        const [name, sid, email] = [':name', ':sid', ':email'].map(key => text(person?.[key]));
        return { student: sid ?? email ?? name ?? folder, name, email, submitted, ...(sid ? { id: sid } : {}) };
      });
      return [folder, identities.length ? identities : [{ student: folder, submitted }]];
    }),
  );
}
