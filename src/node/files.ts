/** Files and timers as Node has them; importing this gives them to the core. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { type Files, runtime } from '../base/runtime';

/**
 * Writes a file so that at every moment, also after a power cut, either the old or the new one is there whole.
 * @param mode its permissions, if not those of new files
 */
export function writeWhole(file: string, content: string | Iterable<string | Uint8Array>, mode?: number): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const part = `${file}.part`;
  const descriptor = fs.openSync(part, 'w', mode);
  try {
    for (const piece of typeof content === 'string' ? [content] : content) fs.writeFileSync(descriptor, piece);
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

/** In hexadecimal digits. */
export function sha256(...pieces: (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

const files: Files = {
  exists: file => fs.existsSync(file),
  read(file) {
    try {
      return fs.readFileSync(file);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const reason = { ENOENT: 'there is no such file', EISDIR: 'it is a folder' }[code ?? ''] ?? code;
      throw new Error(`${file} cannot be read: ${reason}.`);
    }
  },
  list: folder => (fs.existsSync(folder) ? fs.readdirSync(folder) : []),
  isFolder: file => fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false,
  remove: file => fs.rmSync(file, { force: true }),
  writeWhole,
  sha256,
};

runtime.files = files;
runtime.pause = () => new Promise(resolve => setImmediate(resolve));
