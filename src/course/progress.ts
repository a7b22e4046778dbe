/** How far a student is: which exercises are done, in files and in cells of notebooks, what they are worth, and what is left. */
import fs from 'node:fs';
import path from 'node:path';
import { preferred, say } from '../base/sentences';
import { jupyterDisplay } from '../display/figures/figure';
import type { MimeBundle } from '../display/figures/host';
import { table } from '../display/table';
import { bundleTest } from '../harness/bundle';
import { testFileOf } from '../harness/exercises';
import { sha256, writeWhole } from '../node/files';
import { refusePackage, ROOT } from '../node/root';
import { filesBelow } from '../setup/steps';
import { Checker } from './checker';
import { type Facts, factsOf } from './facts';
import type { Work } from './works';

const CACHE_FILE = path.join(ROOT, '.cache/progress.json');

/** How far one exercise is. */
export interface ExerciseProgress {
  exercise: string;
  state: 'done' | 'begun' | 'not begun';
  /** Of all that it is worth: those of its public tests that pass, and all where all pass. */
  points: number;
  of: number;
  /** About how many minutes are left. */
  minutes: number;
  /** Where the work is that counts. */
  file?: string;
  /** What is to do next, or which test fails. */
  detail: string;
}

/** What the public tests said of a work. */
interface Result {
  passed: number;
  count: number;
  points: number;
  failure?: string;
}

/** How far all exercises are. A notebook shows it as a table by lecture; `toString()` lists every exercise. */
export class Progress {
  constructor(
    readonly exercises: readonly ExerciseProgress[],
    /** By number, '03'. */
    private readonly titles: Readonly<Record<string, string>>,
  ) {}

  private lectures(): [title: string, exercises: ExerciseProgress[]][] {
    const numbers = [...new Set(this.exercises.map(({ exercise }) => exercise.slice(0, 2)))];
    return numbers.map(number => [
      this.titles[number] ?? number,
      this.exercises.filter(({ exercise }) => exercise.startsWith(number)),
    ]);
  }

  toString(): string {
    const width = Math.max(...this.exercises.map(({ exercise }) => exercise.length));
    const summary = (title: string, list: readonly ExerciseProgress[]): string => {
      const { done, points, left } = sums(list);
      return `${title}: ${say('done')} ${done}, ${say('points')} ${points}${left ? `, ${say('left')} ${left}` : ''}`;
    };
    const lines = this.lectures().flatMap(([title, list]) => [
      summary(title, list),
      ...list.map(({ exercise, state, detail, file }) => {
        const mark = { done: '✓', begun: '✗', 'not begun': '·' }[state];
        return `  ${mark} ${exercise.padEnd(width)}  ${[file, detail].filter(Boolean).join(': ')}`.trimEnd();
      }),
    ]);
    return [...lines, summary(say('inAll'), this.exercises), say('asSaved')].join('\n');
  }

  [jupyterDisplay](): MimeBundle | Promise<MimeBundle> {
    const row = (title: string, list: readonly ExerciseProgress[]): object => {
      const { done, points, left } = sums(list, (part, whole) => `${part}/${whole}`);
      const next = list.find(({ state }) => state !== 'done');
      return {
        // As narrow as a telephone: no subtitles, and fractions.
        ...{ [say('lecture')]: title.replace(/:.*/, ''), [say('done')]: done, [say('points')]: points },
        [say('left')]: left || '✓',
        [say('next')]: next ? `${next.exercise}${next.state === 'begun' ? ` (${next.detail})` : ''}` : '',
      };
    };
    const rows = [...this.lectures().map(([title, list]) => row(title, list)), row(say('inAll'), this.exercises)];
    return table(rows, { caption: say('asSaved') }).bundle;
  }
}

function sums(
  list: readonly ExerciseProgress[],
  of = (part: number, whole: number): string => say('of', { part, whole }),
): Record<'done' | 'points' | 'left', string> {
  const sum = (what: (one: ExerciseProgress) => number): number => list.reduce((total, one) => total + what(one), 0);
  const [minutes, earned, worth] = [sum(one => one.minutes), sum(one => one.points), sum(one => one.of)];
  return {
    done: of(
      sum(({ state }) => Number(state === 'done')),
      list.length,
    ),
    points: of(earned, worth),
    left: minutes ? duration(minutes) : '',
  };
}

function duration(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  const parts = [hours && say('hours', { count: hours }), rest && say('minutes', { count: rest })];
  return parts.filter(Boolean).join(' ');
}

/**
 * Shows which exercises are done, what they are worth and how long the rest takes, from the files and notebooks as last
 * saved. What was checked before and has not changed since, is not checked again.
 *
 * @example await progress()
 */
