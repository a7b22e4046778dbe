/**
 * tslab as a library: cells in, JavaScript and types out. tslab's own compiler is a fork of TypeScript 5.0 that only
 * exports more of its inside, so today's TypeScript takes its place, and what the fork adds is `adapt`'s part. All that is
 * known of tslab's inside is in this file; the packages are pinned to the letter (tslab 1.0.22, TypeScript 5.9.3).
 */
import type * as TS from 'typescript';
import type { ConvertResult, Converter as TslabConverter, Diagnostic } from 'tslab/dist/converter';
import { faultWords } from '../../base/typeWords';
import { asFork, callAround, tellValues, type Internals } from './fork';
import type { Paths } from '../interfaces/platform';
import type { Compiled, Converter, Inspection, Problem } from '../interfaces/converter';
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
  const tslab = compiler.tslab(adapt(original, paths, root, folder, state));
  const engine: TslabConverter = tslab.createConverter({ isJS: false, isBrowser: false });
  let declarations = '';
  let last: string | undefined;
  let next = '';
  const absolute = (file: string): string => paths.resolve(root, file);

  return {
    convert(written) {
      const source = asScript(original, fromPapermill(written));
      noticeEdits(original, state.watched);
      state.compiled.clear();
      // The same text again leaves the compiler nothing new to see in the second of tslab's two programs.
      state.namesOf = source === last ? undefined : source;
      last = source;
      const result = engine.convert(declarations, source);
      state.namesOf = undefined;
      const take = (code: string): Compiled => state.compiled.get(code)!;
      const files = (result.sideOutputs ?? []).map(({ path: file, data }) => ({
        ...take(data),
        name: file.replace(/\.js$/, ''),
      }));
      if (result.diagnostics.length)
        return { problems: problemsOf(result, absolute, wordsOf(original, state, absolute)), files: [] };
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
      const [signature, ...documentation] = info ? tslab.printQuickInfo(info).split('\n\n') : [];
      const name = info && { signature, documentation: documentation.join('\n\n') };
      const file = state.program?.getSourceFile(paths.resolve(root, CELL));
      const start = file ? file.text.length - source.length : 0;
      const call = file && callAround(original, state.program!, file, start + position);
      // On the name of what is called, that is what is asked for.
      if (!call || (name && call.applicableSpan.start - start > position)) return name;
      return describeCall(original, call, name);
    },
    isComplete: source => completeness(original, tslab, source),
  };
}

