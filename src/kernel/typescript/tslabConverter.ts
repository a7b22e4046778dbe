/**
 * tslab as a library: cells in, JavaScript and types out. tslab's own compiler is a fork of TypeScript 5.0 that only
 * exports more of its inside, so today's TypeScript takes its place, and what the fork adds is `adapt`'s part. All that is
 * known of tslab's inside is in this file; the packages are pinned to the letter (tslab 1.0.22, TypeScript 5.9.3).
 */
import type * as TS from 'typescript';
import type { ConvertResult, Converter as TslabConverter, Diagnostic } from 'tslab/dist/converter';
import { asFork, tellValuesOfShorthands, type Internals } from './fork';
import type { Paths } from '../interfaces/platform';
import type { Compiled, Converter, Problem } from '../interfaces/converter';
import { CELL, transform } from './transform';

/** TypeScript, and tslab over it. */
export interface Compiler {
  ts: typeof TS;
  /** Loads tslab with `ts` in place of its own compiler. */
  tslab(ts: typeof TS): Tslab;
}

export type Tslab = Pick<typeof import('tslab/dist/converter'), 'createConverter' | 'isCompleteCode'> &
  Pick<typeof import('tslab/dist/inspect'), 'printQuickInfo'>;

/**
 * @param root the checkout: cells see the packages of its node_modules
 * @param folder the notebook's folder: where relative imports start
 */
export function createConverter(compiler: Compiler, paths: Paths, root: string, folder: string): Converter {
  const original = compiler.ts;
  const state: State = { compiled: new Map(), watched: new Map(), namesOf: undefined };
  const { compiled, watched } = state;
  const tslab = compiler.tslab(adapt(original, paths, root, folder, state));
  const engine: TslabConverter = tslab.createConverter({ isJS: false, isBrowser: false });
  let declarations = '';
  let last: string | undefined;
  let next = '';

  return {
    convert(written) {
      const source = withoutExports(original, written);
      noticeEdits(original, watched);
      compiled.clear();
      // The same text again leaves the compiler nothing new to see in the second of tslab's two programs.
      state.namesOf = source === last ? undefined : source;
      last = source;
      const result = engine.convert(declarations, source);
      state.namesOf = undefined;
      const take = (code: string): Compiled => compiled.get(code)!;
      const files = (result.sideOutputs ?? []).map(({ path: file, data }) => ({
        ...take(data),
        name: file.replace(/\.js$/, ''),
      }));
      if (result.diagnostics.length)
        return { problems: problemsOf(result, file => paths.resolve(root, file)), files: [] };
      next = result.declOutput ?? declarations;
      const cell = result.output === undefined ? undefined : take(result.output);
      const { lastExpressionVar: lastExpression } = result;
      return { problems: [], cell: cell && { ...cell, lastExpression, lastType: state.lastType }, files };
    },
    keep() {
      declarations = next;
    },
    complete(source, position) {
      const { start, end, candidates, original: info } = engine.complete(declarations, source, position);
      const kinds = new Map(info?.entries.map(entry => [entry.name, entry.kind as string]));
      return { start, end, matches: candidates.map(text => ({ text, type: kinds.get(text) ?? '' })) };
    },
    inspect(source, position) {
      const info = engine.inspect(declarations, source, position);
      if (!info) return undefined;
      const [signature, ...documentation] = tslab.printQuickInfo(info).split('\n\n');
      return { signature, documentation: documentation.join('\n\n') };
    },
    isComplete(source) {
      const { completed, indent } = tslab.isCompleteCode(source);
      if (!completed) return { status: 'incomplete', indent: indent ?? '' };
      const file = original.createSourceFile('cell.ts', source, original.ScriptTarget.Latest);
      const { parseDiagnostics } = file as TS.SourceFile & { parseDiagnostics: unknown[] };
      return { status: parseDiagnostics.length ? 'invalid' : 'complete' };
    },
  };
}

interface Watch {
  changed: () => void;
  modified: number;
}

