import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Fault, SandboxProcesses } from '../../src/sandbox/processes';
import { DOORS, type ProbeResult, probeSandbox } from '../../src/sandbox/probes';
import { Submission } from '../../src/sandbox/submission';
import { bubblewrapFailure } from '../../src/sandbox/bubblewrap';
import { containerArguments } from '../../src/sandbox/container';
import { LIMITS } from '../../src/sandbox/limits';
import { chooseSandbox, type Sandbox } from '../../src/sandbox/sandbox';

const ROOT = path.join(__dirname, '../..');
const compiled = fs.existsSync(path.join(ROOT, 'dist/sandbox/inside/main.js'));

/** Stands in for docker: answers `info`, and runs what `run` would run in the image, on this machine. */
const FAKE = `#!/usr/bin/env node
const { spawn } = require('node:child_process');
const [command, ...words] = process.argv.slice(2);
require('node:fs').appendFileSync(__filename + '.log', JSON.stringify([command, ...words]) + '\\n');
if (command === 'run') {
  const image = words.findIndex(word => word.startsWith('node:'));
  const program = words.slice(image + 1).map(word => word.replace(/^\\/kit/, ${JSON.stringify(ROOT)}));
  const env = Object.fromEntries(words.flatMap((word, i) => (words[i - 1] === '--env' ? [word.split('=')] : [])));
  spawn(process.execPath, program, { stdio: 'inherit', env }).on('exit', code => process.exit(code ?? 1));
}
`;

