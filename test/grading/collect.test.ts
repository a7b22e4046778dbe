import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { openArchive, STUDENT_LIMITS } from '../../src/grading/collect/archive';
import { collect, type Collected } from '../../src/grading/collect/collect';
import { zip } from '../../src/handin/zip';
import { parseNotebook, readNotebook } from '../../src/harness/notebook';
import { CellScope, functionOf } from '../../src/harness/cellScope';
import { compileWork, type Work } from '../../src/harness/program';
import { exerciseCells } from '../../src/harness/stub';
import { exerciseNotebook } from '../../src/release/exerciseNotebook';

const STUB = `/** Exercise. */
import { tf } from 'cnn-kit';

const ONE = 1;

/** Adds. */
export function sum(list: number[]): number {
  // YOUR CODE HERE: add them
  throw new Error('Not written yet: add them.');
}

/** Doubles. */
export function twice(x: number): number {
  // YOUR CODE HERE: double it
  throw new Error('Not written yet: double it.');
}
`;
const SUM = 'export function sum(list: number[]): number { return list.reduce((a, b) => a + b, 0); }';
const TWICE = 'export function twice(x: number): number { return 2 * x; }';

/** Runs the answer, and asks both functions. */
async function answers(work: Pick<Work, 'cells'> | undefined): Promise<unknown[]> {
  const scope = new CellScope(() => ({ tf: {} }));
  for (const { code } of (await compileWork(work!)).cells!) {
    try {
      await scope.run(new Function(`return ${code}`)() as Parameters<CellScope['run']>[0]);
    } catch {
      // As in a notebook, the next cell runs all the same.
    }
  }
  const ask = (name: string, value: unknown): unknown => {
    try {
      return functionOf(scope.names, name)!(value);
    } catch (error) {
      return (error as Error).message;
    }
  };
  return [ask('sum', [1, 2]), ask('twice', 4)];
}

