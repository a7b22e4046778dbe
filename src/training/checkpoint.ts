/**
 * The file of a run: the line MAGIC, the SHA-256 of all that follows (32 bytes), the length of the header (4 bytes,
 * little-endian), the header in JSON, then the arrays that it names, one after the other, little-endian.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const MAGIC = Buffer.from('cnn-kit checkpoint 1\n');
const DIGEST = 32;

export type Numbers = Float32Array | Int32Array;

export interface Checkpoint {
  /** What must be the same for a run to go on: a value for each thing. */
  run: Record<string, string | number | boolean>;
  /** The state beside the arrays, in JSON. */
  state: Record<string, unknown>;
  arrays: Map<string, Numbers>;
}

interface Header extends Omit<Checkpoint, 'arrays'> {
  arrays: { name: string; type: 'float32' | 'int32'; length: number }[];
}

/** Writes the file so that at every moment, also after a power cut, either the old or the new one is there whole. */
export function writeCheckpoint(file: string, { run, state, arrays }: Checkpoint): void {
  const header: Header = { run, state, arrays: [] };
  const pieces: Uint8Array[] = [];
  for (const [name, values] of arrays) {
    header.arrays.push({ name, type: values instanceof Int32Array ? 'int32' : 'float32', length: values.length });
    pieces.push(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  pieces.unshift(length, json);
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  pieces.unshift(MAGIC, hash.digest());

  fs.mkdirSync(path.dirname(file), { recursive: true });
  const part = `${file}.part`;
  const descriptor = fs.openSync(part, 'w');
  try {
    for (const piece of pieces) fs.writeFileSync(descriptor, piece);
    fs.fsyncSync(descriptor);
  } catch (error) {
    fs.rmSync(part, { force: true });
    throw error;
  } finally {
    fs.closeSync(descriptor);
  }
  fs.renameSync(part, file);
  // The new name, too, is on the disk only once its folder is. Windows cannot open folders, and needs no such call.
  if (process.platform === 'win32') return;
  const folder = fs.openSync(path.dirname(file), 'r');
  fs.fsyncSync(folder);
  fs.closeSync(folder);
}

/** @throws when the file is no checkpoint, or not as it was written */
export function readCheckpoint(file: string): Checkpoint {
  const bytes = fs.readFileSync(file);
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error(`${file} is no checkpoint of a training run.`);
  const body = bytes.subarray(MAGIC.length + DIGEST);
  const digest = createHash('sha256').update(body).digest();
  if (!bytes.subarray(MAGIC.length, MAGIC.length + DIGEST).equals(digest)) {
    throw new Error(`${file} is damaged: its SHA-256 is not the one that is written in it; delete it to start anew.`);
  }
  let at = 4 + body.readUInt32LE();
  const { arrays, ...header } = JSON.parse(body.toString('utf8', 4, at)) as Header;
  const read = arrays.map(({ name, type, length }): [string, Numbers] => {
    const { buffer } = new Uint8Array(body.subarray(at, (at += 4 * length)));
    return [name, type === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer)];
  });
  return { ...header, arrays: new Map(read) };
}

/** @throws when the checkpoint in `file` is of another run, naming the first thing that differs */
export function refuseForeign(file: string, theirs: Checkpoint['run'], ours: Checkpoint['run']): void {
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    if (theirs[key] === ours[key]) continue;
    throw new Error(`${file} is of another run: its ${key} is ${theirs[key]}, and here it is ${ours[key]}.`);
  }
}
