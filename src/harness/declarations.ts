/** What the statements of a TypeScript module declare and export. */
import ts from 'typescript';

export function parse(source: string): ts.SourceFile {
  return ts.createSourceFile('cell.ts', source, ts.ScriptTarget.ES2022, false);
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

function bindingNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap(element => (ts.isOmittedExpression(element) ? [] : bindingNames(element.name)));
}

export function isExported(statement: ts.Statement): boolean {
  const { modifiers } = statement as { modifiers?: ts.NodeArray<ts.ModifierLike> };
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

/** The names of the values that a module exports where it declares them. */
export function exported(file: ts.SourceFile): string[] {
  const isValue = (s: ts.Statement): boolean => !ts.isInterfaceDeclaration(s) && !ts.isTypeAliasDeclaration(s);
  return file.statements.filter(s => isExported(s) && isValue(s)).flatMap(declared);
}
