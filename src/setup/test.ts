/** `npm test`: types, format, what is unused, tests, and the lectures through the kernel; the last line counts all of them. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../node/root';
import { UsageError } from '../cli/command';
import { environment } from './steps';

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const none: Count = { passed: 0, failed: 0, skipped: 0 };

export interface TestOptions {
  /** Adds the slow tests and all lectures. */
  all?: boolean;
  /** Folders of test/ whose tests run alone, without the types and the lectures; everything if there are none. */
  folders?: string[];
}

/** Resolves with the exit status. */
export async function test({ all = false, folders = [] }: TestOptions): Promise<number> {
  const counts = folders.length
    ? [await mocha(all, folders)]
    : [await types(), await format(), await unused(), await mocha(all, ['']), await lectures(all)];
  const total = counts.reduce((sum, count) => ({
    passed: sum.passed + count.passed,
    failed: sum.failed + count.failed,
    skipped: sum.skipped + count.skipped,
  }));
  if (total.skipped) console.log(`\n${total.skipped} skipped; each says why above`);
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/**
 * A folder of test/, by its name.
 * @throws UsageError if there is none
 */
export function testFolder(name: string): string {
  const folder = name.replace(/^test\//, '').replace(/\/+$/, '');
  if (/^\w+$/.test(folder) && fs.existsSync(path.join(ROOT, 'test', folder))) return folder;
  const folders = fs.readdirSync(path.join(ROOT, 'test'), { withFileTypes: true }).filter(entry => entry.isDirectory());
  throw new UsageError(
    `There is no folder test/${folder}; expected one of ${folders.map(entry => entry.name).join(', ')}.`,
  );
}

const types = (): Promise<Count> =>
  check('types: the whole repository, strictly', ['typescript/bin/tsc', '--noEmit', '-p', '.'], 'Fix the types.');

const format = (): Promise<Count> =>
  check(
    'format: what .prettierignore does not name, as Prettier has it',
    ['prettier/bin/prettier.cjs', ...FORMAT_CACHE, '--log-level', 'warn', '--check', '.'],
    'The files above are formatted otherwise than Prettier has it; run `npx prettier --write .`.',
  );

const unused = (): Promise<Count> =>
  check(
    'unused: files, exports and packages, by knip.json',
    ['knip/bin/knip.js', '--no-progress'],
    'Nothing uses what is listed above; delete it, drop its `export`, or name a program that is started by its path in knip.json.',
  );

const FORMAT_CACHE = ['--cache', '--cache-strategy', 'content', '--cache-location', '.cache/prettier'];

/** One check by a package's program; one that fails is followed by what to do. */
async function check(title: string, [program, ...args]: string[], remedy: string): Promise<Count> {
  console.log(title);
  const { status } = await node([path.join('node_modules', program), ...args]);
  if (status === 0) return { ...none, passed: 1 };
  console.log(remedy);
  return { ...none, failed: 1 };
}

async function mocha(all: boolean, folders: string[]): Promise<Count> {
  // Slow tests take as long as they take, beside other work too; what hangs is still ended.
  const which = all ? ['--timeout', String(7_200_000)] : ['--ignore', 'test/**/*.slow.test.ts'];
  const { status, output } = await node([
    path.join('node_modules', 'mocha', 'bin', 'mocha.js'),
    ...folders.map(folder => path.posix.join('test', folder, '**/*.test.ts')),
    ...which,
  ]);
  const count = (word: string): number => Number(new RegExp(`^  (\\d+) ${word}`, 'm').exec(output)?.[1] ?? 0);
  const result = { passed: count('passing'), failed: count('failing'), skipped: count('pending') };
  // Mocha ended without its summary, or with an error outside of any test.
  if (status !== 0 && result.failed === 0) result.failed = 1;
  return result;
}

async function lectures(all: boolean): Promise<Count> {
  const script = path.join('dist', 'course', 'lectures', 'execute.js');
  if (!fs.existsSync(path.join(ROOT, script))) return none;
  const { status, output } = await node([script, all ? '--compare' : '--quick']);
  const last = /(\d+) passed, (\d+) failed\s*$/.exec(output);
  if (!last) return { ...none, failed: 1 };
  return { ...none, passed: Number(last[1]), failed: Number(last[2]) || Number(status !== 0) };
}

/** Runs a script with our Node, shows what it prints, and keeps it. */
function node(args: string[]): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...environment(), NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-1 << 20);
      process.stdout.write(text);
    });
    child.on('error', reject);
    child.on('exit', status => resolve({ status, output }));
  });
}
