import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parse } from '../../src/cli/command';
import { optionsOf, progressLine } from '../../src/grading/command';
import { folderName, writeReports } from '../../src/grading/report/write';
import { csv } from '../../src/grading/report/exports';
import type { ClassResult, Grade } from '../../src/grading/score/results';
import { checkNames, type Policy, readPolicy, rule } from '../../src/grading/score/policy';
import { bubblewrapFailure } from '../../src/sandbox/bubblewrap';
import { Classroom, RIGHT, TEST, WRONG } from './classroom';

const ROOT = path.join(__dirname, '../..');
const scores = ({ entries }: ClassResult) =>
  entries.map(({ grade: g }) => `${g.student} ${g.score}/${g.max} ${g.status}`);

describe('grading a class', function () {
  let room: Classroom;
  before(function () {
    if (!fs.existsSync(path.join(ROOT, 'dist/grading/run/worker.js'))) this.skip();
  });

  describe('its reports', () => {
    const EVIL = `<script>alert('x')</script>`;
    const HOSTILE = '=HYPERLINK("http:evil")';
    let result: ClassResult;
    const read = (name: string): string => fs.readFileSync(room.path(`out/${name}`), 'utf8');
    const python = (code: string, ...words: string[]): unknown =>
      JSON.parse(execFileSync('python3', ['-c', code, ...words], { cwd: room.path('out'), encoding: 'utf8' }));

    before(async () => {
      room = new Classroom();
      room.hand('alice', RIGHT);
      room.hand('bob', WRONG);
      fs.mkdirSync(room.path('class/carol'));
      room.hand('dave', 'export function sum( {');
      room.hand(HOSTILE, `export function sum(): number { throw new Error(${JSON.stringify(EVIL)}) }`);
      // Remembers what it was asked, and tells it in the next failure and in an error outside of any call.
      room.hand(
        'oracle',
        `const seen: string[] = [];
        export function sum(l: number[]) { seen.push(l.join('+')); const fs = require('fs'); const os = require('os');
          for (const folder of [os.tmpdir(), os.homedir()])
            try { fs.appendFileSync(folder + '/seen', l.join('+') + ' '); seen.push(fs.readFileSync(folder + '/seen', 'utf8')) } catch {}
          if (l.length === 3) return new Promise(() => setTimeout(() => { throw new Error('leak ' + seen) }, 5));
          throw new Error('seen ' + seen) }`,
      );
      const policy: Policy = {
        deadline: '2026-03-01T00:00:00Z',
        penaltyPerDay: 0.1,
        submitted: { alice: '2026-03-02T12:00:00Z' },
        extra: [{ student: 'bob', exercise: '01-sum', points: 1.5, reason: 'a good explanation' }],
        overrides: [{ student: 'dave', exercise: '01-sum', score: 4, reason: 'graded by hand, the brace was ours' }],
      };
      result = await room.grade({ policy });
      writeReports(result, room.path('out'));
    });
    after(() => room?.remove());

    it('have one entry for everyone, with the policy applied', () => {
      assert.deepEqual(scores(result), [
        `${HOSTILE} 0/10 graded`,
        'alice 8/10 graded',
        'bob 1.5/10 graded',
        'carol 0/10 missing',
        'dave 4/10 not compiled',
        'oracle 0/10 stopped',
      ]);
      const grades = JSON.parse(read('grades.json')) as Grade[];
      assert.deepEqual(
        grades,
        result.entries.map(({ grade }) => grade),
      );
      for (const grade of grades)
        assert.deepEqual(Object.keys(grade), ['student', 'exercise', 'score', 'max', 'status', 'reason']);
      assert.match(grades[1].reason, /2 days late: 20 % off/);
      assert.match(grades[4].reason, /line 1: .*set to 4: graded by hand/);
    });

    it('case 42: give students nothing of hidden tests: no title, no message, no input', () => {
      const students = fs.readdirSync(room.path('out/students'), { recursive: true }) as string[];
      const files = students.filter(name => /\.(html|json)$/.test(name));
      assert.equal(files.length, 18);
      for (const name of files) {
        const text = read(`students/${name}`);
        assert.doesNotMatch(text, /secretTitle|secretMessage|70\+80|240|leak/, name);
      }
      assert.match(read('students/alice/feedback.html'), /hidden tests<\/td>\s*<td class="number">3 of 3/);
      assert.match(read('students/oracle/feedback.html'), /seen 5/);
      assert.match(read('class.html'), /secretTitle adds three \(hidden\)/);
    });

    it('case 43: tell of a failed test its message alone, not its source', () => {
      const { exercises } = JSON.parse(read('students/bob/feedback.json')) as { exercises: { tests: object[] }[] };
      assert.deepEqual(exercises[0].tests[0], {
        ...{ title: 'adds two <numbers> & more', points: 2, passed: false, message: 'two numbers: expected 3' },
      });
      assert.doesNotMatch(read('students/bob/feedback.html'), /strictEqual|\.test\.ts/);
    });

    it('case 39: are pages that a parser reads, where nothing inserted became markup', () => {
      const code = `import sys, json, html.parser
class P(html.parser.HTMLParser):
    def __init__(s): super().__init__(); s.open = []; s.tags = []; s.bad = []; s.text = ''
    def handle_starttag(s, t, a):
        s.tags.append(t)
        if t not in ('meta', 'br', 'rect', 'line'): s.open.append(t)
        s.bad += [k for k, v in a if k.startswith('on') or k in ('src', 'href')]
    def handle_startendtag(s, t, a): s.tags.append(t)
    def handle_endtag(s, t):
        if not s.open or s.open.pop() != t: s.bad.append('/' + t)
    def handle_data(s, d): s.text += d
p = P(); p.feed(open(sys.argv[1], encoding='utf8').read()); p.close()
print(json.dumps({'open': p.open, 'bad': p.bad, 'tags': sorted(set(p.tags)), 'text': p.text}))`;
      for (const name of [
        'class.html',
        `students/${folderName(HOSTILE)}/feedback.html`,
        'students/bob/feedback.html',
      ]) {
        const page = python(code, name) as { open: string[]; bad: string[]; tags: string[]; text: string };
        assert.deepEqual([page.open, page.bad], [[], []], name);
        assert.ok(!page.tags.includes('script'));
        assert.ok(page.text.includes('adds two <numbers> & more'));
        if (name.includes('HYPERLINK')) assert.ok(page.text.includes(EVIL) && page.text.includes(HOSTILE));
      }
      assert.match(read('class.html'), /<svg[^>]*aria-label="Histogram/);
    });

    it('case 39: are CSV that python reads back, without formulas', () => {
      const rows = python(
        'import csv, json, sys; print(json.dumps(list(csv.reader(open(sys.argv[1], encoding="utf8", newline="")))))',
        'canvas.csv',
      ) as string[][];
      assert.deepEqual(rows[0], ['Student', 'ID', 'SIS Login ID', 'Section', '01-sum']);
      assert.deepEqual(rows[1], ['Points Possible', '', '', '', '10']);
      assert.deepEqual(rows[2], [`'${HOSTILE}`, '', `'${HOSTILE}`, '', '0']);
      assert.deepEqual(rows[3], ['alice', '', 'alice', '', '8']);
      const graded = python(
        'import csv, json, sys; print(json.dumps(list(csv.DictReader(open(sys.argv[1], encoding="utf8", newline="")))))',
        'nbgrader.csv',
      ) as Record<string, string>[];
      const { duedate, timestamp, student_id, raw_score, late_submission_penalty, score, max_score } = graded[1];
      assert.deepEqual(
        [duedate, timestamp, student_id, raw_score, late_submission_penalty, score, max_score],
        ['2026-03-01 00:00:00', '2026-03-02 12:00:00', 'alice', '10', '2', '8', '10'],
      );
      assert.equal(csv([['+1', '-1', '@x', '\t=1', 'a"b', -2, undefined]]), `'+1,'-1,'@x,'\t=1,"a""b",-2,\r\n`);
    });

    it('are JUnit and Gradescope files that their readers take', () => {
      const suites = python(`import json, xml.etree.ElementTree as E
r = E.parse('junit.xml').getroot()
print(json.dumps([[s.get('name'), s.get('tests'), s.get('failures'), len(s.findall('testcase')), len(s.findall('testcase/failure'))] for s in r]))`) as string[][];
      assert.deepEqual(suites[1], ['alice/01-sum', '3', '0', 3, 0]);
      assert.deepEqual(suites[2], ['bob/01-sum', '3', '3', 3, 3]);
      const results = python('import json; print(json.dumps(json.load(open("students/alice/results.json"))))') as {
        score: number;
        stdout_visibility: string;
        tests: { name: string; score: number; max_score: number; visibility: string; status: string }[];
      };
      assert.equal(results.score, 8);
      assert.equal(results.stdout_visibility, 'hidden');
      assert.deepEqual(
        results.tests.map(({ name, score, max_score, status }) => [name, score, max_score, status]),
        [
          ['01-sum: adds two <numbers> & more', 2, 2, 'passed'],
          ['01-sum: adds one', 5, 5, 'passed'],
          ['01-sum: hidden tests', 3, 3, 'passed'],
        ],
      );
    });
  });

  describe('again', () => {
    beforeEach(() => {
      room = new Classroom();
      room.hand('alice', RIGHT);
      room.hand('bob', 'export function sum(l: number[]) { return l.length === 1 ? 5 : -1 }');
    });
    afterEach(() => room.remove());

    it('runs only what changed, and says who changes and why', async () => {
      assert.deepEqual(scores(await room.grade()), ['alice 10/10 graded', 'bob 5/10 graded']);
      room.write('tests/01-sum.test.ts', `// a comment\n${TEST}`);
      room.hand('carol', RIGHT);
      const same = await room.grade();
      // Carol's work is Alice's to the letter, and the tests do the same as before.
      assert.deepEqual([same.ran, same.known], [0, 2]);
      assert.deepEqual(
        same.changes.map(({ student, why }) => [student, why]),
        [['carol', 'was not in the run before']],
      );

      room.hand('bob', WRONG);
      const fixed = await room.grade();
      assert.deepEqual([fixed.ran, fixed.known], [1, 1]);
      assert.deepEqual(fixed.changes, [
        {
          ...{ student: 'bob', exercise: '01-sum', why: 'the submission changed' },
          from: { score: 5, max: 10, status: 'graded' },
          to: { score: 0, max: 10, status: 'graded' },
        },
      ]);

      room.write('tests/01-sum.test.ts', TEST.replace('[5]', '[7]').replace("'then'", "'last'"));
      const harder = await room.grade({
        policy: { extra: [{ student: 'bob', exercise: '01-sum', points: 1, reason: 'x' }] },
      });
      assert.equal(harder.ran, 2);
      assert.deepEqual(
        harder.changes.map(({ student, to, why }) => [student, to?.score, to?.max, why]),
        [
          ['alice', 10, 12, 'the tests changed'],
          ['bob', 1, 12, 'the tests changed, the policy changed'],
          ['carol', 12, 12, 'the tests changed'],
        ].map(([student, , , why]) => [student, student === 'bob' ? 1 : 12, 12, why]),
      );
    });

    it('case 45: reads nothing that is handed in beside the exercise', async () => {
      const fake = 'module.exports = new Proxy(function () {}, { get: () => () => true });';
      for (const [student, source] of Object.entries({ eve: WRONG, fred: RIGHT })) {
        room.hand(student, source);
        for (const name of ['mocha', 'assert', 'cnn-kit'])
          for (const place of ['', 'exercises/'])
            room.write(`class/${student}/${place}node_modules/${name}/index.js`, fake);
        for (const place of ['', 'exercises/']) {
          room.write(`class/${student}/${place}package.json`, '{ "type": "module", "main": "x.js" }');
          room.write(`class/${student}/${place}tsconfig.json`, '{ "extends": "/etc/passwd", "compilerOptions": 3 }');
          room.write(`class/${student}/${place}.npmrc`, 'node-options=--require=./x.js');
        }
        room.write(`class/${student}/test/exercises/01-sum.test.ts`, "it('passes', () => undefined);");
      }
      assert.deepEqual(scores(await room.grade()).slice(2), ['eve 0/10 graded', 'fred 10/10 graded']);
    });

    it('case 48: keeps the old score where the tests break, and finds back when they are fixed', async () => {
      await room.grade();
      room.write('tests/01-sum.test.ts', TEST.replace("describe('then'", 'describe((('));
      const broken = await room.grade();
      assert.deepEqual(scores(broken), ['alice 10/10 not graded', 'bob 5/10 not graded']);
      assert.match(
        broken.entries[0].grade.reason,
        /the grader failed: its test file does not compile.*run before is kept/,
      );
      room.write('tests/01-sum.test.ts', `throw new Error('ours'); ${TEST}`);
      const throwing = await room.grade();
      assert.deepEqual(scores(throwing), ['alice 10/10 not graded', 'bob 5/10 not graded']);
      room.write('tests/01-sum.test.ts', TEST);
      const fixed = await room.grade();
      assert.deepEqual([scores(fixed), fixed.ran], [['alice 10/10 graded', 'bob 5/10 graded'], 0]);
    });

    it('counts tests that a failing hook kept from running', async () => {
      const hook = "before(async () => { if ((await sum([1])) !== 1) throw new Error('the hook asks first') });";
      room.write('tests/01-sum.test.ts', TEST.replace("describe('first', () => {", `$& ${hook}`));
      assert.deepEqual(scores(await room.grade()), ['alice 10/10 graded', 'bob 5/10 graded']);
    });

    it('case 47: gives, after SIGKILL at any moment, the grades of one whole run', async function () {
      if (bubblewrapFailure()) return this.skip();
      for (let i = 0; i < 12; i++) room.hand(`s${String(i).padStart(2, '0')}`, `${i % 3 ? RIGHT : WRONG} // ${i}`);
      // Still at work whenever the others are done, so that no kill comes too late.
      room.hand(
        's12',
        RIGHT.replace(
          '{ return',
          '{ for (const end = Date.now() + (l.length === 1 ? 3000 : 0); Date.now() < end;); return',
        ),
      );
      const whole = await room.grade({ out: room.path('whole') });
      const words = ['--import', 'tsx', 'src/grading/command.ts', room.path('class'), '--out', room.path('out')];
      words.push('--tests', room.path('tests'), '--jobs', '2');
      const lines = (): number => {
        const file = room.path('out/journal.jsonl');
        return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n').length - 1 : 0;
      };
      for (const until of [2, 6]) {
        const command = spawn(process.execPath, words, { cwd: ROOT, stdio: 'ignore' });
        const ended = new Promise(resolve => command.on('exit', resolve));
        while (lines() < until && command.exitCode === null) await new Promise(resolve => setTimeout(resolve, 20));
        command.kill('SIGKILL');
        await ended;
        assert.equal(command.signalCode, 'SIGKILL');
        assert.ok(!fs.existsSync(room.path('out/grades.json')));
      }
      fs.appendFileSync(room.path('out/journal.jsonl'), '{"key":"cut');
      const done = spawnSync(process.execPath, words, { cwd: ROOT, encoding: 'utf8' });
      assert.equal(done.status, 0, done.stderr);
      assert.match(done.stdout, /15 grades of 15 students: \d+ submissions ran, [1-9]\d* were known/);
      assert.equal(
        fs.readFileSync(room.path('out/grades.json'), 'utf8'),
        fs.readFileSync(room.path('whole/grades.json'), 'utf8'),
      );
      assert.deepEqual(scores(whole).slice(0, 2), ['alice 10/10 graded', 'bob 5/10 graded']);
    });

    it('case 41: gives the same score again to what answers by chance', async () => {
      // The test's own random inputs repeat too; another student's are others.
      room.hand(
        'dice',
        'export function sum(l: number[]) { return l.reduce((a, b) => a + b, 0) + Math.floor(2 * Math.random()) }',
      );
      const random = TEST.replace(
        "it('adds one [5]', async () => assert.strictEqual(await sum([5]), 5));",
        `
        for (let i = 0; i < 8; i++) it('adds ' + i, async () => { const x = Math.random(); assert.strictEqual(await sum([x]), x, String(x)) });`,
      );
      room.write('tests/01-sum.test.ts', random);
      const once = await room.grade();
      const again = await room.grade({ fresh: true });
      assert.deepEqual(
        again.entries.map(({ tests }) => tests),
        once.entries.map(({ tests }) => tests),
      );
      const dice = once.entries.find(({ grade }) => grade.student === 'dice')!.tests;
      const chance = dice.filter(({ title }) => /^adds \d$/.test(title));
      assert.ok(chance.some(({ passed }) => passed) && chance.some(({ passed }) => !passed));
      const inputs = chance.map(({ message }) => message).filter(Boolean);
      assert.equal(new Set(inputs).size, inputs.length);
    });

    it('lists the exercises of which somebody handed in something', async () => {
      room.write('tests/02-other.test.ts', TEST.replaceAll('01-sum', '02-other'));
      assert.deepEqual(scores(await room.grade()), ['alice 10/10 graded', 'bob 5/10 graded']);
      const named = await room.grade({ exercises: ['02-other'] });
      assert.deepEqual(scores(named), ['alice 0/10 missing', 'bob 0/10 missing']);
    });

    it('marks every report of a run without a sandbox', async () => {
      const result = await room.grade({ sandbox: { name: 'none' } });
      writeReports(result, room.path('out'));
      for (const name of [
        'grades.json',
        'class.html',
        'junit.xml',
        'students/alice/feedback.html',
        'students/alice/results.json',
      ])
        assert.match(fs.readFileSync(room.path(`out/${name}`), 'utf8'), /without a sandbox/i, name);
    });
  });
});

describe('the grade command', () => {
  const run = (...words: string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx', 'src/grading/command.ts', ...words], {
      cwd: ROOT,
      encoding: 'utf8',
    });

  const asked = (...words: string[]) => optionsOf(parse('grade', words));

  it('reads its arguments and refuses others in one sentence', () => {
    const { exercises, sandbox, jobs } = asked(
      'subs',
      '--out',
      'r',
      '--exercises',
      'a, b.ts,a',
      '--jobs',
      '3',
      '--no-sandbox',
    );
    assert.deepEqual([exercises, sandbox?.name, jobs], [['a', 'b'], 'none', 3]);
    for (const [words, message] of [
      [['--out', 'r'], /folder of the submissions is missing; expected npm run grade/],
      [['a', 'b', '--out', 'r'], /There are 2 folders/],
      [['a'], /--out is missing; expected npm run grade -- SUBMISSIONS --out REPORTS/],
      [['a', '--out', 'r', '--wat'], /Unknown option '--wat/],
      [['a', '--out', 'r', '--jobs', '0'], /--jobs is 0; expected a number/],
      [['a', '--out', 'a/r'], /inside the submissions/],
      [['a', '--out', 'r', '--exercises', ','], /names no exercise/],
    ] as const)
      assert.throws(() => asked(...words), message);
  });

  it('ends with status 1 and one line for a missing folder and an unknown exercise', function () {
    for (const [words, message] of [
      [
        ['/nowhere', '--out', '/tmp/never'],
        /^There is no folder \/nowhere; give the folder that holds one folder for each student\.\n$/,
      ],
      [
        ['/tmp', '--out', '/never', '--exercises', '99-none'],
        /^There is no exercise 99-none; expected one of .*02-lrn.*\.\n$/,
      ],
    ] as const) {
      const { status, stderr } = run(...words, '--no-sandbox');
      assert.equal(status, 1);
      assert.match(stderr, message);
    }
  });

  it('shows how long the rest takes', () => {
    assert.equal(progressLine(0, 8, 0), '[--------------------] 0/8');
    assert.equal(progressLine(2, 8, 30), '[#####---------------] 2/8  1:30 left');
    assert.equal(progressLine(0, 0, 1), '[####################] 0/0');
  });

  it('case 39: gives every student a folder of their own that leads nowhere', () => {
    const names = [
      'alice',
      '../x',
      '..',
      'a/b',
      'a_b',
      'a:b',
      '',
      '.git',
      'Ä',
      'x'.repeat(300),
      `${'x'.repeat(299)}y`,
      'a\nb',
    ];
    const folders = names.map(name => folderName(name));
    assert.equal(new Set(folders).size, names.length);
    for (const folder of folders) assert.match(folder, /^[\p{L}\w@'-][\p{L}\p{M}\w.@' -]{0,100}$/u);
    assert.equal(folders[0], 'alice');
  });
});

describe('the policy', () => {
  const work = { student: 'alice', exercise: '01-sum' };
  const policy: Policy = {
    deadline: '2026-03-01T00:00:00Z',
    extensions: { bob: '2026-03-08T00:00:00Z' },
    graceMinutes: 10,
    penaltyPerDay: 0.15,
    maximumPenalty: 0.4,
  };

  it('takes a share for each day begun, after the grace, up to the most', () => {
    const at = (submitted: string, student = 'alice') => rule(policy, { ...work, student, submitted }, 10);
    assert.equal(at('2026-02-28T00:00:00Z').score, 10);
    assert.equal(at('2026-03-01T00:10:00Z').score, 10);
    assert.equal(at('2026-03-01T00:11:00Z').score, 8.5);
    assert.equal(at('2026-03-02T00:00:00Z').score, 8.5);
    assert.equal(at('2026-03-02T00:00:01Z').score, 7);
    assert.equal(at('2026-04-01T00:00:00Z').score, 6);
    assert.equal(at('2026-03-08T00:00:00Z', 'bob').score, 10);
    // A zone is no lateness.
    assert.equal(at('2026-03-01T01:00:00+01:00').score, 10);
  });

  it('takes nothing where no time is known, and says so of work marked late', () => {
    assert.deepEqual(rule(policy, work, 10).score, 10);
    assert.match(rule(policy, { ...work, late: true }, 10).reasons[0], /no penalty taken/);
  });

  it('never goes below zero, and an override has the last word', () => {
    const by = { student: 'alice', exercise: '01-sum', reason: 'r' };
    assert.equal(rule({ extra: [{ ...by, points: -5 }] }, work, 3).score, 0);
    assert.equal(rule({ extra: [{ ...by, points: -5 }], overrides: [{ ...by, score: 9 }] }, work, 3).score, 9);
  });

  it('refuses what it does not understand, with the place', () => {
    const room = new Classroom();
    try {
      for (const [value, message] of [
        ['{', /policy\.json is not JSON/],
        [[], /the file is \[\]; expected an object/],
        [{ deadlin: 1 }, /has "deadlin"; known are deadline, /],
        [{ deadline: '2026-03-01' }, /deadline is "2026-03-01"; expected a time with its zone/],
        [{ penaltyPerDay: 10 }, /penaltyPerDay is 10; expected a share from 0 to 1/],
        [{ overrides: [{ student: 'a', exercise: 'b', score: 1, reason: '' }] }, /overrides\[0\]\.reason is ""/],
        [{ extra: [{ student: 'a', exercise: 'b', points: '1', reason: 'r' }] }, /extra\[0\]\.points is "1"/],
        [{ extra: [{ student: 'a', exercise: 'b', pionts: 1, reason: 'r' }] }, /extra\[0\] has no points; expected/],
        [
          { overrides: [{ student: 'a', exercise: 'b', score: 1, reason: 'r', why: 1 }] },
          /overrides\[0\] has "why"; known are student, exercise, score, reason\./,
        ],
        [{ extensions: { 'a b': 'tomorrow' } }, /extensions\["a b"\] is "tomorrow"; expected a time with its zone/],
        [{ extensions: { bob: '2026-02-30T00:00:00Z' } }, /extensions\.bob is "2026-02-30T00:00:00Z"/],
      ] as const) {
        room.write('policy.json', typeof value === 'string' ? value : JSON.stringify(value));
        assert.throws(() => readPolicy(room.path('policy.json')), message);
      }
      room.write('policy.json', JSON.stringify(policy));
      assert.deepEqual(readPolicy(room.path('policy.json')), policy);
      assert.throws(() => readPolicy(room.path('none.json')), /There is no policy file/);
    } finally {
      room.remove();
    }
    assert.throws(
      () => checkNames(policy, new Set(['alice']), new Set(['01-sum'])),
      /names "bob"; the class has no such/,
    );
  });
});
