import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { similarities, similarityPage } from '../../src/grading/report/similarity';

const SOLUTIONS = path.join(__dirname, '../../solutions');
const read = (name: string): string => fs.readFileSync(path.join(SOLUTIONS, `${name}.ts`), 'utf8');

describe('the similarity report', () => {
  const original = read('02-lrn');
  /** What people do to a copy: other names, other texts, no comments, other spaces. */
  const disguised = original
    .replace(/\/\*\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .replace(/\b(alpha|beta|depth|sum|square)\b/g, name => `my_${name}`)
    .replace(/\n/g, '\n\n');
  const other = read('01-receptive-field');
  const works = [
    { student: 'alice', exercise: '02-lrn', source: original },
    { student: 'bob', exercise: '02-lrn', source: disguised },
    { student: 'carol', exercise: '02-lrn', source: other },
    { student: 'dave', exercise: '02-lrn' },
  ];

  it('finds a copy under other names, and leaves other work alone', async () => {
    const found = await similarities(works, () => undefined);
    assert.deepEqual(
      found.map(({ exercise, students }) => [exercise, students]),
      [['02-lrn', ['alice', 'bob']]],
    );
    assert.ok(found[0].similarity > 0.9, String(found[0].similarity));
  });

  it('does not count what everyone was given', async () =>
    assert.deepEqual(await similarities(works, () => original), []));

  it('is a page without markup of students', async () => {
    const named = works.map(work => ({ ...work, student: `<b>${work.student}</b>` }));
    const page = similarityPage(await similarities(named, () => undefined));
    assert.doesNotMatch(page, /<b>/);
    assert.match(page, /&lt;b&gt;alice/);
  });
});
