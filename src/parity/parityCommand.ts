/**
 * `npm run parity -- [--backend tensorflow|wasm|cpu] FILE.json ...`
 *
 * Compares our networks and techniques with reference files of PyTorch's answers, and prints every comparison.
 * Exit status: 0 within the limits (see parity.ts), 1 beyond them, 2 for a file that cannot be read.
 */
import { command, runIfMain, usage, UsageError } from '../cli/command';
import type { Check, Comparison } from './parity';

/** Resolves with the exit status. */
export const main = command('parity', async ({ values, positionals: files }) => {
  if (files.length === 0) throw new UsageError(`No file is named; expected ${usage('parity')}.`);
  // Read where src/backend is loaded, so before everything else is.
  if (values.backend) process.env.CNN_KIT_BACKEND = values.backend;
  const { ready } = await import('../backend');
  const { comparisons, LIMIT, NORM_LIMIT } = await import('./parity');
  const { ReferenceFileError } = await import('./referenceFile');
  let engine: string;
  try {
    const { name, version, device } = await ready();
    engine = `${name} ${version}, ${device}`;
  } catch (error) {
    console.error((error as Error).message);
    return 2;
  }

  let unreadable = 0;
  const refuse = (error: unknown): void => {
    if (!(error instanceof ReferenceFileError)) throw error;
    console.error(error.message);
    unreadable++;
  };
  const checksOf = (run: Comparison['run']): Check[] => {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof ReferenceFileError))
        return [{ name: 'run', passed: false, text: (error as Error).message }];
      refuse(error);
      return [];
    }
  };

  const readable: { file: string; comparisons: Comparison[] }[] = [];
  for (const file of files) {
    try {
      readable.push({ file, comparisons: comparisons(file) });
    } catch (error) {
      refuse(error);
    }
  }
  if (unreadable > 0) return 2;

  console.log(
    `Parity with PyTorch on ${engine}. Limits: ${LIMIT} of the largest logit, output, gradient or loss; for a gradient's ` +
      `norm, ${NORM_LIMIT} of itself plus ${LIMIT} of the step's largest.`,
  );
  const worst = new Map([LIMIT, NORM_LIMIT].map(limit => [limit, 0]));
  let [passed, failed] = [0, 0];
  for (const { file, comparisons: all } of readable) {
    console.log(`\n${file}`);
    for (const { title, run } of all) {
      console.log(`  ${title}`);
      for (const { name, text, error, limit, passed: isWithin } of checksOf(run)) {
        console.log(`    ${isWithin ? 'ok    ' : 'FAILED'} ${name.padEnd(14)} ${text}`);
        if (isWithin) passed++;
        else failed++;
        if (error !== undefined) worst.set(limit!, Math.max(worst.get(limit!)!, error));
      }
      // Lets the engine give back memory between two networks.
      await new Promise(setImmediate);
    }
  }
  const share = (limit: number): string => `${worst.get(limit)!.toExponential(1)} (limit ${limit})`;
  console.log(
    `\n${readable.length} files: ${passed} passed, ${failed} failed; the largest error is ${share(LIMIT)}, ` +
      `of single gradients' norms ${share(NORM_LIMIT)}.`,
  );
  if (unreadable > 0) return 2;
  return failed > 0 ? 1 : 0;
});

runIfMain(module, main);
