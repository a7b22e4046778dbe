/** Errors as a student can read them: the cell and line of the TypeScript, with the line shown. */
import fs from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import path from 'node:path';
import { inspect } from 'node:util';
import type { Problem } from './converter';

/** What Jupyter's `error` message holds. */
export class CellError extends Error {
  constructor(
    readonly ename: string,
    readonly evalue: string,
    readonly traceback: string[],
  ) {
    super(evalue);
  }
}

/** Thrown where a cell is when it is interrupted. */
export class KeyboardInterrupt extends Error {
  override name = 'KeyboardInterrupt';
  constructor() {
    super('The cell was interrupted.');
  }
}

/** A file that appears in stack traces, and the way back to what a person wrote. */
export interface Source {
  /** As shown. */
  name: string;
  /** From the code that ran, in order. */
  maps: SourceMapPayload[];
  text: string;
  /** Lines that tslab put before the text. */
  offset: number;
}

interface Place {
  source: Source;
  line: number;
  column: number;
}

const RED = '\x1b[31m';
const BOLD = '\x1b[1m';
const DIM = '\x1b[2m';
const OFF = '\x1b[0m';
const FRAME = /^\s+at (?:(.*?) \()?((?:file:\/\/)?[^()]+?):(\d+):(\d+)\)?$/;

/** @param sourceOf what is known of a file named in a stack trace */
export function toCellError(error: unknown, sourceOf: (file: string) => Source | undefined): CellError {
  if (error instanceof CellError) return error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (error instanceof KeyboardInterrupt || code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') {
    const { name, message } = new KeyboardInterrupt();
    return new CellError(name, message, [`${RED}${BOLD}${name}${OFF}: ${message}`]);
  }
  if (!(error instanceof Error)) {
    return new CellError('Thrown', inspect(error), [`${RED}${BOLD}Thrown${OFF}: ${inspect(error)}`]);
  }
  const message = String(error.message);
  const traceback = [`${RED}${BOLD}${error.name}${OFF}: ${message}`];
  const frames: string[] = [];
  let first: Place | undefined;
  for (const line of (error.stack ?? '').split('\n')) {
    const [, caller, file, row, column] = FRAME.exec(line) ?? [];
    if (!file) continue;
    const source = sourceOf(file);
    const place = source && originalPlace(source, Number(row), Number(column));
    if (place) {
      first ??= place;
      const where = `${place.source.name}:${place.line}:${place.column}`;
      frames.push(
        `    at ${caller && !/^(Object\.<anonymous>|evalmachine)/.test(caller) ? `${caller} (${where})` : where}`,
      );
    } else if (!source && !isOurs(file)) frames.push(`${DIM}${line}${OFF}`);
  }
  if (first) traceback.push(`${BOLD}${first.source.name}:${first.line}${OFF}`, excerpt(first.source.text, first));
  traceback.push(...frames);
  if (error.cause !== undefined) traceback.push(`caused by: ${inspect(error.cause)}`);
  return new CellError(error.name, message, traceback);
}

/** @param cell how the cell is called, `In[3]` */
export function typeError(problems: Problem[], cell: string, source: string, root: string): CellError {
  const traceback = problems.flatMap(({ code, message, file, line, column }) => {
    const name = file ? path.relative(root, file) : cell;
    const text = file ? fs.readFileSync(file, 'utf8') : source;
    return [
      `${RED}${BOLD}TypeError TS${code}${OFF} ${name}:${line}:${column}: ${message}`,
      excerpt(text, { line, column }),
    ];
  });
  return new CellError(`TS${problems[0].code}`, problems[0].message, traceback);
}

function originalPlace(source: Source, row: number, column: number): Place | undefined {
  let line = row - 1;
  let character = column - 1;
  for (const map of source.maps) {
    const entry = new SourceMap(map).findEntry(line, character);
    if (!('originalLine' in entry)) return undefined;
    line = entry.originalLine;
    character = entry.originalColumn;
  }
  const place = { source, line: line + 1 - source.offset, column: character + 1 };
  return place.line >= 1 ? place : undefined;
}

/** Node's own frames, the kernel's and the compiler's say nothing to a student. */
function isOurs(file: string): boolean {
  return /^node:|node_modules\/(tslab|@tslab)\//.test(file) || file.replace('file://', '').startsWith(__dirname);
}

/** The line with two lines around it, and a caret under the column. */
function excerpt(text: string, { line, column }: { line: number; column: number }): string {
  const first = Math.max(1, line - 2);
  const lines = text.split('\n').slice(first - 1, line + 2);
  const width = String(first + lines.length - 1).length;
  return lines
    .flatMap((content, i) => {
      const number = String(first + i).padStart(width);
      if (first + i !== line) return [`${DIM}     ${number}${OFF} ${content}`];
      return [`${RED}---> ${number}${OFF} ${content}`, `${' '.repeat(5 + width + column)}${RED}^${OFF}`];
    })
    .join('\n');
}
