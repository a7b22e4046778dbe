import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { ROOT } from '../../src/node/root';
import type { Grade } from '../../src/grading/score/results';
import { bubblewrapFailure } from '../../src/sandbox/bubblewrap';
import { CACHE } from '../../src/setup/steps';

const BANK = path.join(ROOT, 'test/exercises/wrong');

/** A file that answers as number `index` of the bank of wrong answers does. */
function submission(bank: string, index: number, functions: string[]): string {
  return `${bank}\nmodule.exports = {};\n${functions
    .map(name => `module.exports[${JSON.stringify(name)}] = bank.wrong[${index}][${JSON.stringify(name)}];`)
    .join('\n')}\n`;
}

describe('a class of students, each with one of the known mistakes', function () {
  const folder = path.join(CACHE, 'wrong-class');
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('gets full marks nowhere, and is graded everywhere', () => {
    fs.rmSync(folder, { recursive: true, force: true });
    const exercises = new Map<string, string>();
    for (const file of fs.readdirSync(BANK)) {
      const exercise = path.basename(file, '.ts');
      const { outputFiles } = buildSync({
        ...{ entryPoints: [path.join(BANK, file)], bundle: true, write: false, platform: 'node', format: 'iife' },
        ...{ globalName: 'bank', packages: 'external', minifyWhitespace: true, tsconfigRaw: '{}' },
      });
      const { wrong } = require(path.join(BANK, file)) as { wrong: ({ name: string; message: RegExp } & object)[] };
      wrong.forEach(({ name, message: _, ...functions }, i) => {
        const student = `${exercise} ${i} ${name}`.replace(/[^\w .-]/g, '').slice(0, 100);
        assert.ok(!exercises.has(student), student);
        exercises.set(student, exercise);
        const home = path.join(folder, 'class', student, 'exercises');
        fs.mkdirSync(home, { recursive: true });
        const source = submission(outputFiles[0].text, i, Object.keys(functions));
        fs.writeFileSync(path.join(home, `${exercise}.ts`), source);
      });
    }
    assert.ok(exercises.size > 300);
    const words = ['run', '--silent', 'grade', '--', path.join(folder, 'class'), '--out', path.join(folder, 'out')];
    if (bubblewrapFailure()) words.push('--no-sandbox');
    const { status, stderr } = spawnSync('npm', words, { cwd: ROOT, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    const grades = JSON.parse(fs.readFileSync(path.join(folder, 'out/grades.json'), 'utf8')) as Grade[];
    const own = grades.filter(({ student, exercise }) => exercises.get(student) === exercise);
    assert.equal(own.length, exercises.size);
    assert.deepEqual(
      own.filter(({ score, max }) => !(score < max)),
      [],
    );
    assert.deepEqual(
      own.filter(({ status }) => status !== 'graded'),
      [],
    );
  });
});
