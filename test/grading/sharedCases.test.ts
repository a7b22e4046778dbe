/** The inputs of ../shared/cases, each with the grade that its RUN.md calls right. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { GradeOptions } from '../../src/grading/plan';
import type { ClassResult } from '../../src/grading/score/results';
import { readPolicy } from '../../src/grading/score/policy';
import { ROOT } from '../../src/node/root';
import { bubblewrapFailure } from '../../src/sandbox/bubblewrap';
import { Classroom } from './classroom';

const CASES = path.join(ROOT, '../shared/cases');

describe('the shared cases', function () {
  let room: Classroom;
  before(function () {
    const why = fs.existsSync(CASES) ? bubblewrapFailure() : 'there is no ../shared/cases beside this checkout';
    if (why === undefined) return void (room = new Classroom());
    console.log(`      skipped: ${why}`);
    this.skip();
  });
  after(() => room?.remove());

  const grade = (submissions: string, options: Partial<GradeOptions> = {}): Promise<ClassResult> =>
    room.grade({
      submissions: path.join(CASES, submissions),
      ...{ testFolder: undefined, out: room.path(`out-${submissions.replace(/\W/g, '-')}`), exercises: ['07-pareto'] },
      ...options,
    });
  /** Of the whole, by student. */
  const shares = ({ entries }: ClassResult): Record<string, number> =>
    Object.fromEntries(entries.map(({ grade: { student, score, max } }) => [student, score / max]));
  const reasons = ({ entries }: ClassResult): Record<string, string> =>
    Object.fromEntries(entries.map(({ grade: { student, reason } }) => [student, reason]));
  const told = ({ entries }: ClassResult): string =>
    JSON.stringify(entries.map(({ tests, grade: { reason }, failure }) => [tests, reason, failure]));

  it('of odd submissions get all points, and a note', async () => {
    const result = await grade('grading/submissions');
    const all = shares(result);
    const why = reasons(result);
    const named = (name: string): string => Object.keys(all).find(student => student.startsWith(name))!;
    for (const [student, share] of Object.entries(all))
      assert.equal(share, student.startsWith('b05') ? 0 : 1, `${student}: ${why[student]}`);
    assert.equal(Object.keys(all).length, 14);
    assert.match(why[named('b05')], /hw\.rar.*\.zip/);
    assert.match(why[named('b04')], /hw\.zip.* handed out|different answers/);
    assert.match(why[named('c01')], /turned to Markdown/);
    assert.match(why[named('c23')], /handed out|different answers/);
    for (const name of ['a07', 'a10', 'c16', 'c20']) assert.match(why[named(name)], /was taken for 07-pareto/, name);
  });

  it("of Gradescope's nameless students are two", async () => {
    const all = shares(await grade('grading/gradescope'));
    assert.deepEqual(all, { 'ann@x.edu': 1, 'bob@x.edu': 0 });
  });

  it("of nbgrader's times are late by their zones", async () => {
    const policy = readPolicy(path.join(CASES, 'grading/policy.json'));
    const all = shares(await grade('grading/nbgrader', { policy }));
    for (const student of ['kst', 'utc']) assert.ok(Math.abs(all[student] - 0.9) < 0.01, `${student}: ${all[student]}`);
  });

  const hostile = (name: string, exercise = '01-sum', options: Partial<GradeOptions> = {}): Promise<ClassResult> =>
    grade(`grader/${name}/class`, {
      ...{ testFolder: path.join(CASES, `grader/${name}/tests`), exercises: [exercise] },
      ...options,
    });

  it('output-race: what is printed decides nothing', async () => {
    const all = shares(await hostile('output-race'));
    assert.equal(Object.keys(all).length, 12);
    for (const [student, share] of Object.entries(all)) assert.equal(share, 1, student);
  });

  it('memfd-memory: 3 GB cannot be held', async () => {
    assert.equal(shares(await hostile('memfd-memory'))['memfd-3GB'], 0);
  });

  it('model-cycle: a model that holds itself is refused, and the class goes on', async () => {
    const result = await hostile('model-cycle', '01-sum', {
      submissions: path.join(CASES, 'grader/model-cycle'),
      testFolder: room.path('tests'),
    });
    assert.deepEqual(Object.values(shares(result)), [0]);
    assert.match(told(result), /cannot be read/);
  });

  it('gz-bomb: costs only the student who sent it', async () => {
    const result = await grade('grader/gz-bomb/class');
    assert.deepEqual(shares(result), { anna: 1, mallory: 0 });
    assert.match(reasons(result).mallory, /a\.tar\.gz/);
  });

  it("keyring-leak: neither another submission's keys nor the instructor's are found", async function () {
    if (process.platform !== 'linux' || spawnSync('python3', ['--version']).status !== 0) return this.skip();
    const out = room.path('keys');
    const { status, stdout, stderr } = spawnSync(
      'python3',
      [
        ...[path.join(CASES, 'grader/keyjoin2.py'), process.execPath, '--import', 'tsx', '-e', LEAK],
        ...[path.join(CASES, 'grader/keyring-leak'), out],
      ],
      { cwd: ROOT, encoding: 'utf8' },
    );
    assert.equal(status, 0, stderr);
    assert.match(stdout, /found:/);
    assert.doesNotMatch(stdout, /found:[^"]*(SECRET4711|INSTRUCTOR)/);
  });

  describe('of --sandbox user', () => {
    before(function () {
      if (process.getuid?.() === 0) return;
      console.log('      skipped: --sandbox user needs root');
      this.skip();
    });

    it('wall-user-leak: an earlier process left neither file nor socket', async () => {
      const result = await hostile('wall-user-leak', '04-leak', { sandbox: { name: 'user' } });
      assert.equal(result.entries.length, 2);
      const told = result.entries.map(({ tests }) => String(tests.find(({ hidden }) => !hidden)?.message)).join('\n');
      assert.match(told, /found:/);
      assert.doesNotMatch(told, /SECRET4711/);
      for (const folder of ['/tmp', '/dev/shm', '/var/tmp', '/run']) assert.ok(!fs.existsSync(`${folder}/l`), folder);
    });

    it('wall-user-daemon: no process is left', async () => {
      await hostile('wall-user-daemon', '01-sum', { sandbox: { name: 'user' } });
      const left = fs.readdirSync('/proc').filter(name => {
        try {
          return fs.readFileSync(`/proc/${name}/cmdline`, 'latin1').includes('DAEMON4711');
        } catch {
          return false;
        }
      });
      assert.deepEqual(left, []);
    });
  });
});

/** Grades the class of the first word into the second, and prints what the tests told. */
const LEAK = `
const [cases, out] = process.argv.slice(-2);
require('./src/grading/grade').gradeClass({
  submissions: cases + '/class', testFolder: cases + '/tests', out, exercises: ['04-leak'], sandbox: {}, jobs: 1,
}).then(({ entries }) => console.log(JSON.stringify(entries.map(({ tests }) => tests))));
`;
