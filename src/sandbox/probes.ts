/** Tries the sandbox of this machine out, as a hostile submission would, and says what holds: for `doctor`. */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from '../node/root';
import { inheritableCopy } from './inside/calls';
import { DENIED, seccompFilter } from './inside/seccomp';
import { LIMITS } from './limits';
import { SandboxProcesses } from './processes';
import { Submission } from './submission';
import { chooseSandbox, type Sandbox } from './sandbox';

export interface ProbeResult {
  /** What must not be possible. */
  name: string;
  holds: boolean;
  /** What was seen. */
  detail: string;
}

/** Each answers with what it could do: the fewer the better. Sent as source, since it runs on the other side. */
const ATTACKS = `
const fs = require('node:fs'), { spawn } = require('node:child_process');
exports.readTests = secret => {
  const found = [];
  const walk = (folder, depth) => {
    let entries = [];
    try { entries = fs.readdirSync(folder, { withFileTypes: true }) } catch {}
    for (const { name } of entries.filter(e => /[.]test[.]ts$/.test(e.name) && /exercises/.test(folder))) found.push(folder + '/' + name);
    if (depth < 4) for (const e of entries) if (e.isDirectory() && !/^(usr|proc|sys|node_modules)$/.test(e.name)) walk(folder + '/' + e.name, depth + 1);
  };
  walk('', 0);
  try { fs.readFileSync(secret); found.push(secret) } catch {}
  return found;
};
exports.fillDisk = limit => {
  const written = {};
  const block = Buffer.alloc(1 << 20);
  for (const folder of ['/tmp', '/dev/shm', '', '/dev', '/kit', process.cwd()]) {
    let count = 0;
    for (let i = 0; i < limit; i++) try { fs.appendFileSync(folder + '/probe' + (i % 8), block); count++ } catch { break }
    for (let i = 0; i < 8; i++) try { fs.rmSync(folder + '/probe' + i) } catch {}
    written[folder || '/'] = count;
  }
  return written;
};
exports.forkBomb = async count => {
  const all = [];
  for (let i = 0; i < count; i++)
    try { all.push(spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20000)'], { stdio: 'ignore', detached: true }).on('error', () => {})) } catch {}
  await new Promise(resolve => setTimeout(resolve, 300));
  const alive = all.filter(child => child.pid && child.exitCode === null && child.signalCode === null);
  alive.forEach(child => child.kill('SIGKILL'));
  return alive.length;
};
exports.network = async port => {
  const tryTo = (host, port) => new Promise(resolve => {
    const socket = require('node:net').connect({ host, port, timeout: 3000 });
    socket.on('connect', () => (socket.destroy(), resolve(true))).on('error', () => resolve(false)).on('timeout', () => resolve(false));
  });
  const name = await require('node:dns').promises.lookup('localhost.example.com').then(() => true, () => false);
  return { local: await tryTo('127.0.0.1', port), name };
};
exports.changeKit = kit => ['/package.json', '/dist/index.js', '/dist/sandbox/inside/main.js'].filter(name => {
  try { fs.closeSync(fs.openSync(kit + name, 'a')); return true } catch { return false }
});
exports.abstractSocket = name => new Promise(resolve => {
  const socket = require('node:net').connect(name);
  socket.on('connect', () => (socket.destroy(), resolve(true))).on('error', () => resolve(false));
});
exports.inherited = secret => {
  const found = [];
  for (const name of fs.readdirSync('/proc/self/fd')) {
    const block = Buffer.alloc(1000);
    try { fs.readSync(Number(name), block, 0, 1000, 0) } catch {}
    if (block.includes(secret)) found.push('descriptor ' + name);
  }
  for (const name of fs.readdirSync('/proc').filter(n => /^[0-9]+$/.test(n)))
    try { if (fs.readFileSync('/proc/' + name + '/environ').includes(secret)) found.push('environment of ' + name) } catch {}
  return found;
};
exports.systemCall = ([number, ...values]) => {
  const koffi = require('koffi');
  const call = koffi.load(null).func('long syscall(long, long, long, long, long, long)');
  const result = Number(call(number, ...[...values, 0, 0, 0, 0, 0].slice(0, 5)));
  return { result, error: result < 0 ? koffi.errno() : 0 };
};
exports.memory = async megabytes => {
  const all = [];
  for (let i = 0; i < megabytes / 64; i++) all.push(Buffer.alloc(64 << 20, 1));
  return all.length * 64;
};
`;

