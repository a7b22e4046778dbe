import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../src/node/root';
import { alone, joins } from '../../src/setup/lock.cjs';
import { environment, hash, once, run } from '../../src/setup/steps';

const folder = path.join(ROOT, '.cache', 'setup-test');
const at = (name: string): string => path.join(folder, name);

describe('a set-up step', () => {
  beforeEach(() => {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
  });

  const made = path.join(folder, 'made');
  const make = async (): Promise<void> => fs.writeFileSync(made, '');

  it('is done once for the same inputs, and again for others', async () => {
    let times = 0;
    const work = async (): Promise<void> => (times++, make());
    await once(at('stamp'), ['a', 'b'], made, work);
    await once(at('stamp'), ['a', 'b'], made, work);
    assert.equal(times, 1);
    await once(at('stamp'), ['ab', ''], made, work);
    assert.equal(times, 2);
  });

  it('is done again when what it made is gone', async () => {
    await once(at('stamp'), ['a'], made, make);
    fs.rmSync(made);
    await once(at('stamp'), ['a'], made, make);
    assert.ok(fs.existsSync(made));
  });

  it('counts as undone when it fails, also over an older success', async () => {
    await once(at('stamp'), ['old'], folder, async () => undefined);
    const failing = once(at('stamp'), ['new'], folder, () => Promise.reject(new Error('the disk is full')));
    await assert.rejects(failing, /the disk is full/);
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it('counts as undone when its process is killed in the middle', async () => {
    const script = `
      const { once } = require('./src/setup/steps');
      once(${JSON.stringify(at('stamp'))}, ['x'], '.', async () => { console.log('begun'); await new Promise(r => setTimeout(r, 60000)); });`;
    const child = spawn(process.execPath, ['--require', 'tsx/cjs', '-e', script], { cwd: ROOT });
    await new Promise(resolve => child.stdout.once('data', resolve));
    child.kill('SIGKILL');
    await new Promise(resolve => child.once('exit', resolve));
    let again = false;
    await once(at('stamp'), ['x'], folder, async () => void (again = true));
    assert.ok(again);
  });

  it('tells inputs apart wherever they are cut', () => {
    assert.notEqual(hash(['ab', 'c']), hash(['a', 'bc']));
  });

  it('fails with the last line that its command printed', async () => {
    const script = "console.error('first'); console.error('no such wheel'); process.exit(3)";
    await assert.rejects(run(process.execPath, ['-e', script]), /^Error: no such wheel$/);
  });

  it('sends everything that tools keep for themselves into the checkout', () => {
    for (const [name, value] of Object.entries(environment())) {
      if (/^(PIP_CACHE|UV_CACHE|JUPYTER|IPYTHON)/.test(name)) assert.ok(value!.startsWith(ROOT), `${name}=${value}`);
    }
  });
});

describe('two set-ups of one folder', () => {
  const file = at('lock');
  const entries = at('entries');

  beforeEach(() => {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
  });

  /** A process that writes 'in' and 'out' around its work, with a wait or a program of its own between. */
  function setUp(work = 'new Promise(resolve => setTimeout(resolve, 50))'): ChildProcess {
    const script = `
      const fs = require('node:fs');
      const { spawn } = require('node:child_process');
      const { alone, joins } = require('./src/setup/lock.cjs');
      const say = word => fs.appendFileSync(${JSON.stringify(entries)}, word + ' ');
      alone(async () => { say('in'); await ${work}; say('out'); }, ${JSON.stringify(file)});`;
    return spawn(process.execPath, ['-e', script], { cwd: ROOT, stdio: 'ignore' });
  }
  const end = (child: ChildProcess): Promise<unknown> => new Promise(resolve => child.once('exit', resolve));

  it('go one after the other, also when all of them find the lock of one that is dead', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    fs.writeFileSync(file, String(pid));
    await Promise.all(Array.from({ length: 6 }, () => end(setUp())));
    assert.equal(fs.readFileSync(entries, 'utf8'), 'in out '.repeat(6));
    assert.deepEqual(fs.readdirSync(folder), ['entries']);
  });

  it('do not overlap when the first is killed, but a program that it started is still at work', async () => {
    const program = `setTimeout(() => require('node:fs').appendFileSync(${JSON.stringify(entries)}, 'written '), 1500)`;
    const work = `new Promise(() => joins(spawn(process.execPath, ['-e', ${JSON.stringify(program)}]).pid))`;
    const killed = setUp(work);
    while (!fs.existsSync(file) || !fs.readFileSync(file, 'utf8').includes(' ')) {
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    killed.kill('SIGKILL');
    await end(killed);
    await alone(async () => fs.appendFileSync(entries, 'second'), file);
    assert.equal(fs.readFileSync(entries, 'utf8'), 'in written second');
  });

  it('leave no lock behind when the work fails', async () => {
    await assert.rejects(
      alone(() => Promise.reject(new Error('no space')), file),
      /no space/,
    );
    assert.ok(!fs.existsSync(file));
    joins(process.pid);
    assert.ok(!fs.existsSync(file));
  });
});

describe('npm run doctor', () => {
  it('tells of every part as JSON, and by its exit status whether lectures can run', function () {
    const args = [path.join('src', 'setup', 'run.mjs'), 'doctor', '--json'];
    const { stdout, status } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
    const findings = JSON.parse(stdout.slice(stdout.indexOf('['))) as { part: string; state: string; fix?: string }[];
    const parts = findings.map(({ part }) => part);
    for (const part of ['Node', 'Python', 'compiler', 'TensorFlow', 'backend', 'kernel', 'JupyterLab', 'sandbox']) {
      assert.ok(parts.includes(part), `${part} is missing from ${parts.join(', ')}`);
    }
    assert.equal(status, findings.some(({ state }) => state === 'missing') ? 1 : 0);
    for (const { part, state, fix } of findings)
      assert.ok(state === 'ok' || fix, `${part} is ${state}, and nothing fixes it`);
  });

  it('refuses an unknown command by name', () => {
    const { stderr, status } = spawnSync(process.execPath, [path.join('src', 'setup', 'run.mjs'), 'stat'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    assert.equal(status, 2);
    assert.match(stderr, /There is no command stat; expected one of .*start/);
  });
});
