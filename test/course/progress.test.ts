import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FACTS_FILE, factsOf } from '../../src/course/facts';
import { jupyterDisplay } from '../../src/display';
import { progressIn, type Progress } from '../../src/course/progress';

const root = path.join(__dirname, '../..');

describe('progress()', () => {
  let folder: string;
  const cache = (): string => path.join(folder, 'cache.json');
  const progress = (): Promise<Progress> => progressIn(folder, cache());
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-progress-'));
    for (const name of ['src/course', 'exercises', 'notebooks'])
      fs.mkdirSync(path.join(folder, name), { recursive: true });
    fs.copyFileSync(path.join(root, FACTS_FILE), path.join(folder, FACTS_FILE));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));
  const stub = fs.readFileSync(path.join(root, 'exercises/04-stacks.ts'), 'utf8').replace(/export /g, '');
  const solution = fs.readFileSync(path.join(root, 'solutions/04-stacks.ts'), 'utf8').replace(/export /g, '');
  const write = (...cells: string[]): void => {
    const code = cells.map(source => ({ cell_type: 'code', metadata: {}, source, outputs: [] }));
    fs.writeFileSync(
      path.join(folder, 'notebooks/04-vgg.ipynb'),
      JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: code }),
    );
  };
  const stacks = ({ exercises }: Progress) => exercises.find(({ exercise }) => exercise === '04-stacks')!;

  it('says of an exercise that is not begun what it is worth and how long it takes', async () => {
    const { points, minutes } = factsOf()['04-stacks'];
    write(stub);
    const found = await progress();
    assert.deepEqual(stacks(found), {
      ...{ exercise: '04-stacks', state: 'not begun', points: 0, of: points, minutes },
      detail: `${points} points, about ${minutes} min`,
    });
    assert.match(String(found), /^4\. VGG: .*: done 0 of 2, points 0 of 20, time left 35 min$/m);
  });

  it('knows what is done in cells, and of what was changed afterwards that it no longer is', async () => {
    write(solution);
    const done = await progress();
    const { state, points, minutes, file } = stacks(done);
    assert.deepEqual(
      [state, points, minutes, file],
      ['done', factsOf()['04-stacks'].points, 0, 'notebooks/04-vgg.ipynb'],
    );
    assert.match(String(done), /^4\. VGG: .*: done 1 of 2, points 10 of 20, time left 20 min$/m);
    write(solution.replace('depth * kernel ** 2', 'depth * kernel'));
    const wrong = stacks(await progress());
    assert.equal(wrong.state, 'begun');
    assert.ok(wrong.points < wrong.of);
    assert.match(wrong.detail, /^\d of \d public tests pass; /);
  });

  it('does not check again what it has seen, whatever else is in the notebook', async () => {
    write(solution);
    await progress();
    const seen = JSON.parse(fs.readFileSync(cache(), 'utf8')) as Record<string, { points: number }>;
    const [key] = Object.keys(seen);
    // Told apart from what a check would give.
    fs.writeFileSync(cache(), JSON.stringify({ [key]: { passed: 1, count: 2, points: 7, failure: 'from before' } }));
    write('const other = 1;', solution);
    assert.equal(stacks(await progress()).points, 7);
    write(solution, '\n', `const layers = 2;\n${solution.replace('return', 'void layers; return')}`);
    assert.notEqual(stacks(await progress()).points, 7);
  });

  it('is a table by lecture in a notebook', async () => {
    const bundle = (await (await progress())[jupyterDisplay]()) as Record<string, string>;
    assert.match(bundle['text/html'], /<table/);
    assert.equal((bundle['text/html'].match(/<tr/g) ?? []).length, 12);
  });
});
