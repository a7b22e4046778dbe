/** Folders and archives of a class as one tree; nothing is followed, and nothing unpacked to disk. */
import fs from 'node:fs';
import path from 'node:path';
import { type ArchiveLimits, CLASS_LIMITS, isArchive, openArchive, STUDENT_LIMITS } from './archive';
import { type Branch, type HandIn, IGNORED, isWork, MAX_NOTEBOOK, type Tree } from './handIn';

const MAX_FILES = 5000;
const MAX_DEPTH = 8;

/** The tree of a class's folder. */
export function readFolder(folder: string): Tree {
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
  return tree;
}

/** Adds files, and what is in the archives among them; an archive in an archive stays closed. */
export async function add(handIn: HandIn, prefix: string, { files, refused }: Branch): Promise<void> {
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

function isMetadata(name: string): boolean {
  return /(^|\/)(submission_metadata\.yml|timestamp\.txt)$/.test(name);
}