/** What a probe is told of the machine outside. */
interface Outside {
  port: number;
  socket: string;
  secret: string;
}

interface Probe {
  name: string;
  /** The attack, and what it is given. */
  call: string;
  value(outside: Outside): unknown;
  judge(answer: never): [holds: boolean, detail: string];
}

const none = (found: string[]): [boolean, string] => [found.length === 0, found.length ? `found ${found[0]}` : 'none found']; // prettier-ignore

/** Cases 14, 25, 26, 29, 31 and 24 of the list of attacks, and what else leads out. */
export const DOORS: Probe[] = [
  {
    ...{ name: 'tests are out of reach', call: 'readTests', judge: none },
    value: () => path.join(ROOT, 'test/exercises/answers.ts'),
  },
  {
    ...{ name: 'disk is bounded', call: 'fillDisk', value: () => 4 * LIMITS.disk },
    judge: (written: Record<string, number>) => {
      const sizes = Object.entries(written).map(([folder, size]) => `${folder} ${size} MiB`);
      return [Object.values(written).every(size => size <= 2 * LIMITS.disk), sizes.join(', ')];
    },
  },
  {
    ...{ name: 'processes are bounded', call: 'forkBomb', value: () => 3 * LIMITS.processes },
    judge: (alive: number) => [alive <= LIMITS.processes + 16, `${alive} of ${3 * LIMITS.processes} could be started`],
  },
  {
    ...{ name: 'the network is off', call: 'network', value: ({ port }) => port },
    judge: ({ local, name }: { local: boolean; name: boolean }) => [
      !local && !name,
      local ? 'this machine can be reached' : name ? 'names can be looked up' : 'no connection, no name',
    ],
  },
  {
    ...{ name: 'sockets of other programs are closed', call: 'abstractSocket', value: ({ socket }) => socket },
    judge: (open: boolean) => [!open, open ? 'an abstract socket can be reached' : 'none can be reached'],
  },
  {
    ...{ name: 'the kit cannot be changed', call: 'changeKit', value: () => '/kit' },
    judge: (open: string[]) => [
      open.length === 0,
      open.length ? `${open[0]} can be written` : 'every file is read-only',
    ],
  },
  { name: 'nothing is inherited', call: 'inherited', value: ({ secret }) => secret, judge: none },
  ...systemCalls('kernel keyrings', { add_key: [], request_key: [], keyctl: [0, -3] }),
  ...systemCalls('io_uring', { io_uring_setup: [1] }),
  ...systemCalls('other processes', { ptrace: [0], process_vm_readv: [1], pidfd_getfd: [-1], kcmp: [1, 1] }),
  ...systemCalls('userfaultfd', { userfaultfd: [1] }),
  ...systemCalls('namespaces and mounts', {
    mount: [],
    unshare: [0x10000000],
    setns: [-1],
    open_tree: [-1],
    fsopen: [],
  }),
  ...systemCalls('memory that no limit counts', { memfd_create: [], shmget: [0x6e6e], msgget: [0x6e6e] }),
  ...systemCalls('bpf and performance events', { bpf: [], perf_event_open: [] }),
  ...systemCalls('vsock', { socket: [40, 1] }),
  {
    ...{ name: 'memory is bounded', call: 'memory', value: () => 3 * LIMITS.memory },
    judge: (held: number) => [held < 2.5 * LIMITS.memory, `${held} MiB were held`],
  },
];

