/** `npm run release -- --out DIR`: the student edition, without solutions, hidden tests, grader and history. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { buildSync } from 'esbuild';
import ts from 'typescript';
import { command, runIfMain } from '../cli/command';
import { solutionsOf } from '../harness/exercises';
import { toExercise } from '../harness/stub';
import { written } from '../course/nbformat';
import type { Notebook } from '../course/notebook';
import { filesBelow } from '../setup/steps';
import { exerciseNotebook } from './notebook';

const ROOT = path.join(__dirname, '..', '..');

/** Not for students. Of test/, only the public part of the exercises' tests is written, separately. */
const WITHHELD = /^(solutions|exercises|test|src\/grading|src\/sandbox|\.github|\.ci)\//;
const SCRIPTS_WITHHELD = ['grade', 'release', 'validate', 'autograder', 'bench', 'generate', 'test'];
/** Of test/, mocha's own settings need this one. */
const KEPT = 'test/variables.ts';
/** Only the grader uses them. */
const PACKAGES_WITHHELD = [
  '@dodona/dolos-core',
  'bullmq',
  'ioredis',
  'tar',
  'yauzl',
  '@types/yauzl',
  'playwright-core',
];

export interface ReleaseOptions {
  out: string;
  /** The kit that is released. */
  root?: string;
}

/**
 * Writes the student edition to `out`, which must not exist or be empty.
 * @returns the exercises in it
 * @throws when something that must not leave would: then nothing is left in `out`.
 */
export function release({ out, root = ROOT }: ReleaseOptions): string[] {
  if (fs.existsSync(out) && fs.readdirSync(out).length)
    throw new Error(`The folder ${out} is not empty; give a new one, so that nothing old is released with it.`);
  const target = path.resolve(out);
  if (`${target}/`.startsWith(`${path.resolve(root)}/src/`))
    throw new Error(`${out} is inside src; give a folder elsewhere.`);
  const write = (name: string, text: string | Buffer): void => {
    fs.mkdirSync(path.dirname(path.join(target, name)), { recursive: true });
    fs.writeFileSync(path.join(target, name), text);
  };
  const read = (name: string): string => fs.readFileSync(path.join(root, name), 'utf8');
  try {
    for (const name of filesOf(root, target)) {
      if (!WITHHELD.test(name) || name === KEPT) write(name, fs.readFileSync(path.join(root, name)));
    }
    for (const name of ['submit.ts', 'zip.ts'])
      write(`src/handin/${name}`, fs.readFileSync(path.join(__dirname, 'handin', name)));
    withoutGrader(target);
    writePackage(target);
    writeReadme(target);
    const exercises = solutionsOf(path.join(root, 'solutions'));
    for (const exercise of exercises) {
      const stub = toExercise(read(`solutions/${exercise}.ts`), `solutions/${exercise}.ts`);
      const test = read(`test/exercises/${exercise}.test.ts`);
      write(`exercises/${exercise}.ts`, stub);
      write(`exercises/${exercise}.ipynb`, written(exerciseNotebook(stub, exercise, pointsOf(test)) as Notebook));
      write(`test/exercises/${exercise}.test.ts`, publicTest(test));
    }
    const leaks = findLeaks(target, root);
    if (leaks.length) throw new Error(`The release would leak: ${leaks.slice(0, 5).join('; ')}.`);
    for (const exercise of exercises) {
      const file = `test/exercises/${exercise}.test.ts`;
      write(file, packedTest(fs.readFileSync(path.join(target, file), 'utf8'), exercise, root));
    }
    return exercises;
  } catch (error) {
    fs.rmSync(target, { recursive: true, force: true });
    throw error;
  }
}

