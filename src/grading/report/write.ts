import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { ClassResult } from '../score/results';
import { canvasCsv, gradescopeResults, junitXml, nbgraderCsv } from './exports';
import { classPage, feedbackOf, feedbackPage, studentTotals } from './reports';

/** Writes all reports of a class below `out`: what stands in `out/students` may go to students, the rest may not. */
export function writeReports(result: ClassResult, out: string): void {
  const write = (name: string, text: string): void => {
    const file = path.join(out, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(`${file}.new`, text);
    fs.renameSync(`${file}.new`, file);
  };
  const json = (value: unknown): string => JSON.stringify(value, null, 2) + '\n';
  for (const { student, entries } of studentTotals(result.entries)) {
    const folder = path.join('students', folderName(student));
    const feedback = entries.map(entry => feedbackOf(entry, result.sandboxed));
    write(path.join(folder, 'feedback.html'), feedbackPage(student, feedback));
    write(path.join(folder, 'feedback.json'), json({ student, sandboxed: result.sandboxed, exercises: feedback }));
    write(path.join(folder, 'results.json'), json(gradescopeResults(entries, result.sandboxed)));
  }
  write('class.html', classPage(result));
  write('canvas.csv', canvasCsv(result));
  write('nbgrader.csv', nbgraderCsv(result));
  write('junit.xml', junitXml(result));
}

/** A name of a folder for any name of a student; two students never share one. */
export function folderName(student: string): string {
  const plain = student.replace(/[^\w.@-]/g, '_').slice(0, 80);
  if (plain === student && /^[^.](.*[^.])?$/.test(plain)) return plain;
  const sum = createHash('sha256').update(student).digest('hex').slice(0, 8);
  return `${plain.replace(/^\.+/, '_')}-${sum}`;
}
