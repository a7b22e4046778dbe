/** Which of a student's files is graded for an exercise. */
import path from 'node:path';
import { type HandIn, MAX_NOTEBOOK } from './handIn';
import { hasCellsOf, readNotebook } from './notebook';

/** An exercise has 10 kB. */
const MAX_SOURCE = 1 << 18;

/** What is graded for an exercise. */
export interface Choice {
  /** The student's TypeScript, or undefined with the reason in `problem`. */
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
  const done = (result: { source?: string; problem?: string }) => ({
    ...result,
    ...(notes.length ? { note: notes.join('; ') } : {}),
  });
  const ranked = (extension: string): string[] =>
    [...files.keys()]
      .filter(name => belongs(path.posix.basename(name), exercise, exercises, extension))
      .sort((a, b) => rank(a, exercise, extension) - rank(b, exercise, extension) || (a < b ? -1 : 1));
  try {
    const [file] = ranked('.ts');
    const typescript = file === undefined ? undefined : decodeText(files.get(file)!(), file);
    const notebook = answerOf(files, ranked('.ipynb'), exercise, stub);
    const unchanged = typescript !== undefined && stub !== undefined && typescript.trim() === stub.trim();
    if (typescript !== undefined && !(unchanged && notebook?.changed)) {
      if (path.posix.basename(file) !== `${exercise}.ts`)
        notes.push(`${path.posix.basename(file).slice(0, 100)} was taken for ${exercise}.ts`);
      if (notebook?.changed) notes.push(`both ${exercise}.ts and a notebook were handed in; the .ts file is graded`);
      return done({ source: typescript });
    }
    if (notebook) {
      notes.push(...notebook.notes);
      return done(notebook.source === undefined ? { problem: notebook.problem } : { source: notebook.source });
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
  for (const name of [...named, ...others]) {
    const content = files.get(name)!();
    if (content.length > MAX_NOTEBOOK)
      throw new Error(`${path.posix.basename(name)} has ${content.length} bytes; at most ${MAX_NOTEBOOK} are read`);
    const text = content.toString('utf8').replace(/^\ufeff/, '');
    if (named.includes(name) || hasCellsOf(text, exercise)) return readNotebook(text, exercise, stub);
  }
  return undefined;
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

/** Text as editors on any system save it. */
function decodeText(content: Buffer, name: string): string {
  if (content.length > MAX_SOURCE)
    throw new Error(`${path.posix.basename(name)} has ${content.length} bytes; at most ${MAX_SOURCE} are read`);
  if (content[0] === 0xff && content[1] === 0xfe) return content.toString('utf16le', 2);
  return content.toString('utf8').replace(/^\ufeff/, '');
}
