/** Every public function of training, data and weights, given values of the wrong kind: none hangs, crashes or gives a number. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ready, tf } from '../../src';
import * as data from '../../src/data';
import * as training from '../../src/training';
import * as weights from '../../src/weights';
import { tinyModel, tinySet } from './tiny';

const WRONG: Record<string, () => unknown> = {
  undefined: () => undefined,
  null: () => null,
  NaN: () => NaN,
  '-1': () => -1,
  1.5: () => 1.5,
  text: () => 'x',
  true: () => true,
  'an object': () => ({ wrong: 1 }),
  'an array': () => ['x'],
  'a function': () => () => undefined,
  'a tensor': () => tf.tensor1d([NaN, 1]),
  'a set without labels': () => ({ ...tinySet(), labels: undefined }),
};

/** What is right in the places before: a model, a set, a model and a set. */
const BEFORE: Record<string, () => unknown[]> = {
  'as the first': () => [],
  'after a model': () => [tinyModel()],
  'after a set': () => [tinySet()],
  'after a model and a set': () => [tinyModel(), tinySet()],
};

/** They do as they are told with any value: shapes of functions, and what fetches from the network. */
const NOT_CALLED = ['installCifar10', 'Interrupted', 'Optimizer'];
/** Of schedules, whose numbers are looked at where they are used. */
const SCHEDULES = ['constant', 'cosine', 'cosineCycles', 'oneCycle', 'steps', 'warmUp'];

describe('values of the wrong kind', function () {
  this.timeout(120_000);
  let folder: string;
  let here: string;
  before(async () => {
    await ready();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-'));
    here = process.cwd();
    process.chdir(folder);
  });
  after(() => {
    process.chdir(here);
    fs.rmSync(folder, { recursive: true });
  });

  const functions = Object.entries({ ...training, ...data, ...weights }).filter(
    ([name, value]) => typeof value === 'function' && ![...NOT_CALLED, ...SCHEDULES].includes(name),
  ) as [string, (...args: unknown[]) => unknown][];
  for (const [name, call] of functions) {
    it(name, async () => {
      const faults: string[] = [];
      for (const [where, before] of Object.entries(BEFORE)) {
        for (const [what, wrong] of Object.entries(WRONG)) {
          const args = [...before(), wrong()];
          try {
            const made = /^[A-Z]/.test(name)
              ? new (call as never as new (...args: unknown[]) => unknown)(...args)
              : call(...args);
            const value = await made;
            if (typeof value === 'number') faults.push(`${what} ${where}: gave ${value}`);
          } catch (error) {
            const { message } = error as Error;
            const isInner =
              error instanceof TypeError || error instanceof RangeError || !/^[^\n]{10,}[.?]$/.test(message);
            if (isInner) faults.push(`${what} ${where}: ${String(error).slice(0, 150)}`);
          }
        }
      }
      assert.deepEqual(faults, []);
    });
  }
});
