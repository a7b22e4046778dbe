import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Checker } from '../../src/course/checker';
import { check, CheckResult } from '../../src/course/check';
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
    const tests = await checker.check(exercise);
    const failed = tests.find(test => !test.passed)!;
    assert.equal(failed.line, `exercises/04-stacks.ts:${lineOf(broken, 'none.such')}: none.such();`);
    const shown = String(new CheckResult(exercise, tests, 3));
    assert.match(
      shown,
      /\n {4}exercises\/04-stacks\.ts:\d+: none\.such\(\);\n {4}Cannot read .*\n {4}It was given depthFor\(.+\)\.\n/,
    );
  });

  it('shows the line of an error that a library throws, however deep, in the words of the field', async () => {
    const broken = solution
      .replace('return Math.ceil', `${'tf.tidy(() => '.repeat(30)}misfit()${')'.repeat(30)};\n  return Math.ceil`)
      .concat(
        "\nimport { tf } from 'cnn-kit';\nfunction misfit(): any {\n  return tf.matMul(tf.ones([2, 3]), tf.ones([4, 5]));\n}\n",
      );
    fs.writeFileSync(file, broken);
    const failed = (await checker.check(exercise)).find(test => !test.passed)!;
    assert.match(failed.line!, /^exercises\/04-stacks\.ts:\d+: return tf\.matMul/);
    assert.match(failed.message!, /^matrix product: the first matrix has 3 columns, the second 4 rows/);
  });

  it('names what was typed, and what was thrown without a line', async () => {
    for (const [code, message] of [
      ['(fs as any).such();', /^fs\.such is not a function$/],
      ['(kit as any).such();', /^kit\.such is not a function$/],
      ["throw 'a text';", /^depthFor throws "a text"; expected an error, which knows its line\.$/],
    ] as const) {
      const imports = "import fs from 'node:fs';\nimport * as kit from 'cnn-kit';\n";
      fs.writeFileSync(file, solution.replace('return Math.ceil', `${code}\n  return Math.ceil`).replace(/^/, imports));
      const failed = (await checker.check(exercise)).find(test => !test.passed)!;
      assert.match(failed.message!, message);
    }
  });

  it('shows no line where the answer is only wrong, but what was given and what repeats it', async () => {
    fs.writeFileSync(file, solution.replace('return Math.ceil', 'return 1 + Math.ceil'));
    const tests = await checker.check(exercise, 3);
    const failed = tests.find(test => !test.passed)!;
    assert.equal(failed.line, undefined);
    const shown = String(new CheckResult(exercise, tests, 3));
    assert.match(shown, /\n {4}It was given \w+\(.+\)\.\n/);
    assert.match(shown, /seed 3; this draws the same again: CNN_KIT_SEED=3 npm run check -- 04-stacks --once$/);
    assert.deepEqual(await checker.check(exercise, 3), tests);
  });

  it('is repeated with functions of a notebook by their names and the seed', async () => {
    const depthFor = (): number => -1;
    const first = await check(exercise, { depthFor }, 5);
    assert.match(String(first), /again: await check\('04-stacks', \{ depthFor \}, 5\)$/);
    assert.deepEqual((await check(exercise, { depthFor }, 5)).tests, first.tests);
    await assert.rejects(check(exercise, { depthFor }, -1), /seed of check is -1; expected a whole number from 0/);
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
