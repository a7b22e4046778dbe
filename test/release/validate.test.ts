import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { toOurs } from '../../src/release/assignment/ours';
import { readAssignment } from '../../src/release/assignment/read';
import { Classroom } from '../grading/classroom';

const ROOT = path.join(__dirname, '../..');

const notebook = (language: string, cells: object[]): string =>
  JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: language, language, display_name: language } },
    cells: cells.map((cell, i) => ({
      id: `c${i}`,
      metadata: {},
      outputs: [],
      execution_count: null,
      cell_type: 'code',
      ...cell,
    })),
  });

const mark = (grade_id: string, more: object): object => ({
  metadata: {
    nbgrader: { schema_version: 3, grade_id, task: false, grade: false, solution: false, locked: false, ...more },
  },
});

/** As an instructor writes it for nbgrader with a TypeScript kernel. */
const NBGRADER = notebook('typescript', [
  { cell_type: 'markdown', source: '# Homework' },
  { source: "import path from 'node:path';" },
  {
    ...mark('add', { solution: true }),
    source:
      'function add(a: number, b: number): number {\n  /// BEGIN SOLUTION\n  return a + b;\n  /// END SOLUTION\n}',
  },
  {
    ...mark('add-test', { grade: true, locked: true, points: 3 }),
    source:
      "import assert from 'node:assert/strict';\nassert.equal(add(1, add(2, 3)), 6);\n// ### BEGIN HIDDEN TESTS\nassert.equal(add(-4, 9), 5);\n// ### END HIDDEN TESTS",
  },
  { ...mark('essay', { grade: true, solution: true, points: 5 }), cell_type: 'markdown', source: 'Why?' },
  {
    ...mark('twice', { solution: true }),
    source:
      'const twice = (n: number): number => {\n  // ### BEGIN SOLUTION\n  return 2 * n;\n  // ### END SOLUTION\n};',
  },
  {
    ...mark('twice-test', { grade: true, locked: true, points: 2 }),
    source: 'for (const n of [1, 2]) assert.equal(twice(n), 2 * n);\n[1].forEach(n => twice(n));',
  },
]);

/** As otter's own documentation has them: raw cells around each question. */
const OTTER = notebook('typescript', [
  { cell_type: 'raw', source: '# ASSIGNMENT CONFIG\nrequirements: r.txt\nseed:\n  variable: rng' },
  { cell_type: 'raw', source: '# BEGIN QUESTION\nname: q1\npoints: 4' },
  { cell_type: 'markdown', source: 'Add two numbers.' },
  { cell_type: 'raw', source: '# BEGIN SOLUTION' },
  { source: 'function add(a: number, b: number): number {\n  return a + b; // SOLUTION\n}' },
  { cell_type: 'raw', source: '# END SOLUTION' },
  { cell_type: 'raw', source: '# BEGIN TESTS' },
  { source: 'assert.equal(add(1, 2), 3);' },
  { source: '// HIDDEN\nassert.equal(add(7, 8), 15);' },
  { cell_type: 'raw', source: '# END TESTS' },
  { cell_type: 'raw', source: '# END QUESTION' },
  { cell_type: 'raw', source: '# BEGIN QUESTION\nname: q2\nmanual: true' },
  { cell_type: 'raw', source: '# END QUESTION' },
]);

