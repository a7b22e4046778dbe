/** What the kernel needs of the runtime that it is on. Node's is in node/platform.ts; a browser has another. How values look as text and as images is the matter of display's runtime. */

/** A source map, version 3. */
export interface SourceMapPayload {
  sources: string[];
  mappings: string;
  [more: string]: unknown;
}

/** Absolute paths, whose folders are parted by `/` on every system. */
export interface Paths {
  resolve(...parts: string[]): string;
  relative(from: string, to: string): string;
}

/** What cells import that is not compiled for them: packages, and the runtime's own modules. */
export interface Packages {
  /**
   * Gives a module at once.
   *
   * @param from the file that asks; by default a cell
   */
  require(id: string, from?: string): unknown;
  /** Makes ready for `require` what has to be waited for, such as a package that is ES modules only. */
  load(id: string): Promise<void>;
}

/** What is remembered of who began the work that now runs, also after an `await` and in timers. */
export interface AsyncContext<T> {
  get(): T | undefined;
  run<R>(value: T, work: () => R): R;
}

/**
 * Runs a work that an interrupt must wait for: broken off, the compiler is of no more use, and a package stays half loaded.
 *
 * @param stop the platform's
 */
export function unbroken<T>(stop: Int32Array, work: () => T): T {
  Atomics.add(stop, 1, 1);
  try {
    return work();
  } finally {
    Atomics.sub(stop, 1, 1);
  }
}

export interface Platform {
  /**
   * Holds 1 first while an interrupt waits to be seen; every loop of a cell looks at it. Second is how many works are under
   * way that must not be broken off, as the compiler's.
   */
  readonly stop: Int32Array;
  readonly paths: Paths;
  /** The text of a file, or undefined where there is none. */
  readFile(file: string): string | undefined;
  /** Runs a script where cells' globals are, and gives its value. */
  evaluate(script: {
    code: string;
    name: string;
    /** Length of what is before the text, on its first line. */ head: number;
  }): unknown;
  /**
   * @param root the checkout, whose packages cells see
   * @param folder the notebook's folder
   */
  packages(root: string, folder: string): Packages;
  asyncContext<T>(): AsyncContext<T>;
  /** Finds the original of a place, lines and columns from 0. */
  originalOf(map: SourceMapPayload, line: number, column: number): { line: number; column: number } | undefined;
  /** What `import.meta` is in a file. */
  importMeta(file: string): object;
  /** Whether a file in a stack trace is the runtime's, the compiler's or the kernel's. */
  isOwn(file: string): boolean;
  /**
   * Has the text that programs and their children write to standard output and error handed over, in place of where it
   * went.
   *
   * @param signal aborts when the cell that now runs is interrupted, which ends its children
   */
  captureStreams(print: (name: 'stdout' | 'stderr', text: string) => void, signal: () => AbortSignal | undefined): void;
  /**
   * Has code that does not look at `stop` broken off where it is: nothing of it runs any more, and promises that it was to
   * settle stay as they are.
   *
   * @param isCell whether the code that now runs is a cell's, which alone may be broken off
   */
  breakOff(isCell: () => boolean): void;
  /** Calls back with errors of timers and promises that no one waits for, in place of ending. */
  onLateError(show: (error: unknown, isRejection: boolean) => void): void;
  /** Calls back with the exit status when the runtime ends, whoever ends it. */
  onExit(work: (status: number) => void): void;
  /** Called between cells. */
  afterCell(): void;
  exit(): void;
}
