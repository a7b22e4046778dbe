import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { ClassResult } from '../score/results';
import { canvasCsv, gradescopeResults, junitXml, nbgraderCsv } from './exports';
import { classPage, feedbackOf, feedbackPage, studentTotals } from './reports';

/** Writes all reports of a class below `out`: what is in `out/students` may go to students, the rest may not. */
export function writeReports(result: ClassResult, out: string): void {
  const write = (name: string, text: string): void => {
    const file = path.join(out, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(`${file}.new`, text);
    fs.renameSync(`${file}.new`, file);
  };
  const json = (value: unknown): string => JSON.stringify(value, null, 2) + '\n';
  const totals = studentTotals(result.entries);
  const folders = folderNames(totals.map(({ student }) => student));
  for (const { student, entries } of totals) {
    const folder = path.join('students', folders.get(student)!);
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

/** A folder's name for each student, also where two names differ only in case, which some file systems do not tell apart. */
function folderNames(students: string[]): Map<string, string> {
  const count = new Map<string, number>();
  for (const student of students) count.set(student.toLowerCase(), (count.get(student.toLowerCase()) ?? 0) + 1);
  return new Map(students.map(student => [student, folderName(student, count.get(student.toLowerCase())! > 1)]));
}

/** A name of a folder for any name of a student, which keeps its letters; two students never share one. */
export function folderName(student: string, isAmbiguous = false): string {
  const plain = [...student.normalize().replace(/[^\p{L}\p{M}\p{N}.@' _-]/gu, '_')].slice(0, 60).join('');
  if (!isAmbiguous && plain === student && /^[^. ](.*[^. ])?$/u.test(plain)) return plain;
  const sum = createHash('sha256').update(student).digest('hex').slice(0, 8);
  return `${plain.replace(/^[. ]+/, '_').replace(/[. ]+$/, '_')}-${sum}`;
}
