/** Submissions that see the machine: under a uid of their own, or, where there is no sandbox, with the instructor's rights. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from '../node/root';
import { isRunning } from '../node/running.cjs';
import type { Limits } from './limits';
import {
  environment,
  limitsCommand,
  nextSlot,
  nodeArguments,
  overSocket,
  type SandboxProcess,
  spawnGroup,
  type StartOptions,
  uidOf,
  userCommand,
} from './startup';

export function startBare(limits: Limits, options: StartOptions): SandboxProcess {
  const command = [process.execPath, ...nodeArguments(ROOT, limits, 'socket')];
  return startWithFolder(command, options, ROOT);
}

/** For containers that forbid namespaces, as autograders of learning platforms do: whoever runs them hides the tests. */
export function startAsUser(worker: number, limits: Limits, options: StartOptions): SandboxProcess {
  const slot = nextSlot(worker);
  const command = [process.execPath, ...nodeArguments(ROOT, limits, 'socket')];
  const limited = [...userCommand(slot), ...limitsCommand(limits), ...command];
  return startWithFolder(limited, options, '/', uidOf(slot));
}

const FOLDER = 'cnn-kit-submission-';
/** Temporary folders of processes that run; they go with this process at the latest, and if it is killed, with the next one's start. */
const folders = new Set<string>();
let swept = false;

function makeFolder(): string {
  if (!swept) {
    swept = true;
    process.on('exit', () => folders.forEach(removeFolder));
    for (const name of fs.readdirSync(os.tmpdir())) {
      const owner = name.startsWith(FOLDER) && Number(name.slice(FOLDER.length).split('-')[0]);
      if (owner && !isRunning(owner)) removeFolder(path.join(os.tmpdir(), name));
    }
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `${FOLDER}${process.pid}-`));
  folders.add(folder);
  return folder;
}

/**
 * Starts a process that shares the machine's /tmp with others: it has a temporary and home folder of its own, which is removed
 * when it has ended, so that no submission finds what another one, or itself in an earlier test, has left.
 * @param uid the owner of the folder, if not this user
 */
function startWithFolder(command: string[], options: StartOptions, cwd: string, uid?: number): SandboxProcess {
  const folder = makeFolder();
  if (uid !== undefined) fs.chownSync(folder, uid, uid);
  const own = { HOME: folder, TMPDIR: folder, TEMP: folder, TMP: folder };
  const child = spawnGroup(command, { ...environment(options), ...own }, cwd);
  const remove = (): void => {
    removeFolder(folder);
    folders.delete(folder);
  };
  return overSocket(child.on('exit', remove).on('error', remove), false);
}

/** Removes what a process has left; a process that is still ending may write until it is gone. */
function removeFolder(folder: string): void {
  try {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // A file that this user may not remove; the folder's name is never used again.
  }
}
