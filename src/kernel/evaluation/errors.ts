/** Errors as a student can read them: the cell and line of the TypeScript, with the line shown. */
import { runtime } from '../../base/runtime';
import type { Problem } from '../interfaces/converter';
import type { Platform, SourceMapPayload } from '../interfaces/platform';

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

/** What is known of a file named in a stack trace. */
export type SourceOf = (file: string) => Source | undefined;

/** Never throws, whatever was thrown. */
export function toCellError(error: unknown, sourceOf: SourceOf, platform: Platform): CellError {
  try {
    return describe(error, sourceOf, platform);
  } catch {
    const message = 'The cell threw a value that throws when it is read.';
    return new CellError('Thrown', message, [`${RED}${BOLD}Thrown${OFF}: ${message}`]);
  }
}

function describe(error: unknown, sourceOf: SourceOf, platform: Platform): CellError {
  if (error instanceof CellError) return error;
  const code = (error as { code?: unknown } | null | undefined)?.code;
  if (error instanceof KeyboardInterrupt || code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') {
    const { name, message } = new KeyboardInterrupt();
    return new CellError(name, message, [`${RED}${BOLD}${name}${OFF}: ${message}`]);
  }
  if (!(error instanceof Error)) {
    const text = runtime.inspect(error);
    return new CellError('Thrown', text, [`${RED}${BOLD}Thrown${OFF}: ${text}`]);
  }
  const [name, message] = [String(error.name), String(error.message)];
  const traceback = [`${RED}${BOLD}${name}${OFF}: ${message}`];
  const frames: string[] = [];
  let first: Place | undefined;
  for (const line of stackOf(error).split('\n')) {
    const frame = frameOf(line, sourceOf, platform);
    if (frame) first ??= frame.place;
    if (frame?.place) frames.push(frame.text);
    else if (frame) frames.push(`${DIM}${line}${OFF}`);
  }
  if (first) traceback.push(`${BOLD}${first.source.name}:${first.line}${OFF}`, excerpt(first.source.text, first));
  traceback.push(...frames);
  if (error.cause !== undefined) traceback.push(`caused by: ${runtime.inspect(error.cause)}`);
  return new CellError(name, message, traceback);
}

/** Stack traces by error, where ours are shown: as V8 would give them, and as they are shown. */
const traces = new WeakMap<object, { raw: string; shown: string }>();

/** V8's text, also of an error whose stack a program's own `Error.prepareStackTrace` made a list of call sites. */
function stackOf(error: Error): string {
  const stack: unknown = error.stack;
  if (Array.isArray(stack)) return stack.map(site => `    at ${site}`).join('\n');
  const trace = traces.get(error);
  return trace && trace.shown === stack ? trace.raw : typeof stack === 'string' ? stack : '';
}

/** Has `error.stack` name places of the TypeScript, also where a cell itself catches the error and prints it. */
export function showOriginalPlaces(sourceOf: SourceOf, platform: Platform): void {
  // V8's, which Node's types declare and other engines do not call.
  Object.assign(Error, {
    prepareStackTrace(error: Error, sites: unknown[]) {
      const lines = sites.map(site => `    at ${site}`);
      const frames = lines.map(line => frameOf(line, sourceOf, platform)?.text).filter(text => text !== undefined);
      let head = 'Error';
      try {
        head = Error.prototype.toString.call(error);
      } catch {
        // Of an error whose name or message throws.
      }
      const trace = { raw: [head, ...lines].join('\n'), shown: [head, ...frames].join('\n') };
      traces.set(error, trace);
      return trace.shown;
    },
  });
}

/**
 * A line of a stack trace as a person wrote the code; undefined for what is no frame, and for frames of the runtime, the
 * kernel and the compiler, which say nothing to a student.
 */
function frameOf(line: string, sourceOf: SourceOf, platform: Platform): { text: string; place?: Place } | undefined {
  const [, caller, file, row, column] = FRAME.exec(line) ?? [];
  if (!file) return undefined;
  const source = sourceOf(file);
  const place = source && originalPlace(source, Number(row), Number(column), platform);
  if (!place) return source || platform.isOwn(file) ? undefined : { text: line };
  const where = `${source.name}:${place.line}:${place.column}`;
  const named = caller && !/^(Object\.<anonymous>|evalmachine)/.test(caller);
  return { text: `    at ${named ? `${caller} (${where})` : where}`, place };
}

/** @param cell how the cell is called, `In[3]` */
export function typeError(
  problems: Problem[],
  cell: string,
  source: string,
  root: string,
  { paths, readFile }: Platform,
): CellError {
  const traceback = problems.flatMap(({ code, message, file, line, column }) => {
    const name = file ? paths.relative(root, file) : cell;
    const text = file ? (readFile(file) ?? '') : source;
    return [
      `${RED}${BOLD}TypeError TS${code}${OFF} ${name}:${line}:${column}: ${message}`,
      excerpt(text, { line, column }),
    ];
  });
  return new CellError(`TS${problems[0].code}`, problems[0].message, traceback);
}

function originalPlace(source: Source, row: number, column: number, platform: Platform): Place | undefined {
  let place: { line: number; column: number } | undefined = { line: row - 1, column: column - 1 };
  for (const map of source.maps) place = place && platform.originalOf(map, place.line, place.column);
  const line = place && place.line + 1 - source.offset;
  return place && line! >= 1 ? { source, line: line!, column: place.column + 1 } : undefined;
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
