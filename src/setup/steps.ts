/** A set-up step counts as done when its stamp, written last and whole, holds the hash of what the step was made from. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { sha256, writeWhole } from '../node/files';
import { ROOT } from '../node/root';
import { joins } from './lock.cjs';

export const CACHE = path.join(ROOT, '.cache');

/**
 * Does `work` unless `stamp` says it was done with the same `inputs`, and the file `made` by it is there still; a step that
 * was cut leaves no stamp.
 */
export async function once(stamp: string, inputs: string[], made: string, work: () => Promise<void>): Promise<void> {
  const key = hash(inputs);
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === key && fs.existsSync(made)) return;
  fs.rmSync(stamp, { force: true });
  await work();
  writeWhole(stamp, key);
}

export function hash(parts: string[]): string {
  return sha256(...parts.map(part => `${part.length}:${part}`));
}

/** The names of all files below a folder, with slashes. The `recursive` of readdirSync came with Node 20.1; 20.0 leaves it out in silence. */
export function filesBelow(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    if (!entry.isDirectory()) return [entry.name];
    return filesBelow(path.join(folder, entry.name)).map(name => `${entry.name}/${name}`);
  });
}

/** Everything that tools would write into the home folder goes into the checkout. */
export function environment(): NodeJS.ProcessEnv {
  const at = (...names: string[]): string => path.join(CACHE, ...names);
  return {
    ...process.env,
    PIP_CACHE_DIR: at('pip'),
    UV_CACHE_DIR: at('uv'),
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    JUPYTER_CONFIG_DIR: at('jupyter', 'config'),
    JUPYTER_DATA_DIR: at('jupyter', 'data'),
    JUPYTER_RUNTIME_DIR: at('jupyter', 'runtime'),
    JUPYTERLAB_SETTINGS_DIR: at('jupyter', 'settings'),
    JUPYTERLAB_WORKSPACES_DIR: at('jupyter', 'workspaces'),
    IPYTHONDIR: at('ipython'),
    PYTHONNOUSERSITE: '1',
  };
}

/**
 * Runs a command of the set-up to its end. `show`: its output goes to ours; else it is kept for the message of a failure.
 * @throws with what it printed last, its last line at the end, when it fails
 */
export function run(command: string, args: string[], { show = false } = {}): Promise<void> {
  const temporary = path.join(CACHE, 'tmp');
  fs.mkdirSync(temporary, { recursive: true });
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...environment(), TMPDIR: temporary, TEMP: temporary, TMP: temporary },
      stdio: show ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    });
    joins(child.pid);
    let tail = '';
    const keep = (text: string): void => void (tail = (tail + text).slice(-4000));
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve();
      const last = tail.trim().split('\n').pop();
      reject(new Error(last || `${path.basename(command)} ended with ${signal ?? `status ${code}`}.`));
    });
  });
}
