import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { check, type Functions } from '../../src/course/check';
import { toExercise } from '../../src/harness/stub';
import { bankOf, knownMistakes } from './banks';
import { FACTS_FILE, factsOf } from '../../src/course/facts';
import { generatedFacts } from '../../src/course/generated';
import { outdatedExercises } from '../../src/course/generate';
import { outline } from '../../src/harness/run';
import { bundleTest } from '../../src/harness/bundle';

const root = path.join(__dirname, '../..');
const solutions = fs
  .readdirSync(path.join(root, 'solutions'))
  .filter(file => file.endsWith('.ts'))
  .map(file => path.basename(file, '.ts'));
const functionsOf = (folder: string, name: string): Functions => require(path.join(root, folder, `${name}.ts`));

describe('a solution becomes an exercise', () => {
  it('with its hint and one clear error in place of the answer', () => {
    const source = 'function f(): number {\n  // BEGIN SOLUTION: say 4\n  return 4;\n  // END SOLUTION\n}';
    const stub = "function f(): number {\n  // YOUR CODE HERE: say 4\n  throw new Error('Not written yet: say 4.');\n}";
    assert.equal(toExercise(source, 'solutions/f.ts'), stub);
  });

  it('or is refused by file and line', () => {
    assert.throws(() => toExercise('// BEGIN SOLUTION: a', 'f.ts'), /f\.ts:1 begins a solution that never ends/);
    assert.throws(() => toExercise('// END SOLUTION', 'f.ts'), /f\.ts:1 ends a solution that was not begun/);
    assert.throws(() => toExercise('// BEGIN SOLUTION: a\n// BEGIN SOLUTION: b', 'f.ts'), /f\.ts:2 begins/);
    assert.throws(() => toExercise('// BEGIN SOLUTION\n// END SOLUTION', 'f.ts'), /f\.ts:1 has no hint/);
    assert.throws(() => toExercise('const f = 4;', 'f.ts'), /f\.ts has no \/\/ BEGIN SOLUTION/);
  });
});

describe('the exercises', () => {
  it('are what their solutions make of them', () => {
    const [outdated] = outdatedExercises();
    assert.equal(outdated, undefined, `exercises/${outdated?.file} is outdated. Run \`npm run generate\`.`);
  });

  it('say in their header what they are worth, how long they take and how hard they are', () => {
    const facts = JSON.parse(generatedFacts()) as ReturnType<typeof factsOf>;
    assert.deepEqual(factsOf(), facts, `${FACTS_FILE} is outdated. Run \`npm run generate\`.`);
    for (const name of solutions) {
      const { points: said } = facts[name];
      const file = path.join(root, 'test/exercises', `${name}.test.ts`);
      const points = outline(bundleTest(file)).reduce((sum, t) => sum + t.points, 0);
      assert.equal(said, points, `solutions/${name}.ts says ${said} points; its tests have ${points}.`);
    }
  });

  it('come from a solution each, none is left over', () => {
    const exercises = fs.readdirSync(path.join(root, 'exercises')).map(file => path.basename(file, '.ts'));
    assert.deepEqual(exercises.sort(), solutions.sort());
  });

  for (const name of solutions) {
    it(`${name}: the solution passes`, async () => {
      const result = await check(name, functionsOf('solutions', name));
      assert.ok(result.passed, String(result));
      assert.ok(result.tests.length > 1);
    });

    it(`${name}: the stub fails every test and says what to write`, async () => {
      const result = await check(name);
      for (const { title, passed, message } of result.tests) {
        assert.equal(passed, false, title);
        assert.match(message!, /^Not written yet: /);
      }
    });

    it(`${name}: has a bank of wrong answers`, () => void bankOf(name));

    // Without its file, the test above says what to add.
    for (const { name: title, message, ...functions } of knownMistakes(name)) {
      it(`${name}: an answer that ${title} meets its message`, async () => {
        const result = await check(name, functions as Functions);
        const messages = result.tests.filter(test => !test.passed).map(test => test.message!);
        assert.ok(
          messages.some(text => message.test(text)),
          `expected ${message}, got:\n${result}`,
        );
      });
    }
  }

  it('without a bank of wrong answers are told which file to add', () => {
    assert.throws(
      () => bankOf('99-nothing'),
      /^Error: The exercise 99-nothing has no bank of wrong answers; expected test\/exercises\/wrong\/99-nothing\.ts, which exports `wrong`\.$/,
    );
  });

  it('that do not exist are refused by name', async () => {
    await assert.rejects(check('99-nothing'), /no exercise 99-nothing; expected one of 01-count-conv, .*02-lrn/);
  });

  it('say which function is missing', async () => {
    const result = await check('02-lrn', {});
    assert.match(result.tests[0].message!, /localResponseNorm is missing/);
  });
});
