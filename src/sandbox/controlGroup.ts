/**
 * A control group for one submission, where this user may make one: bounds the memory and the processes of all that it
 * starts together, which resource limits, counted for each process, do not. Version 1 and 2.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { Limits } from './limits';

export interface ControlGroup {
  /** `command`, as a command that is inside from its first instruction on. */
  enter(command: string[]): string[];
  remove(): void;
}

const MOUNT = '/sys/fs/cgroup';

/** The control group named `name`, or undefined where it cannot be had. */
export function makeControlGroup(name: string, { memory, processes }: Limits): ControlGroup | undefined {
  const bytes = String(2 * memory * 2 ** 20);
  // Node and bubblewrap take some for themselves before the submission counts.
  const most = String(processes + 16);
  const made: string[] = [];
  const make = (parent: string, settings: Record<string, string>): void => {
    const folder = path.join(parent, `cnn-kit-${name}`);
    fs.mkdirSync(folder, { recursive: true });
    made.push(folder);
    for (const [key, value] of Object.entries(settings)) fs.writeFileSync(path.join(folder, key), value);
  };
  const remove = (): void => {
    for (const folder of made) {
      try {
        fs.rmdirSync(folder);
      } catch {
        // A process in it is still ending; the folder is empty of limits that matter and is used again.
      }
    }
  };
  try {
    const own = fs.readFileSync('/proc/self/cgroup', 'utf8');
    const under = (controller: string): string | undefined => {
      const found = new RegExp(`^\\d+:(?:[^:]*,)?${controller}(?:,[^:]*)?:(.*)$`, 'm').exec(own);
      return found ? path.join(MOUNT, controller, found[1]) : undefined;
    };
    const [memoryFolder, pidsFolder] = [under('memory'), under('pids')];
    if (memoryFolder && pidsFolder) {
      make(memoryFolder, { 'memory.limit_in_bytes': bytes });
      make(pidsFolder, { 'pids.max': most });
    } else {
      const here = path.join(MOUNT, /^0::(.*)$/m.exec(own)![1]);
      // A group with processes may not hand its controllers down; beside it, ours has them.
      const parent = [here, path.dirname(here)].find(folder =>
        /\bmemory\b.*\bpids\b/.test(fs.readFileSync(path.join(folder, 'cgroup.subtree_control'), 'utf8')),
      );
      if (!parent) return undefined;
      make(parent, { 'memory.max': bytes, 'memory.swap.max': '0', 'pids.max': most });
    }
    // As a test that we may: the last line of defence must not be found missing at the first submission.
    made.forEach(folder => fs.accessSync(path.join(folder, 'cgroup.procs'), fs.constants.W_OK));
  } catch {
    remove();
    return undefined;
  }
  const join = made.map(folder => `echo $$ > '${path.join(folder, 'cgroup.procs')}'`).join(' && ');
  return { enter: command => ['sh', '-c', `${join} && exec "$@"`, 'sh', ...command], remove };
}
