/** Runs an exercise's public tests, the same file that the grader uses, and says what passes and which mistake the rest looks like. */
import { Checker } from './checker';
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
  ) {
    this.tests = tests.filter(({ hidden }) => !hidden);
  }

  get passed(): boolean {
    return this.tests.length > 0 && this.tests.every(test => test.passed);
  }

  toString(): string {
    const done = this.tests.filter(test => test.passed).length;
    const lines = this.tests.map(({ title, passed, message }, i) => {
      const again = i > 0 && message === this.tests[i - 1].message;
      return `${passed ? '✓' : '✗'} ${title}${passed || again ? '' : `\n    ${message}`}`;
    });
    const verdict = this.passed
      ? `${this.exercise}: public tests pass, ${done} of ${done}.`
      : `${this.exercise}: ${done} of ${this.tests.length} public tests pass. Fix the first one that fails, then check again.`;
    // What is not written yet was given no inputs.
    const isDrawn =
      drawsInputs(this.exercise) &&
      this.tests.some(({ passed, message }) => !passed && !message?.startsWith('Not written yet'));
    const seed = `The inputs are of seed ${this.seed}; CNN_KIT_SEED=${this.seed} draws the same again.`;
    const faults = this.types
      .slice(0, MOST_FAULTS)
      .map(({ line, text, source }) => `exercises/${this.exercise}.ts line ${line}: ${text}\n    ${source}`);
    return [...faults, ...lines, verdict, ...(isDrawn ? [seed] : [])].join('\n');
  }

  [Symbol.for('Jupyter.display')](): Record<string, string> {
    return { 'text/plain': this.toString() };
  }
}

const checker = new Checker();

/**
 * Checks the functions given, or the ones in exercises/<exercise>.ts. The file is checked in another process, an endless
 * loop in it is stopped after ten seconds, and its type errors are said first.
 *
 * @example await check('02-lrn', { localResponseNorm })
 * @throws if there is no such exercise, or if exercises/<exercise>.ts cannot be compiled
 */
export async function check(exercise: string, functions?: Functions): Promise<CheckResult> {
  refusePackage('The exercises');
  const seed = newSeed();
  if (functions) return new CheckResult(exercise, await testFunctions(exercise, functions, { seed }), seed);
  const { tests, types } = await checker.checkFile(exercise, seed);
  return new CheckResult(exercise, tests, seed, types);
}
