import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { worksOf } from '../../src/course/works';
import { collect } from '../../src/grading/collect/collect';
import { lookOver, type RunTests } from '../../src/handin/submit';
import { zip } from '../../src/handin/zip';
import { answerCells } from '../../src/harness/answerCells';
import { CellScope } from '../../src/harness/cellScope';
import { compileWork } from '../../src/harness/program';

const STUB = (name: string): string => `function ${name}(x: number): number {
  throw new Error('Not written yet: ${name} it.');
}`;
const FACTS = {
  '03-double': { points: 5, minutes: 20, difficulty: 1, functions: ['double'], types: '' },
  '03-sum': { points: 8, minutes: 15, difficulty: 2, functions: ['sum', 'mean'], types: '' },
};

describe('handing in', () => {
  let root: string;
  const write = (file: string, text: string, time?: number): void => {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
    if (time) fs.utimesSync(path.join(root, file), time, time);
  };
  const notebook = (...cells: string[]): string =>
    JSON.stringify({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: cells.map(source => ({ cell_type: 'code', metadata: {}, source, outputs: [{ data: 'x'.repeat(1e5) }] })),
    });
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-handin-'));
    write('src/course/exercises.json', JSON.stringify(FACTS));
    write('exercises/03-double.ts', `export ${STUB('double')}\n`);
    write('exercises/03-sum.ts', `export ${STUB('sum')}\nexport ${STUB('mean')}\n`);
  });
  afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

  /** Passes what says so. */
  const runTests: RunTests = async ({ contents }) =>
    ['one', 'two'].map(title => ({
      ...{ title, points: 1, hidden: false, message: 'no' },
      passed: Object.values(contents).join().includes(`passes ${title}`),
    }));
  const look = () => lookOver(root, runTests);
  /** A lecture that trains, with both exercises. */
  const lecture = (double: string, sum: string): string =>
    notebook(
      "import { check, fit, tf } from 'cnn-kit';\nconst net = await fit({ double: 1 });",
      'const x = train(net);\nnet.sum(x);',
      `${double}\n\nawait check('03-double', { double })`,
      `${sum}\n\n${STUB('mean')}\n\nawait check('03-sum', { sum, mean })`,
    );

  it('takes nothing of what is as it was handed out, in files and in cells', async () => {
    write('notebooks/03-three.ipynb', lecture(STUB('double'), STUB('sum')));
    const { findings, files } = await look();
    assert.deepEqual(files, []);
    assert.deepEqual(
      findings.map(({ state, detail }) => `${state}: ${detail}`),
      ['not begun: still to do: double it', 'not begun: still to do: sum it'],
    );
  });

  it('takes a cell of a lecture where the file is as it was handed out, and of the notebook that exercise alone', async () => {
    const written = 'const two = 2; // passes one, passes two\nfunction double(x: number): number { return two * x; }';
    write('notebooks/ko/03-three.ipynb', lecture(written, STUB('sum')));
    const { findings, files } = await look();
    assert.deepEqual(
      findings.map(({ state, taken }) => [state, taken]),
      [
        ['ready', 'notebooks/ko/03-three.ipynb'],
        ['not begun', undefined],
      ],
    );
    const [{ name, content }] = files;
    assert.equal(name, 'notebooks/ko/03-double.ipynb');
    assert.equal(files.length, 1);
    assert.doesNotMatch(String(content), /train|xxxx|sum|await fit/);
    // As the grader reads it.
    fs.mkdirSync(path.join(root, 'class'));
    fs.writeFileSync(path.join(root, 'class/jane.zip'), zip(files));
    const [graded] = await collect(path.join(root, 'class'), ['03-double']);
    const scope = new CellScope(() => ({}));
    for (const { code } of (await compileWork(graded.work!)).cells!)
      await scope.run(new Function(`return ${code}`)() as Parameters<CellScope['run']>[0]);
    assert.equal((scope.names.double as (x: number) => number)(21), 42);
  });

  it('takes of a file and a notebook the one that passes more, then the one saved later, and says which it left', async () => {
    const cell = (what: string): string => `// ${what}\nfunction double(x: number): number { return 2 * x; }`;
    write('exercises/03-double.ts', `export ${cell('passes one')}`, 2000);
    write('notebooks/03-three.ipynb', lecture(cell('passes one, passes two'), STUB('sum')), 1000);
    const [better] = (await look()).findings;
    assert.deepEqual(
      [better.state, better.taken, better.left],
      ['ready', 'notebooks/03-three.ipynb', ['exercises/03-double.ts (fewer tests pass)']],
    );
    write('exercises/03-double.ts', `export ${cell('passes one, passes two')}`, 2000);
    const [later] = (await look()).findings;
    assert.deepEqual(
      [later.taken, later.left],
      ['exercises/03-double.ts', ['notebooks/03-three.ipynb (saved earlier)']],
    );
  });

  it('takes with a work the files that it imports, from beside it', async () => {
    const source = "import { two } from './two';\nfunction double(x: number): number { return two * x; } // passes one";
    write('notebooks/two.ts', 'export const two = 2;');
    write('exercises/two.ts', 'export const two = 3;');
    write('notebooks/03-three.ipynb', lecture(source, STUB('sum')));
    const { files } = await look();
    assert.deepEqual(
      files.map(({ name }) => name),
      ['notebooks/03-double.ipynb', 'notebooks/two.ts'],
    );
  });

  it('says of a cell that does not compile where it is, and of what is half done what is next', async () => {
    write('notebooks/03-three.ipynb', lecture('function double( {', 'function sum(x: number): number { return x; }'));
    const { findings } = await look();
    assert.match(findings[0].detail, /^notebooks\/03-three\.ipynb cell 3: line \d/);
    assert.deepEqual(
      [findings[0].state, findings[1].state, findings[1].detail],
      ['does not compile', 'partly written', 'still to do: mean it'],
    );
  });

  it('knows a work again by its key, and a change of what it imports', () => {
    const keyOf = (): string => worksOf(root, FACTS).get('03-double')!.at(-1)!.key;
    write('notebooks/two.ts', 'export const two = 2;');
    const source = "import { two } from './two';\nfunction double(x: number): number { return two * x; }";
    write('notebooks/03-three.ipynb', lecture(source, STUB('sum')));
    const key = keyOf();
    write('notebooks/03-three.ipynb', lecture(source, 'function sum(): number { return 9; }'));
    assert.equal(keyOf(), key);
    write('notebooks/two.ts', 'export const two = 3;');
    assert.notEqual(keyOf(), key);
  });
});

