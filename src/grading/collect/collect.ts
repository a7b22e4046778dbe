/**
 * Reads submissions as untrusted data: plain files and archives, nothing followed, nothing executed, nothing unpacked
 * to disk. Knows folders STUDENT/exercises/NN-name.ts, nbgrader's student/assignment trees, and what Canvas, Moodle
 * and Gradescope export.
 */
import fs from 'node:fs';
import { isArchive } from './archive';
import { type Choice, choose } from './choose';
import type { Identity } from './handIn';
import { students } from './platforms';
import { readArchive, readFolder } from './read';

/** A student's work for one exercise. */
export interface Collected extends Identity, Choice {
  exercise: string;
}

export interface CollectOptions {
  /** The exercise as handed out, by name: notebooks are put together after it. */
  stub?(exercise: string): string | undefined;
  /** Believe timestamp.txt in STUDENT/ASSIGNMENT/, as nbgrader's exchange writes it; in a student's own folder it proves nothing. */
  timestamps?: boolean;
}

/**
 * One entry for every student and every exercise of the class. `submissions` is a folder or one archive of a class.
 * @throws when there is no such folder or it holds no student.
 */
export async function collect(
  submissions: string,
  exercises: string[],
  options: CollectOptions = {},
): Promise<Collected[]> {
  const stat = fs.statSync(submissions, { throwIfNoEntry: false });
  if (!stat)
    throw new Error(`There is no folder ${submissions}; give the folder that holds one folder for each student.`);
  if (!stat.isDirectory() && !isArchive(submissions)) {
    throw new Error(`${submissions} is a file; give the folder of the class, or a .zip, .tar or .tar.gz of it.`);
  }
  const handIns = stat.isDirectory()
    ? await students(readFolder(submissions), options.timestamps)
    : await students(await readArchive(submissions));
  if (handIns.length === 0)
    throw new Error(`The folder ${submissions} holds no student's folder; expected STUDENT/exercises/NN-name.ts.`);
  return handIns.flatMap(handIn => {
    const { student, id, name, email, submitted, late } = handIn;
    return exercises.map(exercise => ({
      ...{ student, exercise, id, name, email, submitted, late },
      ...choose(handIn, exercise, exercises, options.stub?.(exercise)),
    }));
  });
}
