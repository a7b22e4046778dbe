/** Folders and archives of a class as one tree; nothing is followed, and nothing unpacked to disk. */
import fs from 'node:fs';
import path from 'node:path';
import { type ArchiveLimits, CLASS_LIMITS, isArchive, openArchive, STUDENT_LIMITS } from './archive';
import {
  type Branch,
  type HandIn,
  IGNORED,
  isWork,
  isBranch,
  MAX_NOTEBOOK,
  type StudentFile,
  type Tree,
} from './handIn';

const MAX_FILES = 5000;
const MAX_DEPTH = 16;
const MAX_ARCHIVES = 10;
/** How deep archives may be in each other. */
const MAX_NESTING = 3;

/** The tree of a class's folder. */
export function readFolder(folder: string): Tree {
  const inner = gradescopeFolder(folder);
  const home = inner ?? folder;
  const tree: Tree = new Map();
  for (const entry of fs.readdirSync(home, { withFileTypes: true })) {
    const full = path.join(home, entry.name);
    if (IGNORED.test(entry.name)) continue;
    if (entry.isDirectory()) {
      const branch: Branch = { files: new Map(), refused: new Map() };
      walk(full, '', branch, 0);
      // A folder of a program's, such as .cache, holds no work; a student's may begin with a dot.
      if (!entry.name.startsWith('.') || [...branch.files.keys()].some(isWork)) tree.set(nameOf(entry), branch);
    } else if (entry.isFile() && !entry.name.startsWith('.')) tree.set(nameOf(entry), plainFile(full));
  }
  return tree;
}

/** Gradescope's export has one folder with all submissions and their metadata beside them. */
function gradescopeFolder(folder: string): string | undefined {
  const entries = fs.readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isDirectory());
  if (entries.length !== 1) return undefined;
  const inner = path.join(folder, entries[0].name);
  return fs.existsSync(path.join(inner, 'submission_metadata.yml')) ? inner : undefined;
}

/** The tree of a class's archive. */
export async function readArchive(file: string): Promise<Tree> {
  const { files, modified } = await open(fs.readFileSync(file), () => true, CLASS_LIMITS, path.basename(file));
  let names = [...files.keys()];
  const top = new Set(names.map(name => name.split('/')[0]));
  const metadata = names.find(name => /^[^/]+\/submission_metadata\.yml$/.test(name));
  const prefix = metadata && top.size === 1 ? `${[...top][0]}/` : '';
  const tree: Tree = new Map();
  names = names.filter(name => name.startsWith(prefix) && !name.split('/').some(part => IGNORED.test(part)));
  for (const name of names) {
    const [first, ...rest] = name.slice(prefix.length).split('/');
    const found: StudentFile = { read: () => files.get(name)!, modified: modified.get(name) };
    if (rest.length === 0) {
      tree.set(first.normalize(), found);
      continue;
    }
    let branch = tree.get(first.normalize());
    if (!branch || !isBranch(branch)) tree.set(first.normalize(), (branch = { files: new Map(), refused: new Map() }));
    branch.files.set(rest.join('/').normalize(), found);
  }
  return tree;
}

/** Adds files, and what is in the archives among them, in archives of archives too. */
export async function add(handIn: HandIn, prefix: string, { files, refused }: Branch): Promise<void> {
  for (const [name, why] of refused) handIn.refused.set(prefix + name, why);
  for (const [name, file] of files) handIn.files.set(prefix + name, file);
  await openAll(handIn, prefix, files, { archives: 0, depth: 0 });
}

/** Of one student's archives together: one in another costs like one beside it. */
interface Budget {
  archives: number;
  depth: number;
}

async function openAll(handIn: HandIn, prefix: string, files: Branch['files'], budget: Budget): Promise<void> {
  for (const [name, file] of files) {
    if (!isArchive(name)) continue;
    if (budget.depth > MAX_NESTING || ++budget.archives > MAX_ARCHIVES) {
      const why = budget.depth > MAX_NESTING ? `archives are in each other more than ${MAX_NESTING} deep` : `more than ${MAX_ARCHIVES} archives were handed in`; // prettier-ignore
      handIn.problems.push(`${why}; ${JSON.stringify(name.slice(-100))} is not read`);
      return;
    }
    try {
      const opened = await open(file.read(), () => true, STUDENT_LIMITS, name);
      handIn.problems.push(...opened.problems);
      const inner: Branch['files'] = new Map();
      for (const [innerName, content] of opened.files) {
        if (innerName.split('/').slice(0, -1).some(part => IGNORED.test(part))) continue; // prettier-ignore
        inner.set(innerName.normalize(), { read: () => content, modified: opened.modified.get(innerName) });
      }
      // Beside an archive, a plain file of the same name is less deep.
      const within = `${prefix}${name}/`;
      for (const [innerName, found] of inner) handIn.files.set(within + innerName, found);
      budget.depth++;
      await openAll(handIn, within, inner, budget);
      budget.depth--;
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
    const name = prefix + nameOf(entry);
    const full = path.join(folder, entry.name);
    if (entry.isSymbolicLink()) refused.set(name, `${entry.name} is a link, which is not followed`);
    else if (entry.isDirectory()) {
      if (entry.name.endsWith('.ts')) refused.set(name, `${entry.name} is not a plain file`);
      if (depth < MAX_DEPTH && !IGNORED.test(entry.name)) walk(full, `${name}/`, branch, depth + 1);
    } else if (!entry.isFile()) refused.set(name, `${entry.name} is not a plain file`);
    else if (files.size < MAX_FILES) files.set(name, plainFile(full));
    else if (isWork(name)) refused.set(name, `${entry.name} is one of more than ${MAX_FILES} files and is not read`);
  }
}

/** In Unicode's composed form: macOS writes letters and their accents apart. */
const nameOf = ({ name }: fs.Dirent): string => name.normalize();

function plainFile(file: string): StudentFile {
  return {
    read: () => readPlain(file, MAX_NOTEBOOK),
    modified: fs.lstatSync(file, { throwIfNoEntry: false })?.mtimeMs,
  };
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
