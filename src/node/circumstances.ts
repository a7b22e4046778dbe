/** Where the kit lies, and under what it computes here. */
import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { runtime } from '../base/runtime';
import { ROOT } from './root';

const SETTINGS = ['CNN_KIT_BACKEND', 'CNN_KIT_BINDING', 'CNN_KIT_CPU_DEVICES'];

runtime.kit = ROOT;
runtime.circumstances = () => ({
  commit: commitOf(ROOT),
  machine: `${os.cpus().length} x ${os.cpus()[0]?.model.trim() ?? os.arch()}, ${Math.round(os.totalmem() / 2 ** 30)} GB, ${os.type()} ${os.arch()}`,
  settings: SETTINGS.flatMap(name => (process.env[name] ? `${name}=${process.env[name]} ` : [])).join(''),
  versions: { node: process.versions.node },
});

function commitOf(folder: string): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const commit = git('rev-parse', 'HEAD');
    return git('status', '--porcelain', '--', 'src', 'package-lock.json') ? `${commit} (changed)` : commit;
  } catch {
    return 'unknown: not a git checkout';
  }
}
