/** The project's own Python: a .venv with JupyterLab and what executes notebooks, pinned by hash in requirements.txt. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { once, ROOT, run } from './steps';

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
    const { status, stdout } = spawnSync(command, ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])'], {
      encoding: 'utf8',
    });
    if (status !== 0) continue;
    const version = stdout.trim();
    const [major, minor] = version.split('.').map(Number);
    if (major === 3 && minor >= 10) return { command, version };
    seen.push(`${command} is ${version}`);
  }
  const found = seen.length > 0 ? seen.join(', ') : `none of ${names.join(', ')} is there`;
  throw new Error(`cnn-kit needs Python 3.10 or newer, but ${found}; install one, or name it in CNN_KIT_PYTHON.`);
}

export async function setUpPython(log: (line: string) => void): Promise<void> {
  const requirements = path.join(__dirname, 'requirements.txt');
  await setUpVenv(VENV, requirements, () =>
    log('Python packages: JupyterLab and what executes notebooks (60 MB to fetch, 250 MB on disk)'),
  );
}

/** A virtual environment with what a requirements file pins, made anew when the file changes; `begin` is told first. */
export async function setUpVenv(folder: string, requirements: string, begin: () => void): Promise<void> {
  const { command, version } = findPython();
  const file = (name: string): string => path.join(ROOT, 'src', 'setup', name);
  const python = inVenv('python', folder);
  const inputs = [fs.readFileSync(requirements, 'utf8'), version, ROOT];
  await once(path.join(folder, 'cnn-kit.stamp'), inputs, python, async () => {
    begin();
    fs.rmSync(folder, { recursive: true, force: true });
    await createVenv(command, folder);
    const show = process.stdout.isTTY;
    const pinned = ['install', ...(show ? [] : ['--quiet']), '--require-hashes', '-r'];
    // uv installs in a quarter of pip's time; where it is not to be had, pip does the same.
    try {
      await run(python, ['-m', 'pip', ...pinned, file('uv.txt')], { show });
      await run(inVenv('uv', folder), ['pip', ...pinned, requirements, '--python', python], { show });
    } catch {
      await run(python, ['-m', 'pip', ...pinned, requirements], { show });
    }
  });
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
