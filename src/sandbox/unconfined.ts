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
  const uid = uidOf(slot);
  // Of a run that was killed before it could clear up.
  clearUp(uid);
  const command = [process.execPath, ...nodeArguments(ROOT, limits, 'filtered')];
  const limited = [...userCommand(slot), ...limitsCommand(limits), ...command];
  const started = startWithFolder(limited, options, '/', uid);
  started.child.on('exit', () => clearUp(uid));
  return {
    ...started,
    kill() {
      started.kill();
      // Before anyone else is asked, who could read it.
      clearUp(uid);
    },
  };
}

/** Ends what a submission has started, also what has left its process group, and removes what it has written anywhere. */
function clearUp(uid: number): void {
  endAll(uid);
  for (const folder of PUBLIC_FOLDERS) removeOwned(folder, uid);
}

/** Folders in which any user may write. */
const PUBLIC_FOLDERS = ['/tmp', '/var/tmp', '/dev/shm', '/dev/mqueue', '/run/lock', '/var/crash'];

function endAll(uid: number): void {
  // Who starts others faster than one look takes is found by the next.
  for (let looks = 0; looks < 50; looks++) {
    const found = fs.readdirSync('/proc').filter(name => /^\d+$/.test(name) && isOf(`/proc/${name}`, uid));
    const alive = found.filter(name => !/^State:\s+[ZX]/m.test(readText(`/proc/${name}/status`)));
    if (alive.length === 0) return;
    for (const pid of alive) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    }
  }
}

function removeOwned(folder: string, uid: number): void {
  let names: string[] = [];
  try {
    names = fs.readdirSync(folder);
  } catch {
    return;
  }
  for (const name of names) {
    const file = path.join(folder, name);
    if (isOf(file, uid)) removeFolder(file);
  }
}

function isOf(file: string, uid: number): boolean {
  try {
    return fs.lstatSync(file).uid === uid;
  } catch {
    return false;
  }
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return 'State: X';
  }
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
