/** A set-up step counts as done when its stamp, written last and whole, holds the hash of what the step was made from. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

export const ROOT = path.join(__dirname, '..', '..');
export const CACHE = path.join(ROOT, '.cache');

/** Does `work` unless `stamp` says it was done with the same `inputs`; a step that was cut leaves no stamp. */
export async function once(stamp: string, inputs: string[], work: () => Promise<void>): Promise<void> {
  const key = hash(inputs);
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === key) return;
  fs.rmSync(stamp, { force: true });
  await work();
  fs.mkdirSync(path.dirname(stamp), { recursive: true });
  fs.writeFileSync(`${stamp}.part`, key);
  fs.renameSync(`${stamp}.part`, stamp);
}

export function hash(parts: string[]): string {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(`${part.length}:${part}`);
  return sum.digest('hex');
}

/** Runs `work` while no other process of this checkout is setting up; waits for the other one to end. */
export async function alone<T>(work: () => Promise<T>, file = path.join(CACHE, 'setup.lock')): Promise<T> {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  let told = false;
  while (!take(file)) {
    if (!told) console.log('Another set-up is at work in this folder; waiting for it.');
    told = true;
    await new Promise(resolve => setTimeout(resolve, 500));
  }
  try {
    return await work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

/** Makes the lock file with our number in it; a lock whose process is gone is taken away first. */
function take(file: string): boolean {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    const owner = Number(fs.existsSync(file) && fs.readFileSync(file, 'utf8'));
    if (owner && !isRunning(owner)) fs.rmSync(file, { force: true });
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Everything that tools would write into the home folder goes into the checkout. */
export function environment(): NodeJS.ProcessEnv {
  const at = (...names: string[]): string => path.join(CACHE, ...names);
  return {
    ...process.env,
    PIP_CACHE_DIR: at('pip'),
    UV_CACHE_DIR: at('uv'),
    UV_NO_PROGRESS: '1',
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
 * Runs a command to its end. `show`: its output goes to ours; else it is kept for the message of a failure.
 * @throws with the last line it printed, when it fails
 */
export function run(command: string, args: string[], { show = false } = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: environment(),
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    let tail = '';
    const keep = (text: string): void => void (tail = (tail + text).slice(-4000));
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === 0) return resolve();
      const last = tail.trim().split('\n').pop();
      reject(new Error(last || `${path.basename(command)} ended with ${signal ?? `status ${code}`}.`));
    });
  });
}
