/** Writes zips that are the same bytes for the same files. Self-contained, as the student edition has it too. */
import zlib from 'node:zlib';

export interface ZipFile {
  /** With slashes, relative. */
  name: string;
  content: Buffer | string;
  /** Shell scripts of an autograder must be executable. */
  executable?: boolean;
}

/** A zip of `files`, in their order, each dated 1 January 1980. */
export function zip(files: ZipFile[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, executable } of files) {
    const path = Buffer.from(name, 'utf8');
    const data = Buffer.from(content);
    const packed = zlib.deflateRawSync(data, { level: 9 });
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0); // version needed
    common.writeUInt16LE(0x0800, 2); // names are UTF-8
    common.writeUInt16LE(8, 4); // deflate
    common.writeUInt16LE(0x0021, 8); // date: 1980-01-01
    common.writeUInt32LE(zlib.crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(path.length, 22);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), common, path, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((0o100000 | (executable ? 0o755 : 0o644)) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    // Version made by: Unix, so that readers look at the mode.
    directory.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, tail, path);
    offset += 30 + path.length + packed.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}