/** What a test file is without its `describe('hidden', ...)` blocks and without all that only they used. */
export function publicTest(source: string): string {
  let text = source.replace(/((?:\.\.\/)+)solutions\//g, '$1exercises/');
  const parse = (): ts.SourceFile => ts.createSourceFile('t.ts', text, ts.ScriptTarget.ES2022, true);
  const cut = (nodes: ts.Node[]): void => {
    for (const node of [...nodes].sort((a, b) => b.pos - a.pos))
      text = text.slice(0, node.getFullStart()) + text.slice(node.end);
  };
  const hidden: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (isHidden(node)) hidden.push(node);
    else ts.forEachChild(node, visit);
  };
  visit(parse());
  cut(hidden);
  // Helpers and expected values that only hidden tests used would give them away.
  for (let again = hidden.length > 0; again;) {
    const file = parse();
    const unused = file.statements.filter(statement => {
      const names = namesOf(statement);
      return names.length > 0 && names.every(name => usesOf(file, name, statement) === 0);
    });
    cut(unused);
    again = unused.length > 0;
  }
  return text;
}

/**
 * A public test so that it runs, but does not lie open: to name the mistake in an answer it computes the right one, and
 * many a student would copy that. No secret: who wants to can unpack it.
 */
function packedTest(source: string, exercise: string, root: string): string {
  const { outputFiles } = buildSync({
    stdin: { contents: source, loader: 'ts', resolveDir: path.join(root, 'test', 'exercises') },
    ...{ bundle: true, write: false, platform: 'node', target: 'node20', format: 'cjs', packages: 'external' },
    ...{ minify: true, legalComments: 'none', tsconfigRaw: '{}', logLevel: 'silent' },
    define: { 'process.env.ANSWERS': '"exercises"' },
  });
  const packed = zlib.deflateRawSync(outputFiles[0].text, { level: 9 }).toString('base64');
  return `// The public tests of ${exercise}, packed, since they know what is right. To run them: npm run check ${exercise}
eval(require('node:zlib').inflateRawSync(Buffer.from('${packed}', 'base64')).toString());
`;
}

function isHidden(node: ts.Node): boolean {
  if (!ts.isExpressionStatement(node) || !ts.isCallExpression(node.expression)) return false;
  const { expression, arguments: values } = node.expression;
  const title = values[0];
  return /^describe\b/.test(expression.getText()) && title && ts.isStringLiteralLike(title) && title.text === 'hidden';
}

/** The titles of hidden tests in a test file, as far as they are plain text. */
export function hiddenTitles(source: string): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node, inside: boolean): void => {
    const within = inside || isHidden(node);
    if (within && ts.isCallExpression(node) && /^it\b/.test(node.expression.getText())) {
      const title = node.arguments[0];
      if (title && ts.isStringLiteralLike(title)) titles.push(title.text);
    }
    ts.forEachChild(node, child => visit(child, within));
  };
  visit(ts.createSourceFile('t.ts', source, ts.ScriptTarget.ES2022, true), false);
  return titles;
}

