import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { failure, requireSpace } from '../../src/setup/failure.cjs';
import { inVenv, repairPlace } from '../../src/setup/python';
import { filesBelow } from '../../src/setup/steps';

const SETUP = path.join(__dirname, '../../src/setup');
const BEGINS = 'npm packages: installing';

/** A kit with two packages, which lie in archives beside it, so that npm needs no network. */
describe('the npm packages of a checkout', function () {
  let folder: string;
  let kit: string;
  // Without what `npm test` tells its own children, as where its cache is.
  const own = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const env = { ...Object.fromEntries(own), npm_config_offline: 'true', npm_config_audit: 'false' };
  const npm = (...words: string[]): void => {
    const { status, stderr } = spawnSync('npm', words, { cwd: kit, encoding: 'utf8', env });
    assert.equal(status, 0, stderr);
  };
  const start = () => spawnSync(process.execPath, ['src/setup/run.mjs', 'start'], { cwd: kit, encoding: 'utf8', env });
  const version = (name: string): string | undefined => {
    const file = path.join(kit, 'node_modules', name, 'package.json');
    return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string }).version : undefined;
  };
  /** Packs a package beside the kit. */
  const pack = (name: string, version: string): string => {
    const at = path.join(folder, 'sources', `${name}-${version}`);
    fs.mkdirSync(at, { recursive: true });
    fs.writeFileSync(path.join(at, 'package.json'), JSON.stringify({ name, version }));
    fs.writeFileSync(path.join(at, 'cjs.js'), '');
    const { status, stderr } = spawnSync('npm', ['pack', '--pack-destination', folder], {
      cwd: at,
      encoding: 'utf8',
      env,
    });
    assert.equal(status, 0, stderr);
    return `file:../${name}-${version}.tgz`;
  };
  const setsUp = (): void => {
    const { status, stdout, stderr } = start();
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(stdout, /installing.*\nstarted\n$/);
  };
  const isReady = (): void => {
    const { status, stdout, stderr } = start();
    assert.deepEqual([status, stdout, stderr], [0, 'started\n', '']);
  };

  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-packages-'));
    kit = path.join(folder, 'kit');
    fs.mkdirSync(path.join(kit, 'src/setup'), { recursive: true });
    for (const name of ['run.mjs', 'lock.cjs', 'packages.cjs', 'failure.cjs'])
      fs.copyFileSync(path.join(SETUP, name), path.join(kit, 'src/setup', name));
    fs.mkdirSync(path.join(kit, 'src/node'));
    fs.copyFileSync(path.join(SETUP, '../node/running.cjs'), path.join(kit, 'src/node/running.cjs'));
    fs.writeFileSync(path.join(kit, 'src/setup/main.ts'), "console.log('started')");
    fs.writeFileSync(path.join(kit, '.npmrc'), 'cache=.cache/npm\n');
    const dependencies = { tsx: pack('tsx', '1.0.0'), a: pack('a', '1.0.0') };
    fs.writeFileSync(path.join(kit, 'package.json'), JSON.stringify({ name: 'kit', version: '1.0.0', dependencies }));
    npm('install', '--package-lock-only');
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('are installed once', () => {
    setsUp();
    isReady();
  });

  it('are there still when a student has added one, and so is that one', () => {
    npm('install', pack('added', '1.0.0'));
    isReady();
    npm('install', '--no-save', pack('unsaved', '1.0.0'));
    isReady();
    assert.deepEqual([version('a'), version('added'), version('unsaved')], ['1.0.0', '1.0.0', '1.0.0']);
  });

  it('are there still when the folder has moved, and whatever the clock says', () => {
    const moved = path.join(folder, 'moved kit');
    fs.renameSync(kit, moved);
    kit = moved;
    isReady();
    for (const year of [2001, 2041]) {
      for (const name of filesBelow(kit)) fs.utimesSync(path.join(kit, name), new Date(year, 1), new Date(year, 1));
      isReady();
    }
  });

  it('are renewed where an upgrade has changed the lock file, and what was added stays', () => {
    const file = path.join(kit, 'package.json');
    const own = JSON.parse(fs.readFileSync(file, 'utf8')) as { dependencies: Record<string, string> };
    own.dependencies.a = pack('a', '2.0.0');
    fs.writeFileSync(file, JSON.stringify(own));
    // Brings the lock file of a checkout whose packages are those of before.
    const [installed, stamp] = ['node_modules', 'before'].map(name => path.join(kit, name));
    fs.renameSync(installed, stamp);
    npm('install', '--package-lock-only');
    fs.renameSync(stamp, installed);
    assert.equal(version('a'), '1.0.0');
    const lock = fs.readFileSync(path.join(kit, 'package-lock.json'), 'utf8');
    setsUp();
    isReady();
    assert.deepEqual([version('a'), version('added'), version('unsaved')], ['2.0.0', '1.0.0', '1.0.0']);
    assert.equal(fs.readFileSync(path.join(kit, 'package-lock.json'), 'utf8'), lock);
  });

  it('are made anew for another platform, and after an install that was cut', () => {
    const stamp = path.join(kit, 'node_modules/.cnn-kit-stamp');
    fs.writeFileSync(stamp, fs.readFileSync(stamp, 'utf8').replace(/"platform":"[^"]+"/, '"platform":"plan9-mips"'));
    setsUp();
    fs.rmSync(stamp);
    fs.rmSync(path.join(kit, 'node_modules/.package-lock.json'));
    fs.rmSync(path.join(kit, 'node_modules/a/package.json'));
    setsUp();
    assert.equal(version('a'), '2.0.0');
    isReady();
  });

  it('end in one sentence when npm fails, and continue at the next call', () => {
    const archive = path.join(folder, 'a-2.0.0.tgz');
    fs.rmSync(path.join(kit, 'node_modules'), { recursive: true });
    fs.rmSync(path.join(kit, '.cache/npm'), { recursive: true, force: true });
    fs.renameSync(archive, `${archive}.away`);
    const { status, stdout, stderr } = start();
    assert.equal(status, 1);
    assert.ok(stdout.startsWith(BEGINS) && !stdout.includes('started'));
    assert.match(
      stderr.trim().split('\n').pop()!,
      /^The npm packages could not be installed: [^;]+; run the same command again, which continues there\.$/,
    );
    fs.renameSync(`${archive}.away`, archive);
    setsUp();
    isReady();
  });
});