describe('the cells of an answer', () => {
  const chosen = (sources: string[], asked: string[]): string[] =>
    answerCells(
      sources.map((source, i) => ({ label: `cell ${i + 1}`, source })),
      asked,
    ).map(({ label }) => label);

  it('are those that declare, set and fill what its functions need', () => {
    const sources = [
      'const known: number[] = [];',
      'known.push(2);',
      'let factor = 1;',
      'factor = 2;',
      'const f = (x: number) => g(x) * known[0] * factor;',
      'function g(x: number) { return x; }',
      'const x = train();',
      'console.log(f(x), { known: x.factor });',
    ];
    assert.deepEqual(chosen(sources, ['f']), ['cell 1', 'cell 2', 'cell 3', 'cell 4', 'cell 5', 'cell 6']);
  });

  it('are of a cell that imports the import alone, and of two definitions not the one as handed out', () => {
    const cells = answerCells(
      [
        { label: 'cell 1', source: "import { tf } from 'cnn-kit';\nconst set = load();" },
        { label: 'cell 2', source: 'function f() { return tf.scalar(1); }' },
        { label: 'cell 3', source: `${STUB('f')}\nfunction g() { return 2; }` },
      ],
      ['f', 'g'],
    );
    assert.deepEqual(
      cells.map(({ source }) => source.trim()),
      ["import { tf } from 'cnn-kit';", 'function f() { return tf.scalar(1); }', 'function g() { return 2; }'],
    );
  });
});