function completeness(ts: typeof TS, tslab: Tslab, source: string): ReturnType<Converter['isComplete']> {
  const { completed, indent } = tslab.isCompleteCode(source);
  if (!completed) return { status: 'incomplete', indent: indent ?? '' };
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest);
  const { parseDiagnostics } = file as TS.SourceFile & { parseDiagnostics: unknown[] };
  return { status: parseDiagnostics.length ? 'invalid' : 'complete' };
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
  /** The newest. */
  program?: TS.Program;
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
    reusePrograms(ts, host, { cell, declarations }, state);
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
function reusePrograms(
  ts: typeof TS,
  host: TS.WatchCompilerHost<TS.BuilderProgram>,
  { cell, declarations }: { cell: string; declarations: string },
  state: State,
): void {
  const { createProgram } = host;
  let last: TS.BuilderProgram | undefined;
  host.createProgram = (names, options, compilerHost, _previous, ...others) => {
    const file = compilerHost!.getSourceFile(cell, ts.ScriptTarget.Latest) as BoundFile;
    if (last && state.namesOf !== undefined && file.text.endsWith(state.namesOf)) {
      (ts as typeof TS & Internals).bindSourceFile(file, options);
      forgetGlobalBlock(file);
      // Without names, tslab goes on with this very program.
      if (file.locals?.size) return withFile(last, file);
    }
    last = createProgram(names, options, compilerHost, last, ...others);
    const program = last.getProgram();
    state.lastType = () => typeOfLast(ts, program, cell);
    state.program = program;
    tellValues(ts, program, declarations);
    // Binds all files, too.
    const checker = program.getTypeChecker();
    forgetGlobalBlock(file);
    // Declarations even where a type has no name that can be written: it is `any` to later cells then.
    const emit = program.emit as (...args: unknown[]) => TS.EmitResult;
    last.emit = (target, write, cancel, only, transformers) => {
      const writeAll: TS.WriteFileCallback = (name, data, ...rest) =>
        write!(
          name,
          target === file && name.endsWith('.d.ts') ? data + varsOfBlocks(ts, file, checker) : data,
          ...rest,
        );
      return emit(target, writeAll, cancel, only, transformers, true);
    };
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

type BoundFile = TS.SourceFile & { locals?: Map<string, TS.Symbol> };

/** What tslab takes for names of the cell are not to have that of the block of `declare global`, which no one can export. */
function forgetGlobalBlock({ locals }: BoundFile): void {
  locals?.delete('__global');
}

/** Declarations of what `var` declares within blocks, and for the whole cell, of which TypeScript's declarations tell nothing. */
function varsOfBlocks(ts: typeof TS, file: BoundFile, checker: TS.TypeChecker): string {
  const printer = ts.createPrinter();
  const flags = ts.NodeBuilderFlags.NoTruncation | ts.NodeBuilderFlags.UseStructuralFallback;
  let text = '';
  for (const [name, symbol] of file.locals ?? []) {
    const declaration = symbol.valueDeclaration;
    if (!declaration || !(symbol.flags & ts.SymbolFlags.FunctionScopedVariable)) continue;
    const statement = ts.findAncestor(declaration, ({ parent }) => parent === file);
    if (!statement || ts.isVariableStatement(statement)) continue;
    const type = checker.typeToTypeNode(checker.getTypeOfSymbol(symbol), file, flags);
    const written = type && printer.printNode(ts.EmitHint.Unspecified, type, file);
    text += `declare var ${name}: ${written ?? 'any'};\n`;
  }
  return text;
}

/** The program, with another text of one file that has been parsed and bound. */
function withFile(program: TS.BuilderProgram, file: TS.SourceFile): TS.BuilderProgram {
  const getSourceFile = (name: string): TS.SourceFile | undefined =>
    name === file.fileName ? file : program.getSourceFile(name);
  return Object.assign(Object.create(program) as TS.BuilderProgram, { getSourceFile });
}

/** The cell of parameters that papermill writes in Python, as it knows no TypeScript: `papermill -l python`. */
function fromPapermill(source: string): string {
  if (!/^# Parameters\n(?:[A-Za-z_]\w* = .*\n?)*$/.test(source)) return source;
  const words: Record<string, string> = {
    ...{ True: 'true', False: 'false', None: 'null', "float('nan')": 'NaN' },
    ...{ "float('inf')": 'Infinity', "float('-inf')": '-Infinity' },
  };
  // Texts stay as they are; papermill writes them as JSON does.
  const literal = /"(?:[^"\\]|\\.)*"|\b(?:True|False|None)\b|float\('(?:nan|-?inf)'\)/g;
  return source
    .replace(/^#/, '//')
    .replace(/^(?=[A-Za-z_]\w* = )/gm, 'var ')
    .replace(literal, found => words[found] ?? found);
}

/**
 * The cell as a script of its own names, at the same places: without its `export`s, as cells see each other's names anyhow,
 * what it exports from elsewhere imported, `import a = require()` as an import, and a first line for the shell a comment.
 */
function asScript(ts: typeof TS, source: string): string {
  if (!/\bexport\b|^#!|\brequire\b/.test(source)) return source;
  let text = source;
  const replace = (from: number, to: number, by = ''): void => {
    text = text.slice(0, from) + by + text.slice(from + by.length, to).replace(/[^\n]/g, ' ') + text.slice(to);
  };
  if (source.startsWith('#!')) replace(0, 2, '//');
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest);
  // From the end, as an expression that would begin a statement gets a parenthesis more.
  for (const statement of [...file.statements].reverse()) {
    const start = statement.getStart(file);
    if (ts.isExportDeclaration(statement)) {
      const { exportClause, moduleSpecifier } = statement;
      if (!moduleSpecifier) replace(start, statement.end);
      else replace(start, exportClause ? start + 'export'.length : moduleSpecifier.getStart(file), 'import');
    } else if (ts.isExportAssignment(statement)) {
      const { expression } = statement;
      const from = expression.getStart(file);
      const opens = /^(?:\{|function\b|class\b|async\b|let\b)/.test(source.slice(from));
      if (opens) text = `${text.slice(0, expression.end)})${text.slice(expression.end)}`;
      replace(start, from, opens ? '(' : '');
    } else if (ts.isImportEqualsDeclaration(statement)) {
      const { moduleReference, modifiers, name } = statement;
      if (modifiers?.length) replace(start, modifiers.end);
      if (!ts.isExternalModuleReference(moduleReference)) continue;
      const { expression } = moduleReference;
      replace(expression.end, moduleReference.end);
      replace(name.end, expression.getStart(file), ' from');
    } else if (ts.canHaveModifiers(statement)) {
      const kinds = ts.getModifiers(statement) ?? [];
      const anonymous =
        (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) &&
        !statement.name &&
        kinds.length > 1;
      if (anonymous) text = `${text.slice(0, statement.end)})${text.slice(statement.end)}`;
      for (const { kind, end } of kinds) {
        if (kind === ts.SyntaxKind.ExportKeyword) replace(end - 'export'.length, end, anonymous ? '(' : '');
        if (kind === ts.SyntaxKind.DefaultKeyword) replace(end - 'default'.length, end);
      }
    }
  }
  return text;
}

/** Marks the current parameter. */
const CURRENT = '▸ ';

/**
 * A call's signature, one parameter a line where there are several, with what is said of the current one, of the call, and of
 * the name under the cursor.
 */
function describeCall(ts: typeof TS, call: TS.SignatureHelpItems, name: Inspection | undefined): Inspection {
  const text = ts.displayPartsToString;
  const item = call.items[call.selectedItemIndex];
  const { parameters, isVariadic } = item;
  const current = isVariadic ? Math.min(call.argumentIndex, parameters.length - 1) : call.argumentIndex;
  const [opening, closing] = [text(item.prefixDisplayParts), text(item.suffixDisplayParts)];
  const lines = parameters.map(({ displayParts }, i) => `${i === current ? CURRENT : '  '}${text(displayParts)},\n`);
  const parameter = parameters[current];
  const more = call.items.length - 1;
  const documentation = [
    parameter?.documentation.length && `${parameter.name}: ${text(parameter.documentation)}`,
    text(item.documentation),
    ...item.tags
      .filter(({ name }) => ['example', 'returns', 'throws'].includes(name))
      .map(({ name, text: parts }) => `@${name} ${text(parts)}`),
    more && `and ${more} more ${more === 1 ? 'way' : 'ways'} to call it`,
    name && `${name.signature}\n${name.documentation}`.trim(),
  ];
  const signature = lines.length ? `${opening}\n${lines.join('')}${closing}` : `${opening}${closing}`;
  return { signature, documentation: documentation.filter(Boolean).join('\n\n') };
}

/** Says faults of the program last checked, where it has them: of chains in imported files, tslab does not tell the file. */
const wordsOf =
  (ts: typeof TS, { program }: State, absolute: (file: string) => string) =>
  ({ code, start, messageText: message, fileName }: Diagnostic): string | undefined => {
    const file = program?.getSourceFile(absolute(fileName ?? CELL));
    if (!program || !file) return undefined;
    // tslab's own line is before the cell's text.
    const at = start.offset + (fileName === undefined ? file.getPositionOfLineAndCharacter(1, 0) : 0);
    const known = program.getSemanticDiagnostics(file).some(one => one.code === code && one.start === at);
    return known ? faultWords(ts, { code, start: at, message }, file, program.getTypeChecker()) : undefined;
  };

/** TypeScript's chains of explanations come as separate diagnostics of one place; here one place is one problem. */
function problemsOf(
  { diagnostics }: ConvertResult,
  absolute: (file: string) => string,
  wordsOf: (problem: Diagnostic) => string | undefined,
): Problem[] {
  const problems = new Map<string, Problem>();
  for (const diagnostic of diagnostics as Diagnostic[]) {
    const { code, messageText, fileName, start } = diagnostic;
    const key = `${fileName} ${start.offset}`;
    const known = problems.get(key);
    if (known) known.message += `\n  ${messageText}`;
    else {
      const file = fileName && absolute(fileName);
      const place = { file, line: start.line + 1, column: start.character + 1 };
      problems.set(key, { code, message: messageText, words: wordsOf(diagnostic), ...place });
    }
  }
  return [...problems.values()];
}
