/**
 * The last step from a cell to code that runs. tslab gives a cell as an ES module in which names of earlier cells are
 * `exports.name`; here it becomes the body of a function whose own names stay plain local variables (a proxy over them
 * makes loops 35 to 480 times slower), with every loop looking at the interrupt flag.
 */
import type * as TS from 'typescript';
import { CELL_LABEL, type Compiled } from '../interfaces/converter';
import type { SourceMapPayload } from '../interfaces/platform';

type Compiler = typeof TS;

export const CELL = '__tslab__.ts';

/** Stands in for tslab's own `ts.transpileModule` call, which turns an ES module into CommonJS. */
export function transform(ts: Compiler, module: string, options: TS.TranspileOptions): Compiled {
  const { text, map } = splitSourceMap(module);
  const isCell = !!map?.sources[0]?.endsWith(CELL);
  const cell = isCell ? ownNames(ts, text) : undefined;
  const used = new Set<string>();
  const imports = new Set<string>();
  const before = (context: TS.TransformationContext) => (source: TS.SourceFile) => {
    importsOf(ts, source, imports);
    return rewrite(ts, context, source, isCell ? used : undefined);
  };
  const { outputText, sourceMapText } = ts.transpileModule(cell?.text ?? text, {
    ...options,
    transformers: { before: [before] },
    compilerOptions: { ...options.compilerOptions, sourceMap: true },
  });
  return {
    code: outputText.replace(/\/\/# sourceMappingURL=.*\s*$/, ''),
    isAsync: cell?.isAsync ?? false,
    maps: [JSON.parse(sourceMapText!) as SourceMapPayload, ...(map ? [map] : [])],
    settled: cell?.settled ?? [],
    live: cell?.live ?? [],
    used: [...used],
    imports: [...imports],
  };
}

function splitSourceMap(module: string) {
  const found = /\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/.exec(module);
  if (!found) return { text: module, map: undefined };
  const bytes = Uint8Array.from(atob(found[1]), character => character.charCodeAt(0));
  const map = JSON.parse(new TextDecoder().decode(bytes)) as SourceMapPayload;
  return { text: module.slice(0, found.index), map };
}

/** Finds the names that a cell declares, and takes its `export`s out without moving a character. */
function ownNames(ts: Compiler, text: string) {
  const source = ts.createSourceFile('cell.js', text, ts.ScriptTarget.Latest, true);
  const imported = new Set<string>();
  const exported = new Set<string>();
  const variables = new Set<string>();
  const blanks: [from: number, to: number][] = [];
  let words: { from: number; to: number; word: string }[] = [];

  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) namesOfImport(ts, statement).forEach(name => imported.add(name));
    if (ts.isExportDeclaration(statement) && statement.exportClause && !statement.moduleSpecifier) {
      (statement.exportClause as TS.NamedExports).elements.forEach(({ name }) => exported.add(name.text));
      blanks.push([statement.getStart(), statement.end]);
    }
    if (!ts.isVariableStatement(statement)) continue;
    const { modifiers, declarationList } = statement;
    if (modifiers?.length) {
      namesOfBinding(ts, declarationList).forEach(name => exported.add(name));
      blanks.push([statement.getStart(), modifiers.end]);
    }
    const names = namesOfBinding(ts, declarationList);
    names.forEach(name => variables.add(name));
    // What is disposed of when the cell ends stays as it is.
    if (isUsing(ts, declarationList, ts.NodeFlags.Using)) continue;
    words.push({
      from: declarationList.getStart(),
      to: declarationList.declarations[0].getStart(),
      word: names.join(),
    });
  }

  const captured = capturedNames(ts, source);
  const own = [...exported].filter(name => !imported.has(name));
  const settled = own.filter(name => variables.has(name) && !captured.has(name));
  // A variable that is set once the cell ends must be seen there, also when the cell throws: `var` lives in the function.
  words = words.filter(({ word }) => word.split(',').every(name => settled.includes(name)));
  let result = text;
  for (const { from, to } of words) result = result.slice(0, from) + 'var'.padEnd(to - from) + result.slice(to);
  for (const [from, to] of blanks) {
    result = result.slice(0, from) + result.slice(from, to).replace(/[^\n]/g, ' ') + result.slice(to);
  }
  const varNames = new Set(words.flatMap(({ word }) => word.split(',')));
  const reexported = [...exported].filter(name => imported.has(name));
  return {
    text: `${result}\n${reexported.map(name => `export { ${name} };`).join(' ')}`,
    settled: settled.filter(name => varNames.has(name)),
    live: own.filter(name => !varNames.has(name)),
    isAsync: awaits(ts, source),
  };
}

