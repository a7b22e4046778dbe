/**
 * `npm run parity -- [--backend tensorflow|wasm|cpu] FILE.json ...`
 *
 * Compares our networks and techniques with reference files of PyTorch's answers, and prints every comparison.
 * Exit status: 0 within the limits (see parity.ts), 1 beyond them, 2 for a file that cannot be read.
 */
import { command, runIfMain, usage, UsageError } from '../cli/command';
import type { Check, Comparison } from './parity';

/** What all files together came to. */
interface Tally {
  passed: number;
  failed: number;
  /** Files that could not be read to their end. */
  unreadable: number;
  /** The largest error by its limit. */
  worst: Map<number, number>;
}

/** Resolves with the exit status. */
export const main = command('parity', async ({ values, positionals: files }) => {
  if (files.length === 0) throw new UsageError(`No file is named; expected ${usage('parity')}.`);
  // Read where src/backend is loaded, so before everything else is.
  if (values.backend) process.env.CNN_KIT_BACKEND = values.backend;
  const { ready } = await import('../backend');
  const { LIMIT, NORM_LIMIT } = await import('./parity');
  let engine: string;
  try {
    const { name, version, device } = await ready();
    engine = `${name} ${version}, ${device}`;
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }
  const tally: Tally = {
    passed: 0,
    failed: 0,
    unreadable: 0,
    worst: new Map([LIMIT, NORM_LIMIT].map(limit => [limit, 0])),
  };
  const readable = await readAll(files, tally);
  if (tally.unreadable > 0) return 2;

  console.log(
    `Parity with PyTorch on ${engine}. Limits: ${LIMIT} of the largest logit, output, gradient or loss; for a gradient's ` +
      `norm, ${NORM_LIMIT} of itself plus ${LIMIT} of the step's largest.`,
  );
  for (const { file, comparisons } of readable) {
    console.log(`\n${file}`);
    for (const comparison of comparisons) {
      await show(comparison, tally);
      // Lets the engine give back memory between two networks.
      await new Promise(setImmediate);
    }
  }
  const { passed, failed, unreadable, worst } = tally;
  const share = (limit: number): string => `${worst.get(limit)!.toExponential(1)} (limit ${limit})`;
  console.log(
    `\n${readable.length} files: ${passed} passed, ${failed} failed; the largest error is ${share(LIMIT)}, ` +
      `of single gradients' norms ${share(NORM_LIMIT)}.`,
  );
  if (unreadable > 0) return 2;
  return failed > 0 ? 1 : 0;
});

/** The comparisons of every file that can be read; of the others it says what is wrong. */
async function readAll(files: string[], tally: Tally): Promise<{ file: string; comparisons: Comparison[] }[]> {
  const { comparisons } = await import('./parity');
  return files.flatMap(file => {
    try {
      return [{ file, comparisons: comparisons(file) }];
    } catch (error) {
      refuse(error, tally);
      return [];
    }
  });
}

async function show({ title, run }: Comparison, tally: Tally): Promise<void> {
  console.log(`  ${title}`);
  for (const { name, text, error, limit, passed } of checksOf(run, tally)) {
    console.log(`    ${passed ? 'ok    ' : 'FAILED'} ${name.padEnd(14)} ${text}`);
    if (passed) tally.passed++;
    else tally.failed++;
    if (error !== undefined) tally.worst.set(limit!, Math.max(tally.worst.get(limit!)!, error));
  }
}

function checksOf(run: Comparison['run'], tally: Tally): Check[] {
  try {
    return run();
  } catch (error) {
    if ((error as Error).name !== 'ReferenceFileError')
      return [{ name: 'run', passed: false, text: (error as Error).message }];
    refuse(error, tally);
    return [];
  }
}

/** Says what is wrong with a reference file; any other error goes on. */
function refuse(error: unknown, tally: Tally): void {
  if ((error as Error).name !== 'ReferenceFileError') throw error;
  console.error((error as Error).message);
  tally.unreadable++;
}

runIfMain(module, main);
