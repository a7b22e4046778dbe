/** Reads tar archives: regular files and folders only, as POSIX.1-1988 (ustar) lays them out. */

export interface TarFile {
  name: string;
  data: Buffer;
}

const BLOCK = 512;

/**
 * The regular files of an archive, one by one, each whole in memory.
 *
 * @param chunks - the archive, unpacked
 * @param limit - the most bytes that a file of this name may have; undefined refuses the name, folders' names too
 * @throws if an entry is a link or anything else than a file or folder, has a name or length that `limit` does not allow,
 *   or the archive is damaged or cut
 */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  limit: (name: string) => number | undefined,
): AsyncGenerator<TarFile, void, undefined> {
  const take = reader(chunks);
  for (;;) {
    const header = await take(BLOCK, 'its end mark');
    if (header.every(byte => byte === 0)) return;
    const name = nameOf(header);
    const type = String.fromCharCode(header[156] || 0x30);
    refuseWrongSum(header, name);
    const most = limit(name);
    if (most === undefined) throw new Error(`The archive has an entry '${name}' that does not belong there.`);
    if (type !== '0' && type !== '5') {
      throw new Error(`The entry '${name}' is of the type '${type}'; right is a plain file or a folder.`);
    }
    const size = sizeOf(header, name);
    if (size > most) throw new Error(`The entry '${name}' has ${size} bytes; right is at most ${most}.`);
    const data = await take(size, `the end of '${name}'`);
    await take((BLOCK - (size % BLOCK)) % BLOCK, `the end of '${name}'`);
    if (type === '0') yield { name, data };
  }
}

function reader(chunks: AsyncIterable<Uint8Array>): (count: number, wanted: string) => Promise<Buffer> {
  const source = chunks[Symbol.asyncIterator]();
  let kept: Uint8Array = new Uint8Array();
  return async (count, wanted) => {
    const result = Buffer.alloc(count);
    let at = 0;
    while (at < count) {
      if (!kept.length) {
        const { done, value } = await source.next();
        if (done) throw new Error(`The archive ends before ${wanted}; it is cut off.`);
        kept = value as Uint8Array;
      }
      const part = kept.subarray(0, count - at);
      result.set(part, at);
      at += part.length;
      kept = kept.subarray(part.length);
    }
    return result;
  };
}

function text(header: Buffer, from: number, to: number): string {
  const field = header.subarray(from, to);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
}

function nameOf(header: Buffer): string {
  const name = text(header, 0, 100);
  // Older formats have other things where ustar has the name's first part.
  const prefix = header.toString('latin1', 257, 263) === 'ustar\0' ? text(header, 345, 500) : '';
  return prefix ? `${prefix}/${name}` : name;
}

function octal(field: string): number {
  const digits = field.trim();
  return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : NaN;
}

function sizeOf(header: Buffer, name: string): number {
  const size = octal(text(header, 124, 136));
  if (Number.isNaN(size)) throw new Error(`The entry '${name}' has no readable length; the archive is damaged.`);
  return size;
}

/** The header's sum counts its own eight bytes as spaces. */
function refuseWrongSum(header: Buffer, name: string): void {
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
  if (sum !== octal(text(header, 148, 156))) {
    throw new Error(`The entry '${name}' has a header with a wrong sum; the archive is damaged or no tar archive.`);
  }
}