/** Adds the modules that `import`, `export from`, `import()` and `require()` name. */
function importsOf(ts: Compiler, node: TS.Node, found: Set<string>): void {
  const name =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
      ? node.moduleSpecifier
      : ts.isCallExpression(node) && isLoad(ts, node.expression)
        ? node.arguments[0]
        : undefined;
  if (name && ts.isStringLiteralLike(name)) found.add(name.text);
  ts.forEachChild(node, child => importsOf(ts, child, found));
}

const isLoad = (ts: Compiler, callee: TS.Expression): boolean =>
  callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');

function namesOfImport(ts: Compiler, { importClause }: TS.ImportDeclaration): string[] {
  const { name, namedBindings } = importClause ?? {};
  const names = name ? [name.text] : [];
  if (!namedBindings) return names;
  if (ts.isNamespaceImport(namedBindings)) return [...names, namedBindings.name.text];
  return [...names, ...namedBindings.elements.map(element => element.name.text)];
}

function namesOfBinding(ts: Compiler, list: TS.VariableDeclarationList): string[] {
  const names: string[] = [];
  const add = (name: TS.BindingName): void => {
    if (ts.isIdentifier(name)) names.push(name.text);
    else name.elements.forEach(element => !ts.isOmittedExpression(element) && add(element.name));
  };
  list.declarations.forEach(({ name }) => add(name));
  return names;
}

/** Every identifier within a function or class of the cell: an upper bound on what they capture. */
function capturedNames(ts: Compiler, source: TS.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: TS.Node, inside: boolean): void => {
    if (inside && ts.isIdentifier(node)) names.add(node.text);
    const within = inside || ts.isFunctionLike(node) || ts.isClassLike(node);
    ts.forEachChild(node, child => visit(child, within));
  };
  visit(source, false);
  return names;
}

function awaits(ts: Compiler, node: TS.Node): boolean {
  if (ts.isFunctionLike(node)) return false;
  if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) return true;
  if (ts.isVariableDeclarationList(node) && isUsing(ts, node, ts.NodeFlags.AwaitUsing)) return true;
  return ts.forEachChild(node, child => awaits(ts, child) || undefined) ?? false;
}

const isUsing = (ts: Compiler, { flags }: TS.VariableDeclarationList, kind: TS.NodeFlags): boolean =>
  (flags & ts.NodeFlags.BlockScoped & kind) === kind;

/**
 * Guards every loop, and every function that calls something; in a cell, `exports.name` becomes `$$name.value`, a box of
 * its own that none of the kernel's names can meet, and `used` collects the names.
 */
function rewrite(ts: Compiler, context: TS.TransformationContext, source: TS.SourceFile, used?: Set<string>) {
  const { factory: f } = ts;
  const call = (name: string, ...values: TS.Expression[]): TS.Expression =>
    f.createCallExpression(f.createIdentifier(name), undefined, values);
  const stop = f.createElementAccessExpression(f.createIdentifier('$stop'), 0);
  // Once an interrupt has been seen to, code that waited then must not go on either.
  const stopOrEnded = f.createLogicalOr(stop, call('$isEnded'));
  const guard = (then: TS.Statement, waits: boolean): TS.Statement =>
    f.createIfStatement(waits ? stopOrEnded : stop, then);
  // In place of these a call makes a hot loop five times slower, and so does a throw within the try around a cell.
  const leave = (waits: boolean): TS.Statement => guard(f.createBreakStatement(CELL_LABEL), waits);
  const fail = (waits: boolean): TS.Statement => guard(f.createThrowStatement(f.createIdentifier('$interrupt')), waits);

  const visit = (original: TS.Node, inFunction: boolean): TS.Node => {
    const within = inFunction || ts.isFunctionLike(original) || ts.isClassStaticBlockDeclaration(original);
    const node = ts.visitEachChild(original, child => visit(child, within), context);
    if (used && isExportsOf(ts, node)) {
      used.add(node.name.text);
      const box = f.createPropertyAccessExpression(f.createIdentifier(`$$${node.name.text}`), 'value');
      return ts.setOriginalNode(ts.setTextRange(box, node), node);
    }
    if (used) {
      const call = withoutThis(ts, original, node);
      if (call) return call;
    }
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
      return f.createIdentifier('$meta');
    if (ts.isAwaitExpression(original)) return ts.setTextRange(call('$goOn', node as TS.Expression), original);
    if (isBody(ts, original) && calls(ts, original)) {
      return guardBody(ts, node as TS.ConciseBody, fail(isAsync(ts, original.parent)));
    }
    if (isLastExpression(ts, original)) {
      // A function without a name would get the variable's.
      const { name, initializer } = node as TS.VariableDeclaration;
      const nameless = f.createComma(f.createNumericLiteral(0), initializer!);
      return f.updateVariableDeclaration(node as TS.VariableDeclaration, name, undefined, undefined, nameless);
    }
    if (!ts.isIterationStatement(node, false)) return node;
    const waits = awaits(ts, original);
    const inner = ts.isBlock(node.statement) ? [...node.statement.statements] : [node.statement];
    // Node 20 is three times faster with the guard at the end, which a `continue` would pass by, and where the turn of a
    // `for await` that comes after an interrupt would have run.
    const first = continues(ts, node.statement) || (ts.isForOfStatement(node) && !!node.awaitModifier);
    const statements =
      !used || inFunction ? [fail(waits), ...inner] : first ? [leave(waits), ...inner] : [...inner, leave(waits)];
    return withBody(ts, node, ts.setTextRange(f.createBlock(statements, true), node.statement));
  };
  return visit(source, false) as TS.SourceFile;
}

