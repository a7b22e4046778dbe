/**
 * `npm run check -- NN-name [--once] [--hint]`: checks exercises/NN-name.ts, and again after every save until Ctrl-C;
 * once if it writes to a file or a pipe.
 */
import fs from 'node:fs';
import path from 'node:path';
import { say } from '../base/sentences';
import { command, type Given, runIfMain, UsageError } from '../cli/command';
import { CheckResult } from './check';
import { Checker } from './checker';
import { hint } from './hints';
import { ROOT } from '../node/root';
import { exercisesOf, testFileOf } from '../harness/exercises';
import { newSeed } from '../harness/functions';

/** Checks now and after every save. `stop()` ends it; a save during a check is checked after it. */
export function watch(
  exercise: string,
  onResult: (result: CheckResult | Error) => void,
  checker = new Checker(),
): { stop(): void } {
  const file = path.join(ROOT, 'exercises', `${exercise}.ts`);
  let checking = false;
  let again = false;
  const checkNow = async (): Promise<void> => {
    if (checking) return void (again = true);
    checking = true;
    do {
      again = false;
      onResult(await resultOf(checker, exercise));
    } while (again);
    checking = false;
    checker.start();
  };
  // By its time, not by events: editors replace files, and shared folders send no events.
  const changed = (now: fs.Stats, before: fs.Stats): void => {
    if (now.mtimeMs && now.mtimeMs !== before.mtimeMs) void checkNow();
  };
  fs.watchFile(file, { interval: 50 }, changed);
  void checkNow();
  return {
    stop: () => {
      fs.unwatchFile(file, changed);
      checker.stop();
    },
  };
}

function resultOf(checker: Checker, exercise: string): Promise<CheckResult | Error> {
  const seed = newSeed();
  return checker.checkFile(exercise, seed).then(
    ({ tests, types }) => new CheckResult(exercise, tests, seed, types),
    (error: Error) => error,
  );
}

/** Exit status 1 says that a test fails, 2 that there was no check. */
const main = command('check', async given => {
  try {
    await check(given);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
});

async function check({ values, positionals }: Given<'check'>): Promise<void> {
  if (positionals.length !== 1)
    throw new Error(say('whichExercise', { example: `npm run check -- ${exercisesOf()[0]}` }));
  const exercise = path.basename(positionals[0], '.ts');
  testFileOf(exercise);
  if (values.hint) return console.log(String(hint(exercise)));
  if (values.once || !process.stdout.isTTY) {
    const checker = new Checker();
    const result = await resultOf(checker, exercise);
    checker.stop();
    if (result instanceof Error) throw result;
    console.log(String(result));
    process.exitCode = result.passed ? 0 : 1;
    return;
  }
  const watching = watch(exercise, result => {
    console.log(`\x1b[2J\x1b[H${result instanceof Error ? result.message : String(result)}`);
    console.log(`\n${say('watching', { file: `exercises/${exercise}.ts` })}`);
  });
  process.on('SIGINT', () => {
    watching.stop();
    process.exit(0);
  });
}

runIfMain(module, main);
