/**
 * tslab as a library: cells in, JavaScript and types out. tslab's own compiler is a fork of TypeScript 5.0 that only
 * exports more of its inside, so today's TypeScript takes its place, and what the fork adds is `adapt`'s part. All that is
 * known of tslab's inside is in this file; the packages are pinned to the letter (tslab 1.0.22, TypeScript 5.9.3).
 */
import fs from 'node:fs';
import path from 'node:path';
import type * as TS from 'typescript';
import type { ConvertResult, Converter as TslabConverter, Diagnostic } from 'tslab/dist/converter';
import { loadCompiler } from './compiler';
import { CELL, transform, type Compiled } from './transform';

export interface Cell extends Compiled {
  /** The variable that holds the value of the last expression. */
  lastExpression?: string;
}

/** A local file that a cell imports, compiled. */
export interface LocalFile extends Compiled {
  /** Absolute, without its suffix. */
  name: string;
}

export interface Problem {
  /** TypeScript's number. */
  code: number;
  message: string;
  /** Absolute; undefined is the cell. */
  file?: string;
  /** Of the start, from 1. */
  line: number;
  column: number;
}

export interface Completion {
  start: number;
  end: number;
  matches: { text: string; type: string }[];
}

export interface Converter {
  /** Type-checks and compiles a cell after the cells before it. With `problems` the rest is empty. */
  convert(source: string): { problems: Problem[]; cell?: Cell; files: LocalFile[] };
  /** Makes the names of the cell last converted known to the next. */
  keep(): void;
  complete(source: string, position: number): Completion;
  /** Signature and documentation of the name at a position. */
  inspect(source: string, position: number): { signature: string; documentation: string } | undefined;
  isComplete(source: string): { status: 'complete' | 'invalid' } | { status: 'incomplete'; indent: string };
}

/**
 * @param root the checkout: cells see the packages of its node_modules
 * @param folder the notebook's folder: where relative imports start
 */
export function createConverter(root: string, folder: string): Converter {
  const compiler = loadCompiler(path.join(root, '.cache', 'kernel'));
  const original = compiler.ts;
  const state: State = { compiled: new Map(), watched: new Map(), namesOf: undefined };
  const { compiled, watched } = state;
  const ts = adapt(original, root, folder, state);
  // A copy, since the exports of the package itself cannot be changed in place.
  compiler.replace(ts);
  const tslab = require('tslab/dist/converter') as typeof import('tslab/dist/converter');
  const { printQuickInfo } = require('tslab/dist/inspect') as typeof import('tslab/dist/inspect');
  const engine: TslabConverter = tslab.createConverter({ isJS: false, isBrowser: false });
  setTimeout(() => compiler.save(), 2000).unref();
  let declarations = '';
  let last: string | undefined;
  let next = '';

  return {
    convert(source) {
      noticeEdits(watched);
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
      if (result.diagnostics.length) return { problems: problemsOf(result, root), files: [] };
      next = result.declOutput ?? declarations;
      const cell = result.output === undefined ? undefined : take(result.output);
      return { problems: [], cell: cell && { ...cell, lastExpression: result.lastExpressionVar }, files };
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
      const [signature, ...documentation] = printQuickInfo(info).split('\n\n');
      return { signature, documentation: documentation.join('\n\n') };
    },
    isComplete(source) {
      const { completed, indent } = tslab.isCompleteCode(source);
      if (!completed) return { status: 'incomplete', indent: indent ?? '' };
      const file = original.createSourceFile('cell.ts', source, original.ScriptTarget.Latest);
      const { parseDiagnostics } = file as unknown as { parseDiagnostics: unknown[] };
      return { status: parseDiagnostics.length ? 'invalid' : 'complete' };
    },
  };
}

interface Watch {
  changed: () => void;
  modified: number;
}

/** Tells the compiler of local files that were edited since the last cell; looking beats waiting for a file watcher. */
function noticeEdits(watched: Map<string, Watch>): void {
  for (const [file, watch] of watched) {
    const modified = modifiedTime(file);
    if (modified === watch.modified) continue;
    watch.modified = modified;
    watch.changed();
  }
}

const modifiedTime = (file: string): number => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Of tslab's fork. */
interface Internals {
  bindSourceFile(file: TS.SourceFile, options: TS.CompilerOptions | undefined): void;
  nullTransformationContext: TS.TransformationContext;
  getTouchingPropertyName(file: TS.SourceFile, position: number): TS.Node;
  Completions: { getCompletionsAtPosition(...args: unknown[]): unknown };
  SymbolDisplay: { getSymbolDisplayPartsDocumentationAndSymbolKind(...args: unknown[]): object };
}

