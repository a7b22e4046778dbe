import ts from 'typescript';
import type { Imported } from './imported';

/** The exercise in our own form: the source of stub and solution, and its test file. */
export function toOurs(
  { questions, given, language }: Imported,
  name: string,
): { solution: string; test: string; refused: string[] } {
  const refused: string[] = [];
  if (!/^typescript$/i.test(language)) throw new Error(`Code in ${language} cannot be imported; expected TypeScript.`);
  const solution = [...given, ...questions.map(question => question.solution)].map(exported).join('\n');
  const functions = functionsOf(solution);
  const test = (source: string, title: string): string => {
    const { code, fault } = awaited(source, functions);
    if (fault) {
      refused.push(`${title}: ${fault}`);
      return '';
    }
    return `  it(${JSON.stringify(title)}, async () => {\n${code.replace(/^/gm, '    ')}\n  });\n`;
  };
  const list = (hidden: boolean): string =>
    questions
      .flatMap(question => {
        const share = question.tests.filter(({ points }) => points === undefined).length || 1;
        return question.tests.map((item, i) => {
          const points = item.points ?? (question.points ?? share) / share;
          return item.hidden === hidden
            ? test(item.source, `${question.name} ${i + 1} [${Number(points.toFixed(4))}]`)
            : '';
        });
      })
      .join('');
  const imports = [
    ...new Set(questions.flatMap(({ tests }) => tests.flatMap(({ source }) => source.match(/^import .*$/gm) ?? []))),
  ];
  if (!imports.some(line => /['"](node:)?assert/.test(line)))
    imports.unshift("import assert from 'node:assert/strict';");
  const secret = list(true);
  return {
    solution: solution.trim() + '\n',
    test: `${imports.join('\n')}
import { answers } from './answers';

const { ${functions.join(', ')} } = answers<typeof import('../../solutions/${name}')>('${name}');

describe('${name}', () => {
${list(false)}${secret ? `  describe('hidden', () => {\n${secret}  });\n` : ''}});
`,
    refused,
  };
}

/** Every top-level function and constant is exported, as tests ask for them by name. */
function exported(source: string): string {
  return source.replace(/^(async function|function|const|let|class)\b/gm, 'export $1');
}

function functionsOf(source: string): string[] {
  const file = ts.createSourceFile('x.ts', source, ts.ScriptTarget.ES2022);
  return file.statements.flatMap(statement => {
    if (ts.isFunctionDeclaration(statement) && statement.name) return [statement.name.text];
    if (!ts.isVariableStatement(statement)) return [];
    return statement.declarationList.declarations.flatMap(({ name, initializer }) =>
      ts.isIdentifier(name) && initializer && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer))
        ? [name.text]
        : [],
    );
  });
}

function isAsync(node: ts.Node): boolean {
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);
}

/** Whether a test waits for an async function within it: `await Promise.all(...)` or `await assert.rejects(...)`. */
function isAwaited(node: ts.Node): boolean {
  for (let above = node.parent; above && !ts.isFunctionLike(above); above = above.parent)
    if (ts.isAwaitExpression(above))
      return /^(Promise\.all|assert\.(rejects|doesNotReject))\b/.test(above.expression.getText());
  return false;
}

/** Whether a name stands for its value, other than where it is called, declared or a key. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isCallExpression(parent)) return parent.expression !== node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  return !ts.isTypeQueryNode(parent);
}

function statementOf(node: ts.Node): ts.Node {
  return ts.isStatement(node) || !node.parent ? node : statementOf(node.parent);
}

/** A test whose calls of the student's functions wait for their answers, which come from another process. */
function awaited(source: string, functions: string[]): { code: string; fault?: string } {
  const text = source.replace(/^import .*$/gm, '').trim();
  const file = ts.createSourceFile('x.ts', text, ts.ScriptTarget.ES2022, true);
  const places: { from: number; to: number; opens: string }[] = [];
  let fault = /\b(assert|expect|throw)\b/.test(text) ? undefined : 'it asserts nothing, so it could not fail';
  let asked = false;
  const visit = (node: ts.Node, inner: boolean): void => {
    const within = inner || (ts.isFunctionLike(node) && !(isAsync(node) && isAwaited(node)));
    if (ts.isIdentifier(node) && functions.includes(node.text) && isValue(node))
      fault ??= `it hands ${node.text} on, whose answer nobody would wait for; call it`;
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && functions.includes(node.expression.text)) {
      asked = true;
      if (within)
        fault ??= `it calls ${node.expression.text} inside of another function, which has to wait for the answer; make that function async`;
      else if (!ts.isAwaitExpression(node.parent)) {
        const opens =
          ts.isExpressionStatement(statementOf(node)) && statementOf(node).getStart(file) === node.getStart(file);
        places.push({ from: node.getStart(file), to: node.getEnd(), opens: opens ? ';(await ' : '(await ' });
      }
    }
    ts.forEachChild(node, child => visit(child, within));
  };
  visit(file, false);
  if (!asked) fault ??= 'it calls none of the functions that are to be written, so it could not fail';
  let code = text;
  // From the back, and the outer call of a nest after the inner ones: starts grow, so do insertions after them.
  const insertions = places.flatMap(({ from, to, opens }) => [
    { at: from, text: opens },
    { at: to, text: ')' },
  ]);
  for (const { at, text } of insertions.sort((a, b) => b.at - a.at)) code = code.slice(0, at) + text + code.slice(at);
  return { code, fault };
}
