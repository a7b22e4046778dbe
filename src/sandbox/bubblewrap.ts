/** Submissions in bubblewrap: Linux namespaces, resource limits, and a control group where there is one. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../node/root';
import { seccompFilter } from './inside/seccomp';
import { type ControlGroup, makeControlGroup } from './controlGroup';
import type { Limits } from './limits';
import {
  environment,
  INSIDE,
  isRoot,
  limitsCommand,
  nextSlot,
  nodeArguments,
  overSocket,
  parts,
  type SandboxProcess,
  spawnGroup,
  type StartOptions,
  userCommand,
} from './startup';

/** Why bubblewrap cannot be used here, or undefined if it can. Ubuntu >= 23.10 has it but forbids its namespaces. */
export function bubblewrapFailure(): string | undefined {
  if (process.platform !== 'linux') return `bubblewrap needs Linux, this is ${process.platform}`;
  for (const command of isRoot() ? ['bwrap', 'prlimit', 'setpriv', 'unshare'] : ['bwrap', 'prlimit']) {
    if (spawnSync(command, ['--version']).status !== 0) return `${command} is not installed`;
  }
  const { status, stderr } = spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true'], { encoding: 'utf8' });
  return status === 0 ? undefined : stderr.trim().split('\n')[0] || `bwrap ended with status ${status}`;
}

/** The program and its arguments that run `command` in bubblewrap. */
function bubblewrapCommand(
  command: string[],
  limits: Limits,
  {
    slot = 0,
    controlGroup,
    filter,
    ...options
  }: StartOptions & { slot?: number; controlGroup?: ControlGroup; filter?: string } = {},
): string[] {
  const megabyte = 1 << 20;
  const node = fs.realpathSync(process.execPath);
  const isOpen = !isRoot() || readableByAll();
  const [nodeFrom, kitFrom] = isOpen ? [node, ROOT] : ['/mnt/node', '/mnt/kit'];
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
    ...(filter === undefined ? [] : ['--seccomp', '4']),
    ...['--hostname', 'sandbox', '--die-with-parent', '--new-session', '--clearenv'],
    ...Object.entries(environment(options)).flatMap(pair => ['--setenv', ...pair]),
    ...['--chdir', '/tmp', '--', ...command],
  ];
  const limited = [...limitsCommand(limits), ...bwrap];
  const entered = (rest: string[]): string[] => (controlGroup ? controlGroup.enter(rest) : rest);
  if (!isRoot()) return entered(limited);
  // RLIMIT_NPROC binds only a real uid other than root's, one per process, so that neighbours do not share the count.
  const asUser = [...userCommand(slot), ...limited];
  return entered(
    isOpen
      ? asUser
      : ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', MOUNT_KIT, 'sh', node, ROOT, ...asUser],
  );
}

export function startBubblewrap(worker: number, limits: Limits, options: StartOptions): SandboxProcess {
  const slot = nextSlot(worker);
  const controlGroup = makeControlGroup(`${process.pid}-${slot}`, limits);
  const command = ['/node', ...nodeArguments(INSIDE, limits, 'socket')];
  const filter = filterFile();
  const wrapped = bubblewrapCommand(command, limits, { ...options, slot, controlGroup, filter });
  const child = spawnGroup(wrapped, environment({}), '/', filter);
  child.on('exit', () => controlGroup?.remove());
  return overSocket(child, controlGroup !== undefined);
}

/** The filter of system calls as a file, which bubblewrap reads. */
function filterFile(): string | undefined {
  const filter = seccompFilter();
  if (!filter) return undefined;
  const file = path.join(
    ROOT,
    '.cache',
    `seccomp-${createHash('sha256').update(filter).digest('hex').slice(0, 12)}.bpf`,
  );
  if (!fs.existsSync(file)) {
    // Of this process's own: another worker may write the same.
    fs.writeFileSync(`${file}.${process.pid}`, filter);
    fs.renameSync(`${file}.${process.pid}`, file);
  }
  return file;
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
  return open(path.join(ROOT, 'dist')) && open(fs.realpathSync(process.execPath));
}