/** What Node 20 has; of `using`, @types/node declares what is there. */
const LIBRARIES = ['es2023', 'es2024.regexp', 'es2024.sharedmemory', 'es2024.string'].map(name => `lib.${name}.d.ts`);

const COULD_NOT_FIND_A_DECLARATION_FILE = 7016;

interface State {
  /** By the code that tslab got. */
  compiled: Map<string, Compiled>;
  watched: Map<string, Watch>;
  /** tslab builds a program of every cell only to see which names it declares; that of this source need not be whole. */
  namesOf?: string;
}

/** The compiler with what tslab asks of it answered our way. */
function adapt(ts: typeof TS, root: string, folder: string, state: State): typeof TS {
  const atRoot = (file: string): string => path.posix.join(root.split(path.sep).join('/'), file);
  const virtual = new Set([atRoot(CELL), atRoot('__prev__.d.ts')]);
  const sys = Object.assign(Object.create(ts.sys) as TS.System, {
    getCurrentDirectory: () => root,
    watchFile: (file: string, callback: TS.FileWatcherCallback) => {
      const changed = (): void => callback(file, ts.FileWatcherEventKind.Changed);
      if (!file.includes('/node_modules/')) state.watched.set(file, { changed, modified: modifiedTime(file) });
      return { close: () => state.watched.delete(file) };
    },
    watchDirectory: () => ({ close: () => undefined }),
  });

  const createWatchCompilerHost = (
    files: string[],
    options: TS.CompilerOptions,
    ...rest: [TS.System, ...unknown[]]
  ) => {
    Object.assign(options, {
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      allowImportingTsExtensions: true,
      inlineSourceMap: true,
      strict: true,
      // What is newer than Node stays as it is until the second step, where tslab has taken the last expression's value.
      target: ts.ScriptTarget.ESNext,
      lib: LIBRARIES,
      experimentalDecorators: false,
      // Of tslab's fork, and of TypeScript 5.0.
      disableTopLevelAwait: undefined,
      noImplicitUseStrict: undefined,
      types: ['node'],
      typeRoots: [path.join(root, 'node_modules', '@types')],
    });
    const create = ts.createWatchCompilerHost as (...args: unknown[]) => TS.WatchCompilerHost<TS.BuilderProgram>;
    const host = create(files, options, ...rest);
    host.resolveModuleNameLiterals = (literals, file, redirected, compilerOptions) => {
      // Cells live in a virtual file at the root, but their relative imports start at the notebook's folder. Those that
      // TypeScript writes into declarations, for types that a cell did not name, start at the root.
      const places = (name: string): string[] =>
        virtual.has(file) && name.startsWith('.')
          ? [path.posix.join(folder.split(path.sep).join('/'), 'cell.ts'), file]
          : [file];
      return literals.map(({ text }) => {
        const resolved = places(text).map(from =>
          ts.resolveModuleName(text, from, compilerOptions, host, undefined, redirected),
        );
        return resolved.find(({ resolvedModule }) => resolvedModule) ?? resolved[0];
      });
    };
    // A host with a resolver of its own otherwise resolves everything anew for every cell, 200 to 500 ms.
    host.hasInvalidatedResolutions = () => false;
    const { createProgram } = host;
    let last: TS.BuilderProgram | undefined;
    host.createProgram = (names, compilerOptions, compilerHost, _previous, ...others) => {
      const cell = compilerHost!.getSourceFile(atRoot(CELL), ts.ScriptTarget.Latest) as TS.SourceFile & {
        locals?: Map<string, unknown>;
      };
      if (last && state.namesOf !== undefined && cell.text.endsWith(state.namesOf)) {
        (ts as unknown as Internals).bindSourceFile(cell, compilerOptions);
        // Without names, tslab goes on with this very program.
        if (cell.locals?.size) return withFile(last, cell);
      }
      last = createProgram(names, compilerOptions, compilerHost, last, ...others);
      tellValuesOfShorthands(ts, last.getProgram());
      return last;
    };
    return host;
  };

  const transpileModule = (module: string, options: TS.TranspileOptions): TS.TranspileOutput => {
    const result = transform(ts, module, options);
    state.compiled.set(result.code, result);
    return { outputText: result.code };
  };

  // A package without types is `any`, as a notebook is not the place to declare one.
  const getPreEmitDiagnosticsOfFiles = (program: TS.Program, files: TS.SourceFile[]): TS.Diagnostic[] =>
    files
      .flatMap(file => [...ts.getPreEmitDiagnostics(program, file)])
      .filter(({ code }) => code !== COULD_NOT_FIND_A_DECLARATION_FILE);
  const internals = ts as unknown as Internals;
  const getQuickInfoAtPosition = (file: TS.SourceFile, checker: TS.TypeChecker, _: unknown, position: number) => {
    let node = internals.getTouchingPropertyName(file, position);
    if (node === file) return undefined;
    if (ts.isNewExpression(node.parent) && node.pos === node.parent.pos) node = node.parent.expression;
    const symbol = checker.getSymbolAtLocation(node);
    if (!symbol) return undefined;
    const details = internals.SymbolDisplay.getSymbolDisplayPartsDocumentationAndSymbolKind(
      checker,
      symbol,
      file,
      node.parent,
      node,
    );
    return { ...details, textSpan: { start: node.getStart(file), length: node.getWidth(file) } };
  };
  const Completions = {
    ...internals.Completions,
    getCompletionsAtPositionForTslab: (...args: unknown[]) => internals.Completions.getCompletionsAtPosition(...args),
  };

  // `{ name }` with the name of an earlier cell: tslab would leave it as it is, and nothing of that name is there.
  const visitEachChild = (node: TS.Node, visitor: TS.Visitor, ...rest: [TS.TransformationContext]): TS.Node => {
    if (!ts.isShorthandPropertyAssignment(node)) return ts.visitEachChild(node, visitor, ...rest);
    const value = visitor(node.name) as TS.Expression;
    if (value === node.name) return ts.visitEachChild(node, visitor, ...rest);
    // In `({ name = 1 } = values)`.
    const otherwise = node.objectAssignmentInitializer && (visitor(node.objectAssignmentInitializer) as TS.Expression);
    const target = otherwise ? ts.factory.createAssignment(value, otherwise) : value;
    const whole = ts.factory.createPropertyAssignment(ts.factory.createIdentifier(node.name.text), target);
    return ts.setOriginalNode(ts.setTextRange(whole, node), node);
  };

  const replaced = {
    ...{ sys, createWatchCompilerHost, transpileModule, visitEachChild },
    ...{ getPreEmitDiagnosticsOfFiles, getQuickInfoAtPosition, Completions },
    getNullTransformationContext: () => internals.nullTransformationContext,
    getDefaultTypeRoots: () => [],
  };
  return { ...ts, ...replaced } as unknown as typeof TS;
}

