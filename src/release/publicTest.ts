/** Test files of exercises without their hidden tests. */
import ts from 'typescript';
import { declared } from '../harness/declarations';
import { isNearly } from './markers';

/**
 * What a test file is without its `describe('hidden', ...)` blocks and without all that only they used.
 * @throws where a title is nearly 'hidden': its tests would be public
 */
export function publicTest(source: string): string {
  let text = source.replace(/((?:\.\.\/)+)solutions\//g, '$1exercises/');
  const parse = (): ts.SourceFile => ts.createSourceFile('t.ts', text, ts.ScriptTarget.ES2022, true);
  const cut = (nodes: ts.Node[]): void => {
    for (const node of [...nodes].sort((a, b) => b.pos - a.pos))
      text = text.slice(0, node.getFullStart()) + text.slice(node.end);
  };
  const hidden: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    const title = describedBy(node);
    if (title === 'hidden') hidden.push(node);
    else if (title !== undefined && isNearly(title.trim().split(/\W/)[0], 'hidden'))
      throw new Error(`A test file has describe('${title}', ...), whose tests would be public; expected 'hidden'.`);
    else ts.forEachChild(node, visit);
  };
  visit(parse());
  cut(hidden);
  // Helpers and expected values that only hidden tests used would give them away.
  for (let again = hidden.length > 0; again;) {
    const file = parse();
    const unused = file.statements.filter(statement => {
      const names = declared(statement);
      return names.length > 0 && names.every(name => usesOf(file, name, statement) === 0);
    });
    cut(unused);
    again = unused.length > 0;
  }
  return text;
}

/** The title of a `describe`, if it is one with a plain text. */
function describedBy(node: ts.Node): string | undefined {
  if (!ts.isExpressionStatement(node) || !ts.isCallExpression(node.expression)) return undefined;
  const { expression, arguments: values } = node.expression;
  const [title] = values;
  return /^describe\b/.test(expression.getText()) && title && ts.isStringLiteralLike(title) ? title.text : undefined;
}

/** The titles of hidden tests in a test file, as far as they are plain text. */
export function hiddenTitles(source: string): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node, inside: boolean): void => {
    const within = inside || describedBy(node) === 'hidden';
    if (within && ts.isCallExpression(node) && /^it\b/.test(node.expression.getText())) {
      const title = node.arguments[0];
      if (title && ts.isStringLiteralLike(title)) titles.push(title.text);
    }
    ts.forEachChild(node, child => visit(child, within));
  };
  visit(ts.createSourceFile('t.ts', source, ts.ScriptTarget.ES2022, true), false);
  return titles;
}

function usesOf(file: ts.SourceFile, name: string, except: ts.Statement): number {
  let uses = 0;
  const visit = (node: ts.Node): void => {
    if (node === except) return;
    if (ts.isIdentifier(node) && node.text === name) uses++;
    ts.forEachChild(node, visit);
  };
  visit(file);
  return uses;
}
