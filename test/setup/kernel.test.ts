import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse } from '../../src/cli/command';
import { inVenv } from '../../src/setup/python';
import { registerKernel } from '../../src/setup/kernel';

describe('the kernel for another Jupyter', () => {
  const prefix = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-prefix-'));
  const data = path.join(prefix, 'share', 'jupyter');
  const kernel = (...words: string[]): string => registerKernel(parse('kernel', words));
  after(() => fs.rmSync(prefix, { recursive: true }));

  it('is what Jupyter itself lists, with a logo, until it is taken out again', () => {
    kernel('install', '--prefix', prefix, '--name', 'course');
    const listed = spawnSync(inVenv('python'), ['-m', 'jupyter_client.kernelspecapp', 'list', '--json'], {
      env: { ...process.env, JUPYTER_PATH: data },
      encoding: 'utf8',
    });
    const { resource_dir, spec } = JSON.parse(listed.stdout).kernelspecs.course;
    assert.equal(fs.realpathSync(resource_dir), fs.realpathSync(path.join(data, 'kernels', 'course')));
    assert.deepEqual([spec.argv[0], spec.language], [process.execPath, 'typescript']);
    for (const size of [32, 64]) {
      const image = fs.readFileSync(path.join(resource_dir, `logo-${size}x${size}.png`));
      assert.deepEqual(
        [image.toString('latin1', 1, 4), image.readUInt32BE(16), image.readUInt32BE(20)],
        ['PNG', size, size],
      );
    }
    kernel('uninstall', '--prefix', prefix, '--name', 'course');
    assert.deepEqual(fs.readdirSync(path.join(data, 'kernels')), []);
  });

  it("goes to the user's folder without a prefix", () => {
    const before = process.env.JUPYTER_DATA_DIR;
    process.env.JUPYTER_DATA_DIR = path.join(prefix, 'user');
    try {
      kernel('install', '--user');
      assert.ok(fs.existsSync(path.join(prefix, 'user', 'kernels', 'cnn-kit', 'kernel.json')));
      kernel('uninstall');
    } finally {
      if (before === undefined) delete process.env.JUPYTER_DATA_DIR;
      else process.env.JUPYTER_DATA_DIR = before;
    }
  });

  it('refuses what it cannot do, and leaves the kernels of others', () => {
    const other = path.join(data, 'kernels', 'other');
    fs.mkdirSync(other, { recursive: true });
    fs.writeFileSync(path.join(other, 'kernel.json'), '{"display_name": "Python 3"}');
    for (const [words, said] of [
      [['install', '--user', '--prefix', prefix], /expected one place/],
      [['remove'], /is to be remove; expected install or uninstall/],
      [[], /is to be nothing; expected install or uninstall/],
      [['install', '--prefix', prefix, '--name', '../up'], /--name is \.\.\/up; expected letters/],
      [['uninstall', '--prefix', prefix, '--name', 'course'], /There is no kernel course/],
      [['uninstall', '--prefix', prefix, '--name', 'other'], /holds another kernel/],
    ] as const) {
      assert.throws(() => kernel(...words), said);
    }
    assert.ok(fs.existsSync(path.join(other, 'kernel.json')));
  });
});
