/** The property of honest work, for `count` students of one class: the grade is that of the answer it was made from. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { seeded } from '../../src/base/random';
import { bundleTest } from '../../src/harness/bundle';
import { ROOT } from '../../src/node/root';
import { Classroom } from './classroom';
import { EXERCISE, type HonestWork, honestWork, SOLUTION, TEST, TOOLS } from './honestWork';

/**
 * @param inKernel how many of the notebooks run in the kernel too
 * @param seed for the works, if CNN_KIT_SEED gives no other one
 */
export function itGradesHonestWork(count: number, inKernel: number, seed: number): void {
  const SEED = Number(process.env.CNN_KIT_SEED ?? seed);
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
      const chosen = works.filter(({ cells }) => cells).slice(0, inKernel);
      for (const { student } of chosen) room.write(`kernel/${student}/tools.ts`, TOOLS);
      const jobs = chosen.map(({ cells, student }) => ({ cells: cells!, folder: room.path(`kernel/${student}`) }));
      // In a process of its own: a kernel takes streams and timers for itself, and tslab its first compiler.
      const script = path.join(__dirname, 'inKernel.ts');
      const said = execFileSync(process.execPath, ['--import=tsx', script], {
        ...{ input: JSON.stringify({ jobs, test }), encoding: 'utf8', cwd: ROOT, maxBuffer: 1 << 24 },
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const points = JSON.parse(said.slice(said.lastIndexOf('\n[') + 1)) as (number | null)[];
      chosen.forEach((work, i) => {
        const shown = points[i];
        if (shown === null) refused++;
        else {
          compared++;
          if (shown !== work.points) wrong.push(`${shown} in the kernel in place of ${work.points}, ${tell(work)}`);
        }
      });
      console.log(`      ${compared} compared; in ${refused} the kernel refuses a cell of the answer`);
      assert.deepEqual(wrong, [], `CNN_KIT_SEED=${SEED} CNN_KIT_ROUNDS=${rounds} repeats it`);
      assert.ok(compared > refused);
    });
  });
}
