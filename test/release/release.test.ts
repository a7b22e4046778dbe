import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { collect } from '../../src/grading/collect/collect';
import { findLeaks } from '../../src/release/leaks';
import { refuseNearMarkers, withoutInstructors } from '../../src/release/markers';
import { publicTest } from '../../src/release/publicTest';
import { release } from '../../src/release/release';
import { bundleTest } from '../../src/harness/bundle';
import { outline, runTests } from '../../src/harness/run';

const ROOT = path.join(__dirname, '../..');
const SOLUTION = `/** Exercise. */
export function area(width: number, height: number): number {
  // BEGIN SOLUTION: multiply
  const theSecretProduct = width * height;
  return theSecretProduct;
  // END SOLUTION
}
`;
const TEST = `import assert from 'node:assert/strict';
import os from 'node:os';
import { answers } from './answers';

const { area } = answers<typeof import('../../solutions/01-area')>('01-area');
const HIDDEN_CASES = [[17, 19, 323]];
const hiddenHelper = () => [...HIDDEN_CASES, os.EOL];

describe('01-area', () => {
  it('is 6 for 2 by 3 [2]', async () => {
    const answer = await area(2, 3);
    assert.ok(answer !== 5, 'the sides were added.');
    assert.equal(answer, 6);
  });
  describe('hidden', () => {
    it('takes large primes [3]', async () => assert.equal(await area(17, 19), Number(hiddenHelper()[0])));
  });
});
`;

/** Sources of the real kit that handing in needs. */
const OPEN = [
  ...[
    ...['node/root.ts', 'node/limited.ts', 'node/files.ts'],
    ...['base/compiledNames.ts', 'base/runtime.ts', 'base/sentences.ts', 'base/typeWords.ts'],
    ...['setup/steps.ts', 'setup/lock.cjs', 'node/running.cjs', 'course/facts.ts', 'course/works.ts'],
    ...['course/failure/callText.ts', 'course/failure/details.ts', 'display/figures/host.ts'],
    'cli/command.ts',
    'cli/commands.ts',
    'handin/submit.ts',
    'handin/zip.ts',
    'course/checker.ts',
  ],
  ...fs.readdirSync(path.join(ROOT, 'src/harness')).map(name => `harness/${name}`),
];

/** Packages that come with another one. */
const PARTS: Record<string, string> = {
  '@tensorflow/tfjs-core': '@tensorflow/tfjs',
  '@tensorflow/tfjs-layers': '@tensorflow/tfjs',
  '@tensorflow/tfjs-converter': '@tensorflow/tfjs',
  '@tslab/typescript-for-tslab': 'tslab',
};