describe('what is said of a step that failed', () => {
  const said = (output: string): string => failure('The npm packages', output, os.tmpdir());

  it('is that the disk is full, that the registry cannot be reached, or the last line', () => {
    for (const line of [
      'npm error code ENOSPC\nnpm error nospc ENOSPC: no space left on device, write',
      'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
      '  Caused by: failed to write: No space left on device (os error 28)',
    ])
      assert.match(
        said(line),
        /^The npm packages could not be installed: the disk is full \(\d+ MB are free at [^)]+\); free some space, then run the same command again, which continues there\.$/,
      );
    for (const line of [
      'npm error code ENOTFOUND\nnpm error network request to https://registry.npmjs.org/a failed, reason: getaddrinfo ENOTFOUND x',
      'npm error code EAI_AGAIN',
      'ERROR: No matching distribution found for uv==0.13.9',
      '  Caused by: error sending request for url (https://pypi.org/simple/jupyterlab/)',
    ])
      assert.match(
        said(line),
        /: the package registry cannot be reached \([^)]*.*\); check the network, then run the same command again, which continues there\.$/,
      );
    assert.equal(
      said('npm error code EINTEGRITY\nnpm error sha512 is another one.\n'),
      'The npm packages could not be installed: npm error sha512 is another one; run the same command again, which continues there.',
    );
  });

  it('names what is free and what is needed before it begins', () => {
    assert.throws(
      () => requireSpace('The npm packages', 1e12, path.join(os.tmpdir(), 'not', 'there')),
      /^Error: The npm packages need 1000000000000 MB, but \d+ MB are free at .*; free some space, then run the same command again, which continues there\.$/,
    );
    assert.doesNotThrow(() => requireSpace('The npm packages', 0, os.tmpdir()));
  });
});

describe('a virtual environment whose folder has moved', () => {
  it('runs its own Python in its scripts again', async function () {
    if (process.platform === 'win32') return this.skip();
    const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-venv-')));
    try {
      const [from, to] = ['from', 'to'].map(name => path.join(folder, name));
      const made = spawnSync(inVenv('python'), ['-m', 'venv', '--without-pip', from], { encoding: 'utf8' });
      assert.equal(made.status, 0, made.stderr);
      fs.writeFileSync(path.join(from, 'cnn-kit.place'), from);
      const script = '#!%/bin/python\nimport sys; print(sys.prefix)\n';
      fs.writeFileSync(path.join(from, 'bin/where'), script.replace('%', from), { mode: 0o755 });
      fs.renameSync(from, to);
      assert.notEqual(spawnSync(path.join(to, 'bin/where')).status, 0);
      repairPlace(to);
      const { stdout } = spawnSync(path.join(to, 'bin/where'), { encoding: 'utf8' });
      assert.equal(stdout, `${to}\n`);
      const shell = spawnSync('sh', ['-c', `. '${to}/bin/activate' && echo "$VIRTUAL_ENV"`], { encoding: 'utf8' });
      assert.equal(shell.stdout, `${to}\n`);
      for (const name of filesBelow(to).filter(name => !name.startsWith('lib')))
        if (!fs.lstatSync(path.join(to, name)).isSymbolicLink())
          assert.ok(!fs.readFileSync(path.join(to, name), 'utf8').includes(from), name);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });
});
