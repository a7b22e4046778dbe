/** Which of a student's files is graded for an exercise: of several the newest that was worked on, and a note says so. */
import path from 'node:path';
import { exported, parse } from '../../harness/declarations';
import { holdsAnswer, type Notebook, parseNotebook, readNotebook } from '../../harness/notebook';
import { localFiles, type Work } from '../../harness/program';
import { decodeText } from '../../harness/text';
import { limited } from '../../node/limited';
import { isArchive } from './archive';
import { type HandIn, isIncidental, MAX_NOTEBOOK, workKind } from './handIn';

/** An exercise has 10 kB. */
const MAX_SOURCE = 1 << 18;
/** What one file may take to be read, and one student's work for one exercise to be put together. */
const READ_MILLISECONDS = 2000;
/** What all files of a student may take to be read. */
const STUDENT_MILLISECONDS = 20_000;
/** Files that were unpacked together differ by less, in milliseconds. */
const SAME_TIME = 3000;

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

/** How a file was recognized as an answer; the lower the better. */
enum Sign {
  ExactName,
  Name,
  CellIds,
  Content,
}

interface Candidate {
  file: string;
  kind: 'ts' | 'ipynb';
  sign: Sign;
  modified?: number;
  /** Something in it is not as it was handed out. */
  worked: boolean;
  answer: Pick<Choice, 'work' | 'source' | 'problem'>;
  notes: string[];
}

/** A student's files, each read and parsed once for all exercises. */
export class Chooser {
  private readonly texts = new Map<string, string | Error>();
  private readonly notebooks = new Map<string, Notebook | Error>();
  /** Files that an answer was made of, or that a note names. */
  private readonly used = new Set<string>();
  /** What may be work, and which exercise its name tells. */
  private readonly named: { file: string; kind: Candidate['kind']; modified?: number; meant?: string }[];

  constructor(
    private readonly handIn: HandIn,
    exercises: string[],
  ) {
    const meantBy = exerciseNames(exercises);
    this.named = [...handIn.files].flatMap(([file, { modified }]) => {
      const found = isIncidental(file) ? undefined : workKind(path.posix.basename(file));
      return found ? [{ file, kind: found.kind, modified, meant: meantBy(found.stem) }] : [];
    });
    const begun = Date.now();
    for (const { file, kind } of this.named) {
      if (Date.now() - begun > STUDENT_MILLISECONDS) {
        const late = new Error(`all files together take more than ${STUDENT_MILLISECONDS / 1000} s to read`);
        this.texts.set(file, late);
        this.notebooks.set(file, late);
      } else if (kind === 'ts') this.text(file);
      else this.parsed(file);
    }
  }

  /** The file that is graded for `exercise`, and what is odd about it. */
  choose(exercise: string, stub?: string): Choice {
    const { refused, problems } = this.handIn;
    let candidates: Candidate[];
    try {
      candidates = limited(READ_MILLISECONDS, `what was handed in for ${exercise}`, () =>
        this.candidatesFor(exercise, stub),
      );
    } catch (error) {
      return { problem: (error as Error).message };
    }
    candidates.forEach(({ file }) => this.used.add(file));
    const notes = [...problems];
    const [best, ...others] = candidates.sort(byPreference);
    if (best) {
      notes.push(...noteOnName(best, exercise), ...noteOnOthers(best, others), ...best.notes);
      return { ...best.answer, ...(notes.length ? { note: notes.join('; ') } : {}) };
    }
    const closed = [...refused].find(
      ([name]) => path.posix.basename(name) === `${exercise}.ts` || /(^|\/)exercises$/.test(name),
    );
    if (closed) return { problem: closed[1] };
    return { problem: notes.length ? `not handed in: ${notes.join('; ')}` : 'not handed in', absent: true };
  }

  /** After all exercises: what nobody read, one clause each. */
  unread(): string[] {
    const { files, refused } = this.handIn;
    const left = [...files.keys()].filter(name => !this.used.has(name) && !isArchive(name) && !isIncidental(name));
    const clauses = left.slice(0, 10).map(name => `${show(name)} ${this.whyUnread(name)}`);
    if (left.length > 10) clauses.push(`${left.length - 10} more files belong to no exercise`);
    return [...clauses, ...[...refused.values()].slice(0, 10)];
  }