describe('the release', function () {
  let folder: string;
  const write = (name: string, text: string): void => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), text);
  };

  /** A small kit with history, as the real one is. */
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-release-'));
    write(
      'kit/package.json',
      JSON.stringify({ name: 'kit', scripts: { grade: 'x', 'grade:worker': 'x', test: 'y', submit: 'z' } }),
    );
    write('kit/src/index.ts', 'export const kit = 1;\n');
    for (const file of OPEN) write(`kit/src/${file}`, fs.readFileSync(path.join(ROOT, 'src', file), 'utf8'));
    const facts = { points: 5, minutes: 10, difficulty: 1, functions: ['area'], types: '' };
    write('kit/src/course/exercises.json', JSON.stringify({ '01-area': facts }));
    write('kit/src/grading/grade.ts', 'export const secretGrader = 1;\n');
    write(
      'kit/src/setup/doctor.ts',
      "// BEGIN INSTRUCTOR\nimport { examineSandbox } from '../sandbox/probes';\nexamineSandbox();\n// END INSTRUCTOR\nexport {};\n",
    );
    write('kit/solutions/01-area.ts', SOLUTION);
    write('kit/test/exercises/01-area.test.ts', TEST);
    write('kit/test/exercises/answers.ts', fs.readFileSync(path.join(ROOT, 'test/exercises/answers.ts'), 'utf8'));
    write('kit/test/exercises/recorded.ts', fs.readFileSync(path.join(ROOT, 'test/exercises/recorded.ts'), 'utf8'));
    write(
      'kit/test/exercises/wrong/01-area.ts',
      'export const wrong = [{ name: "adds", message: /sides/, area: (a: number, b: number) => a + b }];\n',
    );
    write('kit/.gitignore', 'ignored/\n');
    write('kit/ignored/notes.md', 'theSecretProduct\n');
    execFileSync('git', ['init', '-q'], { cwd: path.join(folder, 'kit') });
    execFileSync('git', ['add', '-A'], { cwd: path.join(folder, 'kit') });
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));
  const make = async (): Promise<string[]> => {
    await release({ out: path.join(folder, 'out'), root: path.join(folder, 'kit') });
    const all = fs.readdirSync(path.join(folder, 'out'), { recursive: true, withFileTypes: true });
    return all
      .filter(entry => entry.isFile())
      .map(entry => path.relative(path.join(folder, 'out'), path.join(entry.parentPath, entry.name)))
      .sort();
  };

  it('holds the stubs, the public tests and the way to hand in, and nothing else of the exercises', async () => {
    const files = await make();
    assert.deepEqual(files, [
      ...['.gitignore', 'exercises/01-area.ipynb', 'exercises/01-area.ts', 'package.json'],
      ...[...OPEN, 'course/exercises.json', 'index.ts', 'setup/doctor.ts'].map(file => `src/${file}`).sort(),
      ...['01-area.test.ts', 'answers.ts', 'recorded.ts'].map(file => `test/exercises/${file}`),
    ]);
    const everything = files.map(name => fs.readFileSync(path.join(folder, 'out', name), 'utf8')).join('\n');
    assert.doesNotMatch(
      everything,
      /theSecretProduct|secretGrader|large primes|HIDDEN_CASES|hiddenHelper|323|grading\/|sandbox\/|INSTRUCTOR/,
    );
    const { scripts } = JSON.parse(fs.readFileSync(path.join(folder, 'out/package.json'), 'utf8'));
    assert.deepEqual(Object.keys(scripts), ['submit']);
  });

  it('has values in the public tests, not what computes them', async () => {
    await make();
    const text = fs.readFileSync(path.join(folder, 'out/test/exercises/01-area.test.ts'), 'utf8');
    assert.equal(
      text,
      `// The public tests of 01-area. To run them: npm run check 01-area
import { recorded } from './recorded';

recorded("01-area", [
  {
    title: "is 6 for 2 by 3 [2]",
    questions: [
      {"ask":"area","values":[2,3],"right":6},
    ],
    mistakes: [
      {"message":"the sides were added.","asked":1,"wrong":{"0":5}},
    ],
  },
]);
`,
    );
    const answer = async (area: () => unknown): Promise<string | undefined> => {
      const bundle = bundleTest(path.join(folder, 'out/test/exercises/01-area.test.ts'));
      const test = { ...bundle, file: path.join(ROOT, 'test/exercises/01-area.test.ts') };
      const [result] = await runTests(
        test,
        { call: async () => area(), probe: async () => undefined },
        { timeout: 9999 },
      );
      assert.deepEqual(
        [result.title, result.points, result.passed],
        ['is 6 for 2 by 3', 2, result.message === undefined],
      );
      return result.message;
    };
    assert.equal(await answer(() => 6), undefined);
    assert.equal(await answer(() => 5), 'the sides were added.');
    assert.equal(await answer(() => 7), 'area: expected 6, got 7.');
    assert.equal(await answer(() => '6'), 'area must be a number, got string.');
    assert.equal(await answer(() => assert.fail('Not written yet')), 'Not written yet');
  });

  it('packs the public tests where answers are drawn: they run, and do not lie open', async () => {
    write('kit/solutions/01-area.ts', SOLUTION.replace('width * height', 'width * height * (1 + Math.random() / 1e9)'));
    write('kit/test/exercises/01-area.test.ts', TEST.replace('await area(2, 3)', 'Math.round(await area(2, 3))'));
    await make();
    const text = fs.readFileSync(path.join(folder, 'out/test/exercises/01-area.test.ts'), 'utf8');
    assert.match(text, /npm run check 01-area/);
    assert.doesNotMatch(text, /by 3/);
    const [{ title }] = outline({ file: path.join(ROOT, 'test/exercises/01-area.test.ts'), code: text, hash: '' });
    assert.equal(title, 'is 6 for 2 by 3');
  });

  it('cuts hidden tests with all that only they use, and keeps the rest as it was', () => {
    const text = publicTest(TEST);
    assert.doesNotMatch(text, /hidden|primes|HIDDEN|os\b/i);
    assert.match(text, /typeof import\('\.\.\/\.\.\/exercises\/01-area'\)/);
    assert.equal(publicTest("const unused = 1;\nit('a', () => {});\n"), "const unused = 1;\nit('a', () => {});\n");
  });

  it('leaves nothing behind where something would leak, and names it', async () => {
    write('kit/README.md', 'Hint: const theSecretProduct = width * height;\n');
    await assert.rejects(
      make,
      /would leak: README\.md holds "const theSecretProduct = width \* height;" of solutions\/01-area\.ts/,
    );
    assert.ok(!fs.existsSync(path.join(folder, 'out')));
    write('kit/README.md', 'We also test that it takes large primes [3].\n');
    await assert.rejects(make, /README\.md holds the hidden test "takes large primes \[3\]"/);
    write('kit/README.md', '');
    await make();
    await assert.rejects(make, /is not empty/);
    write('out/solutions/x.ts', '');
    write('out/.git/HEAD', '');
    assert.deepEqual(findLeaks(path.join(folder, 'out'), path.join(folder, 'kit')), [
      '.git is in it',
      'solutions is in it',
    ]);
  });

  it('packs what a student wrote, says what is a stub, missing or broken, and the grader reads it', async () => {
    await make();
    const out = path.join(folder, 'out');
    const submit = (...words: string[]) =>
      spawnSync(process.execPath, ['--import', 'tsx', 'src/handin/submit.ts', ...words], {
        cwd: out,
        encoding: 'utf8',
      });
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(out, 'node_modules'));
    const fresh = submit();
    assert.equal(fresh.stdout, '✗ 01-area: not begun (still to do: multiply)\n');
    assert.match(
      fresh.stderr,
      /nothing to pack; write an exercise in its cell of a lecture or in the folder exercises/,
    );
    const exercise = path.join(out, 'exercises/01-area.ts');
    fs.writeFileSync(exercise, 'export function area( {');
    const broken = submit('--out', path.join(folder, 'broken.zip'));
    assert.equal(broken.status, 1);
    assert.match(broken.stdout, /✗ 01-area: does not compile, taken from exercises\/01-area\.ts \(01-area\.ts line 1/);
    assert.ok(!fs.existsSync(path.join(folder, 'broken.zip')));
    fs.writeFileSync(exercise, 'export function area(a: number, b: number) { return a * b; }');
    const done = submit('--out', path.join(folder, 'class/jane.zip').replace('class/', ''));
    assert.match(done.stdout, /✓ 01-area: ready, taken from exercises\/01-area\.ts\n1 of 1 exercises are ready/);
    fs.mkdirSync(path.join(folder, 'class'));
    fs.renameSync(path.join(folder, 'jane.zip'), path.join(folder, 'class/jane.zip'));
    const [found] = await collect(path.join(folder, 'class'), ['01-area']);
    assert.deepEqual([found.student, found.source], ['jane', fs.readFileSync(exercise, 'utf8')]);
    // And a reader that is not ours.
    const listed = execFileSync('python3', ['-m', 'zipfile', '-t', path.join(folder, 'class/jane.zip')], {
      encoding: 'utf8',
    });
    assert.match(listed, /Done testing/);
    fs.rmSync(exercise);
    fs.rmSync(path.join(out, 'exercises/01-area.ipynb'));
    assert.match(submit().stderr, /nothing to pack/);
  });

  it('of the real kit leaks nothing', async () => {
    const out = path.join(folder, 'real');
    const exercises = await release({ out });
    assert.ok(exercises.includes('02-lrn'));
    assert.deepEqual(findLeaks(out), []);
    const packed = exercises.filter(exercise =>
      fs.readFileSync(path.join(out, 'test/exercises', `${exercise}.test.ts`), 'utf8').includes('inflateRawSync'),
    );
    assert.deepEqual(packed, ['02-dropout', '02-pca-colour']);
    for (const room of ['grading', 'sandbox', 'release']) assert.ok(!fs.existsSync(path.join(out, 'src', room)), room);
    // Its set-up compiles it.
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(out, 'node_modules'));
    const types = path.join(ROOT, 'node_modules/typescript/bin/tsc');
    const compiled = spawnSync(process.execPath, [types, '--noEmit', '-p', 'src'], { cwd: out, encoding: 'utf8' });
    assert.equal(compiled.stdout, '');
    // It lists the packages that its sources import, and no file names what instructors get.
    const listed = JSON.parse(fs.readFileSync(path.join(out, 'package.json'), 'utf8')) as Record<string, object>;
    const packages = Object.keys({ ...listed.dependencies, ...listed.devDependencies });
    for (const name of fs.readdirSync(path.join(out, 'src'), { recursive: true }) as string[]) {
      if (!/\.(ts|[cm]js)$/.test(name)) continue;
      const text = fs.readFileSync(path.join(out, 'src', name), 'utf8');
      for (const [, imported] of text.matchAll(/^(?:import|export) .*from '([^.'][^']*)';$/gm)) {
        const wanted = imported
          .split('/')
          .slice(0, imported.startsWith('@') ? 2 : 1)
          .join('/');
        const known = packages.some(one => one === wanted || PARTS[wanted] === one);
        assert.ok(imported.startsWith('node:') || known, `src/${name} imports ${imported}, which package.json lacks`);
      }
    }
    const readme = fs.readFileSync(path.join(out, 'README.md'), 'utf8');
    assert.match(readme, /npm run submit/);
    assert.doesNotMatch(
      readme,
      /npm test|npm run (grade|release|validate|autograder|bench|generate)|INSTRUCTOR|solutions\//,
    );
    // Its commands are those that its package.json calls.
    const { scripts } = JSON.parse(fs.readFileSync(path.join(out, 'package.json'), 'utf8')) as { scripts: object };
    for (const name of Object.keys(scripts).filter(name => name !== 'build')) {
      const words = ['--require', 'tsx/cjs', 'src/setup/main.ts', name, '--help'];
      const { status, stdout } = spawnSync(process.execPath, words, { cwd: out, encoding: 'utf8' });
      assert.equal(status, 0, name);
      assert.match(stdout, /^Example: npm /m);
    }
    const refused = spawnSync(process.execPath, ['--require', 'tsx/cjs', 'src/setup/main.ts', 'grade'], { cwd: out });
    assert.equal(refused.status, 2);
  });

  it('cuts what is between the markers, and refuses one without the other', () => {
    const cut = (text: string): string => withoutInstructors(text, 'x.ts');
    assert.equal(cut('a\n  // BEGIN INSTRUCTOR\nb\n  // END INSTRUCTOR\nc'), 'a\nc');
    assert.equal(
      cut('| a |\n| b <!-- INSTRUCTOR --> |\n<!-- BEGIN INSTRUCTOR -->\nc\n<!-- END INSTRUCTOR -->\n'),
      '| a |\n',
    );
    assert.throws(() => cut('a\n// BEGIN INSTRUCTOR\nb'), /x\.ts:2 begins a part for instructors that never ends/);
    assert.throws(() => cut('a\n// END INSTRUCTOR\nb'), /x\.ts:2 ends a part for instructors that was not begun/);
    assert.throws(
      () => cut('// BEGIN INSTRUCTOR\n// BEGIN INSTRUCTOR\n'),
      /x\.ts:2 begins .* inside the one of line 1/,
    );
  });

  it('refuses what is nearly a marker, and leaves prose alone', () => {
    for (const line of [
      ...[
        '// BEGIN SOLUTON: multiply',
        '// begin solution: multiply',
        '//BEGIN SOLUTION: multiply',
        '// END  SOLUTION',
      ],
      ...[
        '// BEGIN SOLUTION multiply',
        '// BEGIN SOLUTION',
        '/// BEGIN SOLUTION: multiply',
        '// END_SOLUTION',
        '// EDN SOLUTION',
      ],
      ...[
        '// END SOLUTION ',
        '# END SOLUTION',
        'return 1; // END SOLUTION',
        '// ENDSOLUTION',
        '// Begin Solution: multiply',
      ],
      ...['// YOUR CODE HERE: multiply', '// your code here', '/* BEGIN SOLUTION */', '// BEGIN SOLUTIONS: multiply'],
    ])
      assert.throws(
        () => refuseNearMarkers(`a\n  ${line}`, 'x.ts', true),
        /^Error: x\.ts:2 has ".*", nearly a marker; expected \/\/ /,
        line,
      );
    for (const line of [
      '// BEGIN INSTRUCTORS',
      '<!-- begin instructor -->',
      '<!--BEGIN INSTRUCTOR-->',
      '// END INSTRUCTOR.',
    ])
      assert.throws(() => withoutInstructors(line, 'x.md'), /x\.md:1 has .* nearly a marker/, line);
    for (const line of [
      ...[
        '  // BEGIN SOLUTION: multiply',
        '// END SOLUTION',
        '// END INSTRUCTOR',
        '// The solution begins here',
        '# Begin with a picture',
      ],
      ...[
        '// ends where the solution is',
        '// HINT: begin with the sum',
        'const end = solution; // of the equation',
        '## Solutions',
      ],
    ])
      refuseNearMarkers(line, 'x.ts', true);
  });

  it('refuses a hidden part that is misspelt', () => {
    for (const title of ['Hidden', 'hiden', ' hidden', 'hidden tests'])
      assert.throws(
        () => publicTest(TEST.replace("'hidden'", `'${title}'`)),
        /would be public; expected 'hidden'/,
        title,
      );
  });

  it('refuses a source that imports what students do not get', async () => {
    write('kit/src/index.ts', "export { grade } from './grading/grade';\n");
    await assert.rejects(make, /src\/index\.ts imports src\/grading\/grade, which students do not get/);
    assert.ok(!fs.existsSync(path.join(folder, 'out')));
  });
});