/** One row for each system call, tried with values with which it would not fail by EPERM if it were open to this user. */
function systemCalls(door: string, calls: Record<string, number[]>): Probe[] {
  const numbers: Record<string, (number | undefined)[]> = { ...DENIED, socket: [41, 198] };
  return Object.entries(calls).flatMap(([call, values]): Probe[] => {
    const number = numbers[call][process.arch === 'x64' ? 0 : 1];
    if (number === undefined || seccompFilter() === undefined) return [];
    return [
      {
        ...{ name: `${door} closed to ${call}`, call: 'systemCall', value: () => [number, ...values] },
        judge: ({ result, error }: { result: number; error: number }) => [
          result === -1 && error === EPERM,
          result === -1 ? `error ${error}` : `it gives ${result}`,
        ],
      },
    ];
  });
}

const { EPERM } = os.constants.errno;

/** Tries the doors from inside. */
export async function probeSandbox(sandbox: Sandbox, doors = DOORS): Promise<ProbeResult[]> {
  const secret = randomUUID();
  const socket = `\0cnn-kit-${secret}`;
  const servers = [net.createServer(client => client.destroy()), net.createServer(client => client.destroy())];
  await new Promise<void>(resolve => servers[0].listen(0, '127.0.0.1', resolve));
  await new Promise<void>(resolve => servers[1].on('error', () => resolve()).listen(socket, resolve));
  const outside: Outside = { port: (servers[0].address() as net.AddressInfo).port, socket, secret };
  // Both before the first process starts.
  const file = path.join(os.tmpdir(), `cnn-kit-probe-${secret}`);
  fs.writeFileSync(file, secret, { mode: 0o600 });
  const descriptor = fs.openSync(file, 'r');
  const copy = inheritableCopy(descriptor);
  process.env.CNN_KIT_PROBE = secret;
  const processes = new SandboxProcesses(sandbox, process.pid % 4096, LIMITS);
  const submission = new Submission({ processes, modules: { probe: ATTACKS }, answerSeconds: 60, totalSeconds: 300 });
  const tried = async ({ name, call, value, judge }: Probe): Promise<ProbeResult> => {
    try {
      const [holds, detail] = judge((await submission.call('probe', call, [value(outside)])) as never);
      return { name, holds, detail };
    } catch (error) {
      if (submission.fault) return { name, holds: false, detail: submission.fault.message };
      // Ended at a bound, which is what bounds are for; of everything else an answer is wanted.
      return { name, holds: / bounded$/.test(name), detail: (error as Error).message };
    }
  };
  try {
    const results: ProbeResult[] = [];
    for (const door of doors) results.push(await tried(door));
    return results;
  } finally {
    delete process.env.CNN_KIT_PROBE;
    for (const open of [descriptor, copy]) if (open !== undefined) fs.closeSync(open);
    fs.rmSync(file);
    submission.close();
    processes.close();
    servers.forEach(server => server.close());
  }
}

/** The sandbox of this machine in one line, tried out; `holds` is false where there is none or a probe came through. */
export async function examineSandbox(): Promise<{ holds: boolean; detail: string }> {
  let sandbox: Sandbox;
  try {
    sandbox = chooseSandbox();
  } catch (error) {
    return {
      holds: false,
      detail: (error as Error).message.replace(/^There is no sandbox.*?\((.*)\); install.*$/s, '$1'),
    };
  }
  const results = await probeSandbox(sandbox);
  const broken = results.filter(({ holds }) => !holds);
  if (broken.length) {
    const list = broken.map(({ name, detail }) => `"${name}" does not hold: ${detail}`);
    return { holds: false, detail: `${sandbox.name}: ${list.join('; ')}` };
  }
  return {
    holds: true,
    detail: `${sandbox.name}; tried out: ${[...new Set(results.map(({ name }) => name.replace(/ to \w+$/, '')))].join(', ')}`,
  };
}
