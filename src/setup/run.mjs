// What npm scripts call. Plain JavaScript, as on a fresh clone nothing is installed yet: it brings in the npm packages and
// hands over to TypeScript.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
process.chdir(root);

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`This is Node ${process.versions.node}; cnn-kit needs Node 20 or newer (https://nodejs.org).`);
}

const lock = fs.readFileSync('package-lock.json', 'utf8');
const want = createHash('sha256')
  .update(`${lock} ${process.platform} ${process.arch} ${process.versions.modules}`)
  .digest('hex');
const stamp = path.join('node_modules', '.cnn-kit-stamp');

if (!fs.existsSync(stamp) || fs.readFileSync(stamp, 'utf8') !== want) {
  console.log('npm packages: installing 300 (530 MB on disk)');
  fs.rmSync(stamp, { force: true });
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
  const { status } = spawnSync(command, [...args, 'ci', '--no-progress', '--loglevel=error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) fail('npm could not install the packages; see its message above, then run the same command again.');
  fs.writeFileSync(stamp, want);
}

const { status, signal } = spawnSync(
  process.execPath,
  ['--import', 'tsx', path.join('src', 'setup', 'main.ts'), ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
process.exit(signal ? 130 : (status ?? 1));

/** @param {string} message */
function fail(message) {
  console.error(message);
  process.exit(1);
}
