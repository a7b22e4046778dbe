/** Stack traces as a person wrote the code: places of the TypeScript, the student's own apart from those of libraries. */
import { withoutBoxes, withoutCompiledNames } from '../../base/compiledNames';
import { say } from '../../base/sentences';
import type { Platform, SourceMapPayload } from '../interfaces/platform';

/** A file that appears in stack traces, and the way back to what a person wrote. */
export interface Source {
  /** As shown. */
  name: string;
  /** From the code that ran, in order. */
  maps: SourceMapPayload[];
  text: string;
  /** Lines that tslab put before the text. */
  offset: number;
  /** Is cnn-kit's own. */
  isLibrary?: boolean;
}

export interface Place {
  source: Source;
  line: number;
  column: number;
}

export interface Frame {
  /** `    at deep (In[3]:1:4)` */
  text: string;
  /** In a cell or a file of the student's. */
  place?: Place;
  /** Whose it is, where it is not the student's. */
  library?: string;
}

/** What is known of a file named in a stack trace. */
export type SourceOf = (file: string) => Source | undefined;

const FRAME = /^\s+at (async )?(?:(.*?) \()?((?:file:\/\/)?[^()]+?):(\d+):(\d+)\)?$/;
/** How many of the student's own frames are shown at each end of a stack. */
const FIRST = 8;
const LAST = 3;
/** How many frames of libraries, where none is the student's. */
const WITHOUT_OWN = 3;

/** The frames of a stack trace by error, as V8 gave them: `error.stack` is text that any program may change. */
const sitesOf = new WeakMap<object, string[]>();

/**
 * Has `error.stack` name places of the TypeScript, also where a cell itself catches the error and prints it, and remembers
 * the frames beside it, also where a program formats stacks its own way. Stacks are whole, however deep.
 */
export function showOriginalPlaces(sourceOf: SourceOf, platform: Platform): void {
  type Format = (error: Error, sites: unknown[]) => unknown;
  const ours = (error: Error): string => {
    const message = read(() => error.message);
    const typed = typeof message === 'string' ? withoutCompiledNames(message) : message;
    if (typed !== message) read(() => (error.message = typed!));
    const head = read(() => Error.prototype.toString.call(error)) ?? 'Error';
    return [head, ...folded(framesOf(sitesOf.get(error)!, sourceOf, platform))].join('\n');
  };
  const remembering = (format: Format): Format => {
    const remember = (error: Error, sites: unknown[]): unknown => {
      sitesOf.set(
        error,
        sites.map(site => `    at ${read(() => String(site)) ?? ''}`),
      );
      return format(error, sites);
    };
    made.add(remember);
    return remember;
  };
  const made = new WeakSet<Format>();
  let current = remembering(ours);
  const standard = current;
  // V8's hook, which Node's types declare and other engines do not call.
  Object.defineProperty(Error, 'prepareStackTrace', {
    configurable: true,
    get: () => current,
    set(format: unknown) {
      if (typeof format !== 'function') current = standard;
      else current = made.has(format as Format) ? (format as Format) : remembering(format as Format);
    },
  });
  Object.assign(Error, { stackTraceLimit: Infinity });
}

/** What `work` gives, or undefined where it throws. */
export function read<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** The frames of an error, the innermost first; none where nothing is known of them. */
export function traceOf(error: object, sourceOf: SourceOf, platform: Platform): Frame[] {
  // Read for its effect, too: V8 makes the trace now.
  const stack = read(() => (error as { stack?: unknown }).stack);
  const lines = sitesOf.get(error) ?? (typeof stack === 'string' ? stack.split('\n') : []);
  return framesOf(lines, sourceOf, platform);
}

/** The student's line in which an error arose, with its text; undefined where that is only waited for there. */
export function ownLineOf(error: unknown, sourceOf: SourceOf, platform: Platform): string | undefined {
  if (error === null || typeof error !== 'object') return undefined;
  const own = traceOf(error, sourceOf, platform).find(({ place }) => place);
  if (!own?.place || own.text.startsWith('    at async ')) return undefined;
  const { source, line } = own.place;
  return `${source.name}:${line}: ${source.text.split('\n')[line - 1].trim()}`;
}

