/**
 * Every public function, given values of the wrong kind in each place: none hangs, crashes, gives something, or says anything
 * but one sentence of ours. What is new among the exports is walked over, too; places are known by the names of parameters.
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Message, publicFunctions } from './everyFunction';

/** Silence of the process after which it is ended: far more than any call takes. */
const MILLISECONDS = 90_000;

const names = publicFunctions().map(([name]) => name);

/** Walks over these functions in a process; what it does not finish has ended it. */
function walk(wanted: string[], folder: string): Promise<{ faults: Map<string, string[]>; last: string }> {
  return new Promise(resolve => {
    const faults = new Map<string, string[]>();
    let last = '';
    const child = fork(path.join(__dirname, 'everyFunction.ts'), wanted, {
      cwd: folder,
      execArgv: ['--import', require.resolve('tsx')],
      env: { ...process.env, CNN_KIT_DATA: 'offline' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    let timer = setTimeout(() => child.kill('SIGKILL'), MILLISECONDS);
    child.on('message', (message: Message) => {
      clearTimeout(timer);
      timer = setTimeout(() => child.kill('SIGKILL'), MILLISECONDS);
      if ('call' in message) last = message.call;
      if ('done' in message) faults.set(message.done, message.faults);
    });
    child.on('exit', () => {
      clearTimeout(timer);
      resolve({ faults, last });
    });
  });
}

describe('values of the wrong kind for every public function', function () {
  this.timeout(600_000);
  const found = new Map<string, string[]>();
  before(async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-'));
    let left = names;
    while (left.length) {
      const { faults, last } = await walk(left, folder);
      for (const [name, list] of faults) found.set(name, list);
      left = left.filter(name => !faults.has(name));
      if (!left.length) break;
      found.set(left[0], [`${last || 'its first call'}: ended the process, or did not end`]);
      left = left.slice(1);
    }
    fs.rmSync(folder, { recursive: true, force: true });
  });

  for (const name of names) it(name, () => assert.deepEqual(found.get(name), []));
});
