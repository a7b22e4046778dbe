/**
 * A notebook as an answer: the cells that students fill in, by their id and in the instructor's order, become the module
 * that is graded. Nothing is executed, and no output is read.
 */
import { transformSync } from 'esbuild';
import ts from 'typescript';
import { type ExerciseCell, exerciseCells } from '../../harness/cells';
import { declared, exported, isExported, parse } from '../../harness/declarations';

export interface NotebookAnswer {
  /** The module, or undefined with the reason in `problem`. */
  source?: string;
  problem?: string;
  /** One sentence for each cell that is not as handed out: deleted, edited, doubled, moved. */
  notes: string[];
  /** Whether the student wrote anything at all. */
  changed: boolean;
}

interface StudentCell {
  id?: string;
  source: string;
}

interface Piece {
  cell: string;
  statements: ts.Statement[];
  file: ts.SourceFile;
}

/**
 * The student's module out of a notebook. With `stub`, its cells set the order and the given text; without it, every
 * code cell counts, in the order of the notebook.
 */
export function readNotebook(text: string, exercise: string, stub?: string): NotebookAnswer {
  const notes: string[] = [];
  let cells: StudentCell[];
  try {
    cells = codeCells(JSON.parse(text));
  } catch (error) {
    return { problem: `the notebook cannot be read: ${(error as Error).message.slice(0, 200)}`, notes, changed: false };
  }
  const template = stub === undefined ? undefined : exerciseCells(stub, exercise);
  if (!template) {
    const pieces = cells.map(({ source }, i) => piece(`cell ${i + 1}`, source));
    return { source: join(pieces, []), notes, changed: true };
  }

  const { pieces, changed, used } = answersTo(template, cells, notes);
  const pool = cells.filter(cell => !used.has(cell)).map((cell, i) => piece(`added ${i + 1}`, cell.source));
  const exports = pieces.length ? exported(parse(stub!)) : [];
  return { source: join(withWhatTheyNeed(pieces, pool), exports), notes: [...new Set(notes)], changed };
}

interface Answers {
  /** In the order of the exercise. */
  pieces: Piece[];
  /** The student's cells that stand for one of the exercise. */
  used: Set<StudentCell>;
  changed: boolean;
}

/** What the student's cells make of those of the exercise; `notes` gets what is not as it was handed out. */
function answersTo(template: ExerciseCell[], cells: StudentCell[], notes: string[]): Answers {
  const used = new Set<StudentCell>();
  const pieces: Piece[] = [];
  const order: number[] = [];
  let changed = false;
  for (const cell of template) {
    const found = cells.filter(({ id }) => id === cell.id);
    if (cell.given) {
      if (found.some(({ source }) => !same(source, cell.source)))
        notes.push(`cell ${cell.id} is given and was edited: the text as handed out is graded`);
      pieces.push(piece(cell.id, cell.source));
      // Its own additions may still be called from elsewhere, so it stays among the cells to look into.
      found.filter(({ source }) => same(source, cell.source)).forEach(same => used.add(same));
      continue;
    }
    if (found[0]) order.push(cells.indexOf(found[0]));
    const answers = answersOf(cell, found, cells.filter(other => !used.has(other)), notes); // prettier-ignore
    answers.forEach(answer => used.add(answer));
    const written = writtenOf(cell, answers, notes);
    if (written.length) changed = true;
    if (!written.some(answer => declaresAll(cell, answer))) pieces.push(piece(cell.id, cell.source));
    pieces.push(...written.map(answer => piece(cell.id, answer.source)));
  }
  if (order.some((place, i) => i > 0 && place < order[i - 1]))
    notes.push("the cells were reordered: they are graded in the instructor's order");
  return { pieces, used, changed };
}

/** Whether a student's cell declares all that a cell of the exercise does. */
function declaresAll({ id, source }: ExerciseCell, answer: StudentCell): boolean {
  const names = piece(id, source).statements.flatMap(declared);
  const own = piece(id, answer.source).statements.flatMap(declared);
  return names.length > 0 && names.every(name => own.includes(name));
}

/** The student's cells for one of the exercise: those with its id, or, where none declares its names, others that do. */
function answersOf(cell: ExerciseCell, found: StudentCell[], free: StudentCell[], notes: string[]): StudentCell[] {
  const { id } = cell;
  const elsewhere = found.some(other => declaresAll(cell, other))
    ? []
    : free.filter(other => !found.includes(other) && declaresAll(cell, other));
  if (elsewhere.length) {
    const names = piece(id, cell.source).statements.flatMap(declared);
    notes.push(`cell ${id} was deleted or lost its id: ${names.join(', ')} stands in another cell, which is graded`);
  } else if (found.length > 1)
    notes.push(`cell ${id} is there ${found.length} times: of what they define twice, the last counts`);
  return [...found, ...elsewhere];
}

/** Those of a cell's answers that compile and are not as handed out: a copy left so must not win over the answer beside it. */
function writtenOf({ id, source }: ExerciseCell, answers: StudentCell[], notes: string[]): StudentCell[] {
  if (answers.length === 0) notes.push(`cell ${id} was deleted: it counts as not written`);
  const compiled = answers.filter(cell => {
    const fault = syntaxFault(cell.source);
    if (fault) notes.push(`cell ${id} does not compile: ${fault}`);
    return !fault;
  });
  return compiled.filter(cell => !same(cell.source, source));
}

