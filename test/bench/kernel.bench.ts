/** The kernel against Python's, both in this run: `npm run bench -- kernel`. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../src/setup/steps';
import { Session } from '../kernel/session';

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];
const folder = path.join(ROOT, '.cache', 'bench');

/** From the start of the process to the first result, in seconds. */
async function start(kernel: string): Promise<number> {
  const session = await Session.start(folder, kernel);
  const { seconds } = await session.execute('1 + 1');
  await session.end();
  return session.ready + seconds;
}

/** Median time of a cell, in milliseconds. */
async function latency(session: Session, code: (i: number) => string, cells = 30): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < cells; i++) times.push((await session.execute(code(i))).seconds * 1000);
  return median(times.slice(5));
}

function memory(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))![1];
  return Number(kilobytes) / 1024;
}

const LOOP = 'let sum = 0; for (let i = 0; i < 1e8; i++) sum += i;';

export async function bench(): Promise<void> {
  fs.mkdirSync(folder, { recursive: true });
  const starts = { ours: [] as number[], python: [] as number[] };
  for (let i = 0; i < 5; i++) {
    starts.ours.push(await start('cnn-kit'));
    starts.python.push(await start('python3'));
  }
  const [ours, python] = [median(starts.ours), median(starts.python)];
  console.log(
    `start to first result: ${ours.toFixed(2)} s, ipykernel ${python.toFixed(2)} s, ratio ${(ours / python).toFixed(2)}`,
  );

  const session = await Session.start(folder);
  const peer = await Session.start(folder, 'python3');
  const peerCell = await latency(peer, i => `x${i} = ${i}`);
  const cell = await latency(session, i => `const x${i} = ${i};`);
  console.log(
    `warm cell: ${cell.toFixed(0)} ms, ipykernel ${peerCell.toFixed(0)} ms, difference ${(cell - peerCell).toFixed(0)} ms`,
  );

  const loop = (await session.execute(LOOP)).seconds;
  const script = `const t = performance.now(); ${LOOP} console.log(performance.now() - t)`;
  const node =
    Number(spawnSync(process.execPath, ['-e', `(() => { ${script} })()`], { encoding: 'utf8' }).stdout) / 1000;
  console.log(
    `1e8 additions: ${loop.toFixed(2)} s, plain Node ${node.toFixed(2)} s, ratio ${(loop / node).toFixed(2)}`,
  );

  await session.execute("import { tf, alexnet, fit } from 'cnn-kit';");
  const typed = await latency(session, i => `const y${i} = tf.scalar(${i});`);
  console.log(`with the library's types: ${typed.toFixed(0)} ms, difference ${(typed - peerCell).toFixed(0)} ms`);
  await session.end();
  await peer.end();

  const long = await Session.start(folder);
  for (let i = 0; i < 20; i++) await long.execute(`const a${i} = ${i};`);
  const pid = await long.request<number>('pid');
  const before = memory(pid);
  for (let i = 0; i < 500; i++) await long.execute(`const b${i} = { value: ${i} };`);
  console.log(
    `500 cells: ${before.toFixed(0)} MB before, ${memory(pid).toFixed(0)} MB after, ${(memory(pid) - before).toFixed(0)} MB more`,
  );
  await long.end();
}
