import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { alone, environment, hash, once, ROOT, run } from '../../src/setup/steps';

const folder = path.join(ROOT, '.cache', 'setup-test');
const at = (name: string): string => path.join(folder, name);

describe('a set-up step', () => {
  beforeEach(() => {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(folder, { recursive: true });
  });

  it('is done once for the same inputs, and again for others', async () => {
    let times = 0;
    const work = async (): Promise<void> => void times++;
    await once(at('stamp'), ['a', 'b'], work);
    await once(at('stamp'), ['a', 'b'], work);
    assert.equal(times, 1);
    await once(at('stamp'), ['ab', ''], work);
    assert.equal(times, 2);
  });

  it('counts as undone when it fails, also over an older success', async () => {
    await once(at('stamp'), ['old'], async () => undefined);
    const failing = once(at('stamp'), ['new'], () => Promise.reject(new Error('the disk is full')));
    await assert.rejects(failing, /the disk is full/);
    assert.deepEqual(fs.readdirSync(folder), []);
  });

  it('counts as undone when its process is killed in the middle', async () => {
    const script = `
      const { once } = require('./src/setup/steps');
      once(${JSON.stringify(at('stamp'))}, ['x'], async () => { console.log('begun'); await new Promise(r => setTimeout(r, 60000)); });`;
    const child = spawn(process.execPath, ['--import', 'tsx', '-e', script], { cwd: ROOT });
    await new Promise(resolve => child.stdout.once('data', resolve));
    child.kill('SIGKILL');
    await new Promise(resolve => child.once('exit', resolve));
    let again = false;
    await once(at('stamp'), ['x'], async () => void (again = true));
    assert.ok(again);
  });

  it('tells inputs apart wherever they are cut', () => {
    assert.notEqual(hash(['ab', 'c']), hash(['a', 'bc']));
  });

  it('waits for another set-up of the same folder', async () => {
    const order: string[] = [];
    const first = alone(async () => {
      order.push('first begins');
      await new Promise(resolve => setTimeout(resolve, 700));
      order.push('first ends');
    }, at('lock'));
    const second = alone(async () => void order.push('second'), at('lock'));
    await Promise.all([first, second]);
    assert.deepEqual(order, ['first begins', 'first ends', 'second']);
  });

  it('does not wait for one that is dead', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    fs.writeFileSync(at('lock'), String(pid));
    assert.equal(await alone(async () => 'done', at('lock')), 'done');
    assert.ok(!fs.existsSync(at('lock')));
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

describe('npm run doctor', () => {
  it('tells of every part as JSON, and by its exit status whether lectures can run', function () {
    this.timeout(120_000);
    const args = [path.join('src', 'setup', 'run.mjs'), 'doctor', '--json'];
    const { stdout, status } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
    const findings = JSON.parse(stdout.slice(stdout.indexOf('['))) as { part: string; state: string; mend?: string }[];
    const parts = findings.map(({ part }) => part);
    for (const part of ['Node', 'Python', 'compiler', 'TensorFlow', 'backend', 'kernel', 'JupyterLab', 'sandbox']) {
      assert.ok(parts.includes(part), `${part} is missing from ${parts.join(', ')}`);
    }
    assert.equal(status, findings.some(({ state }) => state === 'missing') ? 1 : 0);
    for (const { part, state, mend } of findings)
      assert.ok(state === 'ok' || mend, `${part} is ${state}, and nothing mends it`);
  });

  it('refuses an unknown command by name', () => {
    const { stderr, status } = spawnSync(process.execPath, [path.join('src', 'setup', 'run.mjs'), 'stat'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.match(stderr, /There is no command stat; right is one of .*start/);
  });
});