function framesOf(lines: string[], sourceOf: SourceOf, platform: Platform): Frame[] {
  // A recursion is thousands of lines, of which few differ.
  const known = new Map<string, Frame | undefined>();
  return lines.flatMap(line => {
    if (!known.has(line)) known.set(line, frameOf(line, sourceOf, platform));
    return known.get(line) ?? [];
  });
}

/** Undefined for what is no frame, and for frames of the runtime, the kernel and the compiler, which say nothing to a student. */
function frameOf(line: string, sourceOf: SourceOf, platform: Platform): Frame | undefined {
  const [, isAsync = '', caller, file, row, column] = FRAME.exec(line) ?? [];
  if (!file || platform.isOwn(file)) return undefined;
  const at = (where: string): string => {
    const name = caller?.replace(/^exports\./, '');
    const named = name && !/^(Object\.<anonymous>|evalmachine)/.test(name);
    return `    at ${isAsync}${named ? `${withoutBoxes(name)} (${where})` : where}`;
  };
  const source = sourceOf(file);
  if (!source) {
    const name = packageOf(file);
    return { text: at(`${name ?? file}:${row}:${column}`), library: labelOf(name ?? file) };
  }
  const place = originalPlace(source, Number(row), Number(column), platform);
  if (!place) return undefined;
  const text = at(`${source.name}:${place.line}:${place.column}`);
  return source.isLibrary ? { text, library: 'cnn-kit' } : { text, place };
}

/** The package that a file is of, without the file's place in it. */
const packageOf = (file: string): string | undefined =>
  /^.*[/\\]node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+)/.exec(file)?.[1].replace('\\', '/') ??
  (/[/\\]cnn-kit[/\\]dist[/\\]/.test(file) ? 'cnn-kit' : undefined);

const labelOf = (name: string): string => (name.startsWith('@tensorflow/') ? 'TensorFlow.js' : name);

function originalPlace(source: Source, row: number, column: number, platform: Platform): Place | undefined {
  let place: { line: number; column: number } | undefined = { line: row - 1, column: column - 1 };
  for (const map of source.maps) place = place && platform.originalOf(map, place.line, place.column);
  const line = place && place.line + 1 - source.offset;
  return place && line! >= 1 ? { source, line: line!, column: place.column + 1 } : undefined;
}

/** The student's own frames, repeated ones once, and those of libraries in one line. */
export function folded(frames: Frame[]): string[] {
  const own = frames.filter(({ place }) => place);
  const shown = own.length ? merged(own) : frames.slice(0, WITHOUT_OWN).map(({ text }) => text);
  const hidden = own.length ? frames.filter(({ place }) => !place) : frames.slice(WITHOUT_OWN);
  const lines =
    shown.length > FIRST + LAST + 1
      ? [
          ...shown.slice(0, FIRST),
          `    ${say('ownFrames', { count: shown.length - FIRST - LAST })}`,
          ...shown.slice(-LAST),
        ]
      : shown;
  return hidden.length ? [...lines, `    ${summary(hidden)}`] : lines;
}

function merged(frames: Frame[]): string[] {
  const runs: { text: string; times: number }[] = [];
  for (const { text } of frames) {
    const last = runs.at(-1);
    if (last?.text === text) last.times++;
    else runs.push({ text, times: 1 });
  }
  return runs.map(({ text, times }) => (times > 1 ? say('repeated', { frame: text, count: times }) : text));
}

/** `… 14 frames in cnn-kit and TensorFlow.js` */
function summary(frames: Frame[]): string {
  const names = [...new Set(frames.map(({ library }) => library!))];
  const last = names.pop()!;
  const libraries = names.length ? say('and', { first: names.join(', '), last }) : last;
  const count = frames.length;
  return count === 1 ? say('libraryFrame', { libraries }) : say('libraryFrames', { count, libraries });
}
