/** Whose work is whose, by the naming of the platform that exported a class: Canvas, Moodle, Gradescope, nbgrader. */
import { parse } from 'yaml';
import { isArchive } from './archive';
import { type Branch, type HandIn, type Identity, isWork, type Tree } from './handIn';
import { add } from './read';

/** Tells whose each top entry is, by the naming of the platform that exported it. */
export async function students(tree: Tree, timestamps = false): Promise<HandIn[]> {
  const found = new Map<string, HandIn>();
  const of = (identity: Identity): HandIn => {
    const handIn = found.get(identity.student) ?? {
      ...identity,
      files: new Map(),
      refused: new Map(),
      problems: [],
    };
    found.set(identity.student, handIn);
    return handIn;
  };
  const metadata = tree.get('submission_metadata.yml');
  const submitters =
    typeof metadata === 'function' ? gradescopeSubmitters(metadata().toString('utf8')) : new Map<string, Identity[]>();
  const isGradescope = submitters.size > 0;

  for (const [name, entry] of [...tree].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (typeof entry !== 'function') {
      const moodle = /^(.+)_(\d+)_assignsubmission_(?:file|onlinetext)_?$/.exec(name);
      const owners: Identity[] = moodle
        ? [{ student: `${moodle[1]}_${moodle[2]}`, id: moodle[2], name: moodle[1] }]
        : isGradescope
          ? (submitters.get(name) ?? [{ student: name }])
          : [{ student: name }];
      for (const owner of owners) await add(of(owner), '', entry);
      if (timestamps && !moodle && !isGradescope) noteTimestamp(of(owners[0]), entry);
      continue;
    }
    const canvas = /^([^_]+)(_LATE)?_(\d+)_(\d+)_(.+)$/.exec(name);
    // What stands first is the platform's; further on, a file's own name could pose as another student's number.
    const moodle = canvas ? null : /^(.+?)_(\d+)_assignsubmission_file_(.+)$/.exec(name);
    const [owner, rest]: [Identity | undefined, string] = moodle
      ? [{ student: `${moodle[1]}_${moodle[2]}`, id: moodle[2], name: moodle[1] }, moodle[3]]
      : canvas
        ? [
            {
              ...{ student: `${canvas[1]}_${canvas[3]}`, id: canvas[3], name: canvas[1] },
              late: canvas[2] ? true : undefined,
            },
            canvas[5],
          ]
        : isArchive(name)
          ? [{ student: name.replace(/\.(zip|tar|tgz|tar\.gz)$/i, '') }, name]
          : [undefined, name];
    if (owner && (isArchive(rest) || isWork(rest)))
      await add(of(owner), '', { files: new Map([[rest, entry]]), refused: new Map() });
  }
  return [...found.values()].sort((a, b) => (a.student < b.student ? -1 : 1));
}

function noteTimestamp(handIn: HandIn, { files }: Branch): void {
  const file = [...files.keys()].find(name => /^[^/]+\/timestamp\.txt$/.test(name));
  const text = file && files.get(file)!().toString('utf8').trim();
  const time = text ? Date.parse(text.replace(/^(\S+) (\S+?)(\.\d+)? ?(UTC)?$/, '$1T$2Z')) : NaN;
  if (Number.isFinite(time)) handIn.submitted = new Date(time).toISOString();
}

interface GradescopeSubmission {
  ':submitters'?: { ':name'?: string; ':sid'?: string; ':email'?: string }[];
  ':created_at'?: string;
}

/** Gradescope's submission_metadata.yml: for each folder, who handed it in and when. */
function gradescopeSubmitters(text: string): Map<string, Identity[]> {
  let folders: Record<string, GradescopeSubmission> | null;
  try {
    // Failsafe: every value is a text, so that the student number 007 stays one.
    folders = parse(text, { schema: 'failsafe' });
  } catch (error) {
    throw new Error(`submission_metadata.yml cannot be read: ${(error as Error).message.split('\n')[0]}`);
  }
  const found = Object.entries(folders ?? {}).map(([folder, submission]): [string, Identity[]] => {
    const { ':submitters': people, ':created_at': created } = submission ?? {};
    const submitted = typeof created === 'string' ? gradescopeTime(created) : undefined;
    const identities = (Array.isArray(people) ? people : []).map(
      ({ ':name': name, ':sid': sid, ':email': email }): Identity => ({
        ...{ student: sid || email || name || folder, name, email, submitted },
        ...(sid ? { id: sid } : {}),
      }),
    );
    return [folder, identities.length ? identities : [{ student: folder, submitted }]];
  });
  return new Map(found);
}

function gradescopeTime(text: string): string | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?\s*(Z|UTC|[+-]\d\d:?\d\d)?$/.exec(text.trim());
  if (!match) return undefined;
  const [, day, time, zone = 'Z'] = match;
  const instant = Date.parse(`${day}T${time}${zone === 'UTC' ? 'Z' : zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')}`);
  return Number.isFinite(instant) ? new Date(instant).toISOString() : undefined;
}