/** Whether a notebook that is not named after the exercise holds cells of it. */
export function hasCellsOf(text: string, exercise: string): boolean {
  try {
    return codeCells(JSON.parse(text)).some(cell => cell.id?.startsWith(`${exercise}-`));
  } catch {
    return false;
  }
}

function codeCells(notebook: unknown): StudentCell[] {
  const { nbformat, cells, worksheets } = (notebook ?? {}) as Record<string, unknown>;
  const list = cells ?? (worksheets as { cells?: unknown }[] | undefined)?.[0]?.cells;
  if (!Array.isArray(list)) throw new Error(`it has no list of cells (nbformat ${JSON.stringify(nbformat)})`);
  if (list.length > 2000) throw new Error(`it has ${list.length} cells; at most 2000 are read`);
  return list.flatMap((cell: Record<string, unknown> | null): StudentCell[] => {
    if (cell?.cell_type !== 'code') return [];
    const text = cell.source ?? cell.input;
    const source = Array.isArray(text) ? text.filter(line => typeof line === 'string').join('') : text;
    if (typeof source !== 'string') return [];
    if (source.length > 1 << 18) throw new Error('a cell has more than 256 KiB of code');
    const marks = (cell.metadata as { nbgrader?: { grade_id?: unknown } } | null | undefined)?.nbgrader;
    const id = typeof marks?.grade_id === 'string' ? marks.grade_id : cell.id;
    return [{ id: typeof id === 'string' ? id : undefined, source }];
  });
}

/** Adds from the student's other cells the declarations that are used and not there yet, and nothing that only runs. */
function withWhatTheyNeed(pieces: Piece[], pool: Piece[]): Piece[] {
  const there = new Set(pieces.flatMap(({ statements }) => statements.flatMap(declared)));
  const wanted = new Set(pieces.flatMap(({ statements }) => statements.flatMap(identifiers)));
  const added: Piece[] = [];
  for (let again = true; again;) {
    again = false;
    for (const { cell, statements, file } of pool) {
      for (const statement of statements) {
        const names = declared(statement);
        if (!names.some(name => wanted.has(name) && !there.has(name))) continue;
        names.forEach(name => there.add(name));
        identifiers(statement).forEach(name => wanted.add(name));
        added.push({ cell, statements: [statement], file });
        again = true;
      }
    }
  }
  // In the order of the notebook: a constant may need the one before it.
  const place = (p: Piece): number => pool.findIndex(({ file }) => file === p.file) * 1e6 + p.statements[0].pos;
  return [...added.sort((a, b) => place(a) - place(b)), ...pieces];
}

/** One module of all pieces: imports once, of a name declared twice the last, no statement that only shows something. */
function join(pieces: Piece[], exports: string[]): string {
  const imports = new Map<string, string>();
  const last = new Map<string, number>();
  pieces.forEach(({ statements }, i) => statements.flatMap(declared).forEach(name => last.set(name, i)));
  const lines: string[] = [];
  const open = new Set(exports);
  pieces.forEach(({ statements, file }, i) => {
    for (const statement of statements) {
      const names = declared(statement);
      if (ts.isImportDeclaration(statement)) {
        names.forEach(name => imports.set(name, oneImport(statement, name, file)));
        if (names.length === 0) imports.set(statement.getText(file), statement.getText(file));
        continue;
      }
      if (names.length && names.every(name => last.get(name) !== i)) continue;
      if (onlyShows(statement, file)) continue;
      if (isExported(statement)) names.forEach(name => open.delete(name));
      lines.push(statement.getFullText(file).replace(/^\s*\n/, ''));
    }
  });
  const missing = [...open].filter(name => last.has(name) && !imports.has(name));
  return [...new Set(imports.values()), ...lines, ...missing.map(name => `export { ${name} };`), ''].join('\n');
}

function oneImport(statement: ts.ImportDeclaration, name: string, file: ts.SourceFile): string {
  const from = statement.moduleSpecifier.getText(file);
  const clause = statement.importClause!;
  const type = clause.isTypeOnly ? 'type ' : '';
  if (clause.name?.text === name) return `import ${type}${name} from ${from};`;
  const bindings = clause.namedBindings!;
  if (ts.isNamespaceImport(bindings)) return `import ${type}* as ${name} from ${from};`;
  const element = bindings.elements.find(element => element.name.text === name)!;
  return `import ${type}{ ${element.getText(file)} } from ${from};`;
}

/** Calls that a student leaves in a cell to look at something: in a module they would stop the load. */
function onlyShows(statement: ts.Statement, file: ts.SourceFile): boolean {
  if (!ts.isExpressionStatement(statement)) return false;
  const { expression } = statement;
  if (ts.isAwaitExpression(expression)) return true;
  return ts.isCallExpression(expression) && /^(check|display|tslab)\b/.test(expression.expression.getText(file));
}

function identifiers(statement: ts.Statement): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(statement, visit);
  return found;
}

function syntaxFault(source: string): string | undefined {
  try {
    transformSync(source, { loader: 'ts', format: 'esm', logLevel: 'silent' });
    return undefined;
  } catch (error) {
    const first = (error as import('esbuild').TransformFailure).errors?.[0];
    return `line ${first?.location?.line ?? '?'}: ${first?.text ?? (error as Error).message}`;
  }
}

function piece(cell: string, source: string): Piece {
  const file = parse(source);
  return { cell, statements: [...file.statements], file };
}

function same(a: string, b: string): boolean {
  const plain = (text: string): string =>
    text
      .replace(/\bexport /g, '')
      .replace(/\s+/g, ' ')
      .trim();
  return plain(a) === plain(b);
}
