/**
 * Opens zips and tarballs as maps from name to content, in memory. Nothing is ever written to a path that an archive
 * names; links, devices and names that lead out are left out and said; bombs end at the limits.
 */
import zlib from 'node:zlib';
import crc32 from 'buffer-crc32';
import { Parser, type ReadEntry } from 'tar';
import yauzl from 'yauzl';

export interface ArchiveLimits {
  entries: number;
  /** Bytes of all wanted files together, decompressed. */
  bytes: number;
  /** How many times larger than packed one file, or one whole tarball, may be, once it passes 1 MiB. */
  ratio: number;
}

/** For what one student packed. */
export const STUDENT_LIMITS: ArchiveLimits = { entries: 5000, bytes: 64 << 20, ratio: 200 };
/** For what a learning platform packed of a whole class. */
export const CLASS_LIMITS: ArchiveLimits = { entries: 200_000, bytes: 1 << 30, ratio: 200 };

export interface Opened {
  files: Map<string, Buffer>;
  /** When each file was last changed, as the archive says, in milliseconds since 1970. */
  modified: Map<string, number>;
  /** One sentence for each thing left out. */
  problems: string[];
}

/** Whether `name` is that of an archive which `openArchive` reads. */
export function isArchive(name: string): boolean {
  return /\.(zip|tar|tgz|tar\.gz)$/i.test(name);
}

/**
 * The wanted files of an archive. The form is known by the content, not by the name.
 * @throws one sentence when it cannot be read or is beyond the limits.
 */
export async function openArchive(
  content: Buffer,
  wanted: (name: string) => boolean,
  limits = STUDENT_LIMITS,
): Promise<Opened> {
  if (content.subarray(0, 2).toString('latin1') === 'PK') return openZip(content, wanted, limits);
  if (content[0] === 0x1f && content[1] === 0x8b) return openTar(gunzip(content, limits), wanted, limits);
  if (content.subarray(257, 262).toString('latin1') === 'ustar') return openTar(content, wanted, limits);
  throw new Error('the archive is neither a zip nor a tarball');
}

/** Takes entries one after the other and decides on each; the same rules for every form of archive. */
class Shelf {
  readonly opened: Opened = { files: new Map(), modified: new Map(), problems: [] };
  private entries = 0;
  private bytes = 0;
  private readonly folded = new Map<string, string>();

  constructor(
    private readonly wanted: (name: string) => boolean,
    private readonly limits: ArchiveLimits,
  ) {}

  /** Whether the entry `name` of `size` bytes is to be read. */
  admits(name: string, kind: 'file' | 'folder' | 'link' | 'other', size: number, packed?: number): boolean {
    const { entries, bytes, ratio } = this.limits;
    if (++this.entries > entries) throw new Error(`the archive has more than ${entries} entries`);
    if (kind === 'folder') return false;
    const fault = kind === 'file' ? nameFault(name) : kind === 'link' ? 'is a link' : 'is no plain file';
    if (fault) {
      if (this.wanted(name) || kind === 'link') this.note(`${show(name)} in the archive ${fault} and is not read`);
      return false;
    }
    if (!this.wanted(name)) return false;
    if (packed !== undefined && size > 1 << 20 && size > ratio * packed)
      throw new Error(`${show(name)} in the archive grows more than ${ratio} times when unpacked`);
    if ((this.bytes += size) > bytes) throw new Error(`the archive holds more than ${bytes >> 20} MiB`);
    return true;
  }

  put(name: string, content: Buffer, modified?: Date): void {
    if (modified && modified.getTime() > Date.UTC(1981, 0)) this.opened.modified.set(name, modified.getTime());
    const folded = name.normalize('NFC').toLowerCase();
    const before = this.folded.get(folded);
    if (before === name) this.note(`${show(name)} is in the archive twice; the last one counts`);
    else if (before !== undefined) this.note(`${show(before)} and ${show(name)} differ only in case`);
    this.folded.set(folded, name);
    this.opened.files.set(name, content);
  }

  note(problem: string): void {
    if (this.opened.problems.length < 20) this.opened.problems.push(problem);
  }
}

