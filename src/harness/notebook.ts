/**
 * A notebook as an answer: all its code cells in their order, as the kernel runs them. Against the exercise as it was
 * handed out, what was lost is filled in and what is odd is noted. Nothing is executed here, and no output is read.
 */
import ts from 'typescript';
import { type ExerciseCell, exerciseCells } from './stub';
import { declaredValues, parse } from './declarations';
import type { Cell } from './program';

export interface NotebookAnswer {
  /** What runs. */
  cells: Cell[];
  /** One sentence for each cell that is not as handed out: deleted, edited, doubled, moved. */
  notes: string[];
  /** Whether the student wrote anything at all. */
  changed: boolean;
}

/** The cells of a notebook file. */
export type Notebook = StudentCell[];

interface StudentCell extends Cell {
  id?: string;
  kind: 'code' | 'markdown' | 'raw';
  /** What it declares; nothing where it does not compile. */
  names: string[];
  fault?: string;
}

/** All cells of a notebook together. */
const MAX_CODE = 1 << 20;

/** @throws one sentence for what is no notebook, or too much of one */
export function parseNotebook(text: string): Notebook {
  try {
    return cellsOf(JSON.parse(text));
  } catch (error) {
    throw new Error(`the notebook cannot be read: ${(error as Error).message.slice(0, 200)}`);
  }
}

/** The code cells that are graded. With `stub`, the exercise as handed out, also what the student lost of it. */
export function readNotebook(cells: Notebook, exercise: string, stub?: string): NotebookAnswer {
  const notes: string[] = [];
  const run = new Set(cells.filter(({ kind }) => kind === 'code'));
  if (stub === undefined) return { cells: [...run].map(plain), notes, changed: true };

  const template = exerciseCells(stub, exercise);
  const lost: Cell[] = [];
  const isLecture = cells.some(({ id }) => id !== undefined && isLectureId(id, exercise));
  const shortened = new Map<StudentCell, string>();
  let changed = false;
  for (const cell of template) {
    if (cell.given) lost.push(...lostOfGiven(cell, cells, notes));
    else {
      const { written, untouched } = answersTo(cell, cells, notes, isLecture);
      if (written.length) changed = true;
      written.forEach(answer => run.add(answer));
      // A copy left as it was must not win over the answer before it; a lecture's cell holds more than the copy.
      if (written.length)
        for (const copy of untouched)
          shortened.set(copy, withoutDeclarations(shortened.get(copy) ?? copy.source, valuesOf(cell.source)));
      else if (!untouched.length) lost.push({ label: `cell ${cell.id} as handed out`, source: cell.source });
    }
  }
  const found = template.map(cell => placeOf(cell, cells)).filter(place => place >= 0);
  if (found.some((place, i) => i > 0 && place < found[i - 1]))
    notes.push("the cells were reordered: they run in the notebook's order");
  // Cells that a student turned to Markdown run where they are.
  const left = cells
    .filter(cell => run.has(cell))
    .map(cell => ({ ...plain(cell), source: shortened.get(cell) ?? cell.source }))
    .filter(({ source }) => source.trim());
  return { cells: [...lost, ...left], notes: [...new Set(notes)], changed };
}

const plain = ({ label, source }: StudentCell): Cell => ({ label, source });

/** Where a cell of the exercise is: by its id, or by what it declares. */
function placeOf({ id, source }: ExerciseCell, cells: StudentCell[]): number {
  const place = cells.findIndex(cell => cell.id === id);
  if (place >= 0) return place;
  const names = valuesOf(source);
  return cells.findIndex(cell => names.some(name => cell.names.includes(name)));
}

/** A cell of the exercise that no cell of the student's declares any more. */
function lostOfGiven(cell: ExerciseCell, cells: StudentCell[], notes: string[]): Cell[] {
  const names = valuesOf(cell.source);
  const there = new Set(cells.flatMap(({ kind, names }) => (kind === 'code' ? names : [])));
  const own = cells.filter(({ id, kind }) => id === cell.id && kind === 'code');
  if (own.some(({ source }) => !same(source, cell.source)))
    notes.push(`cell ${cell.id} is given and was edited: it runs as edited`);
  const missing = names.filter(name => !there.has(name));
  if (missing.length === 0) return [];
  if (cells.some(({ source }) => missing.some(name => source.includes(name)))) {
    const what = own.length ? `no longer declares ${missing.join(', ')}` : 'was deleted';
    notes.push(`cell ${cell.id} is given and ${what}: it runs first as handed out`);
  }
  return [{ label: `cell ${cell.id} as handed out`, source: cell.source }];
}