describe('validating an assignment of another system', function () {
  it("reads nbgrader's source notebook, and says what stays behind", () => {
    const { form, questions, given, refused } = readAssignment(NBGRADER);
    assert.equal(form, 'nbgrader');
    assert.deepEqual(
      questions.map(({ name, tests }) => [name, tests.map(({ hidden, points }) => [hidden, points])]),
      [
        [
          'add',
          [
            [false, 0],
            [true, 3],
          ],
        ],
        ['twice', [[false, 2]]],
      ],
    );
    assert.deepEqual(given, ["import path from 'node:path';"]);
    assert.deepEqual(refused, ['essay is graded by people; give its points in the policy file']);
    assert.match(
      toOurs(readAssignment(NBGRADER), '01-homework').refused.join(),
      /twice 1 \[2\]: it calls twice inside of another function/,
    );
  });

  it("reads otter's, and says what stays behind", () => {
    const { form, questions, refused } = readAssignment(OTTER);
    assert.equal(form, 'otter');
    assert.deepEqual(
      questions.map(({ name, points, tests }) => [name, points, tests.map(({ hidden }) => hidden)]),
      [['q1', 4, [false, true]]],
    );
    assert.match(questions[0].solution, /\/\/ BEGIN SOLUTION: write this\n {2}return a \+ b;\n {2}\/\/ END SOLUTION/);
    assert.deepEqual(refused, [
      'the setting seed of the assignment',
      'the setting requirements of the assignment',
      'q2 is graded by people; give its points in the policy file',
    ]);
  });

  it("reads otter's settings as YAML writes them", () => {
    const { questions, refused } = readAssignment(
      notebook('typescript', [
        { cell_type: 'raw', source: '# ASSIGNMENT CONFIG\nname: "x"\nseed: {variable: rng}' },
        { cell_type: 'raw', source: '# BEGIN QUESTION\nname: "q: 1" # first\npoints: 3 # in all\nmanual: false' },
        { cell_type: 'raw', source: '# BEGIN TESTS' },
        { source: '/* # BEGIN TEST CONFIG\npoints: 2\nhidden: true\n*/\nassert.ok(true);' },
        { cell_type: 'raw', source: '# END TESTS' },
        { cell_type: 'raw', source: '# END QUESTION' },
        { cell_type: 'raw', source: '# BEGIN QUESTION\nname: q2\npoints:\n  each: 1' },
        { cell_type: 'raw', source: '# END QUESTION' },
        { cell_type: 'raw', source: '# BEGIN QUESTION\nname: [' },
        { cell_type: 'raw', source: '# END QUESTION' },
      ]),
    );
    assert.deepEqual(
      questions.map(({ name, points, tests }) => [name, points, tests.map(test => [test.hidden, test.points])]),
      [
        ['q: 1', 3, [[true, 2]]],
        ['q2', undefined, []],
        ['question 3', undefined, []],
      ],
    );
    assert.match(
      refused.join('\n'),
      /the setting seed .*\nthe points of q2, .*\nthe settings of question 3, which are no YAML: /,
    );
  });

  it("hides nbgrader's hidden tests where they stand, and all of a cell whose markers do not pair", () => {
    const cell = (source: string) => {
      const cells = [
        {
          ...mark('add', { solution: true }),
          source: 'function add(a: number, b: number): number {\n  return a + b;\n}',
        },
        { ...mark('add-test', { grade: true, points: 3 }), source },
      ];
      const { questions, refused } = readAssignment(notebook('typescript', cells));
      return { tests: questions[0].tests.map(({ source, hidden, points }) => [source, hidden, points]), refused };
    };
    assert.deepEqual(cell('const a = 1;\n### BEGIN HIDDEN TESTS\nb();\n### END HIDDEN TESTS\nc();').tests, [
      ['const a = 1;\nc();', false, 0],
      ['const a = 1;\nb();\nc();', true, 3],
    ]);
    const open = cell('a();\n### BEGIN HIDDEN TESTS\nb();');
    assert.deepEqual(open.tests, [['a();\nb();', true, 3]]);
    assert.match(open.refused.join(), /all of which are hidden: BEGIN HIDDEN TESTS has no END HIDDEN TESTS/);
  });

  it("reads otter's hidden tests, however they are marked", () => {
    const hidden = (source: string) => {
      const cells = [
        { cell_type: 'raw', source: '# BEGIN QUESTION\nname: q1' },
        { cell_type: 'raw', source: '# BEGIN TESTS' },
        { source },
        { cell_type: 'raw', source: '# END QUESTION' },
      ];
      const [{ tests }] = readAssignment(notebook('typescript', cells)).questions;
      return [tests[0].source, tests[0].hidden, tests[0].points];
    };
    assert.deepEqual(hidden('# HIDDEN\na();'), ['a();', true, undefined]);
    assert.deepEqual(hidden('// hidden\na();'), ['a();', true, undefined]);
    const config = ' # BEGIN TEST CONFIG\nhidden: true\npoints: 2\n';
    assert.deepEqual(hidden(`"""${config}""" # END TEST CONFIG\na();`), ['a();', true, 2]);
    assert.deepEqual(hidden(`/*${config}*/ // END TEST CONFIG\na();`), ['a();', true, 2]);
    assert.deepEqual(hidden('// HIDDEN\n/* points: 1 */\na();'), ['a();', true, 1]);
    assert.deepEqual(hidden('const hidden = 1;'), ['const hidden = 1;', false, undefined]);
  });

  it('writes no assertion that cannot fail', () => {
    const write = (source: string) => {
      const cells = [
        { ...mark('f', { solution: true }), source: 'function f(n: number): number {\n  return n;\n}' },
        { ...mark('f-test', { grade: true, points: 3 }), source },
      ];
      return toOurs(readAssignment(notebook('typescript', cells)), '01-x');
    };
    for (const source of [
      ...[
        '[1].forEach(n => assert.ok(f(n)));',
        '[1].forEach(async n => assert.ok(await f(n)));',
        'assert.ok([1].map(f));',
      ],
      ...[
        'assert.throws(() => f(1));',
        'const g = f;\nassert.ok(g(1));',
        'assert.ok(true);',
        'f(1) === 1;',
        '// assert f(1)',
      ],
      'setTimeout(async () => assert.ok(f(1)));',
    ]) {
      const { test, refused } = write(source);
      assert.doesNotMatch(test, /it\(/, source);
      assert.match(refused.join(), /^f 1 \[3\]: it /, source);
    }
    for (const [source, written] of [
      ['assert.equal(f(f(1)), 1);', /assert\.equal\(\(await f\(\(await f\(1\)\)\)\), 1\);/],
      ['await assert.rejects(async () => f(1));', /async \(\) => \(await f\(1\)\)\);/],
      ['await Promise.all([1].map(async n => assert.equal(f(n), n)));', /assert\.equal\(\(await f\(n\)\), n\)/],
      ['const a = 1\nf(a)\nassert.ok(a)', /const a = 1\n +;\(await f\(a\)\)\n/],
    ] as const) {
      const { test, refused } = write(source);
      assert.deepEqual(refused, [], source);
      assert.match(test, written);
    }
  });

  it('says of Python what it can, and refuses what is neither', () => {
    const python = readAssignment(NBGRADER.replaceAll('typescript', 'python'));
    assert.equal(python.questions.length, 2);
    assert.match(python.refused[0], /its language is python/);
    assert.throws(() => toOurs(python, '01-x'), /Code in python cannot be imported/);
    assert.throws(() => readAssignment('{'), /It is no notebook/);
    assert.throws(() => readAssignment('{"nbformat": 3}'), /no list of cells/);
    assert.throws(
      () => readAssignment(notebook('typescript', [{ source: '1' }])),
      /neither metadata of nbgrader nor raw cells/,
    );
  });

  for (const [name, text, full] of [
    ['nbgrader', NBGRADER.replace('[1].forEach(n => twice(n));', ''), 5],
    ['otter', OTTER, 4],
  ] as const)
    it(`imports ${name}'s so that the solution gets full marks and the stub none`, async function () {
      if (!fs.existsSync(path.join(ROOT, 'dist/grading/run/worker.js'))) return this.skip();
      const room = new Classroom();
      try {
        room.write('source.ipynb', text);
        const words = [room.path('source.ipynb'), '--out', room.path('kit'), '--name', '07-imported'];
        const { status, stdout, stderr } = spawnSync(
          process.execPath,
          ['--import', 'tsx', 'src/release/validate.ts', ...words],
          {
            cwd: ROOT,
            encoding: 'utf8',
          },
        );
        assert.equal(status, 0, stderr);
        assert.match(stdout, /✓ \w+: \d points, \d tests, 1 hidden/);
        room.write(
          'kit/test/exercises/answers.ts',
          fs.readFileSync(path.join(ROOT, 'test/exercises/answers.ts'), 'utf8'),
        );
        const solution = fs.readFileSync(room.path('kit/solutions/07-imported.ts'), 'utf8');
        const stub = solution.replace(
          /\/\/ BEGIN SOLUTION[\s\S]*?\/\/ END SOLUTION/g,
          "throw new Error('not written');",
        );
        room.hand('right', solution, '07-imported');
        room.hand('stub', stub, '07-imported');
        room.hand('visible', solution.replace('return a + b', 'return a === 1 || a === 2 ? a + b : 0'), '07-imported');
        const { entries } = await room.grade({ testFolder: room.path('kit/test/exercises') });
        const scores = entries.map(({ grade }) => [grade.student, grade.score, grade.max]);
        const visible = name === 'nbgrader' ? 2 : 2;
        assert.deepEqual(scores, [
          ['right', full, full],
          ['stub', 0, full],
          ['visible', visible, full],
        ]);
      } finally {
        room.remove();
      }
    });
});
