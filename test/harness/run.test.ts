import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { bundleTest } from '../../src/harness/bundle';
import { outline, runTests, type TestResult } from '../../src/harness/run';

const CACHE = path.join(__dirname, '../../.cache');

describe('the runner of an exercise', () => {
  let folder: string;
  const file = (): string => path.join(folder, '01-any.test.ts');
  beforeEach(() => {
    fs.mkdirSync(CACHE, { recursive: true });
    folder = fs.mkdtempSync(path.join(CACHE, 'harness-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));
  const nobody = { call: async () => undefined, probe: async () => undefined };
  const run = async (source: string): Promise<[string, boolean, string?][]> => {
    fs.writeFileSync(file(), source);
    const told: TestResult[] = [];
    const results = await runTests(bundleTest(file()), nobody, { timeout: 5000, onResult: test => told.push(test) });
    assert.deepEqual(
      told.map(({ title }) => title),
      results.map(({ title }) => title),
      'each result is told once, in order',
    );
    return results.map(({ title, passed, message }) => [title, passed, message]);
  };

  it('takes a test that names its own things as mocha does', async () => {
    assert.deepEqual(await run("const run = () => 1, context = run();\nit('is [2]', () => void run());"), [
      ['is', true, undefined],
    ]);
  });

  it('counts what a hook keeps from running, and what is skipped, as not passed', async () => {
    // The skipped one is text: a test of an exercise, whose skip this test is about.
    const source = `
      it('runs', () => {});
      it.skip('is skipped', () => {});
      describe('with a hook', () => {
        before(() => { throw new Error('the hook\\nin two lines'); });
        it('one', () => {});
        it('two', () => {});
      });`;
    assert.deepEqual(await run(source), [
      ['runs', true, undefined],
      ['is skipped', false, 'This test is skipped, which counts as not passed.'],
      ['one', false, 'the hook'],
      ['two', false, 'the hook'],
    ]);
  });

  it('leaves passed what had passed when a hook after it fails', async () => {
    assert.deepEqual(await run("it('runs', () => {});\nafter(() => { throw new Error('late'); });"), [
      ['runs', true, undefined],
    ]);
  });

  it('bundles a file again when it or what it imports has changed', async () => {
    fs.writeFileSync(path.join(folder, 'title.ts'), "export const title = 'old [3]';");
    fs.writeFileSync(file(), "import { title } from './title';\nit(title, () => {});");
    const titles = (): [string, number][] => outline(bundleTest(file())).map(({ title, points }) => [title, points]);
    assert.deepEqual(titles(), [['old', 3]]);
    fs.writeFileSync(path.join(folder, 'title.ts'), "export const title = 'new';");
    assert.deepEqual(titles(), [['new', 1]]);
    assert.deepEqual(titles(), [['new', 1]]);
  });

  it('refuses a file without a test, and one that asks while it is loaded, by a sentence', async () => {
    await assert.rejects(run(''), /holds no test; it would give everyone 0 of 0/);
    fs.writeFileSync(file(), "globalThis[Symbol.for('cnn-kit.answers')].call('m', 'f', []);");
    assert.throws(() => outline(bundleTest(file())), /The test asks while it is loaded/);
    fs.writeFileSync(file(), 'it(');
    assert.throws(() => bundleTest(file()), /its test file does not compile \(line 1: /);
  });
});
