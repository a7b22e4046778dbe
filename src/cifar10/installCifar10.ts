/** Brings CIFAR-10 into data/cache/cifar10: whole and checked, or not at all. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { only } from '../base/options';
import { isRunning } from '../node/running.cjs';
import { CIFAR10_FILES, readCifar10 } from '../data/cifar10';
import { CIFAR10_CACHE } from './cifar10';
import { download, type DownloadOptions, md5Of } from './download';

const CIFAR10_URL = 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz';
/** Published beside the archive on https://www.cs.toronto.edu/~kriz/cifar.html */
const CIFAR10_MD5 = 'c32a1d4ab5d03f1284b67883e8d87530';

export interface InstallOptions extends DownloadOptions {
  /** A folder with .bin files (of any number of records), an archive, or the address of one; the official if not given. */
  from?: string;
  /** Where the files go; data/cache/cifar10 if not given. */
  folder?: string;
  /** What the archive's MD5 sum must be; the published one if not given. */
  md5?: string;
}

const INSIDE = 'cifar-10-batches-bin/';
const BINARIES = Object.values(CIFAR10_FILES).flat();
const BINARY_LENGTH = 10_000 * 3073;
const OTHERS = ['batches.meta.txt', 'readme.html'];
/** The most bytes that each entry of the archive may have. */
const LARGEST = new Map([
  [INSIDE, 0],
  ...BINARIES.map(file => [INSIDE + file, BINARY_LENGTH] as const),
  ...OTHERS.map(file => [INSIDE + file, 100_000] as const),
]);
/** Written with the files, and says what they were made from. */
const SOURCE = 'source.json';

/**
 * Puts CIFAR-10's files into `folder`. They are made in a folder beside it, which takes its place by one rename once every
 * file is checked, so a run that is cut leaves nothing that a later one trusts. Does nothing if they are there already.
 *
 * @returns the folder
 * @throws if the source is missing, damaged, or holds anything else
 */
export async function installCifar10(options: InstallOptions = {}): Promise<string> {
  only('installCifar10', options, ['from', 'folder', 'md5', 'output', 'attempts', 'retryDelay', 'stallTimeout']);
  const { folder = CIFAR10_CACHE, md5 = CIFAR10_MD5, output = process.stdout } = options;
  const from = options.from?.startsWith('file:') ? fileURLToPath(options.from) : (options.from ?? CIFAR10_URL);
  const isUrl = /^https?:/.test(from);
  const stat = isUrl ? undefined : fs.statSync(from, { throwIfNoEntry: false });
  if (!isUrl && !stat) {
    throw new Error(`There is no ${from}; expected a folder with .bin files, an archive, or its http address.`);
  }
  if (stat?.isDirectory()) {
    await replace(folder, { folder: path.resolve(from) }, part => copy(from, part));
  } else if (readSource(folder)?.md5 === md5) {
    output.write(`CIFAR-10 is already in ${folder}\n`);
    return folder;
  } else {
    const archive = isUrl ? path.join(path.dirname(folder), `cifar-10-binary-${md5.slice(0, 8)}.tar.gz`) : from;
    if (isUrl && !fs.existsSync(archive)) await download(from, archive, md5, options);
    const found = await md5Of(archive);
    if (found !== md5) {
      if (isUrl) fs.rmSync(archive);
      throw new Error(`${archive} has the MD5 sum ${found}; expected ${md5}: it is damaged, or another archive.`);
    }
    await replace(folder, { md5 }, part => unpack(archive, part));
    if (isUrl) fs.rmSync(archive);
  }
  output.write(`CIFAR-10 is in ${folder}\n`);
  return folder;
}

interface Source {
  md5?: string;
  folder?: string;
}

function readSource(folder: string): Source | undefined {
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, SOURCE), 'utf8')) as Source;
  } catch {
    return undefined;
  }
}

/** Lets `make` fill a new folder, then puts it in place of `folder`. */
async function replace(folder: string, source: Source, make: (part: string) => Promise<void>): Promise<void> {
  const part = `${folder}.part-${process.pid}`;
  const old = `${folder}.old-${process.pid}`;
  removeLeftovers(folder);
  fs.mkdirSync(part, { recursive: true });
  try {
    await make(part);
    fs.writeFileSync(path.join(part, SOURCE), JSON.stringify(source));
    if (fs.existsSync(folder)) fs.renameSync(folder, old);
    fs.renameSync(part, folder);
  } finally {
    fs.rmSync(part, { recursive: true, force: true });
    fs.rmSync(old, { recursive: true, force: true });
  }
}

