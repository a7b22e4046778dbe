import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';

const ROOT = path.join(__dirname, '../..');
const RUN = path.join('src', 'setup', 'run.mjs');

describe('npm start', function () {
  it('serves JupyterLab, also as root, of whom it says what to think of', async () => {
    const child = spawn(process.execPath, [RUN, 'start', '--no-browser', '--port', '0'], { cwd: ROOT });
    const ended = new Promise(resolve => child.once('close', resolve));
    let printed = '';
    try {
      const address = await new Promise<string>((resolve, reject) => {
        const read = (text: string): void => {
          printed += text;
          const found = /http:\/\/(?:localhost|127\.0\.0\.1):\d+\/lab\S*\?token=\w+/.exec(printed);
          if (found) resolve(found[0]);
        };
        child.stdout.setEncoding('utf8').on('data', read);
        child.stderr.setEncoding('utf8').on('data', read);
        child.once('close', () => reject(new Error(`it ended: ${printed}`)));
      });
      const { origin, searchParams } = new URL(address);
      const status = await fetch(`${origin}/api/status?token=${searchParams.get('token')}`);
      assert.equal(status.status, 200);
      const page = await fetch(address);
      assert.match(await page.text(), /<title>JupyterLab<\/title>/);
      assert.match(printed, /^The kit is ready; JupyterLab opens the lectures/m);
      const isRoot = process.getuid?.() === 0;
      assert.equal(/^You are root, which is safe as long as /m.test(printed), isRoot);
    } finally {
      child.kill('SIGTERM');
      await ended;
    }
  });

  it('leaves options that are not its own to JupyterLab, which refuses what it does not know', () => {
    const { status, stderr } = spawnSync(process.execPath, [RUN, 'start', '--wat'], { cwd: ROOT, encoding: 'utf8' });
    assert.notEqual(status, 0);
    assert.match(stderr, /--wat/);
  });
});