async function openZip(content: Buffer, wanted: (name: string) => boolean, limits: ArchiveLimits): Promise<Opened> {
  const shelf = new Shelf(wanted, limits);
  // Names are decoded here: yauzl's own check would refuse a whole archive for one bad name.
  const zip = await new Promise<yauzl.ZipFile>((resolve, reject) =>
    yauzl.fromBuffer(content, { lazyEntries: true, decodeStrings: false, validateEntrySizes: true }, (error, file) =>
      error ? reject(unreadable(error)) : resolve(file),
    ),
  );
  await new Promise<void>((resolve, reject) => {
    const take = async (entry: yauzl.Entry): Promise<void> => {
      // Of PowerShell's older zips; a name on another machine's drive keeps its fault.
      const name = decodeName(entry.fileName as unknown as Buffer).replace(/\\/g, '/');
      if (!shelf.admits(name, zipKind(name, entry), entry.uncompressedSize, entry.compressedSize)) return;
      if (entry.isEncrypted()) return shelf.note(`${show(name)} in the archive is encrypted and is not read`);
      try {
        const data = await readEntry(zip, entry);
        if (crc32.unsigned(data) !== entry.crc32 >>> 0) shelf.note(`${show(name)} in the archive is damaged`);
        else shelf.put(name, data, entry.getLastModDate());
      } catch (error) {
        shelf.note(`${show(name)} in the archive cannot be read: ${(error as Error).message}`);
      }
    };
    zip.on('error', error => reject(unreadable(error)));
    zip.on('end', () => resolve());
    zip.on('entry', (entry: yauzl.Entry) => void take(entry).then(() => zip.readEntry(), reject));
    zip.readEntry();
  });
  return shelf.opened;
}

function readEntry(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Buffer> {
  return new Promise((resolve, reject) =>
    zip.openReadStream(entry, (error, stream) => {
      if (error) return reject(error);
      const chunks: Buffer[] = [];
      let size = 0;
      stream.on('data', (chunk: Buffer) => {
        if ((size += chunk.length) > entry.uncompressedSize)
          return stream.destroy(new Error('it is larger than it says'));
        chunks.push(chunk);
      });
      stream.on('error', reject);
      stream.on('end', () => resolve(Buffer.concat(chunks)));
    }),
  );
}

function zipKind(name: string, entry: yauzl.Entry): 'file' | 'folder' | 'link' | 'other' {
  if (name.endsWith('/')) return 'folder';
  // The high half of the attributes is the Unix mode where a Unix tool packed; other tools leave 0.
  const type = (entry.externalFileAttributes >>> 16) & 0o170000;
  return type === 0 || type === 0o100000 ? 'file' : type === 0o120000 ? 'link' : 'other';
}

function gunzip(content: Buffer, { bytes, ratio }: ArchiveLimits): Buffer {
  const most = Math.min(2 * bytes, Math.max(1 << 20, ratio * content.length));
  try {
    return zlib.gunzipSync(content, { maxOutputLength: most });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') throw unreadable(error as Error);
    throw new Error(`the archive holds more than ${most >> 20} MiB`);
  }
}

async function openTar(content: Buffer, wanted: (name: string) => boolean, limits: ArchiveLimits): Promise<Opened> {
  // The parser would unpack it by itself, without our limits.
  if (content[0] === 0x1f && content[1] === 0x8b) throw new Error('the archive is packed twice; pack it once');
  const shelf = new Shelf(wanted, limits);
  await new Promise<void>((resolve, reject) => {
    const take = (entry: ReadEntry): void => {
      const name = entry.path.replace(/^(\.\/)+/, '');
      const chunks: Buffer[] = [];
      try {
        if (!shelf.admits(name, tarKind(entry.type), entry.size)) return void entry.resume();
      } catch (error) {
        reject(error as Error);
        return void entry.resume();
      }
      entry.on('data', chunk => chunks.push(Buffer.from(chunk)));
      entry.on('end', () => shelf.put(name, Buffer.concat(chunks), entry.mtime));
    };
    // strict: a damaged header is an error instead of a silent end.
    const parser = new Parser({ strict: true, brotli: false, zstd: false, onReadEntry: take });
    parser.on('error', error => reject(unreadable(error as Error)));
    parser.on('end', () => resolve());
    parser.end(content);
  });
  return shelf.opened;
}

function tarKind(type: string): 'file' | 'folder' | 'link' | 'other' {
  if (type === 'File' || type === 'OldFile' || type === 'ContiguousFile') return 'file';
  if (type === 'Directory') return 'folder';
  return type === 'SymbolicLink' || type === 'Link' ? 'link' : 'other';
}

/** What makes a name unfit, or undefined: it is only ever a key of a map, but others may trust what they read here. */
function nameFault(name: string): string | undefined {
  if (name === '' || name.length > 500) return 'has an empty name or one over 500 characters';
  if (/[\0-\x1f\x7f]/.test(name)) return 'has a control character in its name';
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) return 'has an absolute path';
  if (name.split('/').includes('..')) return 'leads out of the archive (..)';
  return undefined;
}

function decodeName(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? bytes.toString('latin1') : text;
}

function unreadable(error: Error): Error {
  return new Error(`the archive cannot be read: ${error.message.split('\n')[0]}`);
}

function show(name: string): string {
  return JSON.stringify(name.slice(0, 100));
}