/** Those of runs that were killed; a run that is still at work keeps its own. */
function removeLeftovers(folder: string): void {
  const parent = path.dirname(folder);
  if (!fs.existsSync(parent)) return;
  for (const name of fs.readdirSync(parent)) {
    const pid = name.startsWith(path.basename(folder)) && Number(/\.(?:part|old)-(\d+)$/.exec(name)?.[1]);
    // Our own number on a leftover is that of a process before us.
    if (pid && (pid === process.pid || !isRunning(pid)))
      fs.rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

async function copy(from: string, part: string): Promise<void> {
  const files = BINARIES.filter(file => fs.existsSync(path.join(from, file)));
  for (const split of ['train', 'test'] as const) {
    if (!files.some(file => CIFAR10_FILES[split].includes(file))) {
      throw new Error(
        `There is no ${CIFAR10_FILES[split][0]} in ${from}; expected a folder with CIFAR-10's .bin files.`,
      );
    }
  }
  for (const file of files) {
    const bytes = fs.readFileSync(path.join(from, file));
    readCifar10(bytes, path.join(from, file));
    fs.writeFileSync(path.join(part, file), bytes);
  }
}

/** Unpacks the archive into the folder `part`: regular files of the known names, each once and whole. */
async function unpack(archive: string, part: string): Promise<void> {
  const done = new Set<string>();
  const source = fs.createReadStream(archive);
  const unzipped = source.pipe(zlib.createGunzip());
  source.on('error', error => unzipped.destroy(error));
  try {
    await readTar(unzipped, (name, data) => {
      const file = name.slice(INSIDE.length);
      if (done.has(file)) throw new Error(`The entry '${name}' is there twice.`);
      if (BINARIES.includes(file)) readCifar10(data, name);
      fs.writeFileSync(path.join(part, file), data, { flag: 'wx' });
      done.add(file);
    });
  } catch (error) {
    throw new Error(`${archive} was not unpacked: ${(error as Error).message}`);
  } finally {
    source.destroy();
    unzipped.destroy();
  }
  const missing = BINARIES.filter(file => !done.has(file));
  if (missing.length) throw new Error(`${archive} lacks ${missing.join(', ')}; expected all of ${BINARIES.length}.`);
}

/** Gives each file of a tar archive to `take`, whole; the first fault, also one that `take` throws, ends it. */
async function readTar(chunks: AsyncIterable<Buffer>, take: (name: string, data: Buffer) => void): Promise<void> {
  let fault: Error | undefined;
  let ended = false;
  const fail = (error: Error): void => void (fault ??= error);
  const onReadEntry = (entry: ReadEntry): void => {
    const problem = problemOf(entry);
    if (problem) fail(new Error(problem));
    if (problem || entry.type === 'Directory') return entry.resume();
    const pieces: Buffer[] = [];
    entry.on('data', piece => pieces.push(piece));
    entry.on('end', () => {
      try {
        if (!fault) take(entry.path, Buffer.concat(pieces));
      } catch (error) {
        fail(error as Error);
      }
    });
  };
  // strict: a damaged header is an error instead of a warning.
  const parser = new Parser({ strict: true, onReadEntry });
  parser.on('error', fail);
  parser.on('eof', () => (ended = true));
  for await (const chunk of chunks) {
    parser.write(chunk);
    if (fault) throw fault;
  }
  parser.end();
  if (fault) throw fault;
  if (!ended) throw new Error('The archive ends before its end mark; it is cut off.');
}

/** Why an entry is refused: CIFAR-10's archive has one folder with files of known names and sizes. */
function problemOf({ path: name, type, size, header }: ReadEntry): string | undefined {
  const most = LARGEST.get(name);
  if (most === undefined) return `The archive has an entry '${name}' that does not belong there.`;
  if (!['File', 'OldFile', 'Directory'].includes(type))
    return `The entry '${name}' is of the type ${type}; expected a plain file or a folder.`;
  if (!((header.size ?? -1) >= 0)) return `The entry '${name}' has no readable length; the archive is damaged.`;
  return size > most ? `The entry '${name}' has ${size} bytes; expected at most ${most}.` : undefined;
}