/** Tells the compiler of local files that were edited since the last cell; looking beats waiting for a file watcher. */
function noticeEdits(ts: typeof TS, watched: Map<string, Watch>): void {
  for (const [file, watch] of watched) {
    const modified = modifiedTime(ts, file);
    if (modified === watch.modified) continue;
    watch.modified = modified;
    watch.changed();
  }
}

const modifiedTime = (ts: typeof TS, file: string): number => ts.sys.getModifiedTime?.(file)?.getTime() ?? 0;

interface State {
  /** By the code that tslab got. */
  compiled: Map<string, Compiled>;
  watched: Map<string, Watch>;
  /** tslab builds a program of every cell only to see which names it declares; that of this source need not be whole. */
  namesOf?: string;
  /** The type of the last expression of the cell last compiled. */
  lastType?: () => string | undefined;
}

/** The compiler with what tslab asks of it answered our way. */
function adapt(ts: typeof TS, paths: Paths, root: string, folder: string, state: State): typeof TS {
  const sys = Object.assign(Object.create(ts.sys) as TS.System, {
    getCurrentDirectory: () => root,
    watchFile: (file: string, callback: TS.FileWatcherCallback) => {
      const changed = (): void => callback(file, ts.FileWatcherEventKind.Changed);
      if (!file.includes('/node_modules/')) state.watched.set(file, { changed, modified: modifiedTime(ts, file) });
      return { close: () => state.watched.delete(file) };
    },
    watchDirectory: () => ({ close: () => undefined }),
  });

  const cell = paths.resolve(root, CELL);
  const declarations = paths.resolve(root, '__prev__.d.ts');
  const createWatchCompilerHost = (
    files: string[],
    options: TS.CompilerOptions,
    ...rest: [TS.System, ...unknown[]]
  ) => {
    Object.assign(options, OPTIONS(ts), { typeRoots: [paths.resolve(root, 'node_modules/@types')] });
    const create = ts.createWatchCompilerHost as (...args: unknown[]) => TS.WatchCompilerHost<TS.BuilderProgram>;
    const host = create(files, options, ...rest);
    // Cells live in a virtual file at the root, but their relative imports start at the notebook's folder. Those that
    // TypeScript writes into declarations, for types that a cell did not name, start at the root.
    resolveFrom(ts, host, (file, name) =>
      [cell, declarations].includes(file) && name.startsWith('.') ? [paths.resolve(folder, 'cell.ts'), file] : [file],
    );
    reusePrograms(ts, host, cell, state);
    return host;
  };

  const transpileModule = (module: string, options: TS.TranspileOptions): TS.TranspileOutput => {
    const result = transform(ts, module, options);
    state.compiled.set(result.code, result);
    return { outputText: result.code };
  };
  // Replaced functions have narrower types than TypeScript's overloads.
  return { ...asFork(ts), ...{ sys, createWatchCompilerHost, transpileModule } } as unknown as typeof TS;
}

const OPTIONS = (ts: typeof TS): TS.CompilerOptions => ({
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  inlineSourceMap: true,
  strict: true,
  // What is newer than Node stays as it is until the second step, where tslab has taken the last expression's value.
  target: ts.ScriptTarget.ESNext,
  // What Node 20 has; of `using`, @types/node declares what is there.
  lib: ['es2023', 'es2024.regexp', 'es2024.sharedmemory', 'es2024.string'].map(name => `lib.${name}.d.ts`),
  types: ['node'],
  experimentalDecorators: false,
  // Of tslab's fork, and of TypeScript 5.0.
  disableTopLevelAwait: undefined,
  noImplicitUseStrict: undefined,
});

/** Has imports looked up from each of several files in turn. */
function resolveFrom(
  ts: typeof TS,
  host: TS.WatchCompilerHost<TS.BuilderProgram>,
  places: (file: string, name: string) => string[],
): void {
  host.resolveModuleNameLiterals = (literals, file, redirected, options) =>
    literals.map(({ text }) => {
      const resolved = places(file, text).map(from =>
        ts.resolveModuleName(text, from, options, host, undefined, redirected),
      );
      return resolved.find(({ resolvedModule }) => resolvedModule) ?? resolved[0];
    });
  // A host with a resolver of its own otherwise resolves everything anew for every cell, 200 to 500 ms.
  host.hasInvalidatedResolutions = () => false;
}

