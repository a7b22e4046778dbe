/** The property of honest work, for `count` students of one class: the grade is that of the answer it was made from. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { seeded } from '../../src/base/random';
import { bundleTest } from '../../src/harness/bundle';
import { functionOf } from '../../src/harness/cellScope';
import { runTests } from '../../src/harness/run';
import { createConverter } from '../../src/kernel/typescript/tslabConverter';
import { Executor } from '../../src/kernel/evaluation/executor';
import { loadCompiler } from '../../src/kernel/node/compiler';
import { nodePlatform } from '../../src/kernel/node/platform';
import { ROOT } from '../../src/node/root';
import { Classroom } from './classroom';
import { EXERCISE, type HonestWork, honestWork, SOLUTION, TEST, TOOLS } from './honestWork';

const SEED = Number(process.env.CNN_KIT_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** @param inKernel how many of the notebooks run in the kernel too */
export function itGradesHonestWork(count: number, inKernel: number): void {
  const rounds = Number(process.env.CNN_KIT_ROUNDS ?? count);
  describe(`${rounds} odd, honest works (CNN_KIT_SEED=${SEED} CNN_KIT_ROUNDS=${rounds})`, () => {
    let room: Classroom;
    const works: HonestWork[] = [];

    before(() => {
      room = new Classroom();
      room.write(`points/${EXERCISE}.test.ts`, TEST);
      room.write(`solutions/${EXERCISE}.ts`, SOLUTION);
      for (let i = 0; i < rounds; i++) {
        const work = honestWork(seeded(SEED, i), `s${String(i).padStart(4, '0')}`);
        works.push(work);
        for (const [name, content] of Object.entries(work.files)) room.write(`class/${work.student}/${name}`, content);
      }
    });
    after(() => room?.remove());
    const tell = ({ student, odd }: HonestWork): string => `${student}: ${odd.join(' | ')}`;

    it('get the points of the answers they were made from, and a note where something was odd', async () => {
      const { entries } = await room.grade({ testFolder: room.path('points'), solutionFolder: room.path('solutions') });
      const wrong = works.flatMap(work => {
        const { grade } = entries.find(entry => entry.grade.student === work.student)!;
        if (grade.score !== work.points)
          return [
            `${grade.score} points in place of ${work.points} (${grade.status}, "${grade.reason}"), ${tell(work)}`,
          ];
        return work.isNoted && !grade.reason ? [`no note, ${tell(work)}`] : [];
      });
      assert.deepEqual(wrong, [], `CNN_KIT_SEED=${SEED} CNN_KIT_ROUNDS=${rounds} repeats it`);
    });

    it(`get what the kernel shows, for ${inKernel} of the notebooks`, async () => {
      const test = bundleTest(room.path(`points/${EXERCISE}.test.ts`));
      let refused = 0;
      let compared = 0;
      const wrong: string[] = [];
      for (const work of works) {
        if (!work.cells || compared + refused === inKernel) continue;
        room.write(`kernel/${work.student}/tools.ts`, TOOLS);
        const shown = await kernelPoints(work.cells, room.path(`kernel/${work.student}`), test);
        if (shown === undefined) refused++;
        else {
          compared++;
          if (shown !== work.points) wrong.push(`${shown} in the kernel in place of ${work.points}, ${tell(work)}`);
        }
      }
      console.log(`      ${compared} compared; in ${refused} the kernel refuses a cell of the answer`);
      assert.deepEqual(wrong, [], `CNN_KIT_SEED=${SEED} CNN_KIT_ROUNDS=${rounds} repeats it`);
      assert.ok(compared > refused);
    });
  });
}

/** What the tests come to in the kernel; undefined where its type check refuses a cell of the answer. */
async function kernelPoints(
  cells: string[],
  folder: string,
  test: ReturnType<typeof bundleTest>,
): Promise<number | undefined> {
  // A kernel's process has one converter: tslab holds on to the first one's compiler.
  for (const file of Object.keys(require.cache)) if (/node_modules\/tslab\//.test(file)) delete require.cache[file];
  const converter = createConverter(
    loadCompiler(path.join(ROOT, '.cache', 'kernel')),
    nodePlatform.paths,
    ROOT,
    folder,
  );
  const executor = new Executor(nodePlatform, converter, ROOT, folder);
  let isRefused = false;
  const { console: printing } = globalThis;
  const { write } = process.stdout;
  globalThis.console = new Proxy(printing, { get: () => () => undefined });
  process.stdout.write = () => true;
  const functions: Record<string, unknown> = {};
  try {
    for (const [i, source] of cells.entries()) {
      try {
        await executor.run(source, `In[${i + 1}]`);
      } catch (error) {
        const isScratch = /^const = 3$|^function broken\(/.test(source);
        if (/^TS\d+/.test((error as { ename?: string; name: string }).ename ?? (error as Error).name) && !isScratch)
          isRefused = true;
      }
    }
    for (const name of ['distance', 'mean', 'label'])
      functions[name] = await executor.run(name, `In[${name}]`).catch(() => undefined);
    if (isRefused) return undefined;
    const call = async (_: string, name: string, values: unknown[]): Promise<unknown> =>
      functionOf(functions, name)!(...values);
    const results = await runTests(test, { call, probe: call as never }, { timeout: 10_000 });
    return results.reduce((sum, { passed, points }) => sum + (passed ? points : 0), 0);
  } finally {
    globalThis.console = printing;
    process.stdout.write = write;
  }
}
