/** Answers from a table: what someone gets who has seen every input of other runs, hidden ones too, and solved nothing. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { tf } from 'cnn-kit';
import { type Functions, newSeed, testFunctions } from '../../src/harness/functions';

type AnyFunction = (...values: unknown[]) => unknown;

const seed = newSeed();
/** The table holds this many runs, so that an input drawn from a handful is in it. */
const RUNS = 3;
const solutions = path.join(__dirname, '../../solutions');
const names = fs.readdirSync(solutions).flatMap(file => /^(\d\d-.*)\.ts$/.exec(file)?.[1] ?? []);

/** The arguments of a call as text: tensors by shape and values, functions all alike. */
function encoded(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    item instanceof tf.Tensor ? [item.shape, [...item.dataSync()]] : typeof item === 'function' ? 'function' : item,
  );
}

/** A copy that a test cannot dispose or change. */
function kept(value: unknown): unknown {
  if (value instanceof tf.Tensor) return tf.keep(value.clone());
  if (Array.isArray(value)) return value.map(kept);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, kept(item)]));
}

/** The solution, noting in `table` what it is asked and answers: of equal questions the answers one after the other. */
function recording(solution: Record<string, AnyFunction>, table: Map<string, unknown[]>): Functions {
  const record = (name: string, right: AnyFunction): AnyFunction => {
    return (...values) => {
      const key = encoded([name, values]);
      const answer = right(...values);
      const note = (settled: unknown): void => void table.set(key, [...(table.get(key) ?? []), kept(settled)]);
      if (answer instanceof Promise) answer.then(note, () => undefined);
      else note(answer);
      return answer;
    };
  };
  return Object.fromEntries(
    Object.entries(solution).map(([name, right]) => [name, typeof right === 'function' ? record(name, right) : right]),
  ) as Functions;
}

/** Functions that look their answers up, and throw where nothing is noted. */
function lookingUp(solution: Record<string, AnyFunction>, table: Map<string, unknown[]>): Functions {
  const turns = new Map<string, number>();
  const look = (name: string) => {
    return (...values: unknown[]): unknown => {
      const key = encoded([name, values]);
      const answers = table.get(key);
      if (!answers) throw new Error('not in the table');
      const turn = turns.get(key) ?? 0;
      turns.set(key, turn + 1);
      return kept(answers[turn % answers.length]);
    };
  };
  return Object.fromEntries(Object.keys(solution).map(name => [name, look(name)])) as Functions;
}

describe(`a table of answers gets less than half, with seeds from ${seed} on (CNN_KIT_SEED repeats them):`, function () {
  this.timeout(120_000);
  const sum = (tests: { points: number }[]): number => tests.reduce((total, { points }) => total + points, 0);

  for (const name of names)
    it(name, async () => {
      const solution = require(path.join(solutions, `${name}.ts`)) as Record<string, AnyFunction>;
      const table = new Map<string, unknown[]>();
      for (let run = 1; run <= RUNS; run++) {
        const tests = await testFunctions(name, recording(solution, table), { seed: seed + run });
        assert.deepEqual(
          tests.filter(({ passed }) => !passed),
          [],
          `the solution, seed ${seed + run}`,
        );
      }
      const tests = await testFunctions(name, lookingUp(solution, table), { seed });
      const passed = tests.filter(test => test.passed);
      const titles = passed.map(({ title, points }) => `${title} [${points}]`).join('; ');
      assert.ok(
        sum(passed) < sum(tests) / 2,
        `a table gets ${sum(passed)} of ${sum(tests)} points, expected less than half: ${titles}`,
      );
      const hidden = tests.filter(test => test.hidden);
      assert.ok(hidden.length > 0, "no test is in describe('hidden', ...), expected one or more");
      const known = hidden.filter(test => test.passed).map(({ title }) => title);
      assert.deepEqual(known, [], 'hidden tests whose inputs are not drawn');
    });
});
