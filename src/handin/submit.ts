/** `npm run submit [-- --out FILE] [--force]`: checks a student's exercises, says what each comes to, and packs them to be handed in. */
import fs from 'node:fs';
import path from 'node:path';
import { transformSync } from 'esbuild';
import { command, runIfMain } from '../cli/command';
import { exercisesOf } from '../harness/exercises';
import { parseNotebook, readNotebook } from '../harness/notebook';
import { localFiles } from '../harness/program';
import type { TestResult } from '../harness/run';
import { decodeText } from '../harness/text';
import { ROOT } from '../node/root';
import { Checker } from '../course/checker';
import { zip, type ZipFile } from './zip';

/** An exercise has 10 kB. */
const MAX_SOURCE = 1 << 18;

/** What became of one exercise. */
export interface Finding {
  exercise: string;
  state: 'ready' | 'not begun' | 'partly written' | 'tests fail' | 'does not compile' | 'missing' | 'too large';
  detail: string;
}

/** What the public tests say of an exercise's file: nothing if all pass. */
export type RunTests = (exercise: string, extension: Extension) => Promise<string | undefined>;
type Extension = '.ts' | '.ipynb';

/**
 * Looks at exercises/*.ts and *.ipynb below `root`, and gives what to say of each exercise and what to pack. Only what
 * passes the public tests is ready.
 */
export async function lookOver(root: string, runTests: RunTests): Promise<{ findings: Finding[]; files: ZipFile[] }> {
  const folder = path.join(root, 'exercises');
  const tests = path.join(root, 'test', 'exercises');
  if (!fs.existsSync(tests)) throw new Error(`There is no folder ${tests}; run npm run submit in the course's folder.`);
  const exercises = exercisesOf(tests);
  const files: ZipFile[] = [];
  const findings: Finding[] = [];
  for (const exercise of exercises) {
    const found = (['.ts', '.ipynb'] as const).filter(extension =>
      fs.statSync(path.join(folder, exercise + extension), { throwIfNoEntry: false })?.isFile(),
    );
    if (found.length === 0)
      findings.push({ exercise, state: 'missing', detail: `exercises/${exercise}.ts is not there` });
    const judged: Finding[] = [];
    for (const extension of found) judged.push(await judgeFile(exercise, extension));
    // A stub beside the notebook that was worked in is no fault.
    const best =
      judged.find(({ state }) => state === 'ready') ?? judged.find(({ state }) => state !== 'not begun') ?? judged[0];
    if (best) findings.push(best);
  }
  return { findings, files };

  async function judgeFile(exercise: string, extension: Extension): Promise<Finding> {
    const name = exercise + extension;
    const content = fs.readFileSync(path.join(folder, name));
    const detail = `${name} has ${content.length} bytes; at most ${MAX_SOURCE} are read`;
    if (extension === '.ts' && content.length > MAX_SOURCE) return { exercise, state: 'too large', detail };
    const text = decodeText(content);
    pack(`exercises/${name}`, content);
    const read = (local: string): string | undefined => {
      const file = path.join(folder, local);
      return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ? decodeText(fs.readFileSync(file)) : undefined;
    };
    const finding = judge(name, text);
    if (finding.state === 'does not compile') return { exercise, ...finding };
    for (const [local, source] of Object.entries(localFiles('', textsOf(name, text), read)))
      pack(`exercises/${local}`, Buffer.from(source));
    if (finding.state !== 'ready') return { exercise, ...finding };
    const failure = await runTests(exercise, extension);
    return failure ? { exercise, state: 'tests fail', detail: failure } : { exercise, ...finding };
  }

  function pack(name: string, content: Buffer): void {
    if (!files.some(file => file.name === name)) files.push({ name, content });
  }
}

/** The first public test that does not pass. */
export function firstFailure(all: TestResult[]): string | undefined {
  const tests = all.filter(({ hidden }) => !hidden);
  const failed = tests.find(({ passed }) => !passed);
  const count = `${tests.filter(({ passed }) => passed).length} of ${tests.length} public tests pass`;
  return failed && `${count}; ${failed.title}: ${failed.message}`;
}

function textsOf(name: string, text: string): string[] {
  return name.endsWith('.ts') ? [text] : readNotebook(parseNotebook(text), '').cells.map(({ source }) => source);
}

function judge(name: string, text: string): Pick<Finding, 'state' | 'detail'> {
  let source = text;
  if (name.endsWith('.ipynb')) {
    try {
      source = textsOf(name, text).join('\n');
    } catch (error) {
      return { state: 'does not compile', detail: `${name}: ${(error as Error).message}` };
    }
  } else {
    try {
      transformSync(source, { loader: 'ts', format: 'cjs', target: 'node20', logLevel: 'silent' });
    } catch (error) {
      const { text, location } = (error as import('esbuild').TransformFailure).errors[0];
      return { state: 'does not compile', detail: `${name} line ${location?.line ?? '?'}: ${text}` };
    }
  }
  const open = [...source.matchAll(/throw new Error\('Not written yet: (.*?)\.'\);/g)];
  const asked = [...source.matchAll(/\/\/ YOUR CODE HERE/g)];
  if (open.length === 0) return { state: 'ready', detail: '' };
  const next = `still to do: ${open[0][1].replace(/\\'/g, "'")}`;
  return { state: open.length >= asked.length && !begun(source) ? 'not begun' : 'partly written', detail: next };
}

/** Whether code is right after a mark, before its error: the student has begun there. */
function begun(source: string): boolean {
  return /\/\/ YOUR CODE HERE.*\n(?!\s*throw new Error\('Not written yet)/.test(source);
}

const main = command('submit', async ({ values }) => {
  const out = path.resolve(values.out ?? 'submission.zip');
  const checker = new Checker();
  const runTests: RunTests = async (exercise, extension) => {
    try {
      return firstFailure(await checker.check(exercise, undefined, extension));
    } catch (error) {
      return (error as Error).message;
    }
  };
  const { findings, files } = await lookOver(ROOT, runTests);
  checker.stop();
  for (const { exercise, state, detail } of findings)
    console.log(`${state === 'ready' ? '✓' : '✗'} ${exercise}: ${state}${detail ? ` (${detail})` : ''}`);
  const ready = findings.filter(({ state }) => state === 'ready').length;
  const broken = findings.filter(({ state }) => state === 'does not compile' || state === 'too large');
  if (files.length === 0) throw new Error('There is nothing to pack; the exercises belong into the folder exercises.');
  if (broken.length && !values.force)
    throw new Error(
      `Nothing was packed; fix ${broken.map(b => b.exercise).join(', ')}, or pack all the same with --force.`,
    );
  fs.writeFileSync(out, zip(files));
  console.log(
    `${ready} of ${findings.length} exercises are ready: their public tests pass. Hand in ${out}, which holds ${files.length} files.`,
  );
});

runIfMain(module, main);
