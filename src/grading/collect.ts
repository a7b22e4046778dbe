/** Reads submissions from disk as untrusted data: plain files only, nothing followed, nothing executed. */
import fs from 'node:fs';
import path from 'node:path';

export interface Collected {
  student: string;
  exercise: string;
  /** The student's TypeScript, or undefined with the reason in `problem`. */
  source?: string;
  problem?: string;
}

const MAX_SOURCE = 1 << 20;

/**
 * One entry for every student and every exercise of the class: each folder in `folder` is a student, its files stand
 * in `exercises/NN-name.ts`. Files that are no exercise are ignored.
 * @throws when `folder` is not a folder or holds no student.
 */
export function collect(folder: string, exercises: string[]): Collected[] {
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`There is no folder ${folder}; give the folder that holds one folder for each student.`);
  }
  const students = fs
    .readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(entry => entry.name)
    .sort();
  if (students.length === 0)
    throw new Error(`The folder ${folder} holds no student's folder; right is STUDENT/exercises/NN-name.ts.`);
  return students.flatMap(student =>
    exercises.map(exercise => ({ student, exercise, ...readSource(path.join(folder, student), `${exercise}.ts`) })),
  );
}

function readSource(home: string, file: string): { source?: string; problem?: string } {
  const folder = path.join(home, 'exercises');
  const full = path.join(folder, file);
  if (fs.lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink())
    return { problem: 'exercises is a link, which is not followed' };
  const stat = fs.lstatSync(full, { throwIfNoEntry: false });
  if (!stat) return { problem: 'not handed in' };
  if (!stat.isFile()) return { problem: `${file} is not a plain file` };
  if (stat.size > MAX_SOURCE) return { problem: `${file} has ${stat.size} bytes; at most ${MAX_SOURCE} are read` };
  // O_NOFOLLOW: what was a file a moment ago may be a link now.
  const descriptor = fs.openSync(full, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0));
  try {
    return { source: fs.readFileSync(descriptor, 'utf8') };
  } finally {
    fs.closeSync(descriptor);
  }
}
