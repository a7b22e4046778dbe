/** The public tests of the student edition: questions with their values, answered once by the solution. */
import { tf } from 'cnn-kit';
import { answers, expectData, expectNumber, expectTensor, isEqual, leaves } from './answers';

export interface RecordedTest {
  /** With its mark of points. */
  title: string;
  questions: { ask: string; leaves?: boolean; values: unknown[]; right: unknown }[];
  /**
   * What known mistakes answer to the first `asked` questions, where that is not right, and what to say of them; nothing
   * where this test lets them pass.
   */
  mistakes: { message?: string; asked: number; wrong: Record<string, unknown>; thrown?: string }[];
}

/** Declares the tests of an exercise. */
export function recorded(exercise: string, tests: RecordedTest[]): void {
  describe(exercise, () => {
    for (const test of tests) it(test.title, () => ask(exercise, test));
  });
}

async function ask(exercise: string, { questions, mistakes }: RecordedTest): Promise<void> {
  const functions = answers<Record<string, (...values: unknown[]) => unknown>>(exercise);
  const got: unknown[] = [];
  let thrown: unknown;
  for (const { ask, leaves: left, values } of questions) {
    const inputs = values.map(decoded);
    try {
      got.push(await (left ? leaves(exercise, ask, ...inputs) : functions[ask](...inputs)));
    } catch (error) {
      thrown = error;
      break;
    }
  }
  const right = questions.map(question => decoded(question.right));
  const first = got.findIndex((answer, i) => !isEqual(answer, right[i]));
  if (first < 0 && got.length === questions.length) return;
  const known = mistakes.find(
    ({ asked, wrong, thrown: text }) =>
      (text === undefined ? got.length >= asked : got.length === asked && text === withoutNumbers(thrown)) &&
      right.slice(0, asked).every((value, i) => i in wrong ? isWrong(got[i], wrong[i]) : isEqual(got[i], value)),
  );
  if (known && known.message === undefined) return;
  if (known) throw Object.assign(new Error(known.message), { name: 'AssertionError' });
  if (first < 0) throw thrown;
  expectSame(got[first], right[first], questions[first].ask);
}

/** Whether an answer is a known wrong one, which may be not a number or of no kind that tests expect. */
function isWrong(answer: unknown, wrong: unknown): boolean {
  return JSON.stringify(encoded(answer)) === JSON.stringify(wrong) || isEqual(answer, decoded(wrong));
}

function expectSame(answer: unknown, right: unknown, what: string): void {
  if (right instanceof tf.Tensor) return expectTensor(answer, right, [], what);
  if (typeof right === 'number') return expectNumber(answer, right, [], what);
  if (typeof right === 'object' && right !== null && typeof answer === 'object' && answer !== null)
    if (!Array.isArray(right))
      for (const [key, value] of Object.entries(right))
        expectSame((answer as Record<string, unknown>)[key], value, `${key} of ${what}`);
  expectData(answer, right, [], what);
}

/** What an error says, whatever the sizes in it are. */
export function withoutNumbers(error: unknown): string {
  return String((error as Error)?.message ?? error)
    .split('\n')[0]
    .replace(/[\d.,\s[\]-]+/g, ' ');
}

/** A value as JSON holds it: tensors with shape and type, and what JSON has no word for. */
export function encoded(value: unknown): unknown {
  if (value instanceof tf.Tensor)
    return { tensor: Array.from(value.dataSync(), shortest), shape: value.shape, dtype: value.dtype };
  if (value === undefined) return { undefined: true };
  if (typeof value === 'number') return Number.isFinite(value) ? value : { number: String(value) };
  if (Array.isArray(value)) return value.map(encoded);
  if (typeof value === 'function') return { function: true };
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, encoded(item)]));
}

/** The fewest digits that are the same number in 32 bits. */
function shortest(x: number): unknown {
  if (!Number.isFinite(x)) return { number: String(x) };
  for (let digits = 1; ; digits++) {
    const short = Number(x.toPrecision(digits));
    if (digits === 9 || Math.fround(short) === Math.fround(x)) return short;
  }
}

export function decoded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decoded);
  if (typeof value !== 'object' || value === null) return value;
  const { tensor, shape, dtype, number } = value as Record<string, never>;
  if (tensor) return tf.tensor((tensor as unknown[]).map(decoded) as number[], shape, dtype);
  if (number) return Number(number);
  if ('undefined' in value) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decoded(item)]));
}
