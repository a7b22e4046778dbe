import assert from 'node:assert/strict';
import fs from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import ts from 'typescript';

const root = path.join(__dirname, '..');

/** The core: folders whose files know nothing of Node; what is Node's is in src/node, or in a folder `node` of theirs. */
const PORTABLE = [
  ...['base', 'data', 'display', 'experiments', 'kernel', 'layers', 'models', 'ops', 'profile', 'search', 'training'],
  ...['values', 'visualize', 'weights'],
];

/** Which of our folders each folder of src may import, beside base, and node where it is not of the core. `tfjs`, `tensorflow` and `tslab` stand for the packages only named folders may touch. */
const MAY_IMPORT: Record<string, string[]> = {
  base: ['tfjs'],
  node: ['display'],
  cifar10: ['cli', 'data'],
  cli: [],
  display: [],
  ops: ['tfjs'],
  layers: ['ops', 'tfjs'],
  models: ['layers', 'tfjs'],
  backend: ['cifar10', 'values', 'ops', 'tfjs', 'tensorflow'],
  profile: ['layers', 'ops', 'models', 'display', 'tfjs'],
  weights: ['cli', 'layers', 'models', 'setup', 'tfjs'],
  parity: ['cli', 'layers', 'ops', 'models', 'backend', 'data', 'training', 'weights', 'tfjs'],
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
  values: ['data', 'display', 'profile', 'tfjs'],
  kernel: ['display', 'node', 'tslab'],
  setup: ['cifar10', 'cli', 'backend', 'kernel', 'sandbox'],
  harness: [],
  handin: ['cli', 'course', 'harness'],
  release: ['cli', 'kernel', 'setup', 'harness', 'course', 'handin'],
  course: ['cli', 'display', 'experiments', 'kernel', 'setup', 'harness'],
  sandbox: ['harness', 'tfjs'],
  grading: ['cli', 'harness', 'setup', 'sandbox', 'tfjs'],
};

/** "About a dozen": more makes a folder hard to read at a glance. */
const MOST_FILES = 13;

/** Folders of more files, each with its reason; to be shrunk. */
const CROWDED: Record<string, string> = {
  models: 'one file a paper',
  experiments: 'one file a claim',
};

/** Rooms whose tricks have no reasons yet: casts by way of unknown, and code that Prettier is to leave as it is. */
const TRICKS = [
  ...['grading', 'harness', 'layers', 'models', 'profile', 'sandbox', 'visualize', 'weights'].map(
    room => `src/${room}`,
  ),
  ...['exercises', 'layers', 'models', 'profile', 'release', 'visualize', 'weights'].map(room => `test/${room}`),
];

/** Folders of tests without a room in src, each with its reason. */
const NO_ROOM: Record<string, string> = {
  bench: 'measures, and tests nothing',
  browser: 'the lectures in JupyterLab',
  core: 'what of src stands on any runtime',
  exercises: 'the tests of exercises, in solutions',
};

/** What one reads without scrolling. */
const MOST_LINES = 60;

/** Longer functions, as `file name`: a paper's table is read in one piece. */
const LONG = ['models/googlenet.ts googlenet'];

/** Circles of rooms that are there still; to be opened. */
const CIRCLES_OF_ROOMS: string[][] = [];

const sources = (top: string): string[] =>
  (fs.readdirSync(path.join(root, top), { recursive: true }) as string[])
    .filter(file => file.endsWith('.ts'))
    .map(file => file.split(path.sep).join('/'));
const files = sources('src');

/** Whether a file is of the core: of its folders and their rooms, but for rooms that are Node's. */
const isPortable = (file: string): boolean =>
  PORTABLE.includes(file.split('/')[0]) && !path.posix.dirname(file).split('/').includes('node');

const parsed = (file: string): ts.SourceFile =>
  ts.createSourceFile(file, fs.readFileSync(path.join(root, 'src', file), 'utf8'), ts.ScriptTarget.ES2022, true);

/** Every module that a source file imports, re-exports or requires, type-only imports included. */
function importsOf(file: string): string[] {
  const source = parsed(file);
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
          !to ||
            to === folder ||
            to === 'base' ||
            (to === 'node' && !PORTABLE.includes(folder)) ||
            MAY_IMPORT[folder].includes(to),
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

  it('has no circle of rooms: the folders of src, with all that is in them', () => {
    const rooms = graph(files.filter(file => file.includes('/')).map(file => [file.split('/')[0], file]));
    assert.deepEqual(circlesOf(rooms), CIRCLES_OF_ROOMS);
  });

  it('has no circle of folders', () => {
    const folders = graph(files.filter(file => file.includes('/')).map(file => [path.posix.dirname(file), file]));
    assert.deepEqual(circlesOf(folders), []);
  });

  it('has no circle of files', () => {
    assert.deepEqual(circlesOf(graph(files.map(file => [file, file]))), []);
  });

  it(`has no folder of more than ${MOST_FILES} source files, but for those that are named here`, () => {
    const counts = new Map<string, number>();
    for (const file of files) counts.set(path.posix.dirname(file), (counts.get(path.posix.dirname(file)) ?? 0) + 1);
    const crowded = [...counts].filter(([, count]) => count > MOST_FILES).map(([folder]) => folder);
    assert.deepEqual(crowded.sort(), Object.keys(CROWDED).sort());
  });
});

