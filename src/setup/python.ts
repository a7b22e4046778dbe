/** The project's own Python: a .venv with JupyterLab and what executes notebooks, pinned by hash in requirements.txt. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { writeWhole } from '../node/files';
import { ROOT } from '../node/root';
import { failure, requireSpace } from './failure.cjs';
import { once, run } from './steps';

export const VENV = path.join(ROOT, '.venv');

/** A program of a virtual environment, by default the .venv. */
export function inVenv(program: string, folder = VENV): string {
  return process.platform === 'win32'
    ? path.join(folder, 'Scripts', `${program}.exe`)
    : path.join(folder, 'bin', program);
}

/** The newest Python of this machine that will do: CNN_KIT_PYTHON, or what is on the path. */
export function findPython(): { command: string; version: string } {
  const asked = process.env.CNN_KIT_PYTHON;
  const names = asked ? [asked] : ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python', 'py'];
  const seen: string[] = [];
  for (const command of names) {
    const version = versionOf(command);
    if (version === undefined) continue;
    const [major, minor] = version.split('.').map(Number);
    if (major === 3 && minor >= 10) return { command, version };
    seen.push(`${command} is ${version}`);
  }
  const found = seen.length > 0 ? seen.join(', ') : `none of ${names.join(', ')} is there`;
  throw new Error(`cnn-kit needs Python 3.10 or newer, but ${found}; install one, or name it in CNN_KIT_PYTHON.`);
}

/** The version of a Python, or undefined if it does not run. */
function versionOf(command: string): string | undefined {
  const { status, stdout } = spawnSync(command, ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])'], {
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : undefined;
}

export async function setUpPython(log: (line: string) => void): Promise<void> {
  const requirements = path.join(__dirname, 'requirements.txt');
  await setUpVenv(VENV, requirements, () =>
    log('Python packages: JupyterLab and what executes notebooks (60 MB to fetch, 250 MB on disk)'),
  );
}

/**
 * A virtual environment with what a requirements file pins, made anew when the file changes or its Python is gone; `begin`
 * is told first.
 */
export async function setUpVenv(folder: string, requirements: string, begin: () => void): Promise<void> {
  const python = inVenv('python', folder);
  // The one that it was made with will do, whatever is first on the path of this shell.
  const version = (!process.env.CNN_KIT_PYTHON && versionOf(python)) || findPython().version;
  const inputs = [fs.readFileSync(requirements, 'utf8'), version];
  await once(path.join(folder, 'cnn-kit.stamp'), inputs, python, async () => {
    requireSpace('The Python packages', 400, folder);
    begin();
    fs.rmSync(folder, { recursive: true, force: true });
    await createVenv(findPython().command, folder);
    fs.writeFileSync(path.join(folder, PLACE), folder);
    await install(folder, requirements).catch((error: Error) => {
      throw new Error(failure('The Python packages', error.message, folder));
    });
  });
  repairPlace(folder);
}

async function install(folder: string, requirements: string): Promise<void> {
  const uv = path.join(ROOT, 'src', 'setup', 'uv.txt');
  const python = inVenv('python', folder);
  const show = process.stdout.isTTY;
  const pinned = ['install', ...(show ? [] : ['--quiet']), '--require-hashes', '-r'];
  // uv installs in a quarter of pip's time; where it is not to be had, pip does the same.
  try {
    await run(python, ['-m', 'pip', ...pinned, uv], { show });
    await run(inVenv('uv', folder), ['pip', ...pinned, requirements, '--python', python], { show });
  } catch {
    await run(python, ['-m', 'pip', ...pinned, requirements], { show });
  }
}

/** Holds where the environment was made, which is in its scripts too. */
const PLACE = 'cnn-kit.place';

/** Writes the new place into the scripts of an environment whose folder was moved. Windows' scripts are programs, and stay. */
export function repairPlace(folder: string): void {
  const before = fs.readFileSync(path.join(folder, PLACE), 'utf8');
  if (before === folder) return;
  const bin = path.dirname(inVenv('python', folder));
  for (const name of ['../pyvenv.cfg', ...fs.readdirSync(bin)]) {
    const file = path.join(bin, name);
    if (!fs.lstatSync(file).isFile()) continue;
    const content = fs.readFileSync(file);
    if (content.includes(0) || !content.includes(before)) continue;
    writeWhole(file, content.toString('utf8').replaceAll(before, folder), fs.statSync(file).mode);
  }
  fs.writeFileSync(path.join(folder, PLACE), folder);
}

async function createVenv(command: string, folder: string): Promise<void> {
  try {
    await run(command, ['-m', 'venv', folder]);
  } catch (error) {
    // Debian keeps venv in a package of its own.
    throw new Error(
      `${command} cannot make a virtual environment (${(error as Error).message}); on Debian and Ubuntu run \`apt install python3-venv\`.`,
    );
  }
}
