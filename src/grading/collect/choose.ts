/** Which of a student's files is graded for an exercise. */
import path from 'node:path';
import { type HandIn, MAX_NOTEBOOK } from './handIn';
import { exported, parse } from '../../harness/declarations';
import { holdsAnswer, readNotebook } from '../../harness/notebook';
import { localFiles, type Work } from '../../harness/program';
import { decodeText } from '../../harness/text';

/** An exercise has 10 kB. */
const MAX_SOURCE = 1 << 18;

/** What is graded for an exercise. */
export interface Choice {
  /** What runs, or undefined with the reason in `problem`. */
  work?: Work;
  /** The student's TypeScript for people to read: that of a notebook is all its code cells. */
  source?: string;
  problem?: string;
  /** What was unusual about the work that is graded all the same. */
  note?: string;
  /** There is no trace of this exercise in what the student handed in. */
  absent?: boolean;
}

/** The file that is graded for `exercise`, and what is odd about it. */
export function choose(
  { files, refused, problems }: HandIn,
  exercise: string,
  exercises: string[],
  stub?: string,
): Choice {
  const notes = [...problems];
  const done = (result: Pick<Choice, 'work' | 'source' | 'problem'>) => ({
    ...result,
    ...(notes.length ? { note: notes.join('; ') } : {}),
  });
  const readText = (name: string): string | undefined => {
    const read = files.get(name);
    return read && textOf(read(), name);
  };
  const withFiles = (work: Work, name: string): Work => {
    const texts = work.cells?.map(({ source }) => source) ?? [work.source!];
    const found = localFiles(path.posix.dirname(name), texts, readText);
    return Object.keys(found).length ? { ...work, files: found } : work;
  };
  const ranked = (extension: string): string[] =>
    [...files.keys()]
      .filter(name => belongs(path.posix.basename(name), exercise, exercises, extension))
      .sort((a, b) => rank(a, exercise, extension) - rank(b, exercise, extension) || (a < b ? -1 : 1));
  try {
    const [file] = ranked('.ts');
    const typescript = file === undefined ? undefined : textOf(files.get(file)!(), file);
    const notebook = answerOf(files, ranked('.ipynb'), exercise, stub);
    const unchanged = typescript !== undefined && stub !== undefined && typescript.trim() === stub.trim();
    if (typescript !== undefined && !(unchanged && notebook?.changed)) {
      if (path.posix.basename(file) !== `${exercise}.ts`)
        notes.push(`${path.posix.basename(file).slice(0, 100)} was taken for ${exercise}.ts`);
      if (notebook?.changed) notes.push(`both ${exercise}.ts and a notebook were handed in; the .ts file is graded`);
      return done({ source: typescript, work: withFiles({ source: typescript }, file) });
    }
    if (notebook) {
      notes.push(...notebook.notes);
      const { cells, problem, name } = notebook;
      if (!cells) return done({ problem });
      const source = cells.map(({ label, source }) => `// ${label}\n${source}\n`).join('\n');
      const asked = stub === undefined ? [] : exported(parse(stub));
      return done({ source, work: withFiles({ cells, asked }, name) });
    }
  } catch (error) {
    return done({ problem: (error as Error).message });
  }
  const closed = [...refused].find(
    ([name]) => path.posix.basename(name) === `${exercise}.ts` || /(^|\/)exercises$/.test(name),
  );
  if (closed) return { problem: closed[1] };
  return { problem: notes.length ? `not handed in: ${notes.join('; ')}` : 'not handed in', absent: true };
}

function answerOf(files: HandIn['files'], named: string[], exercise: string, stub?: string) {
  const others = [...files.keys()].filter(name => /\.ipynb$/i.test(name) && !named.includes(name)).sort();
  const read = (name: string): string => textOf(files.get(name)!(), name, MAX_NOTEBOOK);
  const certainty = (name: string): number => (named.includes(name) ? 3 : holdsAnswer(read(name), exercise, stub));
  const [first] = [...named, ...others]
    .map(name => ({ name, certainty: certainty(name) }))
    .filter(({ certainty }) => certainty > 0)
    .sort((a, b) => b.certainty - a.certainty);
  return first && { name: first.name, ...readNotebook(read(first.name), exercise, stub) };
}

/** Whether a file may be the exercise: its name, also as browsers and platforms number a second upload. */
function belongs(base: string, exercise: string, exercises: string[], extension: string): boolean {
  if (!base.toLowerCase().endsWith(extension)) return false;
  const stem = base.slice(0, -extension.length).toLowerCase();
  if (stem === exercise.toLowerCase()) return true;
  if (exercises.some(other => other.toLowerCase() === stem)) return false;
  return stem.replace(/(-\d+|\s*\(\d+\)|[ _-]copy)$/, '') === exercise.toLowerCase();
}

function rank(name: string, exercise: string, extension: string): number {
  const parts = name.split('/');
  const exact = parts[parts.length - 1] === exercise + extension ? 0 : 1000;
  const home = parts[parts.length - 2] === 'exercises' ? 0 : 100;
  return exact + home + parts.length;
}

function textOf(content: Buffer, name: string, most = MAX_SOURCE): string {
  if (content.length > most)
    throw new Error(`${path.posix.basename(name)} has ${content.length} bytes; at most ${most} are read`);
  return decodeText(content);
}
