/** The public tests of an exercise as values: what they ask, what is right, and what known mistakes answer. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { bundleTest, type TestBundle } from '../harness/bundle';
import { TESTS } from '../harness/exercises';
import type { Functions } from '../harness/functions';
import { type Examiner, firstLine, type Look, outline, runTests, startBackend, type TestResult } from '../harness/run';

interface Question {
  ask: string;
  leaves?: true;
  values: unknown[];
}
export interface RecordedTest {
  title: string;
  questions: (Question & { right: unknown })[];
  mistakes: { message?: string; asked: number; wrong: Record<string, unknown>; thrown?: string }[];
}
/** What one test asked, the answers as far as they came, and what ended them. */
interface Transcript {
  result: TestResult;
  questions: Question[];
  got: unknown[];
  thrown?: string;
}
/** test/exercises/recorded.ts, which reads what is recorded. */
interface Codec {
  encoded(value: unknown): unknown;
  withoutNumbers(error: unknown): string;
}

/** The draws of every public test in a student edition; a submission is graded on others. */
export const SEED = 2012;

/**
 * The public tests of `exercise` in the kit `root`, each asked of the solution and of every known mistake.
 * @returns nothing where answers are drawn by the student's function, so that no value is right
 */
export async function recordTests(exercise: string, root: string): Promise<RecordedTest[] | undefined> {
  const file = path.join(root, 'test', 'exercises', `${exercise}.test.ts`);
  const codec = load<Codec>(path.join(root, 'test', 'exercises', 'recorded.ts'))!;
  const solution = load<Functions>(path.join(root, 'solutions', `${exercise}.ts`))!;
  const transcribe = (functions: Functions): Promise<Transcript[]> => transcripts(file, functions, codec);
  const [tests, again] = [await transcribe(solution), await transcribe(solution)];
  const failed = tests.find(({ result }) => !result.passed)?.result;
  if (failed) throw new Error(`solutions/${exercise}.ts does not pass "${failed.title}": ${failed.message}`);
  if (tests.some(({ questions }) => questions.length === 0)) return undefined;
  if (JSON.stringify(tests) !== JSON.stringify(again)) return undefined;
  const recorded = tests.map(({ result, questions, got }): RecordedTest => ({
    title: `${result.title} [${result.points}]`,
    questions: questions.map((question, i) => ({ ...question, right: got[i] })),
    mistakes: [],
  }));
  const { wrong } = load<{ wrong?: Functions[] }>(path.join(root, 'test/exercises/wrong', `${exercise}.ts`)) ?? {};
  for (const functions of Array.isArray(wrong) ? wrong : [])
    (await transcribe(functions)).forEach((transcript, i) => addMistake(recorded[i], transcript, codec));
  return recorded;
}

function addMistake(
  { questions, mistakes }: RecordedTest,
  { result, questions: asked, got, thrown }: Transcript,
  codec: Codec,
): void {
  const { message } = result;
  // A later question may depend on an answer; then only what was asked as of the solution can be told.
  const isAsked = asked.every((question, i) => JSON.stringify(question) === JSON.stringify(without(questions[i])));
  if (!isAsked) return;
  const wrong = Object.fromEntries(
    got.flatMap((answer, i) => (JSON.stringify(answer) === JSON.stringify(questions[i].right) ? [] : [[i, answer]])),
  );
  // An error of the student's own is told as it is, with its line.
  if (Object.keys(wrong).length === 0 && (thrown === undefined || codec.withoutNumbers(message) === thrown)) return;
  const mistake = { message, asked: got.length, wrong, ...(thrown === undefined ? {} : { thrown }) };
  if (!mistakes.some(known => JSON.stringify(known) === JSON.stringify(mistake))) mistakes.push(mistake);
}

const without = (question?: Question & { right: unknown }): Question | undefined =>
  question && { ask: question.ask, ...(question.leaves ? { leaves: true as const } : {}), values: question.values };

/** The test file of these tests: values in place of the computation that gave them, one line for each question. */
export function recordedSource(exercise: string, tests: RecordedTest[]): string {
  const line = (value: unknown): string => JSON.stringify(value);
  const list = (values: unknown[]): string => values.map(value => `\n      ${line(value)},`).join('');
  const test = ({ title, questions, mistakes }: RecordedTest): string =>
    `  {\n    title: ${line(title)},\n    questions: [${list(questions)}\n    ],\n    mistakes: [${list(mistakes)}\n    ],\n  },\n`;
  return `// The public tests of ${exercise}. To run them: npm run check ${exercise}
import { recorded } from './recorded';

recorded(${line(exercise)}, [
${tests.map(test).join('')}]);
`;
}

/** What the public tests in `file` ask of `functions`. */
async function transcripts(
  file: string,
  functions: Functions,
  { encoded, withoutNumbers }: Codec,
): Promise<Transcript[]> {
  const all = new Map<TestResult, Transcript>();
  let current: Transcript;
  const answer = async (question: Question, make: () => unknown): Promise<unknown> => {
    const transcript = current;
    transcript.questions.push(question);
    try {
      const value = await make();
      transcript.got.push(encoded(value));
      return value;
    } catch (error) {
      transcript.thrown = withoutNumbers(error);
      throw error;
    }
  };
  const examiner: Examiner = {
    seed: SEED,
    call: (_, name, values) =>
      answer({ ask: name, values: values.map(encoded) }, () => {
        const called = functions[name] as ((...values: unknown[]) => unknown) | undefined;
        if (!called) throw new Error(`${name} is missing; export a function of this name.`);
        return called(...values);
      }),
    probe: (_, look: Look, values) =>
      answer({ ask: String(values[0]), leaves: true, values: values.slice(1).map(encoded) }, () =>
        look(functions, require('cnn-kit'), ...values),
      ),
  };
  const bundle = bundled(file);
  await startBackend(bundle.code);
  await runTests(bundle, examiner, {
    timeout: 60_000,
    messageOf: firstLine,
    onTest: result => all.set(result, (current = { result, questions: [], got: [] })),
  });
  return [...all.values()].filter(({ result }) => !result.hidden);
}

/** A test file as if it lay in this kit, whose packages it needs. */
function bundled(file: string): TestBundle {
  return { ...bundleTest(file), file: path.join(TESTS, path.basename(file)) };
}

/** The tests in a file in their order, hidden ones too. */
export const outlineOf = (file: string): TestResult[] => outline(bundled(file));

/** What a TypeScript file exports, or nothing where there is none; its packages are those of this kit. */
function load<T>(file: string): T | undefined {
  let code: string;
  try {
    const { outputFiles } = buildSync({
      ...{ entryPoints: [file], bundle: true, write: false, platform: 'node', target: 'node20', format: 'cjs' },
      ...{ packages: 'external', tsconfigRaw: '{}', logLevel: 'silent' },
    });
    code = outputFiles[0].text;
  } catch (error) {
    if (/Could not resolve/.test(String(error))) return undefined;
    throw error;
  }
  const module = { exports: {} };
  new Function('require', 'module', 'exports', code)(createRequire(path.join(TESTS, 'x.ts')), module, module.exports);
  return module.exports as T;
}
