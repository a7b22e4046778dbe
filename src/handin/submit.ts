/**
 * `npm run submit [-- --out FILE] [--force]`: checks what a student wrote for each exercise, in a file or in a notebook's
 * cells, packs the better of several, and says what it took, from where, and what it did not take.
 */
import fs from 'node:fs';
import path from 'node:path';
import { say } from '../base/sentences';
import { command, runIfMain } from '../cli/command';
import { Checker } from '../course/checker';
import { type Facts, factsOf } from '../course/facts';
import { type Work, worksOf } from '../course/works';
import type { Cell } from '../harness/program';
import type { TestResult } from '../harness/run';
import { ROOT } from '../node/root';
import { zip, type ZipFile } from './zip';

/** What became of one exercise. */
export interface Finding {
  exercise: string;
  state: 'ready' | 'tests fail' | 'missing' | Exclude<Work['state'], 'written'>;
  detail: string;
  /** Where the work is that was taken, from the root of the kit; nothing where none was. */
  taken?: string;
  /** Where else there is work for this exercise, and why it was not taken. */
  left: string[];
}

/** The public tests' results on a work. @throws if it cannot be loaded */
export type RunTests = (work: Work, asked: string[]) => Promise<TestResult[]>;

/** Looks at all works below `root`, and gives what to say of each exercise and what to pack. */
export async function lookOver(root: string, runTests: RunTests): Promise<{ findings: Finding[]; files: ZipFile[] }> {
  const facts = factsOf(root);
  const files = new Map<string, ZipFile>();
  const findings: Finding[] = [];
  for (const [exercise, works] of worksOf(root, facts)) {
    const { finding, taken } = await choose(exercise, works, facts[exercise], runTests);
    findings.push(finding);
    if (taken) for (const file of packed(taken)) files.set(file.name, file);
  }
  return { findings, files: [...files.values()] };
}

interface Judged {
  work: Work;
  state: Finding['state'];
  detail: string;
  /** The share of the public tests that pass. */
  passed: number;
}

async function choose(
  exercise: string,
  works: Work[],
  { functions }: Facts,
  runTests: RunTests,
): Promise<{ finding: Finding; taken?: Work }> {
  const begun = works.filter(({ state }) => state !== 'not begun');
  if (begun.length === 0) {
    const [first] = works;
    if (first) return { finding: { exercise, state: 'not begun', detail: first.detail, left: [] } };
    const detail = say('nowhere', { exercise, names: functions.join(', ') });
    return { finding: { exercise, state: 'missing', detail, left: [] } };
  }
  const judged: Judged[] = [];
  for (const work of begun) judged.push(await judge(work, functions, runTests));
  const [best, ...others] = judged.sort((a, b) => b.passed - a.passed || b.work.modified - a.work.modified);
  const left = others.map(other => `${other.work.file} (${whyNot(other, best)})`);
  const { state, detail, work } = best;
  return { finding: { exercise, state, detail, taken: work.file, left }, taken: work };
}

function whyNot({ state, passed }: Judged, best: Judged): string {
  if (state === 'does not compile' || state === 'too large') return say(state);
  return say(passed < best.passed ? 'fewerPass' : 'savedEarlier');
}

async function judge(work: Work, functions: string[], runTests: RunTests): Promise<Judged> {
  const { state, detail } = work;
  if (state === 'too large') return { work, state, detail, passed: -2 };
  if (state === 'does not compile') return { work, state, detail, passed: -1 };
  let tests: TestResult[];
  try {
    tests = (await runTests(work, functions)).filter(({ hidden }) => !hidden);
  } catch (error) {
    return { work, state: 'tests fail', detail: (error as Error).message, passed: 0 };
  }
  const failed = tests.find(({ passed }) => !passed);
  const passed = tests.filter(test => test.passed).length;
  if (state === 'partly written') return { work, state, detail, passed: passed / tests.length };
  if (!failed) return { work, state: 'ready', detail: '', passed: 1 };
  const count = say('somePass', { passed, count: tests.length, failure: `${failed.title}: ${failed.message}` });
  return { work, state: 'tests fail', detail: count, passed: passed / tests.length };
}

/** The files of a work: a notebook with the cells of this exercise alone, named after it, beside what they import. */
function packed({ exercise, file, cells, contents }: Work): ZipFile[] {
  return Object.entries(contents).map(([name, content]) =>
    name === file && cells
      ? { name: `${path.posix.dirname(file)}/${exercise}.ipynb`, content: notebookOf(exercise, cells) }
      : { name, content },
  );
}

function notebookOf(exercise: string, cells: Cell[]): string {
  const code = cells.map(({ source }, i) => ({
    cell_type: 'code',
    id: `${exercise}-${i + 1}`,
    metadata: {},
    source,
    execution_count: null,
    outputs: [],
  }));
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: code }, null, 1);
}

const main = command('submit', async ({ values }) => {
  const out = path.resolve(values.out ?? 'submission.zip');
  const checker = new Checker();
  const { findings, files } = await lookOver(ROOT, ({ exercise, file }, asked) =>
    checker.check(exercise, undefined, { file, asked }),
  );
  checker.stop();
  for (const { exercise, state, detail, taken, left } of findings) {
    const found = taken ? say('takenFrom', { state: say(state), file: taken }) : say(state);
    console.log(`${state === 'ready' ? '✓' : '✗'} ${exercise}: ${found}${detail ? ` (${detail})` : ''}`);
    if (left.length) console.log(`    ${say('notTaken', { works: left.join(', ') })}`);
  }
  const ready = findings.filter(({ state }) => state === 'ready').length;
  const taken = findings.filter(({ taken }) => taken !== undefined).length;
  const broken = findings.filter(({ state }) => state === 'does not compile' || state === 'too large');
  if (files.length === 0) throw new Error(say('nothingToPack'));
  if (broken.length && !values.force)
    throw new Error(say('notPacked', { exercises: broken.map(({ exercise }) => exercise).join(', ') }));
  fs.writeFileSync(out, zip(files));
  console.log(say('handIn', { ready, count: findings.length, file: out, taken }));
});

runIfMain(module, main);