/** Has the program's checker answer for the name in `{ name }` what the value is, not what the property is. */
function tellValuesOfShorthands(ts: typeof TS, program: TS.Program): void {
  const { getTypeChecker } = program;
  program.getTypeChecker = () => {
    const checker = getTypeChecker();
    const { getSymbolAtLocation } = checker;
    const symbolOf: typeof getSymbolAtLocation = node =>
      node.parent && ts.isShorthandPropertyAssignment(node.parent) && node.parent.name === node
        ? checker.getShorthandAssignmentValueSymbol(node.parent)
        : getSymbolAtLocation(node);
    // The checker is the same at every call.
    if (!patched.has(checker)) patched.add(Object.assign(checker, { getSymbolAtLocation: symbolOf }));
    return checker;
  };
}
const patched = new WeakSet<TS.TypeChecker>();

/** The program, with another text of one file that has been parsed and bound. */
function withFile(program: TS.BuilderProgram, file: TS.SourceFile): TS.BuilderProgram {
  const getSourceFile = (name: string): TS.SourceFile | undefined =>
    name === file.fileName ? file : program.getSourceFile(name);
  return Object.assign(Object.create(program) as TS.BuilderProgram, { getSourceFile });
}

/** TypeScript's chains of explanations come as separate diagnostics of one place; here one place is one problem. */
function problemsOf({ diagnostics }: ConvertResult, root: string): Problem[] {
  const problems = new Map<string, Problem>();
  for (const { code, messageText, fileName, start } of diagnostics as Diagnostic[]) {
    const key = `${fileName} ${start.offset}`;
    const known = problems.get(key);
    if (known) known.message += `\n  ${messageText}`;
    else {
      const file = fileName && path.join(root, fileName);
      problems.set(key, { code, message: messageText, file, line: start.line + 1, column: start.character + 1 });
    }
  }
  return [...problems.values()];
}