describe('collecting', () => {
  let folder: string;
  const python = (code: string): string =>
    execFileSync('python3', ['-c', code], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const write = (name: string, content: string | Buffer): void => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  };
  const all = (where = folder, exercises = ['01-sum']): Promise<Collected[]> =>
    collect(where, exercises, { stub: () => STUB });
  const short = (list: Collected[]) =>
    list.map(({ student, exercise, source, problem }) => `${student} ${exercise} ${source ?? `- ${problem}`}`);

  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-collect-'))));
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  it('reads STUDENT/exercises/NN-name.ts, and says what is missing for everyone', async () => {
    write('bob/exercises/01-sum.ts', 'B');
    write('alice/exercises/02-two.ts', 'A2');
    fs.mkdirSync(path.join(folder, 'carol'));
    assert.deepEqual(short(await all(folder, ['01-sum', '02-two'])), [
      'alice 01-sum - not handed in',
      'alice 02-two A2',
      'bob 01-sum B',
      'bob 02-two - not handed in',
      'carol 01-sum - not handed in',
      'carol 02-two - not handed in',
    ]);
  });

  it('case 36: does not follow links, of files or of folders, and opens no pipe', async () => {
    write('secret/01-sum.ts', 'secret');
    write('class/a/exercises/keep.txt', '');
    fs.symlinkSync(path.join(folder, 'secret/01-sum.ts'), path.join(folder, 'class/a/exercises/01-sum.ts'));
    fs.mkdirSync(path.join(folder, 'class/b'));
    fs.symlinkSync(path.join(folder, 'secret'), path.join(folder, 'class/b/exercises'));
    fs.mkdirSync(path.join(folder, 'class/c/exercises/01-sum.ts'), { recursive: true });
    fs.mkdirSync(path.join(folder, 'class/d/exercises'), { recursive: true });
    execFileSync('mkfifo', [path.join(folder, 'class/d/exercises/01-sum.ts')]);
    fs.symlinkSync(path.join(folder, 'secret'), path.join(folder, 'class/e'));
    assert.deepEqual(short(await all(path.join(folder, 'class'))), [
      'a 01-sum - 01-sum.ts is a link, which is not followed',
      'b 01-sum - exercises is a link, which is not followed',
      'c 01-sum - 01-sum.ts is not a plain file',
      'd 01-sum - 01-sum.ts is not a plain file',
    ]);
  });

  it("reads nbgrader's trees, and its times only when asked to", async () => {
    write('alice/hw1/01-sum.ts', 'A');
    write('alice/hw1/timestamp.txt', '2026-03-01 10:00:00.123456 UTC\n');
    assert.equal((await all())[0].submitted, undefined);
    const [found] = await collect(folder, ['01-sum'], { timestamps: true });
    assert.equal(found.source, 'A');
    assert.equal(found.submitted, '2026-03-01T10:00:00.000Z');
  });

  it("reads Canvas's download: names, numbers, LATE, numbered uploads, zips in it", async () => {
    write('doejane_4711_99_01-sum-1.ts', 'J');
    write('roemax_LATE_4712_100_work.zip', zip([{ name: 'work/exercises/01-sum.ts', content: 'M' }]));
    const list = await all();
    assert.deepEqual(short(list), ['doejane_4711 01-sum J', 'roemax_4712 01-sum M']);
    assert.deepEqual(
      list.map(({ id, late }) => [id, late]),
      [
        ['4711', undefined],
        ['4712', true],
      ],
    );
    write(
      'class.zip',
      zip(
        ['doejane_4711_99_01-sum-1.ts', 'roemax_LATE_4712_100_work.zip'].map(name => ({
          name,
          content: fs.readFileSync(path.join(folder, name)),
        })),
      ),
    );
    assert.deepEqual(short(await all(path.join(folder, 'class.zip'))), short(list));
  });

  it("takes nobody's name of a file for another student's number", async () => {
    write('doejane_4711_99_x_13_assignsubmission_file_01-sum.ts', 'J');
    write('Max Roe_12_assignsubmission_file_x_13_assignsubmission_file_01-sum.ts', 'M');
    const list = await all();
    assert.deepEqual(
      list.map(({ student, id }) => [student, id]),
      [
        ['Max Roe_12', '12'],
        ['doejane_4711', '4711'],
      ],
    );
  });

  it("reads Moodle's folders, with tarballs in them", async () => {
    write('x/exercises/01-sum.ts', 'T');
    execFileSync('tar', ['-czf', 'work.tar.gz', '-C', 'x', '.'], { cwd: folder });
    write('class/Jane Doe_12_assignsubmission_file_/01-sum.ts', 'J');
    fs.mkdirSync(path.join(folder, 'class/Max Roe_13_assignsubmission_file'));
    fs.renameSync(
      path.join(folder, 'work.tar.gz'),
      path.join(folder, 'class/Max Roe_13_assignsubmission_file/work.tar.gz'),
    );
    const list = await all(path.join(folder, 'class'));
    assert.deepEqual(short(list), ['Jane Doe_12 01-sum J', 'Max Roe_13 01-sum T']);
    assert.equal(list[0].name, 'Jane Doe');
  });

  it("reads Gradescope's export: groups, time of the last submission", async () => {
    write(
      'assignment_1_export/submission_metadata.yml',
      `---
submission_11:
  :submitters:
  - :name: Jane Doe
    :sid: 's1'
    :email: jane@x.edu
  - :name: Max O''Roe
    :sid:
    :email: max@x.edu
  :created_at: 2026-03-01 23:30:00.000000000 -08:00
  :history:
  - :id: 7
    :created_at: 2026-01-01 00:00:00.000000000 Z
`,
    );
    write('assignment_1_export/submission_11/01-sum.ts', 'G');
    const list = await all();
    assert.deepEqual(short(list), ['max@x.edu 01-sum G', 's1 01-sum G']);
    assert.deepEqual(
      list.map(({ submitted }) => submitted),
      ['2026-03-02T07:30:00.000Z', '2026-03-02T07:30:00.000Z'],
    );
    execFileSync('python3', ['-c', "import shutil; shutil.make_archive('export', 'zip', '.', 'assignment_1_export')"], {
      cwd: folder,
    });
    assert.deepEqual(short(await all(path.join(folder, 'export.zip'))), short(list));
  });

  it("reads the names of Gradescope's export as YAML writes them, and refuses what is none", async () => {
    const metadata = 'assignment_1_export/submission_metadata.yml';
    const header = '---\nsubmission_1:\n  :submitters:\n';
    write('assignment_1_export/submission_1/01-sum.ts', 'G');
    for (const [line, student] of [
      ['  - :name: "\\u00c5sa \\"Li\\" Y"', 'Åsa "Li" Y'],
      ["  - {':name': 'O''Hara # 2', ':sid': 007} # flow", '007'],
      ['  - :name: >-\n      Jane\n      Doe', 'Jane Doe'],
      ['  - :name: "Jane:\n      Doe"', 'Jane: Doe'],
      ['  - :name: Jane Doe # x\n    :sid:', 'Jane Doe'],
    ]) {
      write(metadata, `${header}${line}\n`);
      assert.deepEqual(short(await all()), [`${student} 01-sum G`]);
    }
    write(metadata, `${header}  - :name: 'Jane\n`);
    await assert.rejects(all(), /submission_metadata\.yml cannot be read: /);
  });

  it('refuses a missing folder, a file and an empty class in one sentence', async () => {
    await assert.rejects(all(path.join(folder, 'nowhere')), /^Error: There is no folder .*nowhere; give/);
    await assert.rejects(all(), /holds no student's folder; expected/);
    write('x.txt', '');
    await assert.rejects(all(path.join(folder, 'x.txt')), /x\.txt is a file; give/);
  });

  it('reads UTF-16 and a byte order mark as editors write them', async () => {
    write('a/exercises/01-sum.ts', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Ä', 'utf16le')]));
    write('b/exercises/01-sum.ts', '\ufeffB');
    assert.deepEqual(short(await all()), ['a 01-sum Ä', 'b 01-sum B']);
  });

  describe('hostile archives', () => {
    const wanted = (name: string): boolean => name.endsWith('.ts');

    it('case 34: leaves out names that lead out, absolute, Windows and control ones, and reads the rest', async () => {
      python(`import zipfile
z = zipfile.ZipFile('a.zip', 'w')
for n in ['../01-sum.ts', '/etc/01-sum.ts', 'C:/01-sum.ts', 'a/../../b.ts', 'a\\nb.ts', 'x/01-sum.ts']: z.writestr(n, 'S')
z.close()`);
      const { files, problems } = await openArchive(fs.readFileSync(path.join(folder, 'a.zip')), wanted);
      assert.deepEqual([...files.keys()], ['x/01-sum.ts']);
      assert.equal(problems.length, 5);
      // The same as a tarball, where no library has cleaned the names either.
      python(`import tarfile, io
t = tarfile.open('a.tar', 'w')
for n in ['../01-sum.ts', '/etc/01-sum.ts', 'x/01-sum.ts']:
    i = tarfile.TarInfo(n); i.size = 1; t.addfile(i, io.BytesIO(b'S'))
l = tarfile.TarInfo('y/01-sum.ts'); l.type = tarfile.SYMTYPE; l.linkname = '/etc/passwd'; t.addfile(l)
h = tarfile.TarInfo('z/01-sum.ts'); h.type = tarfile.LNKTYPE; h.linkname = '../../secret'; t.addfile(h)
d = tarfile.TarInfo('d/01-sum.ts'); d.type = tarfile.CHRTYPE; t.addfile(d)
t.close()`);
      const tar = await openArchive(fs.readFileSync(path.join(folder, 'a.tar')), wanted);
      assert.deepEqual([...tar.files.keys()], ['x/01-sum.ts']);
      assert.equal(tar.problems.length, 5);
      assert.match(tar.problems.join(), /is a link/);
    });

    it('case 34: leaves out links in zips', async () => {
      python(`import zipfile
z = zipfile.ZipFile('a.zip', 'w')
i = zipfile.ZipInfo('exercises/01-sum.ts'); i.create_system = 3; i.external_attr = 0o120777 << 16
z.writestr(i, '/etc/passwd'); z.close()`);
      const { files, problems } = await openArchive(fs.readFileSync(path.join(folder, 'a.zip')), wanted);
      assert.equal(files.size, 0);
      assert.match(problems[0], /is a link and is not read/);
    });

    it('case 35: ends bombs at the limits: ratio, bytes, entries, and sizes that lie', async () => {
      const bomb = zip([{ name: 'a.ts', content: Buffer.alloc(40 << 20) }]);
      await assert.rejects(openArchive(bomb, wanted), /grows more than 200 times/);
      await assert.rejects(openArchive(zlib.gzipSync(Buffer.alloc(80 << 20)), wanted), /holds more than \d+ MiB/);
      const many = zip(Array.from({ length: 11 }, (_, i) => ({ name: `${i}.ts`, content: 'x' })));
      await assert.rejects(openArchive(many, wanted, { ...STUDENT_LIMITS, entries: 10 }), /more than 10 entries/);
      const liar = Buffer.from(zip([{ name: 'a.ts', content: Buffer.alloc(1 << 20) }]));
      const directory = liar.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'));
      liar.writeUInt32LE(10, directory + 24);
      liar.writeUInt32LE(10, 22);
      const { files, problems } = await openArchive(liar, wanted);
      assert.equal(files.size, 0);
      assert.match(problems[0], /cannot be read/);
    });

    it('case 34: says so of damaged, doubled and case-clashing files, and keeps the last of a double', async () => {
      python(`import zipfile
z = zipfile.ZipFile('twice.zip', 'w')
for name, text in [('a.ts', '1'), ('a.ts', '2'), ('A.ts', '3')]: z.writestr(name, text)
z.close()`);
      const { files, problems } = await openArchive(fs.readFileSync(path.join(folder, 'twice.zip')), wanted);
      assert.equal(files.get('a.ts')!.toString(), '2');
      assert.match(problems.join(), /twice.*differ only in case/);
      const damaged = Buffer.from(zip([{ name: 'a.ts', content: 'hello' }]));
      damaged.writeUInt32LE(1, damaged.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1')) + 16);
      assert.match((await openArchive(damaged, wanted)).problems.join(), /damaged/);
    });

    it('case 35: costs only the student who sent it', async () => {
      write('a.zip', zip([{ name: '01-sum.ts', content: Buffer.alloc(40 << 20) }]));
      write('b.zip', 'PK not a zip');
      write(
        'c.zip',
        zip([
          { name: 'exercises/01-sum.ts', content: 'C' },
          { name: 'node_modules/01-sum.ts', content: 'X' },
        ]),
      );
      write('d.zip', zip([{ name: 'inner.zip', content: zip([{ name: '01-sum.ts', content: 'D' }]) }]));
      const list = short(await all());
      assert.match(list[0], /^a 01-sum - not handed in: "a.zip": .*grows more/);
      assert.match(list[1], /^b 01-sum - not handed in: "b.zip": the archive cannot be read/);
      assert.equal(list[2], 'c 01-sum C');
      assert.equal(list[3], 'd 01-sum D');
    });
  });

  describe('notebooks', () => {
    const book = (cells: unknown[]): string => JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells });
    const cell = (id: string | undefined, source: string, more: object = {}) => ({
      cell_type: 'code',
      metadata: id ? { nbgrader: { grade_id: id, solution: true, points: 1e9, ...more } } : {},
      source,
      outputs: [],
    });
    const graded = (cells: unknown[]) => readNotebook(parseNotebook(book(cells)), '01-sum', STUB);

    it('splits an exercise into given and open cells, and reads its own notebook back', async () => {
      assert.deepEqual(
        exerciseCells(STUB, '01-sum').map(({ id, given }) => [id, given]),
        [
          ['01-sum-given-1', true],
          ['01-sum-sum', false],
          ['01-sum-twice', false],
        ],
      );
      const notebook = JSON.stringify(exerciseNotebook(STUB, '01-sum', 3));
      const { cells, notes, changed } = readNotebook(parseNotebook(notebook), '01-sum', STUB);
      assert.deepEqual([notes, changed], [[], false]);
      assert.deepEqual(await answers({ cells }), ['Not written yet: add them.', 'Not written yet: double it.']);
    });

    it('case 37: takes the cells by id, in whatever order they stand', async () => {
      const { cells, notes } = graded([cell('01-sum-twice', TWICE), cell('01-sum-sum', SUM)]);
      assert.deepEqual(await answers({ cells }), [3, 8]);
      assert.match(notes.join(), /reordered/);
    });

    it('case 37: counts a deleted cell as not written, and the others as they are', async () => {
      const { cells, notes } = graded([cell('01-sum-sum', SUM)]);
      assert.deepEqual(await answers({ cells }), [3, 'Not written yet: double it.']);
      assert.deepEqual(notes, ['cell 01-sum-twice was deleted: it counts as not written']);
    });

    it('case 37: lets the last of a doubled cell count, but never an untouched copy over an answer', async () => {
      const wrong = SUM.replace('a + b', 'a - b');
      const doubled = graded([cell('01-sum-sum', wrong), cell('01-sum-sum', SUM), cell('01-sum-twice', TWICE)]);
      assert.deepEqual(await answers(doubled), [3, 8]);
      assert.match(doubled.notes.join(), /2 times/);
      const untouched = exerciseCells(STUB, '01-sum')[1].source;
      const copied = graded([cell('01-sum-sum', SUM), cell('01-sum-sum', untouched), cell('01-sum-twice', TWICE)]);
      assert.deepEqual(await answers(copied), [3, 8]);
    });

    it('joins a cell that was split in two', async () => {
      const { cells } = graded([
        cell('01-sum-sum', 'const add = (a: number, b: number) => a + b;'),
        cell('01-sum-sum', SUM.replace('(a, b) => a + b', 'add')),
        cell('01-sum-twice', TWICE),
      ]);
      assert.deepEqual(await answers({ cells }), [3, 8]);
    });

    it('case 37: finds cells that lost their id, and what they need from cells of the student', async () => {
      const { cells, notes } = graded([
        cell(undefined, 'throw new Error("scratch that only runs");'),
        cell(undefined, "import { tf } from 'cnn-kit';\nconst two = 2; const unused = explode();"),
        cell(undefined, 'function half(x: number) { return x / two; }'),
        cell(undefined, 'function sum(list: number[]) { return list.reduce((a, b) => a + 2 * half(b), 0); }'),
        cell('01-sum-twice', `${TWICE}\nawait check('01-sum', { twice });\ncheck('01-sum');`),
      ]);
      assert.deepEqual(await answers({ cells }), [3, 8]);
      assert.match(notes.join(), /lost its id/);
    });

    it('case 37: runs a given cell as it was edited, and says so', async () => {
      const { cells, notes } = graded([
        cell('01-sum-given-1', "import { tf } from 'cnn-kit';\nconst ONE = 100;\nconst TWO = 2;"),
        cell('01-sum-sum', SUM.replace('b, 0', 'b, ONE - 100')),
        cell('01-sum-twice', TWICE.replace('2', 'TWO')),
      ]);
      assert.deepEqual(await answers({ cells }), [3, 8]);
      assert.match(notes.join(), /given and was edited/);
    });

    it('loses only the cell that does not compile', async () => {
      const { cells, notes } = graded([cell('01-sum-sum', 'export function sum( {'), cell('01-sum-twice', TWICE)]);
      assert.deepEqual(await answers({ cells }), ['Not written yet: add them.', 8]);
      assert.match(notes.join(), /01-sum-sum does not compile: line 1/);
    });

    it('case 38: drops outputs, however large, and what is not code', async () => {
      const heavy = {
        ...cell('01-sum-sum', SUM),
        outputs: [{ output_type: 'display_data', data: { 'text/html': `<script>${'x'.repeat(50 << 20)}</script>` } }],
      };
      const markdown = { cell_type: 'markdown', source: '<script>evil()</script>', metadata: {} };
      const { cells } = graded([markdown, heavy, cell('01-sum-twice', TWICE)]);
      assert.deepEqual(await answers({ cells }), [3, 8]);
      const text = JSON.stringify(cells);
      assert.doesNotMatch(text, /script/);
      assert.ok(text.length < 1000);
    });

    it('stands metadata and forms of any kind', async () => {
      for (const metadata of [
        null,
        3,
        { nbgrader: null },
        { nbgrader: { grade_id: {} } },
        { __proto__: { nbgrader: { grade_id: 'x' } } },
      ]) {
        const { cells } = graded([
          { cell_type: 'code', metadata, source: [SUM, 3, null] },
          cell('01-sum-twice', TWICE),
          null,
          3,
        ]);
        assert.deepEqual(await answers({ cells }), [3, 8], JSON.stringify(metadata));
      }
      assert.equal((await answers(graded([cell('constructor', SUM), cell('__proto__', TWICE)])))[0], 3);
      for (const text of ['', '[]', 'null', '{"cells": 3}', '['.repeat(1e5), '{"cells": {"length": 1e9}}'])
        assert.throws(() => parseNotebook(text), /cannot be read/);
    });

    it('takes a lecture whose cell is as it was handed out for no work, and never for more than the answer before it', async () => {
      const handedOut = exerciseCells(STUB, '01-sum').slice(1);
      const lecture = cell(undefined, `${handedOut.map(({ source }) => source).join('')}\nawait check('01-sum');`);
      assert.equal(graded([lecture]).changed, false);
      const above = graded([cell(undefined, SUM), lecture]);
      assert.equal(above.changed, true);
      assert.deepEqual(await answers(above), [3, 'Not written yet: double it.']);
      const half = graded([cell('1-1-code-2', `${handedOut[0].source}\n${TWICE}`)]);
      assert.deepEqual([half.changed, half.notes], [true, []]);
      assert.deepEqual(await answers(half), ['Not written yet: add them.', 8]);
    });

    it("runs a lecture's cells with the course's commands doing nothing", async () => {
      const check = (): never => assert.fail('the check ran');
      const scope = new CellScope(() => ({ check, tf: 'the library' }));
      const source = "import { check, tf } from 'cnn-kit';\nawait check('01-sum');\nconst seen = tf;";
      const [{ code }] = (await compileWork({ cells: [{ label: 'cell 1', source }] })).cells!;
      await scope.run(new Function(`return ${code}`)() as Parameters<CellScope['run']>[0]);
      assert.equal(scope.names.seen, 'the library');
    });

    it('is graded from disk; a stub .ts beside it does not count against it', async () => {
      write('a/exercises/01-sum.ipynb', book([cell('01-sum-sum', SUM), cell('01-sum-twice', TWICE)]));
      write('a/exercises/01-sum.ts', STUB);
      write('b/hw1/homework.ipynb', book([cell('01-sum-sum', SUM)]));
      write('c/exercises/01-sum.ts', SUM);
      write('c/exercises/01-sum.ipynb', book([cell('01-sum-sum', 'export function sum() { return 9 }')]));
      const [a, b, c] = await all();
      assert.deepEqual(await answers(a.work), [3, 8]);
      assert.deepEqual(await answers(b.work), [3, 'Not written yet: double it.']);
      assert.match(b.note!, /deleted/);
      assert.equal(c.source, SUM);
      assert.match(c.note!, /the \.ts file is graded/);
    });
  });
});
