/** Each exercise's test on 200 draws of its inputs: the solution passes, and each known mistake is seen and named. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { type Functions, newSeed, testFunctions } from '../../src/harness/functions';
import { bankOf } from './banks';

const ROUNDS = Number(process.env.CNN_KIT_ROUNDS ?? 200);
const first = newSeed();
const root = path.join(__dirname, '../..');
const names = fs
  .readdirSync(path.join(root, 'solutions'))
  .filter(file => file.endsWith('.ts'))
  .map(file => path.basename(file, '.ts'));

describe(`the banks of wrong answers, with seeds from ${first} on (CNN_KIT_SEED repeats them)`, function () {
  this.timeout(7_200_000);

  for (const name of names) {
    it(`${name}: ${ROUNDS} draws`, async () => {
      const solution = require(path.join(root, 'solutions', `${name}.ts`)) as Functions;
      const wrong = bankOf(name);
      const misses = new Map<string, number>();
      const miss = (title: string, seed: number): void => void misses.set(`${title} (seed ${seed})`, seed);
      for (let seed = first; seed < first + ROUNDS; seed++) {
        const results = await testFunctions(name, solution, { seed });
        for (const { passed, title, message } of results) if (!passed) miss(`the solution: ${title}: ${message}`, seed);
        for (const { name: title, message, ...functions } of wrong) {
          const tests = await testFunctions(name, functions as Functions, { seed });
          if (!tests.some(test => !test.passed && message.test(test.message!))) miss(title, seed);
        }
      }
      assert.deepEqual([...misses.keys()].slice(0, 20), [], `${misses.size} misses`);
    });
  }
});
