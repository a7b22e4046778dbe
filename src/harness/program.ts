/** A student's answer as JavaScript that can be run: a module, or the cells of a notebook, with the local files that they import. */
import path from 'node:path';
import type * as Esbuild from 'esbuild';
import ts from 'typescript';
import { candidatesOf } from './candidates';
import { limited, LimitError } from '../node/limited';
import { declaredValues, parse } from './declarations';

/** Brackets of a program in each other; people write a dozen. */
const MOST_DEPTH = 2000;

/** Local files of one answer. */
const MAX_FILES = 50;

/** A code cell as the student wrote it. */
export interface Cell {
  /** What to call it in a note: `cell 3`. */
  label: string;
  source: string;
}

/** What a student handed in for an exercise. */
export interface Work {
  /** TypeScript. */
  source?: string;
  /** In place of `source`: the code cells of a notebook, in their order. */
  cells?: Cell[];
  /** The functions that are asked of it. */
  asked?: string[];
  /** Local files that it imports, by their path from the answer's folder. */
  files?: Record<string, string>;
}

/** What runs: CommonJS, or cells as the texts of functions that take `CellPorts`. */
export interface Program {
  module?: string;
  cells?: { label: string; code: string }[];
  /** CommonJS, by path. */
  files: Record<string, string>;
}

/** @throws CompileError with the first fault, of a module or of a file that it imports */
export async function compileWork(work: Work): Promise<Program> {
  try {
    return await compileAll(work);
  } catch (error) {
    if (error instanceof LimitError) throw new CompileError(error.message);
    throw error;
  }
}

async function compileAll({ source, cells, files = {} }: Work): Promise<Program> {
  const compiled = Object.entries(files).map(async ([name, text]) => [name, await compileModule(text, `${name} `)]);
  const program: Program = { files: Object.fromEntries(await Promise.all(compiled)) as Record<string, string> };
  if (cells) program.cells = await compileCells(cells);
  else program.module = await compileModule(source ?? '');
  return program;
}

export class CompileError extends Error {
  override name = 'CompileError';
}

/**
 * The local files that `texts`, which are in `folder`, import, and those that these import, by their path from there.
 * @param read a file by its path, with slashes; undefined where there is none
 */
export function localFiles(
  folder: string,
  texts: string[],
  read: (name: string) => string | undefined,
): Record<string, string> {
  const found: Record<string, string> = {};
  const follow = (text: string, from: string): void => {
    for (const id of localImports(text)) {
      const candidates = candidatesOf(from, id).filter(name => !name.startsWith('..'));
      if (candidates.some(name => Object.hasOwn(found, name))) continue;
      const name = candidates.find(name => read(path.posix.join(folder, name)) !== undefined);
      if (name === undefined || Object.keys(found).length >= MAX_FILES) continue;
      found[name] = read(path.posix.join(folder, name))!;
      follow(found[name], path.posix.dirname(name));
    }
  };
  texts.forEach(text => follow(text, ''));
  return found;
}

