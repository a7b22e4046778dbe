// What npm scripts call. Plain JavaScript, as on a fresh clone nothing is installed yet: it brings in the npm packages and
// hands over to TypeScript.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { alone, joins } from './lock.cjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
process.chdir(root);

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`This is Node ${process.versions.node}; cnn-kit needs Node 20 or newer (https://nodejs.org).`);
}

const lock = fs.readFileSync('package-lock.json', 'utf8');
const want = createHash('sha256').update(`${lock} ${process.platform} ${process.arch}`).digest('hex');
const stamp = path.join('node_modules', '.cnn-kit-stamp');
const isInstalled = () => fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === want;

if (!isInstalled()) await alone(install, path.join(root, '.cache', 'setup.lock'));

process.exit(await run(process.execPath, [...tsx(), path.join('src', 'setup', 'main.ts'), ...process.argv.slice(2)]));

async function install() {
  if (isInstalled()) return;
  console.log('npm packages: installing (170 MB to fetch, 550 MB on disk)');
  fs.rmSync(stamp, { force: true });
  // Not if pnpm or yarn called us.
  const npm = /npm-cli\.js$/.test(process.env.npm_execpath ?? '') && process.env.npm_execpath;
  const progress = process.stderr.isTTY ? '--progress' : '--no-progress';
  const args = ['ci', progress, '--loglevel=error'];
  const status = npm
    ? await run(process.execPath, [npm, ...args], 'ignore')
    : await run('npm', args, 'ignore', { shell: process.platform === 'win32' });
  if (status !== 0) fail('npm could not install the packages; see its message above, then run the same command again.');
  fs.writeFileSync(stamp, want);
}

/** TypeScript as it is. Not `--import tsx`, which Node takes from 20.6 on; and tsx keeps its cache outside of the checkout. */
function tsx() {
  process.env.TSX_DISABLE_CACHE = '1';
  return ['--require', 'tsx/cjs'];
}

/**
 * Runs a program to its end and resolves with its exit status.
 * @param {string} command
 * @param {string[]} args
 * @param {'inherit' | 'ignore'} output
 * @returns {Promise<number>}
 */
function run(command, args, output = 'inherit', { shell = false } = {}) {
  const child = spawn(command, args, { stdio: [output, output, 'inherit'], shell });
  joins(child.pid);
  // Ctrl-C reaches the program too; how it ends is its own affair.
  const ignore = () => undefined;
  const pass = () => child.kill('SIGTERM');
  process.on('SIGINT', ignore).on('SIGTERM', pass);
  return new Promise(resolve => {
    child.on('error', error => {
      console.error(error.message);
      resolve(1);
    });
    child.on('exit', (code, signal) => {
      process.off('SIGINT', ignore).off('SIGTERM', pass);
      resolve(signal ? 130 : (code ?? 1));
    });
  });
}

/** @param {string} message */
function fail(message) {
  console.error(message);
  process.exit(1);
}