export async function progress(): Promise<Progress> {
  refusePackage('The exercises');
  return progressIn(ROOT, CACHE_FILE);
}

/** The same of what is below `root`, with the results before in `cacheFile`. */
export async function progressIn(root: string, cacheFile: string): Promise<Progress> {
  // Here, as the npm package comes without a compiler.
  const { worksOf } = require('./works') as typeof import('./works');
  const facts = factsOf(root);
  const results = new Results(root, cacheFile);
  const exercises: ExerciseProgress[] = [];
  try {
    for (const [exercise, works] of worksOf(root, facts))
      exercises.push(await progressOf(exercise, works, facts[exercise], results));
  } finally {
    results.close();
  }
  return new Progress(exercises, titles());
}

/** Of the lectures, by number, in the chosen language. */
function titles(): Record<string, string> {
  const folder = path.join(ROOT, 'notebooks/source');
  const ending = preferred() === 'ko' ? '.ko.md' : '.md';
  const files = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  const chosen = files.filter(file => new RegExp(`^\\d\\d-[\\w-]+\\${ending}$`).test(file));
  return Object.fromEntries(
    chosen.map(file => {
      const text = fs.readFileSync(path.join(folder, file), 'utf8');
      return [file.slice(0, 2), /^# (.+)$/m.exec(text)?.[1] ?? file];
    }),
  );
}

async function progressOf(
  exercise: string,
  works: Work[],
  { points: of, minutes, functions }: Facts,
  results: Results,
): Promise<ExerciseProgress> {
  const begun = works.filter(({ state }) => state !== 'not begun');
  const all: (ExerciseProgress & { modified: number })[] = [];
  for (const work of begun) {
    const { file, modified } = work;
    const common = { exercise, of, minutes, file, modified };
    if (work.state === 'does not compile' || work.state === 'too large') {
      all.push({ ...common, state: 'begun', points: 0, detail: work.detail });
      continue;
    }
    const { passed, count, points, failure } = await results.of(work, functions);
    const isDone = work.state === 'written' && count > 0 && passed === count;
    if (isDone) all.push({ ...common, state: 'done', points: of, minutes: 0, detail: '' });
    else {
      const detail = work.detail || say('somePass', { passed, count, failure: failure! });
      all.push({ ...common, state: 'begun', points: Math.min(of, points), detail });
    }
  }
  const [best] = all.sort((a, b) => b.points - a.points || b.modified - a.modified);
  const worth = say('worth', { points: of, minutes });
  if (!best) return { exercise, state: 'not begun', points: 0, of, minutes, detail: worth };
  const { modified: _, ...shown } = best;
  return shown;
}

/** Results of works by what they depend on: the work itself, what it imports, the tests and the library. */
class Results {
  private readonly before: Record<string, Result>;
  private readonly now: Record<string, Result> = {};
  private readonly checker = new Checker();
  private readonly library = libraryStamp();

  constructor(
    private readonly root: string,
    private readonly file: string,
  ) {
    this.before = readResults(file);
  }

  async of(work: Work, asked: string[]): Promise<Result> {
    const key = sha256(work.key, this.library, bundleTest(testFileOf(work.exercise)).hash, preferred());
    const result = this.before[key] ?? (await this.check(work, asked));
    // Another run may be quicker.
    if (!this.checker.isLate(result.failure ?? '')) this.now[key] = result;
    return result;
  }

  private async check({ exercise, file }: Work, asked: string[]): Promise<Result> {
    try {
      const all = await this.checker.check(exercise, undefined, { file: path.join(this.root, file), asked });
      const tests = all.filter(({ hidden }) => !hidden);
      const passed = tests.filter(test => test.passed);
      return {
        passed: passed.length,
        count: tests.length,
        points: passed.reduce((sum, { points }) => sum + points, 0),
        failure: tests.find(test => !test.passed)?.message,
      };
    } catch (error) {
      return { passed: 0, count: 0, points: 0, failure: (error as Error).message };
    }
  }

  /** Keeps the results of this time alone, so that the file does not grow. */
  close(): void {
    this.checker.stop();
    writeWhole(this.file, JSON.stringify(this.now));
  }
}

function readResults(file: string): Record<string, Result> {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, Result>;
  } catch {
    return {};
  }
}

/** Changes with the compiled library. */
function libraryStamp(): string {
  const dist = path.join(ROOT, 'dist');
  const files = filesBelow(dist).filter(name => name.endsWith('.js'));
  return sha256(
    ...files.map(name => {
      const { size, mtimeMs } = fs.statSync(path.join(dist, name));
      return `${name} ${size} ${mtimeMs};`;
    }),
  );
}
