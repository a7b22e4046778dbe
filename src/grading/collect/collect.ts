/**
 * Reads submissions as untrusted data: plain files and archives, nothing followed, nothing executed, nothing unpacked
 * to disk. Knows folders STUDENT/exercises/NN-name.ts, nbgrader's student/assignment trees, and what Canvas, Moodle,
 * Gradescope, Blackboard, Brightspace and Google Classroom export.
 */
import fs from 'node:fs';
import { isArchive } from './archive';
import { type Choice, Chooser } from './choose';
import type { Identity } from './handIn';
import { students } from './platforms';
import { readArchive, readFolder } from './read';

/** A student's work for one exercise. */
export interface Collected extends Identity, Choice {
  exercise: string;
}

export interface Class {
  works: Collected[];
  /** Files that end in no grade: one sentence each, which begins with whose they are. */
  warnings: string[];
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
  return (await collectClass(submissions, exercises, options)).works;
}

/** The same, with what was handed in and belongs to no exercise. */
export async function collectClass(
  submissions: string,
  exercises: string[],
  options: CollectOptions = {},
): Promise<Class> {
  const stat = fs.statSync(submissions, { throwIfNoEntry: false });
  if (!stat)
    throw new Error(`There is no folder ${submissions}; give the folder that holds one folder for each student.`);
  if (!stat.isDirectory() && !isArchive(submissions)) {
    throw new Error(`${submissions} is a file; give the folder of the class, or a .zip, .tar or .tar.gz of it.`);
  }
  const tree = stat.isDirectory() ? readFolder(submissions) : await readArchive(submissions);
  const { handIns, warnings } = await students(tree, options.timestamps);
  if (handIns.length === 0)
    throw new Error(`The folder ${submissions} holds no student's folder; expected STUDENT/exercises/NN-name.ts.`);
  const works = handIns.flatMap(handIn => {
    const { student, id, name, email, submitted, late } = handIn;
    const chooser = new Chooser(handIn, exercises);
    const own = exercises.map(exercise => ({
      ...{ student, exercise, id, name, email, submitted, late },
      ...chooser.choose(exercise, options.stub?.(exercise)),
    }));
    const unread = chooser.unread();
    warnings.push(...unread.map(clause => `${student}: ${clause}`));
    // Who handed in nothing else is told what lies there instead.
    const reason = unread.slice(0, 5).join('; ');
    return own.map(work => (work.absent && reason ? { ...work, problem: `${work.problem}; ${reason}` } : work));
  });
  return { works, warnings };
}
