/** The kernel against Python's, both in this run: `npm run bench -- kernel`. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../src/node/root';
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

/** Median times of a cell of each, in milliseconds, the kernels taking turns. */
async function latencies(kernels: [Session, (i: number) => string][], cells = 30): Promise<number[]> {
  const times = kernels.map(() => [] as number[]);
  for (let i = 0; i < cells; i++) {
    for (const [k, [session, code]] of kernels.entries()) {
      times[k].push((await session.execute(code(i))).seconds * 1000);
    }
  }
  return times.map(each => median(each.slice(5)));
}

function memory(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))![1];
  return Number(kilobytes) / 1024;
}

const LOOP =
  'const start = performance.now(); let sum = 0; for (let i = 0; i < 1e8; i++) sum += i; performance.now() - start';

/** Seconds that the loop says it takes in a cell and in a script of its own, in turns. */
async function loops(session: Session, rounds = 5): Promise<{ cell: number; node: number; ratio: number }> {
  const script = path.join(folder, 'loop.js');
  fs.writeFileSync(script, LOOP.replace(/performance.now\(\) - start$/, 'console.log($&)'));
  const cells: number[] = [];
  const nodes: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const { messages } = await session.execute(LOOP);
    const result = messages[0].find(({ type }) => type === 'execute_result')!;
    cells.push(Number(result.content.data['text/plain']) / 1000);
    nodes.push(Number(spawnSync(process.execPath, [script], { encoding: 'utf8' }).stdout) / 1000);
  }
  return { cell: median(cells), node: median(nodes), ratio: median(cells.map((seconds, i) => seconds / nodes[i])) };
}

const ENDLESS = {
  'for (;;) {}': 'for (;;) {}',
  'for (;;) {} after an await': 'await 1; for (;;) {}',
  'an await that never ends': 'await new Promise(() => undefined)',
  'a training':
    "await fit(cifarNet(), lectureImages({ split: 'train', count: 2000 }), { epochs: 1e4, learningRate: 0.01, progress: false })",
};

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
  const python3 = (i: number): string => `x${i} = ${i}`;
  const [plain, peerPlain] = await latencies([
    [session, i => `const x${i} = ${i};`],
    [peer, python3],
  ]);
  console.log(
    `warm cell: ${plain.toFixed(0)} ms, ipykernel ${peerPlain.toFixed(0)} ms, difference ${(plain - peerPlain).toFixed(0)} ms`,
  );

  const { cell, node, ratio } = await loops(session);
  console.log(`1e8 additions: ${cell.toFixed(2)} s, plain Node ${node.toFixed(2)} s, ratio ${ratio.toFixed(2)}`);

  await session.execute("import { tf, cifarNet, fit, lectureImages } from 'cnn-kit';");
  const [typed, peerTyped] = await latencies([
    [session, i => `const y${i} = tf.scalar(${i});`],
    [peer, python3],
  ]);
  console.log(`with the library's types: ${typed.toFixed(0)} ms, difference ${(typed - peerTyped).toFixed(0)} ms`);

  for (const [what, code] of Object.entries(ENDLESS)) {
    const { stopped } = await session.execute(`console.log('begun'); ${code}`, { interrupt_at: 'begun' });
    console.log(`interrupt of ${what}: ${stopped?.toFixed(2)} s`);
  }
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