/** The student's cells for one of the exercise: those with its id or that declare its names, written or as handed out. */
function answersTo(
  cell: ExerciseCell,
  cells: StudentCell[],
  notes: string[],
  isLecture: boolean,
): { written: StudentCell[]; untouched: StudentCell[] } {
  const { id } = cell;
  const names = valuesOf(cell.source);
  const declares = ({ names: own }: StudentCell): boolean => names.some(name => own.includes(name));
  const all = cells.filter(other => other.id === id || declares(other));
  const code = all.filter(({ kind }) => kind === 'code');
  for (const { fault, ...other } of code)
    if (fault && other.id === id) notes.push(`cell ${id} does not compile: ${fault}`);
  const compiled = code.filter(({ fault }) => !fault);
  const untouched = compiled.filter(({ source }) => isHandedOut(source, cell.source, names));
  const written = compiled.filter(other => !untouched.includes(other) && (declares(other) || other.id === id));
  if (written.some(declares)) {
    if (!isLecture && !code.some(other => other.id === id))
      notes.push(`cell ${id} was deleted or lost its id: ${names.join(', ')} is in another cell, which is graded`);
    else if (written.filter(declares).length > 1)
      notes.push(`${names.join(', ')} is there ${written.filter(declares).length} times: the last definition counts`);
    return { written, untouched };
  }
  const turned = all.filter(
    other => other.kind !== 'code' && !other.fault && declares(other) && !same(other.source, cell.source),
  );
  if (turned.length) {
    const [{ kind, label }] = turned;
    notes.push(
      `${label} was turned to ${kind === 'raw' ? 'raw text' : 'Markdown'}: it is graded as the code that it is`,
    );
    return { written: turned, untouched };
  }
  if (code.length === 0) notes.push(`cell ${id} was deleted: it counts as not written`);
  return { written, untouched };
}

/** How surely a notebook that is not named after the exercise holds an answer to it, which declares `names`: 0 is not at all. */
export function holdsAnswer(cells: Notebook, exercise: string, names: string[]): number {
  if (cells.some(({ id }) => id?.startsWith(`${exercise}-`))) return 2;
  const declares = (name: string): boolean => cells.some(cell => cell.names.includes(name));
  return names.length > 0 && names.every(declares) ? 1 : 0;
}

function cellsOf(notebook: unknown): StudentCell[] {
  const { nbformat, cells, worksheets } = (notebook ?? {}) as Record<string, unknown>;
  const list = cells ?? (worksheets as { cells?: unknown }[] | undefined)?.[0]?.cells;
  if (!Array.isArray(list)) throw new Error(`it has no list of cells (nbformat ${JSON.stringify(nbformat)})`);
  if (list.length > 2000) throw new Error(`it has ${list.length} cells; at most 2000 are read`);
  let characters = 0;
  return list.flatMap((cell: Record<string, unknown> | null, i): StudentCell[] => {
    const kind = cell?.cell_type;
    if (kind !== 'code' && kind !== 'markdown' && kind !== 'raw') return [];
    const text = cell!.source ?? cell!.input;
    const source = Array.isArray(text) ? text.filter(line => typeof line === 'string').join('') : text;
    if (typeof source !== 'string') return [];
    if (kind === 'code' && (characters += source.length) > MAX_CODE)
      throw new Error(`its code cells have more than ${MAX_CODE >> 20} MiB together`);
    const marks = (cell!.metadata as { nbgrader?: { grade_id?: unknown } } | null | undefined)?.nbgrader;
    const id = typeof marks?.grade_id === 'string' ? marks.grade_id : cell!.id;
    return [
      { label: `cell ${i + 1}`, id: typeof id === 'string' ? id : undefined, kind, source, ...parsed(source, kind) },
    ];
  });
}

/** What a cell declares, or why it does not compile. */
function parsed(source: string, kind: StudentCell['kind']): Pick<StudentCell, 'names' | 'fault'> {
  // Prose is not parsed: only what may be code that was turned to it.
  const mayBeCode = source.length < 1 << 16 && /\b(function|const|let|class)\b/.test(source);
  if (kind !== 'code' && !mayBeCode) return { names: [] };
  try {
    const file = parse(source);
    const { parseDiagnostics } = file as unknown as { parseDiagnostics: ts.DiagnosticWithLocation[] };
    if (parseDiagnostics.length === 0) return { names: file.statements.flatMap(declaredValues) };
    const [{ start, messageText }] = parseDiagnostics;
    const line = file.getLineAndCharacterOfPosition(start).line + 1;
    return { names: [], fault: `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}` };
  } catch {
    return { names: [], fault: 'something in it is nested too deep' };
  }
}

function valuesOf(source: string): string[] {
  return parse(source)
    .statements.filter(statement => !ts.isImportDeclaration(statement))
    .flatMap(declaredValues);
}

/** A lecture's cells have other ids than the exercise's own notebook, as have those that `submit` takes of it. */
const isLectureId = (id: string, exercise: string): boolean =>
  /^[\d-]+-(code|markdown)-\d+$/.test(id) || (id.startsWith(exercise) && /^-\d+$/.test(id.slice(exercise.length)));

/** Whether a cell is the exercise's own, or a lecture's that declares `names` as the exercise does. */
function isHandedOut(source: string, template: string, names: string[]): boolean {
  if (same(source, template)) return true;
  const texts = [declarationsOf(source, names), declarationsOf(template, names)];
  return texts[0].length > 0 && same(texts[0].join('\n'), texts[1].join('\n'));
}

/** The statements of a cell that declare one of `names`, without lines that are comments. */
function declarationsOf(source: string, names: string[]): string[] {
  const file = parse(source);
  return file.statements
    .filter(statement => declaredValues(statement).some(name => names.includes(name)))
    .map(statement => statement.getText(file).replace(/^\s*\/\/.*$/gm, ''));
}

/** A cell without the statements that declare one of `names`. */
function withoutDeclarations(source: string, names: string[]): string {
  const file = parse(source);
  return file.statements
    .filter(statement => !declaredValues(statement).some(name => names.includes(name)))
    .map(statement => statement.getFullText(file))
    .join('');
}

function same(a: string, b: string): boolean {
  const plain = (text: string): string =>
    text
      .replace(/\bexport /g, '')
      .replace(/\s+/g, ' ')
      .trim();
  return plain(a) === plain(b);
}
