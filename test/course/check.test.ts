import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Checker } from '../../src/course/checker';
import { CheckResult } from '../../src/course/check';
import { watch } from '../../src/course/checkCommand';
import { hintsOf } from '../../src/harness/stub';
import { generatedHints } from '../../src/course/generated';
import { hint, HINTS_FILE } from '../../src/course/hints';

const root = path.join(__dirname, '../..');

describe("checking a student's file", () => {
  const exercise = '04-stacks';
  const file = path.join(root, 'exercises', `${exercise}.ts`);
  const stub = fs.readFileSync(file, 'utf8');
  const solution = fs.readFileSync(path.join(root, 'solutions', `${exercise}.ts`), 'utf8');
  const checker = new Checker(120);
  const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;

  afterEach(() => fs.writeFileSync(file, stub));
  after(() => checker.stop());

  it('says that its public tests pass', async () => {
    fs.writeFileSync(file, solution);
    const result = new CheckResult(exercise, await checker.check(exercise), 1);
    assert.match(String(result), /04-stacks: public tests pass, \d of \d\.$/);
  });

  it('says its type errors first, with the lines, and runs the tests all the same', async () => {
    const wrong = solution.replace('return Math.ceil((receptiveField - 1) / (kernel - 1));', 'return `${kernel}`;');
    fs.writeFileSync(file, wrong);
    const { types, tests } = await checker.checkFile(exercise, 1);
    const said = String(new CheckResult(exercise, tests, 1, types)).split('\n');
    const line = lineOf(wrong, 'return `${kernel}`;');
    assert.deepEqual(said.slice(0, 2), [
      `exercises/04-stacks.ts line ${line}: \`depthFor\` gives a string, expected a number`,
      '    return `${kernel}`;',
    ]);
    assert.match(said[2], /^✓ /);
    assert.ok(tests.some(({ passed }) => !passed));
    fs.writeFileSync(file, solution);
    assert.deepEqual((await checker.checkFile(exercise, 1)).types, []);
  });

  it('stops an endless loop, says where it was, and can check again', async () => {
    const impatient = new Checker(4);
    try {
      fs.writeFileSync(file, solution.replace('return Math.ceil', 'for (;;);\n  return Math.ceil'));
      const tests = await impatient.check(exercise);
      const last = tests.at(-1)!;
      assert.equal(last.passed, false);
      assert.equal(last.message, 'depthFor did not end within 4 s and was stopped; is there an endless loop?');
      assert.ok(tests.length > 1, 'tests before it count');
      fs.writeFileSync(file, solution);
      assert.ok((await checker.check(exercise)).every(test => test.passed));
    } finally {
      impatient.stop();
    }
  });

  it('stops an endless loop outside of any function', async () => {
    const impatient = new Checker(4);
    fs.writeFileSync(file, `${solution}\nwhile (true);\n`);
    await assert.rejects(
      impatient.check(exercise),
      /exercises\/04-stacks\.ts did not end within 4 s and was stopped; is there an endless loop\?$/,
    );
  });

  it('says that it ended the process', async () => {
    fs.writeFileSync(file, solution.replace('return Math.ceil', 'process.exit(3);\n  return Math.ceil'));
    const tests = await checker.check(exercise);
    assert.match(tests.at(-1)!.message!, /^depthFor ended the whole process \(exit status 3\)\.$/);
  });

  it('shows the line of a syntax error', async () => {
    const broken = solution.replace('return Math.ceil(', 'return Math.ceil((');
    fs.writeFileSync(file, broken);
    const line = lineOf(broken, 'return Math.ceil((');
    await assert.rejects(checker.check(exercise), (error: Error) => {
      assert.ok(error.message.startsWith(`exercises/04-stacks.ts line ${line}: `), error.message);
      assert.match(error.message, /\n {4}return Math\.ceil\(\(/);
      return true;
    });
  });

  it('shows the line of an error that the code throws', async () => {
    const broken = solution.replace(
      'return Math.ceil',
      'const none: any = undefined;\n  none.such();\n  return Math.ceil',
    );
    fs.writeFileSync(file, broken);
    const failed = (await checker.check(exercise)).find(test => !test.passed)!;
    assert.match(
      failed.message!,
      new RegExp(`^Cannot read .* \\(exercises/04-stacks\\.ts line ${lineOf(broken, 'none.such')}\\)$`),
    );
  });

  it('goes on after every save', async () => {
    const results: (CheckResult | Error)[] = [];
    let heard = (): void => undefined;
    const watching = watch(exercise, result => (results.push(result), heard()), new Checker(120));
    const next = (count: number): Promise<void> =>
      new Promise<void>(resolve => (heard = () => void (results.length >= count && resolve())));
    try {
      await next(1);
      assert.match(String(results[0]), /0 of \d public tests pass/);
      fs.writeFileSync(`${file}.new`, solution);
      fs.renameSync(`${file}.new`, file);
      await next(2);
      assert.match(String(results[1]), /public tests pass/);
      fs.writeFileSync(file, 'export function (');
      await next(3);
      assert.match(String(results[2]), /exercises\/04-stacks\.ts line 1: /);
    } finally {
      watching.stop();
    }
  });
});

describe('hints', () => {
  it('are what the solutions say', () => {
    assert.equal(
      fs.readFileSync(HINTS_FILE, 'utf8'),
      generatedHints(),
      'hints.json is outdated. Run `npm run generate`.',
    );
  });

  it('are read from the marker and the lines in the solution, function by function', () => {
    const source =
      'export function f(): void {\n  // BEGIN SOLUTION: a\n  // HINT: b\n  x();\n  // END SOLUTION\n}\n' +
      'export function g(): void {\n  // BEGIN SOLUTION: c\n  // END SOLUTION\n}';
    assert.deepEqual(hintsOf(source), { f: ['a', 'b'], g: ['c'] });
  });

  it('there are at least two for every function', () => {
    const hints = JSON.parse(generatedHints()) as Record<string, Record<string, string[]>>;
    for (const [exercise, functions] of Object.entries(hints))
      for (const [name, list] of Object.entries(functions))
        assert.ok(list.length >= 2, `${name} of ${exercise} has ${list.length} hint; add a // HINT: line.`);
  });

  it('open one at a time, and stay open', () => {
    const opened = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-hints-')), 'hints.json');
    const first = hint('02-lrn', opened);
    assert.match(
      String(first),
      /^02-lrn: hint 1 of \d\. Ask again for the next one\.\nlocalResponseNorm: 1\. square a/,
    );
    assert.doesNotMatch(String(first), / 2\. /);
    assert.match(String(hint('02-lrn', opened)), / 1\. [^]* 2\. /);
    for (let i = 0; i < 5; i++) hint('02-lrn', opened);
    assert.match(String(hint('02-lrn', opened)), /There are no more\./);
    assert.match(String(hint('02-dropout', opened)), /^02-dropout: hint 1 of/);
    fs.rmSync(path.dirname(opened), { recursive: true });
  });

  it('of what does not exist are refused', () => {
    assert.throws(() => hint('99-nothing'), /no exercise '99-nothing'; expected one of 01-count-conv/);
  });
});
