/** A process in the sandbox, how it is started and what every kind of sandbox gives it. */
import { type ChildProcess, execFileSync, spawn, type StdioOptions } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { ROOT } from '../node/root';
import type { Limits } from './limits';
import { sealForChildren } from './inside/calls';
import { programArguments } from './snapshot';

export interface StartOptions {
  /** Compute with TensorFlow's library instead of plain JavaScript: for heavy exercises; a process then takes 1 s to start. */
  tensorflow?: boolean;
  /** Image for docker and podman, with Node at the version of the grader's. */
  image?: string;
}

/** A process in the sandbox, before it knows of any submission. */
export interface SandboxProcess {
  child: ChildProcess;
  /** The channel: questions go in, answers come out, one a line. */
  input: Writable;
  output: Readable;
  /** What the submission prints. */
  prints: Readable[];
  /** Whether the kernel bounds the memory of all processes together; else the grader has to watch it. */
  bounded: boolean;
  /** Ends every process of the submission. */
  kill(): void;
}

/** An environment of nothing but what Node needs: no secret of the instructor's shell reaches a submission. */
export function environment({ tensorflow }: StartOptions): Record<string, string> {
  const backend = tensorflow ? 'tensorflow' : 'cpu';
  return { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', HOME: '/tmp', CNN_KIT_BACKEND: backend };
}

/** The parts of the kit that are shown, those that are there. */
export function parts({ tensorflow }: StartOptions): string[] {
  return [...PARTS, ...(tensorflow ? [TENSORFLOW] : [])].filter(name => fs.existsSync(path.join(ROOT, name)));
}

/**
 * How the program inside is reached: over descriptor 3, or standard input and output. Over all but `socket` it closes
 * the system calls of seccomp.ts itself before it is ready; `filtered` is over descriptor 3 too.
 */
export type Channel = 'socket' | 'filtered' | 'stdio';

export function nodeArguments(root: string, limits: Limits, channel: Channel): string[] {
  const at = (name: string): string => (name.startsWith('-') ? name : path.posix.join(root, name));
  return [...programArguments([`--max-old-space-size=${limits.memory >> 1}`]).map(at), root, channel];
}

export const INSIDE = '/kit';
/** What a submission may read of the kit: the built library and its packages; no test, no solution. */
const PARTS = ['package.json', 'dist', 'node_modules'];
const TENSORFLOW = path.join('.cache', 'tensorflow');

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

export function limitsCommand({ memory, disk, cpu, processes }: Limits): string[] {
  const most = isRoot() ? processes : processes + threadsOfUser();
  const sizes = [`--data=${memory << 20}`, `--fsize=${disk << 20}`];
  return ['prlimit', ...sizes, `--cpu=${cpu}`, '--core=0', '--nofile=1024', `--nproc=${most}`];
}

let started = 0;

/** A number for the next process of a worker: it starts while the one before is being ended, and they must not share a uid. */
export function nextSlot(worker: number): number {
  return 8 * worker + (started++ % 8);
}

export const uidOf = (slot: number): number => 20_000 + slot;

export function userCommand(slot: number): string[] {
  const uid = String(uidOf(slot));
  return ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--no-new-privs'];
}

/** The kernel counts what the user runs already; as root, the slot's own uid runs nothing else. */
function threadsOfUser(): number {
  const threads = execFileSync('ps', ['-L', '-u', String(process.getuid!()), '-o', 'lwp='], { encoding: 'utf8' });
  return threads.split('\n').length;
}

/** @param filter a file that the program finds as descriptor 4 */
export function spawnGroup(
  [program, ...words]: string[],
  env: Record<string, string>,
  cwd: string,
  filter?: string,
): ChildProcess {
  sealForChildren();
  const descriptor = filter === undefined ? undefined : fs.openSync(filter, 'r');
  try {
    const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', 'pipe', ...(descriptor === undefined ? [] : [descriptor])];
    return spawn(program, words, { stdio, env, cwd, detached: true });
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

export function overSocket(child: ChildProcess, bounded: boolean): SandboxProcess {
  const channel = child.stdio[3] as Readable & Writable;
  return {
    ...{ child, input: channel, output: channel, prints: [child.stdout!, child.stderr!], bounded },
    kill() {
      if (child.pid === undefined) return;
      // The process group: without a sandbox, children of the submission live in it too.
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        child.kill('SIGKILL');
      }
    },
  };
}