describe('tricks', () => {
  const tricks: Record<string, RegExp> = {
    'casts by way of unknown': /\bas unknown as\b/,
    'code that Prettier is to leave as it is': /\/\/ prettier-ignore$/,
  };
  const isIn = (place: string, room: string): boolean => place.startsWith(`${room}/`);

  for (const [title, trick] of Object.entries(tricks)) {
    it(`${title} have a reason, in a comment on the line before`, () => {
      const places = withoutReason(trick).filter(place => !TRICKS.some(room => isIn(place, room)));
      assert.deepEqual(places, []);
    });
  }

  it('are in each room that is named here', () => {
    const places = Object.values(tricks).flatMap(withoutReason);
    const tidied = TRICKS.filter(room => !places.some(place => isIn(place, room)));
    assert.deepEqual(tidied, [], 'delete them from TRICKS');
  });
});

describe('test', () => {
  it('mirrors src: a folder for each room, and for what is made of several', () => {
    const rooms = new Set(files.map(file => file.split('/')[0]));
    const folders = fs.readdirSync(path.join(root, 'test'), { withFileTypes: true });
    const others = folders.filter(entry => entry.isDirectory() && !rooms.has(entry.name)).map(({ name }) => name);
    assert.deepEqual(others.sort(), Object.keys(NO_ROOM).sort());
  });
});

describe('functions', () => {
  it(`have no more than ${MOST_LINES} lines, but for those that are named here`, () => {
    assert.deepEqual(files.flatMap(longFunctionsOf).sort(), LONG);
  });
});

describe('what runs on any runtime', () => {
  const GLOBALS = ['process', 'Buffer', 'require', '__dirname', '__filename', 'global', 'setImmediate', 'NodeJS'];

  for (const file of files.filter(isPortable)) {
    it(`${file} knows nothing of Node`, () => {
      for (const imported of importsOf(file)) {
        assert.ok(!isBuiltin(imported) && !/\/node(\/|$)/.test(imported), `src/${file} imports ${imported}`);
        const room = imported.startsWith('.') ? target(file, imported)! : undefined;
        assert.ok(!room || PORTABLE.includes(room), `src/${file} imports ${imported}, which is not of the core`);
      }
      const visit = (node: ts.Node): void => {
        const named = (node.parent as { name?: ts.Node } | undefined)?.name === node;
        if (ts.isIdentifier(node) && !named) assert.ok(!GLOBALS.includes(node.text), `src/${file} uses ${node.text}`);
        ts.forEachChild(node, visit);
      };
      visit(parsed(file));
    });
  }
});

/** Functions of a file whose bodies have more than MOST_LINES lines, each as `file name`. */
function longFunctionsOf(file: string): string[] {
  const source = parsed(file);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const { body, name } = node as Partial<ts.FunctionLikeDeclaration>;
    if (ts.isFunctionLike(node) && body) {
      const [first, last] = [body.getStart(source), body.end].map(at => source.getLineAndCharacterOfPosition(at).line);
      const called = name ?? (node.parent as Partial<ts.NamedDeclaration>).name;
      if (last - first + 1 > MOST_LINES) found.push(`${file} ${called?.getText(source) ?? 'without a name'}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Lines of src and test with this in them, and no comment above. */
function withoutReason(trick: RegExp): string[] {
  return ['src', 'test'].flatMap(top =>
    sources(top).flatMap(file => {
      const lines = fs.readFileSync(path.join(root, top, file), 'utf8').split('\n');
      const bare = lines.filter((line, i) => trick.test(line) && !/^\s*\/\//.test(lines[i - 1] ?? ''));
      return bare.map(line => `${top}/${file}: ${line.trim()}`);
    }),
  );
}

/** What each node imports, of nodes that stand for one or more files. */
function graph(nodes: [node: string, file: string][]): Map<string, Set<string>> {
  const nodeOf = new Map(nodes.map(([node, file]) => [file, node]));
  const edges = new Map<string, Set<string>>(nodes.map(([node]) => [node, new Set()]));
  for (const [node, file] of nodes)
    for (const imported of importsOf(file).filter(imported => imported.startsWith('.'))) {
      const place = path.posix.join(path.posix.dirname(file), imported);
      const to = [`${place}.ts`, `${place}/index.ts`].map(name => nodeOf.get(name)).find(Boolean);
      if (to && to !== node) edges.get(node)!.add(to);
    }
  return edges;
}

/** Groups of nodes that all lead to each other, as sorted lists. */
function circlesOf(edges: Map<string, Set<string>>): string[][] {
  const reach = new Map([...edges.keys()].map(node => [node, reached(edges, node)]));
  const circles = [...edges.keys()].map(node =>
    [...reach.get(node)!].filter(other => reach.get(other)!.has(node)).sort(),
  );
  const distinct = new Set(circles.filter(circle => circle.length).map(circle => circle.join(' ')));
  return [...distinct].sort().map(circle => circle.split(' '));
}

/** The nodes that a node leads to; itself only over others. */
function reached(edges: Map<string, Set<string>>, from: string): Set<string> {
  const found = new Set(edges.get(from));
  for (const node of found) for (const next of edges.get(node)!) found.add(next);
  return found;
}
