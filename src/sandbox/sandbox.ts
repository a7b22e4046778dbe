/** The sandbox for submissions: one interface, and the best kind of it that this machine has. */
import { bubblewrapFailure, startBubblewrap } from './bubblewrap';
import { containerFailure, startContainer } from './container';
import { makeControlGroup } from './controlGroup';
import { type Limits, LIMITS } from './limits';
import { isRoot, type SandboxProcess, type StartOptions } from './startup';
import { startAsUser, startBare } from './unconfined';

export type SandboxName = 'bubblewrap' | 'docker' | 'podman' | 'user' | 'none';
export const SANDBOXES: readonly SandboxName[] = ['bubblewrap', 'docker', 'podman', 'user', 'none'];

export interface Sandbox {
  name: SandboxName;
  /** What holds and what does not, in words for `doctor` and the reports. */
  description: string;
  /** Starts a process; `slot` is the worker's number, so that no two run under the same uid. */
  start(slot: number, limits: Limits): SandboxProcess;
}

export interface SandboxOptions extends StartOptions {
  /** Which one; the best that is there, if not given. */
  name?: SandboxName;
}

/**
 * The sandbox that `options` name, or else the best of this machine.
 * @throws when it is not to be had here. None at all has to be asked for: submissions then run as the instructor.
 */
export function chooseSandbox(options: SandboxOptions = {}): Sandbox {
  const { name } = options;
  if (name === 'none') {
    const description = 'nothing: submissions run with your own rights (--no-sandbox)';
    return { name, description, start: (_, limits) => startBare(limits, options) };
  }
  if (name === 'user') {
    if (!isRoot()) throw new Error('--sandbox user needs root, to give each submission a uid of its own.');
    const description =
      'its own uid, a filter of system calls, and bounded processes, files and memory (watched, all together); ' +
      'the network is open (--sandbox user)';
    return { name, description, start: (slot, limits) => startAsUser(slot, limits, options) };
  }
  const faults: string[] = [];
  if (name === undefined || name === 'bubblewrap') {
    const failure = bubblewrapFailure();
    if (!failure) {
      const uid = isRoot() ? 'its own uid, ' : '';
      const how = makeControlGroup('probe', LIMITS);
      how?.remove();
      return {
        name: 'bubblewrap',
        description:
          `${uid}no network, read-only files, a filter of system calls, and bounded disk, processor time, processes and memory ` +
          `(all together by ${how ? 'a cgroup' : 'watching them'})`,
        start: (slot, limits) => startBubblewrap(slot, limits, options),
      };
    }
    faults.push(failure);
  }
  for (const engine of ['docker', 'podman'] as const) {
    if (name !== undefined && name !== engine) continue;
    const failure = containerFailure(engine);
    if (!failure) {
      return {
        name: engine,
        description: `a container without network, rights and writable files, with bounded memory and processes`,
        start: (slot, limits) => startContainer(engine, slot, limits, options),
      };
    }
    faults.push(failure);
  }
  throw new Error(
    `There is no sandbox for submissions here (${faults.join('; ')}); install bubblewrap (apt install bubblewrap), ` +
      'or grade with --no-sandbox if you trust every submission.',
  );
}
