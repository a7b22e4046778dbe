/** Whether the public tests of a student edition say of each known mistake what the tests say that they were made of. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bundleTest } from '../../src/harness/bundle';
import { type Functions, testFunctions } from '../../src/harness/functions';
import { runTests, type TestResult } from '../../src/harness/run';
import { recordedSource, recordTests, SEED } from '../../src/release/record';
import { bankOf } from '../course/banks';

const ROOT = path.join(__dirname, '../..');

/** The tests of `exercise` as a student edition has them. */
async function studentEdition(exercise: string): Promise<(functions: Functions) => Promise<TestResult[]>> {
  const tests = await recordTests(exercise, ROOT);
  assert.ok(tests, `${exercise} cannot be recorded`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-recorded-'));
  try {
    const file = path.join(folder, `${exercise}.test.ts`);
    fs.writeFileSync(file, recordedSource(exercise, tests));
    for (const name of ['answers.ts', 'recorded.ts'])
      fs.copyFileSync(path.join(ROOT, 'test/exercises', name), path.join(folder, name));
    const bundle = { ...bundleTest(file), file: path.join(ROOT, 'test/exercises', path.basename(file)) };
    return functions =>
      runTests(
        bundle,
        {
          call: async (_, name, values) => (functions[name] as (...values: unknown[]) => unknown)(...values),
          probe: async (_, look, values) => look(functions, require('cnn-kit'), ...values),
        },
        { timeout: 60_000 },
      );
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** Asserts it for the solution, for nothing at all, and for each of the bank. */
export async function expectSameVerdicts(exercise: string): Promise<void> {
  const run = await studentEdition(exercise);
  const solution = require(path.join(ROOT, 'solutions', `${exercise}.ts`)) as Functions;
  const right = await run(solution);
  assert.deepEqual(
    right.filter(({ passed }) => !passed),
    [],
    'the solution',
  );
  const stub = Object.fromEntries(Object.keys(solution).map(name => [name, () => undefined])) as Functions;
  assert.deepEqual(
    (await run(stub)).filter(({ passed }) => passed),
    [],
    'nothing at all',
  );
  const different: string[] = [];
  for (const { name, message: named, ...functions } of bankOf(exercise)) {
    const wrong = functions as unknown as Functions;
    const original = (await testFunctions(exercise, wrong, { seed: SEED })).filter(({ hidden }) => !hidden);
    const recorded = await run(wrong);
    assert.deepEqual(
      recorded.map(({ title, points }) => [title, points]),
      original.map(({ title, points }) => [title, points]),
    );
    recorded.forEach(({ title, passed, message }, i) => {
      if (passed !== original[i].passed) different.push(`${name}: ${title}: ${passed ? 'passes' : message}`);
    });
    const says = (tests: TestResult[]): boolean => tests.some(({ message }) => message && named.test(message));
    if (says(original) && !says(recorded)) different.push(`${name}: no test says ${named}`);
  }
  assert.deepEqual(different, []);
}
