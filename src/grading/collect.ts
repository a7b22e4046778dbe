/**
 * Reads submissions as untrusted data: plain files and archives, nothing followed, nothing executed, nothing unpacked
 * to disk. Knows folders STUDENT/exercises/NN-name.ts, nbgrader's student/assignment trees, and what Canvas, Moodle
 * and Gradescope export.
 */
import fs from 'node:fs';
import path from 'node:path';
import { type ArchiveLimits, CLASS_LIMITS, isArchive, openArchive, STUDENT_LIMITS } from './archive';
import { hasCellsOf, readNotebook } from './notebook';

/** Who a student is, as far as the platform's export says. */
export interface Identity {
  student: string;
  /** The platform's own number of the student. */
  id?: string;
  name?: string;
  email?: string;
  /** When the work came in, ISO 8601, if the platform says; never a time that the student could set. */
  submitted?: string;
  /** The platform marked the work as late without saying when it came. */
  late?: boolean;
}

export interface Collected extends Identity {
  exercise: string;
  /** The student's TypeScript, or undefined with the reason in `problem`. */
  source?: string;
  problem?: string;
  /** What was unusual about the work that is graded all the same. */
  note?: string;
  /** There is no trace of this exercise in what the student handed in. */
  absent?: boolean;
}

export interface CollectOptions {
  /** The exercise as handed out, by name: notebooks are put together after it. */
  stub?(exercise: string): string | undefined;
  /** Believe timestamp.txt in STUDENT/ASSIGNMENT/, as nbgrader's exchange writes it; in a student's own folder it proves nothing. */
  timestamps?: boolean;
}

interface HandIn extends Identity {
  /** By path below the student's folder. */
  files: Map<string, () => Buffer>;
  /** What is there and is not read, by path. */
  refused: Map<string, string>;
  problems: string[];
}

/** An exercise has 10 kB. */
const MAX_SOURCE = 1 << 18;
const MAX_NOTEBOOK = 64 << 20;
const MAX_FILES = 5000;
const MAX_DEPTH = 8;
/** Folders that come along by accident. */
const IGNORED = /^(node_modules|solutions|dist|__MACOSX|\..*)$/;

/**
 * One entry for every student and every exercise of the class. `submissions` is a folder or one archive of a class.
 * @throws when there is no such folder or it holds no student.
 */
export async function collect(
  submissions: string,
  exercises: string[],
  options: CollectOptions = {},
): Promise<Collected[]> {
  const stat = fs.statSync(submissions, { throwIfNoEntry: false });
  if (!stat)
    throw new Error(`There is no folder ${submissions}; give the folder that holds one folder for each student.`);
  if (!stat.isDirectory() && !isArchive(submissions)) {
    throw new Error(`${submissions} is a file; give the folder of the class, or a .zip, .tar or .tar.gz of it.`);
  }
  const handIns = stat.isDirectory() ? await classFolder(submissions, options) : await classArchive(submissions);
  if (handIns.length === 0)
    throw new Error(`The folder ${submissions} holds no student's folder; right is STUDENT/exercises/NN-name.ts.`);
  return handIns.flatMap(handIn => {
    const { student, id, name, email, submitted, late } = handIn;
    return exercises.map(exercise => ({
      ...{ student, exercise, id, name, email, submitted, late },
      ...choose(handIn, exercise, exercises, options.stub?.(exercise)),
    }));
  });
}

async function classFolder(folder: string, { timestamps }: CollectOptions): Promise<HandIn[]> {
  const inner = gradescopeFolder(folder);
  const home = inner ?? folder;
  const tree: Tree = new Map();
  for (const entry of fs.readdirSync(home, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const full = path.join(home, entry.name);
    if (entry.isDirectory()) {
      const branch: Branch = { files: new Map(), refused: new Map() };
      walk(full, '', branch, 0);
      tree.set(entry.name, branch);
    } else if (entry.isFile()) tree.set(entry.name, () => readPlain(full, MAX_NOTEBOOK));
  }
  return students(tree, timestamps);
}

/** Gradescope's export has one folder with all submissions and their metadata beside them. */
function gradescopeFolder(folder: string): string | undefined {
  const entries = fs.readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory());
  if (entries.length !== 1) return undefined;
  const inner = path.join(folder, entries[0].name);
  return fs.existsSync(path.join(inner, 'submission_metadata.yml')) ? inner : undefined;
}

