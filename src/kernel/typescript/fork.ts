/** TypeScript with what tslab's fork of it exports more, and two of tslab's omissions made good. */
import type * as TS from 'typescript';

type Compiler = typeof TS;

/** What TypeScript has and does not declare. */
export interface Internals {
  bindSourceFile(file: TS.SourceFile, options: TS.CompilerOptions | undefined): void;
  nullTransformationContext: TS.TransformationContext;
  getTouchingPropertyName(file: TS.SourceFile, position: number): TS.Node;
  Completions: { getCompletionsAtPosition(...args: unknown[]): unknown };
  SignatureHelp: { getSignatureHelpItems(...args: unknown[]): TS.SignatureHelpItems | undefined };
  SymbolDisplay: { getSymbolDisplayPartsDocumentationAndSymbolKind(...args: unknown[]): object };
}

const COULD_NOT_FIND_A_DECLARATION_FILE = 7016;

/** A copy, since the exports of the package itself cannot be changed in place. */
export function asFork(ts: Compiler): Compiler {
  const { nullTransformationContext, Completions } = ts as Compiler & Internals;
  const added = {
    getNullTransformationContext: () => nullTransformationContext,
    getDefaultTypeRoots: () => [],
    // A package without types is `any`, as a notebook is not the place to declare one. Nor is it one for declarations,
    // so it does not matter whether the type of a value can be written there.
    getPreEmitDiagnosticsOfFiles: (program: TS.Program, files: TS.SourceFile[]) =>
      files
        .flatMap(file => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
        .filter(({ code }) => code !== COULD_NOT_FIND_A_DECLARATION_FILE),
    getQuickInfoAtPosition: (file: TS.SourceFile, checker: TS.TypeChecker, _cancel: unknown, position: number) =>
      quickInfo(ts, file, checker, position),
    Completions: {
      ...Completions,
      // tslab gives no host, which names of an import and files need.
      getCompletionsAtPositionForTslab: (_host: unknown, program: TS.Program, ...rest: unknown[]) =>
        Completions.getCompletionsAtPosition(hostOf(ts, program), program, ...rest),
    },
  };
  const changed = {
    visitEachChild: (node: TS.Node, visitor: TS.Visitor, context: TS.TransformationContext) =>
      visitShorthand(ts, node, visitor) ?? ts.visitEachChild(node, visitor, context),
    // tslab forgets namespaces after a cell, as a kind that it does not know; it keeps functions as they stand.
    isFunctionDeclaration: (node: TS.Node) => ts.isFunctionDeclaration(node) || ts.isModuleDeclaration(node),
  };
  return { ...ts, ...added, ...changed } as Compiler;
}

const hostOf = (ts: Compiler, program: TS.Program): object => ({
  ...ts.sys,
  useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
  getCompilationSettings: () => program.getCompilerOptions(),
  getCurrentDirectory: () => program.getCurrentDirectory(),
  getProgram: () => program,
});

/** The call around a position, as the language service gives it; its argument there is the current one. */
export function callAround(ts: Compiler, program: TS.Program, file: TS.SourceFile, position: number) {
  const cancel = { isCancellationRequested: () => false, throwIfCancellationRequested: () => undefined };
  const { getSignatureHelpItems } = (ts as Compiler & Internals).SignatureHelp;
  return getSignatureHelpItems(program, file, position, { kind: 'invoked' }, cancel);
}

/** As the language service gives it, for a file that it does not have. */
function quickInfo(ts: Compiler, file: TS.SourceFile, checker: TS.TypeChecker, position: number): object | undefined {
  const { getTouchingPropertyName, SymbolDisplay } = ts as Compiler & Internals;
  const touched = getTouchingPropertyName(file, position);
  if (touched === file) return undefined;
  const { parent } = touched;
  const node = ts.isNewExpression(parent) && touched.pos === parent.pos ? parent.expression : touched;
  const symbol = optionAt(ts, node, checker) ?? checker.getSymbolAtLocation(node);
  if (!symbol) return undefined;
  const { getSymbolDisplayPartsDocumentationAndSymbolKind } = SymbolDisplay;
  const described = getSymbolDisplayPartsDocumentationAndSymbolKind(checker, symbol, file, node.parent, node);
  return { ...described, textSpan: ts.createTextSpan(node.getStart(file), node.getWidth(file)) };
}

/** The option that a name within `{ name: value }` is of, which says more than the property of that object does. */
function optionAt(ts: Compiler, node: TS.Node, checker: TS.TypeChecker): TS.Symbol | undefined {
  const { parent } = node;
  if (!ts.isPropertyAssignment(parent) || parent.name !== node || !ts.isIdentifier(node)) return undefined;
  const type = checker.getContextualType(parent.parent);
  return type && checker.getNonNullableType(type).getProperty(node.text);
}

/** `{ name }` with the name of an earlier cell: tslab would leave it as it is, and nothing of that name is there. */
function visitShorthand(ts: Compiler, node: TS.Node, visitor: TS.Visitor): TS.Node | undefined {
  if (!ts.isShorthandPropertyAssignment(node)) return undefined;
  const value = visitor(node.name) as TS.Expression;
  if (value === node.name) return undefined;
  // In `({ name = 1 } = values)`.
  const otherwise = node.objectAssignmentInitializer && (visitor(node.objectAssignmentInitializer) as TS.Expression);
  const target = otherwise ? ts.factory.createAssignment(value, otherwise) : value;
  const whole = ts.factory.createPropertyAssignment(ts.factory.createIdentifier(node.name.text), target);
  return ts.setOriginalNode(ts.setTextRange(whole, node), node);
}

/**
 * Has the program's checker answer for the name in `{ name }` what the value is, not what the property is; and nothing for
 * what an earlier cell declared to be global, which tslab would take for a name of that cell.
 *
 * @param declarations the file of what earlier cells declared
 */
export function tellValues(ts: Compiler, program: TS.Program, declarations: string): void {
  const { getTypeChecker } = program;
  program.getTypeChecker = () => {
    const checker = getTypeChecker();
    const { getSymbolAtLocation } = checker;
    const isGlobal = (declaration: TS.Node): boolean =>
      declaration.getSourceFile().fileName === declarations &&
      !!ts.findAncestor(declaration, ({ flags }) => (flags & ts.NodeFlags.GlobalAugmentation) !== 0);
    const symbolOf: typeof getSymbolAtLocation = node => {
      const isShorthand = node.parent && ts.isShorthandPropertyAssignment(node.parent) && node.parent.name === node;
      const symbol = isShorthand ? checker.getShorthandAssignmentValueSymbol(node.parent) : getSymbolAtLocation(node);
      return symbol?.declarations?.some(isGlobal) ? undefined : symbol;
    };
    // The checker is the same at every call.
    if (!patched.has(checker)) patched.add(Object.assign(checker, { getSymbolAtLocation: symbolOf }));
    return checker;
  };
}
const patched = new WeakSet<TS.TypeChecker>();
