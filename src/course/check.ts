/** Runs an exercise's public tests, the same file that the grader uses, and says what passes and which mistake the rest looks like. */
import { Checker } from './checker';
import { runTests, type Functions, type TestResult } from './testRun';

export type { Functions, TestResult };

/** What a check found. Shown by a notebook as a list; `toString()` is the same as text. */
export class CheckResult {
  constructor(
    readonly exercise: string,
    readonly tests: TestResult[],
  ) {}

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
      : `${this.exercise}: ${done} of ${this.tests.length} public tests pass. Mend the first one that fails, then check again.`;
    return [...lines, verdict].join('\n');
  }

  [Symbol.for('Jupyter.display')](): Record<string, string> {
    return { 'text/plain': this.toString() };
  }
}

const checker = new Checker();

/**
 * Checks the functions given, or the ones in exercises/<exercise>.ts. The file is checked in another process, and a loop
 * without end in it is stopped after ten seconds.
 *
 * @example await check('02-lrn', { localResponseNorm })
 * @throws if there is no such exercise, or if exercises/<exercise>.ts cannot be compiled
 */
export async function check(exercise: string, functions?: Functions): Promise<CheckResult> {
  const tests = functions ? await runTests(exercise, functions) : await checker.check(exercise);
  return new CheckResult(exercise, tests);
}
