/** What `import { ... } from 'cnn-kit'` gives: each name on purpose, with words to it, and an example for each group. */
import assert from 'node:assert/strict';
import path from 'node:path';
import ts from 'typescript';
import * as models from '../src/models';

const root = path.join(__dirname, '..');
const FACE = path.join(root, 'src', 'index.ts');
/** Examples are compiled as one file, with that of the README. */
const EXAMPLES = path.join(root, 'test', 'examples.ts');

const [, README] = /```ts\nimport .*\n([^]*?)```/.exec(ts.sys.readFile(path.join(root, 'README.md'))!)!;

interface Group {
  title: string;
  examples: string[];
  names: string[];
}

/** The exports below each comment, which begins a group. */
function groupsOf(source: ts.SourceFile): Group[] {
  const groups: Group[] = [];
  for (const statement of source.statements) {
    assert.ok(ts.isExportDeclaration(statement), `src/index.ts only exports; ${statement.getText()}`);
    const clause = statement.exportClause;
    // The catalog names each of its exports, so that an architecture has no third file to touch.
    const isCatalog = statement.getText() === "export * from './models';";
    assert.ok(clause ?? isCatalog, `${statement.getText()} names nothing of what it exports`);
    const comment = ts.getLeadingCommentRanges(source.text, statement.pos)?.at(-1);
    if (comment) {
      const text = source.text.slice(comment.pos, comment.end);
      const examples = [...text.matchAll(/Example: `(.*)`/g)].map(([, code]) => code);
      groups.push({ title: text.split('\n')[1], examples, names: [] });
    }
    groups
      .at(-1)!
      .names.push(
        ...(!clause
          ? Object.keys(models)
          : ts.isNamespaceExport(clause)
            ? [clause.name.text]
            : clause.elements.map(({ name }) => name.text)),
      );
  }
  return groups;
}

describe('the exports of cnn-kit', function () {
  this.timeout(120_000);
  let program: ts.Program;
  let groups: Group[];

  before(() => {
    const { options } = ts.parseJsonConfigFileContent(
      ts.readConfigFile(path.join(root, 'tsconfig.json'), ts.sys.readFile).config,
      ts.sys,
      root,
    );
    const text = ts.sys.readFile(FACE)!;
    groups = groupsOf(ts.createSourceFile(FACE, text, ts.ScriptTarget.ES2022, true));
    const values = groups.flatMap(({ names }) => names).filter(name => !new RegExp(`type ${name}\\b`).test(text));
    const examples = [
      `import { ${values.join(', ')} } from 'cnn-kit';`,
      `export async function readme() { ${README} }`,
      ...groups.map(({ examples }, i) => `export async function example${i}() { ${examples.join(' ')} }`),
    ].join('\n');
    const host = ts.createCompilerHost({ ...options, noUnusedLocals: false });
    const { getSourceFile, fileExists } = host;
    host.fileExists = file => path.resolve(file) === EXAMPLES || fileExists(file);
    host.getSourceFile = (file, version, ...rest) =>
      path.resolve(file) === EXAMPLES
        ? ts.createSourceFile(file, examples, version, true)
        : getSourceFile.call(host, file, version, ...rest);
    program = ts.createProgram([FACE, EXAMPLES], { ...options, noUnusedLocals: false }, host);
  });

  it('have one example for each group, of something in it, that compiles', () => {
    for (const { title, examples, names } of groups) {
      assert.equal(examples.length, 1, title);
      assert.ok(
        names.some(name => new RegExp(`\\b${name}\\b`).test(examples[0])),
        `${title}: its example shows nothing of it`,
      );
    }
    const faults = program.getSemanticDiagnostics(program.getSourceFile(EXAMPLES));
    assert.deepEqual(
      faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
      [],
    );
  });

  it('are functions, classes and values with a docstring each, and types', () => {
    const checker = program.getTypeChecker();
    const all = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(FACE)!)!);
    const without = all.filter(symbol => {
      const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      const isDescribed = meant.getDocumentationComment(checker).length > 0;
      return meant.flags & ts.SymbolFlags.Value && !(meant.flags & ts.SymbolFlags.ValueModule) && !isDescribed;
    });
    assert.deepEqual(
      without.map(({ name }) => name),
      [],
    );
  });

  it('keep in a namespace, or inside, what says nothing by itself', () => {
    const flat = groups.flatMap(({ names }) => names);
    assert.deepEqual(
      [
        'at',
        'fill',
        'pick',
        'mutate',
        'generate',
        'uniform',
        'lookUp',
        'constant',
        'steps',
        'cosine',
        'MEAN',
        'STD',
        'CHOICES',
        'EDGES',
        'OPERATIONS',
      ].filter(name => flat.includes(name)),
      [],
    );
    assert.equal(new Set(flat).size, flat.length);
  });
});
