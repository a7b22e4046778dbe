/** Whose work is whose, by the names that platforms give files and folders, and when it came in. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { timeOf } from '../../src/base/times';
import { collect, type Collected } from '../../src/grading/collect/collect';
import { zip } from '../../src/handin/zip';

interface Row {
  /** What lies in the folder of the class. */
  files: string[];
  /** `student id`, in their order; each has handed in 01-sum. */
  right: string[];
}

const TABLE: Record<string, Row> = {
  'Canvas: numbered uploads, one late': {
    files: ['doejane_4711_99_01-sum.ts', 'roemax_LATE_4712_100_01-sum-2.ts'],
    right: ['doejane_4711 4711', 'roemax_4712 4712 late'],
  },
  'Canvas: names with underscores and digits': {
    files: ['van_der_berg_4711_99_01-sum.ts', 'lee_jr_LATE_4712_100_01_sum.ts', 'kim2_minsu_4713_101_01-sum.ts'],
    right: ['kim2_minsu_4713 4713', 'lee_jr_4712 4712 late', 'van_der_berg_4711 4711'],
  },
  'Canvas: anonymous': {
    files: ['anon_ab12C_99_01-sum.ts', 'anon_Zb12D_LATE_100_01-sum.ts'],
    right: ['anon_Zb12D Zb12D late', 'anon_ab12C ab12C'],
  },
  'Canvas: a file named like another student': {
    files: ['doejane_4711_99_roemax_4712_100_01-sum.ts'],
    right: ['doejane_4711 4711'],
  },
  'Moodle: folders': {
    files: ['Jane Doe_12_assignsubmission_file_/01-sum.ts', 'Kim Minsu_13_assignsubmission_file/01-sum.ts'],
    right: ['Jane Doe_12 12', 'Kim Minsu_13 13'],
  },
  'Moodle: files, names with their letters': {
    files: ["Zoë O'Hara_12_assignsubmission_file_01-sum.ts", '김민수_13_assignsubmission_file_01-sum.ts'],
    right: ["Zoë O'Hara_12 12", '김민수_13 13'],
  },
  'Blackboard: attempts': {
    files: [
      'Homework 1_jdoe_attempt_2026-03-01-23-30-00_01-sum.ts',
      'Homework 1_jdoe_attempt_2026-03-01-23-30-00.txt',
      'Homework_2_x_mroe_attempt_2026-03-02-08-00-00_01-sum.ts',
    ],
    right: ['jdoe jdoe', 'mroe mroe'],
  },
  'Brightspace: folders and files': {
    files: [
      '12345-678 - Jane Doe - Mar 1, 2026 1130 PM/01-sum.ts',
      '12346-678 - Ann-Marie Roe - Mar 1, 2026 11:31 PM - 01-sum.ts',
    ],
    right: ['Ann-Marie Roe_12346 12346', 'Jane Doe_12345 12345'],
  },
  'Google Classroom: copies': {
    files: ['Jane Doe - 01-sum.ts', 'Müller, Jörg - 01-sum.ts'],
    right: ['Jane Doe', 'Müller, Jörg'],
  },
  'folders: letters, dots and case': {
    files: ['한글/01-sum.ts', 'ü/01-sum.ts', "o'neil/01-sum.ts", '.dot/01-sum.ts', 'Ann/01-sum.ts', 'ann/01-sum.ts'],
    right: ['.dot', 'Ann', 'ann', "o'neil", 'ü', '한글'],
  },
  'archives of one student each': { files: ['jane.zip', 'Max Roe.zip'], right: ['Max Roe', 'jane'] },
};

/** By their name; the same names come in Unicode's decomposed form from macOS. */
const FORMS = ['NFC', 'NFD'] as const;

