import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../src/node/root';
import { toExercise } from '../../src/harness/stub';
import { exerciseNotebook } from '../../src/release/exerciseNotebook';
import { Session } from '../kernel/session';

const folder = path.join(ROOT, 'exercises');
const solutions = path.join(ROOT, 'solutions');
const names = fs.readdirSync(solutions).flatMap(file => /^(\d\d-.*)\.ts$/.exec(file)?.[1] ?? []);

/** What the last cell, the check, shows. */
async function run(session: Session, source: string, name: string): Promise<string> {
  const { cells } = exerciseNotebook(source, name, 1) as { cells: { source: string[] }[] };
  let shown = '';
  for (const { source } of cells) {
    const messages = await session.run(source.join(''));
    shown = messages.map(({ content }) => content.data?.['text/plain'] ?? '').join('');
  }
  return shown;
}

describe('the notebook of an exercise, cell by cell in the kernel', function () {
  for (const name of names)
    it(`${name}: says what to write, and passes once it is solved`, async () => {
      const solution = fs.readFileSync(path.join(solutions, `${name}.ts`), 'utf8');
      const session = await Session.start(folder);
      try {
        const open = await run(session, toExercise(solution, name), name);
        assert.match(open, /Not written yet: .*0 of \d+ public tests pass/s);
        assert.match(await run(session, solution, name), /public tests pass, (\d+) of \1\./);
      } finally {
        await session.end();
      }
    });
});