  private whyUnread(name: string): string {
    if (/\.(rar|7z|gz|bz2|xz|zst|dmg|iso|alz|egg)$/i.test(name))
      return 'is an archive that is not read; .zip, .tar and .tar.gz are';
    const failure = this.texts.get(name) ?? this.notebooks.get(name);
    if (failure instanceof Error) return `belongs to no exercise: ${failure.message}`;
    return workKind(path.posix.basename(name)) ? 'belongs to no exercise' : 'is not read; .ts, .ipynb and .zip are';
  }

  private candidatesFor(exercise: string, stub?: string): Candidate[] {
    const names = stub === undefined ? [] : exported(parse(stub));
    return this.named.flatMap(({ file, kind, modified, meant }): Candidate[] => {
      if (meant !== undefined && meant !== exercise) return [];
      const sign = meant === undefined ? this.signIn(file, kind, exercise, names) : signOfName(file, exercise, kind);
      if (sign === undefined) return [];
      const answer = kind === 'ts' ? this.typescript(file, stub) : this.notebook(file, exercise, names, stub);
      return [{ file, kind, sign, modified, ...answer }];
    });
  }

  /** What in a file, whose name says nothing, shows that it answers the exercise. */
  private signIn(file: string, kind: Candidate['kind'], exercise: string, names: string[]): Sign | undefined {
    if (kind === 'ipynb') {
      const notebook = this.parsed(file);
      const certainty = notebook instanceof Error ? 0 : holdsAnswer(notebook, exercise, names);
      return certainty === 2 ? Sign.CellIds : certainty === 1 ? Sign.Content : undefined;
    }
    const text = this.text(file);
    if (text instanceof Error) return undefined;
    // A look at the text first: to parse every file for every exercise would take long.
    if (!names.length || !names.every(name => text.includes(name))) return undefined;
    const there = new Set(exported(parse(text)));
    return names.every(name => there.has(name)) ? Sign.Content : undefined;
  }

  private typescript(file: string, stub?: string): Pick<Candidate, 'worked' | 'answer' | 'notes'> {
    const text = this.text(file);
    if (text instanceof Error) return { worked: true, answer: { problem: text.message }, notes: [] };
    const worked = stub === undefined || plain(text) !== plain(stub);
    return { worked, answer: { source: text, work: this.withFiles({ source: text }, file) }, notes: [] };
  }

  private notebook(
    file: string,
    exercise: string,
    asked: string[],
    stub?: string,
  ): Pick<Candidate, 'worked' | 'answer' | 'notes'> {
    const notebook = this.parsed(file);
    if (notebook instanceof Error)
      return { worked: true, answer: { problem: `${path.posix.basename(file)}: ${notebook.message}` }, notes: [] };
    const { cells, notes, changed } = readNotebook(notebook, exercise, stub);
    const source = cells.map(({ label, source }) => `// ${label}\n${source}\n`).join('\n');
    return { worked: changed, answer: { source, work: this.withFiles({ cells, asked }, file) }, notes };
  }

  private withFiles(work: Work, file: string): Work {
    const texts = work.cells?.map(({ source }) => source) ?? [work.source!];
    const read = (name: string): string | undefined => {
      const text = this.handIn.files.has(name) ? this.text(name) : undefined;
      return typeof text === 'string' ? text : undefined;
    };
    const folder = path.posix.dirname(file);
    const files = localFiles(folder, texts, read);
    Object.keys(files).forEach(name => this.used.add(path.posix.join(folder, name)));
    return Object.keys(files).length ? { ...work, files } : work;
  }

  private parsed(file: string): Notebook | Error {
    return this.read(file, MAX_NOTEBOOK, this.notebooks, parseNotebook);
  }

  private text(file: string): string | Error {
    return this.read(file, MAX_SOURCE, this.texts, text => text);
  }

  private read<T>(file: string, most: number, known: Map<string, T | Error>, make: (text: string) => T): T | Error {
    if (!known.has(file)) {
      let value: T | Error;
      try {
        const content = this.handIn.files.get(file)!.read();
        if (content.length > most)
          throw new Error(`${path.posix.basename(file)} has ${content.length} bytes; at most ${most} are read`);
        // Outside of the limit: Node itself may end where its own decoding is cut short.
        const text = decodeText(content);
        value = limited(READ_MILLISECONDS, path.posix.basename(file), () => make(text));
      } catch (error) {
        value = error as Error;
      }
      known.set(file, value);
    }
    return known.get(file)!;
  }
}