async function classArchive(file: string): Promise<HandIn[]> {
  const interesting = (name: string): boolean => isWork(name) || isArchive(name) || isMetadata(name);
  const { files } = await open(fs.readFileSync(file), interesting, CLASS_LIMITS, path.basename(file));
  let names = [...files.keys()];
  const top = new Set(names.map(name => name.split('/')[0]));
  const metadata = names.find(name => /^[^/]+\/submission_metadata\.yml$/.test(name));
  const prefix = metadata && top.size === 1 ? `${[...top][0]}/` : '';
  const tree: Tree = new Map();
  names = names.filter(name => name.startsWith(prefix) && !name.split('/').some(part => IGNORED.test(part)));
  for (const name of names) {
    const [first, ...rest] = name.slice(prefix.length).split('/');
    const read = (): Buffer => files.get(name)!;
    if (rest.length === 0) {
      tree.set(first, read);
      continue;
    }
    let branch = tree.get(first);
    if (!branch || typeof branch === 'function') tree.set(first, (branch = { files: new Map(), refused: new Map() }));
    branch.files.set(rest.join('/'), read);
  }
  return students(tree);
}

interface Branch {
  files: Map<string, () => Buffer>;
  refused: Map<string, string>;
}
type Tree = Map<string, Branch | (() => Buffer)>;

/** Tells whose each top entry is, by the naming of the platform that exported it. */
async function students(tree: Tree, timestamps = false): Promise<HandIn[]> {
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

/** Adds files, and what is in the archives among them; an archive in an archive stays closed. */
async function add(handIn: HandIn, prefix: string, { files, refused }: Branch): Promise<void> {
  for (const [name, why] of refused) handIn.refused.set(prefix + name, why);
  let archives = 0;
  for (const [name, read] of files) {
    if (isWork(name)) handIn.files.set(prefix + name, read);
    if (!isArchive(name)) continue;
    if (++archives > 5) {
      handIn.problems.push('more than 5 archives were handed in; the first 5 are read');
      return;
    }
    try {
      const opened = await open(read(), isWork, STUDENT_LIMITS, name);
      handIn.problems.push(...opened.problems);
      for (const [inner, content] of opened.files) {
        if (
          inner
            .split('/')
            .slice(0, -1)
            .some(part => IGNORED.test(part))
        )
          continue;
        // Beside an archive, a plain file of the same name counts: it is less deep.
        handIn.files.set(`${prefix}${name}/${inner}`, () => content);
      }
    } catch (error) {
      handIn.problems.push((error as Error).message);
    }
  }
}

async function open(content: Buffer, wanted: (name: string) => boolean, limits: ArchiveLimits, name: string) {
  try {
    return await openArchive(content, wanted, limits);
  } catch (error) {
    throw new Error(`${JSON.stringify(name.slice(-100))}: ${(error as Error).message}`);
  }
}

function walk(folder: string, prefix: string, branch: Branch, depth: number): void {
  const { files, refused } = branch;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = prefix + entry.name;
    const full = path.join(folder, entry.name);
    if (entry.isSymbolicLink()) refused.set(name, `${entry.name} is a link, which is not followed`);
    else if (entry.isDirectory()) {
      if (entry.name.endsWith('.ts')) refused.set(name, `${entry.name} is not a plain file`);
      if (depth < MAX_DEPTH && !IGNORED.test(entry.name)) walk(full, `${name}/`, branch, depth + 1);
    } else if (!entry.isFile()) refused.set(name, `${entry.name} is not a plain file`);
    else if (files.size < MAX_FILES && (isWork(name) || isArchive(name) || isMetadata(name)))
      files.set(name, () => readPlain(full, MAX_NOTEBOOK));
  }
}

