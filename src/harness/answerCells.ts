/** The cells of a lecture that hold a student's answer to one exercise: what a lecture computes besides has no part in it. */
import ts from 'typescript';
import { declaredValues, parse } from './declarations';
import type { Cell } from './program';

/** What became of a function that an exercise asks for. */
export interface Written {
  name: string;
  state: 'missing' | 'as handed out' | 'begun' | 'written';
  /** What the exercise says is to do. */
  hint?: string;
}

const OPEN = /throw new Error\('Not written yet: ((?:[^'\\]|\\.)*?)\.?'\);?/;

/** How far each of the functions `asked` is, by the last declaration of it that is not as it was handed out. */
export function writtenIn(texts: string[], asked: string[]): Written[] {
  const files = texts.map(parse);
  return asked.map(name => {
    const all = files.flatMap(file => declarationsOf(file, name).map(statement => stateOf(statement, file, name)));
    const begun = all.filter(({ state }) => state !== 'as handed out');
    return begun.at(-1) ?? all.at(-1) ?? { name, state: 'missing' };
  });
}

function declarationsOf(file: ts.SourceFile, name: string): ts.Statement[] {
  return file.statements.filter(
    statement => !ts.isImportDeclaration(statement) && declaredValues(statement).includes(name),
  );
}

function stateOf(statement: ts.Statement, file: ts.SourceFile, name: string): Written {
  const open = OPEN.exec(statement.getText(file));
  if (!open) return { name, state: 'written' };
  const isBare = ts.isFunctionDeclaration(statement) && statement.body?.statements.length === 1;
  return { name, state: isBare ? 'as handed out' : 'begun', hint: open[1].replace(/\\(.)/g, '$1') };
}

/**
 * The cells that declare the functions `asked`, and those that declare, set or fill what these need; of a cell that only
 * imports something for them, its imports. A function as it was handed out is left out where another cell writes it.
 */
export function answerCells(cells: Cell[], asked: string[]): Cell[] {
  const known = cells.map(cell => {
    const file = parse(cell.source);
    const statements = file.statements.filter(statement => !ts.isImportDeclaration(statement));
    const imports = file.statements.filter(ts.isImportDeclaration);
    return {
      ...cell,
      file,
      imports,
      own: statements.flatMap(declaredValues),
      touched: statements.flatMap(changedBy),
      imported: imports.flatMap(declaredValues),
    };
  });
  const declared = new Set(known.flatMap(({ own }) => own));
  const names = new Set(asked);
  const needed = new Set<(typeof known)[number]>();
  const free = new Set<string>(asked);
  for (let before = -1; before !== needed.size;) {
    before = needed.size;
    for (const cell of known) {
      if (needed.has(cell) || ![...cell.own, ...cell.touched].some(name => names.has(name))) continue;
      needed.add(cell);
      for (const name of freeNames(cell.source)) {
        free.add(name);
        if (declared.has(name)) names.add(name);
      }
    }
  }
  const found = writtenIn(
    cells.map(({ source }) => source),
    asked,
  );
  const isWritten = new Set(
    found.filter(({ state }) => state === 'begun' || state === 'written').map(({ name }) => name),
  );
  return known.flatMap(cell => {
    const { label, source, file, imports, imported } = cell;
    if (needed.has(cell)) return [{ label, source: withoutCopies(source, file, isWritten) }];
    const used = imported.some(name => free.has(name));
    return used ? [{ label, source: imports.map(statement => statement.getText(file)).join('\n') }] : [];
  });
}

/** A cell without the functions that are as handed out and that another cell writes. */
function withoutCopies(source: string, file: ts.SourceFile, isWritten: Set<string>): string {
  const copies = file.statements.filter(
    statement =>
      ts.isFunctionDeclaration(statement) &&
      isWritten.has(statement.name?.text ?? '') &&
      stateOf(statement, file, '').state === 'as handed out',
  );
  return copies.reduceRight(
    (text, statement) => text.slice(0, statement.getStart(file)) + text.slice(statement.end),
    source,
  );
}

/** The variables that a statement assigns to, or calls a method of: `known[0] = 1`, `known.push(1)`, `n++`. */
function changedBy(statement: ts.Statement): string[] {
  const found: string[] = [];
  const rootOf = (node: ts.Expression): string[] =>
    ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)
      ? rootOf(node.expression)
      : ts.isIdentifier(node)
        ? [node.text]
        : [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
    if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) found.push(...rootOf(node.left));
    if (ts.isPostfixUnaryExpression(node)) found.push(...rootOf(node.operand));
    if (ts.isPrefixUnaryExpression(node) && isStep(node.operator)) found.push(...rootOf(node.operand));
    if (
      ts.isExpressionStatement(node) &&
      ts.isCallExpression(node.expression) &&
      !ts.isIdentifier(node.expression.expression)
    )
      found.push(...rootOf(node.expression.expression));
    ts.forEachChild(node, visit);
  };
  visit(statement);
  return found;
}

const isStep = (kind: ts.SyntaxKind): boolean =>
  kind === ts.SyntaxKind.PlusPlusToken || kind === ts.SyntaxKind.MinusMinusToken;

const isAssignment = (kind: ts.SyntaxKind): boolean =>
  kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;

/** The names that a cell uses and does not declare itself: parameters, properties and its own variables are none. */
function freeNames(source: string): Set<string> {
  const name = 'cell.ts';
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.ES2022, true);
  const host: ts.CompilerHost = {
    getSourceFile: asked => (asked === name ? file : undefined),
    getDefaultLibFileName: () => 'lib.d.ts',
    writeFile: () => undefined,
    getCurrentDirectory: () => '/',
    getCanonicalFileName: asked => asked,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => '\n',
    fileExists: asked => asked === name,
    readFile: () => undefined,
  };
  const checker = ts
    .createProgram([name], { noLib: true, noResolve: true, types: [], target: ts.ScriptTarget.ES2022 }, host)
    .getTypeChecker();
  const free = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && !isNameOfProperty(node)) {
      const symbol = ts.isShorthandPropertyAssignment(node.parent)
        ? checker.getShorthandAssignmentValueSymbol(node.parent)
        : checker.getSymbolAtLocation(node);
      if (!symbol?.declarations?.length) free.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return free;
}

function isNameOfProperty(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isQualifiedName(parent) && parent.right === node) ||
    ((ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isMethodDeclaration(parent)) &&
      parent.name === node) ||
    (ts.isBindingElement(parent) && parent.propertyName === node)
  );
}
