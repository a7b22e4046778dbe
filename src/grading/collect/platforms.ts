/** Whose work is whose, by the naming of the platform that exported a class: Canvas, Moodle, Gradescope, nbgrader. */
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

/** Gradescope's submission_metadata.yml, of which only the flat fields of each submission are read. */
function gradescopeSubmitters(text: string): Map<string, Identity[]> {
  const found = new Map<string, Identity[]>();
  let people: Record<string, string>[] = [];
  let folder: string | undefined;
  let created: string | undefined;
  const close = (): void => {
    if (folder === undefined) return;
    const submitted = created === undefined ? undefined : gradescopeTime(created);
    const identities = people.map(({ name, sid, email }) => ({
      ...{ student: sid || email || name || folder!, name, email, submitted },
      ...(sid ? { id: sid } : {}),
    }));
    found.set(folder, identities.length ? identities : [{ student: folder, submitted }]);
  };
  for (const line of text.split(/\r?\n/)) {
    const head = /^([^\s:#-][^:]*):\s*$/.exec(line);
    const field = /^(\s*)(- )?:(\w+):\s*(.*)$/.exec(line);
    if (head) {
      close();
      [folder, people, created] = [head[1], [], undefined];
    } else if (field && folder !== undefined) {
      const [, indent, begins, key, raw] = field;
      const value = raw.replace(/^(['"])(.*)\1$/, '$2').replace(/''/g, "'");
      if (begins && ['name', 'sid', 'email'].includes(key)) people.push({});
      if (['name', 'sid', 'email'].includes(key) && people.length) people[people.length - 1][key] ||= value;
      // Deeper ones are those of earlier submissions.
      if (key === 'created_at' && indent.length === 2 && !begins) created = value;
    }
  }
  close();
  return found;
}

function gradescopeTime(text: string): string | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?\s*(Z|UTC|[+-]\d\d:?\d\d)?$/.exec(text.trim());
  if (!match) return undefined;
  const [, day, time, zone = 'Z'] = match;
  const instant = Date.parse(`${day}T${time}${zone === 'UTC' ? 'Z' : zone.replace(/^([+-]\d\d)(\d\d)$/, '$1:$2')}`);
  return Number.isFinite(instant) ? new Date(instant).toISOString() : undefined;
}