function readPlain(file: string, most: number): Buffer {
  // O_NOFOLLOW: what was a file a moment ago may be a link now. O_NONBLOCK: or a pipe, which would never open.
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  const descriptor = fs.openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stat = fs.fstatSync(descriptor);
    if (!stat.isFile()) throw new Error(`${path.basename(file)} is not a plain file`);
    if (stat.size > most) throw new Error(`${path.basename(file)} has ${stat.size} bytes; at most ${most} are read`);
    return fs.readFileSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

function isWork(name: string): boolean {
  return /\.(ts|ipynb)$/i.test(name) && !name.endsWith('.d.ts');
}

function isMetadata(name: string): boolean {
  return /(^|\/)(submission_metadata\.yml|timestamp\.txt)$/.test(name);
}

/** The file that is graded for `exercise`, and what is odd about it. */
function choose(
  { files, refused, problems }: HandIn,
  exercise: string,
  exercises: string[],
  stub?: string,
): Pick<Collected, 'source' | 'problem' | 'note' | 'absent'> {
  const notes = [...problems];
  const done = (result: { source?: string; problem?: string }) => ({
    ...result,
    ...(notes.length ? { note: notes.join('; ') } : {}),
  });
  const ranked = (extension: string): string[] =>
    [...files.keys()]
      .filter(name => belongs(path.posix.basename(name), exercise, exercises, extension))
      .sort((a, b) => rank(a, exercise, extension) - rank(b, exercise, extension) || (a < b ? -1 : 1));
  try {
    const [file] = ranked('.ts');
    const typescript = file === undefined ? undefined : decodeText(files.get(file)!(), file);
    const notebook = answerOf(files, ranked('.ipynb'), exercise, stub);
    const unchanged = typescript !== undefined && stub !== undefined && typescript.trim() === stub.trim();
    if (typescript !== undefined && !(unchanged && notebook?.changed)) {
      if (path.posix.basename(file) !== `${exercise}.ts`)
        notes.push(`${path.posix.basename(file).slice(0, 100)} was taken for ${exercise}.ts`);
      if (notebook?.changed) notes.push(`both ${exercise}.ts and a notebook were handed in; the .ts file is graded`);
      return done({ source: typescript });
    }
    if (notebook) {
      notes.push(...notebook.notes);
      return done(notebook.source === undefined ? { problem: notebook.problem } : { source: notebook.source });
    }
  } catch (error) {
    return done({ problem: (error as Error).message });
  }
  const closed = [...refused].find(
    ([name]) => path.posix.basename(name) === `${exercise}.ts` || /(^|\/)exercises$/.test(name),
  );
  if (closed) return { problem: closed[1] };
  return { problem: notes.length ? `not handed in: ${notes.join('; ')}` : 'not handed in', absent: true };
}

function answerOf(files: HandIn['files'], named: string[], exercise: string, stub?: string) {
  const others = [...files.keys()].filter(name => /\.ipynb$/i.test(name) && !named.includes(name)).sort();
  for (const name of [...named, ...others]) {
    const content = files.get(name)!();
    if (content.length > MAX_NOTEBOOK)
      throw new Error(`${path.posix.basename(name)} has ${content.length} bytes; at most ${MAX_NOTEBOOK} are read`);
    const text = content.toString('utf8').replace(/^\ufeff/, '');
    if (named.includes(name) || hasCellsOf(text, exercise)) return readNotebook(text, exercise, stub);
  }
  return undefined;
}

/** Whether a file may be the exercise: its name, also as browsers and platforms number a second upload. */
function belongs(base: string, exercise: string, exercises: string[], extension: string): boolean {
  if (!base.toLowerCase().endsWith(extension)) return false;
  const stem = base.slice(0, -extension.length).toLowerCase();
  if (stem === exercise.toLowerCase()) return true;
  if (exercises.some(other => other.toLowerCase() === stem)) return false;
  return stem.replace(/(-\d+|\s*\(\d+\)|[ _-]copy)$/, '') === exercise.toLowerCase();
}

function rank(name: string, exercise: string, extension: string): number {
  const parts = name.split('/');
  const exact = parts[parts.length - 1] === exercise + extension ? 0 : 1000;
  const home = parts[parts.length - 2] === 'exercises' ? 0 : 100;
  return exact + home + parts.length;
}

/** Text as editors on any system save it. */
function decodeText(content: Buffer, name: string): string {
  if (content.length > MAX_SOURCE)
    throw new Error(`${path.posix.basename(name)} has ${content.length} bytes; at most ${MAX_SOURCE} are read`);
  if (content[0] === 0xff && content[1] === 0xfe) return content.toString('utf16le', 2);
  return content.toString('utf8').replace(/^\ufeff/, '');
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