/** Paths that `import`, `export from`, `import()` and `require()` of a text name, relative ones only. */
function localImports(text: string): string[] {
  if (!/['"]\.{1,2}\//.test(text)) return [];
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    const name =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isExternalModuleReference(node)
          ? node.expression
          : ts.isCallExpression(node) && (isImportCall(node) || isRequire(node))
            ? node.arguments[0]
            : undefined;
    if (name && ts.isStringLiteralLike(name) && name.text.startsWith('.')) found.add(name.text);
    ts.forEachChild(node, visit);
  };
  visit(parse(text));
  return [...found];
}

/** The labels of the cells that declare, set or fill what the functions `asked` need; of all if nothing is asked. */
export function neededCells(cells: Cell[], asked: string[]): Set<string> {
  const known = cells.map(({ label, source }) => {
    const file = parse(source);
    const imported = new Set(file.statements.filter(ts.isImportDeclaration).flatMap(declaredValues));
    const own = file.statements.flatMap(declaredValues).filter(name => !imported.has(name));
    return { label, own, imported, all: identifiers(file) };
  });
  const names = new Set(asked);
  const declared = new Set(known.flatMap(({ own }) => own));
  const needed = new Set(asked.length ? [] : cells.map(({ label }) => label));
  for (let before = -1; before !== needed.size + names.size;) {
    before = needed.size + names.size;
    for (const { label, all } of known) {
      if (!needed.has(label) && ![...names].some(name => all.has(name))) continue;
      needed.add(label);
      for (const name of all) if (declared.has(name)) names.add(name);
    }
  }
  // Imports are needed where their names are; a module that two cells use ties them not together.
  for (const { label, imported } of known)
    if (
      imported.size &&
      known.some(other => needed.has(other.label) && [...imported].some(name => other.all.has(name)))
    )
      needed.add(label);
  return needed;
}

async function compileModule(text: string, where = ''): Promise<string> {
  if (where.endsWith('.json ')) return `module.exports = ${text}`;
  return compile(text, { format: 'cjs' }, where);
}

/**
 * The cells as functions. A name that another cell declares is looked up when it is used, as in the kernel. A cell that
 * does not compile is not there, as one that the kernel refuses.
 */
async function compileCells(cells: Cell[]): Promise<NonNullable<Program['cells']>> {
  const parsed = limited(2000, 'the notebook', () => cells.map(cell => ({ ...cell, file: parse(cell.source) })));
  const own = limited(2000, 'the notebook', () =>
    parsed.map(({ file }) => [...new Set(file.statements.flatMap(declaredValues))]),
  );
  const all = new Set(own.flat());
  const compiled = parsed.map(async ({ label, source, file }, i) => {
    try {
      // Of 2000 cells with a name each, all names in every cell would be millions.
      const used = limited(2000, label, () => [...identifiers(file)]);
      const others = used.filter(name => all.has(name) && !own[i].includes(name));
      const define = Object.fromEntries(others.map(name => [name, `$ports.scope.${name}`]));
      const code = await compile(
        limited(2000, label, () => withoutModuleSyntax(source, file)),
        { define },
      );
      const live = own[i].map(name => `$ports.live("${name}", () => ${name}, $value => { ${name} = $value; });`);
      return [{ label, code: `(async $ports => { ${live.join(' ')}\n${code}\n})` }];
    } catch (error) {
      if (error instanceof CompileError || error instanceof LimitError) return [];
      throw error;
    }
  });
  return (await Promise.all(compiled)).flat();
}

async function compile(text: string, options: Esbuild.TransformOptions, where = ''): Promise<string> {
  const tooDeep = (): CompileError =>
    new CompileError(`${where}the compiler ends on this file: something in it is nested too deep`);
  // It takes time and memory by the square of the depth.
  if (depthOf(text) > MOST_DEPTH) throw tooDeep();
  // Loaded at the first use: a check in a browser's kernel has another compiler.
  const { stop, transform } = require('esbuild') as typeof Esbuild;
  // Without white space: indented, brackets nested n deep take n * n bytes.
  const fixed: Esbuild.TransformOptions = {
    minifyWhitespace: true,
    loader: 'ts',
    target: 'node20',
    logLevel: 'silent',
    tsconfigRaw: '{}',
  };
  for (let tries = 1; ; tries++) {
    try {
      return (await transform(text, { ...fixed, ...options })).code;
    } catch (error) {
      const [first] = (error as Esbuild.TransformFailure).errors ?? [];
      if (first) throw new CompileError(`${where}line ${first.location?.line ?? '?'}: ${first.text}`);
      // Brackets nested a hundred thousand deep end esbuild's process, which would be missing for all who follow.
      await stop();
      if (tries === 2) throw tooDeep();
    }
  }
}

/** How deep brackets are in each other, those in texts and comments counted too. */
function depthOf(text: string): number {
  let [depth, most] = [0, 0];
  for (const character of text) {
    if (character === '(' || character === '[' || character === '{') most = Math.max(most, ++depth);
    else if (depth && (character === ')' || character === ']' || character === '}')) depth--;
  }
  return most;
}

/** A cell's text with `import` as a call and without `export`, line by line as it was. */
function withoutModuleSyntax(source: string, file: ts.SourceFile): string {
  const changes: { from: number; to: number; text: string }[] = [];
  const replace = (from: number, to: number, text: string): void => {
    const lines = source.slice(from, to).split('\n').length - text.split('\n').length;
    changes.push({ from, to, text: text + '\n'.repeat(Math.max(0, lines)) });
  };
  for (const statement of file.statements) {
    const start = statement.getStart(file);
    if (ts.isImportDeclaration(statement)) replace(start, statement.end, importAsCall(statement, file));
    else if (ts.isExportDeclaration(statement) || ts.isNamespaceExportDeclaration(statement))
      replace(start, statement.end, '');
    else if (ts.isExportAssignment(statement)) replace(start, statement.expression.getStart(file), '');
    else if (ts.canHaveModifiers(statement))
      for (const modifier of ts.getModifiers(statement) ?? [])
        if (modifier.kind === ts.SyntaxKind.ExportKeyword || modifier.kind === ts.SyntaxKind.DefaultKeyword)
          replace(modifier.getStart(file), modifier.end, '');
  }
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isImportCall(node))
      replace(node.expression.getStart(file), node.expression.end, '(async id => $ports.load(id))');
    ts.forEachChild(node, visit);
  };
  file.statements.forEach(visit);
  changes.sort((a, b) => b.from - a.from);
  return changes.reduce((text, { from, to, text: by }) => text.slice(0, from) + by + text.slice(to), source);
}

/** `var`, as cells that were merged often import the same twice. */
function importAsCall({ importClause, moduleSpecifier }: ts.ImportDeclaration, file: ts.SourceFile): string {
  const load = `$ports.load(${moduleSpecifier.getText(file)})`;
  if (!importClause) return `${load};`;
  if (importClause.isTypeOnly) return '';
  const { name, namedBindings } = importClause;
  const parts: string[] = name ? [`{ default: ${name.text} } = ${load}`] : [];
  if (namedBindings && ts.isNamespaceImport(namedBindings)) parts.push(`${namedBindings.name.text} = ${load}`);
  else if (namedBindings) {
    const names = namedBindings.elements
      .filter(({ isTypeOnly }) => !isTypeOnly)
      .map(({ name, propertyName }) => (propertyName ? `${propertyName.getText(file)}: ${name.text}` : name.text));
    parts.push(`{ ${names.join(', ')} } = ${load}`);
  }
  return `var ${parts.join(', ')};`;
}

function identifiers(file: ts.SourceFile): Set<string> {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

const isImportCall = ({ expression }: ts.CallExpression): boolean => expression.kind === ts.SyntaxKind.ImportKeyword;
const isRequire = ({ expression }: ts.CallExpression): boolean =>
  ts.isIdentifier(expression) && expression.text === 'require';
