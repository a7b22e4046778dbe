// What npm scripts call. Plain JavaScript, as on a fresh clone nothing is installed yet: it brings in the npm packages and
// hands over to TypeScript.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { failure, requireSpace } from './failure.cjs';
import { alone, joins } from './lock.cjs';
import { beginInstall, installArguments, isInstalled, writeStamp } from './packages.cjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
process.chdir(root);

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(`This is Node ${process.versions.node}; cnn-kit needs Node 20 or newer (https://nodejs.org).`);
}

const words = process.argv.slice(2);
// What a command does can be read while its packages are being replaced.
const isHelp = /^(--help|-h)$/.test(words[1]) && fs.existsSync(path.join('node_modules', 'tsx'));
try {
  if (!isHelp && !isInstalled(root)) await alone(install, path.join(root, '.cache', 'setup.lock'));
} catch (error) {
  fail(/** @type {Error} */ (error).message);
}

process.exit(await run(process.execPath, [...tsx(), path.join('src', 'setup', 'main.ts'), ...words]));

async function install() {
  if (isInstalled(root)) return;
  requireSpace('The npm packages', 600, root);
  console.log('npm packages: installing (170 MB to fetch, 550 MB on disk)');
  const args = [...installArguments(root), process.stderr.isTTY ? '--progress' : '--no-progress', '--loglevel=error'];
  beginInstall(root);
  // Not if pnpm or yarn called us.
  const npm = /npm-cli\.js$/.test(process.env.npm_execpath ?? '') && process.env.npm_execpath;
  let said = '';
  const options = { output: 'ignore', hear: (/** @type {string} */ text) => void (said += text) };
  const status = npm
    ? await run(process.execPath, [npm, ...args], options)
    : await run('npm', args, { ...options, shell: process.platform === 'win32' });
  // The last lines tell where npm's log is.
  const reason = said.split('\n').filter(line => !/complete log|^npm error\s*$/.test(line)).join('\n'); // prettier-ignore
  if (status !== 0) fail(failure('The npm packages', reason, root));
  writeStamp(root);
}

/** TypeScript as it is. Not `--import tsx`, which Node takes from 20.6 on; and tsx keeps its cache outside of the checkout. */
function tsx() {
  process.env.TSX_DISABLE_CACHE = '1';
  return ['--require', 'tsx/cjs'];
}

/**
 * Runs a program to its end and resolves with its exit status. `hear` is told what it says of errors, which is printed too;
 * on a terminal it is not, for npm draws its progress there.
 * @param {string} command
 * @param {string[]} args
 * @param {{ output?: string, hear?: (text: string) => void, shell?: boolean }} options
 * @returns {Promise<number>}
 */
function run(command, args, { output = 'inherit', hear, shell = false } = {}) {
  const isHeard = hear && !process.stderr.isTTY;
  const stdio = /** @type {import('node:child_process').StdioOptions} */ ([
    output,
    output,
    isHeard ? 'pipe' : 'inherit',
  ]);
  const child = spawn(command, args, { stdio, shell });
  child.stderr?.setEncoding('utf8').on('data', text => {
    process.stderr.write(text);
    hear?.(text);
  });
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
    child.on('close', (code, signal) => {
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