/** Which exercise a file's name tells, if any: the longest that is in it, however it is written. */
function exerciseNames(exercises: string[]): (stem: string) => string | undefined {
  const key = (text: string): string =>
    text
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-');
  const short = (name: string): string => key(name).replace(/^\d+-/, '');
  const known = [...exercises]
    .sort((a, b) => b.length - a.length)
    .map(exercise => ({
      exercise,
      // With JupyterLab's 07-pareto-Copy1, or a number right after it.
      within: new RegExp(`-${key(exercise)}(copy)?\\d*-`),
      squeezed: key(exercise).replace(/-/g, ''),
      // Without its number, where no two exercises share the rest.
      short:
        exercises.filter(other => short(other) === short(exercise)).length === 1 ? `-${short(exercise)}-` : undefined,
    }));
  return stem => {
    const name = `-${key(stem)}-`;
    const squeezed = name.replace(/-/g, '');
    const found = known.find(one => one.within.test(name) || one.squeezed === squeezed);
    return (found ?? known.find(one => one.short === name))?.exercise;
  };
}

function signOfName(file: string, exercise: string, kind: Candidate['kind']): Sign {
  return path.posix.basename(file) === `${exercise}.${kind}` ? Sign.ExactName : Sign.Name;
}

/** Puts first what is graded. */
function byPreference(a: Candidate, b: Candidate): number {
  const later = (b.modified ?? 0) - (a.modified ?? 0);
  return (
    Number(a.answer.problem !== undefined) - Number(b.answer.problem !== undefined) ||
    Number(b.worked) - Number(a.worked) ||
    Number(isPutAway(a.file)) - Number(isPutAway(b.file)) ||
    (isNewer(a, b) || isNewer(b, a) ? later : 0) ||
    a.sign - b.sign ||
    (a.kind === b.kind ? 0 : a.kind === 'ts' ? -1 : 1) ||
    depth(a.file) - depth(b.file) ||
    (a.file < b.file ? -1 : 1)
  );
}

const isNewer = (a: Candidate, b: Candidate): boolean =>
  a.modified !== undefined && b.modified !== undefined && a.modified > b.modified + SAME_TIME;
const isPutAway = (file: string): boolean =>
  /(^|\/)(backups?|old|archive|solutions?|tmp|temp|bak|previous)\//i.test(file);
/** The folder of exercises counts as none. */
const depth = (file: string): number => file.replace(/(^|\/)exercises\//, '$1').split('/').length;

function noteOnName({ file, kind, sign }: Candidate, exercise: string): string[] {
  const base = path.posix.basename(file);
  if (isPutAway(file)) return [`${show(file)} was taken for ${exercise}.${kind}`];
  const isPlain = sign === Sign.ExactName || (sign === Sign.CellIds && kind === 'ipynb');
  return isPlain ? [] : [`${show(base)} was taken for ${exercise}.${kind}`];
}

function noteOnOthers(best: Candidate, others: Candidate[]): string[] {
  const different = others.filter(other => other.worked && plain(other.answer.source ?? '') !== plain(best.answer.source ?? '')); // prettier-ignore
  if (different.length === 0) {
    const untouched = others.find(other => !other.worked && other.sign === Sign.ExactName && other.kind === best.kind);
    return best.worked && untouched ? [`${show(untouched.file)} is as it was handed out, so ${show(best.file)} is graded`] : []; // prettier-ignore
  }
  const why = different.some(other => isNewer(best, other))
    ? 'the newest is graded'
    : best.kind === 'ts' && different.every(({ kind }) => kind === 'ipynb')
      ? 'the .ts file is graded'
      : 'the one with the plainest name and place is graded';
  const names = [best, ...different].map(({ file }) => show(file)).slice(0, 5).join(', '); // prettier-ignore
  return [`${different.length + 1} files hold different answers (${names}): ${why}, which is ${show(best.file)}`];
}

const plain = (text: string): string => text.replace(/\s+/g, ' ').trim();
const show = (name: string): string => name.slice(-100).replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, '?');