/** Spares the whole program where tslab only wants the names that a cell declares. */
function reusePrograms(ts: typeof TS, host: TS.WatchCompilerHost<TS.BuilderProgram>, cell: string, state: State): void {
  const { createProgram } = host;
  let last: TS.BuilderProgram | undefined;
  host.createProgram = (names, options, compilerHost, _previous, ...others) => {
    const file = compilerHost!.getSourceFile(cell, ts.ScriptTarget.Latest) as TS.SourceFile & {
      locals?: Map<string, unknown>;
    };
    if (last && state.namesOf !== undefined && file.text.endsWith(state.namesOf)) {
      (ts as typeof TS & Internals).bindSourceFile(file, options);
      // Without names, tslab goes on with this very program.
      if (file.locals?.size) return withFile(last, file);
    }
    last = createProgram(names, options, compilerHost, last, ...others);
    const program = last.getProgram();
    state.lastType = () => typeOfLast(ts, program, cell);
    tellValuesOfShorthands(ts, program);
    // Declarations even where a type has no name that can be written: it is `any` to later cells then.
    const emit = program.emit as (...args: unknown[]) => TS.EmitResult;
    last.emit = (target, write, cancel, only, transformers) => emit(target, write, cancel, only, transformers, true);
    return last;
  };
}

function typeOfLast(ts: typeof TS, program: TS.Program, cell: string): string | undefined {
  // tslab writes an `export` after the cell.
  const statement = program
    .getSourceFile(cell)
    ?.statements.filter(one => !ts.isExportDeclaration(one))
    .at(-1);
  if (!statement || !ts.isExpressionStatement(statement)) return undefined;
  const checker = program.getTypeChecker();
  const type = checker.getTypeAtLocation(statement.expression);
  const text = checker.typeToString(type, statement, ts.TypeFormatFlags.NoTruncation);
  return text.replace(/import\("[^"]*"\)\./g, '');
}

/** The program, with another text of one file that has been parsed and bound. */
function withFile(program: TS.BuilderProgram, file: TS.SourceFile): TS.BuilderProgram {
  const getSourceFile = (name: string): TS.SourceFile | undefined =>
    name === file.fileName ? file : program.getSourceFile(name);
  return Object.assign(Object.create(program) as TS.BuilderProgram, { getSourceFile });
}

/** The cell without the `export`s of its declarations, at the same places: cells see each other's names anyhow. */
function withoutExports(ts: typeof TS, source: string): string {
  if (!/\bexport\b/.test(source)) return source;
  let text = source;
  const blank = (from: number, to: number): void => {
    text = text.slice(0, from) + text.slice(from, to).replace(/[^\n]/g, ' ') + text.slice(to);
  };
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest);
  for (const statement of file.statements) {
    if (ts.isExportDeclaration(statement) && !statement.moduleSpecifier) blank(statement.getStart(file), statement.end);
    else if (ts.isExportAssignment(statement)) blank(statement.getStart(file), statement.expression.getStart(file));
    else if (ts.canHaveModifiers(statement)) {
      for (const { kind, end } of ts.getModifiers(statement) ?? []) {
        if (kind === ts.SyntaxKind.ExportKeyword) blank(end - 'export'.length, end);
        if (kind === ts.SyntaxKind.DefaultKeyword) blank(end - 'default'.length, end);
      }
    }
  }
  return text;
}

/** TypeScript's chains of explanations come as separate diagnostics of one place; here one place is one problem. */
function problemsOf({ diagnostics }: ConvertResult, absolute: (file: string) => string): Problem[] {
  const problems = new Map<string, Problem>();
  for (const { code, messageText, fileName, start } of diagnostics as Diagnostic[]) {
    const key = `${fileName} ${start.offset}`;
    const known = problems.get(key);
    if (known) known.message += `\n  ${messageText}`;
    else {
      const file = fileName && absolute(fileName);
      problems.set(key, { code, message: messageText, file, line: start.line + 1, column: start.character + 1 });
    }
  }
  return [...problems.values()];
}
