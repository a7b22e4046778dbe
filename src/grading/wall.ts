/**
 * The wall around a submission: one interface, and what this machine has to build it from. Everything a submission can
 * reach is listed here: a read-only course kit, system libraries, a small /tmp. Measurements: design, section 2.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { isRunning } from '../setup/lock.cjs';
import { enclose, type Enclosure } from './cgroup';
import { hostArguments } from './snapshot';

export interface Limits {
  /** Memory of one process, in MiB; of all processes of the submission together, twice this. */
  memory: number;
  /** Processor seconds of one process. */
  cpu: number;
  /** Size of /tmp and of the largest file, in MiB; /dev/shm has 1. */
  disk: number;
  /** Processes and threads. */
  processes: number;
}

export const LIMITS: Limits = { memory: 1024, cpu: 60, disk: 16, processes: 64 };

export type WallName = 'bubblewrap' | 'docker' | 'podman' | 'user' | 'none';
export const WALLS: readonly WallName[] = ['bubblewrap', 'docker', 'podman', 'user', 'none'];

/** A host behind the wall, before it knows of any submission. */
export interface Host {
  process: ChildProcess;
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

export interface Wall {
  name: WallName;
  /** What holds and what does not, in words for `doctor` and the reports. */
  holds: string;
  /** Starts a host; `slot` is the worker's number, so that no two run under the same uid. */
  start(slot: number, limits: Limits): Host;
}

export interface WallOptions {
  /** Which one; the best that is there, if not given. */
  name?: WallName;
  /** Compute with TensorFlow's library instead of plain JavaScript: for heavy exercises; a host then takes 1 s to start. */
  tensorflow?: boolean;
  /** Image for docker and podman, with Node at the version of the grader's. */
  image?: string;
}

const KIT = path.join(__dirname, '..', '..');
const INSIDE = '/kit';
/** What a submission may read of the kit: the built library and its packages; no test, no solution. */
const PARTS = ['package.json', 'dist', 'node_modules'];
const TENSORFLOW = path.join('.cache', 'tensorflow');

/**
 * The wall that `options` name, or else the best of this machine.
 * @throws when it is not to be had here. None at all has to be asked for: submissions then run as the instructor.
 */
export function wall(options: WallOptions = {}): Wall {
  const { name } = options;
  if (name === 'none') {
    const holds = 'nothing: submissions run with your own rights (--no-sandbox)';
    return { name, holds, start: (_, limits) => startBare(limits, options) };
  }
  if (name === 'user') {
    if (!isRoot()) throw new Error('--wall user needs root, to give each submission a uid of its own.');
    const holds = 'its own uid, bounded memory, processes and files; the network is open (--wall user)';
    return { name, holds, start: (slot, limits) => startAsUser(slot, limits, options) };
  }
  const faults: string[] = [];
  if (name === undefined || name === 'bubblewrap') {
    const failure = bubblewrapFailure();
    if (!failure) {
      const uid = isRoot() ? 'its own uid, ' : '';
      const how = enclose('probe', LIMITS);
      how?.remove();
      return {
        name: 'bubblewrap',
        holds:
          `${uid}no network, read-only files, and bounded disk, processor time, processes and memory ` +
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
        holds: `a container without network, rights and writable files, with bounded memory and processes`,
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

/** Why bubblewrap cannot be used here, or undefined if it can. Ubuntu >= 23.10 has it but forbids its namespaces. */
export function bubblewrapFailure(): string | undefined {
  if (process.platform !== 'linux') return `bubblewrap needs Linux, this is ${process.platform}`;
  for (const command of isRoot() ? ['bwrap', 'prlimit', 'setpriv', 'unshare'] : ['bwrap', 'prlimit']) {
    if (spawnSync(command, ['--version']).status !== 0) return `${command} is not installed`;
  }
  const { status, stderr } = spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true'], { encoding: 'utf8' });
  return status === 0 ? undefined : stderr.trim().split('\n')[0] || `bwrap ended with status ${status}`;
}

/** Why docker or podman cannot be used here, or undefined if it can. */
export function containerFailure(engine: 'docker' | 'podman'): string | undefined {
  const { status, error, stderr } = spawnSync(engine, ['info'], { encoding: 'utf8', timeout: 20_000 });
  if (error) return `${engine} is not installed`;
  return status === 0 ? undefined : `${engine}: ${stderr.trim().split('\n').pop() || `status ${status}`}`;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** An environment of nothing but what Node needs: no secret of the instructor's shell reaches a submission. */
function environment({ tensorflow }: WallOptions): Record<string, string> {
  const backend = tensorflow ? 'tensorflow' : 'cpu';
  return { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', HOME: '/tmp', CNN_KIT_BACKEND: backend };
}

/** The parts of the kit that are shown, those that are there. */
function parts({ tensorflow }: WallOptions): string[] {
  return [...PARTS, ...(tensorflow ? [TENSORFLOW] : [])].filter(name => fs.existsSync(path.join(KIT, name)));
}

function nodeArguments(root: string, limits: Limits, channel: 'socket' | 'stdio'): string[] {
  const at = (name: string): string => (name.startsWith('-') ? name : path.posix.join(root, name));
  return [...hostArguments([`--max-old-space-size=${limits.memory >> 1}`]).map(at), root, channel];
}

function startBare(limits: Limits, options: WallOptions): Host {
  const command = [process.execPath, ...nodeArguments(KIT, limits, 'socket')];
  return startWithFolder(command, options, KIT);
}

const FOLDER = 'cnn-kit-submission-';
/** Temporary folders of hosts that run; they go with this process at the latest, and if it is killed, with the next one's start. */
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
 * Starts a host that shares the machine's /tmp with others: it has a temporary and home folder of its own, which is removed
 * when it has ended, so that no submission finds what another one, or itself in an earlier test, has left.
 * @param uid the owner of the folder, if not this user
 */
function startWithFolder(command: string[], options: WallOptions, cwd: string, uid?: number): Host {
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

/** Removes what a host has left; a process that is still ending may write until it is gone. */
function removeFolder(folder: string): void {
  try {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // A file that this user may not remove; the folder's name is never used again.
  }
}

/** The program and its arguments that run `command` behind bubblewrap. */
export function bubblewrapCommand(
  command: string[],
  limits: Limits,
  { slot = 0, enclosure, ...options }: WallOptions & { slot?: number; enclosure?: Enclosure } = {},
): string[] {
  const megabyte = 1 << 20;
  const node = fs.realpathSync(process.execPath);
  const isOpen = !isRoot() || readableByAll();
  const [nodeFrom, kitFrom] = isOpen ? [node, KIT] : ['/mnt/node', '/mnt/kit'];
  // Libraries only: no shell, no interpreter, no compiler to go on with.
  const system = ['/usr/lib', '/usr/lib64', '/lib', '/lib64', '/etc/ld.so.cache']
    .filter(file => fs.existsSync(file))
    .flatMap(file =>
      fs.lstatSync(file).isSymbolicLink() ? ['--symlink', fs.readlinkSync(file), file] : ['--ro-bind', file, file],
    );
  const kit = parts(options).flatMap(name => ['--ro-bind', path.join(kitFrom, name), `${INSIDE}/${name}`]);
  const bwrap = [
    ...['bwrap', ...system, '--ro-bind', nodeFrom, '/node', ...kit, '--proc', '/proc', '--dev', '/dev'],
    ...['--size', String(limits.disk * megabyte), '--tmpfs', '/tmp', '--size', String(megabyte), '--tmpfs', '/dev/shm'],
    ...['--remount-ro', '/', '--remount-ro', '/dev'],
    ...['--unshare-all', '--unshare-user', '--disable-userns', '--uid', '65534', '--gid', '65534'],
    ...['--hostname', 'sandbox', '--die-with-parent', '--new-session', '--clearenv'],
    ...Object.entries(environment(options)).flatMap(pair => ['--setenv', ...pair]),
    ...['--chdir', '/tmp', '--', ...command],
  ];
  const limited = [...limitsCommand(limits), ...bwrap];
  const entered = (rest: string[]): string[] => (enclosure ? enclosure.enter(rest) : rest);
  if (!isRoot()) return entered(limited);
  // RLIMIT_NPROC binds only a real uid other than root's, one per host, so that neighbours do not share the count.
  const asUser = [...userCommand(slot), ...limited];
  return entered(
    isOpen
      ? asUser
      : ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', MOUNT_KIT, 'sh', node, KIT, ...asUser],
  );
}

function limitsCommand({ memory, disk, cpu, processes }: Limits): string[] {
  const most = isRoot() ? processes : processes + threadsOfUser();
  const sizes = [`--data=${memory << 20}`, `--fsize=${disk << 20}`];
  return ['prlimit', ...sizes, `--cpu=${cpu}`, '--core=0', '--nofile=1024', `--nproc=${most}`];
}

const uidOf = (slot: number): number => 20_000 + slot;

function userCommand(slot: number): string[] {
  const uid = String(uidOf(slot));
  return ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--no-new-privs'];
}

let started = 0;

function startBubblewrap(worker: number, limits: Limits, options: WallOptions): Host {
  // The next host starts while the last one is being ended; they must not share a uid.
  const slot = 8 * worker + (started++ % 8);
  const enclosure = enclose(`${process.pid}-${slot}`, limits);
  const command = ['/node', ...nodeArguments(INSIDE, limits, 'socket')];
  const child = spawnGroup(bubblewrapCommand(command, limits, { ...options, slot, enclosure }), environment({}), '/');
  child.on('exit', () => enclosure?.remove());
  return overSocket(child, enclosure !== undefined);
}

/** For containers that forbid namespaces, as autograders of learning platforms do: whoever runs them hides the tests. */
function startAsUser(worker: number, limits: Limits, options: WallOptions): Host {
  const slot = 8 * worker + (started++ % 8);
  const command = [process.execPath, ...nodeArguments(KIT, limits, 'socket')];
  const limited = [...userCommand(slot), ...limitsCommand(limits), ...command];
  return startWithFolder(limited, options, '/', uidOf(slot));
}

/** The arguments for docker or podman that run a host in a container named `name`. */
export function containerArguments(name: string, limits: Limits, options: WallOptions = {}): string[] {
  const { image = `node:${process.versions.node}-slim` } = options;
  const kit = parts(options).flatMap(part => ['--volume', `${path.join(KIT, part)}:${INSIDE}/${part}:ro`]);
  return [
    ...['run', '--rm', '--interactive', '--init', '--name', name, '--network', 'none', '--read-only'],
    ...['--user', '65534:65534', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--ipc', 'private'],
    ...['--memory', `${2 * limits.memory}m`, '--memory-swap', `${2 * limits.memory}m`],
    ...['--pids-limit', String(limits.processes), '--cpus', '1', '--ulimit', `cpu=${limits.cpu}`],
    ...['--ulimit', `fsize=${limits.disk << 20}`, '--ulimit', 'core=0', '--ulimit', 'nofile=1024'],
    ...['--tmpfs', `/tmp:rw,nosuid,nodev,size=${limits.disk}m`, '--shm-size', '1m', '--log-driver', 'none'],
    ...Object.entries(environment(options)).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    ...[...kit, '--workdir', '/tmp', '--entrypoint', 'node', image],
    // A snapshot is of one build of Node; the image's may be another.
    ...nodeArguments(INSIDE, limits, 'stdio').filter(word => !/^--snapshot-blob$|\.blob$/.test(word)),
  ];
}

function startContainer(engine: 'docker' | 'podman', slot: number, limits: Limits, options: WallOptions): Host {
  const name = `cnn-kit-${process.pid}-${slot}-${randomBytes(4).toString('hex')}`;
  const child = spawn(engine, containerArguments(name, limits, options), { stdio: ['pipe', 'pipe', 'pipe'] });
  return {
    ...{ process: child, input: child.stdin, output: child.stdout, prints: [child.stderr], bounded: true },
    // To end the client does not end the container.
    kill() {
      spawn(engine, ['kill', name], { stdio: 'ignore', detached: true })
        .on('error', () => undefined)
        .unref();
      child.kill('SIGKILL');
    },
  };
}

function spawnGroup([program, ...words]: string[], env: Record<string, string>, cwd: string): ChildProcess {
  return spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], env, cwd, detached: true });
}

function overSocket(child: ChildProcess, bounded: boolean): Host {
  const channel = child.stdio[3] as Readable & Writable;
  return {
    ...{ process: child, input: channel, output: channel, prints: [child.stdout!, child.stderr!], bounded },
    kill() {
      if (child.pid === undefined) return;
      // The process group: without a wall, children of the submission live in it too.
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        child.kill('SIGKILL');
      }
    },
  };
}

/** Shows a checkout below a closed folder (/root, mktemp -d) to the slot's uid, in this mount namespace only. */
const MOUNT_KIT =
  'mount -t tmpfs tmpfs /mnt && touch /mnt/node && mkdir /mnt/kit && mount --bind "$1" /mnt/node && ' +
  'mount --bind "$2" /mnt/kit && shift 2 && exec "$@"';

/** Whether a user other than root can come to the checkout and to Node. */
function readableByAll(): boolean {
  const open = (file: string): boolean => {
    const parent = path.dirname(file);
    return (fs.statSync(file).mode & 0o001) !== 0 && (parent === file || open(parent));
  };
  return open(path.join(KIT, 'dist')) && open(fs.realpathSync(process.execPath));
}

/** The kernel counts what the user runs already; as root, the slot's own uid runs nothing else. */
function threadsOfUser(): number {
  const threads = execFileSync('ps', ['-L', '-u', String(process.getuid!()), '-o', 'lwp='], { encoding: 'utf8' });
  return threads.split('\n').length;
}