/** The variable of tslab's for the value of the last expression, where that is a function or a class without a name. */
function isLastExpression(ts: Compiler, node: TS.Node): boolean {
  if (!ts.isVariableDeclaration(node) || !node.initializer || !/^tsLastExpr\d*$/.test(node.name.getText()))
    return false;
  let value = node.initializer;
  while (ts.isParenthesizedExpression(value)) value = value.expression;
  return ts.isArrowFunction(value) || ((ts.isFunctionExpression(value) || ts.isClassExpression(value)) && !value.name);
}

/** A call of a function of an earlier cell, which must not get the box as its `this`. */
function withoutThis(ts: Compiler, original: TS.Node, node: TS.Node): TS.Node | undefined {
  const { factory: f } = ts;
  const plain = (callee: TS.Expression): TS.Expression =>
    f.createParenthesizedExpression(f.createComma(f.createNumericLiteral(0), callee));
  if (ts.isCallExpression(original) && ts.isCallExpression(node) && isExportsOf(ts, original.expression)) {
    const callee = plain(node.expression);
    return ts.isCallChain(node)
      ? f.updateCallChain(node, callee, node.questionDotToken, node.typeArguments, node.arguments)
      : f.updateCallExpression(node, callee, node.typeArguments, node.arguments);
  }
  if (!ts.isTaggedTemplateExpression(original) || !isExportsOf(ts, original.tag)) return undefined;
  const tagged = node as TS.TaggedTemplateExpression;
  return f.updateTaggedTemplateExpression(tagged, plain(tagged.tag), tagged.typeArguments, tagged.template);
}

function isBody(ts: Compiler, node: TS.Node): node is TS.ConciseBody {
  const { parent } = node;
  return !!parent && ts.isFunctionLike(parent) && (parent as TS.FunctionLikeDeclaration).body === node;
}

/** The body of a function, with a statement before all but its directives. */
function guardBody(ts: Compiler, body: TS.ConciseBody, guard: TS.Statement): TS.Block {
  const { factory: f } = ts;
  if (!ts.isBlock(body)) return f.createBlock([guard, ts.setTextRange(f.createReturnStatement(body), body)]);
  const { statements } = body;
  const start = statements.findIndex(
    statement => !ts.isExpressionStatement(statement) || !ts.isStringLiteral(statement.expression),
  );
  return f.updateBlock(body, [...statements.slice(0, start), guard, ...statements.slice(start)]);
}

function withBody(ts: Compiler, loop: TS.IterationStatement, body: TS.Block): TS.IterationStatement {
  const { factory: f } = ts;
  if (ts.isForStatement(loop))
    return f.updateForStatement(loop, loop.initializer, loop.condition, loop.incrementor, body);
  if (ts.isForOfStatement(loop)) {
    return f.updateForOfStatement(loop, loop.awaitModifier, loop.initializer, loop.expression, body);
  }
  if (ts.isForInStatement(loop)) return f.updateForInStatement(loop, loop.initializer, loop.expression, body);
  if (ts.isWhileStatement(loop)) return f.updateWhileStatement(loop, loop.expression, body);
  return f.updateDoStatement(loop as TS.DoStatement, body, (loop as TS.DoStatement).expression);
}

const isAsync = (ts: Compiler, node: TS.Node): boolean =>
  ts.canHaveModifiers(node) && !!ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);

/** Calls something itself: only then can it go on without end, and functions that do not may be sent elsewhere as text. */
function calls(ts: Compiler, node: TS.Node): boolean {
  if (ts.isFunctionLike(node)) return false;
  if (ts.isCallExpression(node) || ts.isNewExpression(node) || ts.isTaggedTemplateExpression(node)) return true;
  return ts.forEachChild(node, child => calls(ts, child) || undefined) ?? false;
}

/** Has a `continue` somewhere, of whichever loop. */
function continues(ts: Compiler, node: TS.Node): boolean {
  if (ts.isFunctionLike(node)) return false;
  return ts.isContinueStatement(node) || (ts.forEachChild(node, child => continues(ts, child) || undefined) ?? false);
}

function isExportsOf(ts: Compiler, node: TS.Node): node is TS.PropertyAccessExpression & { name: TS.Identifier } {
  return ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'exports';
}
