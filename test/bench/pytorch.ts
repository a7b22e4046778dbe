/** PyTorch to compare with, in an environment of its own under .cache/bench. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { inVenv } from '../../src/setup/python';
import { CACHE, once, run } from '../../src/setup/steps';

const PYTORCH_VERSION = '2.13.0';

/** @returns a Python that has PyTorch: BENCH_PYTHON, or one made here; undefined, with a line that says why, where it cannot be had */
export async function findPytorch(log: (line: string) => void): Promise<string | undefined> {
  if (process.env.BENCH_PYTHON) return process.env.BENCH_PYTHON;
  const folder = path.join(CACHE, 'bench', 'torch');
  const python = path.join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  try {
    await once(path.join(folder, 'stamp'), [PYTORCH_VERSION], python, async () => {
      log(`PyTorch ${PYTORCH_VERSION}: installing it for the bench`);
      await run(inVenv('python'), ['-m', 'venv', folder]);
      await run(python, ['-m', 'pip', 'install', '--quiet', `torch==${PYTORCH_VERSION}`]);
    });
  } catch (error) {
    log(`Without PyTorch, which could not be installed (${(error as Error).message}).`);
    return undefined;
  }
  return spawnSync(python, ['-c', 'import torch']).status === 0 ? python : undefined;
}
