/** The way from a cell's TypeScript to JavaScript. It is typescript/tslabConverter.ts; a browser may bring another. */
import type { SourceMapPayload } from './platform';

/** What a cell or a local file was compiled to, and the way back. */
export interface Compiled {
  code: string;
  /** Has an await at the top level. */
  isAsync: boolean;
  /** From the code to the ES module, and from there to TypeScript. */
  maps: SourceMapPayload[];
  /** Names of this cell that are set once the cell ends: no function of it can see them change. */
  settled: string[];
  /** Names that functions of this cell hold on to: later cells read and write the same variable. */
  live: string[];
  /** Names of earlier cells that this cell uses. */
  used: string[];
  /** Modules that it imports. */
  imports: string[];
}

export interface Cell extends Compiled {
  /** The variable that holds the value of the last expression. */
  lastExpression?: string;
  /** The type of the last expression, as TypeScript writes it. */
  lastType?: () => string | undefined;
}

/** A local file that a cell imports, compiled. */
export interface LocalFile extends Compiled {
  /** Absolute, without its suffix. */
  name: string;
}

export interface Problem {
  /** TypeScript's number. */
  code: number;
  /** TypeScript's text. */
  message: string;
  /** The same in the field's words, where they are known. */
  words?: string;
  /** Absolute; undefined is the cell. */
  file?: string;
  /** Line of the start, from 1. */
  line: number;
  column: number;
}

export interface Completion {
  start: number;
  end: number;
  matches: { text: string; type: string }[];
}

export interface Inspection {
  signature: string;
  documentation: string;
}

export interface Converter {
  /** Type-checks and compiles a cell after the cells before it. With `problems` the rest is empty. */
  convert(source: string): { problems: Problem[]; cell?: Cell; files: LocalFile[] };
  /** Makes the names of the cell last converted known to the next. */
  keep(): void;
  complete(source: string, position: number): Completion;
  /** The call around a position with its current parameter marked, and the name there. */
  inspect(source: string, position: number): Inspection | undefined;
  isComplete(source: string): { status: 'complete' | 'invalid' } | { status: 'incomplete'; indent: string };
}

/** The block around a cell's code; `break` out of it is how a loop of the cell ends when it is interrupted. */
export const CELL_LABEL = '$cell';
