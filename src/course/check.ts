/** Runs an exercise's public tests, the same file that the grader uses, and says what passes and which mistake the rest looks like. */
import { linesMarkup } from '../base/markup';
import { wholeNumber } from '../base/options';
import { say } from '../base/sentences';
import { Checker } from './checker';
import { detailsOf } from './failure/details';
import { drawsInputs, type Functions, newSeed, testFunctions } from '../harness/functions';
import type { TestResult } from '../harness/run';
import type { TypeFault } from '../harness/typeFaults';
import { refusePackage } from '../node/root';

export type { Functions, TestResult };

/** Type errors that are shown; the others often follow from them. */
const MOST_FAULTS = 5;

/** What a check found. Shown by a notebook as a list; `toString()` is the same as text. */
export class CheckResult {
  /** The public ones: hidden tests are for the grader, also where they are at hand. */
  readonly tests: TestResult[];

  constructor(
    readonly exercise: string,
    tests: TestResult[],
    /** Seed for the inputs that the tests drew. */
    readonly seed: number,
    /** The type errors of a file; a notebook refuses a cell that has one. */
    readonly types: readonly TypeFault[] = [],
    /** Names of the functions that were checked in place of the file. */
    private readonly given: string[] = [],
  ) {
    this.tests = tests.filter(({ hidden }) => !hidden);
  }

  get passed(): boolean {
    return this.tests.length > 0 && this.tests.every(test => test.passed);
  }

  toString(): string {
    const { exercise } = this;
    const [count, passed] = [this.tests.length, this.tests.filter(test => test.passed).length];
    const lines = this.tests.flatMap(({ title, passed, message, line, call }, i) => {
      if (passed) return `✓ ${title}`;
      const before = this.tests[i - 1];
      const isAgain = before && message === before.message && line === before.line;
      const said = message?.replace(/^Not written yet/, say('notWritten'));
      const told = isAgain ? [] : [line, said, call && say('givenCall', { call })];
      return [`✗ ${title}`, ...told.filter(Boolean).map(text => `    ${text}`)];
    });
    const verdict = this.passed
      ? say('passedAll', { exercise, count })
      : say('passedSome', { exercise, count, passed });
    // What is not written yet was given no inputs.
    const isDrawn =
      drawsInputs(this.exercise) &&
      this.tests.some(({ passed, message }) => !passed && !message?.startsWith('Not written yet'));
    const faults = this.types
      .slice(0, MOST_FAULTS)
      .map(
        ({ line, text, source }) => `${say('atLine', { file: `exercises/${exercise}.ts`, line, text })}\n    ${source}`,
      );
    const again = say('sameInputs', { seed: this.seed, again: this.again() });
    return [...faults, ...lines, verdict, ...(isDrawn ? [again] : [])].join('\n');
  }

  /** What to type for the same inputs. */
  private again(): string {
    return this.given.length
      ? `await check('${this.exercise}', { ${this.given.join(', ')} }, ${this.seed})`
      : `CNN_KIT_SEED=${this.seed} npm run check -- ${this.exercise} --once`;
  }

  [Symbol.for('Jupyter.display')](): Record<string, string> {
    const text = this.toString();
    return { 'text/html': linesMarkup(text), 'text/plain': text };
  }
}

const checker = new Checker();

/**
 * Checks the functions given, or the ones in exercises/<exercise>.ts. The file is checked in another process, an endless
 * loop in it is stopped after ten seconds, and its type errors are said first.
 *
 * @param exercise the name of its file in exercises/, such as '02-lrn'
 * @param functions yours, by the names that the exercise asks for; those of the file if not given
 * @param seed for the inputs that the tests draw; another one at each call if not given
 * @example await check('02-lrn', { localResponseNorm })
 * @throws if there is no such exercise, or if exercises/<exercise>.ts cannot be compiled
 */
export async function check(exercise: string, functions?: Functions, seed = newSeed()): Promise<CheckResult> {
  refusePackage('The exercises');
  wholeNumber('seed of check', seed, 0);
  if (functions) {
    const tests = await testFunctions(exercise, functions, { seed, detailsOf });
    return new CheckResult(exercise, tests, seed, [], Object.keys(functions));
  }
  const { tests, types } = await checker.checkFile(exercise, seed);
  return new CheckResult(exercise, tests, seed, types);
}
