/**
 * The wall around a submission: one interface, and what this machine has to build it from. Everything a submission can
 * reach is listed here: a read-only course kit, its own staged files, a small /tmp. Measurements: design, section 2.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

export interface Limits {
  /** Memory of one process, in MiB; of all processes of the submission together, twice this. */
  memory: number;
  /** Processor seconds of one process. */
  cpu: number;
  /** Size of /tmp and of /dev/shm, and of the largest file, in MiB. */
  disk: number;
  /** Processes and threads. */
  processes: number;
}

export const LIMITS: Limits = { memory: 1024, cpu: 60, disk: 16, processes: 64 };

export interface Wall {
  name: 'bubblewrap' | 'none';
  /** What holds and what does not, in words for `doctor` and the reports. */
  holds: string;
  /** Starts the host on staged files; standard input is closed, descriptor 3 is the duplex channel. `slot` picks the uid. */
  start(staged: string, slot: number, limits: Limits): ChildProcess;
}

const KIT = path.join(__dirname, '..', '..');
const INSIDE = '/kit';
/** What a submission may read of the kit: the built library and its packages; no test, no solution. */
const PARTS = ['package.json', 'dist', 'node_modules'];

/**
 * The best wall of this machine.
 * @throws when there is none, unless `sandbox` is false: then submissions run as the instructor, which every report marks.
 */
export function wall(sandbox = true): Wall {
  if (!sandbox)
    return { name: 'none', holds: 'nothing: submissions run with your own rights (--no-sandbox)', start: startBare };
  const failure = bubblewrapFailure();
  if (failure) {
    throw new Error(
      `There is no sandbox for submissions here (${failure}); install bubblewrap (apt install bubblewrap), ` +
        'or grade with --no-sandbox if you trust every submission.',
    );
  }
  const uid = isRoot() ? 'its own uid, ' : '';
  return {
    name: 'bubblewrap',
    holds: `${uid}no network, read-only files, bounded memory, processes and disk`,
    start: startWalled,
  };
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

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** An environment of nothing but what Node needs: no secret of the instructor's shell reaches a submission. */
const ENVIRONMENT = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', HOME: '/tmp', CNN_KIT_BACKEND: 'cpu' };

function nodeArguments(root: string, limits: Limits): string[] {
  return [
    `--max-old-space-size=${Math.floor(limits.memory / 2)}`,
    '--no-addons',
    path.posix.join(root, 'dist/grading/host.js'),
  ];
}

function startBare(staged: string, _slot: number, limits: Limits): ChildProcess {
  return spawn(process.execPath, [...nodeArguments(KIT, limits), staged], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: ENVIRONMENT,
    cwd: staged,
    detached: true,
  });
}

function startWalled(staged: string, slot: number, limits: Limits): ChildProcess {
  const megabyte = 1 << 20;
  const node = fs.realpathSync(process.execPath);
  const [nodeFrom, kitFrom] = !isRoot() || readableByAll() ? [node, KIT] : ['/mnt/node', '/mnt/kit'];
  const system = ['/usr', '/bin', '/sbin', '/lib', '/lib64', '/etc/ld.so.cache']
    .filter(file => fs.existsSync(file))
    .flatMap(file =>
      fs.lstatSync(file).isSymbolicLink() ? ['--symlink', fs.readlinkSync(file), file] : ['--ro-bind', file, file],
    );
  const kit = PARTS.flatMap(name => ['--ro-bind', path.join(kitFrom, name), `${INSIDE}/${name}`]);
  const bwrap = [
    ...['bwrap', ...system, '--ro-bind', nodeFrom, '/node', ...kit, '--ro-bind', staged, `${INSIDE}/exercises`],
    ...['--proc', '/proc', '--dev', '/dev'],
    ...['--size', String(limits.disk * megabyte), '--tmpfs', '/tmp', '--size', String(megabyte), '--tmpfs', '/dev/shm'],
    ...[
      '--unshare-all',
      '--unshare-user',
      '--disable-userns',
      '--uid',
      '65534',
      '--gid',
      '65534',
      '--hostname',
      'sandbox',
    ],
    ...[
      '--die-with-parent',
      '--new-session',
      '--clearenv',
      ...Object.entries(ENVIRONMENT).flatMap(pair => ['--setenv', ...pair]),
    ],
    ...['--chdir', '/tmp', '--', '/node', ...nodeArguments(INSIDE, limits), `${INSIDE}/exercises`],
  ];
  const limited = [
    ...[
      'prlimit',
      `--data=${limits.memory * megabyte}`,
      `--fsize=${limits.disk * megabyte}`,
      `--cpu=${limits.cpu}`,
      '--core=0',
    ],
    ...[`--nproc=${processLimit(limits)}`, ...bwrap],
  ];
  if (!isRoot()) return launch(limited);
  // RLIMIT_NPROC binds only a real uid other than root's, one per slot, so that neighbours do not share the count.
  const uid = String(20_000 + slot);
  const asUser = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', ...limited];
  return launch(
    readableByAll()
      ? asUser
      : ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', MOUNT_KIT, 'sh', node, KIT, ...asUser],
  );
}

function launch(command: string[]): ChildProcess {
  return spawn(command[0], command.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: ENVIRONMENT,
    cwd: '/',
    detached: true,
  });
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
function processLimit(limits: Limits): number {
  if (isRoot()) return limits.processes;
  const threads = execFileSync('ps', ['-L', '-u', String(process.getuid!()), '-o', 'lwp='], { encoding: 'utf8' });
  return threads.split('\n').length + limits.processes;
}
