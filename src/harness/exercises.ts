/** Which exercises there are: those with a test file, each with its solution where the solutions are at hand. */
import fs from 'node:fs';
import path from 'node:path';
import { say } from '../base/sentences';
import { ROOT } from '../node/root';

export const TESTS = path.join(ROOT, 'test', 'exercises');
export const SOLUTIONS = path.join(ROOT, 'solutions');

/** The names of the exercises that have a test file in `folder`, in their order. */
export function exercisesOf(folder = TESTS): string[] {
  return namesIn(folder, '.test.ts');
}

/** The names of the exercises that have a solution in `folder`, in their order. */
export function solutionsOf(folder = SOLUTIONS): string[] {
  return namesIn(folder, '.ts');
}

/** @throws if there is no exercise of this name */
export function testFileOf(exercise: string, folder = TESTS): string {
  const known = exercisesOf(folder);
  if (!known.includes(exercise)) throw new Error(say('noExercise', { exercise, known: known.join(', ') }));
  return path.join(folder, `${exercise}.test.ts`);
}

function namesIn(folder: string, ending: string): string[] {
  return fs
    .readdirSync(folder)
    .filter(file => file.endsWith(ending))
    .map(file => file.slice(0, -ending.length))
    .filter(name => /^\d\d-[\w-]+$/.test(name))
    .sort();
}
