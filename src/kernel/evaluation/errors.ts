/** Errors as a student can read them: the cell and line of the TypeScript, with the line shown. */
import { runtime } from '../../base/runtime';
import { withoutCompiledNames } from '../../base/compiledNames';
import { say } from '../../base/sentences';
import type { Problem } from '../interfaces/converter';
import type { Platform } from '../interfaces/platform';
import { folded, read, traceOf, type SourceOf } from './stack';

/** What Jupyter's `error` message holds. */
export class CellError extends Error {
  constructor(
    readonly ename: string,
    readonly evalue: string,
    readonly traceback: string[],
    /** The stacks of which the traceback folds a part. */
    readonly stacks: string[] = [],
  ) {
    super(evalue);
  }
}

/** Thrown where a cell is when it is interrupted. */
export class KeyboardInterrupt extends Error {
  override name = 'KeyboardInterrupt';
  constructor() {
    super(say('interrupted'));
  }
}

const RED = '\x1b[31m';
const BOLD = '\x1b[1m';
const DIM = '\x1b[2m';
const OFF = '\x1b[0m';
/** How much of a message is shown, in characters, and of a line of code. */
const MESSAGE = 4000;
const LINE = 160;
/** How many errors inside of an error are shown, one in the other and one beside the other. */
const DEPTH = 5;
const BESIDE = 5;

/** How errors are shown: what is known of files, and the cell that ran. */
export interface Reader {
  sourceOf: SourceOf;
  platform: Platform;
  /** As in `In[3]`: what is named where the error does not know its place. */
  cell?: string;
}

/** Never throws, whatever was thrown. */
export function toCellError(error: unknown, reader: Reader): CellError {
  try {
    return describe(error, reader);
  } catch {
    const message = say('unreadableThrown');
    return new CellError('Thrown', message, [headline('Thrown', message)]);
  }
}

function describe(error: unknown, reader: Reader): CellError {
  if (inherits(error, CellError)) return error as CellError;
  if (inherits(error, KeyboardInterrupt)) {
    const { name, message } = new KeyboardInterrupt();
    return new CellError(name, message, [headline(name, message)]);
  }
  const library: string[] = [];
  const { name, message } = titleOf(error);
  const traceback = sectionOf(error, reader, library, new Set());
  return new CellError(name, message, traceback, library);
}

const headline = (name: string, message: string): string => `${RED}${BOLD}${name}${OFF}: ${message}`;

/** Whether a class is among the first hundred prototypes: those of a proxy may have no end. */
function inherits(value: unknown, type: { prototype: object }): boolean {
  let prototype = value;
  for (let steps = 0; steps < 100 && prototype !== null && typeof prototype === 'object'; steps++) {
    const next: unknown = read(() => Object.getPrototypeOf(prototype) as unknown);
    if (next === type.prototype) return true;
    prototype = next;
  }
  return false;
}

const isError = (value: unknown): value is Error =>
  inherits(value, Error) || read(() => Object.prototype.toString.call(value)) === '[object Error]';

function titleOf(error: unknown): { name: string; message: string } {
  if (!isError(error)) return { name: 'Thrown', message: shortened(read(() => inspected(error)) ?? say('unreadable')) };
  const name = read(() => String(error.name)) || 'Error';
  const message = read(() => String(error.message)) ?? say('unreadableMessage');
  return { name: shortened(name, 100), message: shortened(withoutCompiledNames(message)) };
}

function inspected(value: unknown): string {
  // Whoever looks for the end of its prototypes may look for ever.
  if (value !== null && typeof value === 'object' && !inherits(value, Object) && hasPrototypes(value))
    return say('unreadable');
  return runtime.inspect(value);
}

const hasPrototypes = (value: object): boolean => read(() => Object.getPrototypeOf(value) as unknown) !== null;

function shortened(text: string, length = MESSAGE): string {
  return text.length <= length
    ? text
    : say('cut', { text: text.slice(0, length), count: text.length.toLocaleString('en') });
}

