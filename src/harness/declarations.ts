/** What the statements of a TypeScript module declare and export. */
import ts from 'typescript';

export function parse(source: string): ts.SourceFile {
  const read = (text: string): ts.SourceFile => ts.createSourceFile('cell.ts', text, ts.ScriptTarget.ES2022, false);
  try {
    return read(source);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    // TypeScript 5.9 fails in itself on some texts, such as `@of await `; the compiler then says what is wrong with it.
    return read('');
  }
}

/** The names that a statement declares, imports included. */
export function declared(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => bindingNames(name));
  }
  if (ts.isImportDeclaration(statement)) {
    const { name, namedBindings } = statement.importClause ?? {};
    const more = !namedBindings
      ? []
      : ts.isNamespaceImport(namedBindings)
        ? [namedBindings.name.text]
        : namedBindings.elements.map(element => element.name.text);
    return [...(name ? [name.text] : []), ...more];
  }
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement)
  ) {
    return statement.name ? [statement.name.text] : [];
  }
  return [];
}

/** The names of values that a cell's statement declares, also by `var` in a block of it; types have no value. */
export function declaredValues(statement: ts.Statement): string[] {
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) return [];
  if (hasModifier(statement, ts.SyntaxKind.DeclareKeyword)) return [];
  if (ts.isModuleDeclaration(statement) || ts.isImportEqualsDeclaration(statement))
    return statement.name && ts.isIdentifier(statement.name) ? [statement.name.text] : [];
  if (ts.isImportDeclaration(statement)) {
    const { importClause } = statement;
    if (importClause?.isTypeOnly) return [];
    const bindings = importClause?.namedBindings;
    const types =
      bindings && ts.isNamedImports(bindings)
        ? bindings.elements.filter(({ isTypeOnly }) => isTypeOnly).map(({ name }) => name.text)
        : [];
    return declared(statement).filter(name => !types.includes(name));
  }
  const isDeclaration =
    ts.isVariableStatement(statement) ||
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isEnumDeclaration(statement);
  return isDeclaration ? declared(statement) : varsIn(statement);
}

/** What `var` declares below a node, functions aside. */
function varsIn(node: ts.Node): string[] {
  const names: string[] = [];
  const visit = (child: ts.Node): void => {
    if (ts.isFunctionLike(child) || ts.isClassLike(child)) return;
    if (ts.isVariableDeclarationList(child) && !(child.flags & ts.NodeFlags.BlockScoped))
      child.declarations.forEach(({ name }) => names.push(...bindingNames(name)));
    ts.forEachChild(child, visit);
  };
  ts.forEachChild(node, visit);
  return names;
}

function bindingNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap(element => (ts.isOmittedExpression(element) ? [] : bindingNames(element.name)));
}

function isExported(statement: ts.Statement): boolean {
  return hasModifier(statement, ts.SyntaxKind.ExportKeyword);
}

function hasModifier(statement: ts.Statement, wanted: ts.SyntaxKind): boolean {
  const { modifiers } = statement as { modifiers?: ts.NodeArray<ts.ModifierLike> };
  return modifiers?.some(({ kind }) => kind === wanted) ?? false;
}

/** The names of the values that a module exports where it declares them. */
export function exported(file: ts.SourceFile): string[] {
  const isValue = (s: ts.Statement): boolean => !ts.isInterfaceDeclaration(s) && !ts.isTypeAliasDeclaration(s);
  return file.statements.filter(s => isExported(s) && isValue(s)).flatMap(declared);
}
