/** What a student has written for each exercise, wherever it is: in exercises/, or in the cells of a notebook, as last saved. */
import fs from 'node:fs';
import path from 'node:path';
import type * as Esbuild from 'esbuild';
import { say } from '../base/sentences';
import { answerCells, writtenIn } from '../harness/answerCells';
import { holdsAnswer, type Notebook, parseNotebook } from '../harness/notebook';
import { type Cell, localFiles } from '../harness/program';
import { decodeText } from '../harness/text';
import { sha256 } from '../node/files';
import { filesBelow } from '../setup/steps';
import type { Facts } from './facts';

/** An exercise has 10 kB. */
const MAX_SOURCE = 1 << 18;

/** What a student wrote for an exercise at one place. */
export interface Work {
  exercise: string;
  /** From the root of the kit, with slashes. */
  file: string;
  state: 'not begun' | 'partly written' | 'written' | 'does not compile' | 'too large';
  /** What is to do next. */
  detail: string;
  /** When the file was saved last, in milliseconds. */
  modified: number;
  /** Of a notebook, those that hold the answer. */
  cells?: Cell[];
  /** All that its result depends on: the file, or the cells of a notebook, and the local files that they import, by path. */
  contents: Record<string, string>;
  /** The same for the same contents. */
  key: string;
}

/** The works of every exercise in `facts`, below `root`. */
export function worksOf(root: string, facts: Record<string, Facts>): Map<string, Work[]> {
  const notebooks = notebooksOf(root);
  return new Map(
    Object.entries(facts).map(([exercise, { functions }]) => {
      const file = `exercises/${exercise}.ts`;
      const found = isFile(path.join(root, file)) ? [inFile(root, exercise, file, functions)] : [];
      return [exercise, [...found, ...notebooks.flatMap(notebook => inNotebook(root, exercise, notebook, functions))]];
    }),
  );
}

interface NotebookFile {
  file: string;
  text: string;
  /** Parsed when it is asked for. */
  cells(): Notebook | Error;
}

function notebooksOf(root: string): NotebookFile[] {
  const files = ['exercises', 'notebooks'].flatMap(folder =>
    fs.existsSync(path.join(root, folder)) ? filesBelow(path.join(root, folder)).map(name => `${folder}/${name}`) : [],
  );
  return files
    .filter(file => file.endsWith('.ipynb') && !/(^|\/)\./.test(file))
    .sort()
    .map(file => {
      const text = decodeText(fs.readFileSync(path.join(root, file)));
      let parsed: Notebook | Error | undefined;
      const cells = (): Notebook | Error => {
        try {
          return (parsed ??= parseNotebook(text));
        } catch (error) {
          return (parsed = error as Error);
        }
      };
      return { file, text, cells };
    });
}

function inFile(root: string, exercise: string, file: string, asked: string[]): Work {
  const content = fs.readFileSync(path.join(root, file));
  const modified = fs.statSync(path.join(root, file)).mtimeMs;
  const work = { exercise, file, modified, contents: {}, key: '' };
  const name = path.posix.basename(file);
  if (content.length > MAX_SOURCE) {
    const detail = say('bytes', { file: name, bytes: content.length, most: MAX_SOURCE });
    return { ...work, state: 'too large', detail };
  }
  const text = decodeText(content);
  const whole = withContents({ ...work, ...stateOf([text], asked) }, root, [text]);
  const { transformSync } = require('esbuild') as typeof Esbuild;
  try {
    transformSync(text, { loader: 'ts', format: 'cjs', target: 'node20', logLevel: 'silent' });
    return whole;
  } catch (error) {
    const { text: what, location } = (error as Esbuild.TransformFailure).errors[0];
    return {
      ...whole,
      state: 'does not compile',
      detail: say('atLine', { file: name, line: location?.line ?? '?', text: what }),
    };
  }
}

function inNotebook(root: string, exercise: string, notebook: NotebookFile, asked: string[]): Work[] {
  const { file, text } = notebook;
  const own = path.posix.basename(file, '.ipynb') === exercise;
  // A lecture's number tells whose cells it has; a look at the text first, since to parse every notebook would take long.
  const number = /^(\d\d)-/.exec(path.posix.basename(file))?.[1];
  if (!own && number !== undefined && number !== exercise.slice(0, 2)) return [];
  if (!own && !asked.every(name => text.includes(name))) return [];
  const modified = fs.statSync(path.join(root, file)).mtimeMs;
  const work = { exercise, file, modified, contents: {}, key: '' };
  const cells = notebook.cells();
  if (cells instanceof Error)
    return own
      ? [{ ...work, state: 'does not compile', detail: `${file}: ${cells.message}`, contents: { [file]: text } }]
      : [];
  const code = cells.filter(({ kind }) => kind === 'code');
  const broken = code.find(
    ({ fault, source }) => fault !== undefined && asked.some(name => source.includes(`function ${name}`)),
  );
  if (!broken && !holdsAnswer(cells, exercise, asked)) return [];
  // What most notebooks are: as handed out.
  const declaring = code.filter(({ names }) => names.some(name => asked.includes(name)));
  const found = stateOf(
    declaring.map(({ source }) => source),
    asked,
  );
  if (!broken && found.state === 'not begun') return [{ ...work, ...found }];
  const needed = answerCells(
    code.filter(({ fault }) => fault === undefined).map(({ label, source }) => ({ label, source })),
    asked,
  );
  const sources = needed.map(({ source }) => source);
  const whole = { ...withContents({ ...work, ...found }, root, sources), cells: needed };
  if (!broken) return [whole];
  return [{ ...whole, state: 'does not compile', detail: `${file} ${broken.label}: ${broken.fault}` }];
}

function stateOf(texts: string[], asked: string[]): Pick<Work, 'state' | 'detail'> {
  const all = writtenIn(texts, asked);
  const [next] = all.filter(({ state }) => state !== 'written');
  if (!next) return { state: 'written', detail: '' };
  const isBegun = all.some(({ state }) => state === 'begun' || state === 'written');
  const detail = next.hint ? say('stillToDo', { hint: next.hint }) : say('isMissing', { name: next.name });
  return { state: isBegun ? 'partly written' : 'not begun', detail };
}

function withContents(work: Omit<Work, 'cells'>, root: string, texts: string[]): Work {
  const folder = path.posix.dirname(work.file);
  const read = (name: string): string | undefined => {
    const file = path.join(root, name);
    return isFile(file) ? decodeText(fs.readFileSync(file)) : undefined;
  };
  const local = Object.entries(localFiles(folder, texts, read)).map(([name, text]) => [`${folder}/${name}`, text]);
  const contents = Object.fromEntries([[work.file, texts.join('\n')], ...local]) as Record<string, string>;
  return { ...work, contents, key: sha256(JSON.stringify([work.exercise, texts, local])) };
}

const isFile = (file: string): boolean => fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
