import assert from 'node:assert/strict';
import fs from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import ts from 'typescript';

const root = path.join(__dirname, '..');

/** Which of our folders each folder of src may import, beside base. `tfjs`, `tensorflow` and `tslab` stand for the packages only named folders may touch. */
const MAY_IMPORT: Record<string, string[]> = {
  base: ['tfjs'],
  node: ['cifar10', 'display'],
  cifar10: ['cli', 'data'],
  cli: [],
  display: [],
  ops: ['tfjs'],
  layers: ['ops', 'tfjs'],
  models: ['layers', 'tfjs'],
  backend: ['node', 'ops', 'tfjs', 'tensorflow'],
  profile: ['layers', 'ops', 'models', 'display', 'tfjs'],
  weights: ['cli', 'layers', 'ops', 'models', 'backend', 'data', 'training', 'setup', 'tfjs'],
  data: ['layers', 'ops', 'tfjs'],
  training: ['layers', 'ops', 'data', 'display', 'weights', 'tfjs'],
  visualize: ['layers', 'ops', 'data', 'training', 'display', 'tfjs'],
  search: ['layers', 'ops', 'data', 'training', 'display', 'tfjs'],
  experiments: [
    'cli',
    'layers',
    'ops',
    'models',
    'backend',
    'profile',
    'data',
    'training',
    'visualize',
    'search',
    'display',
    'tfjs',
  ],
  kernel: ['display', 'node', 'tslab'],
  setup: ['cli', 'backend', 'kernel', 'grading'],
  course: ['cli', 'kernel', 'setup'],
  grading: ['cli', 'course', 'kernel', 'setup', 'tfjs'],
};

const files = (fs.readdirSync(path.join(root, 'src'), { recursive: true }) as string[])
  .filter(file => file.endsWith('.ts'))
  .map(file => file.split(path.sep).join('/'));

/** Every module that a source file imports, re-exports or requires, type-only imports included. */
function importsOf(file: string): string[] {
  const source = ts.createSourceFile(
    file,
    fs.readFileSync(path.join(root, 'src', file), 'utf8'),
    ts.ScriptTarget.ES2022,
  );
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const literal =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && ['import', 'require'].includes(node.expression.getText(source))
          ? node.arguments[0]
          : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
            ? node.argument.literal
            : undefined;
    if (literal && ts.isStringLiteral(literal)) found.push(literal.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The folder of ours, or the guarded package, that an import leads to; undefined for what everyone may use. */
function target(file: string, imported: string): string | undefined {
  if (imported.startsWith('.')) return path.posix.join(path.posix.dirname(file), imported).split('/')[0];
  if (/^@tensorflow\/tfjs-(node|backend-wasm)/.test(imported)) return 'tensorflow';
  if (imported.startsWith('@tensorflow/tfjs')) return 'tfjs';
  if (/^(tslab|@tslab|zeromq)/.test(imported)) return 'tslab';
  return undefined;
}

describe('the structure of src', () => {
  for (const file of files.filter(file => file.includes('/'))) {
    const folder = file.split('/')[0];
    it(`${file} imports only what ${folder} may`, () => {
      assert.ok(MAY_IMPORT[folder], `src/${folder} has no rule; add one to test/structure.test.ts`);
      for (const imported of importsOf(file)) {
        const to = target(file, imported);
        assert.ok(
          !to || to === folder || to === 'base' || MAY_IMPORT[folder].includes(to),
          `src/${file} imports ${imported}; ${folder} may import ${MAY_IMPORT[folder].join(', ') || 'nothing of ours'}`,
        );
      }
    });
  }

  it('has only index.ts at the top: the table of contents', () => {
    assert.deepEqual(
      files.filter(file => !file.includes('/')),
      ['index.ts'],
    );
  });
});

describe('what stands on any runtime', () => {
  /** The core: folders whose own files know nothing of Node; what is Node's is in src/node, or in a folder `node` of theirs. */
  const PORTABLE = ['base', 'data', 'display', 'kernel', 'layers', 'models', 'ops', 'profile', 'search', 'training', 'visualize']; // prettier-ignore
  const GLOBALS = ['process', 'Buffer', 'require', '__dirname', '__filename', 'global', 'setImmediate', 'NodeJS'];

  for (const file of files.filter(file => PORTABLE.includes(path.posix.dirname(file)))) {
    it(`${file} knows nothing of Node`, () => {
      for (const imported of importsOf(file)) {
        assert.ok(!isBuiltin(imported) && !/\/node(\/|$)/.test(imported), `src/${file} imports ${imported}`);
      }
      const text = fs.readFileSync(path.join(root, 'src', file), 'utf8');
      const visit = (node: ts.Node): void => {
        const named = (node.parent as { name?: ts.Node } | undefined)?.name === node;
        if (ts.isIdentifier(node) && !named) assert.ok(!GLOBALS.includes(node.text), `src/${file} uses ${node.text}`);
        ts.forEachChild(node, visit);
      };
      visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true));
    });
  }
});