describe('platforms', () => {
  let folder: string;
  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-platforms-'))));
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, content: Buffer | string): void => {
    fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  };
  const who = (list: Collected[]): string[] =>
    list.map(({ student, id, late }) => [student, id, late ? 'late' : undefined].filter(Boolean).join(' '));
  const contentOf = (name: string): Buffer | string =>
    name.endsWith('.zip') ? zip([{ name: '01-sum.ts', content: 'z' }]) : `of ${name}`;

  for (const [title, { files, right }] of Object.entries(TABLE)) {
    it(title, async () => {
      for (const form of FORMS) {
        const place = path.join(folder, form);
        files.forEach(name => write(path.join(form, name.normalize(form)), contentOf(name)));
        if (fs.readdirSync(place).length < new Set(files.map(name => name.split('/')[0])).size) continue;
        const list = await collect(place, ['01-sum']);
        assert.deepEqual(who(list), right);
        for (const { student, work, problem } of list) assert.ok(work, `${student}: ${problem}`);
        // The same as an archive of the class.
        const packed = files.map(name => ({ name: name.normalize(form), content: contentOf(name) }));
        write(`${form}.zip`, zip(packed));
        assert.deepEqual(who(await collect(path.join(folder, `${form}.zip`), ['01-sum'])), right);
      }
    });
  }

  it('Gradescope: two whose student number is null stay two', async () => {
    const person = (name: string): string => `  - :name: ${name}\n    :sid: null\n    :email: ${name}@x.edu\n`;
    const submission = (number: number, name: string, time: string): string =>
      `submission_${number}:\n  :submitters:\n${person(name)}  :created_at: ${time}\n`;
    write(
      'assignment_1_export/submission_metadata.yml',
      `---\n${submission(1, 'ann', '2026-03-01 19:00:00.5 KST')}${submission(2, 'bob', '2026-03-01 10:00:00 CET')}`,
    );
    for (const number of [1, 2]) write(`assignment_1_export/submission_${number}/01-sum.ts`, 'x');
    const list = await collect(folder, ['01-sum']);
    assert.deepEqual(
      list.map(({ student, submitted }) => [student, submitted]),
      [
        ['ann@x.edu', '2026-03-01T10:00:00.000Z'],
        ['bob@x.edu', '2026-03-01T09:00:00.000Z'],
      ],
    );
    write('assignment_1_export/submission_metadata.yml', `---\n${submission(1, 'ann', 'yesterday')}`);
    await assert.rejects(collect(folder, ['01-sum']), /submission_metadata\.yml, submission_1: .*"yesterday"/);
  });

  it('nbgrader: a time that cannot be read stops with file and value', async () => {
    write('ann/hw1/01-sum.ts', 'x');
    write('ann/hw1/timestamp.txt', '2026-02-30 10:00:00 UTC');
    await assert.rejects(
      collect(folder, ['01-sum'], { timestamps: true }),
      /^Error: ann\/hw1\/timestamp\.txt: .*"2026-02-30 10:00:00 UTC" does not exist/,
    );
  });

  describe('times', () => {
    // Computed by hand, as hours from UTC.
    for (const [text, right] of Object.entries({
      '2026-03-01 19:00:00 KST': '2026-03-01T10:00:00.000Z',
      '2026-03-01 19:00:00.123456 KST': '2026-03-01T10:00:00.000Z',
      '2026-03-01 19:00:00 JST': '2026-03-01T10:00:00.000Z',
      '2026-03-01 11:00 CET': '2026-03-01T10:00:00.000Z',
      '2026-07-01 12:00:00 CEST': '2026-07-01T10:00:00.000Z',
      '2026-03-01 05:00:00 EST': '2026-03-01T10:00:00.000Z',
      '2026-03-01 23:30:00.000000000 -08:00': '2026-03-02T07:30:00.000Z',
      '2026-03-01 19:00:00 +0900': '2026-03-01T10:00:00.000Z',
      '2026-03-01T15:30:00+05:30': '2026-03-01T10:00:00.000Z',
      '2026-03-01T10:00:00Z': '2026-03-01T10:00:00.000Z',
      '2026-03-01T10:00:00.999Z': '2026-03-01T10:00:00.000Z',
      ' 2026-03-01 10:00:00 utc\n': '2026-03-01T10:00:00.000Z',
      '2024-02-29 23:59:59 GMT': '2024-02-29T23:59:59.000Z',
      '2026-01-01 00:30:00 +0100': '2025-12-31T23:30:00.000Z',
    }))
      it(`${JSON.stringify(text)} is ${right}`, () => assert.equal(timeOf(text), right));

    for (const [text, why] of Object.entries({
      '2026-03-01 10:00:00': 'has no zone',
      '2026-03-01 10:00:00 IST': 'has the zone IST',
      '2026-03-01 10:00:00 XYZ': 'has the zone XYZ',
      '2026-02-29 10:00:00 UTC': 'does not exist',
      '2026-03-01 25:00:00 UTC': 'does not exist',
      '2026-03-01 10:60:00 UTC': 'does not exist',
      '2026-03-01 10:00:00 +1900': 'does not exist',
      '01.03.2026 10:00 CET': 'cannot be read',
      yesterday: 'cannot be read',
      '': 'cannot be read',
    }))
      it(`${JSON.stringify(text)} ${why}`, () =>
        assert.throws(
          () => timeOf(text),
          (error: Error) => error.message.includes(JSON.stringify(text)) && error.message.includes(why),
        ));
    it('without a zone is of UTC where nbgrader wrote it', () =>
      assert.equal(timeOf('2026-03-01 10:00:00', { bare: true }), '2026-03-01T10:00:00.000Z'));
  });
});
