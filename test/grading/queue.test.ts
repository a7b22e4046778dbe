import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import IORedis from 'ioredis';
import { reachable, runOverQueue, serveQueue } from '../../src/grading/run/queue';
import { Classroom, RIGHT, WRONG } from './classroom';

const ROOT = path.join(__dirname, '../..');
const SERVER = ['redis-server', 'valkey-server'].find(name => !spawnSync(name, ['--version']).error);

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}

describe('grading over a queue', function () {
  let room: Classroom;
  let redis: ChildProcess | undefined;
  let url: string;
  const workers: ChildProcess[] = [];

  before(async function () {
    if (!SERVER) {
      console.log('      skipped: neither redis-server nor valkey-server is installed (apt install redis-server)');
      return this.skip();
    }
    if (!fs.existsSync(path.join(ROOT, 'dist/grading/run/workerCommand.js'))) {
      console.log('      skipped: src is not compiled (npm start)');
      return this.skip();
    }
    room = new Classroom();
    const port = await freePort();
    url = `redis://127.0.0.1:${port}`;
    const words = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      room.folder,
    ];
    redis = spawn(SERVER, words, { stdio: 'ignore' });
    for (;;) {
      try {
        await reachable(url);
        break;
      } catch (error) {
        if (redis.exitCode !== null) throw error;
        await new Promise(resolve => setTimeout(resolve, 100));
      }
    }
  });

  after(() => {
    workers.forEach(worker => worker.kill('SIGKILL'));
    redis?.kill('SIGKILL');
    room?.remove();
  });

  /** A worker as its own command starts it, and a promise that it waits for work. */
  const startWorker = async (): Promise<ChildProcess> => {
    const words = ['dist/grading/run/workerCommand.js', '--queue', url, '--jobs', '1', '--lock-seconds', '10'];
    const worker = spawn(process.execPath, [...words, '--tests', room.path('tests'), ...room.sandboxWords], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    workers.push(worker);
    await new Promise(resolve => worker.stdout!.once('data', resolve));
    return worker;
  };

  it('says so where there is no worker, and goes on when one comes', async () => {
    const said: string[] = [];
    const results: unknown[] = [];
    const test = { testHash: 'none', sandboxed: false, exercise: '01-nobody' };
    const warned = new Promise<void>(resolve => {
      const onNobody = (sentence: string): void => {
        said.push(sentence);
        resolve();
      };
      void runOverQueue(url, [{ key: 'nobody', job: test }], (_, result) => results.push(result), onNobody, 0.3).then(
        () => results.push('end'),
      );
    });
    await warned;
    assert.deepEqual(said, [`No worker is at ${url}; start one with npm run grade:worker -- --queue ${url}.`]);
    const worker = await serveQueue({ url, concurrency: 1, examine: () => Promise.resolve({ compileError: 'x' }) });
    while (results.length < 2) await new Promise(resolve => setTimeout(resolve, 20));
    assert.deepEqual(results, [{ compileError: 'x' }, 'end']);
    await worker.close();
  });

  it('loses nothing and doubles nothing when a worker is killed in the middle of the class', async () => {
    for (let i = 0; i < 14; i++) room.hand(`s${String(i).padStart(2, '0')}`, `${i % 3 ? RIGHT : WRONG} // ${i}`);
    const whole = await room.grade({ out: room.path('alone') });
    const [victim] = await Promise.all([startWorker(), startWorker()]);
    const done: number[] = [];
    const graded = room.grade({
      ...{ queue: url, out: room.path('queued') },
      onProgress: count => {
        done.push(count);
        if (count === 4) victim.kill('SIGKILL');
      },
    });
    const result = await graded;
    assert.equal(victim.signalCode ?? (await new Promise(r => victim.on('exit', (_, signal) => r(signal)))), 'SIGKILL');
    assert.deepEqual(
      result.entries.map(({ grade }) => grade),
      whole.entries.map(({ grade }) => grade),
    );
    // Each outcome came once: 14 submissions and the list of the tests.
    assert.deepEqual(
      done,
      Array.from({ length: 16 }, (_, i) => i),
    );
    const lines = fs.readFileSync(room.path('queued/journal.jsonl'), 'utf8').trim().split('\n');
    const keys = lines.map(line => (JSON.parse(line) as { key: string }).key);
    assert.equal(keys.length, 15);
    assert.equal(new Set(keys).size, 15);
    const connection = new IORedis(url);
    const left = await Promise.all(
      ['wait', 'active', 'failed'].map(list => connection.exists(`bull:cnn-kit-grade:${list}`)),
    );
    connection.disconnect();
    assert.deepEqual(left, [0, 0, 0]);
  });

  it('refuses to grade with tests that are not those of the class', async () => {
    room.hand('late', `${RIGHT} // late`);
    room.write(
      'other/01-sum.test.ts',
      fs.readFileSync(room.path('tests/01-sum.test.ts'), 'utf8').replace('[2]', '[9]'),
    );
    const { entries } = await room.grade({
      ...{ queue: url, out: room.path('other-out') },
      testFolder: room.path('other'),
    });
    for (const { grade } of entries) {
      assert.equal(grade.status, 'not graded');
      assert.match(grade.reason, /the test file is not the one that the class is graded with/);
    }
  });

  it('says in one sentence that there is no server', () =>
    assert.rejects(
      reachable('redis://127.0.0.1:1'),
      /There is no Redis at redis:\/\/127\.0\.0\.1:1 .*without --queue/,
    ));
});