/** An error with its own place first, then what is inside of it. @param library gets the whole stack where a part is folded */
function sectionOf(error: unknown, reader: Reader, library: string[], seen: Set<unknown>): string[] {
  const { name, message } = titleOf(error);
  seen.add(error);
  const frames = error !== null && typeof error === 'object' ? traceOf(error, reader.sourceOf, reader.platform) : [];
  const own = frames.filter(({ place }) => place);
  const lines = [headline(name, message)];
  if (own.length) {
    const place = own[0].place!;
    lines.push(`${BOLD}${place.source.name}:${place.line}${OFF}`, excerpt(place.source.text, place));
  } else if (seen.size === 1) lines.push(...cellOf(reader, message));
  const stack = folded(frames);
  // The only one is named above.
  lines.push(...(own.length === 1 ? stack.slice(1) : stack));
  if (frames.some(frame => frame.library)) {
    library.push([`${name}: ${message}`, ...frames.map(({ text }) => text)].join('\n'));
  }
  if (!isError(error)) return lines;
  const inside = [
    ...errorsOf(error).map(([value, what]) => ({ value, what })),
    ...(read(() => error.cause) === undefined ? [] : [{ value: error.cause as unknown, what: say('causedBy') }]),
  ];
  for (const { value, what } of inside) {
    if (seen.has(value)) lines.push(say('shownAbove', { what }));
    else if (seen.size > DEPTH * BESIDE) return [...lines, say('moreErrors')];
    else lines.push(`${what}:`, ...sectionOf(value, reader, library, seen));
  }
  return lines;
}

/** Of an AggregateError. */
function errorsOf(error: Error): [value: unknown, what: string][] {
  const errors = read(() => (error as { errors?: unknown }).errors);
  const length = read(() => (Array.isArray(errors) ? errors.length : 0)) ?? 0;
  return Array.from({ length: Math.min(length, BESIDE) }, (_, i) => [
    read(() => (errors as unknown[])[i]) ?? say('unreadable'),
    say('errorOf', { index: i + 1, count: length }),
  ]);
}

/** The cell that ran; its line, where only one can have thrown what has no stack, or first has the name without a value. */
function cellOf({ cell, sourceOf }: Reader, message: string): string[] {
  const source = cell === undefined ? undefined : sourceOf(cell);
  if (!source) return cell === undefined ? [] : [`${BOLD}${cell}${OFF}`];
  const [name = ''] = /^[\w$]+/.exec(message) ?? [];
  const unset = message === say('noValue', { name }) ? name : undefined;
  const word =
    unset === undefined ? /\b(throw|reject)\b/ : new RegExp(`(?<![\\w$.])${unset.replace(/\$/g, '\\$')}(?![\\w$])`);
  const places = source.text.split('\n').flatMap((text, i) => {
    const found = word.exec(text);
    return found ? [{ line: i + 1, column: found.index + 1 }] : [];
  });
  if (!places.length || (unset === undefined && places.length > 1)) return [`${BOLD}${cell}${OFF}`];
  return [`${BOLD}${cell}:${places[0].line}${OFF}`, excerpt(source.text, places[0])];
}

/** @param cell how the cell is called, `In[3]` */
export function typeError(
  problems: Problem[],
  cell: string,
  source: string,
  root: string,
  { paths, readFile }: Platform,
): CellError {
  const traceback = problems.flatMap(({ code, message, words, file, line, column }) => {
    const name = file ? paths.relative(root, file) : cell;
    const text = file ? (readFile(file) ?? '') : source;
    return [
      `${RED}${BOLD}TypeError TS${code}${OFF} ${name}:${line}:${column}: ${words ?? message}`,
      ...(words === undefined ? [] : [`${DIM}${message}${OFF}`]),
      excerpt(text, { line, column }),
    ];
  });
  const [{ code, message, words }] = problems;
  return new CellError(`TS${code}`, words ?? message, traceback);
}

/** The line with two lines around it, and a caret under the column. */
function excerpt(text: string, { line, column }: { line: number; column: number }): string {
  const first = Math.max(1, line - 2);
  const lines = text.split('\n').slice(first - 1, line + 2);
  const width = String(first + lines.length - 1).length;
  // Of a long line what is around the column.
  const start = Math.max(0, column - LINE / 2);
  return lines
    .flatMap((whole, i) => {
      const number = String(first + i).padStart(width);
      const content = whole.length > LINE ? whole.slice(start, start + LINE) : whole;
      if (first + i !== line) return [`${DIM}     ${number}${OFF} ${content}`];
      const at = column - (whole.length > LINE ? start : 0);
      return [`${RED}---> ${number}${OFF} ${content}`, `${' '.repeat(5 + width + at)}${RED}^${OFF}`];
    })
    .join('\n');
}