describe('the sandbox', function () {
  before(function () {
    if (compiled) return;
    console.log('      skipped: src is not compiled (npm start)');
    this.skip();
  });

  describe('holds when doctor tries it out', () => {
    before(function () {
      const failure = bubblewrapFailure();
      if (failure === undefined) return;
      console.log(`      skipped: no sandbox here (${failure})`);
      this.skip();
    });
    const judge = (results: ProbeResult[]): void => {
      for (const { name, holds, detail } of results) console.log(`        ${holds ? '✓' : '✗'} ${name}: ${detail}`);
      assert.ok(results.length >= 25, `only ${results.length} doors were tried`);
      assert.deepEqual(
        results.filter(({ holds }) => !holds),
        [],
      );
    };

    it('by this user', async () => judge(await probeSandbox(chooseSandbox())));

    it('by an ordinary user', function () {
      if (process.getuid?.() !== 0) return this.skip();
      const script = `
        const { bubblewrapFailure } = require('./dist/sandbox/bubblewrap');
        const failure = bubblewrapFailure();
        if (failure) console.log(JSON.stringify(failure));
        else require('./dist/sandbox/probes').probeSandbox(require('./dist/sandbox/sandbox').chooseSandbox())
          .then(results => console.log(JSON.stringify(results)));`;
      const nobody = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, '-e', script];
      const { stdout, stderr } = spawnSync('setpriv', nobody, { cwd: ROOT, encoding: 'utf8' });
      // Where the checkout lies in a folder of root's, nobody else has it.
      const answer = stdout ? (JSON.parse(stdout) as ProbeResult[] | string) : stderr.trim().split('\n').pop()!;
      if (Array.isArray(answer)) return judge(answer);
      console.log(`        skipped: an ordinary user has no sandbox here (${answer})`);
      this.skip();
    });

    it('and a sandbox without walls does not', async () => {
      // Without those that would fill this machine.
      const doors = DOORS.filter(({ name }) => !name.endsWith(' bounded'));
      const results = await probeSandbox(chooseSandbox({ name: 'none' }), doors);
      const open = results.filter(({ holds }) => !holds).map(({ name }) => name);
      for (const name of ['tests are out of reach', 'the network is off', 'sockets of other programs are closed'])
        assert.ok(open.includes(name), `${name} holds without a sandbox: its probe cannot fail`);
      for (const call of ['keyctl', 'ptrace', 'memfd_create', 'socket', 'shmget'])
        assert.ok(
          open.some(name => name.endsWith(` ${call}`)),
          `${call} is closed without a sandbox: its probe cannot fail`,
        );
    });
  });

  describe('of docker and podman', () => {
    it('takes everything away that a container can lose', () => {
      const words = containerArguments('box', LIMITS);
      const value = (flag: string): string => words[words.indexOf(flag) + 1];
      assert.deepEqual(words.slice(0, 2), ['run', '--rm']);
      for (const flag of ['--interactive', '--init', '--read-only']) assert.ok(words.includes(flag), flag);
      assert.deepEqual(['--network', '--user', '--cap-drop', '--security-opt', '--pids-limit', '--name'].map(value), [
        'none',
        '65534:65534',
        'ALL',
        'no-new-privileges',
        '64',
        'box',
      ]);
      // Swap counted in: no more than the memory.
      assert.deepEqual([value('--memory'), value('--memory-swap')], ['2048m', '2048m']);
      assert.equal(value('--tmpfs'), '/tmp:rw,nosuid,nodev,size=16m');
      const volumes = words.filter((_, i) => words[i - 1] === '--volume');
      assert.deepEqual(
        volumes.map(volume => volume.replace(ROOT, '.')),
        ['package.json', 'dist', 'node_modules'].map(part => `./${part}:/kit/${part}:ro`),
      );
      assert.ok(words.every(word => !/docker\.sock|--privileged|test|solutions/.test(word)));
      // What runs in it, after the image: the program on standard input and output.
      const image = words.indexOf(`node:${process.versions.node}-slim`);
      assert.deepEqual(
        [value('--entrypoint'), words[image + 1], words[words.length - 1]],
        [...['node', `--max-old-space-size=${LIMITS.memory / 2}`, 'stdio']],
      );
      assert.ok(containerArguments('box', LIMITS, { image: 'mine' }).includes('mine'));
    });

    it('answers over standard input and output, whatever a submission prints there', async () => {
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-docker-'));
      const before = process.env.PATH;
      try {
        fs.writeFileSync(path.join(folder, 'docker'), FAKE, { mode: 0o755 });
        process.env.PATH = `${folder}${path.delimiter}${before}`;
        const docker = chooseSandbox({ name: 'docker' });
        assert.equal(docker.name, 'docker');
        const processes = new SandboxProcesses(docker, 0, LIMITS);
        const modules = { m: 'console.log("printed"); exports.sum = (a, b) => { console.log(a); return a + b }' };
        const submission = new Submission({ processes, modules, answerSeconds: 60 });
        assert.equal(await submission.call('m', 'sum', [2, 3]), 5);
        assert.equal(await submission.call('m', 'sum', [NaN, 3]), NaN);
        assert.equal(submission.failure, undefined);
        submission.close();
        processes.close();
        const log = (): string[][] =>
          fs
            .readFileSync(path.join(folder, 'docker.log'), 'utf8')
            .trim()
            .split('\n')
            .map(line => JSON.parse(line));
        // To end the client does not end a container: it is killed by its name.
        const named = log()
          .filter(([command]) => command === 'run')
          .map(words => words[words.indexOf('--name') + 1]);
        const killed = (): string[] =>
          log()
            .filter(([command]) => command === 'kill')
            .map(([, name]) => name);
        while (!killed().includes(named[0])) await new Promise(resolve => setTimeout(resolve, 50));
      } finally {
        process.env.PATH = before;
        fs.rmSync(folder, { recursive: true, force: true });
      }
    });
  });

  for (const name of ['none', 'user'] as const) {
    it(`${name} gives each process a temporary folder of its own, which goes with it`, async function () {
      if (name === 'user' && process.getuid?.() !== 0) return this.skip();
      const place = `const os = require('os'), fs = require('fs');
        exports.write = () => { fs.writeFileSync(os.tmpdir() + '/left', 'x'); fs.mkdirSync(os.homedir() + '/a/b', { recursive: true }); return [os.tmpdir(), fs.readdirSync(os.tmpdir()).sort().join()] };
        exports.die = () => process.kill(process.pid, 'SIGKILL');`;
      const processes = new SandboxProcesses(chooseSandbox({ name }), 0, LIMITS);
      const seen: string[] = [];
      for (let i = 0; i < 3; i++) {
        const submission = new Submission({ processes, modules: { m: place }, answerSeconds: 120 });
        const [folder, files] = (await submission.call('m', 'write', [])) as string[];
        assert.equal(files, 'a,left');
        seen.push(folder);
        // Ended at work, or while idle.
        if (i === 2) await assert.rejects(submission.call('m', 'die', []));
        submission.close();
      }
      processes.close();
      assert.equal(new Set(seen).size, 3);
      for (const folder of seen) {
        assert.notEqual(path.resolve(folder), path.resolve(os.tmpdir()));
        while (fs.existsSync(folder)) await new Promise(resolve => setTimeout(resolve, 20));
      }
    });
  }

  it('removes what a killed grader has left, when the next one starts', async () => {
    const script = `
      const { chooseSandbox } = require('./src/sandbox/sandbox');
      const { LIMITS } = require('./src/sandbox/limits');
      const started = chooseSandbox({ name: 'none' }).start(0, LIMITS);
      started.output.once('data', () => process.send('ready'));`;
    /** Starts a submission's process from a process of its own, kills that one, and gives the folders that are left. */
    const kill = async (): Promise<string[]> => {
      const grader = spawn(process.execPath, ['--require', 'tsx/cjs', '-e', script], {
        cwd: ROOT,
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      await new Promise(resolve => grader.once('message', resolve));
      grader.kill('SIGKILL');
      await new Promise(resolve => grader.once('exit', resolve));
      return fs.readdirSync(os.tmpdir()).filter(name => name.startsWith(`cnn-kit-submission-${grader.pid}-`));
    };
    const left = await kill();
    assert.equal(left.length, 1);
    const last = await kill();
    assert.ok(!fs.existsSync(path.join(os.tmpdir(), left[0])));
    fs.rmSync(path.join(os.tmpdir(), last[0]), { recursive: true });
  });

  it('that does not start is a fault of ours, and never a zero', async () => {
    const none = chooseSandbox({ name: 'none' });
    const broken: Sandbox = {
      ...none,
      start: (slot, limits) => {
        const started = none.start(slot, limits);
        started.child.kill('SIGKILL');
        return started;
      },
    };
    const processes = new SandboxProcesses(broken, 0, LIMITS);
    const submission = new Submission({ processes, modules: { m: 'exports.f = () => 1' } });
    await assert.rejects(submission.call('m', 'f', []), Fault);
    assert.ok(submission.fault);
    assert.equal(submission.failure, undefined);
  });
});
