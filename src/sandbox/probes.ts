/** Tries the sandbox of this machine out, as a hostile submission would, and says what holds: for `doctor`. */
import net from 'node:net';
import path from 'node:path';
import { ROOT } from '../node/root';
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
exports.memory = async megabytes => {
  const all = [];
  for (let i = 0; i < megabytes / 64; i++) all.push(Buffer.alloc(64 << 20, 1));
  return all.length * 64;
};
`;

/** Probes that are cases 14, 25, 26, 29, 31 and 24 of the list of attacks. */
export async function probeSandbox(sandbox: Sandbox): Promise<ProbeResult[]> {
  const processes = new SandboxProcesses(sandbox, process.pid % 4096, LIMITS);
  const server = net.createServer(socket => socket.destroy());
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  const submission = new Submission({ processes, modules: { probe: ATTACKS }, answerSeconds: 60, totalSeconds: 300 });
  const probe = async (
    name: string,
    call: string,
    value: unknown,
    judge: (answer: never) => [holds: boolean, detail: string],
  ): Promise<ProbeResult> => {
    let answer: unknown;
    try {
      answer = await submission.call('probe', call, [value]);
    } catch (error) {
      if (submission.fault) return { name, holds: false, detail: submission.fault.message };
      // Ended at a bound, which is what bounds are for; of everything else an answer is wanted.
      return { name, holds: / bounded$/.test(name), detail: (error as Error).message };
    }
    const [holds, detail] = judge(answer as never);
    return { name, holds, detail };
  };
  try {
    return [
      await probe(
        'tests are out of reach',
        'readTests',
        path.join(ROOT, 'test/exercises/answers.ts'),
        (found: string[]) => [found.length === 0, found.length ? `found ${found[0]}` : 'none found'],
      ),
      await probe('disk is bounded', 'fillDisk', 4 * LIMITS.disk, (written: Record<string, number>) => {
        const sizes = Object.entries(written).map(([folder, size]) => `${folder} ${size} MiB`);
        return [Object.values(written).every(size => size <= 2 * LIMITS.disk), sizes.join(', ')];
      }),
      await probe('processes are bounded', 'forkBomb', 3 * LIMITS.processes, (alive: number) => [
        alive <= LIMITS.processes + 16,
        `${alive} of ${3 * LIMITS.processes} could be started`,
      ]),
      await probe('the network is off', 'network', port, ({ local, name }: { local: boolean; name: boolean }) => [
        !local && !name,
        local ? 'this machine can be reached' : name ? 'names can be looked up' : 'no connection, no name',
      ]),
      await probe('the kit cannot be changed', 'changeKit', '/kit', (open: string[]) => [
        open.length === 0,
        open.length ? `${open[0]} can be written` : 'every file is read-only',
      ]),
      await probe('memory is bounded', 'memory', 3 * LIMITS.memory, (held: number) => [
        held < 2.5 * LIMITS.memory,
        `${held} MiB were held`,
      ]),
    ];
  } finally {
    submission.close();
    processes.close();
    server.close();
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
  return { holds: true, detail: `${sandbox.name}; tried out: ${results.map(({ name }) => name).join(', ')}` };
}
