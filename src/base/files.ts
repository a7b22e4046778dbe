import fs from 'node:fs';
import path from 'node:path';

/** Writes the file so that at every moment, also after a power cut, either the old or the new one is there whole. */
export function writeWhole(file: string, pieces: Iterable<Uint8Array>): void {
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