/** Every file of `released` with a line of a solution or the title of a hidden test of `root`, one sentence each. */
export function findLeaks(released: string, root = ROOT): string[] {
  const all = filesBelow(released);
  const withheld = all.flatMap(
    name =>
      /^(.*\/)?(solutions|src\/grading|src\/sandbox|test\/grading|\.git|node_modules)(?=\/|$)/.exec(name)?.[0] ?? [],
  );
  const leaks = [...new Set(withheld)].map(name => `${name} is in it`);
  const texts = all
    .filter(name => /\.(ts|mts|js|mjs|json|md|ipynb|txt|html|yml|map)$/.test(name))
    .map(name => ({ name, text: unescaped(name, fs.readFileSync(path.join(released, name), 'utf8')) }));
  const folder = path.join(root, 'solutions');
  const files = fs.readdirSync(folder).filter(name => name.endsWith('.ts'));
  const solutionOf = (file: string): string => fs.readFileSync(path.join(folder, file), 'utf8');
  // What one exercise gives away, no other one keeps secret.
  const given = files.map(file => toExercise(solutionOf(file), file)).join('\n');
  for (const file of files) {
    const solution = solutionOf(file);
    const secret = regionLines(solution).filter(line => line.length >= 24 && !given.includes(line));
    for (const { name, text } of texts) {
      // The library is open to students anyway; lectures and public tests may share one line by accident, not two.
      if (/^(src|data)\//.test(name)) continue;
      const found = secret.filter(line => text.includes(line));
      if (found.length > (/^(lectures|notebooks|test)\//.test(name) ? 1 : 0))
        leaks.push(`${name} holds ${JSON.stringify(found[0])} of solutions/${file}`);
    }
    const test = path.join(root, 'test', 'exercises', file.replace(/\.ts$/, '.test.ts'));
    const titles = fs.existsSync(test) ? hiddenTitles(fs.readFileSync(test, 'utf8')) : [];
    for (const title of titles)
      for (const { name, text } of texts)
        if (text.includes(title)) leaks.push(`${name} holds the hidden test ${JSON.stringify(title)}`);
  }
  return leaks;
}

/** A notebook's text as its cells read it, since JSON escapes quotes. */
function unescaped(name: string, text: string): string {
  return name.endsWith('.ipynb') ? text.replace(/\\"/g, '"').replace(/\\\\/g, '\\') : text;
}

function regionLines(solution: string): string[] {
  let inside = false;
  return solution.split('\n').flatMap(line => {
    if (/^\s*\/\/ (BEGIN|END) SOLUTION/.test(line)) inside = line.includes('BEGIN');
    else if (inside) return [line.trim()];
    return [];
  });
}

/** Tracked files, and new ones that git does not ignore. */
function filesOf(root: string, out: string): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return listed
    .split('\0')
    .filter(name => name && fs.lstatSync(path.join(root, name), { throwIfNoEntry: false })?.isFile())
    .filter(name => !path.join(root, name).startsWith(`${out}${path.sep}`));
}

/** A command in src/cli/commands.ts whose program students do not get. */
const DECLARATION = /^  '?[\w:]+'?: \{\n(?:(?!^  \},$).*\n)*?    script: '(?:src\/grading|dist\/grading|test\/bench)\/.*\n(?:(?!^  \},$).*\n)*?  \},\n/gm; // prettier-ignore

/** Whether a script of package.json is the instructor's. */
function isWithheld(script: string): boolean {
  return SCRIPTS_WITHHELD.some(withheld => script === withheld || script.startsWith(`${withheld}:`));
}

/** The doctor asks the grader for its sandbox; here there is neither. */
function withoutGrader(target: string): void {
  for (const name of filesBelow(path.join(target, 'src'))) {
    if (!name.endsWith('.ts')) continue;
    const file = path.join(target, 'src', name);
    const text = fs.readFileSync(file, 'utf8');
    const without = text.replace(
      /^import \{ examineSandbox \} from '\.\.\/sandbox\/probes';$/m,
      "const examineSandbox = async () => ({ holds: true, detail: 'none needed: this is the student edition' });",
    );
    // Commands whose programs are elsewhere, or not there.
    const moved = without
      .replace("'src/grading/handin/submit.ts'", "'src/handin/submit.ts'")
      .replace("'../../cli/command'", "'../cli/command'");
    const programs = name === 'cli/commands.ts' ? moved.replace(DECLARATION, '') : moved;
    if (/from '[./]*(grading|sandbox)\//.test(programs))
      throw new Error(
        `src/${name} imports the grader, which students do not get; release.ts must know how to do without.`,
      );
    if (programs !== text) fs.writeFileSync(file, programs);
  }
}

function writePackage(target: string): void {
  const file = path.join(target, 'package.json');
  const kit = JSON.parse(fs.readFileSync(file, 'utf8')) as Dependent & { scripts: Record<string, string> };
  for (const name of Object.keys(kit.scripts).filter(isWithheld)) delete kit.scripts[name];
  for (const name of PACKAGES_WITHHELD) {
    delete kit.dependencies?.[name];
    delete kit.devDependencies?.[name];
  }
  fs.writeFileSync(file, JSON.stringify(kit, null, 2) + '\n');
  const lockFile = path.join(target, 'package-lock.json');
  if (!fs.existsSync(lockFile)) return;
  const lock = JSON.parse(fs.readFileSync(lockFile, 'utf8')) as Lock;
  const { dependencies, devDependencies } = kit;
  Object.assign(lock.packages[''], { dependencies, devDependencies });
  fs.writeFileSync(lockFile, JSON.stringify({ ...lock, packages: reached(lock.packages) }, null, 2) + '\n');
}

interface Dependent {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}
interface Lock {
  packages: Record<string, Dependent>;
}

/** The packages of a lock file that its root still needs, each found as Node finds it. */
function reached(packages: Lock['packages']): Lock['packages'] {
  const found = new Set(['']);
  for (const from of found) {
    const { dependencies, devDependencies, optionalDependencies, peerDependencies } = packages[from];
    const all = { ...dependencies, ...(from ? {} : devDependencies), ...optionalDependencies, ...peerDependencies };
    for (const name of Object.keys(all)) {
      const folders = from
        .split('/node_modules/')
        .map((_, i, parts) => parts.slice(0, parts.length - i).join('/node_modules/'));
      const places = [...folders, ''].map(folder =>
        folder ? `${folder}/node_modules/${name}` : `node_modules/${name}`,
      );
      const place = places.find(place => packages[place]);
      if (place) found.add(place);
    }
  }
  return Object.fromEntries(Object.entries(packages).filter(([place]) => found.has(place)));
}

/** What is said about the instructor's commands and folders. */
function writeReadme(target: string): void {
  const file = path.join(target, 'README.md');
  if (!fs.existsSync(file)) return;
  const text = fs.readFileSync(file, 'utf8');
  const without = text
    .replace(/^\| `npm run (grade|release|validate|autograder|bench|generate|test)[^\n]*\n/gm, '')
    .replace(/^npm test .*\n/gm, '')
    .replace(/^## (Grade a class|Performance|Add an architecture[^\n]*)\n.*?(?=^## )/gms, '')
    .replace(/^\| `(solutions\/`, `)?exercises\/`[^\n]*\n/gm, '| `exercises/` | what you edit |\n')
    .replace(/^(\| `src\/course\/`), `src\/grading\/`[^\n]*\n/gm, '$1 | lectures, and the check of exercises |\n')
    .replace(/^\| `test\/`[^\n]*\n/gm, '| `test/exercises/` | the public tests of the exercises |\n');
  const handIn = '| `npm run submit` | packs your exercises for handing in, and says what is missing |\n';
  fs.writeFileSync(file, without.replace(/^(\| `npm run check[^\n]*\n)/m, `$1${handIn}`));
}

function pointsOf(test: string): number {
  const titles = [...test.matchAll(/\bit\(\s*(['"`])((?:(?!\1).)*)\1/g)].map(match => match[2]);
  return titles.reduce((sum, title) => sum + Number(/\[(\d+(?:\.\d+)?)\]$/.exec(title)?.[1] ?? 1), 0);
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => bindings(name));
  if (ts.isImportDeclaration(statement)) {
    const { name, namedBindings } = statement.importClause ?? {};
    const more = !namedBindings
      ? []
      : ts.isNamespaceImport(namedBindings)
        ? [namedBindings.name.text]
        : namedBindings.elements.map(element => element.name.text);
    return [...(name ? [name.text] : []), ...more];
  }
  const named = statement as ts.Statement & { name?: ts.Node };
  return named.name && ts.isIdentifier(named.name) ? [named.name.text] : [];
}

function bindings(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap(element => (ts.isOmittedExpression(element) ? [] : bindings(element.name)));
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

const main = command('release', ({ values }) => {
  const exercises = release({ out: values.out });
  console.log(
    `${exercises.length} exercises are in ${values.out}; no solution, no hidden test and no grader was found there.`,
  );
});

runIfMain(module, main);
